package source

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// OpenGit reads a commit of a local repository: a work tree, a bare one, or
// any directory inside a work tree, of which only the files below it are
// taken. revision is anything that names a commit; "" is HEAD. No git program
// is needed, and no hook, filter or setting of the repository runs.
func OpenGit(ctx context.Context, dir, revision string, limits Limits) (*Snapshot, error) {
	return (*Listings)(nil).OpenGit(ctx, dir, revision, limits)
}

// OpenGit is the function of that name. What an earlier commit of the same
// repository shares with this one is not listed again.
func (k *Listings) OpenGit(ctx context.Context, dir, revision string, limits Limits) (*Snapshot, error) {
	if err := checkDirectory(dir); err != nil {
		return nil, err
	}
	g, found, err := findGit(dir)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, notInGit(dir, revision)
	}
	store := openStore(g, limits.FileSize)
	s, err := k.open(ctx, store, g, dir, revision, limits)
	if err != nil {
		store.Close()
		return nil, err
	}
	blobs := &blobs{store: store}
	s.read, s.close = blobs.read, blobs.close
	s.limit(limits)
	return s, nil
}

// open lists the files of a commit.
func (k *Listings) open(ctx context.Context, store *store, g gitDir, dir, revision string, limits Limits) (*Snapshot, error) {
	commit, err := store.resolve(g, revision)
	if err != nil {
		return nil, err
	}
	s, err := k.listCommit(ctx, store, g, commit, below(g, dir), limits)
	if err == nil && len(s.Files) == 0 && len(s.Warnings) == 0 {
		err = fmt.Errorf("%s is empty at commit %s: nothing to audit", dir, commit.Hash)
	}
	return s, err
}

func notInGit(dir, revision string) error {
	if revision != "" {
		return fmt.Errorf("%s is not in a git repository: leave out the revision to audit it as it stands", dir)
	}
	return fmt.Errorf("%s is not in a git repository: commit its files to one, or audit them as they stand with twelvefold audit", dir)
}

// below is dir's path inside the work tree, "" for the work tree's root.
func below(g gitDir, dir string) string {
	if g.work == "" {
		return ""
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	rel, err := filepath.Rel(g.work, abs)
	if err != nil || rel == "." {
		return ""
	}
	return filepath.ToSlash(rel)
}

// listCommit lists a commit's files under a prefix.
func (k *Listings) listCommit(ctx context.Context, store *store, g gitDir, commit *object.Commit, prefix string, limits Limits) (*Snapshot, error) {
	root := commit.TreeHash
	tree, err := readTree(store, root)
	if err != nil {
		return nil, store.lackingTree(g, commit, err)
	}
	for _, name := range strings.FieldsFunc(prefix, func(r rune) bool { return r == '/' }) {
		entry := entryOf(tree, name)
		if entry == nil || entry.mode != filemode.Dir {
			return nil, fmt.Errorf("%s does not exist at commit %s", prefix, commit.Hash)
		}
		root = entry.id
		if tree, err = readTree(store, root); err != nil {
			return nil, g.unreadable("the tree of %s %s", prefix, harm(err))
		}
	}
	w := &treeWalk{ctx: ctx, store: store, limits: limits, snapshot: &Snapshot{}, kept: k, repository: g.common}
	if err := w.walk(root, "", 1, false); err != nil {
		return nil, err
	}
	if w.full {
		w.snapshot.warn("", "left out: everything after the first %d entries", limits.Files)
	}
	files := w.list()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := w.checkAbsent(g, commit.Hash.String()); err != nil {
		return nil, err
	}
	s := New(store.repositoryName(g), commit.Hash.String(), files, nil, nil)
	s.Warnings = w.snapshot.Warnings
	refs := readRefs(g)
	refs.merged = store.merged(commit, refs.branches)
	s.name(store.branch(), refs)
	return s, nil
}

// treeEntry is an entry of a git tree.
type treeEntry struct {
	name string
	mode filemode.FileMode
	id   plumbing.Hash
}

func readTree(store *store, id plumbing.Hash) ([]treeEntry, error) {
	content, err := store.object(plumbing.TreeObject, id)
	if err != nil {
		return nil, err
	}
	return parseTree(content)
}

// parseTree reads "100644 name", a zero byte and twenty bytes of an id, again
// and again. As git does it takes every mode for one of those that it writes.
func parseTree(content []byte) (list []treeEntry, err error) {
	text := string(content) // names are parts of it
	list = make([]treeEntry, 0, len(text)/40)
	for text != "" {
		digits, rest, _ := strings.Cut(text, " ")
		mode, err := strconv.ParseUint(digits, 8, 32)
		name, id, found := strings.Cut(rest, "\x00")
		if err != nil || !found || name == "" || len(id) < 20 {
			return nil, errDamaged
		}
		list = append(list, treeEntry{name, canonical(uint32(mode)), plumbing.Hash([]byte(id[:20]))})
		text = id[20:]
	}
	return list, nil
}

func canonical(mode uint32) filemode.FileMode {
	switch mode & 0o170000 {
	case 0o040000:
		return filemode.Dir
	case 0o120000:
		return filemode.Symlink
	case 0o100000:
		if mode&0o111 != 0 {
			return filemode.Executable
		}
		return filemode.Regular
	}
	return filemode.Submodule
}

func entryOf(tree []treeEntry, name string) *treeEntry {
	for i := range tree {
		if tree[i].name == name {
			return &tree[i]
		}
	}
	return nil
}

// validName is git's own rule for the names in a tree.
func validName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.EqualFold(name, ".git") && !strings.ContainsAny(name, "/\x00")
}

// blobs reads the contents of a commit's files.
type blobs struct {
	store   *store
	reading sync.RWMutex // held for reading by those who read
}

// close closes the store after the reads that still run.
func (b *blobs) close() error {
	b.reading.Lock()
	defer b.reading.Unlock()
	return b.store.Close()
}

// read reads one blob and proves that it is the one asked for.
func (b *blobs) read(_ context.Context, f File) ([]byte, error) {
	b.reading.RLock()
	defer b.reading.RUnlock()
	content, err := b.store.object(plumbing.BlobObject, plumbing.NewHash(f.Blob))
	switch {
	case errors.Is(err, plumbing.ErrObjectNotFound):
		return nil, ErrAbsent
	case err != nil || int64(len(content)) != f.Size || blobID(content) != f.Blob:
		return nil, ErrCorrupt
	}
	return content, nil
}
