package source

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// made keeps trees and commits by their ids.
type made map[string][]byte

func (m made) keep(kind plumbing.ObjectType, content string) string {
	id := objectID(kind, []byte(content)).String()
	m[id] = []byte(content)
	return id
}

// tree makes a tree of "100644 name" and ids.
func (m made) tree(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		id := plumbing.NewHash(pairs[i+1])
		fmt.Fprintf(&b, "%s\x00%s", pairs[i], id[:])
	}
	return m.keep(plumbing.TreeObject, b.String())
}

func (m made) commit(tree string) string {
	return m.keep(plumbing.CommitObject, "tree "+tree+"\nauthor A <a@example.com> 1 +0000\n\nm\n")
}

func TestEntries(t *testing.T) {
	t.Parallel()
	objects, blob := made{}, strings.Repeat("b", 40)
	deep := objects.tree("100644 x", blob)
	for range 5 {
		deep = objects.tree("100664 f", blob, "40000 d", deep)
	}
	commit := objects.commit(deep)
	paths := func(limits Limits) (list []string) {
		entries, err := Entries(commit, objects, limits)
		if err != nil {
			t.Error(err)
		}
		for _, e := range entries {
			list = append(list, e.Mode+" "+e.Path)
		}
		return list
	}
	equal(t, paths(Limits{Depth: 2}), []string{"100644 f", "040000 d", "100644 d/f", "040000 d/d"})
	equal(t, paths(Limits{Files: 2}), []string{"100644 f", "040000 d", "100644 d/f"})
	equal(t, len(paths(DefaultLimits)), 11)

	// Twice as many with each directory further down: no more is listed than may be.
	twice := objects.tree("100644 x", blob)
	for range 40 {
		twice = objects.tree("40000 a", twice, "40000 b", twice)
	}
	if entries, err := Entries(objects.commit(twice), objects, DefaultLimits); err != nil || len(entries) > DefaultLimits.Files+100 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
	for name, id := range map[string]string{
		"no commit": strings.Repeat("e", 40), "a tree for a commit": deep, "a missing tree": objects.commit(strings.Repeat("d", 40)),
		"a commit for a tree": objects.commit(commit), "a name with a slash": objects.commit(objects.tree("100644 a/b", blob)), "a missing directory": objects.commit(objects.tree("40000 a", blob)),
	} {
		if _, err := Entries(id, objects, DefaultLimits); !errors.Is(err, errDamaged) && !errors.Is(err, ErrAbsent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
