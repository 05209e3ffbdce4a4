package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/source"
)

// Change is what an audit did to the findings of its branch.
type Change struct {
	Opened   int // seen for the first time
	Reopened int // closed before, here again
	Closed   int // no longer there
}

// Result is what an audit came to.
type Result struct {
	Audit   *audit.Audit
	Stats   Stats
	Against *Against // of a pull request's audit, else nil
}

// line is a done audit's place among the audits of its branch.
type line struct {
	repository int64
	branch     string
	audit      int64
	at         time.Time // of its head

	next   *int64 // the done audit that follows this one, if it was overtaken
	nextAt *time.Time
}

// Complete records an audit's result in one transaction: scorecards, findings
// opened, seen and closed, passes, contracts, statistics, state. within takes part in the
// transaction: the job is completed there. ErrConflict: the claim is no longer
// valid, and nothing was changed.
//
// Findings live on the audit's branch. Audits may finish in another order than
// their commits came in: an overtaken one fills in what was seen when, and
// neither reopens what a later audit closed nor closes what a later one saw. Of a
// pull request only what it changes against its base is kept.
func (s *Store) Complete(ctx context.Context, c Claim, r Result, within func(pgx.Tx) error) (change Change, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		l, err := c.lock(ctx, tx)
		if err != nil {
			return err
		}
		if err := finish(ctx, tx, l, r.Audit, r.Stats); err != nil {
			return err
		}
		if err := writeScorecards(ctx, tx, l.audit, r.Audit.Scorecards); err != nil {
			return err
		}
		if r.Against != nil {
			change = Change{Opened: len(r.Against.Changes.New), Closed: len(r.Against.Changes.Fixed)}
			if err := writeChanges(ctx, tx, l, *r.Against); err != nil {
				return err
			}
			return within(tx)
		}
		if change, err = writeFindings(ctx, tx, l, r.Audit.Findings); err != nil {
			return err
		}
		if err := writePasses(ctx, tx, l, r.Audit.Passes); err != nil {
			return err
		}
		if err := writeContracts(ctx, tx, l, r.Audit.Scorecards); err != nil {
			return err
		}
		if err := stand(ctx, tx, l.repository); err != nil {
			return err
		}
		return within(tx)
	})
	if err != nil {
		return Change{}, err
	}
	return change, nil
}

// lock makes sure that the claim holds until the transaction ends, and that no
// other audit of the repository is completed meanwhile.
func (c Claim) lock(ctx context.Context, tx pgx.Tx) (line, error) {
	l := line{audit: c.Audit}
	err := tx.QueryRow(ctx, `
		SELECT a.repository_id, a.branch, a.head_at
		FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.id = $2 AND a.lease = $3 AND a.attempt = $4 AND a.state = 'running'
		FOR UPDATE OF a`,
		c.Installation, c.Audit, c.Lease, c.Attempt).Scan(&l.repository, &l.branch, &l.at)
	if err != nil {
		return l, c.conflict(found(err, "audit %d", c.Audit))
	}
	if _, err := tx.Exec(ctx, `SELECT FROM repositories WHERE id = $1 FOR NO KEY UPDATE`, l.repository); err != nil {
		return l, err
	}
	err = tx.QueryRow(ctx, `
		SELECT id, head_at FROM audits
		WHERE repository_id = $1 AND branch = $2 AND state = 'done' AND (head_at, id) > ($3, $4)
		ORDER BY head_at, id LIMIT 1`, l.repository, l.branch, l.at, l.audit).Scan(&l.next, &l.nextAt)
	if err = found(err, ""); isNotFound(err) {
		err = nil
	}
	return l, err
}

func finish(ctx context.Context, tx pgx.Tx, l line, result *audit.Audit, stats Stats) error {
	cells := result.Cells()
	encoded, err := encodeWarnings(result.Warnings)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE audits
		SET state = 'done', finished_at = now(), error = '', ruleset = $2, score = $3, grade = $4, coverage = $5, worst = $6,
		    files = $7, candidates = $8, skipped = $9, cached = $10, inspected = $11, failed = $12, bytes = $13, warnings = $14,
		    cells = $15, progress_done = progress_total
		WHERE id = $1`,
		l.audit, result.Ruleset, result.Score, result.Grade, result.Coverage, text(result.Worst),
		stats.Files, stats.Candidates, stats.Skipped, stats.Cached, stats.Inspected, stats.Failed, stats.Bytes, encoded, cells[:])
	return err
}

// encodeWarnings are warnings as JSON, in texts that Postgres takes.
func encodeWarnings(list []source.Warning) ([]byte, error) {
	warnings := make([]source.Warning, len(list))
	for i, w := range list {
		warnings[i] = source.Warning{Path: text(w.Path), Message: text(w.Message)}
	}
	encoded, err := json.Marshal(warnings)
	if err != nil {
		return nil, fmt.Errorf("encoding warnings: %w", err)
	}
	return encoded, nil
}
