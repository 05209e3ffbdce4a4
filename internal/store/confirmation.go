package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// How often confirmations are mailed. Whom they bother can't stop who asks for them.
const (
	confirmationsOfAddress = 3  // within a day, whoever asks
	confirmationsOfPerson  = 10 // within a day
	confirmationsMost      = 10 // to an address within confirmationsKept, whoever asks
	confirmationsKept      = 30 // days
)

// NoteConfirmation records that a pending subscription's link is about to be
// mailed, inside the caller's transaction. ErrOften: not again for now.
func (s *Store) NoteConfirmation(ctx context.Context, tx pgx.Tx, person int64, address string, now time.Time) error {
	if _, err := s.LockPerson(ctx, tx, person); err != nil {
		return err
	}
	// Several people may name one address at once: they count each other.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('digest ' || lower($1), 0))`, address); err != nil {
		return err
	}
	var to, by, all int
	err := tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM digest_confirmations WHERE address = lower($1) AND asked_at > $3),
			(SELECT count(*) FROM digest_confirmations WHERE person_id = $2 AND asked_at > $3),
			(SELECT count(*) FROM digest_confirmations WHERE address = lower($1) AND asked_at > $4)`,
		address, person, now.AddDate(0, 0, -1), now.AddDate(0, 0, -confirmationsKept)).Scan(&to, &by, &all)
	if err != nil {
		return err
	}
	if to >= confirmationsOfAddress || by >= confirmationsOfPerson || all >= confirmationsMost {
		return fmt.Errorf("confirmations of %q: %w", address, ErrOften)
	}
	_, err = tx.Exec(ctx, `INSERT INTO digest_confirmations (person_id, address, asked_at) VALUES ($1, lower($2), $3)`, person, address, now)
	return err
}

// ConfirmSubscription starts the subscription whose confirming link is followed.
// ErrNotFound: the link was used, another took its place, or it was asked for more
// than seven days ago.
func (s *Store) ConfirmSubscription(ctx context.Context, confirm []byte, now time.Time) (d Subscription, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		d, err = scanSubscription(tx.QueryRow(ctx, `SELECT `+subscriptionColumns+` FROM digests d 
			WHERE d.confirm = $1 AND (d.state = 'pending' OR d.why = 'unsent') AND d.changed_at >= $2 FOR UPDATE`, confirm, now.AddDate(0, 0, -confirmedWithin)))
		if err != nil {
			return found(err, "a link that confirms")
		}
		if d.Next, err = s.nextFree(ctx, tx, d, now); err != nil {
			return err
		}
		d.State, d.Why, d.Said, d.Confirm, d.Confirmed, d.Stopped = Active, "", "", nil, now, time.Time{}
		_, err = tx.Exec(ctx, `UPDATE digests SET state = 'active', why = '', said = '', confirm = NULL, confirmed_at = $3, next_at = $4, stopped_at = NULL
			WHERE person_id = $1 AND installation_id = $2`,
			d.Person, d.Installation, now, d.Next)
		return err
	})
	return d, err
}

// ConfirmAnew makes a subscription that waits to be confirmed, or that stopped because
// the mail with its link could not be sent, wait again from now on, inside the caller's
// transaction; the caller has the link mailed. ErrNotFound: there is none.
func (s *Store) ConfirmAnew(ctx context.Context, tx pgx.Tx, person, installation int64, now time.Time) (Subscription, error) {
	if _, err := s.LockPerson(ctx, tx, person); err != nil { // who comes first everywhere
		return Subscription{}, err
	}
	d, err := scanSubscription(tx.QueryRow(ctx, `
		UPDATE digests d SET state = 'pending', why = '', said = '', stopped_at = NULL, linked_at = NULL, changed_at = $3
		WHERE d.person_id = $1 AND d.installation_id = $2 AND d.confirm IS NOT NULL AND (d.state = 'pending' OR d.why = 'unsent')
		RETURNING `+subscriptionColumns, person, installation, now))
	return d, found(err, "a pending subscription of %d to %d", person, installation)
}

// NoteLinked records that a server took the mail with a subscription's link.
func (s *Store) NoteLinked(ctx context.Context, d Subscription, now time.Time) error {
	_, err := s.pool.Exec(ctx, `UPDATE digests SET linked_at = $4, said = ''
		WHERE person_id = $1 AND installation_id = $2 AND confirm = $3 AND state = 'pending'`, d.Person, d.Installation, d.Confirm, now)
	return err
}

// NoteUnlinked records why the mail with a subscription's link was not sent. With end
// the subscription stops. noted is false where the subscription changed meanwhile.
func (s *Store) NoteUnlinked(ctx context.Context, d Subscription, said string, end bool, now time.Time) (noted bool, err error) {
	tag, err := s.pool.Exec(ctx, `UPDATE digests SET said = $5, state = CASE WHEN $6 THEN 'stopped' ELSE state END,
			why = CASE WHEN $6 THEN 'unsent' ELSE '' END, stopped_at = CASE WHEN $6 THEN $7::timestamptz END
		WHERE person_id = $1 AND installation_id = $2 AND confirm = $3 AND state = 'pending' AND changed_at = $4`,
		d.Person, d.Installation, d.Confirm, d.Changed, text(said), end, now)
	return tag.RowsAffected() > 0, err
}
