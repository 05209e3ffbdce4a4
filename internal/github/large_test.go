package github_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/source"
)

// A tree of more entries than GitHub lists at once, and than an audit takes.
func TestAHundredThousandFiles(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: it takes seconds")
	}
	b := setupOn(t, githubtest.NewUnchecked(t))
	b.hasten(time.Minute)
	files := githubtest.Files{}
	for i := range 130_000 {
		files[fmt.Sprintf("s%02d/p%03d/f%06d.go", i%20, i%400, i)] = fmt.Sprintf("package p%d\n", i%1000)
	}
	commit := b.Commit(shop, "main", files)
	s := must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
	if n := len(s.Files); n < 119_000 || n > 120_000 || len(s.Warnings) != 1 || s.Warnings[0].Message != "left out: everything after the first 120000 entries" {
		t.Errorf("%d files, %v", n, s.Warnings)
	}
	if n := len(b.Requests(trees)); n > 25 {
		t.Errorf("%d requests for the list", n)
	}
	if err := s.Prepare(t.Context(), s.Files); err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Files {
		if _, err := s.Read(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	if n, m := len(b.Requests(tarballs)), len(b.Requests(blobs)); n != 1 || m != 0 {
		t.Errorf("%d archives, %d blobs", n, m)
	}
}

// A list of files may be longer than other answers, but not endless.
func TestATreeMayBeLonger(t *testing.T) {
	t.Parallel()
	b := setup(t)
	commit := b.Commit(shop, "main", githubtest.Files{"a": "1"})
	b.Inject(githubtest.Fault{Match: trees, Status: 200, Body: `{"sha":"x","truncated":false,"tree":[{"path":"` + string(make([]byte, 97<<20))})
	if _, err := b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits); !errors.As(err, new(github.Unavailable)) {
		t.Errorf("got %.200v", err)
	}
}
