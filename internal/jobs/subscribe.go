package jobs

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/store"
)

// ConfirmArgs ask for the link to be mailed that confirms a subscription's address.
type ConfirmArgs struct {
	Person       int64 `json:"person"`
	Installation int64 `json:"installation"`
}

// Kind names the job in River's table.
func (ConfirmArgs) Kind() string { return "confirm_digest" }

// InsertOpts allow a link to come twice: it does the same. A job lasts as long as its
// mail is tried: what ends it is the subscription's row.
func (ConfirmArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueMail, Priority: first, MaxAttempts: 1000}
}

// Subscribe keeps what a person wants of an installation's digest, and has the link
// mailed if nobody confirmed the address yet. The caller has checked that the
// person sees the installation, and the repositories that are chosen. Errors:
// store.ErrInvalid, store.ErrOften.
func (q *Queue) Subscribe(ctx context.Context, person, installation int64, w store.Wanted, now time.Time) (d store.Subscription, err error) {
	err = pgx.BeginFunc(ctx, q.store.Pool(), func(tx pgx.Tx) error {
		old, err := q.store.In(tx).Subscription(ctx, person, installation)
		known := err == nil && old.State == store.Pending
		if d, err = q.store.Subscribe(ctx, tx, person, installation, w, now); err != nil {
			return err
		}
		if d.State != store.Pending || known && string(old.Confirm) == string(d.Confirm) {
			return nil // confirmed, or on its way
		}
		return q.confirm(ctx, tx, d, now)
	})
	return d, err
}

// ConfirmAgain has the link of a subscription mailed once more that is pending, or that
// stopped because the link could not be mailed. Errors: store.ErrNotFound where there is
// none, store.ErrOften.
func (q *Queue) ConfirmAgain(ctx context.Context, person, installation int64, now time.Time) error {
	return pgx.BeginFunc(ctx, q.store.Pool(), func(tx pgx.Tx) error {
		d, err := q.store.ConfirmAnew(ctx, tx, person, installation, now)
		if err != nil {
			return err
		}
		return q.confirm(ctx, tx, d, now)
	})
}

func (q *Queue) confirm(ctx context.Context, tx pgx.Tx, d store.Subscription, now time.Time) error {
	if err := q.store.NoteConfirmation(ctx, tx, d.Person, d.Address, now); err != nil {
		return err
	}
	_, err := q.client.InsertTx(ctx, tx, ConfirmArgs{d.Person, d.Installation}, nil)
	return err
}
