package source

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Past lists the commits, along the first parents of one, at which the last so
// many weeks before it ended, oldest first; see Weeks. It ends where a shallow
// clone does. Commits that could not be audited are left out: at which dir was not
// there or held nothing, or of which a partial clone lacks too much.
func Past(ctx context.Context, dir, commit string, weeks int) (list []Commit, err error) {
	err = withStore(dir, func(g gitDir, s *store) error {
		at, err := s.resolve(g, commit)
		if err != nil {
			return err
		}
		w := NewWeeks(at.Committer.When, weeks)
		if err := s.goBack(ctx, g, at, w); err != nil {
			return err
		}
		holds := s.holds
		if s.promised(g) {
			holds = s.hasContents(ctx, g)
		}
		for _, c := range w.Commits() {
			commit := s.commit(plumbing.NewHash(c.SHA))
			if commit != nil && holds(commit, below(g, dir)) {
				list = append(list, c)
			}
		}
		return ctx.Err()
	})
	return list, err
}

// CommittedAt tells when a commit was made.
func CommittedAt(dir, commit string) (at time.Time, err error) {
	err = withStore(dir, func(g gitDir, s *store) error {
		c, err := s.resolve(g, commit)
		if err == nil {
			at = c.Committer.When
		}
		return err
	})
	return at, err
}

// withStore opens the repository that dir belongs to.
func withStore(dir string, do func(gitDir, *store) error) error {
	if err := checkDirectory(dir); err != nil {
		return err
	}
	g, found, err := findGit(dir)
	switch {
	case err != nil:
		return err
	case !found:
		return notInGit(dir, "")
	}
	s := openStore(g, DefaultLimits.FileSize)
	defer s.Close()
	return do(g, s)
}

// goBack tells weeks of a commit and its first parents, until they have enough
// or history ends.
func (s *store) goBack(ctx context.Context, g gitDir, at *object.Commit, w *Weeks) error {
	grafted := shallowEnds(g)
	for range maxHistory {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.Take(Commit{at.Hash.String(), at.Committer.When})
		if _, more := w.Left(); !more || len(at.ParentHashes) == 0 || grafted[at.Hash.String()] {
			return nil
		}
		if at = s.commit(at.ParentHashes[0]); at == nil {
			return nil
		}
	}
	return nil
}

// shallowEnds are the commits whose parents a shallow clone does not have, or
// has by chance.
func shallowEnds(g gitDir) map[string]bool {
	ends := map[string]bool{}
	text, err := readSmall(filepath.Join(g.common, "shallow"))
	if err == nil {
		for _, id := range strings.Fields(text) {
			ends[id] = true
		}
	}
	return ends
}

// holds reports whether a commit has something in a directory.
func (s *store) holds(commit *object.Commit, prefix string) bool {
	tree, err := readTree(s, commit.TreeHash)
	for _, name := range strings.FieldsFunc(prefix, func(r rune) bool { return r == '/' }) {
		if err != nil {
			return false
		}
		entry := entryOf(tree, name)
		if entry == nil || entry.mode != filemode.Dir {
			return false
		}
		tree, err = readTree(s, entry.id)
	}
	return err == nil && len(tree) > 0
}

// hasContents is holds for a partial clone, which may lack what files held then.
func (s *store) hasContents(ctx context.Context, g gitDir) func(*object.Commit, string) bool {
	kept := NewListings(DefaultLimits.Files)
	return func(commit *object.Commit, prefix string) bool {
		snapshot, err := kept.listCommit(ctx, s, g, commit, prefix, DefaultLimits)
		return err == nil && len(snapshot.Files) > 0
	}
}
