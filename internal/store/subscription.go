package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrOften says that confirmations were asked for too often: of an address, or by
// a person.
var ErrOften = errors.New("asked for too often")

// SubscriptionState is how a subscription to the weekly digest stands.
type SubscriptionState string

// The states of a subscription.
const (
	Pending SubscriptionState = "pending" // its address is not confirmed
	Active  SubscriptionState = "active"
	Stopped SubscriptionState = "stopped"
)

// StopReason is why a subscription stopped.
type StopReason string

// Why subscriptions stop.
const (
	StoppedByPerson   StopReason = "person"       // on its page
	StoppedByLink     StopReason = "unsubscribed" // by the link of a mail
	StoppedBounced    StopReason = "bounced"      // the address is refused for good
	StoppedLostAccess StopReason = "lost_access"  // the person sees nothing of the account any more
	StoppedSignedOut  StopReason = "signed_out"   // GitHub no longer tells what the person may see
	StoppedByOperator StopReason = "operator"
	StoppedBarred     StopReason = "barred" // mail to it is refused for weeks, and not said why
	StoppedUnsent     StopReason = "unsent" // the mail with the link that confirms could not be sent
)

// reconfirms reports whether who held the address has a say in starting again.
func (r StopReason) reconfirms() bool {
	return r == StoppedByLink || r == StoppedBounced || r == StoppedBarred || r == StoppedByOperator
}

// Wanted is what a person chooses of the digest of one installation.
type Wanted struct {
	Address       string
	When          Weekly
	Repositories  []int64 // ids; nil: all that the person sees. The caller has checked that the person sees them
	OnlyIfChanged bool
}

// MostDigestRepositories is how many a subscription may choose.
const MostDigestRepositories = 500

// Check says what is wrong with what somebody wants: ErrInvalid.
func (w Wanted) Check() error {
	if !AddressLike(w.Address) {
		return fmt.Errorf("%.100q is not an address of mail: %w", w.Address, ErrInvalid)
	}
	if w.Repositories != nil && len(w.Repositories) == 0 || len(w.Repositories) > MostDigestRepositories {
		return fmt.Errorf("%d repositories are chosen, not 1 to %d: %w", len(w.Repositories), MostDigestRepositories, ErrInvalid)
	}
	return w.When.Check()
}

// AddressLike reports whether a text is one plain address of mail: no name, no
// route, no quotes, a domain with a dot, ASCII.
func AddressLike(text string) bool {
	if len(text) > 254 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),:;<>[\]`, r) }) {
		return false
	}
	parsed, err := mail.ParseAddress(text)
	local, domain, _ := strings.Cut(text, "@")
	return err == nil && parsed.Address == text && len(local) <= 64 && strings.Contains(strings.Trim(domain, "."), ".")
}

// Subscription is a person's to the weekly digest of one installation.
type Subscription struct {
	Person, Installation int64
	Wanted
	State     SubscriptionState
	Why       StopReason // "" unless stopped
	Said      string     // by the server that refused the address last, or what became of the mail with the link; "" for neither
	Refusals  int        // weeks in a row in which the address was refused
	Barred    int        // weeks in a row in which mail to it was refused, and the address not said to be why
	Token     []byte     // of the links that end it
	Confirm   []byte     // of the link that confirms the address; nil once it is
	Linked    time.Time  // when a server took the mail with that link; zero: not yet
	Next      time.Time  // zero unless active
	Created   time.Time
	Changed   time.Time
	Confirmed time.Time // zero until then
	Stopped   time.Time // zero unless stopped
}

const subscriptionColumns = `d.person_id, d.installation_id, d.address, d.weekday, d.hour, d.zone, d.repositories, d.only_if_changed,
	d.state, d.why, d.said, d.refusals, d.barred, d.token, d.confirm, d.linked_at, d.next_at, d.created_at, d.changed_at, d.confirmed_at, d.stopped_at`

func scanSubscription(row pgx.Row) (d Subscription, err error) {
	var linked, next, confirmed, stopped *time.Time
	err = row.Scan(&d.Person, &d.Installation, &d.Address, &d.When.Weekday, &d.When.Hour, &d.When.Zone, &d.Repositories, &d.OnlyIfChanged,
		&d.State, &d.Why, &d.Said, &d.Refusals, &d.Barred, &d.Token, &d.Confirm, &linked, &next, &d.Created, &d.Changed, &confirmed, &stopped)
	for from, to := range map[*time.Time]*time.Time{linked: &d.Linked, next: &d.Next, confirmed: &d.Confirmed, stopped: &d.Stopped} {
		if from != nil {
			*to = *from
		}
	}
	return d, err
}

// Subscription returns a person's subscription to an installation's digest,
// whatever its state.
func (s *Store) Subscription(ctx context.Context, person, installation int64) (Subscription, error) {
	d, err := scanSubscription(s.reader().QueryRow(ctx, `SELECT `+subscriptionColumns+`
		FROM digests d WHERE d.person_id = $1 AND d.installation_id = $2`, person, installation))
	return d, found(err, "subscription of %d to %d", person, installation)
}

// SubscriptionsTo lists the subscriptions of an address, in any spelling of its
// letters' case.
func (s *Store) SubscriptionsTo(ctx context.Context, address string) ([]Subscription, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+subscriptionColumns+` FROM digests d WHERE lower(d.address) = lower($1) ORDER BY d.person_id, d.installation_id`, text(address))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Subscription, error) { return scanSubscription(row) })
}

// secret is the content of a link: 32 random bytes.
func secret() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}

// Subscribe keeps what a person wants, inside the caller's transaction, and starts
// the digest, or starts it again. An address that nobody confirmed makes it
// pending; then the caller has the link sent (Confirm). The caller has checked
// that the person sees the installation.
func (s *Store) Subscribe(ctx context.Context, tx pgx.Tx, person, installation int64, w Wanted, now time.Time) (Subscription, error) {
	if err := w.Check(); err != nil {
		return Subscription{}, err
	}
	if _, err := s.LockPerson(ctx, tx, person); err != nil {
		return Subscription{}, err
	}
	old, err := s.In(tx).Subscription(ctx, person, installation)
	known := err == nil
	if err != nil && !isNotFound(err) {
		return old, err
	}
	d := Subscription{Person: person, Installation: installation, Wanted: w, State: Active, Token: old.Token, Created: old.Created, Changed: now, Confirmed: old.Confirmed}
	if !known {
		d.Token, d.Created = secret(), now
	}
	slices.Sort(d.Repositories)
	d.Repositories = slices.Compact(d.Repositories)
	if same := known && strings.EqualFold(old.Address, w.Address); same && old.State != Stopped {
		d.Refusals, d.Barred, d.Said, d.Confirm, d.Linked = old.Refusals, old.Barred, old.Said, old.Confirm, old.Linked
	} else if !same || old.Confirm != nil || old.Why.reconfirms() {
		d.Confirm = secret()
	}
	if d.Confirm != nil {
		d.State, d.Confirmed = Pending, time.Time{}
	}
	if d.State == Active {
		if d.Next, err = s.nextFree(ctx, tx, d, now); err != nil {
			return d, err
		}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO digests (person_id, installation_id, address, weekday, hour, zone, repositories, only_if_changed,
			state, said, refusals, barred, token, confirm, linked_at, next_at, created_at, changed_at, confirmed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (person_id, installation_id) DO UPDATE SET address = excluded.address, weekday = excluded.weekday, hour = excluded.hour,
			zone = excluded.zone, repositories = excluded.repositories, only_if_changed = excluded.only_if_changed, state = excluded.state,
			why = '', said = excluded.said, refusals = excluded.refusals, barred = excluded.barred, confirm = excluded.confirm, linked_at = excluded.linked_at,
			next_at = excluded.next_at, changed_at = excluded.changed_at, confirmed_at = excluded.confirmed_at, stopped_at = NULL`,
		person, installation, w.Address, w.When.Weekday, w.When.Hour, w.When.Zone, d.Repositories, w.OnlyIfChanged,
		d.State, d.Said, d.Refusals, d.Barred, d.Token, d.Confirm, moment(d.Linked), moment(d.Next), d.Created, d.Changed, moment(d.Confirmed))
	return d, err
}

// nextFree is the first slot after a time whose week has no mail yet.
func (s *Store) nextFree(ctx context.Context, tx pgx.Tx, d Subscription, now time.Time) (time.Time, error) {
	slot, err := d.When.Next(now)
	if err != nil {
		return time.Time{}, err
	}
	var taken bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM digest_mails WHERE person_id = $1 AND installation_id = $2 AND week = $3)`,
		d.Person, d.Installation, slot.Week).Scan(&taken)
	if err == nil && taken {
		slot, err = d.When.Next(slot.At)
	}
	return slot.At, err
}

// SubscriptionBy returns the subscription that a link of its mails is of: one that
// ends it, or one that confirms it.
func (s *Store) SubscriptionBy(ctx context.Context, token []byte) (Subscription, error) {
	d, err := scanSubscription(s.pool.QueryRow(ctx, `SELECT `+subscriptionColumns+` FROM digests d WHERE d.token = $1 OR d.confirm = $1`, token))
	return d, found(err, "a link of a digest")
}

// StopSubscription ends a subscription unless it has ended, and says whether it
// did. Mails that wait are then not sent.
func (s *Store) StopSubscription(ctx context.Context, person, installation int64, why StopReason, now time.Time) (bool, error) {
	tag, err := s.pool.Exec(ctx, `UPDATE digests SET state = 'stopped', why = $3, next_at = NULL, stopped_at = $4
		WHERE person_id = $1 AND installation_id = $2 AND state <> 'stopped'`, person, installation, why, now)
	return tag.RowsAffected() > 0, err
}

// DigestAnswered reports whether a person has answered the offer of the digest.
func (s *Store) DigestAnswered(ctx context.Context, person int64) (answered bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT digest_answered_at IS NOT NULL FROM people WHERE id = $1`, person).Scan(&answered)
	return answered, found(err, "person %d", person)
}

// NoteDigestAnswer records that a person answered the offer, whatever the answer.
func (s *Store) NoteDigestAnswer(ctx context.Context, person int64, now time.Time) error {
	_, err := s.pool.Exec(ctx, `UPDATE people SET digest_answered_at = coalesce(digest_answered_at, $2) WHERE id = $1`, person, now)
	return err
}
