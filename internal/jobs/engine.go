package jobs

import (
	"context"
	"errors"
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
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
	Local     bool // directories of this machine may be audited
}

// What an engine keeps of its audits for those of the next commits: at 300
// bytes each, some 30 MB of listings and 60 MB of signals at most. A repository
// of 12,000 files has 15,000 of the one and 46,000 of the other.
const (
	keptEntries = 100_000
	keptSignals = 200_000
	keptFiles   = 100_000 // of the repositories whose judgements are kept
)

// NewEngine is the way from a repository at a commit to its audit: snapshot,
// signals, rules.
func NewEngine(o EngineOptions) Engine {
	listings, memory := source.NewListings(keptEntries), audit.NewMemory(o.Rules, keptFiles)
	if o.Cache != nil {
		o.Cache = files.NewMemory(o.Cache, keptSignals)
	}
	return func(ctx context.Context, r store.Repository, commit string, progress func(done, total int)) (*audit.Audit, store.Stats, error) {
		snapshot, err := open(ctx, listings, r, commit, o.Local)
		if err != nil {
			return nil, store.Stats{}, err
		}
		defer snapshot.Close()
		snapshot.Repository = r.FullName()
		result, inspected, err := engine.Again(ctx, snapshot, memory, engine.Options{Options: files.Options{Inspector: o.Inspector, Cache: o.Cache, Progress: progress}})
		if err != nil {
			return nil, store.Stats{}, err
		}
		return result, statsOf(inspected), nil
	}
}

// open reads the repository at the commit. What is wrong with a directory will
// still be wrong at the next attempt, so every error is permanent.
func open(ctx context.Context, listings *source.Listings, r store.Repository, commit string, local bool) (*source.Snapshot, error) {
	switch {
	case r.Origin != store.FromLocal:
		return nil, Permanent{"This repository can't be read: only local repositories can be audited yet.", fmt.Errorf("origin %s", r.Origin)}
	case !local:
		return nil, Permanent{"This worker does not audit directories of its machine.", errors.New("LOCAL_REPOSITORIES is off")}
	}
	snapshot, err := listings.OpenGit(ctx, r.Path, commit, source.DefaultLimits)
	switch {
	case err == nil:
		return snapshot, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	default:
		return nil, Permanent{sentence(err), err}
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
