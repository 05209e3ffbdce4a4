package jobs

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/github"
	"twelvefold/internal/store"
)

// pastWeeks is how far back audits are asked for: a year.
const pastWeeks = 52

// BackfillArgs ask for audits of a repository's past year, one for each week.
type BackfillArgs struct {
	Installation int64 `json:"installation"`
	Repository   int64 `json:"repository"`
}

// Kind names the job in River's table.
func (BackfillArgs) Kind() string { return "backfill_repository" }

// InsertOpts allow one for each repository at a time.
func (BackfillArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: last, MaxAttempts: 10, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

// wantsPast reports whether a repository's past year is still to be asked for.
// What a fork took over is not its own past.
func wantsPast(r store.Repository) bool {
	return r.Origin == store.FromGitHub && r.Backfilled == nil && r.Gone == nil && !r.Fork
}

// past asks for the past year when the audit of a head has ended, which by then
// has left what most of the past consists of in the cache.
func (q *Queue) past(ctx context.Context, tx pgx.Tx, a store.Audit) error {
	if a.Trigger == store.Backfill {
		return nil
	}
	r, err := q.store.Repository(ctx, a.Installation, a.Repository)
	if err != nil || !wantsPast(r) || a.Branch != r.DefaultBranch {
		return err
	}
	_, err = q.client.InsertTx(ctx, tx, BackfillArgs{r.Installation, r.ID}, nil)
	return err
}

// pastOf asks for the past year of a repository of which no audit is going to end.
func (q *Queue) pastOf(ctx context.Context, r store.Repository) error {
	if !wantsPast(r) {
		return nil
	}
	busy, err := q.store.Unfinished(ctx, r.Installation, r.ID)
	if err != nil || busy {
		return err
	}
	_, err = q.client.Insert(ctx, BackfillArgs{r.Installation, r.ID}, nil)
	return err
}

type backfillWorker struct {
	river.WorkerDefaults[BackfillArgs]
	store *store.Store
	queue *Queue
	app   *github.App
	log   *slog.Logger
}

// Timeout is River's limit for one attempt.
func (w *backfillWorker) Timeout(*river.Job[BackfillArgs]) time.Duration { return 10 * time.Minute }

// Work asks GitHub where the default branch was at the end of each week, and has
// those commits audited, the newest first: of each, only the contents are
// fetched that no audit has seen.
func (w *backfillWorker) Work(ctx context.Context, job *river.Job[BackfillArgs]) error {
	r, err := w.store.Repository(ctx, job.Args.Installation, job.Args.Repository)
	if errors.Is(err, store.ErrNotFound) || err == nil && (r.Gone != nil || r.Backfilled != nil) {
		return nil
	}
	if err != nil {
		return err
	}
	return answered(w.backfill(ctx, r))
}

func (w *backfillWorker) backfill(ctx context.Context, r store.Repository) error {
	client := w.app.For(r.Installation)
	if err := client.Spare(); err != nil {
		return err
	}
	commits, err := client.Weekly(ctx, slugOf(r), r.DefaultBranch, pastWeeks)
	if err != nil && !errors.Is(err, github.ErrEmpty) {
		return err
	}
	asked := 0
	err = pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		asked = 0
		for _, c := range slices.Backward(commits) {
			has, err := w.store.HasAudit(ctx, tx, r.Installation, r.ID, r.DefaultBranch, c.SHA, "")
			if err != nil {
				return err
			}
			if has {
				continue
			}
			_, added, err := w.queue.Enqueue(ctx, tx, r.Installation, store.NewAudit{
				Repository: r.ID, Commit: c.SHA, Branch: r.DefaultBranch, Trigger: store.Backfill, HeadAt: c.At})
			if err != nil {
				return err
			}
			if added {
				asked++
			}
		}
		return w.store.NoteBackfilled(ctx, tx, r.Installation, r.ID)
	})
	if err == nil {
		w.log.InfoContext(ctx, "the past year is going to be audited", "repository", r.FullName(), "weeks", len(commits), "audits", asked)
	}
	return err
}
