package github_test

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/source"
)

// mirror is a repository of the stand-in, cloned by git itself from git's own server.
type mirror struct {
	bundle
	t        *testing.T
	git, dir string
}

func (m mirror) run(args ...string) string {
	m.t.Helper()
	c := exec.Command(m.git, append([]string{"--git-dir", m.dir}, args...)...)
	var stderr bytes.Buffer
	c.Env, c.Stderr = githubtest.GitEnv(), &stderr
	out, err := c.Output()
	if err != nil {
		m.t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, &stderr)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func cloned(t *testing.T, b bundle) mirror {
	t.Helper()
	m := mirror{b, t, githubtest.Git(t), filepath.Join(t.TempDir(), "shop.git")}
	basic := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + b.Token(b.installation)))
	c := exec.Command(m.git, "-c", "http.extraHeader=Authorization: Basic "+basic, "clone", "-q", "--mirror", b.URL+"/"+shop+".git", m.dir)
	c.Env = githubtest.GitEnv()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("git clone: %v: %s", err, out)
	}
	m.run("fsck", "--full", "--strict")
	return m
}

// lived is a repository with a history of everything that git has: files of every sort,
// attributes, renames, a file that becomes a directory, merges, a fork's pull request.
func lived(t *testing.T) (b bundle, number int) {
	t.Helper()
	b = setup(t)
	at := func(days int) time.Time { return b.Now().AddDate(0, 0, -days) }
	files := varied()
	files[".gitattributes"] = "copy.go export-ignore\nsubst.txt export-subst\ncrlf.txt text eol=crlf\n"
	files["subst.txt"], files["crlf.txt"] = "at $Format:%ad$\n", "one\ntwo\n"
	b.CommitAt(shop, "main", at(60), files)
	b.CommitAt(shop, "main", at(45), githubtest.Files{"cmd/shop/main.go": githubtest.Deleted, "cmd/store/main.go": "package main\n", "bin/run": "#!/bin/sh\n"})
	b.CommitAt(shop, "main", at(44), githubtest.Files{"link": "no link any more\n", "cmd/shop-tools": githubtest.Deleted, "cmd/shop-tools/x": "a directory\n", "lib": githubtest.Submodule(strings.Repeat("c", 40))})
	b.CommitAt(shop, "side", at(30), githubtest.Files{"side.txt": "side\n", "README.md": githubtest.Deleted, "docs/README.md": "# shop\n"})
	b.CommitAt(shop, "main", at(20), githubtest.Files{"main.txt": "main\n", "README.md-2": "a name beside\n"})
	for _, branch := range []string{"release/1", "a#b%c", "ümlaut"} {
		b.Branch(shop, branch, b.HeadOf(shop, "main"))
	}
	b.Tag(shop, "v1", b.HeadOf(shop, "side"))
	b.Merge(shop, b.OpenPullRequest(shop, githubtest.PullRequest{Branch: "side"}))
	fork := b.Fork(shop, "octo")
	b.Commit(fork, "fix", githubtest.Files{"fixed.txt": "of a fork\n"})
	number = b.OpenPullRequest(shop, githubtest.PullRequest{Head: fork, Branch: "fix"})
	b.Commit(shop, "main", githubtest.Files{"main.txt": "goes on\n"})
	b.ArchiveIgnores(shop, "copy.go")
	b.ArchiveChanges(shop, "crlf.txt", "one\r\ntwo\r\n")
	return b, number
}

// listed is a commit as git lists it.
func (m mirror) listed(commit string) (list []string) {
	for _, line := range strings.Split(strings.TrimSuffix(m.run("ls-tree", "-rlz", commit), "\x00"), "\x00") {
		meta, path, _ := strings.Cut(line, "\t")
		f := strings.Fields(meta)
		list = append(list, fmt.Sprint(f[0], " ", f[2], " ", strings.Replace(f[3], "-", "0", 1), " ", path))
	}
	return list
}

var modes = map[source.Mode]string{source.Regular: "100644", source.Executable: "100755", source.Symlink: "120000", source.Submodule: "160000"}

// What the stand-in serves over the API is what git has of the same commits: so what is
// tested on the stand-in is tested on git.
func TestTheStandInIsGit(t *testing.T) {
	t.Parallel()
	b, number := lived(t)
	m := cloned(t, b)
	commits := strings.Fields(m.run("rev-list", "--all"))
	if len(commits) != 8 {
		t.Errorf("git has the commits %v", commits)
	}
	for _, commit := range commits {
		for _, client := range []*github.Client{b.client, b.client.Sparing()} {
			s := must(client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t)
			var got []string
			for _, f := range s.Files {
				got = append(got, fmt.Sprint(modes[f.Mode], " ", f.Blob, " ", f.Size, " ", f.Path))
			}
			if d := diff.Diff(m.listed(commit), got); d != "" {
				t.Errorf("files of %s (-git +API):\n%s", commit, d)
			}
			if err := s.Prepare(t.Context(), s.Files); err != nil {
				t.Fatal(err)
			}
			m.sameContents(s)
			branches, tags := strings.Split(m.run("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"), "\n"), strings.Split(m.run("for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags"), "\n")
			if d := diff.Diff([]any{branches, tags}, []any{s.Branches, s.Tags}); d != "" {
				t.Errorf("names (-git +API):\n%s", d)
			}
		}
		m.sameArchive(commit)
	}
	pull := must(b.client.PullRequest(t.Context(), b.slug, number))(t)
	if head := m.run("rev-parse", fmt.Sprintf("refs/pull/%d/head", number)); pull.HeadSHA != head {
		t.Errorf("the pull request is at %s, in git at %s", pull.HeadSHA, head)
	}
	if n, k := len(b.Requests(packs)), len(b.Requests(blobs)); n <= len(commits) || k == 0 {
		t.Errorf("%d packs, %d blobs", n, k)
	}
}

// sameContents compares what is read with what git has.
func (m mirror) sameContents(s *source.Snapshot) {
	m.t.Helper()
	for _, f := range s.Files {
		got, err := s.Read(m.t.Context(), f)
		if f.Mode == source.Submodule {
			if !errors.Is(err, source.ErrNoFile) {
				m.t.Errorf("submodule %s: %v", f.Path, err)
			}
			continue
		}
		want := m.run("cat-file", "blob", f.Blob) + "\n"
		if errors.Is(err, source.ErrPointer) {
			if !strings.HasPrefix(want, "version https://git-lfs") {
				m.t.Errorf("%s is no pointer", f.Path)
			}
			continue
		}
		if err != nil || strings.TrimSuffix(string(got), "\n") != strings.TrimSuffix(want, "\n") || int64(len(got)) != f.Size {
			m.t.Errorf("%s: %q, in git %q (%v)", f.Path, got, want, err)
		}
	}
}

// sameArchive compares the stand-in's tarball with that of git archive: names, modes,
// links, and contents as .gitattributes changes them.
func (m mirror) sameArchive(commit string) {
	m.t.Helper()
	m.ArchiveChanges(shop, "subst.txt", "at "+m.run("log", "-1", "--format=%ad", commit)+"\n")
	c := exec.Command(m.git, "--git-dir", m.dir, "archive", "--format=tar", "--prefix=x/", commit)
	c.Env = githubtest.GitEnv()
	want, err := c.Output()
	if err != nil {
		m.t.Fatal(err)
	}
	request, _ := http.NewRequestWithContext(m.t.Context(), http.MethodGet, m.APIURL+"/repos/"+shop+"/tarball/"+commit, nil)
	request.Header.Set("Authorization", "Bearer "+m.Token(m.installation))
	request.Header.Set("User-Agent", "test")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		m.t.Fatal(err)
	}
	response.Body.Close()
	response, err = http.Get(response.Header.Get("Location"))
	if err != nil {
		m.t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := gzip.NewReader(response.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	if d := diff.Diff(unpacked(m.t, bytes.NewReader(want)), unpacked(m.t, got)); d != "" {
		m.t.Errorf("archive of %s (-git +API):\n%s", commit, d)
	}
}

// unpacked are an archive's entries, below its top directory.
func unpacked(t *testing.T, r io.Reader) (list []string) {
	t.Helper()
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if err == io.EOF {
			slices.Sort(list)
			return list
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			list = append(list, "comment "+h.PAXRecords["comment"])
			continue
		}
		_, name, _ := strings.Cut(h.Name, "/")
		list = append(list, fmt.Sprintf("%q %c %o %q %q", name, h.Typeflag, h.Mode&0o777, h.Linkname, content))
	}
}

// History is git's, too: heads, weeks, where branches part, and what a merge makes.
func TestTheStandInsHistoryIsGits(t *testing.T) {
	t.Parallel()
	b, number := lived(t)
	m := cloned(t, b)
	for _, line := range strings.Split(m.run("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"), "\n") {
		id, branch, _ := strings.Cut(line, " ")
		if got := must(b.client.Head(t.Context(), b.slug, branch))(t); got != id {
			t.Errorf("%s is at %s, in git at %s", branch, got, id)
		}
	}
	weeks, now := source.NewWeeks(b.Now(), 12), b.Now()
	var want []string
	for end := weeks.Since(); !end.After(now); end = end.AddDate(0, 0, 7) {
		id := m.run("rev-list", "-1", "--first-parent", "--before="+end.Format(time.RFC3339), "main")
		if id != "" && end.After(weeks.Since()) && !slices.Contains(want, id) {
			want = append(want, id)
		}
	}
	var got []string
	for _, c := range must(b.client.Weekly(t.Context(), b.slug, "main", 12))(t) {
		got = append(got, c.SHA)
		if at := m.run("log", "-1", "--format=%ct", c.SHA); at != fmt.Sprint(c.At.Unix()) {
			t.Errorf("%s was committed at %s, in git at %s", c.SHA, c.At, at)
		}
	}
	if !slices.Equal(got, want) || len(want) < 3 {
		t.Errorf("weeks: %v, in git %v", got, want)
	}
	heads := strings.Fields(m.run("rev-list", "--all"))
	for _, one := range heads {
		for _, other := range heads {
			got := must(b.client.MergeBase(t.Context(), b.slug, one, other))(t)
			if want := m.run("merge-base", one, other); got != want {
				t.Errorf("%s and %s part at %s, in git at %s", one, other, got, want)
			}
		}
	}
	merge := b.Merge(shop, number)
	m = cloned(t, b)
	parents := strings.Fields(m.run("log", "-1", "--format=%P", merge))
	if version := m.run("version"); cmp.Compare(version, "git version 2.38") >= 0 {
		if got, want := m.run("rev-parse", merge+"^{tree}"), m.run("merge-tree", "--write-tree", parents[0], parents[1]); got != want {
			t.Errorf("merged to the tree %s, in git to %s", got, want)
		}
	}
}

// Git's server refuses who may not read.
func TestTheStandInsGitIsGuarded(t *testing.T) {
	t.Parallel()
	githubtest.Git(t)
	b, _ := lived(t)
	other := b.AddInstallation("other")
	for name, c := range map[string]struct {
		token string
		want  int
	}{"nobody": {"", 401}, "a wrong token": {"ghs_wrong", 401}, "another installation": {b.Token(other), 404}, "its own": {b.Token(b.installation), 200}} {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, b.URL+"/"+shop+".git/info/refs?service=git-upload-pack", nil)
		if c.token != "" {
			request.SetBasicAuth("x-access-token", c.token)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != c.want {
			t.Errorf("%s: %d", name, response.StatusCode)
		}
	}
}
