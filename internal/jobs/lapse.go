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
	// lapsesAtOnce bounds how many default branches, and how many heads of pull
	// requests, one look has audited again.
	lapsesAtOnce = 500
)

// LapseArgs ask for repositories to be audited again in which a waiver ended, or
// is to be announced to end, and for heads of open pull requests whose checks it
// kept open.
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

// Work asks for those audits: their warnings, scores and verdicts follow the day.
func (w *lapseWorker) Work(ctx context.Context, _ *river.Job[LapseArgs]) error {
	today := engine.Today(w.now())
	list, err := w.store.Lapsing(ctx, today, lapsesAtOnce)
	if err != nil {
		return err
	}
	for _, r := range list {
		latest, err := w.store.LatestAudit(ctx, r.Installation, r.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err == nil {
			err = w.again(ctx, r, latest)
		}
		if err != nil {
			return err
		}
	}
	pulls, err := w.store.LapsedAudits(ctx, today, lapsesAtOnce)
	if err != nil {
		return err
	}
	for _, a := range pulls {
		r, err := w.store.Repository(ctx, a.Installation, a.Repository)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err == nil {
			err = w.again(ctx, r, a)
		}
		if err != nil {
			return err
		}
	}
	if len(list)+len(pulls) > 0 {
		w.log.InfoContext(ctx, "audited again: waivers ended or will soon", "repositories", len(list), "pull_requests", len(pulls))
	}
	return nil
}

func (w *lapseWorker) again(ctx context.Context, r store.Repository, a store.Audit) error {
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error { return w.queue.AuditAgain(ctx, tx, r, a) })
}
