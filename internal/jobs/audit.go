package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/audit"
	"twelvefold/internal/github"
	"twelvefold/internal/store"
)

// Question is what is to be audited.
type Question struct {
	Repository store.Repository
	Commit     string
	Pull       *store.PullRequest // whose head the commit is; nil for none
	Patient    bool               // nobody waits for the answer
	Waivers    []audit.Waiver     // of the dashboard
	Gate       audit.Gate         // of the account: where the base branch's file does not say
}

// Engine audits one repository at one commit. It reports how many files are
// inspected, from any goroutine, and returns soon after ctx ends. Its errors may
// be Permanent or Later.
type Engine func(ctx context.Context, q Question, progress func(done, total int)) (store.Result, error)

// Permanent is an error that no retry of the job can help. Its sentence is for
// people.
type Permanent struct {
	Sentence string
	Err      error
	Passing  bool // it may have passed when the head is compared again, hours later
}

func (p Permanent) Error() string { return p.Sentence + " (" + p.Err.Error() + ")" }

func (p Permanent) Unwrap() error { return p.Err }

// What a worker is not set up for.
var (
	errNoDirectories = Permanent{Sentence: "This worker does not audit directories of its machine.", Err: errors.New("LOCAL_REPOSITORIES is off")}
	errNoApp         = Permanent{Sentence: "This worker has no GitHub App to ask with.", Err: errors.New("no GitHub App is configured"), Passing: true}
)

// errLost says that the audit was handed to another worker.
var errLost = errors.New("the audit's lease was lost")

// auditWorker works one audit job.
type auditWorker struct {
	river.WorkerDefaults[AuditArgs]
	store  *store.Store
	queue  *Queue
	engine Engine
	name   string        // of this process, in the audit's row
	beat   time.Duration // between heartbeats
	now    func() time.Time
	log    *slog.Logger

	rules   []audit.Rule // of SARIF
	version string       // of this program, in SARIF
}

// Timeout is River's limit for one attempt.
func (w *auditWorker) Timeout(*river.Job[AuditArgs]) time.Duration { return Limit }

// Work audits and records the result together with the job's completion.
func (w *auditWorker) Work(ctx context.Context, job *river.Job[AuditArgs]) error {
	claim := store.Claim{Installation: job.Args.Installation, Audit: job.Args.Audit, Lease: job.Args.Lease, Attempt: job.Attempt}
	log := w.log.With("audit", claim.Audit, "lease", claim.Lease, "attempt", claim.Attempt)

	a, repository, err := w.store.Start(ctx, claim, w.name)
	if errors.Is(err, store.ErrConflict) {
		log.InfoContext(ctx, "audit is finished or another worker's; nothing to do")
		return nil
	}
	if err != nil {
		return err
	}
	log = log.With("repository", repository.FullName(), "commit", a.Commit)
	log.InfoContext(ctx, "audit started")
	started := time.Now()

	question := Question{Repository: repository, Commit: a.Commit, Patient: a.Trigger == store.Backfill}
	if a.PullRequest != 0 {
		pull, err := w.store.PullRequest(ctx, claim.Installation, a.PullRequest)
		if err != nil {
			return w.settle(ctx, job, claim, a, err, log)
		}
		pull.BaseBranch = a.BaseBranch // with which the audit is noted
		question.Pull = &pull
	}
	if err := w.settled(ctx, &question); err != nil {
		return w.settle(ctx, job, claim, a, err, log)
	}
	result, err := w.run(ctx, claim, question)
	if err == nil {
		var change store.Change
		change, err = w.complete(ctx, job, claim, a, question, result)
		if err == nil {
			stats := result.Stats
			log.InfoContext(ctx, "audit done", "took_ms", time.Since(started).Milliseconds(),
				"files", stats.Files, "inspected", stats.Inspected, "cached", stats.Cached,
				"findings", len(result.Audit.Findings), "opened", change.Opened, "reopened", change.Reopened, "closed", change.Closed)
			return nil
		}
	}
	return w.settle(ctx, job, claim, a, err, log)
}

// complete records the result, also when a shutdown has begun meanwhile: it
// takes less than doing the work again.
func (w *auditWorker) complete(ctx context.Context, job *river.Job[AuditArgs], claim store.Claim, a store.Audit, q Question, result store.Result) (store.Change, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), completeTime)
	defer cancel()
	upload, err := w.packed(ctx, a, q, result)
	if err != nil {
		return store.Change{}, err
	}
	return w.store.Complete(ctx, claim, result, func(tx pgx.Tx) error {
		if err := w.queue.follow(ctx, tx, a); err != nil {
			return err
		}
		if err := w.queue.upload(ctx, tx, q.Repository, upload); err != nil {
			return err
		}
		if err := w.queue.notify(ctx, tx, q.Repository, a); err != nil {
			return err
		}
		again, err := w.rebased(ctx, q)
		if err == nil && !again {
			again, err = w.rewaived(ctx, a, q)
		}
		if err != nil {
			return err
		}
		if again {
			if err := w.queue.AuditAgain(ctx, tx, q.Repository, a); err != nil {
				return err
			}
		}
		return completed(ctx, tx, job)
	})
}

// rebased reports whether a pull request's base was changed while it was compared
// with the former one.
func (w *auditWorker) rebased(ctx context.Context, q Question) (bool, error) {
	if q.Pull == nil {
		return false, nil
	}
	now, err := w.store.PullRequest(ctx, q.Repository.Installation, q.Pull.ID)
	if err != nil || now.State != store.PullOpen || now.Head != q.Commit {
		return false, err
	}
	return now.BaseBranch != q.Pull.BaseBranch, nil
}

// run is the engine with heartbeats beside it. A panic becomes an error.
func (w *auditWorker) run(ctx context.Context, claim store.Claim, q Question) (result store.Result, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var done, total atomic.Int64
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		w.heartbeats(ctx, claim, cancel, &done, &total)
	}()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		cancel(nil)
		<-stopped // no heartbeat comes after the result
	}()
	return w.engine(ctx, q, func(d, t int) { done.Store(int64(d)); total.Store(int64(t)) })
}

// heartbeats writes life and progress until ctx ends, and ends it by cancel
// when the audit is no longer this worker's. A database that doesn't answer is
// no reason to stop: the result is refused later if it took too long.
func (w *auditWorker) heartbeats(ctx context.Context, claim store.Claim, cancel context.CancelCauseFunc, done, total *atomic.Int64) {
	ticker := time.NewTicker(w.beat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := w.store.Heartbeat(ctx, claim, int(done.Load()), int(total.Load()))
		if errors.Is(err, store.ErrConflict) {
			cancel(errLost)
			return
		}
		if err != nil && ctx.Err() == nil {
			w.log.WarnContext(ctx, "heartbeat failed", "audit", claim.Audit, "error", err)
		}
	}
}

// completeTime bounds the transaction that records a result; a thousand
// findings take a tenth of a second.
const completeTime = 30 * time.Second

// settleTime bounds what is written after an audit went wrong, so that a
// shutdown is not held up by a database that is gone.
const settleTime = 3 * time.Second

// settle records why an audit did not finish, and tells River what to do with
// the job: forget it, run it again at once, or later.
func (w *auditWorker) settle(ctx context.Context, job *river.Job[AuditArgs], claim store.Claim, a store.Audit, err error, log *slog.Logger) error {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	end := func(state store.State, sentence string, passing bool) {
		if failed := w.store.End(after, claim, state, sentence, passing, func(tx pgx.Tx) error { return w.queue.follow(after, tx, a) }); failed != nil {
			log.WarnContext(ctx, "the audit's end could not be recorded; it will be adopted", "error", failed)
		}
	}
	release := func(release func(context.Context, store.Claim) error) {
		if failed := release(after, claim); failed != nil {
			log.WarnContext(ctx, "the audit could not be returned; it will be adopted", "error", failed)
		}
	}
	var permanent Permanent
	var later Later
	since := time.Now()
	if a.Away != nil {
		since = *a.Away
	}
	switch {
	case errors.Is(err, errLost) || errors.Is(err, store.ErrConflict):
		log.InfoContext(ctx, "audit was handed to another worker; this result is dropped")
		return nil
	case cancelledByOperator(ctx):
		end(store.Cancelled, "The audit was cancelled by an operator.", false)
		return err
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		log.WarnContext(ctx, "audit took too long", "error", err)
		end(store.Failed, fmt.Sprintf("The audit was stopped after %.0f minutes, the most that one may take.", Limit.Minutes()), true)
		return river.JobCancel(err)
	case errors.Is(ctx.Err(), context.Canceled): // shutdown: River makes the job available at once
		log.InfoContext(ctx, "audit returned to the queue")
		release(w.store.Release)
		return context.Canceled
	case errors.As(err, &later):
		log.InfoContext(ctx, "audit waits for GitHub", "until", later.Until, "error", err)
		release(w.store.ReleaseAnswered)
		return river.JobSnooze(max(time.Second, time.Until(later.Until)))
	case errors.As(err, new(Away)) && time.Since(since) < longestAway:
		log.InfoContext(ctx, "audit waits for GitHub to answer again", "since", since, "error", err)
		release(w.store.ReleaseAway)
		return river.JobSnooze(pause(since))
	case errors.As(err, new(Away)):
		log.WarnContext(ctx, "audit failed: GitHub is away", "since", since, "error", err)
		end(store.Failed, "GitHub could not be asked for a day: it did not answer, or with an error of its own.", true)
		return river.JobCancel(err)
	case errors.As(err, &permanent) && !(errors.Is(err, github.ErrCommitGone) && job.Attempt < job.MaxAttempts):
		log.WarnContext(ctx, "audit failed", "error", err)
		end(store.Failed, permanent.Sentence, permanent.Passing)
		return river.JobCancel(err)
	case job.Attempt >= job.MaxAttempts:
		log.ErrorContext(ctx, "audit failed for the last time", "error", err)
		end(store.Failed, fmt.Sprintf("The audit failed %d times because of an error in Twelvefold or its database.", job.Attempt), true)
		return err
	default:
		log.WarnContext(ctx, "audit failed; it will be tried again", "error", err)
		release(w.store.Release)
		return err
	}
}
