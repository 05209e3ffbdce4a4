package engine_test

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

// historyAgain audits the last commits of a bare repository as TestAgainOnHistory
// says, and tells what each cost.
func historyAgain(t *testing.T, dir string) {
	commits, err := strconv.Atoi(os.Getenv("COMMITS"))
	if err != nil {
		commits = 30
	}
	ids := lastCommits(t, dir, commits)
	open := func(listings *source.Listings, id string) *source.Snapshot {
		s, err := listings.OpenGit(t.Context(), dir, id, source.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	cache, listings, memory := remembered{}, source.NewListings(100_000), audit.NewMemory(rules.All(), 100_000)
	var took []time.Duration
	for i, id := range ids {
		s, start := open(listings, id), time.Now()
		again, stats, err := engine.Again(t.Context(), s, memory, files.Options{Inspector: files.InProcess(), Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		if took = append(took, time.Since(start)); i > 0 {
			t.Logf("%s: %.0f ms, %d contents inspected", id[:8], took[i].Seconds()*1000, stats.Stats.Inspected)
		}
		_ = s.Close()
		s = open(listings, id)
		cold, _, err := engine.Audit(t.Context(), s, rules.All(), files.Options{Inspector: files.InProcess(), Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		if !sameAudit(t, cold, again) {
			t.Fatalf("%s at %s", dir, id)
		}
	}
	if len(took) > 1 {
		slices.Sort(took[1:])
		fmt.Printf("%s: %d commits are the same; first %.0f ms, then median %.0f ms, slowest %.0f ms\n", path.Base(path.Dir(dir)), len(ids),
			took[0].Seconds()*1000, took[1+(len(took)-1)/2].Seconds()*1000, took[len(took)-1].Seconds()*1000)
	}
}

// lastCommits are the ids of first parents, oldest first.
func lastCommits(t *testing.T, dir string, n int) []string {
	t.Helper()
	repo, err := git.PlainOpen(dir)
	if err != nil {
		t.Fatal(err)
	}
	head, err := repo.Head()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for commit, err := repo.CommitObject(head.Hash()); len(ids) < n; commit, err = firstParent(commit) {
		if err != nil {
			break // the root, or where a shallow clone ends
		}
		ids = append(ids, commit.Hash.String())
	}
	slices.Reverse(ids)
	return ids
}

func firstParent(c *object.Commit) (*object.Commit, error) { return c.Parent(0) }
