package jobs

import (
	"context"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/github"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/source"
	"twelvefold/internal/store"
)

// EngineOptions say how repositories are audited.
type EngineOptions struct {
	Inspector files.Inspector
	Cache     files.Cache
	Rules     []audit.Rule
	Local     bool             // directories of this machine may be audited
	GitHub    *github.App      // nil: repositories of GitHub can't be read
	Now       func() time.Time // nil: the machine's clock; for waivers' last days
}

// What an engine keeps of its audits for those of the next commits: at 300
// bytes each, some 30 MB of listings and 60 MB of signals at most. A repository
// of 12,000 files has 15,000 of the one and 46,000 of the other.
const (
	keptEntries = 100_000
	keptSignals = 200_000
	keptFiles   = 100_000 // of the repositories whose judgements are kept
)

// engines is what audits of all repositories share.
type engines struct {
	EngineOptions
	listings *source.Listings
	memory   *audit.Memory
}

// NewEngine is the way from a repository at a commit to its audit: snapshot,
// signals, rules.
func NewEngine(o EngineOptions) Engine {
	if o.Cache != nil {
		o.Cache = files.NewMemory(o.Cache, keptSignals)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	e := &engines{o, source.NewListings(keptEntries), audit.NewMemory(o.Rules, keptFiles)}
	return func(ctx context.Context, q Question, progress func(done, total int)) (store.Result, error) {
		if q.Pull != nil {
			return e.judgePull(ctx, q, progress)
		}
		if q.Patient && q.Repository.Origin == store.FromGitHub && e.GitHub != nil {
			if err := e.GitHub.For(q.Repository.Installation).Spare(ctx); err != nil {
				return store.Result{}, refusal(err)
			}
		}
		result, _, err := e.judge(ctx, q, q.Commit, engine.Options{Waivers: q.Waivers, Today: engine.Today(e.Now())}, progress)
		return result, err
	}
}

// judge audits one commit of the question's repository, and tells what of it could not be read.
func (e *engines) judge(ctx context.Context, q Question, commit string, o engine.Options, progress func(done, total int)) (store.Result, []files.Unread, error) {
	snapshot, err := e.open(ctx, q, commit)
	if err != nil {
		return store.Result{}, nil, err
	}
	defer snapshot.Close()
	snapshot.Repository = q.Repository.FullName()
	o.Options = files.Options{Inspector: e.Inspector, Cache: e.Cache, Progress: progress}
	result, inspected, err := engine.Again(ctx, snapshot, e.memory, o)
	if err != nil {
		return store.Result{}, nil, refusal(err)
	}
	return store.Result{Audit: result, Stats: statsOf(inspected)}, inspected.Unread, nil
}

// open reads the repository at the commit. What is wrong with a directory will
// still be wrong at the next attempt, so every error there is permanent.
func (e *engines) open(ctx context.Context, q Question, commit string) (*source.Snapshot, error) {
	r := q.Repository
	switch {
	case r.Origin == store.FromGitHub:
		return openGitHub(ctx, e.GitHub, q, commit)
	case !e.Local:
		return nil, errNoDirectories
	}
	snapshot, err := e.listings.OpenGit(ctx, r.Path, commit, source.DefaultLimits)
	switch {
	case err == nil:
		return snapshot, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	default:
		return nil, Permanent{Sentence: sentence(err), Err: err}
	}
}

func statsOf(r files.Result) store.Stats {
	stats := store.Stats{
		Files: r.Stats.Files, Candidates: r.Stats.Candidates, Skipped: r.Stats.Skipped,
		Cached: r.Stats.Cached, Inspected: r.Stats.Inspected, Bytes: r.Stats.Bytes,
	}
	for _, signals := range r.Signals {
		for _, s := range signals {
			if _, failed := s.Fact.(inspect.ParseFailed); failed {
				stats.Failed++
				break
			}
		}
	}
	return stats
}
