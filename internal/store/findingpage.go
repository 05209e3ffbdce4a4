package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
	Commit     string // that the last audit was of that saw it
}

// conditions are what a choice asks of findings f, and of their repositories r
// where those tell that there are none. Arguments come behind those that are there.
func (c FindingChoice) conditions(arguments []any) (findings, repositories string, all []any) {
	and := func(condition string, value any) string {
		arguments = append(arguments, value)
		return " AND " + strings.ReplaceAll(condition, "$n", fmt.Sprintf("$%d", len(arguments)))
	}
	switch {
	case c.Open && !c.Closed:
		findings += ` AND f.closed_by_audit IS NULL`
	case c.Closed && !c.Open:
		findings += ` AND f.closed_by_audit IS NOT NULL`
		repositories += ` AND EXISTS (SELECT FROM findings x WHERE x.repository_id = r.id AND x.closed_by_audit IS NOT NULL)`
	}
	if c.Rule != "" {
		findings += and(`f.rule = $n`, text(c.Rule))
		if of, _, _ := strings.Cut(c.Rule, "/"); c.Factor == "" {
			c.Factor = factor.Key(text(of)) // which a rule's name begins with
		}
	}
	if c.Factor != "" {
		findings += and(`f.factor = $n`, string(c.Factor))
	}
	if c.Severity != "" {
		findings += and(`f.severity = $n`, string(c.Severity))
		if !c.Closed {
			repositories += and(`r.open_findings[$n] > 0`, c.Severity.Rank()+1)
		}
	}
	if c.Component != "" {
		findings += and(`f.component = $n`, text(c.Component))
	}
	if c.Accepted {
		findings += and(`(f.waiver IS NOT NULL OR EXISTS (
			SELECT FROM waivers w
			WHERE w.repository_id = f.repository_id AND w.withdrawn_at IS NULL AND w.rule = f.rule AND w.fingerprint IN ('', f.fingerprint)
			  AND w.expires >= $n::text::date))`, c.Today)
		repositories += ` AND (EXISTS (SELECT FROM waivers w WHERE w.repository_id = r.id AND w.withdrawn_at IS NULL)
			OR EXISTS (SELECT FROM findings x WHERE x.repository_id = r.id AND x.closed_by_audit IS NULL AND x.waiver IS NOT NULL))`
	}
	return findings, repositories, arguments
}

// FindingsAfter lists the chosen findings by repository and id, behind the finding
// of a repository that is given, at most so many. Of Accepted ones some may have no
// waiver that holds: a path's is for the caller to compare.
func (s *Store) FindingsAfter(ctx context.Context, c FindingChoice, repository, finding int64, most int) ([]ListedFinding, error) {
	findings, repositories, arguments := c.conditions(append(c.Sight.arguments(), c.Accounts, repository, finding, c.Repository, most))
	// Planned anew for each question, as a search's: what is rare and what is common
	// are read in different ways.
	rows, err := s.pool.Query(ctx, `
		SELECT `+findingColumns+`, `+repositoryColumns+`, (SELECT a.commit FROM audits a WHERE a.id = f.last_seen_audit)
		FROM repositories r CROSS JOIN LATERAL (
			SELECT f.* FROM findings f
			WHERE f.repository_id = r.id AND f.branch = r.default_branch AND f.id > CASE WHEN r.id = $5 THEN $6::bigint ELSE 0 END`+findings+`
			ORDER BY f.id LIMIT $8) f
		WHERE `+visible+` AND r.id >= $5 AND ($7 = 0 AND NOT r.archived OR r.id = $7)`+repositories+`
		ORDER BY r.id, f.id LIMIT $8`, append([]any{pgx.QueryExecModeCacheDescribe}, arguments...)...)
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
	err = s.pool.QueryRow(ctx, `SELECT f.repository_id FROM findings f WHERE f.id = $4 AND f.repository_id IN (`+sight.seen()+`)`, append(sight.arguments(), finding)...).Scan(&id)
	return id, found(err, "finding %d", finding)
}
