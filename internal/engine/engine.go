// Package engine goes the whole way from a snapshot to its audit: signals, then
// judgement. The command line and the worker take the same way.
package engine

import (
	"context"
	"slices"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/source"
)

// Options say how a snapshot is inspected, and what its judgement knows beside it.
type Options struct {
	files.Options
	Settings *[]byte        // content of the .twelvefold.yml that counts, where it isn't the snapshot's own; nil in it: none
	Waivers  []audit.Waiver // that were given elsewhere
	Today    string         // the day that waivers are held against, "2006-01-02"; "" for none
}

// Today is a time's day, as Options take it.
func Today(now time.Time) string { return now.UTC().Format(time.DateOnly) }

// Audit inspects a snapshot and judges it under the rules. The inspection is
// returned too, for its statistics. What could not be read, the repository's own
// configuration included, is a warning of the audit. The error is that the
// context has ended or that the cache fails.
func Audit(ctx context.Context, snapshot *source.Snapshot, rules []audit.Rule, o Options) (*audit.Audit, files.Result, error) {
	return judged(ctx, snapshot, o, func(tree audit.Tree) (*audit.Audit, error) { return audit.Run(ctx, tree, rules) })
}

// Again is Audit under a memory's rules, by what it remembers of the
// repository's last audit. The audit is the same, and not to be changed.
func Again(ctx context.Context, snapshot *source.Snapshot, memory *audit.Memory, o Options) (*audit.Audit, files.Result, error) {
	return judged(ctx, snapshot, o, func(tree audit.Tree) (*audit.Audit, error) { return memory.Run(ctx, tree) })
}

func judged(ctx context.Context, snapshot *source.Snapshot, o Options, judge func(audit.Tree) (*audit.Audit, error)) (*audit.Audit, files.Result, error) {
	settings, warnings := settingsOf(ctx, snapshot, o)
	given := *snapshot
	parsed, _ := audit.ParseSettings(settings) // what is wrong with them is told by the judgement
	given.Files = parsed.WithRoles(snapshot.Files)
	inspected, err := files.All(ctx, &given, o.Options) // roles decide what is read
	if err != nil {
		return nil, files.Result{}, err
	}
	given.Warnings = slices.Concat(snapshot.Warnings, inspected.Warnings, warnings)
	result, err := judge(audit.Tree{Snapshot: &given, Signals: inspected.Signals, Settings: settings, Waivers: o.Waivers, Today: o.Today})
	return result, inspected, err
}

// settingsOf reads the repository's own configuration, which it may not have.
// A link is not followed: what it names may lie outside.
func settingsOf(ctx context.Context, snapshot *source.Snapshot, o Options) ([]byte, []source.Warning) {
	if o.Settings != nil {
		return *o.Settings, nil
	}
	for _, f := range snapshot.Files {
		if f.Path != audit.SettingsFile {
			continue
		}
		if f.Mode == source.Symlink {
			return nil, []source.Warning{{Path: f.Path, Message: "left out: it is a symbolic link, and links are not followed"}}
		}
		content, err := snapshot.Read(ctx, f)
		if err != nil {
			return nil, []source.Warning{{Path: f.Path, Message: err.Error() + "; nothing of it counts"}}
		}
		return content, nil
	}
	return nil, nil
}

// Settings is the content of a snapshot's own .twelvefold.yml; nil where there is
// none or it can't be read, what its audit tells.
func Settings(ctx context.Context, snapshot *source.Snapshot) []byte {
	settings, _ := settingsOf(ctx, snapshot, Options{})
	return settings
}
