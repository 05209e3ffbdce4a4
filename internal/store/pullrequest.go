package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// PullState is whether a pull request can still be merged.
type PullState string

// The states of a pull request.
const (
	PullOpen   PullState = "open"
	PullClosed PullState = "closed"
	PullMerged PullState = "merged"
)

// PullStates lists them.
func PullStates() []PullState { return []PullState{PullOpen, PullClosed, PullMerged} }

// PullRequest is a pull request as GitHub last told of it.
type PullRequest struct {
	ID             int64
	Repository     int64
	Number         int
	Title          string
	Author         string
	State          PullState
	Draft          bool
	Head           string // commit
	HeadBranch     string
	HeadRepository string // "owner/name"; "" when it is gone
	BaseBranch     string
	MergeCommit    string // of a merged one
	Changed        time.Time
}

// Line names the line of audits of the pull request, where a branch's name
// would stand: no branch is called so.
func (p PullRequest) Line() string { return fmt.Sprintf("refs/pull/%d", p.Number) }

const pullColumns = `p.id, p.repository_id, p.number, p.title, p.author, p.state, p.draft, p.head, p.head_branch,
	p.head_repository, p.base_branch, p.merge_commit, p.changed_at`

func scanPull(row pgx.Row) (p PullRequest, err error) {
	err = row.Scan(&p.ID, &p.Repository, &p.Number, &p.Title, &p.Author, &p.State, &p.Draft, &p.Head, &p.HeadBranch,
		&p.HeadRepository, &p.BaseBranch, &p.MergeCommit, &p.Changed)
	return p, err
}

// NotePullRequest records what GitHub tells of a pull request, inside the
// caller's transaction. What is older than what is known changes nothing: late
// is true, and the pull request as it is known is returned.
func (s *Store) NotePullRequest(ctx context.Context, tx pgx.Tx, installation int64, p PullRequest) (known PullRequest, late bool, err error) {
	known, err = scanPull(tx.QueryRow(ctx, `
		INSERT INTO pull_requests AS p (repository_id, number, title, author, state, draft, head, head_branch, head_repository,
			base_branch, merge_commit, changed_at)
		SELECT r.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
		FROM repositories r WHERE r.installation_id = $1 AND r.id = $2
		ON CONFLICT (repository_id, number) DO UPDATE SET
			title = excluded.title, author = excluded.author, state = excluded.state, draft = excluded.draft, head = excluded.head,
			head_branch = excluded.head_branch, head_repository = excluded.head_repository, base_branch = excluded.base_branch,
			merge_commit = excluded.merge_commit, changed_at = excluded.changed_at
		WHERE p.changed_at <= excluded.changed_at
		RETURNING `+pullColumns,
		installation, p.Repository, p.Number, text(p.Title), text(p.Author), p.State, p.Draft, p.Head, text(p.HeadBranch),
		text(p.HeadRepository), text(p.BaseBranch), p.MergeCommit, p.Changed))
	if !errors.Is(err, pgx.ErrNoRows) {
		return known, false, err
	}
	known, err = scanPull(tx.QueryRow(ctx, `
		SELECT `+pullColumns+` FROM pull_requests p JOIN repositories r ON r.id = p.repository_id
		WHERE r.installation_id = $1 AND r.id = $2 AND p.number = $3`, installation, p.Repository, p.Number))
	return known, true, found(err, "repository %d", p.Repository)
}

// KnownPullRequest returns what is known of a pull request by its number, and keeps
// it from others until the caller's transaction ends, also what nobody knew yet.
// ErrNotFound: nothing is.
func (s *Store) KnownPullRequest(ctx context.Context, tx pgx.Tx, installation, repository int64, number int) (PullRequest, error) {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('pull ' || $1::bigint || ' ' || $2::bigint, 0))`, repository, number)
	if err != nil {
		return PullRequest{}, err
	}
	p, err := scanPull(tx.QueryRow(ctx, `
		SELECT `+pullColumns+` FROM pull_requests p JOIN repositories r ON r.id = p.repository_id
		WHERE r.installation_id = $1 AND r.id = $2 AND p.number = $3 FOR UPDATE OF p`, installation, repository, number))
	return p, found(err, "pull request %d of repository %d", number, repository)
}

// PullRequest returns one pull request by its id.
func (s *Store) PullRequest(ctx context.Context, installation, id int64) (PullRequest, error) {
	p, err := scanPull(s.reader().QueryRow(ctx, `
		SELECT `+pullColumns+` FROM pull_requests p JOIN repositories r ON r.id = p.repository_id
		WHERE r.installation_id = $1 AND p.id = $2`, installation, id))
	return p, found(err, "pull request %d", id)
}

// PullRequestsAt returns the open pull requests of a repository whose head is
// the commit, newest first, inside the caller's transaction.
func (s *Store) PullRequestsAt(ctx context.Context, tx pgx.Tx, installation, repository int64, commit string) ([]PullRequest, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+pullColumns+` FROM pull_requests p JOIN repositories r ON r.id = p.repository_id
		WHERE r.installation_id = $1 AND r.id = $2 AND p.head = $3 AND p.state = 'open' ORDER BY p.number DESC`, installation, repository, commit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (PullRequest, error) { return scanPull(row) })
}

// OpenPullRequests returns the open pull requests of a repository by number.
func (s *Store) OpenPullRequests(ctx context.Context, installation, repository int64) ([]PullRequest, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+pullColumns+` FROM pull_requests p JOIN repositories r ON r.id = p.repository_id
		WHERE r.installation_id = $1 AND r.id = $2 AND p.state = 'open' ORDER BY p.number`, installation, repository)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (PullRequest, error) { return scanPull(row) })
}
