package source

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// listing is what one tree of a commit lists. It does not change once it is
// whole.
type listing struct {
	entries []listed
	whole   bool // the store has all its blobs
}

// listed is an entry of a tree: a file, a directory, or something left out.
type listed struct {
	file File          // of a directory only the path
	tree plumbing.Hash // of a directory
	dir  bool
	bad  string // why it is left out; "" when it is not

	absent bool // the store lacks its blob
}

// Listings keeps the listings of trees from one commit of a repository to the
// next: an unchanged directory is the same tree. It is safe for concurrent
// use; nil keeps nothing.
type Listings struct {
	mu     sync.Mutex
	most   int // entries of half of what is kept
	n      int // entries of now
	now    map[listingKey]*listing
	before map[listingKey]*listing // goes when now is full
}

// listingKey says which tree stands where: a file's role depends on its path.
// What one repository has is never shown in another.
type listingKey struct {
	repository string // the git directory
	dir        string
	tree       plumbing.Hash
}

// NewListings makes a memory of so many files and directories, at about 300
// bytes each.
func NewListings(entries int) *Listings {
	return &Listings{most: entries / 2, now: map[listingKey]*listing{}}
}

func (k *Listings) get(key listingKey) *listing {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if l := k.now[key]; l != nil {
		return l
	}
	l := k.before[key]
	if l != nil {
		k.keep(key, l)
	}
	return l
}

func (k *Listings) put(key listingKey, l *listing) {
	if k == nil || !l.whole || len(l.entries) > k.most {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.now[key] == nil {
		k.keep(key, l)
	}
}

func (k *Listings) keep(key listingKey, l *listing) {
	if k.n+len(l.entries)+1 > k.most {
		k.before, k.now, k.n = k.now, map[listingKey]*listing{}, 0
	}
	k.now[key] = l
	k.n += len(l.entries) + 1
}

// treeWalk lists a tree. Trees count towards the limit of files as well: a
// tree of trees can be exponentially larger than the repository.
type treeWalk struct {
	ctx        context.Context
	store      *store
	limits     Limits
	snapshot   *Snapshot // for its warnings
	kept       *Listings
	repository string
	files      []*listed
	fresh      []listingAt
	entries    int
	lost       int // directories whose tree the store lacks
	full       bool
}

// listingAt is a listing that is not whole yet.
type listingAt struct {
	*listing
	key listingKey
}

// walk lists what is below a tree. known says that the tree above was known,
// and so is whole with all that is below it.
func (w *treeWalk) walk(tree plumbing.Hash, dir string, depth int, known bool) error {
	l, known, err := w.listing(tree, dir, known)
	if err != nil {
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			w.lost++
		}
		w.snapshot.warn(strings.TrimSuffix(dir, "/"), "left out: its tree %s", harm(err))
		return nil
	}
	for i := range l.entries {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if w.full = w.full || w.limits.Files > 0 && w.entries >= w.limits.Files; w.full {
			return nil
		}
		w.entries++
		e := &l.entries[i]
		switch {
		case e.bad != "":
			w.snapshot.warn(e.file.Path, "left out: %s", e.bad)
		case !e.dir:
			w.files = append(w.files, e)
		case w.limits.Depth > 0 && depth >= w.limits.Depth:
			w.snapshot.warn(e.file.Path, "left out: more than %d directories deep", w.limits.Depth-1)
		default:
			if err := w.walk(e.tree, e.file.Path+"/", depth+1, known); err != nil {
				return err
			}
		}
	}
	return nil
}

// listing is a tree's listing: as it was kept, where the store has that tree
// at all, or new.
func (w *treeWalk) listing(tree plumbing.Hash, dir string, known bool) (l *listing, kept bool, err error) {
	key := listingKey{w.repository, dir, tree}
	if l := w.kept.get(key); l != nil && (known || w.store.has(tree)) {
		return l, true, nil
	}
	entries, err := readTree(w.store, tree)
	if err != nil {
		return nil, false, err
	}
	l = &listing{entries: make([]listed, len(entries))}
	for i, entry := range entries {
		l.entries[i] = list(dir, entry)
	}
	w.fresh = append(w.fresh, listingAt{l, key})
	return l, false, nil
}

// list makes an entry of a listing, but for the size and the role.
func list(dir string, entry treeEntry) listed {
	name := dir + entry.name
	if !validName(entry.name) {
		return listed{file: File{Path: strings.ToValidUTF8(name, "?")}, bad: "git does not allow this name"}
	}
	f := File{Path: name}
	switch entry.mode {
	case filemode.Dir:
		return listed{file: f, tree: entry.id, dir: true}
	case filemode.Submodule:
		f.Mode = Submodule
	case filemode.Symlink:
		f.Mode = Symlink
	case filemode.Executable:
		f.Mode = Executable
	default:
		f.Mode = Regular
	}
	f.Blob = entry.id.String()
	return listed{file: f}
}

// list completes what is new, and returns all files.
func (w *treeWalk) list() []File {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(w.fresh)) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(w.fresh)) && w.ctx.Err() == nil; i = next.Add(1) - 1 {
				w.fresh[i].complete(w.store)
			}
		})
	}
	group.Wait()
	for _, l := range w.fresh {
		w.kept.put(l.key, l.listing)
	}
	files := make([]File, len(w.files))
	for i, e := range w.files {
		files[i] = e.file
	}
	return files
}

// complete finds the size and role of each file. A blob that is not in a
// partial repository is listed with size 0, and refused by Read.
func (l listingAt) complete(store *store) {
	at := placeOf(l.key.dir)
	l.whole = true
	for i := range l.entries {
		e := &l.entries[i]
		if e.dir || e.bad != "" {
			continue
		}
		f := &e.file
		f.Role = at.role(f.Path[len(l.key.dir):])
		if f.Mode == Submodule {
			continue
		}
		size, err := store.size(plumbing.NewHash(f.Blob))
		f.Size, l.whole, e.absent = size, l.whole && err == nil, errors.Is(err, plumbing.ErrObjectNotFound)
	}
}
