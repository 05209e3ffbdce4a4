package source

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// TestMergeBaseOfRandomHistories is the youngest of those common ancestors that
// no other one descends from, worked out from the whole history.
func TestMergeBaseOfRandomHistories(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 1))
	dir, repo := emptyRepository(t)
	write(t, dir, map[string]string{"a.py": "print()"})
	var ids []string
	ancestors := map[string]map[string]bool{} // itself among them
	for i := range 60 {
		var parents []plumbing.Hash
		above := map[string]bool{}
		for range min(i, 1+random.IntN(2)) {
			parent := ids[max(0, i-1-random.IntN(6))]
			parents = append(parents, plumbing.NewHash(parent))
			for id := range ancestors[parent] {
				above[id] = true
			}
		}
		if i%20 == 10 {
			parents = []plumbing.Hash{plumbing.NewHash(ids[0])}
			above = map[string]bool{ids[0]: true}
		}
		id := commitAt(t, repo, 0, time.Duration(i), parents...)
		above[id] = true
		ids, ancestors[id] = append(ids, id), above
	}
	for range 200 {
		a, b := ids[random.IntN(len(ids))], ids[random.IntN(len(ids))]
		want := ""
		for _, id := range ids { // the youngest is the last
			if ancestors[a][id] && ancestors[b][id] {
				want = id
			}
		}
		got, err := MergeBase(t.Context(), dir, a, b)
		if err != nil || got != want {
			t.Fatalf("%s and %s part at %s, %v; want %s", a, b, got, err, want)
		}
	}
}

func TestMergeBaseSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir, repo := emptyRepository(t)
	write(t, dir, map[string]string{"a.py": "print()"})
	first := commitAt(t, repo, 0, 0)
	base := commitAt(t, repo, 0, 1)
	topic := commitAt(t, repo, 0, 2)
	tree, err := repo.CommitObject(plumbing.NewHash(first))
	if err != nil {
		t.Fatal(err)
	}
	orphan := *tree
	orphan.ParentHashes, orphan.Message = nil, "another history"
	object := repo.Storer.NewEncodedObject()
	if err := orphan.Encode(object); err != nil {
		t.Fatal(err)
	}
	id, err := repo.Storer.SetEncodedObject(object)
	if err != nil {
		t.Fatal(err)
	}
	wants := func(one, other, want string) {
		t.Helper()
		if got, err := MergeBase(t.Context(), dir, one, other); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	}
	wants(id.String(), topic, "name a base of the same history")
	wants("nothing", topic, `has no revision "nothing"`)
	if got, err := MergeBase(t.Context(), dir, base, ""); err != nil || got != base {
		t.Errorf("%s, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git", "shallow"), []byte(topic+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	wants(id.String(), topic, "fetch-depth: 0")
}
