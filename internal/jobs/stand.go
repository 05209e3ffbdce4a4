package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"twelvefold/internal/store"
)

const (
	// standEvery is how often standings are looked for that are too old.
	standEvery = time.Hour
	// standAge is when one is: what it says of the past moves on with the days.
	standAge = 6 * time.Hour
	// standsAtOnce bounds one transaction.
	standsAtOnce = 200
)

// StandArgs ask for standings to be worked out anew.
type StandArgs struct{}

// Kind names the job in River's table.
func (StandArgs) Kind() string { return "stand_repositories" }

// InsertOpts allow one at a time. The next one is the retry.
func (StandArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueBackfill, Priority: first, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: unfinished}}
}

func standPeriodically() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(standEvery),
		func() (river.JobArgs, *river.InsertOpts) { return StandArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}

type standWorker struct {
	river.WorkerDefaults[StandArgs]
	store *store.Store
	log   *slog.Logger
}

// Work goes through standings until none is too old.
func (w *standWorker) Work(ctx context.Context, _ *river.Job[StandArgs]) error {
	total := 0
	for {
		n, err := w.store.StandAnew(ctx, standAge, standsAtOnce)
		if err != nil {
			return err
		}
		if total += n; n < standsAtOnce {
			break
		}
	}
	if total > 0 {
		w.log.InfoContext(ctx, "standings worked out", "repositories", total)
	}
	return nil
}
