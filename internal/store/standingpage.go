package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Listed is a standing and where the list goes on behind it.
type Listed struct {
	Standing
	Key []any
}

// StandingsAfter lists the chosen standings behind a key in an order, at most so
// many. A key is that of the last one given; nil is the beginning.
func (s *Store) StandingsAfter(ctx context.Context, c Choice, o Order, key []any, most int) ([]Listed, error) {
	columns, err := o.columns()
	if err != nil {
		return nil, err
	}
	arguments := append(c.arguments(), most)
	after, values, err := columns.after(key, len(arguments)+1)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+standingColumns+columns.selected()+` FROM repositories r WHERE `+chosen+` AND `+after+`
		ORDER BY `+columns.expression()+fmt.Sprintf(` LIMIT $%d`, len(arguments)), append(arguments, values...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Listed, err error) {
		l.Key = make([]any, len(columns))
		more := make([]any, len(columns))
		for i := range more {
			more[i] = &l.Key[i]
		}
		l.Standing, err = scanStanding(row, more...)
		return l, err
	})
}

// SeenNamed is the id of a repository that a sight sees, by its owner and name, in
// any case of letters.
func (s *Store) SeenNamed(ctx context.Context, sight Sight, owner, name string) (id int64, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT r.id FROM repositories r
		WHERE lower(r.owner) = lower($4) AND lower(r.name) = lower($5) AND r.gone_at IS NULL AND r.id IN (`+sight.seen()+`)
		ORDER BY r.id DESC LIMIT 1`, append(sight.arguments(), text(owner), text(name))...).Scan(&id)
	return id, found(err, "repository %s/%s", owner, name)
}
