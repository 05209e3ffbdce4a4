package source

import (
	"regexp"
	"slices"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// environmentBranch are names of environments alone.
var environmentBranch = regexp.MustCompile(`(?i)^(prod|production|prd|live|staging|stage|stg|uat|qa|pre-?prod|pre-?production)$`)

// NamesEnvironment reports whether a branch is called as an environment is.
func NamesEnvironment(branch string) bool { return environmentBranch.MatchString(branch) }

const (
	// maxHistory bounds how many commits are gone back; a year of a busy repository
	// has some thousands.
	maxHistory = 20_000
	// clockSkew is how much younger than its child a commit may say that it is.
	clockSkew = 48 * time.Hour
)

// merged are those branches, called as environments are, that have no commit which
// the one that was read does not have: what was deployed from them once is in it.
// History is gone back only as far as their own commits are old.
func (s *store) merged(commit *object.Commit, branches []string) []string {
	heads := map[plumbing.Hash][]string{}
	oldest := commit.Committer.When
	for _, branch := range branches {
		if !NamesEnvironment(branch) {
			continue
		}
		if head := s.branchHead(branch); head != nil {
			heads[head.Hash] = append(heads[head.Hash], branch)
			if head.Committer.When.Before(oldest) {
				oldest = head.Committer.When
			}
		}
	}
	var list []string
	seen := map[plumbing.Hash]bool{commit.Hash: true}
	for queue := []*object.Commit{commit}; len(queue) > 0 && len(heads) > 0 && len(seen) < maxHistory; queue = queue[1:] {
		at := queue[0]
		list = append(list, heads[at.Hash]...)
		delete(heads, at.Hash)
		if at.Committer.When.Before(oldest.Add(-clockSkew)) {
			continue
		}
		for _, id := range at.ParentHashes {
			if seen[id] {
				continue
			}
			seen[id] = true
			if parent := s.commit(id); parent != nil {
				queue = append(queue, parent)
			}
		}
	}
	slices.Sort(list)
	return list
}

// branchHead is the newest commit of a branch, nil where it can't be read.
func (s *store) branchHead(branch string) *object.Commit {
	for _, prefix := range branchPrefixes {
		if ref, err := s.Reference(plumbing.ReferenceName(prefix + branch)); err == nil && ref.Type() == plumbing.HashReference {
			return s.commit(ref.Hash())
		}
	}
	return nil
}

// commit is a commit by its id, nil where it can't be read: in a shallow clone
// history ends somewhere.
func (s *store) commit(id plumbing.Hash) (commit *object.Commit) {
	if guard(func() (err error) { commit, err = object.GetCommit(s, id); return err }) != nil {
		return nil
	}
	return commit
}
