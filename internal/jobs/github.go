package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/github"
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

// refusal words an error of GitHub's for the job that got it: permanent, to be
// tried later, or as it is for the usual retries.
func refusal(err error) error {
	var limited github.RateLimited
	switch {
	case err == nil:
		return nil
	case errors.As(err, &limited):
		return Later{limited.Until, err}
	case errors.Is(err, github.ErrEmpty):
		return Permanent{"The repository is empty: it has no commit to audit.", err}
	case errors.Is(err, github.ErrRepositoryGone):
		return Permanent{"The repository is gone, or Twelvefold may no longer see it.", err}
	case errors.Is(err, github.ErrCommitGone):
		return Permanent{"The commit is gone from GitHub: it was overwritten or never pushed.", err}
	case errors.Is(err, github.ErrNotFound):
		return Permanent{"GitHub no longer has it, or Twelvefold may no longer see it.", err}
	case errors.Is(err, github.ErrForbidden):
		return Permanent{"GitHub refuses access: the App is suspended, uninstalled, or lacks a permission.", err}
	case errors.Is(err, github.ErrInvalid):
		return Permanent{"GitHub does not accept the question.", err}
	}
	return err
}

// openGitHub reads a commit of a repository on GitHub.
func openGitHub(ctx context.Context, app *github.App, r store.Repository, commit string) (*source.Snapshot, error) {
	if app == nil {
		return nil, Permanent{"This worker has no GitHub App to read the repository with.", errors.New("no GitHub App is configured")}
	}
	snapshot, err := app.For(r.Installation).Snapshot(ctx, slugOf(r), commit, source.DefaultLimits)
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
		return store.Result{}, Permanent{"This worker has no GitHub App to read the repository with.", errors.New("no GitHub App is configured")}
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
	if err != nil && !errors.Is(err, github.ErrNotFound) {
		return store.Result{}, refusal(fmt.Errorf("asking for %s: %w", audit.SettingsFile, err))
	}
	options := engine.Options{Settings: &settings, Waivers: q.Waivers}
	before, err := e.judge(ctx, q.Repository, base, options, nil)
	if err != nil {
		return store.Result{}, err
	}
	result, err := e.judge(ctx, q.Repository, q.Commit, options, progress)
	if err != nil {
		return store.Result{}, err
	}
	parsed, _ := audit.ParseSettings(settings) // what is wrong with them is told by the audit
	waivers := audit.Holding(engine.Today(e.Now()), parsed.Waivers, q.Waivers)
	result.Against = &store.Against{Commit: base, Score: before.Audit.Score, Cells: before.Audit.Cells(),
		Changes: audit.Compare(before.Audit, result.Audit, waivers), Gate: parsed.Gate.Or(q.Gate)}
	return result, nil
}
