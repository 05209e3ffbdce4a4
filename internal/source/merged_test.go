package source

import (
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestMergedBranches(t *testing.T) {
	t.Parallel()
	dir, repo := newRepository(t, map[string]string{"a": "1"})
	first, _ := repo.Head()
	write(t, dir, map[string]string{"a": "2"})
	second := commit(t, repo, "a")
	for name, id := range map[string]plumbing.Hash{"heads/prod": first.Hash(), "remotes/origin/qa": second, "heads/feature": first.Hash()} {
		repo.Storer.SetReference(plumbing.NewHashReference(plumbing.ReferenceName("refs/"+name), id))
	}
	equal(t, open(t, dir, "master", DefaultLimits).Merged, []string{"prod", "qa"})
	equal(t, open(t, dir, "prod", DefaultLimits).Merged, []string{"prod"})
	s, err := OpenDirectory(t.Context(), dir, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	equal(t, s.Merged, []string{"prod", "qa"})
}
