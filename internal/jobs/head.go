package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/github"
	"twelvefold/internal/store"
)

// HeadArgs ask for an audit of a repository's default branch as it is now.
// Where that is, only a worker can tell: web asks neither GitHub as the App nor
// directories.
type HeadArgs struct {
	Installation int64 `json:"installation"`
	Repository   int64 `json:"repository"`
}

// Kind names the job in River's table; see store.HeadAsked.
func (HeadArgs) Kind() string { return store.HeadJob }

// InsertOpts allow one for each repository at a time.
func (HeadArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: first, MaxAttempts: 5, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

// AuditHead asks for it. Asked twice at once, or while the same commit waits or
// is audited, it is one audit.
func (q *Queue) AuditHead(ctx context.Context, r store.Repository) error {
	_, err := q.client.Insert(ctx, HeadArgs{r.Installation, r.ID}, nil)
	return err
}

type headWorker struct {
	river.WorkerDefaults[HeadArgs]
	store *store.Store
	queue *Queue
	app   *github.App // nil: nothing can be asked of GitHub
	local bool        // directories of this machine may be read
	log   *slog.Logger
}

// Timeout is River's limit for one attempt.
func (w *headWorker) Timeout(*river.Job[HeadArgs]) time.Duration { return 2 * time.Minute }

// Work finds out where the branch is and asks for the audit of that. Where it
// can't be told for good, what was audited last is audited again: that audit
// fails for the same reason, and tells it to people.
func (w *headWorker) Work(ctx context.Context, job *river.Job[HeadArgs]) error {
	r, err := w.store.Repository(ctx, job.Args.Installation, job.Args.Repository)
	if errors.Is(err, store.ErrNotFound) || err == nil && r.Gone != nil {
		return nil
	}
	if err != nil {
		return err
	}
	err = refusal(w.audit(ctx, r))
	var permanent Permanent
	if !errors.As(err, &permanent) {
		return answered(err)
	}
	w.log.WarnContext(ctx, "the head to audit can't be told", "repository", r.FullName(), "error", err)
	latest, known := w.store.LatestAudit(ctx, r.Installation, r.ID)
	if known != nil {
		return answered(err)
	}
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error { return w.queue.AuditAgain(ctx, tx, r, latest) })
}

func (w *headWorker) audit(ctx context.Context, r store.Repository) error {
	switch {
	case r.Origin == store.FromLocal && !w.local:
		return errNoDirectories
	case r.Origin == store.FromLocal:
		_, _, err := w.queue.EnqueueLocal(ctx, r.Path)
		if err != nil && ctx.Err() == nil && !store.Unavailable(err) {
			err = Permanent{Sentence: sentence(err), Err: err}
		}
		return err
	case w.app == nil:
		return errNoApp
	}
	client := w.app.For(r.Installation)
	found, err := client.Repository(ctx, r.GitHubID)
	if err != nil {
		return err
	}
	commit, err := client.Head(ctx, found.Slug(), found.DefaultBranch)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		r, err := w.store.ReviewRepository(ctx, tx, r.Installation, RepositoryOf(found))
		if errors.Is(err, store.ErrNotFound) { // gone from the installation meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		at, err := w.queue.headSince(ctx, tx, r, r.DefaultBranch, commit, movedAt(r, commit, found.PushedAt))
		if err != nil {
			return err
		}
		if _, err := w.store.NoteHead(ctx, tx, r.Installation, r.ID, commit, at); err != nil {
			return err
		}
		_, _, err = w.queue.Enqueue(ctx, tx, r.Installation, store.NewAudit{
			Repository: r.ID, Commit: commit, Branch: r.DefaultBranch, Trigger: store.Manual, HeadAt: at})
		return err
	})
}
