package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"
)

// OpenDirectory reads a directory as it stands. In a git work tree its files
// are those that git tracks and those that git does not ignore. An unpacked
// archive holds what was tracked, whatever its .gitignore files name; a
// directory without git in which tools have left their own is one that
// somebody works in: there they are heeded. A directory inside a work tree
// is audited by itself: paths are relative to it. Nothing outside of it is
// read, except the repository's own .git and the ignore files above.
func OpenDirectory(ctx context.Context, dir string, limits Limits) (*Snapshot, error) {
	if err := checkDirectory(dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, closed(dir, err)
	}
	s, err := readDirectory(ctx, root, dir, limits)
	if err != nil {
		root.Close()
		return nil, err
	}
	s.read = func(_ context.Context, f File) ([]byte, error) { return readWorkFile(root, f) }
	s.close = root.Close
	s.limit(limits)
	return s, nil
}

func readDirectory(ctx context.Context, root *os.Root, dir string, limits Limits) (*Snapshot, error) {
	work, err := openWorkTree(dir)
	if err != nil {
		return nil, err
	}
	w := &directoryWalk{ctx: ctx, root: root, limits: limits, work: work, snapshot: &Snapshot{}, ignores: work.ignores, steps: maxIgnoreSteps}
	w.unpacked = !work.git && !workedIn(root, limits)
	w.snapshot.Warnings = work.warnings
	if err := w.walk("", 1); err != nil {
		return nil, err
	}
	if w.full {
		w.leave("", "everything after the first %d entries", limits.Files)
	}
	if w.steps < 0 {
		w.snapshot.warn("", "the patterns of .gitignore files take too long: some files that git ignores may be among those audited; shorten the patterns")
	}
	files, err := w.hash()
	if err != nil {
		return nil, err
	}
	if len(files) == 0 && len(work.head) > 0 && len(w.leftOut) == 0 {
		return nil, fmt.Errorf("%s has no files, though its commit has: check it out (git checkout), or audit the commit with --revision HEAD", dir)
	}
	if len(files) == 0 && len(w.snapshot.Warnings) == len(work.warnings) {
		return nil, fmt.Errorf("%s is empty: nothing to audit", dir)
	}
	s := New(work.repository, work.commit, files, nil, nil)
	s.Warnings = w.snapshot.Warnings
	s.name(work.branch, work.refs)
	s.Dirty = work.commit != "" && work.dirty(files, w.entries, w.leftOut)
	return s, nil
}

// neverSource are directories that hold no source of the project, skipped
// where git does not track them.
var neverSource = words(`.git .hg .svn .bzr _darcs node_modules bower_components __pycache__ .tox .nox .venv .terraform
	.mypy_cache .pytest_cache .ruff_cache .gradle .next .nuxt .turbo .parcel-cache .cache .direnv .pnpm-store`)

// directoryWalk lists the entries of a directory.
type directoryWalk struct {
	ctx      context.Context
	root     *os.Root
	limits   Limits
	work     *workTree
	snapshot *Snapshot
	ignores  []ignoreRules
	steps    int // that ignore rules may still take; below 0 when spent
	entries  []workEntry
	leftOut  []string // paths of which nothing is known
	seen     int
	full     bool
	unpacked bool // without git, and nothing shows that somebody works here
}

// workEntry is a file before its content is hashed.
type workEntry struct {
	path string
	mode Mode
	info fs.FileInfo
}

func (w *directoryWalk) leave(name, format string, args ...any) {
	w.leftOut = append(w.leftOut, name)
	w.snapshot.warn(name, "left out: "+format, args...)
}

func (w *directoryWalk) walk(dir string, depth int) error {
	list, err := w.list(dir)
	if err != nil {
		if dir == "" {
			return closed(w.root.Name(), err)
		}
		w.leave(dir, "%s", reason(err))
		return nil
	}
	outer := len(w.ignores)
	defer func() { w.ignores = w.ignores[:outer] }()
	w.readIgnore(dir, list)
	for _, entry := range list {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if w.full = w.full || w.limits.Files > 0 && w.seen >= w.limits.Files; w.full {
			return nil
		}
		if err := w.visit(path.Join(dir, entry.Name()), entry, depth); err != nil {
			return err
		}
	}
	return nil
}

// list reads a directory's entries in order of name, at most as many as may
// still come.
func (w *directoryWalk) list(dir string) ([]fs.DirEntry, error) {
	name := dir
	if name == "" {
		name = "."
	}
	if info, err := w.root.Lstat(name); err != nil || !info.IsDir() {
		return nil, errors.Join(err, notDirectory(info))
	}
	f, err := w.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := f.ReadDir(mostEntries(w.limits))
	if err != nil && err != io.EOF {
		return nil, err
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name() < list[j].Name() })
	return list, nil
}

// mostEntries is how many entries of one directory are read, -1 for all.
func mostEntries(limits Limits) int {
	if limits.Files > 0 {
		return limits.Files + 1024
	}
	return -1
}

func notDirectory(info fs.FileInfo) error {
	if info == nil || info.IsDir() {
		return nil
	}
	return errors.New("no longer a directory")
}

func (w *directoryWalk) visit(name string, entry fs.DirEntry, depth int) error {
	if strings.EqualFold(entry.Name(), ".git") {
		return nil
	}
	tracked, isTracked := w.work.tracked[name]
	if isTracked && tracked.submodule {
		w.seen++
		w.entries = append(w.entries, workEntry{path: name, mode: Submodule})
		return nil
	}
	if entry.IsDir() {
		return w.visitDirectory(name, entry, depth)
	}
	if !isTracked && w.ignored(name, false) {
		return nil
	}
	w.seen++
	info, err := entry.Info()
	if err != nil {
		w.leave(name, "%s", reason(err))
		return nil
	}
	mode := Regular
	switch t := info.Mode(); {
	case t&fs.ModeSymlink != 0:
		mode = Symlink
	case !t.IsRegular():
		w.leave(name, "%s", special(t))
		return nil
	case t&0o100 != 0:
		mode = Executable
	}
	if isTracked && !w.work.fileMode && mode != Symlink && tracked.mode != Symlink {
		mode = tracked.mode
	}
	w.entries = append(w.entries, workEntry{name, mode, info})
	return nil
}

func (w *directoryWalk) visitDirectory(name string, entry fs.DirEntry, depth int) error {
	if !w.work.trackedDirs[name] {
		if neverSource[entry.Name()] || w.ignored(name, true) {
			return nil
		}
		if _, err := w.root.Lstat(path.Join(name, ".git")); err == nil && w.work.git {
			w.leave(name, "a git repository of its own; audit it by itself")
			return nil
		}
	} else if w.ignored(name, true) {
		// git does not look for untracked files here, only for tracked ones
		outer := w.ignores
		w.ignores = append(w.ignores, ignoreRules{dir: path.Join(w.work.prefix, name), rules: []ignoreRule{ignoreAll}})
		defer func() { w.ignores = outer }()
	}
	if w.limits.Depth > 0 && depth >= w.limits.Depth {
		w.leave(name, "more than %d directories deep", w.limits.Depth-1)
		return nil
	}
	return w.walk(name, depth+1)
}

// ignored asks the rules in force, which know paths from the work tree's root.
func (w *directoryWalk) ignored(name string, isDir bool) bool {
	return ignored(w.ignores, path.Join(w.work.prefix, name), isDir, &w.steps)
}

// special names what is not a file.
func special(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a regular file"
}

// readIgnore adds a directory's .gitignore to the rules in force.
func (w *directoryWalk) readIgnore(dir string, list []fs.DirEntry) {
	if w.unpacked {
		return
	}
	at := sort.Search(len(list), func(i int) bool { return list[i].Name() >= ".gitignore" })
	if at == len(list) || list[at].Name() != ".gitignore" || !list[at].Type().IsRegular() {
		return // git does not follow a linked .gitignore either
	}
	f, _, err := openWorkFile(w.root, path.Join(dir, ".gitignore"))
	if err != nil {
		return // the file itself is warned about when it is listed
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err == nil {
		w.ignores = append(w.ignores, parseIgnore(path.Join(w.work.prefix, dir), content))
	}
}
