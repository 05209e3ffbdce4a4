package jobs

import (
	"cmp"
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

// ReviewArgs ask for a repository's heads to be compared with GitHub.
type ReviewArgs struct {
	Installation int64 `json:"installation"`
	Repository   int64 `json:"repository"`
}

// Kind names the job in River's table.
func (ReviewArgs) Kind() string { return "review_repository" }

// InsertOpts allow one for each repository at a time.
func (ReviewArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: second, MaxAttempts: 10, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

// Review asks for it inside the caller's transaction, because something changed.
// One that runs already may have asked GitHub before that: another begins a second
// later, and sees whatever was dropped for it.
func (q *Queue) Review(ctx context.Context, tx pgx.Tx, r store.Repository) error {
	options := ReviewArgs{}.InsertOpts()
	options.UniqueOpts = river.UniqueOpts{ByArgs: true, ByPeriod: settleBefore}
	options.ScheduledAt = time.Now().Add(settleBefore)
	_, err := q.client.InsertTx(ctx, tx, ReviewArgs{r.Installation, r.ID}, &options)
	return err
}

// reviewInTurn asks for it because it is time to: one that waits or runs will do.
func (q *Queue) reviewInTurn(ctx context.Context, tx pgx.Tx, r store.Repository) error {
	_, err := q.client.InsertTx(ctx, tx, ReviewArgs{r.Installation, r.ID}, nil)
	return err
}

type reviewWorker struct {
	river.WorkerDefaults[ReviewArgs]
	store *store.Store
	queue *Queue
	app   *github.App
	log   *slog.Logger
}

// Timeout is River's limit for one attempt.
func (w *reviewWorker) Timeout(*river.Job[ReviewArgs]) time.Duration { return 5 * time.Minute }

// Work finds heads that no delivery told of, and has them audited.
func (w *reviewWorker) Work(ctx context.Context, job *river.Job[ReviewArgs]) error {
	r, err := w.store.Repository(ctx, job.Args.Installation, job.Args.Repository)
	if errors.Is(err, store.ErrNotFound) || err == nil && r.Gone != nil {
		return nil
	}
	if err != nil {
		return err
	}
	return answered(w.review(ctx, r))
}

func (w *reviewWorker) review(ctx context.Context, r store.Repository) error {
	client := w.app.For(r.Installation)
	found, err := client.Repository(ctx, r.GitHubID)
	if errors.Is(err, github.ErrNotFound) {
		return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
			return w.store.LoseRepositories(ctx, tx, r.Installation, []int64{r.GitHubID})
		})
	}
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		r, err = w.store.ReviewRepository(ctx, tx, r.Installation, RepositoryOf(found))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := w.branch(ctx, client, r, found); err != nil {
		return err
	}
	if err := w.pulls(ctx, client, r, found); err != nil {
		return err
	}
	if err := w.checks(ctx, r); err != nil {
		return err
	}
	if r, err = w.store.ForgetPast(ctx, r); err != nil {
		return err
	}
	if err := w.queue.pastOf(ctx, r); err != nil {
		return err
	}
	return w.store.NoteReviewed(ctx, r.Installation, r.ID)
}

// checks has check runs published that don't show what they must: their jobs were
// refused, or lost.
func (w *reviewWorker) checks(ctx context.Context, r store.Repository) error {
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		commits, err := w.store.StaleChecks(ctx, tx, r.Installation, r.ID)
		if err != nil {
			return err
		}
		for _, commit := range commits {
			if err := w.queue.Publish(ctx, tx, PublishArgs{Installation: r.Installation, Repository: r.ID, Commit: commit}); err != nil {
				return err
			}
		}
		return nil
	})
}

// branch compares the default branch's head.
func (w *reviewWorker) branch(ctx context.Context, client *github.Client, r store.Repository, found github.Repository) error {
	commit, err := client.Head(ctx, found.Slug(), found.DefaultBranch)
	if errors.Is(err, github.ErrNotFound) || errors.Is(err, github.ErrEmpty) {
		return nil // nothing was pushed yet
	}
	if err != nil {
		return err
	}
	at := movedAt(r, commit, found.PushedAt)
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		added, err := w.queue.BranchHead(ctx, tx, r, commit, at)
		if added {
			w.log.InfoContext(ctx, "a head that no delivery told of is audited", "repository", r.FullName(), "commit", commit)
		}
		return err
	})
}

// movedAt is when a commit that is the head now came to be that: when the known
// head did where it is the same, else at the last push of the repository, or before.
func movedAt(r store.Repository, commit string, pushed time.Time) time.Time {
	switch {
	case r.HeadAt == nil:
		return pushed
	case commit == r.Head:
		return *r.HeadAt
	case pushed.Before(*r.HeadAt):
		return time.Now()
	}
	return pushed
}

// pulls compares the open pull requests.
func (w *reviewWorker) pulls(ctx context.Context, client *github.Client, r store.Repository, found github.Repository) error {
	list, err := client.OpenPullRequests(ctx, found.Slug())
	if err != nil {
		return err
	}
	known, err := w.store.OpenPullRequests(ctx, r.Installation, r.ID)
	if err != nil {
		return err
	}
	open, nouns := map[int]bool{}, []store.PullRequest{}
	for _, p := range list {
		open[p.Number] = true
		nouns = append(nouns, PullOf(r.ID, p))
	}
	for _, p := range known {
		if open[p.Number] {
			continue
		}
		closed, err := client.PullRequest(ctx, found.Slug(), p.Number)
		if errors.Is(err, github.ErrNotFound) { // no more is known of it than that
			p.State = store.PullClosed
			nouns = append(nouns, p)
			continue
		}
		if err != nil { // what was learnt before it is kept
			return errors.Join(err, w.learnt(ctx, r, nouns))
		}
		nouns = append(nouns, PullOf(r.ID, closed))
	}
	return w.learnt(ctx, r, nouns)
}

// learnt records what GitHub answered of pull requests, in one order always.
func (w *reviewWorker) learnt(ctx context.Context, r store.Repository, nouns []store.PullRequest) error {
	slices.SortFunc(nouns, func(a, b store.PullRequest) int { return cmp.Compare(a.Number, b.Number) })
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		for _, p := range nouns {
			added, err := w.queue.PullHead(ctx, tx, r, p)
			if err != nil {
				return err
			}
			if added {
				w.log.InfoContext(ctx, "a pull request that no delivery told of is audited", "repository", r.FullName(), "number", p.Number, "commit", p.Head)
			}
		}
		return nil
	})
}
