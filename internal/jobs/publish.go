package jobs

import (
	"context"
	"errors"
	"fmt"
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
}

// Kind names the job in River's table.
func (PublishArgs) Kind() string { return "publish" }

// InsertOpts keep the publishing of a commit apart from its audit: an outage of
// GitHub's never repeats an audit, and is outlasted. River's policy spreads the
// attempts over two days.
func (PublishArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: first, MaxAttempts: 20}
}

// follow asks, inside the transaction that ended an audit, for what follows it:
// the check run of a pull request's commit, or the repository's past year once
// its head is known.
func (w *auditWorker) follow(ctx context.Context, tx pgx.Tx, a store.Audit) error {
	if a.PullRequest == 0 {
		return w.past(ctx, tx, a)
	}
	return w.queue.Publish(ctx, tx, PublishArgs{Installation: a.Installation, Repository: a.Repository, Commit: a.Commit})
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

// Work makes the check run show the newest audit of the commit. It may run
// twice, at once and out of order: what is shown already is left alone.
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
		return w.show(ctx, tx, repository, check, args.Explain)
	})
	var permanent Permanent
	var later Later
	switch err = refusal(err); {
	case errors.As(err, &later):
		return river.JobSnooze(max(time.Second, time.Until(later.Until)))
	case errors.As(err, &permanent):
		w.log.WarnContext(ctx, "the check run can't be published", "repository", repository.FullName(), "commit", args.Commit, "error", err)
		return river.JobCancel(err)
	}
	return err
}

// show brings the check run to the newest audit.
func (w *publishWorker) show(ctx context.Context, tx pgx.Tx, r store.Repository, check store.Check, explain bool) error {
	a, err := w.store.NewestAudit(ctx, r.Installation, r.ID, check.Commit)
	if err != nil {
		return err
	}
	shown := "completed"
	if a.State == store.Queued || a.State == store.Running {
		shown = "in_progress"
	}
	if check.Run != 0 && check.Audit == a.ID && check.Shown == shown && !explain {
		return nil
	}
	wanted, err := w.checkOf(ctx, r, a)
	if err != nil {
		return err
	}
	if explain && shown == "completed" {
		cards, err := w.store.Scorecards(ctx, r.Installation, a.ID)
		if err != nil {
			return err
		}
		wanted.Text = report.Explained(cards)
	}
	client, at := w.app.For(r.Installation), slugOf(r)
	if stale, err := w.leavesStale(ctx, r, check, a); err != nil {
		return err
	} else if stale { // GitHub only ever adds annotations
		if err := client.UpdateCheck(ctx, at, check.Run, w.replaced(r, check)); err != nil {
			return err
		}
		check.Run, check.Annotated = 0, 0
	}
	if check.Run == 0 { // it may have been created by an attempt that did not live to note it
		id, external, found, err := client.FindCheck(ctx, at, check.Commit, checkName)
		if err != nil {
			return err
		}
		if found && external == wanted.ExternalID {
			check.Run = id
		}
	}
	if check.Run == 0 {
		check.Run, err = client.CreateCheck(ctx, at, wanted)
	} else {
		err = client.UpdateCheck(ctx, at, check.Run, wanted)
	}
	if err != nil {
		return err
	}
	if check.Audit, check.Shown = a.ID, shown; len(wanted.Annotations) > 0 {
		check.Annotated = a.ID
	}
	w.log.InfoContext(ctx, "check run published", "repository", r.FullName(), "commit", check.Commit, "status", shown, "conclusion", wanted.Conclusion)
	return w.store.SaveCheck(ctx, tx, check)
}

// leavesStale reports whether the check run has annotations of an older audit
// that a new one would not make.
func (w *publishWorker) leavesStale(ctx context.Context, r store.Repository, check store.Check, a store.Audit) (bool, error) {
	if check.Run == 0 || check.Annotated == 0 || check.Annotated == a.ID || a.State != store.Done {
		return false, nil
	}
	older, err := w.store.Changes(ctx, r.Installation, check.Annotated)
	if err != nil {
		return false, err
	}
	newer, err := w.store.Changes(ctx, r.Installation, a.ID)
	if err != nil {
		return false, err
	}
	for _, c := range older {
		if c.New && c.Place.Line > 0 && !slices.ContainsFunc(newer, func(n store.ChangedFinding) bool {
			return n.New && n.Fingerprint == c.Fingerprint && n.Place == c.Place && n.Message == c.Message && n.Fails == c.Fails
		}) {
			return true, nil
		}
	}
	return false, nil
}

// replaced is what an older check run says whose annotations are true no more.
func (w *publishWorker) replaced(r store.Repository, check store.Check) github.Check {
	return github.Check{
		HeadSHA: check.Commit, Name: checkName, ExternalID: fmt.Sprintf("twelvefold-audit-%d", check.Annotated), DetailsURL: w.link(fmt.Sprintf("/repositories/%d", r.ID)),
		Status: "completed", Conclusion: "neutral", Title: "Audited again", Summary: "A newer check run says what is so now.",
	}
}

// checkOf words an audit in any state as a check run.
func (w *publishWorker) checkOf(ctx context.Context, r store.Repository, a store.Audit) (github.Check, error) {
	check := github.Check{
		HeadSHA: a.Commit, Name: checkName, ExternalID: fmt.Sprintf("twelvefold-audit-%d", a.ID),
		DetailsURL: w.link(fmt.Sprintf("/repositories/%d", r.ID)), StartedAt: a.Created,
		Actions: []github.Action{
			{Label: "Audit again", Description: "Audit this commit once more", Identifier: ActionRerun},
			{Label: "Explain the scores", Description: "Show the arithmetic of each factor", Identifier: ActionExplain},
		},
	}
	switch a.State {
	case store.Queued, store.Running:
		check.Status, check.Title, check.Summary, check.Actions = "in_progress", "Auditing", "The commit is compared with where it left its base.", nil
		return check, nil
	case store.Failed:
		check.Status, check.Conclusion, check.Title, check.Summary = "completed", "neutral", "Could not be audited", a.Error
		return check, nil
	case store.Cancelled:
		check.Status, check.Conclusion, check.Title, check.Summary = "completed", "neutral", "Not audited", a.Error
		return check, nil
	}
	changes, err := w.store.Changes(ctx, r.Installation, a.ID)
	if err != nil {
		return check, err
	}
	pull, err := w.store.PullRequest(ctx, r.Installation, a.PullRequest)
	if err != nil {
		return check, err
	}
	said := w.reportOf(r, a, pull, changes)
	check.Status, check.Conclusion, check.Title, check.Summary = "completed", said.Conclusion, said.Title, said.Summary
	if a.Finished != nil {
		check.CompletedAt = *a.Finished
	}
	for _, n := range said.Annotations {
		check.Annotations = append(check.Annotations, github.Annotation(n))
	}
	return check, nil
}

func (w *publishWorker) reportOf(r store.Repository, a store.Audit, pull store.PullRequest, changes []store.ChangedFinding) report.Check {
	p := report.PullAudit{
		Fails: map[string]bool{}, Unchanged: a.Unchanged, Gate: a.Gate, BaseBranch: pull.BaseBranch, Rules: w.rules,
		Base: report.Standing{Score: a.BaseScore, Cells: a.BaseCells}, Head: report.Standing{Score: a.Score, Cells: a.Cells},
		Link: w.link(fmt.Sprintf("/repositories/%d", r.ID)),
	}
	if w.baseURL != "" {
		p.RuleLink = func(id string) string { return w.link("/rules/" + id) }
		p.WaiveLink = func(fingerprint string) string {
			return w.link(fmt.Sprintf("/repositories/%d/waive?finding=%s", r.ID, fingerprint))
		}
	}
	for _, c := range changes {
		switch {
		case !c.New:
			p.Fixed = append(p.Fixed, c.Finding)
			continue
		case c.Fails:
			p.Fails[c.Fingerprint] = true
		}
		p.New = append(p.New, c.Finding)
	}
	for _, warning := range a.Warnings {
		switch warning.Path {
		case audit.SettingsFile:
			p.Warnings = append(p.Warnings, warning.Path+": "+warning.Message)
		case "": // of the whole repository, and of waivers of the dashboard
			p.Warnings = append(p.Warnings, warning.Message)
		}
	}
	return report.CheckOf(p)
}

// link is the address of a page, "" where nobody said what this deploy is called.
func (w *publishWorker) link(path string) string {
	if w.baseURL == "" {
		return ""
	}
	return strings.TrimSuffix(w.baseURL, "/") + path
}
