package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Check is the check run of one commit.
type Check struct {
	Repository int64
	Commit     string
	Run        int64   // GitHub's id; 0 until it was created
	Audit      int64   // that it shows, the worst; 0 for none
	Audits     []int64 // all that it speaks of, ascending
	Annotated  int64   // the audit whose annotations it has; 0 for none
	Shown      string  // "", "in_progress" or "completed"
	Updated    time.Time
}

// LockCheck returns a commit's check, made where there is none, and keeps it
// from others until the transaction ends. ok is false when another has it.
func (s *Store) LockCheck(ctx context.Context, tx pgx.Tx, installation, repository int64, commit string) (c Check, ok bool, err error) {
	// What another inserts can be waited for, not skipped.
	err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('check ' || $1::bigint || ' ' || $2::text, 0))`, repository, commit).Scan(&ok)
	if err != nil || !ok {
		return c, false, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO checks (repository_id, commit) SELECT id, $3 FROM repositories WHERE installation_id = $1 AND id = $2
		ON CONFLICT DO NOTHING`, installation, repository, commit)
	if err != nil {
		return c, false, err
	}
	err = tx.QueryRow(ctx, `
		SELECT c.repository_id, c.commit, coalesce(c.check_run, 0), coalesce(c.audit_id, 0), c.audits, coalesce(c.annotated_by, 0), c.shown, c.updated_at
		FROM checks c WHERE c.repository_id = $1 AND c.commit = $2 FOR UPDATE SKIP LOCKED`, repository, commit).
		Scan(&c.Repository, &c.Commit, &c.Run, &c.Audit, &c.Audits, &c.Annotated, &c.Shown, &c.Updated)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

// SaveCheck records what a check shows.
func (s *Store) SaveCheck(ctx context.Context, tx pgx.Tx, c Check) error {
	_, err := tx.Exec(ctx, `
		UPDATE checks SET check_run = nullif($3, 0), audit_id = nullif($4, 0), annotated_by = nullif($5, 0), shown = $6, audits = $7, updated_at = now()
		WHERE repository_id = $1 AND commit = $2`, c.Repository, c.Commit, c.Run, c.Audit, c.Annotated, c.Shown, append([]int64{}, c.Audits...))
	return err
}

// newestAudits are the newest audits of the pull requests r's heads, p, one of each,
// in any state: one that was cancelled was asked for because that before it was no
// longer trusted.
const newestAudits = `
	JOIN LATERAL (
		SELECT n.* FROM audits n WHERE n.repository_id = r.id AND n.commit = p.head AND n.branch = 'refs/pull/' || p.number
		ORDER BY n.id DESC LIMIT 1) a ON true`

// HeadAudits returns what there is to say of a commit: of each open pull request
// whose head it is the newest audit; of those whose head it was where none is
// open. They come by number of the pull request.
func (s *Store) HeadAudits(ctx context.Context, installation, repository int64, commit string) ([]Audit, error) {
	list, err := s.audits(ctx, `
		SELECT `+auditColumns+` FROM pull_requests p JOIN repositories r ON r.id = p.repository_id `+newestAudits+`
		WHERE r.installation_id = $1 AND r.id = $2 AND p.head = $3 AND p.state = 'open' ORDER BY p.number`, installation, repository, commit)
	if err != nil || len(list) > 0 {
		return list, err
	}
	return s.audits(ctx, `
		SELECT * FROM (
			SELECT DISTINCT ON (a.branch) `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
			WHERE r.installation_id = $1 AND r.id = $2 AND a.commit = $3 AND a.trigger = 'pull_request'
			ORDER BY a.branch, a.id DESC) newest
		ORDER BY id`, installation, repository, commit)
}

func (s *Store) audits(ctx context.Context, sql string, arguments ...any) ([]Audit, error) {
	rows, err := s.pool.Query(ctx, sql, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Audit, error) { return scanAudit(row) })
}

// StaleChecks lists the heads of open pull requests whose check does not show
// their newest audits, inside the caller's transaction.
func (s *Store) StaleChecks(ctx context.Context, tx pgx.Tx, installation, repository int64) (commits []string, err error) {
	rows, err := tx.Query(ctx, `
		SELECT h.head FROM (
			SELECT p.repository_id, p.head, array_agg(a.id ORDER BY a.id) AS audits,
				CASE WHEN bool_or(a.state IN ('queued', 'running')) THEN 'in_progress' ELSE 'completed' END AS shown
			FROM pull_requests p JOIN repositories r ON r.id = p.repository_id `+newestAudits+`
			WHERE r.installation_id = $1 AND r.id = $2 AND p.state = 'open'
			GROUP BY p.repository_id, p.head) h
		LEFT JOIN checks c ON c.repository_id = h.repository_id AND c.commit = h.head
		WHERE c.shown IS DISTINCT FROM h.shown OR h.shown = 'completed' AND c.audits <> h.audits
		ORDER BY h.head`, installation, repository)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
