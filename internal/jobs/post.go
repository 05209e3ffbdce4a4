package jobs

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"twelvefold/internal/mail"
	"twelvefold/internal/rights"
	"twelvefold/internal/store"
)

// Occasion is what one digest is about, and for whom.
type Occasion struct {
	Person       store.Person
	Account      store.Account   // as the person sees it
	Sight        store.Sight     // the person's
	Repositories []int64         // ids that were chosen, some perhaps out of sight; nil: all
	Week         string          // 2026-W47
	Before       store.MailState // what became of the mail before; "" for none
	Now          time.Time       // in the subscriber's zone
	BaseURL      string          // of this deploy's pages
	Unsubscribe  string          // URL; "" of an operator's trial
}

// Letter is what a digest says.
type Letter struct {
	Subject, Text, HTML string
	Unchanged           bool // nothing happened in the week
	Nothing             bool // there is no repository to tell of
}

// Compose writes the letter of an occasion.
type Compose func(ctx context.Context, o Occasion) (Letter, error)

// Post sends digests, one a week to each subscriber. What is on its way is claimed
// in the database before it goes out: of a mail whose sender died there nobody
// knows whether it went, and it is not sent again.
type Post struct {
	store   *store.Store
	rights  *rights.Service
	mailer  *mail.Mailer
	compose Compose
	baseURL string
	now     func() time.Time
	log     *slog.Logger
}

// PostOptions are what a Post is made from.
type PostOptions struct {
	Store   *store.Store
	Rights  *rights.Service // says what subscribers may see
	Mailer  *mail.Mailer
	Compose Compose
	BaseURL string
	Now     func() time.Time
	Log     *slog.Logger
}

// NewPost makes a Post.
func NewPost(o PostOptions) *Post {
	return &Post{store: o.Store, rights: o.Rights, mailer: o.Mailer, compose: o.Compose, baseURL: o.BaseURL, now: o.Now, log: o.Log}
}

const (
	// triedFor is how long a mail is tried.
	triedFor = 24 * time.Hour
	// awayWait is how long a mail waits for GitHub, or for what composes it.
	awayWait = 15 * time.Minute
	// unseenWait is how long a mail waits before GitHub is asked once more about who
	// seems to see nothing.
	unseenWait = time.Hour
	// recordWithin bounds noting what became of a mail, whatever else ends meanwhile.
	recordWithin = 30 * time.Second
)

// waits are how long a mail waits after each refusal that may pass.
var waits = []time.Duration{5 * time.Minute, 15 * time.Minute, 45 * time.Minute, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour}

// Why there was no mail, in the words of the pages.
const (
	saidDied      = "The process that sent it ended before it noted the server’s answer. It may have arrived, and is not sent again."
	saidEnded     = "The subscription had ended."
	saidPending   = "The new address was not confirmed yet."
	saidSignedOut = "GitHub no longer tells what you may see: sign in again."
	saidNoAccess  = "You see nothing of the account any more."
	saidNotChosen = "You see none of the repositories that you chose any more."
	saidNothing   = "The account has no repository that you see."
	saidArchived  = "There was nothing to tell of: archived repositories are left out."
	saidSuspended = "The App was suspended in the account."
	saidUnchanged = "Nothing had changed."
	saidGitHub    = "GitHub did not answer what you may see, for a day."
	saidTried     = "It could not be sent for a day."
)

// Deliver sends the mail of a week, unless it is settled. wait is how long it is to
// wait for the next try, 0 when it is settled. Errors are the database's.
func (p *Post) Deliver(ctx context.Context, m store.WeekMail) (wait time.Duration, err error) {
	kept, err := p.store.DigestMail(ctx, m)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	switch {
	case kept.State == store.MailClaimed: // by a worker that died, as each mail has one job
		p.log.WarnContext(ctx, "whether a digest was sent is not known", "person", m.Person, "installation", m.Installation, "week", m.Week)
		return 0, p.store.FinishMail(ctx, m, store.MailUnknown, saidDied, p.now())
	case kept.State != store.MailWaiting:
		return 0, nil
	case p.now().Sub(kept.Created) > triedFor:
		return 0, p.store.FinishMail(ctx, m, store.MailFailed, firstOf(kept.Said, saidTried), p.now())
	}
	d, err := p.store.Subscription(ctx, m.Person, m.Installation)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && d.State == store.Stopped:
		return 0, p.store.FinishMail(ctx, m, store.MailSkipped, saidEnded, p.now())
	case err != nil:
		return 0, err
	case d.State == store.Pending:
		return 0, p.store.FinishMail(ctx, m, store.MailSkipped, saidPending, p.now())
	}
	occasion, why, err := p.occasion(ctx, d, kept)
	if err != nil {
		p.log.WarnContext(ctx, "a digest can't be made now", "person", m.Person, "installation", m.Installation, "week", m.Week, "error", err)
		return awayWait, p.store.ReleaseMail(ctx, m, firstOf(why.said, saidTried))
	}
	if why.unsure && kept.Said != why.said {
		return unseenWait, p.store.ReleaseMail(ctx, m, why.said)
	}
	if why.said != "" {
		return 0, p.skip(ctx, m, why)
	}
	letter, err := p.compose(ctx, occasion)
	if err != nil {
		p.log.ErrorContext(ctx, "a digest can't be composed", "person", m.Person, "installation", m.Installation, "week", m.Week, "error", err)
		return awayWait, p.store.ReleaseMail(ctx, m, saidTried)
	}
	if letter.Nothing {
		return 0, p.store.FinishMail(ctx, m, store.MailSkipped, saidArchived, p.now())
	}
	// What a mail told that did not arrive is no news any more: the next one says so.
	lost := occasion.Before == store.MailFailed || occasion.Before == store.MailUnknown
	if letter.Unchanged && d.OnlyIfChanged && !lost {
		return 0, p.store.FinishMail(ctx, m, store.MailSkipped, saidUnchanged, p.now())
	}
	return p.send(ctx, d, kept, message(occasion, d, letter))
}

// firstOf is the first text that is not empty.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// absence is why there is no mail.
type absence struct {
	said   string
	stop   store.StopReason // "" if the subscription goes on
	unsure bool             // an event that is being taken in hides what there is for a moment, too
}

// errOld says that what a person sees is known of some time ago alone. It does for a
// page; a mail can't be taken back from who lost access meanwhile.
var errOld = errors.New("GitHub did not answer just now")

// skip settles a mail that is not to be, and stops its subscription if that is why.
func (p *Post) skip(ctx context.Context, m store.WeekMail, why absence) error {
	if why.stop != "" {
		if _, err := p.store.StopSubscription(ctx, m.Person, m.Installation, why.stop, p.now()); err != nil {
			return err
		}
		p.log.InfoContext(ctx, "a digest stops", "person", m.Person, "installation", m.Installation, "why", string(why.stop))
	}
	return p.store.FinishMail(ctx, m, store.MailSkipped, why.said, p.now())
}

// occasion is what a digest is about, by the rights of now; or why there is none. An
// error passes.
func (p *Post) occasion(ctx context.Context, d store.Subscription, m store.DigestMail) (o Occasion, why absence, err error) {
	installation, err := p.store.Installation(ctx, d.Installation)
	switch {
	case err != nil:
		return o, why, err
	case installation.Deleted != nil:
		return o, absence{said: saidNoAccess, stop: store.StoppedLostAccess}, nil
	case installation.Suspended: // GitHub says of nobody what they see there
		return o, absence{said: saidSuspended}, nil
	}
	answer, err := p.rights.Of(ctx, d.Person)
	if errors.Is(err, rights.ErrSignIn) {
		return o, absence{said: saidSignedOut, stop: store.StoppedSignedOut}, nil
	}
	if err != nil {
		return o, absence{said: saidGitHub}, err
	}
	if !answer.Since.IsZero() {
		return o, absence{said: saidGitHub}, errOld
	}
	account, err := p.store.Account(ctx, answer.Sight, d.Installation)
	if errors.Is(err, store.ErrNotFound) {
		return o, absence{saidNoAccess, store.StoppedLostAccess, true}, nil
	}
	if err != nil {
		return o, why, err
	}
	switch sees, err := p.store.SeesAny(ctx, answer.Sight, d.Installation, d.Repositories); {
	case err != nil:
		return o, why, err
	case !sees && d.Repositories != nil:
		return o, absence{saidNotChosen, store.StoppedLostAccess, true}, nil
	case !sees:
		return o, absence{said: saidNothing, unsure: true}, nil
	}
	person, err := p.store.Person(ctx, d.Person)
	if err != nil {
		return o, why, err
	}
	before, err := p.before(ctx, m)
	if err != nil {
		return o, why, err
	}
	now := p.now()
	if zone, err := time.LoadLocation(d.When.Zone); err == nil {
		now = now.In(zone)
	}
	return Occasion{Person: person, Account: account, Sight: answer.Sight, Repositories: d.Repositories, Week: m.Week, Before: before,
		Now: now, BaseURL: p.baseURL, Unsubscribe: p.baseURL + UnsubscribePath + linkOf(d.Token)}, why, nil
}

// before is what became of the subscriber's mail before one.
func (p *Post) before(ctx context.Context, m store.DigestMail) (store.MailState, error) {
	list, err := p.store.DigestMails(ctx, m.Person, m.Installation, 2)
	for _, other := range list {
		if other.Week < m.Week {
			return other.State, err
		}
	}
	return "", err
}

// Where the links of mails lead; the token follows.
const (
	UnsubscribePath = "/unsubscribe/"
	ConfirmPath     = "/confirm/"
)

func linkOf(token []byte) string { return base64.RawURLEncoding.EncodeToString(token) }

// TokenOf reads what linkOf wrote; nil: it did not.
func TokenOf(text string) []byte {
	token, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(token) != 32 {
		return nil
	}
	return token
}

func message(o Occasion, d store.Subscription, l Letter) mail.Message {
	return mail.Message{To: d.Address, Subject: l.Subject, Text: l.Text, HTML: l.HTML, Date: o.Now,
		ID:   "digest." + mail.IDOf(d.Person, d.Installation, o.Week),
		List: &mail.List{Name: "Twelvefold digest of " + o.Account.Account, Label: strconv.FormatInt(d.Installation, 10) + ".digest", Unsubscribe: o.Unsubscribe}}
}

// Trial is a letter that an operator sends to an address: it says that it is one, and
// is nobody's of a week.
func Trial(to string, o Occasion, l Letter) mail.Message {
	return mail.Message{To: to, Subject: "[Trial] " + l.Subject, Text: l.Text, HTML: l.HTML, Date: o.Now, ID: "trial." + mail.IDOf(to, o.Account.ID, o.Now.UnixNano())}
}

// send claims a mail, gives it to the server and notes what became of it.
func (p *Post) send(ctx context.Context, d store.Subscription, m store.DigestMail, message mail.Message) (wait time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	// A claim whose answer is not waited for would be one of which nobody knows.
	claiming, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	if err := p.store.ClaimMail(claiming, m.WeekMail, p.now()); err != nil {
		if errors.Is(err, store.ErrConflict) { // it ended meanwhile, or another has it
			return 0, nil
		}
		return 0, err
	}
	outcome := p.mailer.Send(ctx, message)
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer done()
	wait, err = p.settle(ctx, d, m, outcome)
	if err != nil {
		return 0, fmt.Errorf("noting that a digest was %s: %w", outcome.Verdict, err)
	}
	p.log.Log(ctx, levelOf(outcome.Verdict), "digest", "person", d.Person, "installation", d.Installation, "week", m.Week, "became", string(outcome.Verdict), "said", outcome.Said, "again_in", wait.String())
	return wait, nil
}

// levelOf is how loudly the log tells of what became of a mail.
func levelOf(v mail.Verdict) slog.Level {
	switch v {
	case mail.Ours, mail.Barred:
		return slog.LevelError
	case mail.Unknown:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// settle notes what became of a claimed mail.
func (p *Post) settle(ctx context.Context, d store.Subscription, m store.DigestMail, outcome mail.Outcome) (wait time.Duration, err error) {
	finish := func(state store.MailState) error {
		return p.store.FinishMail(ctx, m.WeekMail, state, outcome.Said, p.now())
	}
	switch outcome.Verdict {
	case mail.Taken:
		if err := finish(store.MailSent); err != nil {
			return 0, err
		}
		return 0, p.store.NoteTaken(ctx, d.Person, d.Installation, d.Address)
	case mail.Unknown:
		return 0, finish(store.MailUnknown)
	case mail.Refused, mail.Gone:
		if err := finish(store.MailFailed); err != nil {
			return 0, err
		}
		_, err := p.store.NoteRefused(ctx, d.Person, d.Installation, d.Address, outcome.Said, outcome.Verdict == mail.Gone, p.now())
		return 0, err
	}
	wait = waits[min(m.Attempts, len(waits)-1)]
	if p.now().Add(wait).Sub(m.Created) > triedFor {
		if err := finish(store.MailFailed); err != nil || outcome.Verdict != mail.Barred {
			return 0, err
		}
		_, err := p.store.NoteBarred(ctx, d.Person, d.Installation, d.Address, outcome.Said, p.now())
		return 0, err
	}
	return wait, p.store.ReleaseMail(ctx, m.WeekMail, outcome.Said)
}
