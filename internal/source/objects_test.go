package source

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/google/go-cmp/cmp"
)

// packedRepository is a repository of several commits in one pack, with deltas.
func packedRepository(t *testing.T, refDeltas bool) (dir string, repo *git.Repository) {
	t.Helper()
	lines := make([]string, 400)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d of a file that changes little by little: %d\n", i, i*i)
	}
	dir, repo = newRepository(t, map[string]string{"a/b/c.txt": strings.Join(lines, ""), "a/x": "x", "empty": ""})
	for i := range 8 {
		lines[i*37] = fmt.Sprintf("changed in commit %d\n", i)
		write(t, dir, map[string]string{"a/b/c.txt": strings.Join(lines, ""), fmt.Sprintf("a/b/%d.txt", i): strings.Repeat("y", i)})
		commit(t, repo, ".")
	}
	if err := repo.RepackObjects(&git.RepackConfig{UseRefDeltas: refDeltas}); err != nil {
		t.Fatal(err)
	}
	return dir, repo
}

func onlyPack(t *testing.T, dir, suffix string) string {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(dir, ".git", "objects", "pack", "*"+suffix))
	if len(found) != 1 {
		t.Fatalf("%d packs", len(found))
	}
	os.Chmod(found[0], 0o644)
	return found[0]
}

// TestPackedObjects: every object of a pack is what go-git says that it is.
func TestPackedObjects(t *testing.T) {
	t.Parallel()
	for _, refDeltas := range []bool{false, true} {
		dir, repo := packedRepository(t, refDeltas)
		o := openObjects(filepath.Join(dir, ".git", "objects"))
		defer o.close()
		if o.unknown || len(o.packs) != 1 {
			t.Fatalf("%d packs known", len(o.packs))
		}
		all, err := repo.Storer.IterEncodedObjects(plumbing.AnyObject)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		_ = all.ForEach(func(want plumbing.EncodedObject) error {
			n++
			p, _, found, err := o.find(want.Hash())
			content, errRead := o.read(want.Type(), want.Hash())
			size, errSize := o.size(want.Hash())
			if p == nil || !found || errors.Join(err, errRead, errSize) != nil || size != want.Size() || objectID(want.Type(), content) != want.Hash() {
				t.Errorf("%s %s: found %v, %d bytes, size %d, %v, %v, %v", want.Type(), want.Hash(), found, len(content), size, err, errRead, errSize)
			}
			return nil
		})
		absent := plumbing.NewHash("1234567890123456789012345678901234567890")
		if _, err := o.read(plumbing.BlobObject, absent); err != plumbing.ErrObjectNotFound {
			t.Errorf("an absent object: %v", err)
		}
		head, _ := repo.Head()
		if _, err := o.read(plumbing.BlobObject, head.Hash()); err != plumbing.ErrObjectNotFound {
			t.Errorf("a commit as a blob: %v", err)
		}
		if n < 40 {
			t.Errorf("only %d objects", n)
		}
	}
}

// TestDamagedPack: whichever byte of a pack or its index is wrong, a file has
// its content or an error.
func TestDamagedPack(t *testing.T) {
	t.Parallel()
	dir, _ := packedRepository(t, false)
	want := contents(t, open(t, dir, "HEAD", DefaultLimits))
	random := rand.New(rand.NewPCG(3, 5))
	for _, suffix := range []string{".pack", ".idx"} {
		name := onlyPack(t, dir, suffix)
		good, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		harmed := 0
		for range 60 {
			bad := bytes.Clone(good)
			for range 1 + random.IntN(3) {
				bad[random.IntN(len(bad))] ^= byte(1 + random.IntN(255))
			}
			if random.IntN(10) == 0 {
				bad = bad[:random.IntN(len(bad))]
			}
			if err := os.WriteFile(name, bad, 0o644); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), dir, "HEAD", DefaultLimits)
			if err != nil {
				harmed++
				continue
			}
			for _, f := range s.Files {
				content, err := s.Read(t.Context(), f)
				if err != nil {
					harmed++
				} else if string(content) != want[f.Path] {
					t.Fatalf("%s has another content", f.Path)
				}
			}
			s.Close()
		}
		if harmed == 0 {
			t.Errorf("no damage to %s was noticed", suffix)
		}
		os.WriteFile(name, good, 0o644)
	}
}

// TestUnknownPackIndex: what is not understood here is left to go-git.
func TestUnknownPackIndex(t *testing.T) {
	t.Parallel()
	dir, _ := packedRepository(t, false)
	want := contents(t, open(t, dir, "HEAD", DefaultLimits))
	store := openStore(gitDir{shown: dir, dot: dir + "/.git", common: dir + "/.git"}, 0)
	defer store.Close()
	store.objects.close()
	store.objects.packs, store.objects.unknown = nil, true
	head, err := store.resolve(gitDir{shown: dir, dot: dir + "/.git"}, "")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := head.Tree()
	if err != nil {
		t.Fatal(err)
	}
	err = tree.Files().ForEach(func(f *object.File) error {
		content, err := store.object(plumbing.BlobObject, f.Hash)
		size, errSize := store.size(f.Hash)
		if string(content) != want[f.Name] || size != int64(len(content)) {
			t.Errorf("%s: %d bytes, size %d, %v", f.Name, len(content), size, errSize)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestListingsAreKept(t *testing.T) {
	t.Parallel()
	dir, repo := packedRepository(t, false)
	kept := NewListings(1000)
	for i := range 3 {
		write(t, dir, map[string]string{"a/b/c.txt": fmt.Sprint("again ", i), "tests/x.py": fmt.Sprint(i)})
		commit(t, repo, ".")
		s, err := kept.OpenGit(t.Context(), dir, "", DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		fresh := open(t, dir, "HEAD", DefaultLimits)
		if diff := cmp.Diff(fresh.Files, s.Files); diff != "" {
			t.Errorf("commit %d (-listed anew +kept):\n%s", i, diff)
		}
		equal(t, contents(t, s), contents(t, fresh))
		s.Close()
	}
	if len(kept.now) != 12 { // each time the root, a, a/b and tests
		t.Errorf("%d listings are kept", len(kept.now))
	}

	// a tree that the store has not is not shown from memory
	store := openStore(gitDir{dot: dir + "/.git", common: dir + "/.git"}, 0)
	defer store.Close()
	absent := plumbing.NewHash("1234567890123456789012345678901234567890")
	kept.put(listingKey{"r", "", absent}, &listing{whole: true})
	w := &treeWalk{ctx: t.Context(), store: store, kept: kept, repository: "r"}
	if _, _, err := w.listing(absent, "", false); err != plumbing.ErrObjectNotFound {
		t.Errorf("listing an absent tree: %v", err)
	}
}

func TestListingsAreBounded(t *testing.T) {
	t.Parallel()
	k := NewListings(100)
	for i := range 1000 {
		k.put(listingKey{dir: fmt.Sprint(i)}, &listing{entries: make([]listed, 9), whole: true})
		if n := len(k.now) + len(k.before); n > 10 {
			t.Fatalf("%d listings of ten entries are kept", n)
		}
		if k.get(listingKey{dir: fmt.Sprint(i)}) == nil {
			t.Fatal("the newest is not kept")
		}
	}
	k.put(listingKey{dir: "large"}, &listing{entries: make([]listed, 51), whole: true})
	k.put(listingKey{dir: "part"}, &listing{})
	if k.get(listingKey{dir: "large"}) != nil || k.get(listingKey{dir: "part"}) != nil {
		t.Error("what is too large, or lacks a blob, is kept")
	}
}
