package store

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
)

// Delivery is one webhook of GitHub's.
type Delivery struct {
	ID           string // GitHub's, the same when it is sent again
	Event        string
	Action       string
	Installation int64  // GitHub's; 0 if none is named
	Outcome      string // what came of it, in a few words
	Received     time.Time
}

var deliveryID = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)

// TakeDelivery records a delivery inside the caller's transaction. Fresh is false
// for one that was taken before: then nothing else is to be done. One that is
// being taken by another process is waited for.
func (s *Store) TakeDelivery(ctx context.Context, tx pgx.Tx, d Delivery) (fresh bool, err error) {
	if !deliveryID.MatchString(d.ID) {
		return false, fmt.Errorf("a delivery needs GitHub's id of it: %w", ErrInvalid)
	}
	var installation *int64
	if d.Installation > 0 {
		installation = &d.Installation
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO deliveries (id, event, action, installation_id, outcome) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO NOTHING`, d.ID, text(d.Event), text(d.Action), installation, "")
	return tag.RowsAffected() == 1, err
}

// SettleDelivery notes what came of a delivery that was taken in the same
// transaction.
func (s *Store) SettleDelivery(ctx context.Context, tx pgx.Tx, id, outcome string) error {
	_, err := tx.Exec(ctx, `UPDATE deliveries SET outcome = $2 WHERE id = $1`, id, text(outcome))
	return err
}

// ForgetDeliveries drops deliveries older than so many days, which GitHub no
// longer sends again, and returns how many.
func (s *Store) ForgetDeliveries(ctx context.Context, days int) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM deliveries WHERE received_at < now() - make_interval(days => $1)`, days)
	return tag.RowsAffected(), err
}
