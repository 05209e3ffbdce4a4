package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/config"
	"twelvefold/internal/github"
	"twelvefold/internal/jobs"
	"twelvefold/internal/mail"
	"twelvefold/internal/mail/mailtest"
	"twelvefold/internal/rights"
	"twelvefold/internal/seal"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// acme is the installation that digests are about.
const acme = 77

// monday is a digest's time, in Berlin at eight.
var monday = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// office is a deploy that sends mail: its database has the installation acme with two
// repositories. GitHub is away, but for what letSee says of it.
type office struct {
	*testing.T
	store        *store.Store
	repositories []int64
	people       atomic.Int64
	taking       sync.Mutex // who takes passes over what another one is taking
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, store: storetest.New(t)}
	o.in(func(tx store.Tx) error {
		if err := o.store.NoteInstallation(t.Context(), tx, store.Installation{ID: acme, Account: "Acme", AccountID: 5, AccountType: "Organization"}); err != nil {
			return err
		}
		for n, name := range []string{"shop", "vault"} {
			r, err := o.store.NoteRepository(t.Context(), tx, acme, store.GitHubRepository{ID: int64(n + 1), Owner: "acme", Name: name, DefaultBranch: "main"})
			if err != nil {
				return err
			}
			o.repositories = append(o.repositories, r.ID)
		}
		return nil
	})
	return o
}

func (o *office) in(f func(tx store.Tx) error) {
	o.Helper()
	if err := o.store.InTx(context.Background(), f); err != nil {
		o.Fatal(err)
	}
}

// clerk is a Post of the office with a clock and a subscriber of its own.
type clerk struct {
	*office
	*testing.T
	*jobs.Post
	rights *rights.Service
	person int64
	clock  time.Time
	asking sync.Mutex
	asked  jobs.Occasion // the last
	letter jobs.Letter
	fails  error // of composing
	log    bytes.Buffer
}

func (c *clerk) now() time.Time { return c.clock }

// mailer gives mail to a server.
func mailer(t *testing.T, server *mailtest.Server) *mail.Mailer {
	t.Helper()
	return mailerTo(t, server.URL(""), 20*time.Second)
}

func mailerTo(t *testing.T, url string, patience time.Duration) *mail.Mailer {
	t.Helper()
	o := mail.Options{From: config.MailAddress{Name: "Twelvefold", Address: "digest@twelvefold.example.com"}, Roots: mailtest.Roots(t),
		Limits: mail.Limits{Command: patience, Taking: patience}}
	if err := o.Server.UnmarshalText([]byte(url)); err != nil {
		t.Fatal(err)
	}
	return mail.New(o)
}

func (o *office) clerk(t *testing.T, m *mail.Mailer) *clerk {
	t.Helper()
	c := &clerk{office: o, T: t, person: o.people.Add(1), clock: monday.AddDate(0, 0, -4), letter: jobs.Letter{Subject: "Acme: 82 (−3)", Text: "Acme: 82\n", HTML: "<p>Acme: 82</p>"}}
	log := slog.New(slog.NewTextHandler(&c.log, nil))
	people, err := github.NewPeople(github.Options{URL: "http://127.0.0.1:1", APIURL: "http://127.0.0.1:1", Log: quiet(), Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New(bytes.Repeat([]byte("k"), seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	c.rights = rights.New(rights.Options{Store: o.store, People: people, OAuth: &github.OAuth{URL: "http://127.0.0.1:1"}, Keys: keys, Log: quiet(), Now: c.now})
	c.Post = jobs.NewPost(jobs.PostOptions{Store: o.store, Rights: c.rights, Mailer: m, BaseURL: "https://audits.example.com", Now: c.now, Log: log,
		Compose: func(_ context.Context, asked jobs.Occasion) (jobs.Letter, error) {
			c.asking.Lock()
			defer c.asking.Unlock()
			c.asked = asked
			return c.letter, c.fails
		}})
	o.in(func(tx store.Tx) error {
		return c.rights.Keep(t.Context(), tx, github.Person{ID: c.person, Login: "ada"}, github.Token{Access: "an-access"})
	})
	return c
}

// letSee has GitHub say now what the subscriber may see of acme; nothing at all ends
// the access.
func (c *clerk) letSee(repositories ...int64) {
	c.T.Helper()
	answer := store.Rights{}
	if len(repositories) > 0 {
		answer[acme] = store.Right{Repositories: repositories}
	}
	began, err := c.office.store.Clock(c.Context())
	if err == nil {
		_, err = c.office.store.KeepRights(c.Context(), c.person, answer, began, c.clock)
	}
	if err != nil {
		c.T.Fatal(err)
	}
}

// subscribe makes the digest due, confirmed, on Monday.
func (c *clerk) subscribe(chosen ...int64) {
	c.T.Helper()
	w := store.Wanted{Address: "ada@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "Europe/Berlin"}}
	if len(chosen) > 0 {
		w.Repositories = chosen
	}
	var d store.Subscription
	c.in(func(tx store.Tx) (err error) {
		d, err = c.office.store.Subscribe(c.Context(), tx, c.person, acme, w, c.clock)
		return err
	})
	if d.State == store.Pending {
		if _, err := c.office.store.ConfirmSubscription(c.Context(), d.Confirm, c.clock); err != nil {
			c.T.Fatal(err)
		}
	}
}

// takeAt moves the clock on and takes the subscriber's mail that is due then.
func (c *clerk) takeAt(at time.Time) (m store.WeekMail) {
	c.T.Helper()
	c.clock = at
	if _, err := c.office.store.TakeDue(c.Context(), at, 1000, func(_ pgx.Tx, taken store.WeekMail) error {
		m = taken
		return nil
	}); err != nil {
		c.T.Fatal(err)
	}
	return m
}

// weekOf takes all that is due, whoever's it is, and returns the subscriber's own.
func (c *clerk) weekOf() store.WeekMail {
	c.T.Helper()
	c.taking.Lock()
	defer c.taking.Unlock()
	c.takeAt(c.clock)
	return store.WeekMail{Person: c.person, Installation: acme, Week: "2026-W48"}
}

// deliver tries once.
func (c *clerk) deliver(m store.WeekMail) time.Duration {
	c.T.Helper()
	wait, err := c.Deliver(c.Context(), m)
	if err != nil {
		c.T.Fatal(err)
	}
	return wait
}

// became is how a mail and its subscription stand.
func (c *clerk) became(m store.WeekMail) (store.DigestMail, store.Subscription) {
	c.T.Helper()
	kept, err := c.office.store.DigestMail(c.Context(), m)
	if err != nil {
		c.T.Fatal(err)
	}
	d, err := c.office.store.Subscription(c.Context(), m.Person, m.Installation)
	if err != nil {
		c.T.Fatal(err)
	}
	return kept, d
}

func (c *clerk) Context() context.Context { return c.T.Context() }

func TestADigestIsSentOnce(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	c := o.clerk(t, mailer(t, server))
	c.subscribe()
	m := c.takeAt(monday.Add(time.Minute))
	c.letSee(1)
	if wait := c.deliver(m); wait != 0 {
		t.Fatalf("it waits %s: %s", wait, &c.log)
	}
	got := server.Next(t)
	token, err := o.store.Subscription(t.Context(), c.person, acme)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"To: <ada@example.com>", "List-Id: Twelvefold digest of Acme <77.digest.twelvefold.example.com>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "<digest.", "Date: Mon, 23 Nov 2026 08:01:00 +0100"} {
		if !strings.Contains(got.Raw, want) {
			t.Errorf("it lacks %s:\n%s", want, got.Raw)
		}
	}
	asked := c.asked
	if asked.Week != "2026-W48" || asked.Person.Login != "ada" || asked.Account.Account != "Acme" || asked.Now.Format(time.RFC3339) != "2026-11-23T08:01:00+01:00" {
		t.Errorf("%+v", asked)
	}
	if link, ok := strings.CutPrefix(asked.Unsubscribe, "https://audits.example.com/unsubscribe/"); !ok || !bytes.Equal(jobs.TokenOf(link), token.Token) {
		t.Errorf("it is ended by %s", asked.Unsubscribe)
	}
	if sees, err := o.store.SeesAny(t.Context(), asked.Sight, acme, o.repositories[:1]); !sees || err != nil {
		t.Error(sees, err)
	}
	if sees, err := o.store.SeesAny(t.Context(), asked.Sight, acme, o.repositories[1:]); sees || err != nil {
		t.Error("it tells of a repository that the person doesn't see")
	}
	for range 3 {
		c.deliver(m)
	}
	if again := c.takeAt(monday.Add(time.Hour)); again.Week != "" {
		t.Errorf("it is due again: %v", again)
	}
	if kept, d := c.became(m); kept.State != store.MailSent || kept.Attempts != 1 || !strings.HasPrefix(kept.Said, "250 taken") || d.State != store.Active {
		t.Errorf("%+v %+v", kept, d)
	}
	server.None(t)
}

// Whoever loses access gets no mail, by the rights of the moment that it is sent.
func TestWhoGetsNoDigest(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	m := mailer(t, server)
	for what, test := range map[string]struct {
		before func(c *clerk)
		state  store.MailState
		stop   store.StopReason
		said   string
	}{
		"who sees nothing of the account any more": {func(c *clerk) { c.letSee() }, store.MailSkipped, store.StoppedLostAccess, "You see nothing"},
		"who sees none of what was chosen": {func(c *clerk) {
			c.subscribe(o.repositories[1])
			c.letSee(1)
		}, store.MailSkipped, store.StoppedLostAccess, "You see nothing"},
		"who signed out everywhere": {func(c *clerk) {
			if err := c.rights.Forget(c.Context(), c.person); err != nil {
				c.T.Fatal(err)
			}
		}, store.MailSkipped, store.StoppedSignedOut, "sign in again"},
		"who unsubscribed meanwhile": {func(c *clerk) {
			c.letSee(1)
			if _, err := o.store.StopSubscription(c.Context(), c.person, acme, store.StoppedByLink, c.clock); err != nil {
				c.T.Fatal(err)
			}
		}, store.MailSkipped, store.StoppedByLink, "had ended"},
		"who wants only what changed": {func(c *clerk) {
			c.letSee(1)
			c.letter.Unchanged = true
			if _, err := o.store.Pool().Exec(c.Context(), `UPDATE digests SET only_if_changed = true WHERE person_id = $1`, c.person); err != nil {
				c.T.Fatal(err)
			}
		}, store.MailSkipped, "", "Nothing had changed"},
	} {
		t.Run(what, func(t *testing.T) {
			c := o.clerk(t, m)
			c.subscribe()
			mail := c.takeAt(monday)
			test.before(c)
			if wait := c.deliver(mail); wait != 0 {
				t.Errorf("it waits %s", wait)
			}
			kept, d := c.became(mail)
			if kept.State != test.state || !strings.Contains(kept.Said, test.said) || d.Why != test.stop || (d.State == store.Stopped) != (test.stop != "") {
				t.Errorf("%+v %+v", kept, d)
			}
		})
	}
	server.None(t)
}

func TestASuspendedAppStopsNoSubscription(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	c := o.clerk(t, mailer(t, server))
	c.subscribe()
	m := c.takeAt(monday)
	if _, err := o.store.Pool().Exec(t.Context(), `UPDATE installations SET suspended = true WHERE id = $1`, acme); err != nil {
		t.Fatal(err)
	}
	c.deliver(m)
	if kept, d := c.became(m); kept.State != store.MailSkipped || d.State != store.Active {
		t.Errorf("%+v %+v", kept, d)
	}
	server.None(t)
}

func TestGitHubThatIsAwayIsWaitedFor(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{Times: 1})
	c := o.clerk(t, mailer(t, server))
	c.subscribe()
	m := c.takeAt(monday)
	if wait := c.deliver(m); wait != 15*time.Minute {
		t.Errorf("it waits %s", wait)
	}
	if kept, d := c.became(m); kept.State != store.MailWaiting || kept.Attempts != 0 || d.State != store.Active || !strings.Contains(kept.Said, "GitHub") {
		t.Errorf("%+v %+v", kept, d)
	}
	c.clock = c.clock.Add(15 * time.Minute)
	c.letSee(1, 2)
	c.fails = errors.New("the database went away")
	if wait := c.deliver(m); wait != 15*time.Minute {
		t.Errorf("it waits %s", wait)
	}
	c.fails = nil
	if wait := c.deliver(m); wait != 0 {
		t.Errorf("it waits %s", wait)
	}
	server.Next(t)
	next := c.takeAt(c.clock.AddDate(0, 0, 7))
	for _, wait := range []time.Duration{15 * time.Minute, 15 * time.Minute, 0} {
		if got := c.deliver(next); got != wait {
			t.Errorf("it waits %s", got)
		}
		c.clock = c.clock.Add(13 * time.Hour)
	}
	if kept, d := c.became(next); kept.State != store.MailFailed || d.State != store.Active || !strings.Contains(kept.Said, "GitHub") {
		t.Errorf("a day later: %+v %+v", kept, d)
	}
	server.None(t)
}

// Who is refused for good is stopped at the second week in a row; who does not
// exist at once.
func TestARefusedAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.clerk(t, mailer(t, mailtest.Start(t, mailtest.Scenario{At: "RCPT", Do: "answer", Code: 552, Message: "5.2.2 mailbox full"})))
	c.subscribe()
	for week, want := range []store.SubscriptionState{store.Active, store.Stopped} {
		m := c.takeAt(monday.AddDate(0, 0, 7*week))
		c.letSee(1)
		if wait := c.deliver(m); wait != 0 {
			t.Errorf("it waits %s", wait)
		}
		if before := map[int]store.MailState{1: store.MailFailed}[week]; c.asked.Before != before {
			t.Errorf("week %d follows one that is %q", week, c.asked.Before)
		}
		if kept, d := c.became(m); kept.State != store.MailFailed || d.State != want || d.Said != "552 5.2.2 mailbox full" {
			t.Errorf("week %d: %+v %+v", week, kept, d)
		}
	}
	if m := c.takeAt(monday.AddDate(0, 0, 14)); m.Week != "" {
		t.Error("a third week is tried")
	}
}

// Two workers that have the same mail, by whatever error, send it once.
func TestTwoWorkersWithOneMail(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	c := o.clerk(t, mailer(t, server))
	c.subscribe()
	m := c.takeAt(monday)
	c.letSee(1)
	done := make(chan error, 8)
	for range cap(done) {
		go func() {
			_, err := c.Deliver(t.Context(), m)
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	server.Next(t)
	server.None(t)
	if kept, _ := c.became(m); kept.State != store.MailSent || kept.Attempts != 1 {
		t.Errorf("%+v", kept)
	}
}
