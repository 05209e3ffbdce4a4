package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/engine"
	"twelvefold/internal/store"
)

const (
	// lapseEvery is how often waivers are looked for that ended, or whose end has
	// come near: the day changes once.
	lapseEvery = time.Hour
	// lapsesAtOnce bounds how many repositories one look has audited again.
	lapsesAtOnce = 500
)

// LapseArgs ask for repositories to be audited again in which a waiver ended, or
// is to be announced to end.
type LapseArgs struct{}

// Kind names the job in River's table.
func (LapseArgs) Kind() string { return "lapse_waivers" }

// InsertOpts allow one at a time. The next one is the retry.
func (LapseArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueBackfill, Priority: first, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: unfinished}}
}

func lapsePeriodically() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(lapseEvery),
		func() (river.JobArgs, *river.InsertOpts) { return LapseArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}

type lapseWorker struct {
	river.WorkerDefaults[LapseArgs]
	store *store.Store
	queue *Queue
	now   func() time.Time
	log   *slog.Logger
}

// Work asks for those audits: their warnings and scores follow the day.
func (w *lapseWorker) Work(ctx context.Context, _ *river.Job[LapseArgs]) error {
	list, err := w.store.Lapsing(ctx, engine.Today(w.now()), lapsesAtOnce)
	if err != nil {
		return err
	}
	for _, r := range list {
		latest, err := w.store.LatestAudit(ctx, r.Installation, r.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		err = pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error { return w.queue.AuditAgain(ctx, tx, r, latest) })
		if err != nil {
			return err
		}
	}
	if len(list) > 0 {
		w.log.InfoContext(ctx, "repositories are audited again: waivers ended or will soon", "repositories", len(list))
	}
	return nil
}
