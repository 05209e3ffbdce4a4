package jobs_test

import (
	"context"
	"testing"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
)

// waive makes a waiver of everything that holds so many days, as the dashboard
// does.
func (b *bundle) waive(t *testing.T, days int) {
	t.Helper()
	w := audit.Waiver{Rule: "config/x", Path: "**", Reason: "r", Owner: "ada", Expires: time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly)}
	err := b.store.InTx(t.Context(), func(tx store.Tx) error {
		if _, err := b.store.AddWaiver(t.Context(), tx, store.Local, 0, store.Waiver{Waiver: w, Repository: b.repository.ID}); err != nil {
			return err
		}
		return b.queue.Waive(t.Context(), tx, b.repository, w)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// accepting is an engine that finds one thing, accepted by the first waiver.
func accepting(_ context.Context, q jobs.Question, _ func(int, int)) (store.Result, error) {
	r := result()
	if len(q.Waivers) > 0 {
		r.Findings[0].Waived = &q.Waivers[0]
	}
	return store.Result{Audit: r}, nil
}

// TestAWaiverThatComesDuringAnAuditCounts makes it while the engine works, which
// began without it.
func TestAWaiverThatComesDuringAnAuditCounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, known := true, make(chan int, 10)
	b.work(t, b.store, func(ctx context.Context, q jobs.Question, p func(int, int)) (store.Result, error) {
		if known <- len(q.Waivers); first {
			first = false
			b.waive(t, 30)
		}
		return accepting(ctx, q, p)
	})
	b.await(t, b.enqueue(t, 1), store.Done)
	if n := <-known; n != 0 {
		t.Fatalf("the first audit knows %d waivers", n)
	}
	select {
	case n := <-known:
		if n != 1 {
			t.Errorf("the second audit knows %d waivers", n)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nobody audits again")
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		list, err := b.store.OpenFindings(t.Context(), store.Local, b.repository.ID, "main")
		if err == nil && len(list) == 1 && list[0].Waived != nil && list[0].Waived.ID != 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%+v, %v", list, err)
		}
	}
	if n := b.count(t, `SELECT count(*) FROM audits`); n != 2 {
		t.Errorf("%d audits", n)
	}
}

// TestWhatAWaiverAcceptedIsAuditedAgainWhenItEnds asks on several days.
func TestWhatAWaiverAcceptedIsAuditedAgainWhenItEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.waive(t, 40)
	stop := b.work(t, b.store, accepting)
	b.await(t, b.enqueue(t, 1), store.Done)
	stop()
	for days, want := range map[int]int{0: 0, 25: 0, 26: 1, 40: 1, 41: 1, 300: 1} {
		list, err := b.store.Lapsing(t.Context(), time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly), 10)
		if err != nil || len(list) != want {
			t.Errorf("after %d days: %d repositories, %v; want %d", days, len(list), err, want)
		}
	}
	worker, err := jobs.NewWorker(b.store, accepting, jobs.Options{Concurrency: 1, Grace: 4 * time.Second, Log: quiet(), Fetch: 20 * time.Millisecond,
		Now: func() time.Time { return time.Now().AddDate(0, 0, 41) }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	for end := time.Now().Add(30 * time.Second); b.count(t, `SELECT count(*) FROM audits`) < 2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Error("nobody audits again")
			break
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
