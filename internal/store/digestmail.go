package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// MailState is what became of the mail of a week.
type MailState string

// The states of a mail.
const (
	MailWaiting MailState = "waiting" // to be sent, perhaps again
	MailClaimed MailState = "claimed" // a worker sends it, or died there
	MailSent    MailState = "sent"    // the server took it
	MailFailed  MailState = "failed"
	MailUnknown MailState = "unknown" // it may have been sent, and is not sent again
	MailSkipped MailState = "skipped" // there was none: Said says why
)

// WeekMail names the one mail of a subscriber's week.
type WeekMail struct {
	Person, Installation int64
	Week                 string // 2026-W47
}

// DigestMail is the mail of a subscriber's week.
type DigestMail struct {
	WeekMail
	Address  string
	State    MailState
	Said     string // by the server, or why there was none
	Attempts int
	Due      time.Time
	Created  time.Time
	Claimed  time.Time // zero: never
	Finished time.Time // zero: not yet
}

const digestMailColumns = `m.person_id, m.installation_id, m.week, m.address, m.state, m.said, m.attempts, m.due_at, m.created_at, m.claimed_at, m.finished_at`

func scanDigestMail(row pgx.Row) (m DigestMail, err error) {
	var claimed, finished *time.Time
	err = row.Scan(&m.Person, &m.Installation, &m.Week, &m.Address, &m.State, &m.Said, &m.Attempts, &m.Due, &m.Created, &claimed, &finished)
	if claimed != nil {
		m.Claimed = *claimed
	}
	if finished != nil {
		m.Finished = *finished
	}
	return m, err
}

// DigestMails lists the mails of a subscriber, the newest first.
func (s *Store) DigestMails(ctx context.Context, person, installation int64, most int) ([]DigestMail, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+digestMailColumns+` FROM digest_mails m
		WHERE m.person_id = $1 AND m.installation_id = $2 ORDER BY m.week DESC LIMIT $3`, person, installation, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (DigestMail, error) { return scanDigestMail(row) })
}

// DigestMail returns the mail of a week.
func (s *Store) DigestMail(ctx context.Context, m WeekMail) (DigestMail, error) {
	mail, err := scanDigestMail(s.pool.QueryRow(ctx, `SELECT `+digestMailColumns+` FROM digest_mails m
		WHERE m.person_id = $1 AND m.installation_id = $2 AND m.week = $3`, m.Person, m.Installation, m.Week))
	return mail, found(err, "the mail of %s", m.Week)
}

// late is how long after its time a digest is still sent.
const late = 3 * 24 * time.Hour

// missed is what a mail says that was due while nothing was sent.
const missed = "This deploy sent no mail for more than three days."

// dueQuery locks those that are due; who else takes them passes over these.
const dueQuery = `SELECT ` + subscriptionColumns + ` FROM digests d WHERE d.next_at <= $1 ORDER BY d.next_at LIMIT $2 FOR UPDATE SKIP LOCKED`

// TakeDue gives at most so many subscriptions that are due their week's mail, once
// however many ask at a time, and moves them on to their next slot, in one
// transaction with what add does for each mail that is to be sent. A week that
// was missed by more than three days is skipped. It returns how many were due.
func (s *Store) TakeDue(ctx context.Context, now time.Time, most int, add func(tx pgx.Tx, m WeekMail) error) (due int, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, dueQuery, now, most)
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Subscription, error) { return scanSubscription(row) })
		if err != nil {
			return err
		}
		due = len(list)
		for _, d := range list {
			if err := takeDue(ctx, tx, d, now, add); err != nil {
				return err
			}
		}
		return nil
	})
	return due, err
}

func takeDue(ctx context.Context, tx pgx.Tx, d Subscription, now time.Time, add func(tx pgx.Tx, m WeekMail) error) error {
	slot, err := d.When.Last(now)
	if err != nil { // a zone that this machine does not know: the others shall not wait for it
		d.When.Zone = "UTC"
		if slot, err = d.When.Last(now); err != nil {
			return err
		}
	}
	next, err := d.When.Next(now)
	if err != nil {
		return err
	}
	state, said, finished := MailWaiting, "", time.Time{}
	if now.Sub(slot.At) >= late {
		state, said, finished = MailSkipped, missed, now
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO digest_mails (person_id, installation_id, week, address, state, said, due_at, created_at, finished_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		d.Person, d.Installation, slot.Week, d.Address, state, said, slot.At, now, moment(finished))
	if err != nil {
		return err
	}
	if tag.RowsAffected() > 0 && state == MailWaiting {
		if err := add(tx, WeekMail{d.Person, d.Installation, slot.Week}); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE digests SET next_at = $3 WHERE person_id = $1 AND installation_id = $2`, d.Person, d.Installation, next.At)
	return err
}

// ClaimMail takes a waiting mail before it is sent, to the address that the active
// subscription has now; whoever claimed it alone may send it. ErrConflict: it
// doesn't wait, or the subscription is not active.
func (s *Store) ClaimMail(ctx context.Context, m WeekMail, now time.Time) error {
	tag, err := s.pool.Exec(ctx, `
		UPDATE digest_mails m SET state = 'claimed', attempts = attempts + 1, claimed_at = $4, address = d.address
		FROM digests d
		WHERE m.person_id = $1 AND m.installation_id = $2 AND m.week = $3 AND m.state = 'waiting'
		  AND d.person_id = m.person_id AND d.installation_id = m.installation_id AND d.state = 'active'`,
		m.Person, m.Installation, m.Week, now)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrConflict
	}
	return err
}

// ReleaseMail lets a claimed mail wait again: it was surely not sent.
func (s *Store) ReleaseMail(ctx context.Context, m WeekMail, said string) error {
	_, err := s.pool.Exec(ctx, `UPDATE digest_mails SET state = 'waiting', said = $4
		WHERE person_id = $1 AND installation_id = $2 AND week = $3 AND state IN ('claimed', 'waiting')`, m.Person, m.Installation, m.Week, text(said))
	return err
}

// FinishMail records what became of a mail. What was sent is so even if somebody
// took its worker for dead meanwhile.
func (s *Store) FinishMail(ctx context.Context, m WeekMail, state MailState, said string, now time.Time) error {
	if state == MailWaiting || state == MailClaimed {
		return errors.New("a mail that waits or is claimed is not finished")
	}
	_, err := s.pool.Exec(ctx, `
		UPDATE digest_mails SET state = $4, said = $5, finished_at = $6
		WHERE person_id = $1 AND installation_id = $2 AND week = $3 AND (state IN ('waiting', 'claimed') OR state = 'unknown' AND $4 = 'sent')`,
		m.Person, m.Installation, m.Week, state, text(said), now)
	return err
}

// keptMails is for how many days what became of a mail is known.
const keptMails = 400

// forsaken is for how many days a mail may wait or be claimed: its job tries for one.
const forsaken = 3

// What a mail says that no job works any more.
const (
	saidForsaken = "It could not be sent: what was to send it was given up."
	saidLost     = "What sent it ended before it noted the server’s answer. It may have arrived, and is not sent again."
)

// confirmedWithin is for how many days a link confirms.
const confirmedWithin = 7

// ForgetMails deletes what became of old mails, subscriptions that nobody confirmed
// in time, and old confirmations, and settles mails that no job works any more. It
// returns how many mails it deleted.
func (s *Store) ForgetMails(ctx context.Context, now time.Time) (int64, error) {
	_, err := s.pool.Exec(ctx, `
		UPDATE digest_mails SET finished_at = $1, state = CASE state WHEN 'claimed' THEN 'unknown' ELSE 'failed' END,
			said = CASE state WHEN 'claimed' THEN $3 ELSE coalesce(nullif(said, ''), $4) END
		WHERE finished_at IS NULL AND created_at < $2`, now, now.AddDate(0, 0, -forsaken), saidLost, saidForsaken)
	if err != nil {
		return 0, err
	}
	if _, err := s.pool.Exec(ctx, `DELETE FROM digests WHERE state = 'pending' AND changed_at < $1`, now.AddDate(0, 0, -confirmedWithin)); err != nil {
		return 0, err
	}
	if _, err := s.pool.Exec(ctx, `DELETE FROM digest_confirmations WHERE asked_at < $1`, now.AddDate(0, 0, -confirmationsKept)); err != nil {
		return 0, err
	}
	tag, err := s.pool.Exec(ctx, `DELETE FROM digest_mails WHERE due_at < $1`, now.AddDate(0, 0, -keptMails))
	return tag.RowsAffected(), err
}
