package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// OpenGit reads a commit of a local repository: a work tree, a bare one, or
// any directory inside a work tree, of which only the files below it are
// taken. revision is anything that names a commit; "" is HEAD. No git program
// is needed, and no hook, filter or setting of the repository runs.
func OpenGit(ctx context.Context, dir, revision string, limits Limits) (*Snapshot, error) {
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
	pool := newStorePool(g, limits.FileSize)
	store := pool.get()
	commit, err := store.resolve(g, revision)
	if err != nil {
		pool.put(store)
		pool.close()
		return nil, err
	}
	s, err := listCommit(ctx, store, g, commit, below(g, dir), limits)
	pool.put(store)
	if err != nil {
		pool.close()
		return nil, err
	}
	if len(s.Files) == 0 && len(s.Warnings) == 0 {
		pool.close()
		return nil, fmt.Errorf("%s is empty at commit %s: nothing to audit", dir, commit.Hash)
	}
	s.read, s.close = pool.read, pool.close
	s.limit(limits)
	return s, nil
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
func listCommit(ctx context.Context, store *store, g gitDir, commit *object.Commit, prefix string, limits Limits) (*Snapshot, error) {
	tree, err := readTree(store, commit.TreeHash)
	if err != nil {
		return nil, g.unreadable("the tree of commit %s %s", commit.Hash, harm(err))
	}
	for _, name := range strings.FieldsFunc(prefix, func(r rune) bool { return r == '/' }) {
		entry := entryOf(tree, name)
		if entry == nil || entry.Mode != filemode.Dir {
			return nil, fmt.Errorf("%s does not exist at commit %s", prefix, commit.Hash)
		}
		if tree, err = readTree(store, entry.Hash); err != nil {
			return nil, g.unreadable("the tree of %s %s", prefix, harm(err))
		}
	}
	w := &treeWalk{ctx: ctx, store: store, limits: limits, snapshot: &Snapshot{}}
	if err := w.walk(tree, "", 1); err != nil {
		return nil, err
	}
	if w.full {
		w.snapshot.warn("", "left out: everything after the first %d entries", limits.Files)
	}
	s := New(store.repositoryName(g), commit.Hash.String(), w.snapshot.Files, nil, nil)
	s.Warnings = w.snapshot.Warnings
	s.name(store.branch(), store.refs())
	return s, nil
}

func readTree(store *store, id plumbing.Hash) (tree *object.Tree, err error) {
	err = guard(func() error { tree, err = object.GetTree(store, id); return err })
	return tree, err
}

func entryOf(tree *object.Tree, name string) *object.TreeEntry {
	for i := range tree.Entries {
		if tree.Entries[i].Name == name {
			return &tree.Entries[i]
		}
	}
	return nil
}

// treeWalk lists a tree. Trees count towards the limit of files as well: a
// tree of trees can be exponentially larger than the repository.
type treeWalk struct {
	ctx      context.Context
	store    *store
	limits   Limits
	snapshot *Snapshot
	entries  int
	full     bool
}

func (w *treeWalk) walk(tree *object.Tree, dir string, depth int) error {
	for _, entry := range tree.Entries {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if w.full = w.full || w.limits.Files > 0 && w.entries >= w.limits.Files; w.full {
			return nil
		}
		w.entries++
		name := dir + entry.Name
		if !validName(entry.Name) {
			w.snapshot.warn(strings.ToValidUTF8(name, "?"), "left out: git does not allow this name")
			continue
		}
		if entry.Mode != filemode.Dir {
			if file, ok := w.file(name, entry); ok {
				w.snapshot.Files = append(w.snapshot.Files, file)
			}
			continue
		}
		if w.limits.Depth > 0 && depth >= w.limits.Depth {
			w.snapshot.warn(name, "left out: more than %d directories deep", w.limits.Depth-1)
			continue
		}
		sub, err := readTree(w.store, entry.Hash)
		if err != nil {
			w.snapshot.warn(name, "left out: its tree %s", harm(err))
			continue
		}
		if err := w.walk(sub, name+"/", depth+1); err != nil {
			return err
		}
	}
	return nil
}

// file makes a snapshot's file of a tree's entry. A blob that is not in a
// partial repository is listed with size 0, and refused by Read.
func (w *treeWalk) file(name string, entry object.TreeEntry) (File, bool) {
	f := File{Path: name, Blob: entry.Hash.String(), Role: RoleOf(name)}
	switch entry.Mode {
	case filemode.Submodule:
		f.Mode = Submodule
		return f, true
	case filemode.Symlink:
		f.Mode = Symlink
	case filemode.Executable:
		f.Mode = Executable
	case filemode.Regular, filemode.Deprecated:
		f.Mode = Regular
	default:
		w.snapshot.warn(name, "left out: unknown file mode %s", entry.Mode)
		return f, false
	}
	if n, err := w.store.EncodedObjectSize(entry.Hash); err == nil {
		f.Size = n
	} else if object, err := w.store.EncodedObject(plumbing.BlobObject, entry.Hash); err == nil {
		f.Size = object.Size()
	}
	return f, true
}

// validName is git's own rule for the names in a tree.
func validName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.EqualFold(name, ".git") && !strings.ContainsAny(name, "/\x00")
}

// storePool lends stores, which are for one goroutine each. A store holds its
// packs' whole index, so there are few: reading is much faster than parsing.
type storePool struct {
	git     gitDir
	largest int64
	free    chan *store   // idle stores
	tickets chan struct{} // one for each store that exists
}

func newStorePool(g gitDir, largest int64) *storePool {
	n := max(1, min(4, runtime.GOMAXPROCS(0)/4))
	return &storePool{git: g, largest: largest, free: make(chan *store, n), tickets: make(chan struct{}, n)}
}

func (p *storePool) get() *store {
	select {
	case s := <-p.free:
		return s
	default:
	}
	select {
	case s := <-p.free:
		return s
	case p.tickets <- struct{}{}:
		return openStore(p.git, p.largest)
	}
}

func (p *storePool) put(s *store) { p.free <- s }

// close closes all stores, after the reads that still run.
func (p *storePool) close() error {
	var errs []error
	for len(p.tickets) > 0 {
		errs = append(errs, (<-p.free).Close())
		<-p.tickets
	}
	return errors.Join(errs...)
}

// read reads one blob and proves that it is the one asked for.
func (p *storePool) read(_ context.Context, f File) ([]byte, error) {
	s := p.get()
	defer p.put(s)
	var content []byte
	err := guard(func() error {
		blob, err := s.EncodedObject(plumbing.BlobObject, plumbing.NewHash(f.Blob))
		if err != nil {
			return err
		}
		if blob.Size() != f.Size {
			return ErrCorrupt
		}
		r, err := blob.Reader()
		if err != nil {
			return err
		}
		defer r.Close()
		content, err = io.ReadAll(io.LimitReader(r, f.Size+1))
		return err
	})
	switch {
	case errors.Is(err, plumbing.ErrObjectNotFound):
		return nil, ErrAbsent
	case err != nil:
		return nil, ErrCorrupt
	case blobID(content) != f.Blob:
		return nil, ErrCorrupt
	}
	return content, nil
}
