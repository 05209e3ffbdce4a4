//go:build unix

package engine_test

import (
	"fmt"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
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

// TestAgainOnHistory audits the last commits of real repositories, oldest
// first, with a memory and without: HISTORIES are bare repositories, separated
// by spaces, COMMITS how many of each. It says what the audits by memory cost of
// the processors' time, which a busy machine changes less than the clock's.
func TestAgainOnHistory(t *testing.T) {
	if os.Getenv("HISTORIES") == "" {
		t.Skip("HISTORIES names no repositories")
	}
	for _, dir := range strings.Fields(os.Getenv("HISTORIES")) {
		historyAgain(t, dir)
	}
}

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
		runtime.GC() // what the last comparison left is not this audit's
		start := processors(t)
		s := open(listings, id)
		again, stats, err := engine.Again(t.Context(), s, memory, engine.Options{Options: files.Options{Inspector: files.InProcess(), Cache: cache}})
		if err != nil {
			t.Fatal(err)
		}
		if took = append(took, processors(t)-start); i > 0 {
			t.Logf("%s: %.0f ms, %d contents inspected", id[:8], took[i].Seconds()*1000, stats.Stats.Inspected)
		}
		_ = s.Close()
		s = open(listings, id)
		cold, _, err := engine.Audit(t.Context(), s, rules.All(), engine.Options{Options: files.Options{Inspector: files.InProcess(), Cache: cache}})
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

// processors is the time that this process has had of all processors.
func processors(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
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
