// Package mutation proves that the rules see what they should: it puts one
// violation into a repository that has none, and looks for exactly that
// finding at the line that was changed.
package mutation

import (
	"context"
	"crypto/sha1" // #nosec G505 -- git's own ids
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

// repository is a small one in memory.
type repository struct {
	name     string // rule/fixture, or the name of an app
	origin   string // owner/name
	files    map[string]string
	branches []string
}

// common is the archive of what the apps share.
const common = "deploy"

// read gives the apps of a directory, each with what they share, and the clean
// fixtures of a directory of rules' packages.
func read(apps, rules string) ([]repository, error) {
	shared, err := parse(filepath.Join(apps, common+".txtar"), common)
	if err != nil {
		return nil, err
	}
	var list []repository
	for _, pattern := range []string{filepath.Join(apps, "*.txtar"), filepath.Join(rules, "*", "testdata", "*", "clean-*.txtar")} {
		paths, err := filepath.Glob(pattern)
		if err == nil && len(paths) == 0 {
			err = fmt.Errorf("there is no %s", pattern)
		}
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			name := strings.TrimSuffix(filepath.Base(path), ".txtar")
			if name == common {
				continue
			}
			app := filepath.Dir(path) == filepath.Clean(apps)
			if !app {
				name = filepath.Base(filepath.Dir(path)) + "/" + strings.TrimPrefix(name, "clean-")
			}
			r, err := parse(path, name)
			if err != nil {
				return nil, err
			}
			if app {
				r.origin = "acme/shop"
				maps.Copy(r.files, shared.files)
			}
			list = append(list, r)
		}
	}
	return list, nil
}

// parse reads an archive, with what its comment says of the repository: see
// rulestest.
func parse(path, name string) (repository, error) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return repository{}, err
	}
	r := repository{name: name, origin: "example/app", files: map[string]string{}}
	for _, f := range archive.Files {
		r.files[f.Name] = string(f.Data)
	}
	for line := range strings.Lines(string(archive.Comment)) {
		switch words := strings.Fields(line); {
		case len(words) == 2 && words[0] == "branch":
			r.branches = append(r.branches, words[1])
		case len(words) == 2 && words[0] == "repository":
			r.origin = words[1]
		}
	}
	return r, nil
}

// audit goes the whole way with every rule.
func (r repository) audit(ctx context.Context) (*audit.Audit, error) {
	var list []source.File
	for _, path := range slices.Sorted(maps.Keys(r.files)) {
		data := r.files[path]
		list = append(list, source.File{Path: path, Mode: source.Regular, Role: source.RoleOf(path), Size: int64(len(data)),
			Blob: fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(data), data)))}) // #nosec G401 -- git's own ids
	}
	snapshot := source.New(r.origin, "", list, func(_ context.Context, f source.File) ([]byte, error) { return []byte(r.files[f.Path]), nil }, nil)
	snapshot.Branches, snapshot.Repository = r.branches, r.origin
	a, _, err := engine.Audit(ctx, snapshot, rules.All(), engine.Options{Options: files.Options{Inspector: files.InProcess(), Workers: 1}})
	return a, err
}
