package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Redelivery is a delivery that nothing took, and that GitHub is to be asked for again.
type Redelivery struct {
	GUID     string
	Delivery int64 // GitHub's id of the newest attempt
	Event    string
}

// NoteFailed notes a delivery that failed; fresh is false where it was known, whose
// newest attempt is noted. One that was taken all the same is left out.
func (s *Store) NoteFailed(ctx context.Context, r Redelivery) (fresh bool, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE redeliveries SET delivery = greatest(delivery, $2) WHERE guid = $1`, text(r.GUID), r.Delivery)
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		tag, err = tx.Exec(ctx, `
			INSERT INTO redeliveries (guid, delivery, event) SELECT $1::text, $2, $3
			WHERE NOT EXISTS (SELECT FROM deliveries WHERE id = $1) ON CONFLICT DO NOTHING`, text(r.GUID), r.Delivery, text(r.Event))
		fresh = tag.RowsAffected() > 0
		return err
	})
	return fresh, err
}

// DueRedeliveries are those to ask for now, at most limit, those first that wait the
// longest. What was taken, or is older than GitHub's three days, is dropped.
func (s *Store) DueRedeliveries(ctx context.Context, limit int) (list []Redelivery, err error) {
	_, err = s.pool.Exec(ctx, `
		DELETE FROM redeliveries r WHERE r.found_at < now() - interval '3 days' OR EXISTS (SELECT FROM deliveries d WHERE d.id = r.guid)`)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `SELECT guid, delivery, event FROM redeliveries WHERE due_at <= now() ORDER BY due_at, guid LIMIT $1`, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Redelivery])
}

// NoteRedelivered notes that GitHub was asked for one: it is due again twenty
// minutes later, then twice as long after each time up to a day.
func (s *Store) NoteRedelivered(ctx context.Context, guid string) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE redeliveries SET times = times + 1, due_at = now() + least(interval '1 day', interval '20 minutes' * power(2, least(times, 10)))
		WHERE guid = $1`, text(guid))
	return err
}

// DropRedelivery forgets one that GitHub can't send again.
func (s *Store) DropRedelivery(ctx context.Context, guid string) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM redeliveries WHERE guid = $1`, text(guid))
	return err
}
