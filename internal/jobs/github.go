package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/github"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/source"
	"twelvefold/internal/store"
)

// Later is an error that goes away by itself at a known time: the job waits
// until then and loses no attempt.
type Later struct {
	Until time.Time
	Err   error
}

func (l Later) Error() string { return l.Err.Error() }

func (l Later) Unwrap() error { return l.Err }

// Away is an error of a GitHub that can't be asked just now, nobody knows for how
// long: the job waits, longer each time, and loses no attempt.
type Away struct{ Err error }

func (a Away) Error() string { return a.Err.Error() }

func (a Away) Unwrap() error { return a.Err }

const (
	// suspendedFor is how long a job waits until it asks again whether an App is
	// still suspended; the refresh after a suspension wakes audits at once.
	suspendedFor = 10 * time.Minute
	// longestAway is how long GitHub may be away until an audit is given up.
	longestAway = 24 * time.Hour
	// mostPause bounds the wait between two tries.
	mostPause = 10 * time.Minute
)

// pause is how long to wait for a GitHub that has been away since a time: a
// quarter as long again.
func pause(since time.Time) time.Duration {
	return max(time.Second, min(mostPause, time.Since(since)/4))
}

// refusal words an error of GitHub's for the job that got it: permanent, to be
// tried later, or as it is for the usual retries.
func refusal(err error) error {
	var limited github.RateLimited
	switch {
	case err == nil:
		return nil
	case errors.As(err, &limited):
		return Later{limited.Until, err}
	case errors.Is(err, github.ErrSuspended):
		return Later{time.Now().Add(suspendedFor), err}
	case errors.As(err, new(github.Unavailable)):
		return Away{err}
	case errors.Is(err, github.ErrEmpty):
		return Permanent{Sentence: "The repository is empty: it has no commit to audit.", Err: err}
	case errors.Is(err, github.ErrRepositoryGone): // the reviews know whether it is back
		return Permanent{Sentence: "The repository is gone, or Twelvefold may no longer see it.", Err: err, Passing: true}
	case errors.Is(err, github.ErrCommitGone): // or one of GitHub's machines does not have it yet
		return Permanent{Sentence: "The commit is gone from GitHub: it was overwritten or never pushed.", Err: err, Passing: true}
	case errors.Is(err, github.ErrNotFound):
		return Permanent{Sentence: "GitHub no longer has it, or Twelvefold may no longer see it.", Err: err, Passing: true}
	case errors.Is(err, github.ErrForbidden):
		return Permanent{Sentence: "GitHub refuses access: the App is uninstalled or lacks a permission.", Err: err, Passing: true}
	case errors.Is(err, github.ErrInvalid):
		return Permanent{Sentence: "GitHub does not accept the question.", Err: err}
	}
	return err
}

// openGitHub reads a commit of a repository on GitHub. What nobody waits for
// leaves the hour's requests to others.
func openGitHub(ctx context.Context, app *github.App, q Question, commit string) (*source.Snapshot, error) {
	if app == nil {
		return nil, errNoApp
	}
	client := app.For(q.Repository.Installation)
	if q.Patient {
		client = client.Sparing()
	}
	snapshot, err := client.Snapshot(ctx, slugOf(q.Repository), commit, source.DefaultLimits)
	return snapshot, refusal(err)
}

func slugOf(r store.Repository) github.Slug { return github.Slug{Owner: r.Owner, Name: r.Name} }

// maxSettings bounds .twelvefold.yml.
const maxSettings = 1 << 20

// judgePull audits a pull request: the commit where it left its base, then its
// head, both under the settings of the base branch as they are now, so that no
// pull request waives itself.
func (e *engines) judgePull(ctx context.Context, q Question, progress func(done, total int)) (store.Result, error) {
	if e.GitHub == nil {
		return store.Result{}, errNoApp
	}
	client, at := e.GitHub.For(q.Repository.Installation), slugOf(q.Repository)
	branch, err := client.Head(ctx, at, q.Pull.BaseBranch)
	if err != nil {
		return store.Result{}, refusal(fmt.Errorf("asking for the head of %s: %w", q.Pull.BaseBranch, err))
	}
	base, err := client.MergeBase(ctx, at, branch, q.Commit)
	if err != nil {
		return store.Result{}, refusal(fmt.Errorf("asking where the pull request left %s: %w", q.Pull.BaseBranch, err))
	}
	settings, err := client.File(ctx, at, branch, audit.SettingsFile, maxSettings)
	if errors.Is(err, github.ErrInvalid) {
		return store.Result{}, Permanent{Sentence: audit.SettingsFile + " of the base branch is larger than 1 MB, the most that is read: make it smaller.", Err: err, Passing: true}
	}
	if err != nil && !errors.Is(err, github.ErrNotFound) {
		return store.Result{}, refusal(fmt.Errorf("asking for %s: %w", audit.SettingsFile, err))
	}
	options := engine.Options{Settings: &settings, Waivers: q.Waivers, Today: engine.Today(e.Now())} // of both: a waiver may end at midnight
	before, unreadBefore, err := e.judge(ctx, q, base, options, nil)
	if err != nil {
		return store.Result{}, err
	}
	result, unread, err := e.judge(ctx, q, q.Commit, options, progress)
	if err != nil {
		return store.Result{}, err
	}
	parsed, _ := audit.ParseSettings(settings) // what is wrong with them is told by the audit
	waivers := audit.Holding(options.Today, parsed.Waivers, q.Waivers)
	against := &store.Against{Commit: base, Score: before.Audit.Score, Cells: before.Audit.Cells(),
		Changes: audit.Compare(before.Audit, result.Audit, waivers), Gate: parsed.Gate.Or(q.Gate)}
	var paths []string
	for _, u := range files.Since(unread, unreadBefore) {
		against.Unread = append(against.Unread, source.Warning{Path: u.Path, Message: u.Why})
		paths = append(paths, u.Path)
	}
	against.Changes.Withhold(paths)
	result.Against = against
	return result, nil
}
