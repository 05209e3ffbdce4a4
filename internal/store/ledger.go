package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// LedgerHead is a head that must be audited: of a default branch, or of an open
// pull request.
type LedgerHead struct {
	Repository  int64
	FullName    string
	Line        string // the branch, or "refs/pull/12"
	PullRequest int    // its number; 0 for a branch
	Commit      string
	State       State  // of the newest audit of it that was not cancelled; "" if there is none
	Reason      string // why a failed one failed
	Passing     bool   // the reason may pass: it is asked for again
}

// Accounted reports whether the head was audited, is going to be, or failed for
// a reason that stays.
func (h LedgerHead) Accounted() bool {
	return h.State != "" && h.State != Cancelled && !(h.State == Failed && h.Passing)
}

// Why says why a head is not audited, as the end of a sentence; "" of one that
// is or is going to be.
func (h LedgerHead) Why(suspended bool) string {
	switch {
	case h.State == Failed && h.Passing:
		return strings.TrimSuffix(h.Reason, ".") + "; it is asked for again"
	case h.State == Failed, h.State == Cancelled && h.Reason != "":
		return h.Reason
	case h.Accounted():
		return ""
	case suspended:
		return "the App is suspended"
	}
	return "no audit was asked for yet; the next comparison with GitHub does"
}

// LedgerHeads lists the heads of an installation's repositories that are there.
func (s *Store) LedgerHeads(ctx context.Context, installation int64) ([]LedgerHead, error) {
	return s.ledgerHeads(ctx, Within(installation), installation)
}

// SeenLedgerHeads lists those of them that a sight sees.
func (s *Store) SeenLedgerHeads(ctx context.Context, sight Sight, installation int64) ([]LedgerHead, error) {
	return s.ledgerHeads(ctx, sight, installation)
}

func (s *Store) ledgerHeads(ctx context.Context, sight Sight, installation int64) ([]LedgerHead, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT r.id, r.owner || '/' || r.name, h.line, h.number, h.commit,
			CASE WHEN a.base_branch <> h.base AND a.state IN ('done', 'failed') THEN '' ELSE coalesce(a.state, '') END, coalesce(a.error, ''), coalesce(a.passing, false)
		FROM repositories r
		CROSS JOIN LATERAL (
			SELECT r.default_branch AS line, 0 AS number, r.head AS commit, '' AS base WHERE r.head <> ''
			UNION ALL
			SELECT 'refs/pull/' || p.number, p.number, p.head, p.base_branch FROM pull_requests p WHERE p.repository_id = r.id AND p.state = 'open'
		) h
		LEFT JOIN LATERAL (
			SELECT a.state, a.error, a.passing, a.base_branch FROM audits a
			WHERE a.repository_id = r.id AND a.branch = h.line AND a.commit = h.commit
			ORDER BY a.state = 'cancelled', a.id DESC LIMIT 1) a ON true
		WHERE r.id IN (`+seen+`) AND r.installation_id = $4 AND r.origin = 'github' AND r.gone_at IS NULL
		ORDER BY lower(r.owner), lower(r.name), h.number`, append(sight.arguments(), installation)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h LedgerHead, err error) {
		err = row.Scan(&h.Repository, &h.FullName, &h.Line, &h.PullRequest, &h.Commit, &h.State, &h.Reason, &h.Passing)
		return h, err
	})
}

// LedgerRun is one look for deliveries that failed.
type LedgerRun struct {
	Since, Asked        time.Time
	Failed, Redelivered int
}

// LastLedgerRun returns the newest look, the zero value if there was none.
func (s *Store) LastLedgerRun(ctx context.Context) (r LedgerRun, err error) {
	err = s.pool.QueryRow(ctx, `SELECT asked_since, asked_at, failed, redelivered FROM ledger_runs ORDER BY id DESC LIMIT 1`).
		Scan(&r.Since, &r.Asked, &r.Failed, &r.Redelivered)
	if errors.Is(err, pgx.ErrNoRows) {
		return LedgerRun{}, nil
	}
	return r, err
}

// NoteLedgerRun records a look, and drops those of more than a month ago.
func (s *Store) NoteLedgerRun(ctx context.Context, r LedgerRun) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO ledger_runs (asked_since, asked_at, failed, redelivered) VALUES ($1, $2, $3, $4)`,
			r.Since, r.Asked, r.Failed, r.Redelivered)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM ledger_runs WHERE asked_at < now() - interval '1 month'`)
		return err
	})
}

// ToReview lists repositories, of installations that GitHub can be asked for,
// that the ledger has not compared with GitHub for so long; those first that
// wait the longest, at most limit.
func (s *Store) ToReview(ctx context.Context, age time.Duration, limit int) ([]Repository, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+repositoryColumns+` FROM repositories r JOIN installations i ON i.id = r.installation_id
		WHERE r.origin = 'github' AND r.gone_at IS NULL AND i.deleted_at IS NULL AND NOT i.suspended
		  AND (r.reviewed_at IS NULL OR r.reviewed_at < now() - $1::interval)
		ORDER BY r.reviewed_at NULLS FIRST, r.id LIMIT $2`, age, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Repository, error) { return scanRepository(row) })
}

// HeadCount is how many heads of repositories there are, and of how many it is
// not known what became of them.
type HeadCount struct{ All, Unaccounted int }

// CountHeads counts the heads that a sight sees of accounts: those of default
// branches and of open pull requests.
func (s *Store) CountHeads(ctx context.Context, sight Sight, accounts []int64) (c HeadCount, err error) {
	const accounted = `coalesce((
		SELECT a.state <> 'cancelled' AND NOT (a.state = 'failed' AND a.passing) FROM audits a
		WHERE a.repository_id = %s AND a.branch = %s AND a.commit = %s
		ORDER BY a.state = 'cancelled', a.id DESC LIMIT 1), false)`
	// Most heads are what was audited last, which the repository's row tells.
	err = s.pool.QueryRow(ctx, `
		WITH seen AS MATERIALIZED (
			SELECT r.id, r.default_branch, r.head, r.latest_commit FROM repositories r WHERE `+visible+` AND r.origin = 'github')
		SELECT b.n + p.n, b.unaccounted + p.unaccounted
		FROM (
			SELECT count(*) AS n, count(*) FILTER (WHERE CASE WHEN s.head = s.latest_commit THEN false
				ELSE NOT `+fmt.Sprintf(accounted, "s.id", "s.default_branch", "s.head")+` END) AS unaccounted
			FROM seen s WHERE s.head <> '') b, (
			SELECT count(*) AS n, count(*) FILTER (WHERE NOT `+fmt.Sprintf(accounted, "p.repository_id", "'refs/pull/' || p.number", "p.head")+`) AS unaccounted
			FROM pull_requests p JOIN seen s ON s.id = p.repository_id WHERE p.state = 'open') p`, append(sight.arguments(), accounts)...).Scan(&c.All, &c.Unaccounted)
	return c, err
}
