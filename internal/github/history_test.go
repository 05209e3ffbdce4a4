package github_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
)

func TestPullRequests(t *testing.T) {
	t.Parallel()
	b := setup(t)
	base := b.Commit(shop, "main", githubtest.Files{"a": "1\n"})
	fork := b.Fork(shop, "octo")
	head := b.Commit(fork, "fix", githubtest.Files{"a": "2\n"})
	number := b.OpenPullRequest(shop, githubtest.PullRequest{Title: "Fix a", Head: fork, Branch: "fix", Draft: true})
	later := b.Commit(shop, "main", githubtest.Files{"b": "1\n"})
	got := must(b.client.PullRequest(t.Context(), b.slug, number))(t)
	got.UpdatedAt = time.Time{}
	want := github.PullRequest{Number: 1, Title: "Fix a", Author: "octo", State: "open", Draft: true, HeadSHA: head, HeadRef: "fix", HeadRepository: "octo/shop", BaseSHA: base, BaseRef: "main"}
	if got != want {
		t.Errorf("got %+v", got)
	}
	if common := must(b.client.MergeBase(t.Context(), b.slug, later, head))(t); common != base {
		t.Errorf("merge base %s", common)
	}
	for i := range 105 {
		branch := fmt.Sprintf("b%d", i)
		b.Commit(shop, branch, githubtest.Files{"c": branch})
		b.OpenPullRequest(shop, githubtest.PullRequest{Branch: branch})
	}
	if open := must(b.client.OpenPullRequests(t.Context(), b.slug))(t); len(open) != 106 || open[105].Number != 1 {
		t.Errorf("%d are open", len(open))
	}
	merge := b.Merge(shop, number)
	for _, commit := range []string{head, merge} {
		of := must(b.client.PullRequestsOf(t.Context(), b.slug, commit))(t)
		if len(of) != 1 || of[0].Number != number || !of[0].Merged || of[0].MergeCommit != merge || of[0].State != "closed" {
			t.Errorf("of %s: %+v", commit, of)
		}
	}
	if of := must(b.client.PullRequestsOf(t.Context(), b.slug, strings.Repeat("e", 40)))(t); len(of) != 0 {
		t.Errorf("of no commit: %+v", of)
	}
	b.SetRepository(fork, "deleted")
	if got := must(b.client.PullRequest(t.Context(), b.slug, number))(t); got.HeadRepository != "" || got.HeadSHA != head || !got.Merged {
		t.Errorf("without its fork: %+v", got)
	}
}

func TestMergeBaseOfNothingInCommon(t *testing.T) {
	t.Parallel()
	b := setup(t)
	commit := b.Commit(shop, "main", githubtest.Files{"a": "1\n"})
	if _, err := b.client.MergeBase(t.Context(), b.slug, commit, strings.Repeat("e", 40)); !errors.Is(err, github.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if got := must(b.client.MergeBase(t.Context(), b.slug, commit, commit))(t); got != commit {
		t.Errorf("got %s", got)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	commit := b.Commit(shop, "main", githubtest.Files{".twelvefold.yml": "ignore: []\n", "a/b/c.txt": "deep", "link": githubtest.Link(".twelvefold.yml"), "a/sub": githubtest.Submodule(strings.Repeat("b", 40))})
	for name, want := range map[string]string{".twelvefold.yml": "ignore: []\n", "a/b/c.txt": "deep", "/a//b/./c.txt": "deep"} {
		if got := must(b.client.File(t.Context(), b.slug, commit, name, 100))(t); string(got) != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, name := range []string{"", "x", "a", "a/b", "a/b/x", "a/b/c.txt/x", "link", "a/sub", "../.twelvefold.yml/x"} {
		if _, err := b.client.File(t.Context(), b.slug, commit, name, 100); !errors.Is(err, github.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := b.client.File(t.Context(), b.slug, commit, "a/b/c.txt", 3); !errors.Is(err, github.ErrInvalid) {
		t.Errorf("too large: %v", err)
	}
}

func TestHeadsAndNames(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.client.Head(t.Context(), b.slug, "main"); !errors.Is(err, github.ErrEmpty) {
		t.Errorf("empty: %v", err)
	}
	for _, branch := range []string{"main", "feature/one", "ümlaut", "a#b?c%d"} {
		commit := b.Commit(shop, branch, githubtest.Files{"a": branch})
		if got := must(b.client.Head(t.Context(), b.slug, branch))(t); got != commit {
			t.Errorf("%s: %s", branch, got)
		}
	}
	for _, branch := range []string{"", "gone", "feature"} {
		if _, err := b.client.Head(t.Context(), b.slug, branch); !errors.Is(err, github.ErrNotFound) && !errors.Is(err, github.ErrInvalid) {
			t.Errorf("%q: %v", branch, err)
		}
	}
	for _, slug := range []github.Slug{{}, {Owner: "..", Name: "x"}, {Owner: "acme", Name: "../app"}, {Owner: "acme", Name: "a b"}, {Owner: "acme", Name: "x?y"}} {
		if _, err := b.client.Head(t.Context(), slug, "main"); !errors.Is(err, github.ErrInvalid) {
			t.Errorf("%v: %v", slug, err)
		}
	}
}

func TestWeekly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	now := b.Now()
	monday := now.Truncate(24*time.Hour).AddDate(0, 0, -int(now.Weekday()+6)%7)
	at := func(week, day int) time.Time { return monday.AddDate(0, 0, -7*week+day) }
	var want []string
	b.CommitAt(shop, "main", at(9, 0), githubtest.Files{"a": "long ago"})
	want = append(want, b.CommitAt(shop, "main", at(6, 3), githubtest.Files{"a": "w6"})) // also the state of the weeks 5 and 4
	b.CommitAt(shop, "main", at(3, 1), githubtest.Files{"a": "w3 early"})
	want = append(want, b.CommitAt(shop, "main", at(3, 6), githubtest.Files{"a": "w3"}))
	b.CommitAt(shop, "side", at(2, 5), githubtest.Files{"b": "on a branch, merged later"})
	want = append(want, b.CommitAt(shop, "main", at(2, 2), githubtest.Files{"a": "w2"}))
	b.OpenPullRequest(shop, githubtest.PullRequest{Branch: "side"})
	b.Merge(shop, 1) // now: in no week that ended
	commits := must(b.client.Weekly(t.Context(), b.slug, "main", 6))(t)
	var got []string
	for _, c := range commits {
		got = append(got, c.SHA)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, not %v", commits, want)
	}
	if len(commits) == 3 && !commits[0].At.Equal(at(6, 3)) {
		t.Errorf("committed at %v", commits[0].At)
	}
	if got := must(b.client.Weekly(t.Context(), b.slug, "main", 0))(t); len(got) != 0 {
		t.Errorf("no weeks: %v", got)
	}
	if got := must(b.client.Weekly(t.Context(), b.slug, "main", 52))(t); len(got) != 4 {
		t.Errorf("a year: %v", got)
	}
}

// What stands before the listing is asked for week by week.
func TestWeeklyOfAQuietYear(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := b.CommitAt(shop, "main", b.Now().AddDate(-3, 0, 0), githubtest.Files{"a": "1"})
	got := must(b.client.Weekly(t.Context(), b.slug, "main", 52))(t)
	if len(got) != 1 || got[0].SHA != old {
		t.Errorf("got %+v", got)
	}
	if n := len(b.Requests("GET /repos/*/*/commits")); n > 3 {
		t.Errorf("%d requests", n)
	}
}
