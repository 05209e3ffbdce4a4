package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
)

// TrendPoints is about how many points a trend has at the most.
const TrendPoints = 120

// TrendPoint is an audit of the default branch, as far as a trend shows it.
type TrendPoint struct {
	Audit   int64
	At      time.Time // when the commit came to be the head
	Commit  string
	Score   *float64 // 0 to 100; nil when nothing could be scored
	Ruleset string
	Cells   []audit.Cell // the twelve factors
}

const trendSQL = `
	WITH daily AS (
		SELECT DISTINCT ON (date_trunc('day', a.head_at, 'UTC')) a.id, a.head_at
		FROM repositories r JOIN audits a ON a.repository_id = r.id AND a.branch = r.default_branch
		WHERE r.installation_id = $1 AND r.id = $2 AND a.state = 'done' AND a.head_at >= $3
		ORDER BY date_trunc('day', a.head_at, 'UTC'), a.head_at DESC, a.id DESC
	), numbered AS (
		SELECT id, row_number() OVER (ORDER BY head_at DESC, id DESC) - 1 AS back, count(*) OVER () AS days FROM daily
	)
	SELECT a.id, a.head_at, a.commit, a.score, a.ruleset, a.cells
	FROM numbered n JOIN audits a ON a.id = n.id
	WHERE n.days <= $4 OR n.back IN (0, n.days - 1) OR n.back * $4 / n.days > (n.back - 1) * $4 / n.days
	ORDER BY a.head_at, a.id`

// Trend lists the done audits of a repository's default branch, of heads since a
// time, oldest first: of each day (UTC) the last, and of more than TrendPoints
// days so many that are spread evenly, with the first and the last. It is one
// query whose choice the index audits_done answers alone.
func (s *Store) Trend(ctx context.Context, installation, repository int64, since time.Time) ([]TrendPoint, error) {
	rows, err := s.pool.Query(ctx, trendSQL, installation, repository, since, TrendPoints)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanTrendPoint)
}

func scanTrendPoint(row pgx.CollectableRow) (p TrendPoint, err error) {
	err = row.Scan(&p.Audit, &p.At, &p.Commit, &p.Score, &p.Ruleset, &p.Cells)
	return p, err
}

const pastWaitingSQL = `
	SELECT count(*) FROM audits a JOIN repositories r ON r.id = a.repository_id
	WHERE r.installation_id = $1 AND a.repository_id = $2 AND a.branch = r.default_branch
	  AND a.trigger = 'backfill' AND a.state IN ('queued', 'running')`

// PastWaiting counts the audits of a repository's past that wait or run.
func (s *Store) PastWaiting(ctx context.Context, installation, repository int64) (count int, err error) {
	err = s.pool.QueryRow(ctx, pastWaitingSQL, installation, repository).Scan(&count)
	return count, err
}
