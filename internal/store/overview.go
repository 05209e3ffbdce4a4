package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Overview is a repository as its pages show it.
type Overview struct {
	Standing
	Latest   *Audit   // the latest done audit of the default branch; nil if there is none
	Previous *float64 // the score of the done audit before it; nil if none or unscored
	Newest   *Audit   // its newest audit in any state that is not of the past; nil if there is none
}

// Overview is the overview of one repository that a sight sees.
func (s *Store) Overview(ctx context.Context, sight Sight, repository int64) (Overview, error) {
	o, newest, err := s.line(ctx, sight, repository)
	if err != nil {
		return o, err
	}
	audits, err := s.auditsByID(ctx, o.ID, o.Audit, newest)
	o.Latest, o.Newest = audits[o.Audit], audits[newest]
	return o, err
}

// line is a repository's standing, the score before, and the id of its newest
// audit, 0 for none.
func (s *Store) line(ctx context.Context, sight Sight, repository int64) (o Overview, newest int64, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+standingColumns+`, previous.score, coalesce(newest.id, 0)
		FROM repositories r
		LEFT JOIN audits latest ON latest.id = r.latest_audit
		LEFT JOIN LATERAL (
			SELECT a.score FROM audits a
			WHERE a.repository_id = r.id AND a.branch = r.default_branch AND a.state = 'done' AND (a.head_at, a.id) < (latest.head_at, latest.id)
			ORDER BY a.head_at DESC, a.id DESC LIMIT 1) previous ON true
		LEFT JOIN LATERAL (
			SELECT a.id FROM audits a
			WHERE a.repository_id = r.id AND a.branch = r.default_branch AND a.trigger <> 'backfill'
			ORDER BY a.id DESC LIMIT 1) newest ON true
		WHERE r.id IN (`+sight.seen()+`) AND r.gone_at IS NULL AND r.id = $4`, append(sight.arguments(), repository)...)
	if err != nil {
		return o, 0, err
	}
	o, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (o Overview, err error) {
		o.Standing, err = scanStanding(row, &o.Previous, &newest)
		return o, err
	})
	return o, newest, found(err, "repository %d", repository)
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
