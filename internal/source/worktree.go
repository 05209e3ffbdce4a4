package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// workTree is what git knows of a directory: nothing, where git is false.
type workTree struct {
	git         bool
	prefix      string // of the audited directory below the work tree's root
	repository  string
	commit      string
	branch      string
	refs        refs
	tracked     map[string]trackedFile // by path relative to the audited directory
	trackedDirs map[string]bool        // directories that hold a tracked file
	head        map[string]headFile    // what the commit holds
	written     time.Time              // when the index was
	fileMode    bool                   // core.fileMode: executable bits on disk mean something
	ignores     []ignoreRules          // from .git/info/exclude and from directories above
	warnings    []Warning
}

// trackedFile is an entry of git's index.
type trackedFile struct {
	mode      Mode
	blob      string
	size      int64
	modified  time.Time
	submodule bool
	absent    bool // left out of a sparse checkout
}

type headFile struct {
	mode Mode
	blob string
}

// openWorkTree reads what git knows of dir. A directory that git tracks
// nothing of, inside somebody's work tree, is a directory without git.
func openWorkTree(dir string) (*workTree, error) {
	plain := &workTree{repository: directoryName(dir), fileMode: true}
	g, found, err := findGit(dir)
	if err != nil {
		return nil, err
	}
	if !found || g.work == "" {
		return plain, nil
	}
	store := openStore(g, 0)
	defer store.Close()
	prefix := below(g, dir)
	w, err := readWorkTree(store, g, prefix)
	if unknown := (unsupported{}); errors.As(err, &unknown) {
		return asItStands(store, unknown, prefix), nil
	}
	if prefix != "" && (err != nil || len(w.tracked) == 0) {
		return plain, nil
	}
	if err != nil {
		return nil, err
	}
	w.ignores = ignoresAbove(g, prefix)
	return w, nil
}

// asItStands is a work tree of which git can't be asked: its ignore rules hold,
// and nothing counts as tracked.
func asItStands(store *store, u unsupported, prefix string) *workTree {
	return &workTree{git: true, prefix: prefix, fileMode: true, repository: store.repositoryName(u.git), ignores: ignoresAbove(u.git, prefix),
		warnings: []Warning{{"", fmt.Sprintf("git stores this repository in a way that is not supported (%s): it is audited as it stands, without what git knows of commits, branches and tracked files", u.kind)}}}
}

func readWorkTree(store *store, g gitDir, prefix string) (*workTree, error) {
	w := &workTree{git: true, prefix: prefix, tracked: map[string]trackedFile{}, trackedDirs: map[string]bool{}, repository: store.repositoryName(g), branch: store.branch(), refs: readRefs(g)}
	core := store.rawConfig().Raw.Section("core")
	w.fileMode = !strings.EqualFold(core.Option("filemode"), "false")
	commit, err := store.resolve(g, "")
	if err != nil && !errors.As(err, new(Unborn)) {
		return nil, err
	}
	if commit != nil {
		w.commit, w.refs.merged = commit.Hash.String(), store.merged(commit, w.refs.branches)
		if err := w.readHead(store, g, commit, prefix); err != nil {
			return nil, err
		}
	}
	idx, err := decodeIndex(g)
	if errors.Is(err, index.ErrUnknownExtension) {
		w.warnings = append(w.warnings, Warning{"", "git's index is split or sparse: the files of the commit count as tracked"})
		for name, file := range w.head {
			w.track(name, trackedFile{mode: file.mode, blob: file.blob, submodule: file.mode == Submodule})
		}
		return w, nil
	}
	if err != nil {
		return nil, err
	}
	w.readIndex(idx, prefix)
	if info, err := os.Stat(filepath.Join(g.dot, "index")); err == nil {
		w.written = info.ModTime()
	}
	return w, nil
}

// decodeIndex reads git's index; one that does not exist is empty.
func decodeIndex(g gitDir) (*index.Index, error) {
	idx := &index.Index{}
	f, err := os.Open(filepath.Join(g.dot, "index"))
	if errors.Is(err, fs.ErrNotExist) {
		return idx, nil
	}
	if err != nil {
		return nil, g.unreadable("its index %s", harm(err))
	}
	defer f.Close()
	err = guard(func() error { return index.NewDecoder(f).Decode(idx) })
	switch {
	case err == nil:
		return idx, nil
	case errors.Is(err, index.ErrUnknownExtension):
		return nil, err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, g.unreadable("its index ends too early")
	}
	return nil, g.unreadable("its index is damaged")
}

// readIndex takes from git's index the entries under a prefix.
func (w *workTree) readIndex(idx *index.Index, prefix string) {
	absent := 0
	for _, e := range idx.Entries {
		below := e.Name
		if prefix != "" {
			var inside bool
			if below, inside = strings.CutPrefix(e.Name, prefix+"/"); !inside {
				continue
			}
		}
		w.track(below, trackedFile{
			mode: modeOf(e.Mode), blob: e.Hash.String(), size: int64(e.Size), modified: e.ModifiedAt,
			submodule: e.Mode == filemode.Submodule, absent: e.SkipWorktree,
		})
		if e.SkipWorktree {
			absent++
		}
	}
	if absent > 0 {
		w.warnings = append(w.warnings, Warning{"", fmt.Sprintf("%d of the tracked files may not be checked out (git sparse-checkout): what is not there is unknown; run git sparse-checkout disable, or audit a revision", absent)})
	}
}

func (w *workTree) track(name string, file trackedFile) {
	w.tracked[name] = file
	for dir := path.Dir(name); dir != "." && dir != "/" && !w.trackedDirs[dir]; dir = path.Dir(dir) {
		w.trackedDirs[dir] = true
	}
}

func modeOf(mode filemode.FileMode) Mode {
	switch mode {
	case filemode.Submodule:
		return Submodule
	case filemode.Symlink:
		return Symlink
	case filemode.Executable:
		return Executable
	}
	return Regular
}

// readHead lists the commit under a prefix, to tell what differs from it.
func (w *workTree) readHead(store *store, g gitDir, commit *object.Commit, prefix string) error {
	w.head = map[string]headFile{}
	tree, err := readTree(store, commit.TreeHash)
	if err != nil {
		return store.lackingTree(g, commit, err)
	}
	for _, name := range strings.FieldsFunc(prefix, func(r rune) bool { return r == '/' }) {
		entry := entryOf(tree, name)
		if entry == nil || entry.mode != filemode.Dir {
			return nil // added since
		}
		if tree, err = readTree(store, entry.id); err != nil {
			return g.unreadable("the tree of %s %s", prefix, harm(err))
		}
	}
	return w.readHeadTree(store, tree, "", 0)
}

// maxHeadEntries bounds what is compared with the commit; a larger one counts
// as changed.
const maxHeadEntries = 1_000_000

func (w *workTree) readHeadTree(store *store, tree []treeEntry, dir string, depth int) error {
	for _, entry := range tree {
		if len(w.head) >= maxHeadEntries || depth > 256 {
			return nil
		}
		name := dir + entry.name
		if entry.mode != filemode.Dir {
			w.head[name] = headFile{modeOf(entry.mode), entry.id.String()}
			continue
		}
		sub, err := readTree(store, entry.id)
		if err != nil {
			continue // a partial repository: what is below counts as changed
		}
		if err := w.readHeadTree(store, sub, name+"/", depth+1); err != nil {
			return err
		}
	}
	return nil
}

// dirty reports whether the listed files differ from the commit. Of what was
// left out nothing is known, so it counts as the same.
func (w *workTree) dirty(files []File, entries []workEntry, leftOut []string) bool {
	stat := make(map[string]fs.FileInfo, len(entries))
	for _, e := range entries {
		stat[e.path] = e.info
	}
	have := make(map[string]bool, len(files))
	for _, f := range files {
		have[f.Path] = true
		head, ok := w.head[f.Path]
		if !ok || head.mode != f.Mode || head.blob != f.Blob && !w.filtered(f, head, stat[f.Path]) {
			return true
		}
	}
	unknown := map[string]bool{}
	for _, name := range leftOut {
		unknown[name] = true
	}
	for name := range w.head {
		if !have[name] && !w.tracked[name].absent && !underAny(unknown, name) {
			return true
		}
	}
	return false
}

// filtered reports whether git says that a file is unchanged though its bytes
// differ: line endings or a filter were applied at checkout.
func (w *workTree) filtered(f File, head headFile, info fs.FileInfo) bool {
	tracked, ok := w.tracked[f.Path]
	return ok && info != nil && tracked.blob == head.blob && tracked.size == info.Size() &&
		tracked.modified.Equal(info.ModTime()) && tracked.modified.Before(w.written)
}

func underAny(set map[string]bool, name string) bool {
	if set[""] {
		return true
	}
	for ; name != "." && name != "/"; name = path.Dir(name) {
		if set[name] {
			return true
		}
	}
	return false
}

// ignoresAbove are the ignore rules that hold at the audited directory: the
// repository's own exclude file, and .gitignore files above the directory.
func ignoresAbove(g gitDir, prefix string) []ignoreRules {
	var stack []ignoreRules
	add := func(name, dir string) {
		if text, err := readSmall(name); err == nil {
			stack = append(stack, parseIgnore(dir, []byte(text)))
		}
	}
	add(filepath.Join(g.common, "info", "exclude"), "")
	dir := ""
	for _, name := range strings.FieldsFunc(prefix, func(r rune) bool { return r == '/' }) {
		add(filepath.Join(g.work, filepath.FromSlash(dir), ".gitignore"), dir)
		dir = path.Join(dir, name)
	}
	return stack
}
