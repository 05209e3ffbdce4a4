package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// Overview is a repository as its pages show it.
type Overview struct {
	Repository
	Latest   *Audit         // the latest done audit of the default branch; nil if there is none
	Previous *float64       // the score of the done audit before it; nil if none or unscored
	Newest   *Audit         // its newest audit in any state that is not of the past; nil if there is none
	Classes  []audit.Class  // of Latest's components, without repetition
	Factors  [12]audit.Cell // of Latest, in canonical order
	Open     [5]int         // open findings of the default branch by severity, worst first
}

// Overview is the overview of one repository that a sight sees.
func (s *Store) Overview(ctx context.Context, sight Sight, repository int64) (Overview, error) {
	o, ends, err := s.line(ctx, sight, repository)
	if err != nil {
		return o, err
	}
	audits, err := s.auditsByID(ctx, o.ID, ends.latest, ends.newest)
	if err != nil {
		return o, err
	}
	o.Latest, o.Newest = audits[ends.latest], audits[ends.newest]
	return o, s.summarise(ctx, &o)
}

// lineEnds are the ids of a repository's audits that an overview shows; 0 for none.
type lineEnds struct{ latest, newest int64 }

func (s *Store) line(ctx context.Context, sight Sight, repository int64) (o Overview, ends lineEnds, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT `+repositoryColumns+`, coalesce(latest.id, 0), previous.score, coalesce(newest.id, 0)
		FROM repositories r
		LEFT JOIN LATERAL (
			SELECT a.id, a.head_at FROM audits a
			WHERE a.repository_id = r.id AND a.branch = r.default_branch AND a.state = 'done'
			ORDER BY a.head_at DESC, a.id DESC LIMIT 1) latest ON true
		LEFT JOIN LATERAL (
			SELECT a.score FROM audits a
			WHERE a.repository_id = r.id AND a.branch = r.default_branch AND a.state = 'done' AND (a.head_at, a.id) < (latest.head_at, latest.id)
			ORDER BY a.head_at DESC, a.id DESC LIMIT 1) previous ON true
		LEFT JOIN LATERAL (
			SELECT a.id FROM audits a
			WHERE a.repository_id = r.id AND a.branch = r.default_branch AND a.trigger <> 'backfill'
			ORDER BY a.id DESC LIMIT 1) newest ON true
		WHERE r.id IN (`+seen+`) AND r.gone_at IS NULL AND r.id = $4`, append(sight.arguments(), repository)...).
		Scan(append(o.Repository.fields(), &ends.latest, &o.Previous, &ends.newest)...)
	return o, ends, found(err, "repository %d", repository)
}

// auditsByID are audits of a repository that was seen: whatever else is read of
// it is read of this one alone.
func (s *Store) auditsByID(ctx context.Context, repository int64, ids ...int64) (map[int64]*Audit, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.id = $1 AND a.id = ANY($2)`, repository, ids)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Audit, error) { return scanAudit(row) })
	byID := make(map[int64]*Audit, len(list))
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	return byID, err
}

// summarise adds what is counted: classes, cells and open findings.
func (s *Store) summarise(ctx context.Context, o *Overview) error {
	for i, key := range factor.Keys() {
		o.Factors[i] = audit.Cell{Factor: key, Status: audit.NotApplicable}
	}
	if o.Latest != nil {
		copy(o.Factors[:], o.Latest.Cells)
		if err := s.classes(ctx, o); err != nil {
			return err
		}
	}
	rows, err := s.pool.Query(ctx, `
		SELECT f.severity, count(*) FROM findings f
		WHERE f.repository_id = $1 AND f.branch = $2 AND f.closed_by_audit IS NULL
		GROUP BY f.severity`, o.ID, o.DefaultBranch)
	if err != nil {
		return err
	}
	var severity audit.Severity
	var count int
	_, err = pgx.ForEachRow(rows, []any{&severity, &count}, func() error {
		o.Open[severity.Rank()] = count
		return nil
	})
	return err
}

func (s *Store) classes(ctx context.Context, o *Overview) error {
	rows, err := s.pool.Query(ctx, `
		SELECT c.class FROM components c WHERE c.audit_id = $1
		GROUP BY c.class ORDER BY min(c.position)`, o.Latest.ID)
	if err != nil {
		return err
	}
	o.Classes, err = pgx.CollectRows(rows, pgx.RowTo[audit.Class])
	return err
}
