package store

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// Origin is where a repository's content comes from.
type Origin string

// The origins.
const (
	FromGitHub Origin = "github"
	FromLocal  Origin = "local" // a directory of the machine that the worker runs on
)

// Origins lists all origins.
func Origins() []Origin { return []Origin{FromGitHub, FromLocal} }

// Repository is a repository of one installation.
type Repository struct {
	ID            int64
	Installation  int64
	Origin        Origin
	Owner         string
	Name          string
	DefaultBranch string // "" when unknown: a detached checkout
	Path          string // absolute directory of a local repository, else ""
	Created       time.Time

	GitHubID int64 // survives renames and transfers; 0 for a local one
	Private  bool
	Archived bool
	Fork     bool
	Gone     *time.Time // deleted, or no longer the installation's to see
	Head     string     // commit of the default branch as GitHub last said; "" while unknown
	HeadAt   *time.Time // when it was pushed
	Reviewed *time.Time // when the ledger last compared it with GitHub

	Backfilled *time.Time // when the audits of its past year were asked for
}

// FullName is "owner/name".
func (r Repository) FullName() string { return r.Owner + "/" + r.Name }

const repositoryColumns = `r.id, r.installation_id, r.origin, r.owner, r.name, r.default_branch, coalesce(r.path, ''), r.created_at,
	coalesce(r.github_id, 0), r.private, r.archived, r.fork, r.gone_at, r.head, r.head_at, r.reviewed_at, r.backfilled_at`

func scanRepository(row pgx.Row) (Repository, error) {
	var r Repository
	err := row.Scan(r.fields()...)
	return r, err
}

// fields are where repositoryColumns go.
func (r *Repository) fields() []any {
	return []any{&r.ID, &r.Installation, &r.Origin, &r.Owner, &r.Name, &r.DefaultBranch, &r.Path, &r.Created,
		&r.GitHubID, &r.Private, &r.Archived, &r.Fork, &r.Gone, &r.Head, &r.HeadAt, &r.Reviewed, &r.Backfilled}
}

// UpsertLocal registers the local repository in a directory, given as an
// absolute path, or brings its default branch up to date. Its name is the
// directory's, numbered when another directory has that name already.
func (s *Store) UpsertLocal(ctx context.Context, dir, branch string) (Repository, error) {
	if !filepath.IsAbs(dir) {
		return Repository{}, fmt.Errorf("the directory %q is not an absolute path: %w", dir, ErrInvalid)
	}
	var repository Repository
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		// Two at once would choose the same free name.
		if _, err := tx.Exec(ctx, `SELECT FROM installations WHERE id = $1 FOR UPDATE`, Local); err != nil {
			return err
		}
		row := tx.QueryRow(ctx, `
			INSERT INTO repositories AS r (installation_id, origin, owner, name, default_branch, path)
			SELECT $1, 'local', 'local', free.name, $4, $2
			FROM (
				SELECT CASE n WHEN 1 THEN $3 ELSE $3 || '-' || n END AS name
				FROM generate_series(1, (SELECT count(*) + 1 FROM repositories WHERE installation_id = $1)) AS n
				WHERE NOT EXISTS (
					SELECT FROM repositories o
					WHERE o.installation_id = $1 AND lower(o.owner) = 'local' AND o.path IS DISTINCT FROM $2
					  AND lower(o.name) = lower(CASE n WHEN 1 THEN $3 ELSE $3 || '-' || n END))
				ORDER BY n LIMIT 1
			) AS free
			ON CONFLICT (installation_id, path) WHERE path IS NOT NULL
			DO UPDATE SET default_branch = excluded.default_branch
			RETURNING `+repositoryColumns, Local, dir, filepath.Base(dir), branch)
		var err error
		if repository, err = scanRepository(row); err != nil {
			return err
		}
		return stand(ctx, tx, repository.ID)
	})
	return repository, err
}

// Repository returns one repository of an installation by its id.
func (s *Store) Repository(ctx context.Context, installation, id int64) (Repository, error) {
	r, err := scanRepository(s.pool.QueryRow(ctx, `
		SELECT `+repositoryColumns+` FROM repositories r
		WHERE r.installation_id = $1 AND r.id = $2`, installation, id))
	return r, found(err, "repository %d", id)
}

// RepositoryNamed returns one repository of an installation by its owner and
// name, in any case of letters.
func (s *Store) RepositoryNamed(ctx context.Context, installation int64, owner, name string) (Repository, error) {
	r, err := scanRepository(s.pool.QueryRow(ctx, `
		SELECT `+repositoryColumns+` FROM repositories r
		WHERE r.installation_id = $1 AND lower(r.owner) = lower($2) AND lower(r.name) = lower($3)
		ORDER BY r.gone_at IS NOT NULL, r.id DESC LIMIT 1`, installation, owner, name))
	return r, found(err, "repository %s/%s", owner, name)
}
