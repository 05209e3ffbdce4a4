package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// FindingChoice is which findings of default branches are meant.
type FindingChoice struct {
	Sight      Sight
	Accounts   []int64 // installations; what lies in none of them is left out
	Repository int64   // 0: all but archived ones
	Open       bool    // those that are
	Closed     bool    // those that are
	Accepted   bool    // those alone that a waiver may be for
	Today      string  // the day that waivers are held against
	Factor     factor.Key
	Severity   audit.Severity
	Rule       string
	Component  string
}

// ListedFinding is a finding with the repository that it is of.
type ListedFinding struct {
	Finding
	Repository Repository
	Commit     string // that the repository's latest audit was of
}

// FindingsAfter lists the chosen findings by repository and id, behind the finding
// of a repository that is given, at most so many. Of Accepted ones some may have no
// waiver that holds: a path's is for the caller to compare.
func (s *Store) FindingsAfter(ctx context.Context, c FindingChoice, repository, finding int64, most int) ([]ListedFinding, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+findingColumns+`, `+repositoryColumns+`, r.latest_commit
		FROM repositories r CROSS JOIN LATERAL (
			SELECT f.* FROM findings f
			WHERE f.repository_id = r.id AND f.branch = r.default_branch AND f.id > CASE WHEN r.id = $5 THEN $6::bigint ELSE 0 END
			  AND ($8 AND f.closed_by_audit IS NULL OR $9 AND f.closed_by_audit IS NOT NULL)
			  AND ($10 = '' OR f.factor = $10) AND ($11 = '' OR f.severity = $11) AND ($12 = '' OR f.rule = $12) AND ($13 = '' OR f.component = $13)
			  AND (NOT $14 OR f.waiver IS NOT NULL OR EXISTS (
				SELECT FROM waivers w
				WHERE w.repository_id = f.repository_id AND w.withdrawn_at IS NULL AND w.rule = f.rule AND w.fingerprint IN ('', f.fingerprint)
				  AND w.expires >= $15::text::date))
			ORDER BY f.id LIMIT $16) f
		WHERE `+visible+` AND r.id >= $5 AND ($7 = 0 AND NOT r.archived OR r.id = $7)
		  AND ($9 OR $11 = '' OR r.open_findings[array_position($17::text[], $11)] > 0)
		ORDER BY r.id, f.id LIMIT $16`,
		append(c.Sight.arguments(), c.Accounts, repository, finding, c.Repository, c.Open, c.Closed, string(c.Factor), string(c.Severity), text(c.Rule), text(c.Component),
			c.Accepted, c.Today, most, severities())...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f ListedFinding, err error) {
		f.Finding, err = scanFinding(row, append(f.Repository.fields(), &f.Commit)...)
		return f, err
	})
}

// StandingWaivers are the waivers of repositories that were seen, those over
// included, in the order in which they end.
func (s *Store) StandingWaivers(ctx context.Context, repositories []int64) (map[int64][]audit.Waiver, error) {
	slices.Sort(repositories)
	rows, err := s.pool.Query(ctx, `
		SELECT `+waiverColumns+` FROM waivers w JOIN repositories r ON r.id = w.repository_id
		WHERE r.id = ANY($1) AND w.withdrawn_at IS NULL ORDER BY w.expires, w.id`, slices.Compact(repositories))
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanWaiver)
	of := map[int64][]audit.Waiver{}
	for _, w := range list {
		of[w.Repository] = append(of[w.Repository], w.Waiver)
	}
	return of, err
}

// RepositoryOfFinding is the id of the repository that a finding is of, where a
// sight sees it.
func (s *Store) RepositoryOfFinding(ctx context.Context, sight Sight, finding int64) (id int64, err error) {
	err = s.pool.QueryRow(ctx, `SELECT f.repository_id FROM findings f WHERE f.id = $4 AND f.repository_id IN (`+seen+`)`, append(sight.arguments(), finding)...).Scan(&id)
	return id, found(err, "finding %d", finding)
}
