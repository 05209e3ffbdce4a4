package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/jobs"
	"twelvefold/internal/mail/mailtest"
	"twelvefold/internal/store"
)

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
		twice  bool
	}{
		"who sees nothing of the account any more": {func(c *clerk) { c.letSee() }, store.MailSkipped, store.StoppedLostAccess, "You see nothing", true},
		"who sees an account without repositories": {func(c *clerk) { c.letSee(99) }, store.MailSkipped, "", "no repository that you see", true},
		"who sees none of what was chosen": {func(c *clerk) {
			c.subscribe(o.repositories[1])
			c.letSee(1)
		}, store.MailSkipped, store.StoppedLostAccess, "You see none of the repositories that you chose", true},
		"who chose what is archived now": {func(c *clerk) {
			c.letSee(1)
			c.letter.Nothing = true
		}, store.MailSkipped, "", "nothing to tell of", false},
		"who signed out everywhere": {func(c *clerk) {
			if err := c.rights.Forget(c.Context(), c.person); err != nil {
				c.T.Fatal(err)
			}
		}, store.MailSkipped, store.StoppedSignedOut, "sign in again", false},
		"who unsubscribed meanwhile": {func(c *clerk) {
			c.letSee(1)
			if _, err := o.store.StopSubscription(c.Context(), c.person, acme, store.StoppedByLink, c.clock); err != nil {
				c.T.Fatal(err)
			}
		}, store.MailSkipped, store.StoppedByLink, "had ended", false},
		"who named another address meanwhile": {func(c *clerk) {
			c.letSee(1)
			c.in(func(tx store.Tx) error {
				_, err := o.store.Subscribe(c.Context(), tx, c.person, acme, store.Wanted{Address: "lovelace@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "UTC"}}, c.clock)
				return err
			})
		}, store.MailSkipped, "", "not confirmed yet", false},
		"who wants only what changed": {func(c *clerk) {
			c.letSee(1)
			c.letter.Unchanged = true
			if _, err := o.store.Pool().Exec(c.Context(), `UPDATE digests SET only_if_changed = true WHERE person_id = $1`, c.person); err != nil {
				c.T.Fatal(err)
			}
		}, store.MailSkipped, "", "Nothing had changed", false},
	} {
		t.Run(what, func(t *testing.T) {
			c := o.clerk(t, m)
			c.subscribe()
			mail := c.takeAt(monday)
			test.before(c)
			wait := c.deliver(mail)
			if kept, d := c.became(mail); wait != 0 { // what a moment's answer lacks is asked for again
				if wait != time.Hour || kept.State != store.MailWaiting || kept.Attempts != 0 || d.State != store.Active {
					t.Errorf("it waits %s: %+v %+v", wait, kept, d)
				}
				c.clock = c.clock.Add(wait)
				test.before(c)
				wait = c.deliver(mail)
			}
			if (c.clock.After(monday)) != test.twice || wait != 0 {
				t.Errorf("it was asked for until %s, and waits %s", c.clock, wait)
			}
			kept, d := c.became(mail)
			if kept.State != test.state || !strings.Contains(kept.Said, test.said) || d.Why != test.stop || (d.State == store.Stopped) != (test.stop != "") {
				t.Errorf("%+v %+v", kept, d)
			}
		})
	}
	server.None(t)
}

// An answer of GitHub's that lacks the account for a moment, as while an event about it is
// taken in, ends no subscription and loses no mail.
func TestAMomentWithoutRightsEndsNothing(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	c := o.clerk(t, mailer(t, server))
	c.subscribe()
	m := c.takeAt(monday)
	c.letSee()
	if wait := c.deliver(m); wait != time.Hour {
		t.Errorf("it waits %s", wait)
	}
	server.None(t)
	c.clock = c.clock.Add(time.Hour)
	c.letSee(1)
	c.deliver(m)
	server.Next(t)
	if kept, d := c.became(m); kept.State != store.MailSent || d.State != store.Active {
		t.Errorf("%+v %+v", kept, d)
	}
}

// What a person was let see before GitHub went away does for a page. It does for no mail:
// that can't be taken back from who lost access meanwhile.
func TestAMailGoesByNoOldAnswer(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	c := o.clerk(t, mailer(t, server))
	c.subscribe()
	m := c.takeAt(monday)
	c.letSee(1, 2)
	c.clock = c.clock.Add(30 * time.Minute)
	if wait := c.deliver(m); wait != 15*time.Minute {
		t.Errorf("it waits %s", wait)
	}
	server.None(t)
	c.letSee(1)
	c.deliver(m)
	server.Next(t)
	if sees, err := o.store.SeesAny(t.Context(), c.asked.Sight, acme, o.repositories[1:]); sees || err != nil {
		t.Error("it tells of what was seen half an hour ago", err)
	}
}

// Who gets only what changed is told of a mail that did not arrive, though nothing
// changed since.
func TestAMailThatWasLostIsToldOf(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{At: "dot", Do: "cut", Times: 1})
	c := o.clerk(t, mailer(t, server))
	c.subscribe()
	if _, err := o.store.Pool().Exec(t.Context(), `UPDATE digests SET only_if_changed = true`); err != nil {
		t.Fatal(err)
	}
	for n, want := range []store.MailState{store.MailUnknown, store.MailSent, store.MailSkipped} {
		c.letter.Unchanged = n > 0
		m := c.takeAt(monday.AddDate(0, 0, 7*n))
		c.letSee(1)
		c.deliver(m)
		if kept, _ := c.became(m); kept.State != want {
			t.Errorf("week %d: %+v", n, kept)
		}
	}
}

// A worker that is told to stop leaves no mail behind of which nobody knows whether it
// went.
func TestAWorkerThatStopsBeforeItSends(t *testing.T) {
	t.Parallel()
	o, server := newOffice(t), mailtest.Start(t, mailtest.Scenario{})
	c := o.clerk(t, mailer(t, server))
	c.subscribe()
	m := c.takeAt(monday)
	c.letSee(1)
	ctx, stop := context.WithCancel(t.Context())
	c.composing = stop
	if wait, err := c.Deliver(ctx, m); !errors.Is(err, context.Canceled) {
		t.Errorf("it waits %s, %v", wait, err)
	}
	if kept, _ := c.became(m); kept.State != store.MailWaiting || kept.Attempts != 0 {
		t.Errorf("%+v", kept)
	}
	c.composing = nil
	c.deliver(m)
	server.Next(t)
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

// Whose mail is refused week by week, for reasons that nobody says to be the address's,
// gets no more of it after four weeks; a mail that is taken in between begins anew.
func TestMailThatIsRefusedForWeeks(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.clerk(t, mailer(t, mailtest.Start(t, mailtest.Scenario{At: "RCPT", Do: "answer", Code: 550, Message: "5.7.1 relaying denied"})))
	c.subscribe()
	week := func(n int) (store.DigestMail, store.Subscription) {
		m := c.takeAt(monday.AddDate(0, 0, 7*n))
		for wait := time.Duration(1); wait != 0; c.clock = c.clock.Add(wait) {
			c.letSee(1)
			wait = c.deliver(m)
		}
		return c.became(m)
	}
	for n := range 7 {
		if n == 3 {
			if err := o.store.NoteTaken(t.Context(), c.person, acme, "ada@example.com"); err != nil {
				t.Fatal(err)
			}
		}
		kept, d := week(n)
		if kept.State != store.MailFailed || kept.Attempts != 8 || (d.State == store.Stopped) != (n == 6) || d.Said != "550 5.7.1 relaying denied" {
			t.Errorf("week %d: %+v %+v", n, kept, d)
		}
		if n == 6 && d.Why != store.StoppedBarred {
			t.Errorf("it stopped as %s", d.Why)
		}
	}
	c.clock = c.clock.AddDate(0, 0, 14)
	c.in(func(tx store.Tx) error {
		d, err := o.store.Subscribe(t.Context(), tx, c.person, acme, store.Wanted{Address: "ada@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "UTC"}}, c.clock)
		if d.State != store.Pending || d.Barred != 0 {
			t.Errorf("started again: %+v", d)
		}
		return err
	})
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
