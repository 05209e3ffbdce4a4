package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/source"
)

// Trigger is why an audit was asked for.
type Trigger string

// The triggers.
const (
	Push          Trigger = "push"
	OnPullRequest Trigger = "pull_request"
	Schedule      Trigger = "schedule"
	Backfill      Trigger = "backfill"
	Manual        Trigger = "manual"
)

// Triggers lists all triggers.
func Triggers() []Trigger { return []Trigger{Push, OnPullRequest, Schedule, Backfill, Manual} }

// State is how far an audit is.
type State string

// The states. Done, Failed and Cancelled are final.
const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// States lists all states.
func States() []State { return []State{Queued, Running, Done, Failed, Cancelled} }

// Stats counts what an audit had to do.
type Stats struct {
	Files      int   // entries of the snapshot
	Candidates int   // files that a format reads and that matter
	Skipped    int   // files that a format reads and that can't matter
	Cached     int   // distinct contents whose signals the cache had
	Inspected  int   // distinct contents that were parsed
	Failed     int   // candidates that could not be read as their format
	Bytes      int64 // read for that
}

// Audit is one run over a repository at one commit. What it found stands in
// Scorecards, Findings and Passes.
type Audit struct {
	ID           int64
	Installation int64
	Repository   int64
	Commit       string // 40 hex digits
	Branch       string // "" for a detached checkout
	Trigger      Trigger
	State        State

	Done, Total int // files inspected so far and to inspect; Total is 0 until known

	Ruleset  string
	Score    *float64 // 0 to 100; nil when nothing can be scored
	Grade    string   // "" when withheld
	Coverage float64  // 0 to 1
	Worst    string   // path of the component with the lowest score
	Stats    Stats
	Warnings []source.Warning
	Cells    []audit.Cell // the twelve factors of the whole repository; none before it is done

	// Of a pull request's audit:
	PullRequest int64            // the store's id; 0 for none
	BaseBranch  string           // that it compares with, as it was when it was asked for or last started
	BaseCommit  string           // where it left its base; "" until known
	BaseScore   *float64         // of the repository there
	BaseCells   []audit.Cell     // the same by factor
	Unchanged   int              // findings that the base has, too
	Gate        string           // the severity from which on new findings fail, or "none"
	Unread      []source.Warning // files that it changes and that could not be read, the first of them, and why
	UnreadFiles int              // all of them
	Unseen      int              // findings of the base there, of which nobody knows

	Error    string    // one sentence for people, of a failed or cancelled audit
	Passing  bool      // of a failed one: why it failed may pass, and it is asked for again
	HeadAt   time.Time // when the commit came to be the branch's head: the order of the branch's audits
	Created  time.Time
	Started  *time.Time
	Finished *time.Time
	Away     *time.Time // since when GitHub has not answered; nil while it does
}

const auditColumns = `a.id, r.installation_id, a.repository_id, a.commit, a.branch, a.trigger, a.state,
	a.progress_done, a.progress_total, a.ruleset, a.score, a.grade, a.coverage, a.worst,
	a.files, a.candidates, a.skipped, a.cached, a.inspected, a.failed, a.bytes, a.warnings,
	a.cells, coalesce(a.pull_request, 0), a.base_commit, a.base_score, a.base_cells, a.unchanged, a.gate,
	a.unread, a.unread_files, a.unseen,
	a.base_branch, a.passing, a.error, a.head_at, a.created_at, a.started_at, a.finished_at, a.away_since`

func scanAudit(row pgx.Row) (Audit, error) {
	var a Audit
	err := row.Scan(a.fields()...)
	return a, err
}

// fields are where auditColumns go.
func (a *Audit) fields() []any {
	return []any{&a.ID, &a.Installation, &a.Repository, &a.Commit, &a.Branch, &a.Trigger, &a.State,
		&a.Done, &a.Total, &a.Ruleset, &a.Score, &a.Grade, &a.Coverage, &a.Worst,
		&a.Stats.Files, &a.Stats.Candidates, &a.Stats.Skipped, &a.Stats.Cached, &a.Stats.Inspected, &a.Stats.Failed, &a.Stats.Bytes, &a.Warnings,
		&a.Cells, &a.PullRequest, &a.BaseCommit, &a.BaseScore, &a.BaseCells, &a.Unchanged, &a.Gate,
		&a.Unread, &a.UnreadFiles, &a.Unseen,
		&a.BaseBranch, &a.Passing, &a.Error, &a.HeadAt, &a.Created, &a.Started, &a.Finished, &a.Away}
}

// NewAudit is the question that an audit answers.
type NewAudit struct {
	Repository int64
	Commit     string // 40 hex digits
	Branch     string
	Trigger    Trigger
	HeadAt     time.Time // when the commit came to be the branch's head; zero: now

	PullRequest int64  // the one whose head it is, by the store's id; 0 for none
	BaseBranch  string // of that pull request
}

// CreateAudit queues an audit inside the caller's transaction. enqueue puts its
// job on the queue in the same transaction and returns the job's id, so that
// neither exists without the other. When the same audit waits or runs already,
// that one is returned and nothing is added.
func (s *Store) CreateAudit(ctx context.Context, tx pgx.Tx, installation int64, n NewAudit, enqueue func(Claim) (job int64, err error)) (id int64, added bool, err error) {
	// The existing row may be finished by its worker between the two statements;
	// then there is room for the new one.
	for range 3 {
		id, err = insertAudit(ctx, tx, installation, n)
		if err == nil {
			return id, true, attachJob(ctx, tx, Claim{Installation: installation, Audit: id, Lease: 1}, enqueue)
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return 0, false, err
		}
		err = tx.QueryRow(ctx, `
			SELECT a.id FROM audits a JOIN repositories r ON r.id = a.repository_id
			WHERE r.installation_id = $1 AND a.repository_id = $2 AND a.commit = $3 AND a.branch = $4 AND a.trigger = $5
			  AND a.state IN ('queued', 'running')`,
			installation, n.Repository, n.Commit, n.Branch, n.Trigger).Scan(&id)
		if err == nil {
			return id, false, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return 0, false, err
		}
	}
	return 0, false, fmt.Errorf("repository %d: %w", n.Repository, ErrNotFound)
}

// insertAudit adds the row. No row means that the repository isn't the
// installation's or that the same audit waits already.
func insertAudit(ctx context.Context, tx pgx.Tx, installation int64, n NewAudit) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO audits (repository_id, commit, branch, trigger, head_at, pull_request, base_branch)
		SELECT id, $3, $4, $5, coalesce($6, now()), nullif($7, 0), $8 FROM repositories WHERE installation_id = $1 AND id = $2
		ON CONFLICT (repository_id, branch, commit, trigger) WHERE state IN ('queued', 'running') DO NOTHING
		RETURNING id`,
		installation, n.Repository, n.Commit, n.Branch, n.Trigger, timeOrNull(n.HeadAt), n.PullRequest, text(n.BaseBranch)).Scan(&id)
	return id, err
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func attachJob(ctx context.Context, tx pgx.Tx, claim Claim, enqueue func(Claim) (int64, error)) error {
	job, err := enqueue(claim)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE audits SET job_id = $2 WHERE id = $1`, claim.Audit, job)
	return err
}

// CancelSuperseded cancels audits of a pull request's branch that wait or run
// while a later one is queued, and returns their commits. Whoever works on one
// learns it with the next heartbeat. Audits of pushes are never
// cancelled: every commit of a default branch is audited.
func (s *Store) CancelSuperseded(ctx context.Context, tx pgx.Tx, installation, audit int64) (commits []string, err error) {
	rows, err := tx.Query(ctx, `
		UPDATE audits old
		SET state = 'cancelled', finished_at = now(), error = 'A later commit of the same pull request is audited instead.'
		FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.id = $2 AND a.trigger = 'pull_request'
		  AND old.repository_id = a.repository_id AND old.branch = a.branch AND old.trigger = a.trigger
		  AND old.id < a.id AND old.commit <> a.commit AND old.state IN ('queued', 'running')
		RETURNING old.commit`, installation, audit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Audit returns one audit of an installation.
func (s *Store) Audit(ctx context.Context, installation, id int64) (Audit, error) {
	a, err := scanAudit(s.pool.QueryRow(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.id = $2`, installation, id))
	return a, found(err, "audit %d", id)
}

// AuditOf returns one audit of a repository.
func (s *Store) AuditOf(ctx context.Context, installation, repository, id int64) (Audit, error) {
	a, err := scanAudit(s.pool.QueryRow(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.repository_id = $2 AND a.id = $3`, installation, repository, id))
	return a, found(err, "audit %d", id)
}

// AuditBefore returns the done audit of the same branch whose head was the one
// before.
func (s *Store) AuditBefore(ctx context.Context, a Audit) (Audit, error) {
	before, err := scanAudit(s.pool.QueryRow(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.repository_id = $2 AND a.branch = $3 AND a.state = 'done' AND (a.head_at, a.id) < ($4, $5)
		ORDER BY a.head_at DESC, a.id DESC LIMIT 1`, a.Installation, a.Repository, a.Branch, a.HeadAt, a.ID))
	return before, found(err, "an audit before %d", a.ID)
}

// AuditAfter is AuditBefore the other way.
func (s *Store) AuditAfter(ctx context.Context, a Audit) (Audit, error) {
	after, err := scanAudit(s.pool.QueryRow(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.repository_id = $2 AND a.branch = $3 AND a.state = 'done' AND (a.head_at, a.id) > ($4, $5)
		ORDER BY a.head_at, a.id LIMIT 1`, a.Installation, a.Repository, a.Branch, a.HeadAt, a.ID))
	return after, found(err, "an audit after %d", a.ID)
}

// LatestAudit returns the latest done audit of a repository's default branch.
func (s *Store) LatestAudit(ctx context.Context, installation, repository int64) (Audit, error) {
	a, err := scanAudit(s.reader().QueryRow(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND r.id = $2 AND a.branch = r.default_branch AND a.state = 'done'
		ORDER BY a.head_at DESC, a.id DESC LIMIT 1`, installation, repository))
	return a, found(err, "a done audit of repository %d", repository)
}

// RecentAudits returns what was audited of a repository as it came, in any state,
// at most limit, the newest heads first: without audits of the past, which are
// the trend's.
func (s *Store) RecentAudits(ctx context.Context, installation, repository int64, limit int) ([]Audit, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.repository_id = $2 AND a.trigger <> 'backfill'
		ORDER BY a.head_at DESC, a.id DESC LIMIT $3`, installation, repository, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Audit, error) { return scanAudit(row) })
}

// Audits returns a repository's audits in any state, at most limit, those of the
// newest heads first.
func (s *Store) Audits(ctx context.Context, installation, repository int64, limit int) ([]Audit, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.repository_id = $2
		ORDER BY a.head_at DESC, a.id DESC LIMIT $3`, installation, repository, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Audit, error) { return scanAudit(row) })
}
