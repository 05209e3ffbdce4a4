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
	Run        int64  // GitHub's id; 0 until it was created
	Audit      int64  // that it shows; 0 for none
	Annotated  int64  // the audit whose annotations it has; 0 for none
	Shown      string // "", "in_progress" or "completed"
	Updated    time.Time
}

// LockCheck returns a commit's check, made where there is none, and keeps it
// from others until the transaction ends. ok is false when another has it.
func (s *Store) LockCheck(ctx context.Context, tx pgx.Tx, installation, repository int64, commit string) (c Check, ok bool, err error) {
	_, err = tx.Exec(ctx, `
		INSERT INTO checks (repository_id, commit) SELECT id, $3 FROM repositories WHERE installation_id = $1 AND id = $2
		ON CONFLICT DO NOTHING`, installation, repository, commit)
	if err != nil {
		return c, false, err
	}
	err = tx.QueryRow(ctx, `
		SELECT c.repository_id, c.commit, coalesce(c.check_run, 0), coalesce(c.audit_id, 0), coalesce(c.annotated_by, 0), c.shown, c.updated_at
		FROM checks c WHERE c.repository_id = $1 AND c.commit = $2 FOR UPDATE SKIP LOCKED`, repository, commit).
		Scan(&c.Repository, &c.Commit, &c.Run, &c.Audit, &c.Annotated, &c.Shown, &c.Updated)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

// SaveCheck records what a check shows.
func (s *Store) SaveCheck(ctx context.Context, tx pgx.Tx, c Check) error {
	_, err := tx.Exec(ctx, `
		UPDATE checks SET check_run = nullif($3, 0), audit_id = nullif($4, 0), annotated_by = nullif($5, 0), shown = $6, updated_at = now()
		WHERE repository_id = $1 AND commit = $2`, c.Repository, c.Commit, c.Run, c.Audit, c.Annotated, c.Shown)
	return err
}

// NewestAudit returns the newest audit of a pull request's commit, in any state.
func (s *Store) NewestAudit(ctx context.Context, installation, repository int64, commit string) (Audit, error) {
	a, err := scanAudit(s.pool.QueryRow(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND r.id = $2 AND a.commit = $3 AND a.trigger = 'pull_request'
		ORDER BY (a.state = 'cancelled'), a.id DESC LIMIT 1`, installation, repository, commit))
	return a, found(err, "an audit of %s", commit)
}
