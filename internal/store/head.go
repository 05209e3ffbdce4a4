package store

import "context"

// HeadJob is the kind of River's jobs that find out where a branch is, to have it
// audited.
const HeadJob = "audit_head"

const headAskedSQL = `
	SELECT EXISTS (
		SELECT FROM river_job j
		WHERE j.state IN ('available', 'pending', 'retryable', 'running', 'scheduled') AND j.queue = 'github' AND j.kind = $3
		  AND (j.args->>'installation')::bigint = $1 AND (j.args->>'repository')::bigint = $2)`

// HeadAsked reports whether somebody asked for an audit of a repository's head,
// of which it is not known yet where that is.
func (s *Store) HeadAsked(ctx context.Context, installation, repository int64) (asked bool, err error) {
	err = s.pool.QueryRow(ctx, headAskedSQL, installation, repository, HeadJob).Scan(&asked)
	return asked, err
}
