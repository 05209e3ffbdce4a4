package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"twelvefold/internal/rights"
)

// rightsEvery is how often rights that are getting old are asked for.
const rightsEvery = time.Minute

// RightsArgs ask for what people may see to be asked of GitHub anew, before
// their pages have to wait for it.
type RightsArgs struct{}

// Kind names the job in River's table.
func (RightsArgs) Kind() string { return "refresh_rights" }

// InsertOpts allow one at a time. The next one is the retry.
func (RightsArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: first, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: unfinished}}
}

func rightsPeriodically() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(rightsEvery),
		func() (river.JobArgs, *river.InsertOpts) { return RightsArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}

type rightsWorker struct {
	river.WorkerDefaults[RightsArgs]
	rights *rights.Service
	log    *slog.Logger
}

// Timeout is River's limit for one attempt.
func (w *rightsWorker) Timeout(*river.Job[RightsArgs]) time.Duration { return 5 * time.Minute }

// Work asks for those whose readers are there. A GitHub that is away is asked
// again by the next job.
func (w *rightsWorker) Work(ctx context.Context, _ *river.Job[RightsArgs]) error {
	asked, err := w.rights.Refresh(ctx)
	if err != nil {
		w.log.WarnContext(ctx, "rights could not be refreshed", "asked", asked, "error", err)
	}
	return nil
}
