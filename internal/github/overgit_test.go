package github_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/source"
)

const packs = "POST /acme/shop.git/git-upload-pack"

// gitBundle is a repository with contents of every size, that git makes deltas of, and a
// snapshot that is asked for sparingly.
func gitBundle(t *testing.T) (bundle, *source.Snapshot, githubtest.Files) {
	t.Helper()
	githubtest.Git(t)
	b := setup(t)
	files := githubtest.Files{"empty": "", "copy/a": "twice\n", "copy/b": "twice\n", "zeros": string(make([]byte, 70_000)), "run": githubtest.Executable("#!/bin/sh\n"), "link": githubtest.Link("empty"), "sub": githubtest.Submodule(strings.Repeat("b", 40))}
	random := rand.New(rand.NewPCG(1, 2))
	long := make([]byte, 20_000)
	for i := range long {
		long[i] = byte(random.Uint32())
	}
	for i := range 12 {
		long[random.IntN(len(long))]++
		files[fmt.Sprintf("long/%02d.bin", i)] = "x" + string(long)
	}
	maps.Copy(files, many(40))
	commit := b.Commit(shop, "main", files)
	return b, must(b.client.Sparing().Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t), files
}

func (b bundle) holds(t *testing.T, s *source.Snapshot, files githubtest.Files) {
	t.Helper()
	got := readAll(t, s)
	for path, want := range files {
		want = strings.TrimPrefix(want, githubtest.Executable(""))
		if path != "link" && path != "sub" && got[path] != want {
			t.Errorf("%s has %d bytes, not %d: %.80q", path, len(got[path]), len(want), got[path])
		}
	}
	if s.Err() != nil {
		t.Error(s.Err())
	}
}

func TestContentsOverGit(t *testing.T) {
	t.Parallel()
	b, s, files := gitBundle(t)
	b.holds(t, s, files)
	if n, m, k := len(b.Requests(packs)), len(b.Requests(blobs)), len(b.Requests(tarballs)); n != 1 || m != 0 || k != 0 {
		t.Errorf("%d packs, %d blobs, %d archives", n, m, k)
	}
	if as := b.Requests(packs)[0].As; as != fmt.Sprintf("installation %d", b.installation) {
		t.Errorf("asked as %s", as)
	}
	if strings.Contains(b.log.String(), "ghs_") || strings.Contains(b.log.String(), "Basic") {
		t.Errorf("a secret was logged:\n%s", b.log)
	}
}

// Windows and git go together: one pack for each.
func TestContentsOverGitWaitInAWindow(t *testing.T) {
	t.Parallel()
	b, s, files := gitBundle(t)
	b.app.SetWindow(130_000)
	s = must(b.client.Sparing().Snapshot(t.Context(), b.slug, s.Commit, source.DefaultLimits))(t)
	b.holds(t, s, files)
	if n, m := len(b.Requests(packs)), len(b.Requests(blobs)); n != 4 || m != 0 { // one of trees
		t.Errorf("%d packs, %d blobs", n, m)
	}
}

// What goes wrong once is tried again; what is refused, or goes wrong for ever, is had
// from the API, and git is not asked again for an hour, unless only these objects were refused.
func TestGitThatFails(t *testing.T) {
	t.Parallel()
	result := map[string]string{"Content-Type": "application/x-git-upload-pack-result"}
	for name, c := range map[string]struct {
		fault         githubtest.Fault
		once, forever int // requests of git's protocol
	}{
		"cut before":       {githubtest.Fault{Cut: true}, 2, 3},
		"cut within":       {githubtest.Fault{Lost: true}, 2, 3},
		"slow":             {githubtest.Fault{Delay: time.Hour}, 2, 3},
		"500":              {githubtest.Fault{Status: 500}, 2, 3},
		"token refused":    {githubtest.Fault{Status: 401}, 2, 2},
		"forbidden":        {githubtest.Fault{Status: 403}, 1, 1},
		"not found":        {githubtest.Fault{Status: 404}, 1, 1},
		"moved":            {githubtest.Fault{Status: 301, Header: map[string]string{"Location": "https://example.org/"}}, 1, 1},
		"a page":           {githubtest.Fault{Status: 200, Body: "<html>", Header: map[string]string{"Content-Type": "text/html"}}, 1, 1},
		"not git":          {githubtest.Fault{Status: 200, Body: "<html>", Header: result}, 1, 1},
		"nothing":          {githubtest.Fault{Status: 200, Body: "0000", Header: result}, 1, 1},
		"a refusal":        {githubtest.Fault{Status: 200, Body: "0012ERR not today\n", Header: result}, 1, 1},
		"of one":           {githubtest.Fault{Status: 200, Body: "0023ERR upload-pack: not our ref x\n", Header: result}, 1, 4},
		"fatal":            {githubtest.Fault{Status: 200, Body: "000dpackfile\n000a\x03fatal0000", Header: result}, 1, 1},
		"no pack":          {githubtest.Fault{Status: 200, Body: "000dpackfile\n0015\x01this is no pack0000", Header: result}, 1, 1},
		"too many":         {githubtest.Fault{Status: 200, Body: "000dpackfile\n0011\x01PACK\x00\x00\x00\x02\x00\x01\x00\x000000", Header: result}, 1, 1},
		"larger than said": {githubtest.Fault{Status: 200, Body: "000dpackfile\n0018\x01PACK\x00\x00\x00\x02\x00\x00\x00\x01\xbf\xff\xff\xff\xff\x7f\x780000", Header: result}, 1, 4},
		"too little":       {githubtest.Fault{Status: 200, Body: "000dpackfile\n0011\x01PACK\x00\x00\x00\x02\x00\x00\x00\x000000", Header: result}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s, files := gitBundle(t)
			if name == "slow" {
				b.hasten(2 * time.Second)
			}
			c.fault.Match = packs
			b.Inject(c.fault)
			b.holds(t, s, files)
			if n := len(b.Requests(packs)); n != c.once && n != c.once+1 { // net/http tries again by itself where a kept connection was closed
				t.Errorf("asked git %d times, not %d", n, c.once)
			}
			if n := len(b.Requests(blobs)) + len(b.Requests(tarballs)); (n > 0) != (c.once == 1) {
				t.Errorf("asked the API %d times", n)
			}
			b.Advance(2 * time.Hour)
			b.Heal()
			b.ForgetRequests()
			c.fault.Times = -1
			b.Inject(c.fault)
			for range 2 {
				s = must(b.client.Sparing().Snapshot(t.Context(), b.slug, s.Commit, source.DefaultLimits))(t)
				b.holds(t, s, files)
			}
			if n := len(b.Requests(packs)); n < c.forever || n > c.forever+1 {
				t.Errorf("asked git %d times, not %d", n, c.forever)
			}
			if n := len(b.Requests(tarballs)); n != 2 {
				t.Errorf("%d archives", n)
			}
		})
	}
}

// A limit of git's servers is waited for by the job, and by nobody else.
func TestLimitsOfGit(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]githubtest.Fault{"429": githubtest.TooMany(packs, 0), "429 and when": githubtest.TooMany(packs, time.Minute), "403 and when": githubtest.SecondaryLimit(packs, time.Minute)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s, _ := gitBundle(t)
			b.Inject(f)
			var limited github.RateLimited
			if err := s.Prepare(t.Context(), s.Files); !errors.As(err, &limited) || limited.Until.Before(b.Now().Add(50*time.Second)) || limited.Until.After(b.Now().Add(2*time.Minute)) {
				t.Errorf("got %v", err)
			}
			if _, err := b.client.Head(t.Context(), b.slug, "main"); err != nil {
				t.Errorf("the API was not asked: %v", err)
			}
			if n := len(b.Requests(packs)) + len(b.Requests(tarballs)); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// A content that git's server lacks ends its answer: all come from the API.
func TestGitLacksAContent(t *testing.T) {
	t.Parallel()
	b, s, files := gitBundle(t)
	list := slices.Clone(s.Files)
	list[0].Blob = strings.Repeat("d", 40)
	if err := s.Prepare(t.Context(), list); err != nil { // many: from the archive, and one that isn't there
		if !errors.Is(err, github.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
	if !strings.Contains(b.log.String(), "not our ref "+list[0].Blob) {
		t.Errorf("why is not logged:\n%s", b.log)
	}
	b.holds(t, must(b.client.Sparing().Snapshot(t.Context(), b.slug, s.Commit, source.DefaultLimits))(t), files)
	if n, m := len(b.Requests(packs)), len(b.Requests(tarballs)); n != 3 || m != 1 {
		t.Errorf("%d packs, %d archives", n, m)
	}
}

// What everybody waits for does not go by way of git.
func TestOnlyTheSparingAskGit(t *testing.T) {
	t.Parallel()
	b, s, files := gitBundle(t)
	s = must(b.client.Snapshot(t.Context(), b.slug, s.Commit, source.DefaultLimits))(t)
	b.holds(t, s, files)
	if n := len(b.Requests(packs)); n != 0 {
		t.Errorf("%d packs", n)
	}
}

// sparingly audits commits as backfill does, and tells what they cost.
func (b bundle) sparingly(t *testing.T, known signals, commits ...string) (requests, packed int) {
	t.Helper()
	b.ForgetRequests()
	dir := t.TempDir()
	b.Clone(shop, dir)
	for _, commit := range commits {
		want, err := audited(t, must(source.OpenGit(t.Context(), dir, commit, source.DefaultLimits))(t), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := audited(t, must(b.client.Sparing().Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t), known)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at %s (-clone +GitHub):\n%s", commit, diff)
		}
	}
	return len(b.Requests(trees)) + len(b.Requests(blobs)) + len(b.Requests(tarballs)), len(b.Requests(packs))
}

// A past costs the API one request, for the first commit's files and their sizes: the
// others' trees and contents are git's.
func TestThePastCostsTheAPINearlyNothing(t *testing.T) {
	t.Parallel()
	githubtest.Git(t)
	b := setup(t)
	var weeks []string
	for week := range 6 {
		files := githubtest.Files{"main.go": fmt.Sprintf("package main // %d\n", week), "logo.png": fmt.Sprint("png", week), "Procfile": "web: shop\n", fmt.Sprintf("a/b/c%d.go", week): "package c\n"}
		maps.Copy(files, many(week*15)) // too many to come one by one
		if week > 0 {
			files[fmt.Sprintf("a/b/c%d.go", week-1)] = githubtest.Deleted
		}
		weeks = append(weeks, b.Commit(shop, "main", files))
	}
	slices.Reverse(weeks)
	known := signals{}
	if requests, packed := b.sparingly(t, known, weeks[0]); requests != 1 || packed != 1 {
		t.Errorf("the first costs %d requests and %d packs", requests, packed)
	}
	if requests, packed := b.sparingly(t, known, weeks[1:]...); requests != 0 || packed != 10 {
		t.Errorf("the others cost %d requests and %d packs", requests, packed)
	}
	if requests, packed := b.sparingly(t, known, weeks[:2]...); requests != 0 || packed != 2 {
		t.Errorf("again they cost %d requests and %d packs", requests, packed)
	}
}

// Contents that are more than may wait in memory are not fetched for their sizes.
func TestSizesThatCostTooMuch(t *testing.T) {
	t.Parallel()
	githubtest.Git(t)
	b := setup(t)
	large := b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n", "film": strings.Repeat("x", 2_000_000)})
	head := b.Commit(shop, "main", githubtest.Files{"film": githubtest.Deleted})
	b.app.SetWindow(1_000_000)
	known := signals{}
	if requests, packed := b.sparingly(t, known, head, large); requests != 2 || packed != 3 {
		t.Errorf("%d requests and %d packs", requests, packed)
	}
	if requests, packed := b.sparingly(t, known, large, head); requests != 0 || packed != 2 {
		t.Errorf("again %d requests and %d packs", requests, packed)
	}
}

// Sizes are kept of few repositories; one that was forgotten costs a request again.
func TestSizesAreKeptOfFewRepositories(t *testing.T) {
	t.Parallel()
	githubtest.Git(t)
	b := setup(t)
	list := func(name string) {
		commit := b.HeadOf("acme/"+name, "main")
		if commit == "" {
			commit = b.Commit("acme/"+name, "main", githubtest.Files{"a": name})
		}
		must(b.client.Sparing().Snapshot(t.Context(), github.Slug{Owner: "acme", Name: name}, commit, source.DefaultLimits))(t)
	}
	for i := range 4 {
		b.AddRepository(b.installation, fmt.Sprintf("acme/more%d", i))
	}
	for _, step := range []struct {
		name string
		want int
	}{{"shop", 1}, {"more0", 2}, {"more1", 3}, {"more2", 4}, {"shop", 4}, {"more3", 5}, {"shop", 5}, {"more0", 6}, {"more3", 6}} {
		if list(step.name); len(b.Requests(trees)) != step.want {
			t.Errorf("%s: %d requests, not %d", step.name, len(b.Requests(trees)), step.want)
		}
	}
}

// A token goes to no other site than that of the API.
func TestNoTokenLeavesForAnotherSite(t *testing.T) {
	t.Parallel()
	b, s, files := gitBundle(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s with %v", r.URL, r.Header) }))
	defer elsewhere.Close()
	for _, site := range []string{"", elsewhere.URL, "https" + strings.TrimPrefix(b.URL, "http")} {
		app, err := github.New(github.Options{AppID: b.AppID, PrivateKey: b.PrivateKey, URL: site, APIURL: b.APIURL, Now: b.Now})
		if err != nil {
			t.Fatal(err)
		}
		b.holds(t, must(app.For(b.installation).Sparing().Snapshot(t.Context(), b.slug, s.Commit, source.DefaultLimits))(t), files)
	}
	if n, m := len(b.Requests(packs)), len(b.Requests(tarballs)); n != 0 || m != 3 {
		t.Errorf("%d packs, %d archives", n, m)
	}
}

// A commit that is gone is gone over git, too.
func TestACommitThatIsGoneOverGit(t *testing.T) {
	t.Parallel()
	b, s, files := gitBundle(t)
	if _, err := b.client.Sparing().Snapshot(t.Context(), b.slug, strings.Repeat("e", 40), source.DefaultLimits); !errors.Is(err, github.ErrCommitGone) {
		t.Errorf("got %v", err)
	}
	b.holds(t, must(b.client.Sparing().Snapshot(t.Context(), b.slug, s.Commit, source.DefaultLimits))(t), files)
	if n := len(b.Requests(blobs)) + len(b.Requests(tarballs)); n != 0 {
		t.Errorf("%d requests of the API", n)
	}
}

// Limits leave out of a commit over git what they leave out of a clone.
func TestLimitsOverGitAreThoseOfAClone(t *testing.T) {
	t.Parallel()
	b, s, _ := gitBundle(t)
	commit := b.Commit(shop, "main", githubtest.Files{"one/two/three/four.go": "package four\n", "new.go": "package shop\n"})
	dir := t.TempDir()
	b.Clone(shop, dir)
	for _, change := range []func(*source.Limits){func(l *source.Limits) { l.Files = 20 }, func(l *source.Limits) { l.Depth = 3 }, func(l *source.Limits) { l.FileSize = 1000 }} {
		limits := source.DefaultLimits
		change(&limits)
		want := must(source.OpenGit(t.Context(), dir, commit, limits))(t)
		got := must(b.client.Sparing().Snapshot(t.Context(), b.slug, commit, limits))(t)
		if diff := cmp.Diff([]any{want.Files, want.Warnings, contentsOf(t, want)}, []any{got.Files, got.Warnings, readAll(t, got)}); diff != "" {
			t.Errorf("(-clone +git's protocol):\n%s", diff)
		}
		_ = want.Close()
	}
	if n := len(b.Requests(trees)); n != 1 { // that of gitBundle
		t.Errorf("%d trees by the API after %s", n, s.Commit)
	}
}
