package jobs_test

import (
	"bytes"
	"context"
	"log/slog"
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
	rights    *rights.Service
	person    int64
	clock     time.Time
	asking    sync.Mutex
	asked     jobs.Occasion // the last
	letter    jobs.Letter
	fails     error  // of composing
	composing func() // is called then; nil for nothing
	log       bytes.Buffer
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
			if c.composing != nil {
				c.composing()
			}
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
