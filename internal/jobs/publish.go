package jobs

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/audit"
	"twelvefold/internal/github"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
)

// checkName is what the check run is called beside a commit.
const checkName = "Twelvefold"

// twoDays is how many attempts River's policy spreads over two days: each waits for
// the fourth power of its number, in seconds.
const twoDays = 16

// Identifiers of the check run's buttons.
const (
	ActionRerun   = "rerun"
	ActionExplain = "explain"
)

// PublishArgs ask for a commit's check run to show what is known of it.
type PublishArgs struct {
	Installation int64  `json:"installation"`
	Repository   int64  `json:"repository"`
	Commit       string `json:"commit"`
	Explain      bool   `json:"explain,omitempty"` // with the arithmetic
	Again        bool   `json:"again,omitempty"`   // even what it shows already: GitHub was told to forget it
}

// Kind names the job in River's table.
func (PublishArgs) Kind() string { return "publish" }

// InsertOpts keep the publishing of a commit apart from its audit: an outage of
// GitHub's never repeats an audit, and is outlasted.
func (PublishArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: first, MaxAttempts: twoDays}
}

// follow asks, inside the transaction that ended an audit, for what follows it:
// the check run of a pull request's commit, or the repository's past year once
// its head is known.
func (q *Queue) follow(ctx context.Context, tx pgx.Tx, a store.Audit) error {
	if a.PullRequest == 0 {
		return q.past(ctx, tx, a)
	}
	return q.Publish(ctx, tx, PublishArgs{Installation: a.Installation, Repository: a.Repository, Commit: a.Commit})
}

// Publish asks for a check run inside the caller's transaction.
func (q *Queue) Publish(ctx context.Context, tx pgx.Tx, args PublishArgs) error {
	_, err := q.client.InsertTx(ctx, tx, args, nil)
	return err
}

type publishWorker struct {
	river.WorkerDefaults[PublishArgs]
	store   *store.Store
	app     *github.App
	baseURL string
	rules   map[string]audit.Rule
	log     *slog.Logger
}

// Timeout is River's limit for one attempt.
func (w *publishWorker) Timeout(*river.Job[PublishArgs]) time.Duration { return 5 * time.Minute }

// Work makes the check run show the worst of the newest audits of the pull
// requests that the commit is the head of: by whichever of them it is merged, the
// check is the same. It may run twice, at once and out of order: what is shown
// already is left alone.
func (w *publishWorker) Work(ctx context.Context, job *river.Job[PublishArgs]) error {
	args := job.Args
	repository, err := w.store.Repository(ctx, args.Installation, args.Repository)
	if errors.Is(err, store.ErrNotFound) || err == nil && repository.Gone != nil {
		return river.JobCancel(errors.New("the repository is gone"))
	}
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		check, ok, err := w.store.LockCheck(ctx, tx, args.Installation, args.Repository, args.Commit)
		if err != nil {
			return err
		}
		if !ok {
			return Later{time.Now().Add(2 * time.Second), errors.New("another job publishes the check run")}
		}
		return w.show(ctx, tx, repository, check, args)
	})
	var permanent Permanent
	var later Later
	switch err = refusal(err); {
	case errors.As(err, &later):
		return river.JobSnooze(max(time.Second, time.Until(later.Until)))
	case errors.Is(err, errNoAudit):
		return river.JobCancel(err)
	case errors.As(err, &permanent): // the reviews publish it when it can be
		w.log.WarnContext(ctx, "the check run can't be published", "repository", repository.FullName(), "commit", args.Commit, "error", err)
		return river.JobCancel(err)
	}
	return err
}

// errNoAudit says that there is nothing to show of a commit.
var errNoAudit = errors.New("no pull request's audit is of this commit")

// show brings the check run to the newest audits.
func (w *publishWorker) show(ctx context.Context, tx pgx.Tx, r store.Repository, check store.Check, args PublishArgs) error {
	audits, err := w.store.HeadAudits(ctx, r.Installation, r.ID, check.Commit)
	if err != nil {
		return err
	}
	if len(audits) == 0 {
		return errNoAudit
	}
	wanted, a, err := w.worst(ctx, r, audits)
	if err != nil {
		return err
	}
	ids := idsOf(audits)
	if check.Run != 0 && check.Audit == a.ID && slices.Equal(check.Audits, ids) && check.Shown == wanted.Status && !args.Explain && !args.Again {
		return nil
	}
	if args.Explain && wanted.Status == "completed" {
		cards, err := w.store.Scorecards(ctx, r.Installation, a.ID)
		if err != nil {
			return err
		}
		wanted.Text = report.Explained(cards)
	}
	if err := w.send(ctx, r, &check, wanted, a); err != nil {
		return err
	}
	if check.Audit, check.Audits, check.Shown = a.ID, ids, wanted.Status; len(wanted.Annotations) > 0 {
		check.Annotated = a.ID
	}
	w.log.InfoContext(ctx, "check run published", "repository", r.FullName(), "commit", check.Commit, "status", wanted.Status, "conclusion", wanted.Conclusion)
	return w.store.SaveCheck(ctx, tx, check)
}

// send brings GitHub's check run to what is wanted by an audit: the one that is
// there, whoever's job made it; or another one where its annotations, which GitHub
// only ever adds to, would not be true. The old one says so afterwards: until then
// it holds what it said.
func (w *publishWorker) send(ctx context.Context, r store.Repository, check *store.Check, wanted github.Check, a store.Audit) error {
	client, at := w.app.For(r.Installation), slugOf(r)
	if check.Run == 0 { // it may have been created by an attempt that did not live to note it
		there, found, err := client.FindCheck(ctx, at, check.Commit, checkName)
		if err != nil {
			return err
		}
		if check.Run = there.ID; found && there.Annotations > 0 {
			check.Annotated = auditOf(there.ExternalID)
		}
	}
	stale, err := w.leavesStale(ctx, r, *check, a)
	if err != nil {
		return err
	}
	if !stale && check.Run != 0 {
		err := client.UpdateCheck(ctx, at, check.Run, wanted)
		if !errors.Is(err, github.ErrNotFound) {
			return err
		}
		check.Run, check.Annotated = 0, 0 // of another App, or GitHub keeps it no longer
	}
	old := *check
	if check.Run, check.Annotated = 0, 0; stale {
		there, found, err := client.FindCheck(ctx, at, check.Commit, checkName)
		if err != nil {
			return err
		}
		if found && there.ID != old.Run && there.ExternalID == wanted.ExternalID {
			check.Run = there.ID
		}
	}
	if check.Run == 0 {
		check.Run, err = client.CreateCheck(ctx, at, wanted)
	} else {
		err = client.UpdateCheck(ctx, at, check.Run, wanted)
	}
	if err != nil || !stale {
		return err
	}
	if err = client.UpdateCheck(ctx, at, old.Run, w.replaced(r, old)); errors.Is(err, github.ErrNotFound) {
		return nil
	}
	return err
}

// leavesStale reports whether the check run has annotations of an older audit
// that a new one would not make.
func (w *publishWorker) leavesStale(ctx context.Context, r store.Repository, check store.Check, a store.Audit) (bool, error) {
	if check.Run == 0 || check.Annotated == 0 || check.Annotated == a.ID || a.State != store.Done {
		return false, nil
	}
	older, err := w.annotations(ctx, r, check.Annotated)
	if err != nil {
		return false, err
	}
	newer, err := w.annotations(ctx, r, a.ID)
	if err != nil {
		return false, err
	}
	made := make(map[report.Annotation]bool, len(newer))
	for _, n := range newer {
		made[n] = true
	}
	return slices.ContainsFunc(older, func(n report.Annotation) bool { return !made[n] }), nil
}

// annotations are those that an audit makes.
func (w *publishWorker) annotations(ctx context.Context, r store.Repository, audit int64) ([]report.Annotation, error) {
	changes, err := w.store.Changes(ctx, r.Installation, audit)
	return w.changed(changes).Annotations(), err
}

// link is the address of a page, "" where nobody said what this deploy is called.
func (w *publishWorker) link(path string) string {
	if w.baseURL == "" {
		return ""
	}
	return strings.TrimSuffix(w.baseURL, "/") + path
}
