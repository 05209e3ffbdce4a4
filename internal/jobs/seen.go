package jobs

import (
	"context"
	"errors"
	"time"
)

// beSeen says until ctx ends that this worker lives, and returns the jobs of those
// that don't to the queue: River itself would wait for longer than the longest job
// may take.
func (w *Worker) beSeen(ctx context.Context) {
	ticker := time.NewTicker(w.options.Sweep)
	defer ticker.Stop()
	since, last := time.Now(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if !w.sight(ctx) || time.Since(last) > w.options.Silence {
			since = time.Now() // the others could not be seen either
		}
		last = time.Now()
		if last.Sub(since) > w.options.Silence {
			w.rescue(ctx)
		}
	}
}

// sight notes that this worker lives.
func (w *Worker) sight(ctx context.Context) bool {
	err := w.store.WorkerSeen(ctx, w.client.ID())
	if err != nil && !errors.Is(err, context.Canceled) {
		w.options.Log.WarnContext(ctx, "it could not be noted that this worker lives", "error", err)
	}
	return err == nil
}

func (w *Worker) rescue(ctx context.Context) {
	n, err := w.store.Rescue(ctx, w.options.Silence)
	switch {
	case err != nil && !errors.Is(err, context.Canceled):
		w.options.Log.WarnContext(ctx, "looking for jobs without a worker failed", "error", err)
	case n > 0:
		w.options.Log.WarnContext(ctx, "jobs had no living worker and are queued again", "jobs", n)
	}
}
