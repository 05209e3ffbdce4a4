// Package engine goes the whole way from a snapshot to its audit: signals, then
// judgement. The command line and the worker take the same way.
package engine

import (
	"context"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/source"
)

// Audit inspects a snapshot and judges it under the rules. The inspection is
// returned too, for its statistics. What could not be read, the repository's own
// configuration included, is a warning of the audit. The error is that the
// context has ended or that the cache fails.
func Audit(ctx context.Context, snapshot *source.Snapshot, rules []audit.Rule, o files.Options) (*audit.Audit, files.Result, error) {
	return judged(ctx, snapshot, o, func(tree audit.Tree) (*audit.Audit, error) { return audit.Run(ctx, tree, rules) })
}

// Again is Audit under a memory's rules, by what it remembers of the
// repository's last audit. The audit is the same, and not to be changed.
func Again(ctx context.Context, snapshot *source.Snapshot, memory *audit.Memory, o files.Options) (*audit.Audit, files.Result, error) {
	return judged(ctx, snapshot, o, func(tree audit.Tree) (*audit.Audit, error) { return memory.Run(ctx, tree) })
}

func judged(ctx context.Context, snapshot *source.Snapshot, o files.Options, judge func(audit.Tree) (*audit.Audit, error)) (*audit.Audit, files.Result, error) {
	settings, warnings := settingsOf(ctx, snapshot)
	given := *snapshot
	parsed, _ := audit.ParseSettings(settings) // what is wrong with them is told by the judgement
	given.Files = parsed.WithRoles(snapshot.Files)
	inspected, err := files.All(ctx, &given, o) // roles decide what is read
	if err != nil {
		return nil, files.Result{}, err
	}
	given.Warnings = slices.Concat(snapshot.Warnings, inspected.Warnings, warnings)
	result, err := judge(audit.Tree{Snapshot: &given, Signals: inspected.Signals, Settings: settings})
	return result, inspected, err
}

// settingsOf reads the repository's own configuration, which it may not have.
// A link is not followed: what it names may lie outside.
func settingsOf(ctx context.Context, snapshot *source.Snapshot) ([]byte, []source.Warning) {
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
