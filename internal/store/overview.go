package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// Overview is a repository as a list shows it.
type Overview struct {
	Repository
	Latest   *Audit         // the latest done audit of the default branch; nil if there is none
	Previous *float64       // the score of the done audit before it; nil if none or unscored
	Newest   *Audit         // its newest audit in any state that is not of the past; nil if there is none
	Classes  []audit.Class  // of Latest's components, without repetition
	Factors  [12]audit.Cell // of Latest, in canonical order
	Open     [5]int         // open findings of the default branch by severity, worst first
}

// Overviews lists the repositories that a sight sees by name.
func (s *Store) Overviews(ctx context.Context, sight Sight) ([]Overview, error) {
	return s.overviews(ctx, sight, nil)
}

// Overview is the overview of one repository that a sight sees.
func (s *Store) Overview(ctx context.Context, sight Sight, repository int64) (Overview, error) {
	list, err := s.overviews(ctx, sight, &repository)
	if err != nil {
		return Overview{}, err
	}
	if len(list) == 0 {
		return Overview{}, fmt.Errorf("repository %d: %w", repository, ErrNotFound)
	}
	return list[0], nil
}

// overviews lists one repository, or all when it is nil.
func (s *Store) overviews(ctx context.Context, sight Sight, repository *int64) ([]Overview, error) {
	list, refs, err := s.lines(ctx, sight, repository)
	if err != nil || len(list) == 0 {
		return list, err
	}
	var wanted []int64
	for _, ref := range refs {
		wanted = append(wanted, ref.latest, ref.newest)
	}
	audits, err := s.auditsByID(ctx, repositoriesOf(list), wanted)
	if err != nil {
		return nil, err
	}
	for i, ref := range refs {
		list[i].Latest, list[i].Newest = audits[ref.latest], audits[ref.newest]
	}
	return list, s.summarise(ctx, list)
}

// repositoriesOf are the ids of repositories that were seen: whatever else is
// read of them is read of these alone.
func repositoriesOf(list []Overview) []int64 {
	ids := make([]int64, len(list))
	for i, o := range list {
		ids[i] = o.ID
	}
	return ids
}

// lineEnds are the ids of a repository's audits that an overview shows; 0 for none.
type lineEnds struct{ latest, newest int64 }

func (s *Store) lines(ctx context.Context, sight Sight, repository *int64) (list []Overview, refs []lineEnds, err error) {
	rows, err := s.pool.Query(ctx, `
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
		WHERE r.id IN (`+seen+`) AND r.gone_at IS NULL AND ($4::bigint IS NULL OR r.id = $4)
		ORDER BY lower(r.owner), lower(r.name), r.id`, append(sight.arguments(), repository)...)
	if err != nil {
		return nil, nil, err
	}
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Overview, err error) {
		var ref lineEnds
		err = row.Scan(append(o.Repository.fields(), &ref.latest, &o.Previous, &ref.newest)...)
		refs = append(refs, ref)
		return o, err
	})
	return list, refs, err
}

func (s *Store) auditsByID(ctx context.Context, repositories, ids []int64) (map[int64]*Audit, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+auditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.id = ANY($1) AND a.id = ANY($2)`, repositories, ids)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Audit, error) { return scanAudit(row) })
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*Audit, len(list))
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	return byID, nil
}

// summarise adds what lists count: classes, cells and open findings.
func (s *Store) summarise(ctx context.Context, list []Overview) error {
	var latest []int64
	byAudit, byRepository := map[int64]*Overview{}, map[int64]*Overview{}
	for i := range list {
		o := &list[i]
		byRepository[o.ID] = o
		if o.Latest != nil {
			byAudit[o.Latest.ID] = o
			latest = append(latest, o.Latest.ID)
		}
		for j, key := range factor.Keys() {
			o.Factors[j] = audit.Cell{Factor: key, Status: audit.NotApplicable}
		}
		if o.Latest != nil {
			copy(o.Factors[:], o.Latest.Cells)
		}
	}
	if err := s.classes(ctx, repositoriesOf(list), latest, byAudit); err != nil {
		return err
	}
	return s.openCounts(ctx, byRepository)
}

func (s *Store) classes(ctx context.Context, repositories, audits []int64, byAudit map[int64]*Overview) error {
	rows, err := s.pool.Query(ctx, `
		SELECT c.audit_id, c.class
		FROM components c JOIN audits a ON a.id = c.audit_id
		WHERE a.repository_id = ANY($1) AND c.audit_id = ANY($2)
		GROUP BY c.audit_id, c.class ORDER BY c.audit_id, min(c.position)`, repositories, audits)
	if err != nil {
		return err
	}
	var id int64
	var class audit.Class
	_, err = pgx.ForEachRow(rows, []any{&id, &class}, func() error {
		byAudit[id].Classes = append(byAudit[id].Classes, class)
		return nil
	})
	return err
}

func (s *Store) openCounts(ctx context.Context, byRepository map[int64]*Overview) error {
	rows, err := s.pool.Query(ctx, `
		SELECT f.repository_id, f.severity, count(*)
		FROM findings f JOIN repositories r ON r.id = f.repository_id AND f.branch = r.default_branch
		WHERE f.repository_id = ANY($1) AND f.closed_by_audit IS NULL
		GROUP BY f.repository_id, f.severity`, slices.Collect(maps.Keys(byRepository)))
	if err != nil {
		return err
	}
	var id int64
	var severity audit.Severity
	var count int
	_, err = pgx.ForEachRow(rows, []any{&id, &severity, &count}, func() error {
		byRepository[id].Open[severity.Rank()] = count
		return nil
	})
	return err
}
