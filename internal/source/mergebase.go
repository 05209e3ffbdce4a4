package source

import (
	"container/heap"
	"context"
	"fmt"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// MergeBase is the commit at which two revisions of a local repository part, as
// git merge-base finds it; "" is HEAD. Of several it is the youngest. An error is
// one sentence that says what to do.
func MergeBase(ctx context.Context, dir, one, other string) (commit string, err error) {
	err = withStore(dir, func(g gitDir, s *store) error {
		a, err := s.resolve(g, one)
		if err != nil {
			return err
		}
		b, err := s.resolve(g, other)
		if err != nil {
			return err
		}
		base := s.part(ctx, a, b)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case base != nil:
			commit = base.Hash.String()
		case exists(filepath.Join(g.common, "shallow")):
			return fmt.Errorf("%s is a shallow clone that lacks where %s and %s part: run git fetch --unshallow there (fetch-depth: 0 in GitHub Actions)", g.shown, a.Hash, b.Hash)
		default:
			return fmt.Errorf("%s has no commit that %s and %s share: name a base of the same history", g.shown, a.Hash, b.Hash)
		}
		return nil
	})
	return commit, err
}

// What is known of a commit while histories are gone back.
const (
	ofOne   = 1 << iota // one's, or its ancestor
	ofOther             // the other's, or its ancestor
	behind              // an ancestor of one where they part
)

// part goes back both histories, youngest commits first, until what is left is
// behind where they part. It is nil when they share nothing that is here.
func (s *store) part(ctx context.Context, a, b *object.Commit) (base *object.Commit) {
	known := map[plumbing.Hash]int{}
	queue := &byAge{}
	open := 0 // in the queue, and not behind
	mark := func(c *object.Commit, marks int) {
		was := known[c.Hash]
		if was|marks == was {
			return
		}
		known[c.Hash] = was | marks
		heap.Push(queue, c)
	}
	mark(a, ofOne)
	mark(b, ofOther)
	var parts []*object.Commit
	done := map[plumbing.Hash]int{} // with which marks its parents were told
	for queue.Len() > 0 && ctx.Err() == nil {
		if open--; open < 0 {
			if open = queue.open(known); open == 0 {
				break
			}
			open--
		}
		c := heap.Pop(queue).(*object.Commit)
		marks := known[c.Hash]
		if marks == done[c.Hash] {
			continue
		}
		if marks == ofOne|ofOther {
			parts = append(parts, c)
			marks |= behind
		}
		done[c.Hash] = known[c.Hash]
		for _, id := range c.ParentHashes {
			if parent := s.commit(id); parent != nil {
				mark(parent, marks)
			}
		}
	}
	for _, c := range parts {
		if known[c.Hash]&behind == 0 && (base == nil || older(base, c)) {
			base = c
		}
	}
	return base
}

// byAge is a heap of commits, the youngest first.
type byAge []*object.Commit

// open counts those that are not behind where histories part.
func (q byAge) open(known map[plumbing.Hash]int) (n int) {
	for _, c := range q {
		if known[c.Hash]&behind == 0 {
			n++
		}
	}
	return n
}

func (q byAge) Len() int           { return len(q) }
func (q byAge) Less(i, j int) bool { return older(q[j], q[i]) }
func (q byAge) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push is heap's.
func (q *byAge) Push(c any) { *q = append(*q, c.(*object.Commit)) }

// Pop is heap's.
func (q *byAge) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	*q = (*q)[:last]
	return c
}

// older orders commits by time, and those of one time by their ids.
func older(a, b *object.Commit) bool {
	if !a.Committer.When.Equal(b.Committer.When) {
		return a.Committer.When.Before(b.Committer.When)
	}
	return a.Hash.String() < b.Hash.String()
}
