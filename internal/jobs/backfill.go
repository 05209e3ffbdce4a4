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
	"twelvefold/internal/source"
	"twelvefold/internal/store"
)

// pastWeeks is how far back audits are asked for: a year.
const pastWeeks = 52

// BackfillArgs ask for audits of a repository's past year, one for each week.
type BackfillArgs struct {
	Installation int64 `json:"installation"`
	Repository   int64 `json:"repository"`
	// Branch is the default branch that it is the past of: of another one it is
	// another question.
	Branch string `json:"branch"`
}

// Kind names the job in River's table.
func (BackfillArgs) Kind() string { return "backfill_repository" }

// InsertOpts allow one for each repository at a time.
func (BackfillArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: last, MaxAttempts: 10, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

// wantsPast reports whether a repository's past year is to be asked for. What a
// fork took over is not its own past; of a clone nobody knows. Directories of this
// machine are looked at whenever their head was audited: nobody tells of commits
// there, so that weeks may have ended unseen, and history may have been fetched.
func wantsPast(r store.Repository) bool {
	return (r.Backfilled == nil || r.Origin == store.FromLocal) && r.Gone == nil && !r.Fork
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
	_, err = q.client.InsertTx(ctx, tx, BackfillArgs{r.Installation, r.ID, r.DefaultBranch}, nil)
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
	_, err = q.client.Insert(ctx, BackfillArgs{r.Installation, r.ID, r.DefaultBranch}, nil)
	return err
}

type backfillWorker struct {
	river.WorkerDefaults[BackfillArgs]
	store *store.Store
	queue *Queue
	app   *github.App // nil: nothing can be asked of GitHub
	local bool        // directories of this machine may be read
	log   *slog.Logger
}

// Timeout is River's limit for one attempt.
func (w *backfillWorker) Timeout(*river.Job[BackfillArgs]) time.Duration { return 10 * time.Minute }

// Work finds out where the default branch was at the end of each week, and has
// those commits audited, the newest first: of each, only the contents are
// looked at that no audit has seen.
func (w *backfillWorker) Work(ctx context.Context, job *river.Job[BackfillArgs]) error {
	r, err := w.store.Repository(ctx, job.Args.Installation, job.Args.Repository)
	if errors.Is(err, store.ErrNotFound) || err == nil && (!wantsPast(r) || r.DefaultBranch != job.Args.Branch) {
		return nil
	}
	if err != nil {
		return err
	}
	return answered(w.backfill(ctx, r))
}

func (w *backfillWorker) backfill(ctx context.Context, r store.Repository) error {
	commits, err := w.weekly(ctx, r)
	if err != nil {
		return err
	}
	asked := 0
	err = pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) (err error) {
		if asked, err = w.queue.enqueuePast(ctx, tx, r, commits); err != nil {
			return err
		}
		return w.store.NoteBackfilled(ctx, tx, r)
	})
	if err == nil {
		w.log.InfoContext(ctx, "the past year is going to be audited", "repository", r.FullName(), "weeks", len(commits), "audits", asked)
	}
	return err
}

// weekly lists the past commits of the default branch, oldest first: as GitHub
// has it now, or as the directory that was audited last.
func (w *backfillWorker) weekly(ctx context.Context, r store.Repository) ([]source.Commit, error) {
	switch {
	case r.Origin == store.FromLocal && !w.local:
		return nil, errNoDirectories
	case r.Origin == store.FromLocal:
		head, err := w.store.LatestAudit(ctx, r.Installation, r.ID)
		if err != nil {
			return nil, Permanent{Sentence: "No audit of the repository has ended well.", Err: err}
		}
		commits, err := source.Past(ctx, r.Path, head.Commit, pastWeeks)
		if err != nil && ctx.Err() == nil {
			err = Permanent{Sentence: sentence(err), Err: err}
		}
		return commits, err
	case w.app == nil:
		return nil, errNoApp
	}
	client := w.app.For(r.Installation)
	if err := client.Spare(ctx); err != nil {
		return nil, err
	}
	commits, err := client.Weekly(ctx, slugOf(r), r.DefaultBranch, pastWeeks)
	if errors.Is(err, github.ErrEmpty) {
		return nil, nil
	}
	return commits, err
}

// enqueuePast asks for audits of those commits that were never audited, the newest first.
func (q *Queue) enqueuePast(ctx context.Context, tx pgx.Tx, r store.Repository, commits []source.Commit) (asked int, err error) {
	for _, c := range slices.Backward(commits) {
		has, err := q.store.HasAudit(ctx, tx, r.Installation, r.ID, r.DefaultBranch, c.SHA, "")
		if err != nil {
			return 0, err
		}
		if has {
			continue
		}
		_, added, err := q.Enqueue(ctx, tx, r.Installation, store.NewAudit{
			Repository: r.ID, Commit: c.SHA, Branch: r.DefaultBranch, Trigger: store.Backfill, HeadAt: c.At})
		if err != nil {
			return 0, err
		}
		if added {
			asked++
		}
	}
	return asked, nil
}
