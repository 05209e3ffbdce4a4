package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"twelvefold/internal/store"
)

// keepDays is how long the cache keeps what no audit asks for.
const keepDays = 90

// ForgetArgs ask for the cache to be pruned.
type ForgetArgs struct{}

// Kind names the job in River's table.
func (ForgetArgs) Kind() string { return "forget_signals" }

// InsertOpts allow one run a day, however often leaders change.
func (ForgetArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueBackfill, Priority: second, MaxAttempts: 3,
		UniqueOpts: river.UniqueOpts{ByPeriod: 24 * time.Hour}}
}

// forgetDaily starts with the leader: a process that lives for less than a day
// would never reach the end of an interval.
func forgetDaily() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour),
		func() (river.JobArgs, *river.InsertOpts) { return ForgetArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}

type forgetWorker struct {
	river.WorkerDefaults[ForgetArgs]
	signals *store.Signals
	log     *slog.Logger
}

// Work prunes the cache.
func (w *forgetWorker) Work(ctx context.Context, _ *river.Job[ForgetArgs]) error {
	gone, err := w.signals.Forget(ctx, keepDays)
	if err == nil {
		w.log.InfoContext(ctx, "signal cache pruned", "entries", gone)
	}
	return err
}
