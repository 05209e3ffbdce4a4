package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"twelvefold/internal/store"
)

// keepDays is how long caches keep what nobody asks for, and how long
// deliveries are known: GitHub sends nothing again that is older.
const keepDays = 90

// NoticeDays is how many days what a webhook was told is shown.
const NoticeDays = 30

// ForgetArgs ask for the caches to be pruned.
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
	store   *store.Store
	signals *store.Signals
	log     *slog.Logger
}

// Work prunes the caches.
func (w *forgetWorker) Work(ctx context.Context, _ *river.Job[ForgetArgs]) error {
	gone, err := w.signals.Forget(ctx, keepDays)
	if err != nil {
		return err
	}
	answers, err := w.store.Responses().Forget(ctx, keepDays)
	if err != nil {
		return err
	}
	deliveries, err := w.store.ForgetDeliveries(ctx, keepDays)
	if err != nil {
		return err
	}
	uploads, err := w.store.ForgetUploads(ctx, keepDays)
	if err != nil {
		return err
	}
	notices, err := w.store.ForgetNotices(ctx, NoticeDays)
	if err != nil {
		return err
	}
	if _, err := w.store.ForgetUses(ctx, time.Now().Add(-time.Hour)); err != nil {
		return err
	}
	sessions, err := w.store.ForgetSessions(ctx, time.Now())
	if err != nil {
		return err
	}
	mails, err := w.store.ForgetMails(ctx, time.Now())
	if err == nil {
		w.log.InfoContext(ctx, "caches pruned", "signals", gone, "answers", answers, "deliveries", deliveries, "uploads", uploads, "notices", notices, "sessions", sessions, "mails", mails)
	}
	return err
}
