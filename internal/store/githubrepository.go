package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// GitHubRepository is what GitHub tells of a repository.
type GitHubRepository struct {
	ID            int64 // GitHub's
	Owner, Name   string
	DefaultBranch string // "" where it isn't told: what is known stays
	Private       bool
	Archived      bool
	Fork          bool
	Topics        []string // nil where they aren't told: what is known stays
}

// NoteRepository makes sure that a repository which GitHub named in a delivery of
// an installation is known, inside the caller's transaction, and returns it as it
// is known: deliveries come late, so what they say of it, and whether one that is
// gone is back, is asked for. One that another installation has stays there and
// isn't found here; see AdoptRepository.
func (s *Store) NoteRepository(ctx context.Context, tx pgx.Tx, installation int64, g GitHubRepository) (Repository, error) {
	r, err := knownRepository(ctx, tx, installation, g.ID)
	if !errors.Is(err, ErrNotFound) {
		return r, err
	}
	if r, err = s.upsertGitHub(ctx, tx, installation, g, `false`); errors.Is(err, ErrNotFound) { // another delivery may have been first
		r, err = knownRepository(ctx, tx, installation, g.ID)
	}
	return r, err
}

func knownRepository(ctx context.Context, tx pgx.Tx, installation, githubID int64) (Repository, error) {
	r, err := scanRepository(tx.QueryRow(ctx, `
		SELECT `+repositoryColumns+` FROM repositories r WHERE r.installation_id = $1 AND r.github_id = $2`, installation, githubID))
	return r, found(err, "GitHub's repository %d in installation %d", githubID, installation)
}

// ReviewRepository brings a repository of an installation to what GitHub answers
// of it alone. ErrNotFound: it is gone meanwhile. Whether the installation still
// has it such an answer doesn't tell: anybody is told of a public one.
func (s *Store) ReviewRepository(ctx context.Context, tx pgx.Tx, installation int64, g GitHubRepository) (Repository, error) {
	return s.upsertGitHub(ctx, tx, installation, g, `repositories.installation_id = excluded.installation_id AND repositories.gone_at IS NULL`)
}

// AdoptRepository records a repository that GitHub lists for an installation
// when it is asked, and moves it there from wherever it was.
func (s *Store) AdoptRepository(ctx context.Context, tx pgx.Tx, installation int64, g GitHubRepository) (Repository, error) {
	if err := moveScanning(ctx, tx, installation, g.ID); err != nil {
		return Repository{}, err
	}
	return s.upsertGitHub(ctx, tx, installation, g, `true`)
}

// upsertGitHub inserts a repository, or changes one that a condition holds for.
func (s *Store) upsertGitHub(ctx context.Context, tx pgx.Tx, installation int64, g GitHubRepository, condition string) (Repository, error) {
	if installation == Local || g.ID <= 0 || g.Owner == "" || g.Name == "" {
		return Repository{}, fmt.Errorf("a repository of GitHub needs an installation, an id, an owner and a name: %w", ErrInvalid)
	}
	var r Repository
	var stands bool
	err := tx.QueryRow(ctx, `
		INSERT INTO repositories (installation_id, origin, owner, name, default_branch, github_id, private, archived, fork, topics)
		SELECT i.id, 'github', $3, $4, $5, $2, $6, $7, $8, coalesce($9::text[], '{}') FROM installations i WHERE i.id = $1 AND i.deleted_at IS NULL
		ON CONFLICT (github_id) DO UPDATE SET
			installation_id = excluded.installation_id, owner = excluded.owner, name = excluded.name,
			default_branch = coalesce(nullif(excluded.default_branch, ''), repositories.default_branch),
			private = excluded.private, archived = excluded.archived, fork = excluded.fork, gone_at = NULL,
			topics = coalesce($9::text[], repositories.topics),
			stood_at = CASE WHEN excluded.default_branch IN ('', repositories.default_branch) THEN repositories.stood_at END
		WHERE `+condition+`
		RETURNING `+returned+`, stood_at IS NOT NULL`,
		installation, g.ID, text(g.Owner), text(g.Name), text(g.DefaultBranch), g.Private, g.Archived, g.Fork, g.topics()).
		Scan(append(r.fields(), &stands)...)
	if err != nil {
		return r, found(err, "repository %s/%s of installation %d", g.Owner, g.Name, installation)
	}
	if !stands {
		err = stand(ctx, tx, r.ID) // another default branch has other audits
	}
	return r, err
}

// topics are those that may be kept, nil where none are told.
func (g GitHubRepository) topics() []string {
	if g.Topics == nil {
		return nil
	}
	return texts(g.Topics)
}

// returned is repositoryColumns of the table under its own name.
const returned = `id, installation_id, origin, owner, name, default_branch, coalesce(path, ''), created_at,
	coalesce(github_id, 0), private, archived, fork, gone_at, head, head_at, reviewed_at, backfilled_at`

// LoseRepositories marks repositories of an installation, by GitHub's ids, as
// gone, and to be compared again should they come back.
func (s *Store) LoseRepositories(ctx context.Context, tx pgx.Tx, installation int64, ids []int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE repositories SET gone_at = coalesce(gone_at, now()), reviewed_at = NULL WHERE installation_id = $1 AND github_id = ANY($2)`, installation, ids)
	return err
}

// KeepRepositories marks all repositories of an installation as gone but those
// of GitHub's ids: after all of them were listed.
func (s *Store) KeepRepositories(ctx context.Context, tx pgx.Tx, installation int64, ids []int64) (gone int64, err error) {
	tag, err := tx.Exec(ctx, `
		UPDATE repositories SET gone_at = now(), reviewed_at = NULL
		WHERE installation_id = $1 AND gone_at IS NULL AND origin = 'github' AND NOT github_id = ANY($2)`, installation, ids)
	return tag.RowsAffected(), err
}

// NoteHead records the head of a repository's default branch, unless a later one
// is known already: then newer is false.
func (s *Store) NoteHead(ctx context.Context, tx pgx.Tx, installation, repository int64, commit string, at time.Time) (newer bool, err error) {
	tag, err := tx.Exec(ctx, `
		UPDATE repositories SET head = $3, head_at = $4
		WHERE installation_id = $1 AND id = $2 AND (head_at IS NULL OR head_at <= $4)`, installation, repository, commit, at)
	return tag.RowsAffected() == 1, err
}

// NoteReviewed records that the ledger compared a repository with GitHub.
func (s *Store) NoteReviewed(ctx context.Context, installation, repository int64) error {
	_, err := s.pool.Exec(ctx, `UPDATE repositories SET reviewed_at = now() WHERE installation_id = $1 AND id = $2`, installation, repository)
	return err
}

// NoteBackfilled records, inside the caller's transaction, that the audits of a
// repository's past year are asked for: of the default branch that it was read with.
func (s *Store) NoteBackfilled(ctx context.Context, tx pgx.Tx, r Repository) error {
	_, err := tx.Exec(ctx, `UPDATE repositories SET backfilled_at = now() WHERE installation_id = $1 AND id = $2 AND default_branch = $3`, r.Installation, r.ID, r.DefaultBranch)
	return err
}

// ForgetPast takes back that the audits of a repository's past year are asked for,
// where one of them failed a day ago for a reason that may have passed, fewer than
// five times. It returns the repository as it is then.
func (s *Store) ForgetPast(ctx context.Context, r Repository) (Repository, error) {
	tag, err := s.pool.Exec(ctx, `
		UPDATE repositories r SET backfilled_at = NULL
		WHERE r.installation_id = $1 AND r.id = $2 AND r.backfilled_at IS NOT NULL AND EXISTS (
			SELECT FROM audits a
			WHERE a.repository_id = r.id AND a.branch = r.default_branch AND a.trigger = 'backfill'
			GROUP BY a.commit
			HAVING bool_and(a.state = 'failed' AND a.passing AND a.finished_at < now() - interval '1 day') AND count(*) < 5)`, r.Installation, r.ID)
	if err == nil && tag.RowsAffected() > 0 {
		r.Backfilled = nil
	}
	return r, err
}

// HasAudit reports whether a commit of a branch was audited or is going to be,
// against a base branch where it is a pull request's. Its newest audit decides: one
// that was cancelled doesn't count, nor do those before it, which were no longer
// trusted; nor one that failed for a reason that may have passed since: a quarter of
// an hour later, then twice as long after each failure up to a day.
func (s *Store) HasAudit(ctx context.Context, tx pgx.Tx, installation, repository int64, branch, commit, base string) (has bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT a.state <> 'cancelled' AND a.base_branch = $5 AND NOT (a.state = 'failed' AND a.passing AND a.finished_at < now() - least(
			interval '1 day', interval '15 minutes' * power(2, least(10, (
				SELECT count(*) - 1 FROM audits o
				WHERE o.repository_id = r.id AND o.branch = $3 AND o.commit = $4 AND o.state = 'failed' AND o.passing)))))
		FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND r.id = $2 AND a.branch = $3 AND a.commit = $4
		ORDER BY a.id DESC LIMIT 1`,
		installation, repository, branch, commit, base).Scan(&has)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return has, err
}

// HasOtherHead reports whether an audit of another commit of a branch, of which it
// was the head at a time or later, ended well or is still to end.
func (s *Store) HasOtherHead(ctx context.Context, tx pgx.Tx, installation, repository int64, branch, commit string, since time.Time) (has bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM audits a JOIN repositories r ON r.id = a.repository_id
			WHERE r.installation_id = $1 AND a.repository_id = $2 AND a.branch = $3 AND a.commit <> $4 AND a.head_at >= $5
			  AND a.state IN ('queued', 'running', 'done'))`,
		installation, repository, branch, commit, since).Scan(&has)
	return has, err
}

// Unfinished reports whether an audit of a repository's default branch waits or runs.
func (s *Store) Unfinished(ctx context.Context, installation, repository int64) (busy bool, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM audits a JOIN repositories r ON r.id = a.repository_id
			WHERE r.installation_id = $1 AND r.id = $2 AND a.branch = r.default_branch AND a.state IN ('queued', 'running'))`,
		installation, repository).Scan(&busy)
	return busy, err
}
