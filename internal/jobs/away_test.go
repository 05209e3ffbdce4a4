package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
)

// TestOneCutConnectionAfterALongWaitIsNoDayOfSilence: the audit waited for a limit,
// or for an App that was suspended, for more than a day; then GitHub is away for a
// moment.
func TestOneCutConnectionAfterALongWaitIsNoDayOfSilence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	turn := 0
	b.work(t, b.store, func(ctx context.Context, _ jobs.Question, _ func(int, int)) (store.Result, error) {
		switch turn++; turn {
		case 1: // as while the App is suspended; and 25 hours go by
			if _, err := b.store.Pool().Exec(ctx, `UPDATE audits SET started_at = now() - interval '25 hours'`); err != nil {
				return store.Result{}, err
			}
			return store.Result{}, jobs.Later{Until: time.Now().Add(time.Second), Err: errors.New("the App is suspended")}
		case 2:
			return store.Result{}, jobs.Away{Err: errors.New("connection reset by peer")}
		}
		return store.Result{Audit: result()}, nil
	})
	id := b.enqueue(t, 1)
	deadline := time.Now().Add(40 * time.Second)
	for time.Now().Before(deadline) {
		a, err := b.store.Audit(t.Context(), store.Local, id)
		if err != nil {
			t.Fatal(err)
		}
		if a.State == store.Done {
			return
		}
		if a.State == store.Failed {
			t.Fatalf("after one cut connection it failed: %q", a.Error)
		}
	}
	t.Error("it did not end")
}
