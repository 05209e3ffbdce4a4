package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// history is a bare repository that shares the objects of another one, to
// which commits are added.
type history struct {
	dir    string
	repo   *git.Repository
	source []source.File // what is changed in turn: the first source file of each directory
	next   int
}

// newHistory starts at the commit that a repository has checked out.
func newHistory(b *testing.B, from string) *history {
	b.Helper()
	objects := filepath.Join(from, "objects")
	if _, err := os.Stat(objects); err != nil {
		objects = filepath.Join(from, ".git", "objects")
	}
	objects, err := filepath.Abs(objects)
	if err == nil {
		_, err = os.Stat(objects)
	}
	if err != nil {
		b.Skip("not a git repository of its own: ", err)
	}
	s, err := source.OpenGit(b.Context(), from, "", source.DefaultLimits)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	h := &history{dir: filepath.Join(b.TempDir(), "history.git")}
	if _, err := git.PlainInit(h.dir, true); err != nil {
		b.Fatal(err)
	}
	info := filepath.Join(h.dir, "objects", "info")
	if err := os.MkdirAll(info, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(info, "alternates"), []byte(objects+"\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	storage := filesystem.NewStorageWithOptions(osfs.New(h.dir), cache.NewObjectLRUDefault(), filesystem.Options{AlternatesFS: osfs.New("/"), KeepDescriptors: true})
	if h.repo, err = git.Open(storage, nil); err != nil {
		b.Fatal(err)
	}
	if err := h.repo.Storer.SetReference(plumbing.NewHashReference("refs/heads/master", plumbing.NewHash(s.Commit))); err != nil {
		b.Fatal(err)
	}
	if _, err := h.repo.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{"https://example.com/" + s.Repository}}); err != nil {
		b.Fatal(err)
	}
	dirs := map[string]bool{}
	for _, f := range s.Files {
		if dir := filepath.Dir(f.Path); isSource(f) && !dirs[dir] {
			dirs[dir] = true
			h.source = append(h.source, f)
		}
	}
	if len(h.source) == 0 {
		b.Skip("no source file to change")
	}
	return h
}

func isSource(f source.File) bool {
	switch inspect.FormatOf(f.Path) {
	case inspect.Go, inspect.Python, inspect.JavaScript, inspect.TypeScript, inspect.Java, inspect.CSharp, inspect.PHP, inspect.Ruby:
		return f.Role == source.Prod && f.Size > 200 && f.Mode == source.Regular
	}
	return false
}

// change commits n changed files of different directories: each has one more
// empty line at its end.
func (h *history) change(b *testing.B, n int) {
	b.Helper()
	s, err := source.OpenGit(context.Background(), h.dir, "", source.DefaultLimits)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	blobs := map[string]plumbing.Hash{}
	for range min(n, len(h.source)) {
		f := h.source[h.next%len(h.source)]
		h.next += 1 + len(h.source)/(n+1)
		for _, now := range s.Files {
			if now.Path != f.Path {
				continue
			}
			content, err := s.Read(context.Background(), now)
			if err != nil {
				b.Fatal(err)
			}
			blobs[f.Path] = h.store(b, plumbing.BlobObject, func(o plumbing.EncodedObject) error {
				w, err := o.Writer()
				if err == nil {
					_, err = w.Write(append(content, '\n'))
				}
				return err
			})
		}
	}
	parent := plumbing.NewHash(s.Commit)
	commit, err := h.repo.CommitObject(parent)
	if err != nil {
		b.Fatal(err)
	}
	who := object.Signature{Name: "A", Email: "a@example.com", When: time.Unix(1_700_000_000, 0)}
	next := &object.Commit{Author: who, Committer: who, Message: "change", TreeHash: h.tree(b, commit.TreeHash, "", blobs), ParentHashes: []plumbing.Hash{parent}}
	id := h.store(b, plumbing.CommitObject, next.Encode)
	if err := h.repo.Storer.SetReference(plumbing.NewHashReference("refs/heads/master", id)); err != nil {
		b.Fatal(err)
	}
}

// tree writes a tree anew with other blobs.
func (h *history) tree(b *testing.B, id plumbing.Hash, dir string, blobs map[string]plumbing.Hash) plumbing.Hash {
	b.Helper()
	below := false
	for name := range blobs {
		below = below || strings.HasPrefix(name, dir)
	}
	if !below {
		return id
	}
	tree, err := h.repo.TreeObject(id)
	if err != nil {
		b.Fatal(err)
	}
	for i, entry := range tree.Entries {
		if entry.Mode == filemode.Dir {
			tree.Entries[i].Hash = h.tree(b, entry.Hash, dir+entry.Name+"/", blobs)
		} else if blob, ok := blobs[dir+entry.Name]; ok {
			tree.Entries[i].Hash = blob
		}
	}
	return h.store(b, plumbing.TreeObject, tree.Encode)
}

func (h *history) store(b *testing.B, kind plumbing.ObjectType, write func(plumbing.EncodedObject) error) plumbing.Hash {
	b.Helper()
	o := h.repo.Storer.NewEncodedObject()
	o.SetType(kind)
	if err := write(o); err != nil {
		b.Fatal(err)
	}
	id, err := h.repo.Storer.SetEncodedObject(o)
	if err != nil {
		b.Fatal(err)
	}
	return id
}
