package jobs_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/jobs"
	"twelvefold/internal/mail"
	"twelvefold/internal/mail/mailtest"
	"twelvefold/internal/store"
)

// works runs a worker of the office until the test ends.
func (o *office) works(m *mail.Mailer, c *clerk) {
	o.Helper()
	worker, err := jobs.NewWorker(o.store, nil, jobs.Options{
		Concurrency: 1, Grace: 4 * time.Second, Log: quiet(), BaseURL: "https://audits.example.com", Mailer: m, Rights: c.rights, Now: c.now,
		Compose: func(context.Context, jobs.Occasion) (jobs.Letter, error) {
			return jobs.Letter{Subject: "Acme: 82", Text: "Acme: 82\n"}, nil
		},
		Beat: 20 * time.Millisecond, Silence: 10 * time.Second, Sweep: 20 * time.Millisecond, Fetch: 20 * time.Millisecond,
	})
	if err != nil {
		o.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := worker.Run(ctx); err != nil {
			o.Error(err)
		}
	}()
	o.Cleanup(func() { cancel(); <-ended })
}

var confirmLink = regexp.MustCompile(`https://audits\.example\.com/confirm/([A-Za-z0-9_-]{43})`)

func TestAnAddressIsConfirmedByMail(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	m := mailer(t, server)
	c := o.clerk(t, m)
	c.clock = time.Now() // as the worker that forgets has it
	o.works(m, c)
	queue, err := jobs.NewQueue(o.store, quiet())
	if err != nil {
		t.Fatal(err)
	}
	w := store.Wanted{Address: "ada@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "Europe/Berlin"}}
	link := func() []byte {
		got := server.Next(t)
		body := strings.ReplaceAll(strings.ReplaceAll(got.Raw, "=\r\n", ""), "=3D", "=")
		found := confirmLink.FindAllStringSubmatch(body, -1)
		if len(found) != 2 || found[0][1] != found[1][1] || got.To[0] != w.Address || !strings.Contains(body, "ada wants the weekly digest of Acme") || strings.Contains(body, "List-") {
			t.Fatalf("%d links\n%s", len(found), body)
		}
		return jobs.TokenOf(found[0][1])
	}
	for range 2 { // pressed twice
		d, err := queue.Subscribe(t.Context(), c.person, acme, w, c.clock)
		if err != nil || d.State != store.Pending {
			t.Fatalf("%+v, %v", d, err)
		}
	}
	first := link()
	if err := queue.ConfirmAgain(t.Context(), c.person, acme, c.clock); err != nil {
		t.Fatal(err)
	}
	again := link()
	d, err := o.store.ConfirmSubscription(t.Context(), again, c.clock)
	if err != nil || string(first) != string(again) || d.State != store.Active {
		t.Errorf("%+v, %v", d, err)
	}
	if err := queue.ConfirmAgain(t.Context(), c.person, acme, c.clock); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a link of one that is confirmed: %v", err)
	}
	w.Address = "lovelace@example.com"
	for range 3 {
		if _, err := queue.Subscribe(t.Context(), c.person, acme, w, c.clock); err != nil {
			t.Fatal(err)
		}
		link()
		w.Address = map[string]string{"lovelace@example.com": "ada@example.com", "ada@example.com": "lovelace@example.com"}[w.Address]
	}
	if _, err := queue.Subscribe(t.Context(), c.person, acme, w, c.clock); !errors.Is(err, store.ErrOften) {
		t.Errorf("the fourth to one address: %v", err)
	}
	if d, err := o.store.Subscription(t.Context(), c.person, acme); err != nil || d.Address != "lovelace@example.com" {
		t.Errorf("what was refused is kept: %+v, %v", d, err)
	}
	server.None(t)
}

func TestAnAddressThatCantBeConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := mailer(t, mailtest.Start(t, mailtest.Scenario{At: "RCPT", Do: "answer", Code: 550, Message: "5.1.1 no such user"}))
	c := o.clerk(t, m)
	c.in(func(tx store.Tx) error {
		_, err := o.store.Subscribe(t.Context(), tx, c.person, acme, store.Wanted{Address: "ada@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "UTC"}}, c.clock)
		return err
	})
	if wait, err := c.Confirm(t.Context(), c.person, acme); err != nil || wait != 0 {
		t.Errorf("it waits %s, %v", wait, err)
	}
	if d, err := o.store.Subscription(t.Context(), c.person, acme); err != nil || d.Why != store.StoppedBounced || d.Said != "550 5.1.1 no such user" {
		t.Errorf("%+v, %v", d, err)
	}
}

// A link that can't be mailed for a day, for the operator's reasons or the network's,
// ends the waiting with what the last try said; asking again starts anew.
func TestALinkThatCantBeMailed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	queue, err := jobs.NewQueue(o.store, quiet())
	if err != nil {
		t.Fatal(err)
	}
	for what, does := range map[string]mailtest.Scenario{
		"535 5.7.8 bad credentials":                   {Auth: []string{"PLAIN"}, At: "AUTH", Do: "answer", Code: 535, Message: "5.7.8 bad credentials"},
		"the greeting: the server cut the connection": {At: "greeting", Do: "cut"},
	} {
		t.Run(what, func(t *testing.T) {
			signIn := ""
			if does.Auth != nil {
				signIn = mailtest.SignIn
			}
			c := o.clerk(t, mailerTo(t, mailtest.Start(t, does).URL(signIn), 20*time.Second))
			w := store.Wanted{Address: "ada@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "UTC"}}
			if c.person > 1 {
				w.Address = "bob@example.com"
			}
			if _, err := queue.Subscribe(t.Context(), c.person, acme, w, c.clock); err != nil {
				t.Fatal(err)
			}
			began := c.clock
			aDay := func() (tries int) {
				for tries = 1; tries < 50; tries++ {
					wait, err := c.Confirm(t.Context(), c.person, acme)
					if err != nil {
						t.Fatal(err)
					}
					d, err := o.store.Subscription(t.Context(), c.person, acme)
					if err != nil || d.Said != what || !d.Linked.IsZero() || (d.State == store.Stopped) != (wait == 0) {
						t.Fatalf("try %d, then a wait of %s: %+v, %v", tries, wait, d, err)
					}
					if wait == 0 {
						break
					}
					c.clock = c.clock.Add(wait)
				}
				return tries
			}
			if tries, took := aDay(), c.clock.Sub(began); tries != 8 || took > 24*time.Hour || took < 12*time.Hour {
				t.Errorf("%d tries in %s", tries, took)
			}
			d, err := o.store.Subscription(t.Context(), c.person, acme)
			if err != nil || d.Why != store.StoppedUnsent {
				t.Errorf("%+v, %v", d, err)
			}
			if wait, err := c.Confirm(t.Context(), c.person, acme); wait != 0 || err != nil {
				t.Errorf("what stopped is tried again: %s, %v", wait, err)
			}
			c.clock = c.clock.Add(10 * 24 * time.Hour)
			if err := queue.ConfirmAgain(t.Context(), c.person, acme, c.clock); err != nil {
				t.Fatal(err)
			}
			if n, err := o.store.ForgetMails(t.Context(), c.clock); n != 0 || err != nil {
				t.Error(n, err)
			}
			if tries := aDay(); tries != 8 {
				t.Errorf("asked again: %d tries", tries)
			}
			// A link that came by an earlier mail still proves the address.
			if d, err := o.store.ConfirmSubscription(t.Context(), d.Confirm, c.clock); err != nil || d.State != store.Active {
				t.Errorf("%+v, %v", d, err)
			}
		})
	}
}

// A worker sends what is due; one without a mail server leaves it to others.
func TestAWorkerSendsWhatIsDue(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	m := mailer(t, server)
	c := o.clerk(t, m)
	c.subscribe()
	c.clock = monday.Add(time.Minute)
	c.letSee(1)
	ask := func(what string) (n int) {
		if err := o.store.Pool().QueryRow(t.Context(), what).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	await := func(what string) {
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for range 3000 {
			if ask(what) > 0 {
				return
			}
			<-ticker.C
		}
		t.Fatalf("it never comes to %s", what)
	}
	o.works(nil, c)
	await(`SELECT count(*) FROM river_job WHERE kind = 'lapse_waivers' AND state = 'completed'`) // which starts with the others
	if n := ask(`SELECT count(*) FROM digest_mails`) + ask(`SELECT count(*) FROM river_job WHERE queue = 'mail'`); n != 0 {
		t.Errorf("%d mails and jobs without a mail server", n)
	}
	other := newOffice(t)
	sender := other.clerk(t, m)
	sender.subscribe()
	sender.clock = monday.Add(time.Minute)
	sender.letSee(1)
	other.works(m, sender)
	if got := server.Next(t); !strings.Contains(got.Raw, "Subject: Acme: 82") {
		t.Errorf("%s", got.Raw)
	}
	o = other
	await(`SELECT count(*) FROM digest_mails WHERE state = 'sent'`)
}

// Two workers that start at once after a deploy was down find what became due meanwhile,
// and send each person one mail. What is older than three days they leave out.
func TestTwoWorkersCatchUp(t *testing.T) {
	t.Parallel()
	const people = 25
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	m := mailer(t, server)
	var first *clerk
	for range people {
		c := o.clerk(t, m)
		if first == nil {
			first = c
		}
		c.subscribe()
		c.clock = monday.AddDate(0, 0, 2)
		c.letSee(1)
	}
	if _, err := o.store.Pool().Exec(t.Context(), `UPDATE digests SET weekday = 6, next_at = next_at - interval '2 days' WHERE person_id = 2`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		o.works(m, first)
	}
	awaited := func(settled int) bool {
		var mails, jobs int
		err := o.store.Pool().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM digest_mails WHERE finished_at IS NOT NULL),
			(SELECT count(*) FROM river_job WHERE queue = 'mail' AND finalized_at IS NULL)`).Scan(&mails, &jobs)
		if err != nil {
			t.Fatal(err)
		}
		return mails == settled && jobs == 0
	}
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for n := 0; !awaited(people); n++ {
		if <-ticker.C; n > 3000 {
			t.Fatal("not all of them are settled")
		}
	}
	for range people - 1 {
		server.Next(t)
	}
	server.None(t)
	var sent, skipped, attempts int
	err := o.store.Pool().QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE state = 'sent'), count(*) FILTER (WHERE state = 'skipped'), max(attempts) FROM digest_mails`).Scan(&sent, &skipped, &attempts)
	if err != nil || sent != people-1 || skipped != 1 || attempts != 1 {
		t.Errorf("%d are sent, %d left out, %d tries, %v", sent, skipped, attempts, err)
	}
}
