package jobs

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"twelvefold/internal/github"
	"twelvefold/internal/store"
)

// RefreshArgs ask for an installation to be brought to what GitHub answers:
// deliveries tell that something changed, in any order; only the answer to a
// question tells what is so now.
type RefreshArgs struct {
	Installation int64 `json:"installation"`
}

// Kind names the job in River's table.
func (RefreshArgs) Kind() string { return "refresh_installation" }

// unfinished are the states of a job that is still to do something.
var unfinished = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}

// InsertOpts allow one a second for each installation. It begins a second after
// it was asked for, so that it sees whatever was dropped for it.
func (RefreshArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: first, MaxAttempts: 15, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: settleBefore}}
}

// Refresh asks for it inside the caller's transaction.
func (q *Queue) Refresh(ctx context.Context, tx pgx.Tx, installation int64) error {
	_, err := q.client.InsertTx(ctx, tx, RefreshArgs{installation}, &river.InsertOpts{ScheduledAt: time.Now().Add(settleBefore)})
	return err
}

// settleBefore lets deliveries that come together be answered by one question.
const settleBefore = time.Second

type refreshWorker struct {
	river.WorkerDefaults[RefreshArgs]
	store *store.Store
	queue *Queue
	app   *github.App
	log   *slog.Logger
}

// Timeout is River's limit for one attempt.
func (w *refreshWorker) Timeout(*river.Job[RefreshArgs]) time.Duration { return 10 * time.Minute }

// Work asks GitHub for the installation and its repositories, and reviews each
// of those that are new; all of them after a suspension or another permission.
func (w *refreshWorker) Work(ctx context.Context, job *river.Job[RefreshArgs]) error {
	return answered(w.refresh(ctx, job.Args.Installation))
}

func (w *refreshWorker) refresh(ctx context.Context, id int64) error {
	found, err := w.app.Installation(ctx, id)
	if errors.Is(err, github.ErrNotFound) {
		w.log.InfoContext(ctx, "installation is gone", "installation", id)
		return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error { return w.store.DeleteInstallation(ctx, tx, id) })
	}
	if err != nil {
		return err
	}
	before, err := w.store.Installation(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	installation := store.Installation{ID: id, Account: found.Account.Login, AccountID: found.Account.ID, AccountType: found.Account.Type,
		Suspended: found.Suspended, Permissions: found.Permissions}
	err = pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error { return w.store.RefreshInstallation(ctx, tx, installation) })
	if err != nil || found.Suspended {
		return err
	}
	list, err := w.app.For(id).Repositories(ctx)
	if err != nil {
		return err
	}
	// What was refused before may be allowed now.
	renewed := before.Suspended || !maps.Equal(before.Permissions, installation.Permissions)
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		if renewed {
			if err := w.store.Wake(ctx, tx, id); err != nil {
				return err
			}
		}
		ids := make([]int64, 0, len(list))
		for _, r := range list {
			ids = append(ids, r.ID)
			adopted, err := w.store.AdoptRepository(ctx, tx, id, RepositoryOf(r))
			if err != nil {
				return err
			}
			if renewed || adopted.Reviewed == nil {
				if err := w.queue.Review(ctx, tx, adopted); err != nil {
					return err
				}
			}
		}
		gone, err := w.store.KeepRepositories(ctx, tx, id, ids)
		w.log.InfoContext(ctx, "installation refreshed", "installation", id, "account", installation.Account, "repositories", len(ids), "gone", gone)
		return err
	})
}

// answered words what came of asking GitHub for River: wait for a limit, give
// up what GitHub will refuse again, try everything else again.
func answered(err error) error {
	var permanent Permanent
	var later Later
	switch err = refusal(err); {
	case errors.As(err, &later):
		return river.JobSnooze(max(time.Second, time.Until(later.Until)))
	case errors.As(err, &permanent):
		return river.JobCancel(err)
	}
	return err
}
