package github_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/source"
)

const (
	blobs    = "GET /repos/*/*/git/blobs/*"
	trees    = "GET /repos/*/*/git/trees/*"
	tarballs = "GET /repos/*/*/tarball/*"
)

// varied has one file of every sort.
func varied() githubtest.Files {
	return githubtest.Files{
		"README.md": "# shop\n", "cmd/shop/main.go": "package main\n", "cmd/shop-tools": "no directory\n", "bin/run": githubtest.Executable("#!/bin/sh\n"),
		"link": githubtest.Link("README.md"), "lib": githubtest.Submodule(strings.Repeat("b", 40)), "big.bin": strings.Repeat("x", 3000), "empty": "",
		"data.lfs": "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n", "ümlaut/ß c.txt": "text\n", "copy.go": "package main\n",
	}
}

func many(n int) githubtest.Files {
	files := githubtest.Files{}
	for i := range n {
		files[fmt.Sprintf("dir%02d/file%04d.go", i%40, i)] = fmt.Sprintf("package p%d\n", i)
	}
	return files
}

// readAll reads all files as an audit does.
func readAll(t *testing.T, s *source.Snapshot) map[string]string {
	t.Helper()
	if err := s.Prepare(t.Context(), s.Files); err != nil {
		t.Fatal(err)
	}
	return contentsOf(t, s)
}

func contentsOf(t *testing.T, s *source.Snapshot) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, f := range s.Files {
		content, err := s.Read(t.Context(), f)
		if err != nil {
			content = []byte("error: " + err.Error())
		}
		got[f.Path] = string(content)
	}
	return got
}

// The same commit is the same snapshot, whether it is read from git or from
// GitHub, and whether GitHub's contents come as blobs or as an archive.
func TestSnapshotIsThatOfGit(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"blobs": 0, "archive": 100} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Commit(shop, "main", many(n))
			commit := b.Commit(shop, "main", varied())
			b.Branch(shop, "release/1", commit)
			b.Tag(shop, "v1", commit)
			b.ArchiveIgnores(shop, "copy.go", "README.md")
			b.ArchiveChanges(shop, "cmd/shop/main.go", "package main\r\n")
			b.ArchiveChanges(shop, "empty", "$Format:%H$")
			limits := source.DefaultLimits
			limits.FileSize = 2000
			got := must(b.client.Snapshot(t.Context(), b.slug, commit, limits))(t)
			dir := t.TempDir()
			b.Clone(shop, dir)
			want := must(source.OpenGit(t.Context(), dir, commit, limits))(t)
			defer want.Close()
			defer got.Close()
			for field, pair := range map[string][2]any{
				"files": {want.Files, got.Files}, "warnings": {want.Warnings, got.Warnings}, "contents": {contentsOf(t, want), readAll(t, got)},
				"names": {[]any{want.Repository, want.Commit, want.Branch, want.Branches, want.Tags}, []any{got.Repository, got.Commit, got.Branch, got.Branches, got.Tags}},
			} {
				if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
					t.Errorf("%s (-git +GitHub):\n%s", field, diff)
				}
			}
			if got.Err() != nil {
				t.Error(got.Err())
			}
			if archives := len(b.Requests(tarballs)); archives != min(n, 1) {
				t.Errorf("%d archives", archives)
			}
		})
	}
}

func TestFewContentsAreFetchedOneByOneAndManyTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	commit := b.Commit(shop, "main", many(400))
	s := must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
	if err := s.Prepare(t.Context(), s.Files[:8]); err != nil {
		t.Fatal(err)
	}
	if n, m := len(b.Requests(blobs)), len(b.Requests(tarballs)); n != 8 || m != 0 {
		t.Errorf("few: %d blobs, %d archives", n, m)
	}
	if err := s.Prepare(t.Context(), s.Files[4:]); err != nil {
		t.Fatal(err)
	}
	contentsOf(t, s) // the first four are gone
	if n, m := len(b.Requests(blobs)), len(b.Requests(tarballs)); n != 12 || m != 1 {
		t.Errorf("many: %d blobs, %d archives", n, m)
	}
	for _, r := range b.Requests("GET /archive") {
		if r.As != "nobody" {
			t.Errorf("asked for the archive as %s", r.As)
		}
	}
	if strings.Contains(b.log.String(), "token=") || strings.Contains(b.log.String(), "ghs_") {
		t.Errorf("a secret was logged:\n%s", b.log)
	}
}

func TestContentsWaitInABoundedWindow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	files := githubtest.Files{}
	for i := range 300 {
		files[fmt.Sprintf("f%03d", i)] = fmt.Sprintf("%0100d", i)
	}
	commit := b.Commit(shop, "main", files)
	b.app.SetWindow(100 * 100)
	s := must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
	for path, content := range readAll(t, s) {
		if content != files[path] {
			t.Errorf("%s: %q", path, content)
		}
	}
	if n, m := len(b.Requests(blobs)), len(b.Requests(tarballs)); n != 0 || m != 3 {
		t.Errorf("%d blobs, %d archives", n, m)
	}
}

func TestTruncatedTreesAreListedByDirectory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	files := many(200)
	for i := range 60 {
		files[fmt.Sprintf("deep/a/b%d/c/file", i)] = "x"
		files[fmt.Sprintf("zz%d", i)] = "x"
	}
	commit := b.Commit(shop, "main", files)
	whole := must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
	b.TruncateTreesAt(120)
	cut := must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
	if diff := cmp.Diff(whole.Files, cut.Files); diff != "" || len(cut.Warnings) != 0 {
		t.Errorf("%v %s", cut.Warnings, diff)
	}
	limits := source.DefaultLimits
	limits.Files = 100
	b.TruncateTreesAt(100_000)
	want := must(b.client.Snapshot(t.Context(), b.slug, commit, limits))(t)
	b.TruncateTreesAt(120)
	got := must(b.client.Snapshot(t.Context(), b.slug, commit, limits))(t)
	if diff := cmp.Diff(want.Files, got.Files); diff != "" || !cmp.Equal(want.Warnings, got.Warnings) || len(got.Warnings) != 1 {
		t.Errorf("%v %v %s", want.Warnings, got.Warnings, diff)
	}
	b.TruncateTreesAt(50) // not even the root is listed whole
	got = must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
	if len(got.Warnings) == 0 || !strings.Contains(got.Warnings[0].Message, "more than GitHub lists") {
		t.Errorf("%v", got.Warnings)
	}
}

func TestWhySnapshotsCantBeHad(t *testing.T) {
	t.Parallel()
	b := setup(t)
	gone := strings.Repeat("e", 40)
	_, err := b.client.Snapshot(t.Context(), b.slug, gone, source.DefaultLimits)
	if !errors.Is(err, github.ErrEmpty) {
		t.Errorf("empty: %v", err)
	}
	b.Commit(shop, "main", varied())
	_, err = b.client.Snapshot(t.Context(), b.slug, gone, source.DefaultLimits)
	if !errors.Is(err, github.ErrCommitGone) || errors.Is(err, github.ErrRepositoryGone) || !errors.Is(err, github.ErrNotFound) {
		t.Errorf("commit gone: %v", err)
	}
	files := githubtest.Files{}
	for path := range varied() {
		files[path] = githubtest.Deleted
	}
	commit := b.Commit(shop, "void", files)
	if _, err = b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits); err == nil || !strings.Contains(err.Error(), "nothing to audit") {
		t.Errorf("no files: %v", err)
	}
	b.SetRepository(shop, "deleted")
	_, err = b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits)
	if !errors.Is(err, github.ErrRepositoryGone) || !strings.HasPrefix(err.Error(), "acme/shop: the repository is gone") {
		t.Errorf("repository gone: %v", err)
	}
	for _, bad := range []string{"", "main", gone + "/../x"} {
		if _, err := b.client.Snapshot(t.Context(), b.slug, bad, source.DefaultLimits); !errors.Is(err, github.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestSnapshotOfAForksPullRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Commit(shop, "main", githubtest.Files{"a": "1"})
	fork := b.Fork(shop, "octo")
	head := b.Commit(fork, "fix", githubtest.Files{"a": "2"})
	b.OpenPullRequest(shop, githubtest.PullRequest{Head: fork, Branch: "fix"})
	s := must(b.client.Snapshot(t.Context(), b.slug, head, source.DefaultLimits))(t)
	if got := contentsOf(t, s); got["a"] != "2" {
		t.Errorf("got %v", got)
	}
}

// archiveBundle is a repository that is read by its archive.
func archiveBundle(t *testing.T) (bundle, *source.Snapshot, githubtest.Files) {
	t.Helper()
	b := setup(t)
	files := many(300)
	commit := b.Commit(shop, "main", files)
	return b, must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t), files
}

func TestArchivesThatFail(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]githubtest.Fault{
		"cut in the middle": {Lost: true, Times: 2}, "cut before": {Cut: true}, "500": {Status: 500}, "404 once": {Status: 404},
		"no gzip": {Status: 200, Body: "<html>"}, "gone link": {Status: 403}, "stalled": {Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s, files := archiveBundle(t)
			if name == "stalled" {
				b.hasten(2 * time.Second) // a loaded machine is slow where nothing stalls
			}
			f.Match = githubtest.ArchiveMatch
			b.Inject(f)
			if got := readAll(t, s); len(got) != len(files) || got["dir01/file0001.go"] != "package p1\n" {
				t.Errorf("%d files", len(got))
			}
			b.Heal()
			f.Times = -1
			b.Inject(f)
			b.ForgetRequests()
			s = must(b.client.Snapshot(t.Context(), b.slug, s.Commit, source.DefaultLimits))(t)
			if err := s.Prepare(t.Context(), s.Files); !errors.As(err, new(github.Unavailable)) || strings.Contains(err.Error(), "token=") {
				t.Errorf("for ever: %v", err)
			}
			asked := len(b.Requests(githubtest.ArchiveMatch))
			if asked < 3 || asked > 4 { // net/http tries again by itself where a kept connection was closed
				t.Errorf("asked %d times", asked)
			}
			if _, err := s.Read(t.Context(), s.Files[0]); !errors.As(err, new(github.Unavailable)) || s.Err() == nil {
				t.Errorf("read: %v, %v", err, s.Err())
			}
			if n := len(b.Requests(githubtest.ArchiveMatch)) + len(b.Requests(blobs)); n != asked {
				t.Errorf("asked %d times when it had failed", n)
			}
		})
	}
}

func TestLimitsMeetArchivesAndBlobs(t *testing.T) {
	t.Parallel()
	b, s, _ := archiveBundle(t)
	b.Inject(githubtest.SecondaryLimit(tarballs, time.Minute))
	var limited github.RateLimited
	if err := s.Prepare(t.Context(), s.Files); !errors.As(err, &limited) || !limited.Secondary {
		t.Errorf("archive: %v", err)
	}
	b.Advance(2 * time.Minute)
	s = must(b.client.Snapshot(t.Context(), b.slug, s.Commit, source.DefaultLimits))(t)
	b.Inject(githubtest.TooMany(blobs, time.Minute))
	if _, err := s.Read(t.Context(), s.Files[0]); !errors.As(err, &limited) || !errors.As(s.Err(), &limited) {
		t.Errorf("blob: %v, %v", err, s.Err())
	}
}

// Archives without many of the files: they are read one by one, as far as the
// limits let.
func TestArchiveLacksMuch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	files := many(300)
	commit := b.Commit(shop, "main", files)
	for path := range files {
		b.ArchiveIgnores(shop, path)
	}
	s := must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
	if err := s.Prepare(t.Context(), s.Files); err != nil || len(b.Requests(blobs)) != 0 {
		t.Fatalf("%v, %d blobs", err, len(b.Requests(blobs)))
	}
	b.Inject(githubtest.Fault{Match: blobs, Skip: 100, Status: 403, Header: map[string]string{"Retry-After": "60"}})
	var limited github.RateLimited
	if got := contentsOf(t, s); !errors.As(s.Err(), &limited) || len(b.Requests(blobs)) != 101 || !strings.HasPrefix(got[s.Files[299].Path], "error: GitHub's secondary") {
		t.Errorf("%v after %d", s.Err(), len(b.Requests(blobs)))
	}
}

func TestBlobsAreProved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	commit := b.Commit(shop, "main", githubtest.Files{"a": "content"})
	s := must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
	b.Inject(githubtest.Fault{Match: blobs, Status: 200, Body: "other"})
	if _, err := s.Read(t.Context(), s.Files[0]); !errors.As(err, new(github.Unavailable)) || s.Err() == nil {
		t.Errorf("got %v", err)
	}
	s = must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
	got := must(s.Read(t.Context(), s.Files[0]))(t)
	if longer := append(got, 'x'); bytes.Equal(must(s.Read(t.Context(), s.Files[0]))(t), longer) || !slices.Equal(got, []byte("content")) {
		t.Errorf("got %q", got)
	}
}

func BenchmarkSnapshot(b *testing.B) {
	s := githubtest.NewUnchecked(b)
	w := setupOn(b, s)
	files := githubtest.Files{}
	for i := range 10_000 {
		files[fmt.Sprintf("service%02d/package%03d/file%05d.go", i%20, i%400, i)] = fmt.Sprintf("package p%d\n%s", i, strings.Repeat("// a line of a comment that says little\n", 70))
	}
	commit := s.Commit(shop, "main", files)
	for name, few := range map[string]int{"list": 0, "list and 20 files": 20, "list and all files": 10_000} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				snapshot := must(w.client.Snapshot(b.Context(), w.slug, commit, source.DefaultLimits))(b)
				if err := snapshot.Prepare(b.Context(), snapshot.Files[:few]); err != nil {
					b.Fatal(err)
				}
				for _, f := range snapshot.Files[:few] {
					if _, err := snapshot.Read(b.Context(), f); err != nil {
						b.Fatal(err)
					}
				}
				snapshot.Close()
			}
		})
	}
}
