package source

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// maxAbsent is the share of a commit's files that a partial clone may lack and
// still be audited: a filter by size leaves out a few percent, binaries mostly.
// One by kind (blob:none) leaves out all that nobody looked at, and what such an
// audit finds missing would be there.
const maxAbsent = 0.1

// promised reports whether the repository is a partial clone: what it lacks is
// with a remote, which nobody asks here.
func (s *store) promised(g gitDir) bool {
	cfg := s.rawConfig()
	if cfg.Raw.Section("extensions").Option("partialclone") != "" {
		return true
	}
	for _, remote := range cfg.Raw.Section("remote").Subsections {
		if strings.EqualFold(remote.Option("promisor"), "true") {
			return true
		}
	}
	marks, _ := filepath.Glob(filepath.Join(globEscape(g.common), "objects", "pack", "*.promisor"))
	return len(marks) > 0
}

// globEscape makes a path stand for itself in filepath.Glob.
func globEscape(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}

// partial words what a partial clone lacks, and what to do.
func (g gitDir) partial(lacks string, args ...any) error {
	instead := "or check it out and audit the directory as it stands"
	if g.work == "" {
		instead = "or audit a full clone"
	}
	return fmt.Errorf("%s is a partial clone (git clone --filter) that lacks %s, and nothing is fetched here: run git fetch --refetch --no-filter there, %s", g.shown, fmt.Sprintf(lacks, args...), instead)
}

// checkAbsent refuses a commit of which too much is absent to say anything, and
// warns of a partial clone that lacks some.
func (w *treeWalk) checkAbsent(g gitDir, commit string) error {
	absent, total, first := 0, 0, ""
	for _, e := range w.files {
		if e.file.Mode == Submodule {
			continue
		}
		total++
		if e.absent {
			absent++
			if first == "" {
				first = e.file.Path
			}
		}
	}
	if absent == 0 && w.lost == 0 {
		return nil
	}
	promised := w.store.promised(g)
	switch {
	case promised && w.lost > 0:
		return g.partial("%d directories of commit %s", w.lost, commit)
	case promised && float64(absent) > maxAbsent*float64(total):
		return g.partial("%d of the %d files of commit %s", absent, total, commit)
	case absent > 0 && absent == total:
		return g.unreadable("it lacks the content of every file of commit %s", commit)
	case promised && absent > 0:
		w.snapshot.warn("", "this partial clone lacks %d of its %d files, %s first: run git fetch --refetch --no-filter there", absent, total, first)
	}
	return nil
}

// lackingTree is the error of a commit whose tree can't be read.
func (s *store) lackingTree(g gitDir, commit *object.Commit, err error) error {
	if errors.Is(err, plumbing.ErrObjectNotFound) && s.promised(g) {
		return g.partial("the tree of commit %s", commit.Hash)
	}
	return g.unreadable("the tree of commit %s %s", commit.Hash, harm(err))
}
