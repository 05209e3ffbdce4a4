package e2e

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/hook"
	"twelvefold/internal/jobs"
	"twelvefold/internal/seal"
	"twelvefold/internal/store"
)

// dropped is a deploy whose webhook was told of one drop, and the id of that event.
func dropped(t *testing.T) (d *deploy, id string) {
	t.Helper()
	d, main := soundDeploy(t)
	d.settles(t, "the past is audited")
	d.hooked(t)
	d.audited(t, main)
	d.audited(t, d.Push("acme/shop", "main", badApp))
	d.settles(t, "it is told")
	list := d.notices(t)
	if len(list) != 1 || list[0].State != store.NoticeDelivered {
		t.Fatalf("%+v", list)
	}
	return d, list[0].ID
}

// again has an event told once more, by hand.
func (d *deploy) again(t *testing.T, id string) {
	t.Helper()
	if err := d.store.InTx(t.Context(), func(tx pgx.Tx) error { return d.queue.Resend(t.Context(), tx, d.installation, id) }); err != nil {
		t.Fatal(err)
	}
}

func (d *deploy) hook(t *testing.T) store.Hook {
	t.Helper()
	h, err := d.store.Hook(t.Context(), d.installation)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestAWebhookIsSwitchedOffAfterDaysOfGivingUp and never by an attempt that may pass.
func TestAWebhookIsSwitchedOffAfterDaysOfGivingUp(t *testing.T) {
	t.Parallel()
	d, id := dropped(t)
	later := func(by time.Duration) {
		d.receiver.mu.Lock()
		defer d.receiver.mu.Unlock()
		d.receiver.shift += by
	}
	// One that is hardly used: a hiccup, and another a week later.
	for range 2 {
		d.receiver.answer(503)
		d.again(t, id)
		d.settles(t, "it is told at the second try")
		if h := d.hook(t); h.Stopped != nil || h.Failing != nil {
			t.Fatalf("hiccups: %+v", h)
		}
		later(7 * 24 * time.Hour)
	}
	given := func(answers ...int) {
		t.Helper()
		d.receiver.answer(answers...)
		d.again(t, id)
		d.settles(t, "it is given up")
		if n := d.notices(t)[0]; n.State != store.NoticeFailed || n.Attempts != len(answers) {
			t.Fatalf("%+v", n)
		}
	}
	given(500, 500, 500, 500, 500, 500, 500, 500, 500, 500) // all that are made in a day
	later(4 * 24 * time.Hour)
	given(404) // which another attempt would not change
	if h := d.hook(t); h.Stopped != nil || h.GivenUp != 2 {
		t.Fatalf("twice: %+v", h)
	}
	d.again(t, id) // it is taken, so that the count begins anew
	d.settles(t, "it is told")
	given(404)
	given(404)
	given(404)
	if h := d.hook(t); h.Stopped != nil || h.GivenUp != 3 {
		t.Fatalf("three on one day: %+v", h)
	}
	later(4 * 24 * time.Hour)
	given(404)
	if h := d.hook(t); h.Stopped == nil || !strings.Contains(h.StoppedWhy, "4 events in a row were given up") {
		t.Errorf("over days: %+v", h)
	}

	d.hooked(t) // saving it switches it on again
	if h := d.hook(t); h.Stopped != nil || h.GivenUp != 0 {
		t.Errorf("%+v", h)
	}
	d.receiver.answer(410)
	d.again(t, id)
	d.settles(t, "the receiver wants nothing any more")
	if h := d.hook(t); h.Stopped == nil || !strings.Contains(h.StoppedWhy, "410") {
		t.Errorf("%+v", h)
	}
}

// TestAWebhookThatIsSwitchedOffSendsNothing though a job waits still.
func TestAWebhookThatIsSwitchedOffSendsNothing(t *testing.T) {
	t.Parallel()
	d, id := dropped(t)
	n := len(d.receiver.all())
	err := d.store.InTx(t.Context(), func(tx pgx.Tx) error {
		if err := d.queue.Resend(t.Context(), tx, d.installation, id); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `UPDATE hooks SET stopped_at = now(), stopped_why = 'Enough.'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	d.settles(t, "its job is done")
	if last := d.notices(t)[0]; len(d.receiver.all()) != n || last.State != store.NoticeFailed || !strings.Contains(last.Why, "switched off") {
		t.Errorf("%d requests more, %+v", len(d.receiver.all())-n, last)
	}
	err = d.store.InTx(t.Context(), func(tx pgx.Tx) error { return d.queue.TestHook(t.Context(), tx, d.installation) })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a test of one that is switched off: %v", err)
	}
}

// TestALateFailureUndoesNoDelivery of another worker, which was told twice.
func TestALateFailureUndoesNoDelivery(t *testing.T) {
	t.Parallel()
	d, id := dropped(t)
	late := d.notices(t)[0] // as a second worker knew it before
	now := time.Now()
	late.State, late.Attempts, late.Status, late.Why, late.Tried = store.NoticeFailed, 1, 500, "The receiver answered with 500.", &now
	give := store.GiveUp{Counts: true, Before: now.Add(time.Hour), Most: 1, Stop: "It failed."}
	if err := d.store.Tried(t.Context(), late, give); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a failure after the delivery: %v", err)
	}
	if n := d.notices(t)[0]; n.State != store.NoticeDelivered || n.Status != 200 || d.hook(t).Stopped != nil {
		t.Errorf("%+v", n)
	}
	d.receiver.answer(404)
	d.again(t, id)
	d.settles(t, "it failed")
	late.State, late.Status, late.Why = store.NoticeDelivered, 204, ""
	if err := d.store.Tried(t.Context(), late, give); err != nil {
		t.Errorf("a delivery after the failure: %v", err)
	}
	if n := d.notices(t)[0]; n.State != store.NoticeDelivered || n.Status != 204 || d.hook(t).GivenUp != 0 {
		t.Errorf("%+v", n)
	}
}

// TestEverySecretSignsUntilItsTime though it was changed twice within a day.
func TestEverySecretSignsUntilItsTime(t *testing.T) {
	t.Parallel()
	d, id := dropped(t)
	d.exec(t, `DELETE FROM hooks`)
	secrets := []string{d.hooked(t)}
	for i := range 2 {
		secret := hook.NewSecret()
		now := d.receiver.now()
		if err := d.store.RotateHook(t.Context(), d.installation, d.receiver.hooks.HookSecret(d.installation, secret), now, now.Add(time.Duration(i+1)*time.Hour), "ona"); err != nil {
			t.Fatal(err)
		}
		secrets = append([]string{secret}, secrets...)
	}
	signed := func(by ...string) {
		t.Helper()
		d.again(t, id)
		d.settles(t, "it is told")
		all := d.receiver.all()
		last := all[len(all)-1]
		at, err := strconv.ParseInt(last.header.Get("webhook-timestamp"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, secret := range by {
			signature, err := hook.Sign(secret, id, time.Unix(at, 0), last.body)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, signature)
		}
		if got := strings.Fields(last.header.Get("webhook-signature")); !slices.Equal(got, want) {
			t.Errorf("signed %q, want %q", got, want)
		}
	}
	signed(secrets...)
	d.receiver.mu.Lock()
	d.receiver.shift = 90 * time.Minute
	d.receiver.mu.Unlock()
	signed(secrets[:2]...)
	d.exec(t, `UPDATE hook_secrets SET secret = 'of another key'`) // which nobody has any more
	signed(secrets[0])
}

// TestAKeyThatIsRotatedOpensEveryWebhook once a worker started with it in front,
// though nothing was told meanwhile.
func TestAKeyThatIsRotatedOpensEveryWebhook(t *testing.T) {
	t.Parallel()
	d := startDeploy(t, githubtest.New(t), slog.LevelInfo)
	d.Install(d.installation)
	eventually(t, "the installation is known", func() bool {
		_, err := d.store.Installation(t.Context(), d.installation)
		return err == nil
	})
	d.settles(t, "nothing is left to do")
	first, second := d.hooked(t), hook.NewSecret()
	now := time.Now()
	if err := d.store.RotateHook(t.Context(), d.installation, d.receiver.hooks.HookSecret(d.installation, second), now, now.Add(time.Hour), "ona"); err != nil {
		t.Fatal(err)
	}
	d.stop()
	start := func(keys ...[]byte) (stop func()) {
		t.Helper()
		ring, err := seal.New(keys...)
		if err != nil {
			t.Fatal(err)
		}
		hooks := d.receiver.hooks
		hooks.Keys = ring
		worker, err := jobs.NewWorker(d.store, nil, jobs.Options{Concurrency: 1, Grace: time.Second, Log: slog.New(slog.DiscardHandler), Fetch: 100 * time.Millisecond, Hooks: hooks})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- worker.Run(ctx) }()
		return func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
	older, newer := bytes.Repeat([]byte{7}, seal.KeySize), bytes.Repeat([]byte{8}, seal.KeySize)
	stop := start(newer, older)
	alone, err := seal.New(newer)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the secrets are sealed anew", func() bool {
		h := d.hook(t)
		return alone.Current(h.Secret) && alone.Current(h.Former[0].Secret)
	})
	stop()
	stop = start(newer)
	d.tests(t)
	eventually(t, "it is told", func() bool { return d.notices(t)[0].State != store.NoticeWaiting })
	stop()
	got := d.receiver.all()
	if len(got) != 1 {
		t.Fatalf("%d requests, %+v", len(got), d.notices(t)[0])
	}
	at, err := strconv.ParseInt(got[0].header.Get("webhook-timestamp"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, secret := range []string{second, first} {
		signature, err := hook.Sign(secret, got[0].header.Get("webhook-id"), time.Unix(at, 0), got[0].body)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, signature)
	}
	if signed := strings.Fields(got[0].header.Get("webhook-signature")); !slices.Equal(signed, want) {
		t.Errorf("signed %q, want %q", signed, want)
	}
}

// TestAnEventIsTriedNoSoonerThanItWaits though another job of it is due: one that was
// left when the webhook was switched off, before the event was sent again by hand.
func TestAnEventIsTriedNoSoonerThanItWaits(t *testing.T) {
	t.Parallel()
	d, id := dropped(t)
	n := len(d.receiver.all())
	err := d.store.InTx(t.Context(), func(tx pgx.Tx) error {
		if err := d.queue.Resend(t.Context(), tx, d.installation, id); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `UPDATE notices SET attempts = 1, next_at = now() + interval '1 hour'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "its job waits, too", func() bool {
		var waits bool
		err := d.store.Pool().QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM river_job WHERE kind = 'notice' AND state = 'scheduled' AND scheduled_at > now() + interval '50 minutes')`).Scan(&waits)
		return err == nil && waits || len(d.receiver.all()) > n
	})
	if last := d.notices(t)[0]; len(d.receiver.all()) != n || last.State != store.NoticeWaiting || last.Attempts != 1 {
		t.Errorf("%+v", last)
	}
}
