package source

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// store is a repository's object and reference store. Objects are read by
// objects where it can, by go-git elsewhere. Object and size are safe for
// concurrent use, the rest is for one goroutine.
type store struct {
	*filesystem.Storage
	mu         sync.Mutex // guards Storage
	objects    *objects
	alternates []*store
}

// cacheBytes bounds the delta bases that one store keeps.
const cacheBytes = 48 << 20

// openStore opens a git directory for reading. Nothing is written, and of the
// repository's configuration nothing is obeyed.
func openStore(g gitDir, largest int64) *store {
	var fs billy.Filesystem = osfs.New(g.dot)
	if g.common != g.dot {
		fs = dotgit.NewRepositoryFilesystem(fs, osfs.New(g.common))
	}
	return newStore(fs, filepath.Join(g.common, "objects"), largest, 0)
}

func newStore(fs billy.Filesystem, objects string, largest int64, depth int) *store {
	s := &store{objects: openObjects(objects), Storage: filesystem.NewStorageWithOptions(fs, cache.NewObjectLRU(cacheBytes), filesystem.Options{
		KeepDescriptors: true, LargeObjectThreshold: largest,
	})}
	text, err := readSmall(filepath.Join(objects, "info", "alternates"))
	if err != nil || depth >= 5 { // git's own bound
		return s
	}
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(objects, line)
		}
		if filepath.Base(line) == "objects" && exists(line) && len(s.alternates) < 16 {
			s.alternates = append(s.alternates, newStore(osfs.New(filepath.Dir(line)), line, largest, depth+1))
		}
	}
	return s
}

// Config hides the repository's extensions from go-git, which refuses those
// that it can't write. Those that change how objects are read are refused by
// checkFormat.
func (s *store) Config() (*config.Config, error) { return config.NewConfig(), nil }

// object reads an object of one kind, here or in the alternates. Errors:
// plumbing.ErrObjectNotFound, or what is wrong with it.
func (s *store) object(kind plumbing.ObjectType, id plumbing.Hash) (content []byte, err error) {
	err = guard(func() error { content, err = s.objects.read(kind, id); return err })
	if errors.Is(err, errUnknownForm) {
		content, err = s.libraryObject(kind, id)
	}
	for i := 0; err == plumbing.ErrObjectNotFound && i < len(s.alternates); i++ {
		content, err = s.alternates[i].object(kind, id)
	}
	return content, err
}

// libraryObject reads an object through go-git.
func (s *store) libraryObject(kind plumbing.ObjectType, id plumbing.Hash) (content []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = guard(func() error {
		o, err := s.Storage.EncodedObject(kind, id)
		if err != nil {
			return err
		}
		r, err := o.Reader()
		if err != nil {
			return err
		}
		defer r.Close()
		content, err = io.ReadAll(io.LimitReader(r, o.Size()+1))
		return err
	})
	return content, err
}

// size tells an object's size, here or in the alternates.
func (s *store) size(id plumbing.Hash) (n int64, err error) {
	err = guard(func() error { n, err = s.objects.size(id); return err })
	if errors.Is(err, errUnknownForm) {
		s.mu.Lock()
		err = guard(func() error { n, err = s.Storage.EncodedObjectSize(id); return err })
		s.mu.Unlock()
	}
	for i := 0; err == plumbing.ErrObjectNotFound && i < len(s.alternates); i++ {
		n, err = s.alternates[i].size(id)
	}
	return n, err
}

// has reports whether the object is here or in the alternates.
func (s *store) has(id plumbing.Hash) bool {
	_, _, found, _ := s.objects.find(id)
	if !found {
		_, err := s.size(id)
		found = err == nil
	}
	return found
}

// EncodedObject is how go-git asks for an object.
func (s *store) EncodedObject(kind plumbing.ObjectType, id plumbing.Hash) (plumbing.EncodedObject, error) {
	if kind == plumbing.AnyObject {
		for _, kind := range []plumbing.ObjectType{plumbing.CommitObject, plumbing.TreeObject, plumbing.TagObject} {
			if o, err := s.EncodedObject(kind, id); err != plumbing.ErrObjectNotFound {
				return o, err
			}
		}
		kind = plumbing.BlobObject
	}
	content, err := s.object(kind, id)
	if err != nil {
		return nil, err
	}
	o := &plumbing.MemoryObject{}
	o.SetType(kind)
	_, err = o.Write(content)
	return o, err
}

// Close releases the pack files.
func (s *store) Close() error {
	err := errors.Join(s.objects.close(), s.Storage.Close())
	for _, a := range s.alternates {
		err = errors.Join(err, a.Close())
	}
	return err
}

// guard turns a panic of go-git over corrupt bytes into an error.
func guard(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("corrupt object: %v", r)
		}
	}()
	return do()
}

// rawConfig reads the repository's configuration, or an empty one.
func (s *store) rawConfig() *config.Config {
	cfg, err := s.Storage.Config()
	if err != nil {
		return config.NewConfig()
	}
	return cfg
}

// checkFormat refuses what go-git would misread.
func (s *store) checkFormat(g gitDir) error {
	cfg := s.rawConfig()
	extensions := cfg.Raw.Section("extensions")
	if format := extensions.Option("objectformat"); format != "" && !strings.EqualFold(format, "sha1") {
		return unsupported{g, "object format " + format}
	}
	if refs := extensions.Option("refstorage"); refs != "" && !strings.EqualFold(refs, "files") {
		return unsupported{g, "reference format " + refs}
	}
	head, err := readSmall(filepath.Join(g.dot, "HEAD"))
	if err != nil {
		return g.unreadable("its HEAD %s", harm(err))
	}
	head = strings.TrimSpace(head)
	if !strings.HasPrefix(head, "ref: refs/") && !fullID.MatchString(head) {
		return g.unreadable("its HEAD names neither a branch nor a commit")
	}
	return nil
}

var fullID = regexp.MustCompile(`^[0-9a-f]{40}$`)

// Unborn is the error of a HEAD whose branch has no commit yet. Told by errors.As.
type Unborn struct{ error }

// resolve finds the commit that a revision names; "" is HEAD.
func (s *store) resolve(g gitDir, revision string) (*object.Commit, error) {
	if err := s.checkFormat(g); err != nil {
		return nil, err
	}
	if revision == "" || revision == "HEAD" {
		return s.head(g)
	}
	var commit *object.Commit
	err := guard(func() (err error) {
		if fullID.MatchString(revision) { // as git does, before any name
			if commit, err = object.GetCommit(s, plumbing.NewHash(revision)); err == nil {
				return nil
			}
		}
		repo, err := git.Open(s, nil)
		if err != nil {
			return err
		}
		id, err := repo.ResolveRevision(plumbing.Revision(revision))
		if err != nil {
			return err
		}
		commit, err = object.GetCommit(s, *id)
		return err
	})
	if err != nil {
		if exists(filepath.Join(g.common, "shallow")) {
			return nil, fmt.Errorf("%s has no revision %q, but it is a shallow clone: run git fetch --unshallow there, or name a commit, a branch or a tag that it has", g.shown, revision)
		}
		return nil, fmt.Errorf("%s has no revision %q: name a commit, a branch or a tag of it", g.shown, revision)
	}
	return commit, nil
}

// head is the commit that HEAD names. The error is Unborn when it names a
// branch without one.
func (s *store) head(g gitDir) (commit *object.Commit, err error) {
	var id plumbing.Hash
	err = guard(func() error {
		ref, err := storer.ResolveReference(s, plumbing.HEAD)
		if err == nil {
			id = ref.Hash()
		}
		return err
	})
	switch {
	case errors.Is(err, plumbing.ErrReferenceNotFound) && len(readRefs(g).branches) == 0:
		return nil, Unborn{fmt.Errorf("%s has no commit yet: commit something first", g.shown)}
	case errors.Is(err, plumbing.ErrReferenceNotFound):
		return nil, Unborn{fmt.Errorf("%s: HEAD names a branch that has no commit; name a revision to audit", g.shown)}
	case err != nil:
		return nil, g.unreadable("what its HEAD names %s", harm(err))
	}
	err = guard(func() (err error) { commit, err = object.GetCommit(s, id); return err })
	if err != nil {
		return nil, g.unreadable("commit %s %s", id, harm(err))
	}
	return commit, nil
}

// branch is the branch that HEAD names, or that origin's does; "" if neither.
func (s *store) branch() string {
	for _, name := range []plumbing.ReferenceName{plumbing.HEAD, "refs/remotes/origin/HEAD"} {
		ref, err := s.Reference(name)
		if err != nil || ref.Type() != plumbing.SymbolicReference {
			continue
		}
		target := string(ref.Target())
		for _, prefix := range []string{"refs/heads/", "refs/remotes/origin/"} {
			if branch, ok := strings.CutPrefix(target, prefix); ok {
				return branch
			}
		}
	}
	return ""
}

// remotePath takes "owner/name" out of a remote's URL: https, ssh or scp-like.
// A local path tells no owner, and credentials are never part of the result.
var remotePath = regexp.MustCompile(`^(?:(?:https?|ssh|git|git\+ssh)://(?:[^/]*@)?[^/@]+/+|(?:[^/@:]+@)?[^/@:]{2,}:/?)((?:[A-Za-z0-9._~-]+/)+[A-Za-z0-9._-]+?)(?:\.git)?/*$`)

// repositoryName names the repository: as origin does, else as its directory.
func (s *store) repositoryName(g gitDir) string {
	if origin := s.rawConfig().Remotes["origin"]; origin != nil && len(origin.URLs) > 0 {
		if m := remotePath.FindStringSubmatch(origin.URLs[0]); m != nil {
			return m[1]
		}
	}
	if g.work != "" {
		return directoryName(g.work)
	}
	if filepath.Base(g.dot) == ".git" {
		return directoryName(filepath.Dir(g.dot))
	}
	return strings.TrimSuffix(directoryName(g.dot), ".git")
}

func directoryName(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return filepath.Base(dir)
	}
	return filepath.Base(abs)
}
