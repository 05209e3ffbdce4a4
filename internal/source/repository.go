package source

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

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

// store is a repository's object and reference store. It is for one goroutine.
type store struct {
	*filesystem.Storage
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
	s := &store{Storage: filesystem.NewStorageWithOptions(fs, cache.NewObjectLRU(cacheBytes), filesystem.Options{
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

// EncodedObject looks in the alternates too.
func (s *store) EncodedObject(t plumbing.ObjectType, h plumbing.Hash) (o plumbing.EncodedObject, err error) {
	err = guard(func() error { o, err = s.Storage.EncodedObject(t, h); return err })
	for i := 0; err == plumbing.ErrObjectNotFound && i < len(s.alternates); i++ {
		o, err = s.alternates[i].EncodedObject(t, h)
	}
	return o, err
}

// EncodedObjectSize looks in the alternates too.
func (s *store) EncodedObjectSize(h plumbing.Hash) (n int64, err error) {
	err = guard(func() error { n, err = s.Storage.EncodedObjectSize(h); return err })
	for i := 0; err == plumbing.ErrObjectNotFound && i < len(s.alternates); i++ {
		n, err = s.alternates[i].EncodedObjectSize(h)
	}
	return n, err
}

// Close releases the pack files.
func (s *store) Close() error {
	err := s.Storage.Close()
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
		return g.unsupported("object format", format)
	}
	if refs := extensions.Option("refstorage"); refs != "" && !strings.EqualFold(refs, "files") {
		return g.unsupported("reference format", refs)
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

// unborn is the error of a HEAD whose branch has no commit yet.
type unborn struct{ error }

// resolve finds the commit that a revision names; "" is HEAD.
func (s *store) resolve(g gitDir, revision string) (*object.Commit, error) {
	if err := s.checkFormat(g); err != nil {
		return nil, err
	}
	if revision == "" || revision == "HEAD" {
		return s.head(g)
	}
	var commit *object.Commit
	err := guard(func() error {
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
		return nil, fmt.Errorf("%s has no revision %q: name a commit, a branch or a tag of it", g.shown, revision)
	}
	return commit, nil
}

// head is the commit that HEAD names. The error is unborn when it names a
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
	case errors.Is(err, plumbing.ErrReferenceNotFound) && len(s.refs().branches) == 0:
		return nil, unborn{fmt.Errorf("%s has no commit yet: commit something first", g.shown)}
	case errors.Is(err, plumbing.ErrReferenceNotFound):
		return nil, unborn{fmt.Errorf("%s: HEAD names a branch that has no commit; name a revision to audit", g.shown)}
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

// maxRefs bounds how many branches, and how many tags, a snapshot names. The
// development subjects have up to 5,000 references, nearly all of pull requests,
// and at most a few hundred of either sort.
const maxRefs = 2000

// refs lists branches and tags by name.
type refs struct {
	branches []string // local ones and origin's
	tags     []string
	cut      bool // there are more than maxRefs of a sort: the first by name are kept
}

// refs reads the names of branches and tags, sorted. What else the repository
// keeps references of (pull requests, notes, stashes) is neither.
func (s *store) refs() refs {
	branches, tags := map[string]bool{}, map[string]bool{}
	_ = guard(func() error {
		list, err := s.IterReferences()
		if err != nil {
			return err
		}
		return list.ForEach(func(ref *plumbing.Reference) error {
			name := string(ref.Name())
			for _, prefix := range []string{"refs/heads/", "refs/remotes/origin/"} {
				if branch, ok := strings.CutPrefix(name, prefix); ok && branch != "HEAD" {
					branches[branch] = true
				}
			}
			if tag, ok := strings.CutPrefix(name, "refs/tags/"); ok {
				tags[tag] = true
			}
			return nil
		})
	})
	r := refs{cut: len(branches) > maxRefs || len(tags) > maxRefs}
	r.branches, r.tags = firstNames(branches), firstNames(tags)
	return r
}

// firstNames is at most maxRefs names of a set, sorted.
func firstNames(set map[string]bool) []string {
	names := slices.Sorted(maps.Keys(set))
	return names[:min(len(names), maxRefs)]
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
