package source

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
	"github.com/go-git/go-git/v5/plumbing/object"
)

func TestDirectoryAndCommitAgree(t *testing.T) {
	t.Parallel()
	dir, repo := newRepository(t, map[string]string{
		"main.go": "package main\n", "bin/run*": "#!/bin/sh\n", "link": "-> ../../outside", "dir-link": "-> bin",
		"empty": "", "ü/ß.py": "x = 1\n", "a/b/c/d.txt": "deep", "a.txt": "1", "a-b.txt": "2", "a/x.txt": "3",
	})
	want := map[string]string{
		"main.go": "package main\n", "bin/run": "#!/bin/sh\n", "link": "../../outside", "dir-link": "bin",
		"empty": "", "ü/ß.py": "x = 1\n", "a/b/c/d.txt": "deep", "a.txt": "1", "a-b.txt": "2", "a/x.txt": "3",
	}
	head, _ := repo.Head()
	work, past := open(t, dir, "", DefaultLimits), open(t, dir, "HEAD", DefaultLimits)
	equal(t, contents(t, work), want)
	equal(t, contents(t, past), want)
	equal(t, work.Files, past.Files)
	equal(t, modes(work)["bin/run"], Executable)
	equal(t, modes(work)["link"], Symlink)
	for _, s := range []*Snapshot{work, past} {
		equal(t, []any{s.Repository, s.Commit, s.Branch, s.Branches, s.Dirty, len(s.Warnings)},
			[]any{"shop", head.Hash().String(), "master", []string{"master"}, false, 0})
	}
}

func TestDirectoryWithoutGitHasTheSameBlobs(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.py": "a", "b/c*": "c", "l": "-> /etc/passwd"}
	dir, _ := newRepository(t, files)
	plain := filepath.Join(t.TempDir(), "plain")
	write(t, plain, files)
	write(t, plain, map[string]string{
		".hg/x": "", "node_modules/m/i.js": "", "b/.git/HEAD": "x", "__pycache__/a.pyc": "", "x.log": "", "b/y.log": "keep", "out/a": "",
	})
	write(t, plain, map[string]string{".gitignore": "*.log\n/out/\n", "b/.gitignore": "!y.log\n"})
	want := contents(t, open(t, dir, "", DefaultLimits))
	want["b/y.log"], want[".gitignore"], want["b/.gitignore"] = "keep", "*.log\n/out/\n", "!y.log\n"
	s := open(t, plain, "", DefaultLimits)
	equal(t, contents(t, s), want)
	equal(t, []any{s.Repository, s.Commit, s.Dirty}, []any{"plain", "", false})
}

// TestUnpackedArchiveHasWhatWasTracked: .gitignore says nothing of files that
// are tracked all the same, and without git nothing tells which those are.
func TestUnpackedArchiveHasWhatWasTracked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ left, want map[string]string }{
		"unpacked":     {nil, map[string]string{".gitignore": "yarn.lock\n/dist\n", "yarn.lock": "y", "dist/a.js": "a", "b.js": "b"}},
		"worked in":    {map[string]string{"web/node_modules/m/i.js": ""}, map[string]string{".gitignore": "yarn.lock\n/dist\n", "b.js": "b"}},
		"built in":     {map[string]string{"target/a.class": ""}, map[string]string{".gitignore": "yarn.lock\n/dist\n", "b.js": "b", "target/a.class": ""}},
		"a file so":    {map[string]string{"target": "t"}, map[string]string{".gitignore": "yarn.lock\n/dist\n", "yarn.lock": "y", "dist/a.js": "a", "b.js": "b", "target": "t"}},
		"another's vc": {map[string]string{".hg/x": ""}, map[string]string{".gitignore": "yarn.lock\n/dist\n", "b.js": "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, map[string]string{".gitignore": "yarn.lock\n/dist\n", "yarn.lock": "y", "dist/a.js": "a", "b.js": "b"})
			write(t, dir, test.left)
			equal(t, contents(t, open(t, dir, "", DefaultLimits)), test.want)
		})
	}
}

func TestWorkTreeFiles(t *testing.T) {
	t.Parallel()
	dir, repo := newRepository(t, map[string]string{
		".gitignore": "*.log\nbuild/\n!keep.log\n/only-root\nsecret-*.txt\n", "app.py": "1", "gone.py": "x", "build/tracked.txt": "t",
	})
	if open(t, dir, "", DefaultLimits).Dirty {
		t.Error("a fresh commit is dirty")
	}
	write(t, dir, map[string]string{
		"x.log": "", "keep.log": "k", "build/other.txt": "", "build/deep/er.txt": "", "new.py": "n", "sub/only-root": "s", "only-root": "",
		"sub/.gitignore": "*.py\n!good.py\n", "sub/bad.py": "", "sub/good.py": "g", "secret-1.txt": "", "node_modules/a.js": "", "forced.log": "f",
		"nested/.git/HEAD": "ref: refs/heads/x", "nested/a.py": "",
	})
	idx, _ := repo.Storer.Index() // as "git add --force" does
	for name, content := range map[string]string{"forced.log": "f", "build/tracked.txt": "t"} {
		idx.Entries = append(idx.Entries, &index.Entry{Name: name, Mode: filemode.Regular, Hash: plumbing.ComputeHash(plumbing.BlobObject, []byte(content))})
	}
	repo.Storer.SetIndex(idx)
	os.Remove(filepath.Join(dir, "gone.py"))
	s := open(t, dir, "", DefaultLimits)
	equal(t, contents(t, s), map[string]string{
		".gitignore": "*.log\nbuild/\n!keep.log\n/only-root\nsecret-*.txt\n", "app.py": "1", "build/tracked.txt": "t", "keep.log": "k",
		"new.py": "n", "sub/only-root": "s", "sub/.gitignore": "*.py\n!good.py\n", "sub/good.py": "g", "forced.log": "f",
	})
	equal(t, s.Dirty, true)
	equal(t, s.Warnings, []Warning{{"nested", "left out: a git repository of its own; audit it by itself"}})
	sub := open(t, filepath.Join(dir, "sub"), "", DefaultLimits)
	equal(t, contents(t, sub)["good.py"], "g")
}

func TestSparseCheckoutSaysThatFilesAreUnknown(t *testing.T) {
	t.Parallel()
	dir, repo := newRepository(t, map[string]string{"a": "1", "package-lock.json": "{}"})
	idx, _ := repo.Storer.Index()
	idx.Version = 3 // the first that can leave out files
	for _, e := range idx.Entries {
		e.SkipWorktree = e.Name == "package-lock.json"
	}
	if err := repo.Storer.SetIndex(idx); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "package-lock.json")); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, "", DefaultLimits)
	equal(t, contents(t, s), map[string]string{"a": "1"})
	equal(t, s.Dirty, false)
	if len(s.Warnings) != 1 || !strings.HasPrefix(s.Warnings[0].Message, "1 of the tracked files may not be checked out") {
		t.Errorf("%+v", s.Warnings)
	}
}

func TestDirty(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, dir string, repo *git.Repository){
		"changed": func(t *testing.T, dir string, _ *git.Repository) { write(t, dir, map[string]string{"a.py": "2"}) },
		"staged": func(t *testing.T, dir string, repo *git.Repository) {
			write(t, dir, map[string]string{"a.py": "2"})
			tree, _ := repo.Worktree()
			tree.Add("a.py")
		},
		"deleted":    func(t *testing.T, dir string, _ *git.Repository) { os.Remove(filepath.Join(dir, "a.py")) },
		"executable": func(t *testing.T, dir string, _ *git.Repository) { os.Chmod(filepath.Join(dir, "a.py"), 0o755) },
		"link":       func(t *testing.T, dir string, _ *git.Repository) { write(t, dir, map[string]string{"a.py": "-> 1"}) },
		"new":        func(t *testing.T, dir string, _ *git.Repository) { write(t, dir, map[string]string{"b.py": ""}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, repo := newRepository(t, map[string]string{"a.py": "1", "c.py": "1"})
			change(t, dir, repo)
			if !open(t, dir, "", DefaultLimits).Dirty {
				t.Error("not dirty")
			}
		})
	}
	t.Run("line endings that git converted", func(t *testing.T) {
		t.Parallel()
		dir, repo := newRepository(t, map[string]string{"a.txt": "a\nb\n"})
		write(t, dir, map[string]string{"a.txt": "a\r\nb\r\n"})
		past := time.Now().Add(-time.Hour)
		os.Chtimes(filepath.Join(dir, "a.txt"), past, past)
		info, _ := os.Stat(filepath.Join(dir, "a.txt"))
		idx, _ := repo.Storer.Index()
		idx.Entries[0].Size, idx.Entries[0].ModifiedAt = uint32(info.Size()), info.ModTime()
		repo.Storer.SetIndex(idx)
		s := open(t, dir, "", DefaultLimits)
		equal(t, s.Dirty, false)
		equal(t, contents(t, s)["a.txt"], "a\r\nb\r\n")
	})
}

func TestNothingOutsideIsRead(t *testing.T) {
	t.Parallel()
	dir, _ := newRepository(t, map[string]string{"a/b.py": "inside", "c.py": "c", "d.py": "d"})
	outside := t.TempDir()
	write(t, outside, map[string]string{"b.py": "outside", "secret": "outside"})
	s := open(t, dir, "", DefaultLimits)
	// what was listed is swapped for links and a pipe before it is read
	os.RemoveAll(filepath.Join(dir, "a"))
	os.Symlink(outside, filepath.Join(dir, "a"))
	write(t, dir, map[string]string{"c.py": "-> " + filepath.Join(outside, "secret")})
	os.Remove(filepath.Join(dir, "d.py"))
	if err := syscall.Mkfifo(filepath.Join(dir, "d.py"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, content := range contents(t, s) {
		if !strings.HasPrefix(content, "!left out: ") || strings.Contains(content, "outside") && path != "a/b.py" {
			t.Errorf("%s reads %q", path, content)
		}
	}
	again := open(t, dir, "", DefaultLimits)
	equal(t, contents(t, again), map[string]string{"a": outside, "c.py": filepath.Join(outside, "secret")})
	equal(t, again.Warnings, []Warning{{"d.py", "left out: a named pipe"}})
}

func TestChangedFileIsRefused(t *testing.T) {
	t.Parallel()
	dir, _ := newRepository(t, map[string]string{"a.py": "one", "b.py": "one"})
	s := open(t, dir, "", DefaultLimits)
	write(t, dir, map[string]string{"a.py": "two", "b.py": "longer than it was"})
	for _, f := range s.Files {
		if _, err := s.Read(t.Context(), f); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", f.Path, err)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	dir, _ := newRepository(t, map[string]string{"a": "12345", "b/c/d": "x", "b/go.sum": "123456789", "f": "1234", "g": "123"})
	for _, revision := range []string{"", "HEAD"} {
		s := open(t, dir, revision, Limits{FileSize: 5, Depth: 2, Total: 10})
		equal(t, contents(t, s), map[string]string{
			"a": "12345", "b/go.sum": "!left out: larger than the limit of 5 bytes (9 bytes)", "f": "1234",
			"g": "!left out: larger than the limit of 10 bytes for all files together",
		})
		equal(t, s.Warnings, []Warning{
			{"", "the contents of 1 files are left out: all together are larger than 10 bytes"},
			{"b/c", "left out: more than 1 directories deep"},
		})
		s = open(t, dir, revision, Limits{FileSize: 2, LockSize: 9})
		equal(t, contents(t, s)["b/go.sum"], "123456789")
		s = open(t, dir, revision, Limits{Files: 2})
		if len(s.Files) == 0 || len(s.Files) > 2 || len(s.Warnings) != 1 {
			t.Errorf("%d files, warnings %v", len(s.Files), s.Warnings)
		}
		equal(t, s.Dirty, false)
	}
}

func TestRevisions(t *testing.T) {
	t.Parallel()
	dir, repo := newRepository(t, map[string]string{"a": "1", "sub/b": "1"})
	first, _ := repo.Head()
	write(t, dir, map[string]string{"a": "2"})
	second := commit(t, repo, "a")
	repo.CreateTag("v1", first.Hash(), &git.CreateTagOptions{Tagger: &object.Signature{Name: "A", When: time.Unix(1, 0)}, Message: "v1"})
	repo.Storer.SetReference(plumbing.NewHashReference("refs/heads/feature/x", first.Hash()))
	repo.Storer.SetReference(plumbing.NewHashReference("refs/remotes/origin/prod", first.Hash()))
	repo.Storer.SetReference(plumbing.NewHashReference("refs/remotes/origin/master", second))
	repo.Storer.SetReference(plumbing.NewHashReference("refs/pull/1/head", first.Hash()))
	for revision, want := range map[string]string{
		"HEAD": "2", "HEAD~1": "1", "HEAD^": "1", "v1": "1", "feature/x": "1", "origin/prod": "1", "master": "2", second.String(): "2",
		first.Hash().String()[:10]: "1", "refs/pull/1/head": "1",
	} {
		s := open(t, dir, revision, DefaultLimits)
		equal(t, contents(t, s)["a"], want)
		equal(t, s.Branches, []string{"feature/x", "master", "prod"})
		equal(t, s.Tags, []string{"v1"})
	}
	sub := open(t, filepath.Join(dir, "sub"), "HEAD", DefaultLimits)
	equal(t, contents(t, sub), map[string]string{"b": "1"})
}

func TestBareWorktreeAndAlternates(t *testing.T) {
	t.Parallel()
	dir, repo := newRepository(t, map[string]string{"a": "1"})
	head, _ := repo.Head()

	bare := filepath.Join(t.TempDir(), "shop.git")
	if err := os.CopyFS(bare, os.DirFS(filepath.Join(dir, ".git"))); err != nil {
		t.Fatal(err)
	}
	s := open(t, bare, "", DefaultLimits)
	equal(t, contents(t, s), map[string]string{"a": "1"})
	equal(t, s.Repository, "shop")

	// as "git worktree add" lays it out
	other := filepath.Join(t.TempDir(), "other")
	admin := filepath.Join(dir, ".git", "worktrees", "other")
	write(t, other, map[string]string{"a": "1", ".git": "gitdir: " + admin + "\n"})
	write(t, admin, map[string]string{"HEAD": "ref: refs/heads/side\n", "commondir": "../..\n"})
	raw, _ := os.ReadFile(filepath.Join(dir, ".git", "index"))
	write(t, admin, map[string]string{"index": string(raw)})
	repo.Storer.SetReference(plumbing.NewHashReference("refs/heads/side", head.Hash()))
	for _, revision := range []string{"", "HEAD"} {
		s = open(t, other, revision, DefaultLimits)
		equal(t, contents(t, s), map[string]string{"a": "1"})
		equal(t, []any{s.Branch, s.Commit, s.Dirty}, []any{"side", head.Hash().String(), false})
	}

	// as "git clone --shared" lays it out
	shared := filepath.Join(t.TempDir(), "shared")
	write(t, shared, map[string]string{
		".git/HEAD": head.Hash().String(), ".git/objects/info/alternates": filepath.Join(dir, ".git", "objects") + "\n", ".git/refs/x": head.Hash().String(),
	})
	s = open(t, shared, "HEAD", DefaultLimits)
	equal(t, contents(t, s), map[string]string{"a": "1"})
	equal(t, s.Branch, "")
}

func TestSubmoduleAndMissingBlob(t *testing.T) {
	t.Parallel()
	dir, repo := newRepository(t, map[string]string{"a": "1", "lost": "content that goes away"})
	idx, _ := repo.Storer.Index()
	module := plumbing.NewHash("1234567890123456789012345678901234567890")
	idx.Entries = append(idx.Entries, &index.Entry{Name: "mod", Mode: filemode.Submodule, Hash: module})
	repo.Storer.SetIndex(idx)
	commit(t, repo)
	write(t, dir, map[string]string{"mod/.git": "gitdir: ../.git/modules/mod", "mod/x.py": "not ours"})
	lost := blobID([]byte("content that goes away"))
	if err := os.Remove(filepath.Join(dir, ".git", "objects", lost[:2], lost[2:])); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, "HEAD", DefaultLimits)
	equal(t, contents(t, s), map[string]string{"a": "1", "lost": "!" + ErrAbsent.Error(), "mod": "!" + ErrNoFile.Error()})
	told := []Warning{{"mod", "left out: a submodule is a git repository of its own; audit it by itself"}}
	equal(t, s.Warnings, told)
	equal(t, s.Files[2], File{Path: "mod", Mode: Submodule, Blob: module.String(), Role: Prod})
	work := open(t, dir, "", DefaultLimits)
	equal(t, contents(t, work), map[string]string{"a": "1", "lost": "content that goes away", "mod": "!" + ErrNoFile.Error()})
	equal(t, work.Dirty, false)
	equal(t, work.Warnings, told)
}

func TestCorruptBlobIsRefused(t *testing.T) {
	t.Parallel()
	dir, _ := newRepository(t, map[string]string{"a": "one", "b": "two"})
	name := func(content string) string {
		id := blobID([]byte(content))
		return filepath.Join(dir, ".git", "objects", id[:2], id[2:])
	}
	wrong, _ := os.ReadFile(name("two"))
	os.Chmod(name("one"), 0o644)
	os.WriteFile(name("one"), wrong, 0o644)
	s := open(t, dir, "HEAD", DefaultLimits)
	equal(t, contents(t, s), map[string]string{"a": "!" + ErrCorrupt.Error(), "b": "two"})
}

func TestBadInputIsOneSentence(t *testing.T) {
	t.Parallel()
	bad := map[string]struct {
		revision string
		break_   func(t *testing.T, dir string) string // returns what to open
		want     string                                // with DIR for the opened directory
	}{
		"missing":  {"", func(t *testing.T, dir string) string { return dir + "/nowhere" }, "DIR does not exist: name a directory or a git repository"},
		"file":     {"", func(t *testing.T, dir string) string { return dir + "/a" }, "DIR is a file: give a directory"},
		"empty":    {"", func(t *testing.T, dir string) string { return t.TempDir() }, "DIR is empty: nothing to audit"},
		"revision": {"nope", nil, `DIR/.git has no revision "nope": name a commit, a branch or a tag of it`},
		"shallow": {"HEAD~1", func(t *testing.T, dir string) string {
			write(t, dir, map[string]string{".git/shallow": "1234567890123456789012345678901234567890\n"})
			return dir
		}, `DIR/.git has no revision "HEAD~1", but it is a shallow clone: run git fetch --unshallow there, or name a commit, a branch or a tag that it has`},
		"blob":   {blobID([]byte("one")), nil, `DIR/.git has no revision`},
		"no git": {"HEAD", func(t *testing.T, dir string) string { os.RemoveAll(dir + "/.git"); return dir }, "DIR is not in a git repository: leave out the revision to audit it as it stands"},
		"bare file": {"", func(t *testing.T, dir string) string {
			os.RemoveAll(dir + "/.git")
			write(t, dir, map[string]string{".git": "hello"})
			return dir
		}, "DIR/.git is not a readable git repository (it is a file that names no git directory): run git fsck there, or audit a copy without .git"},
		"empty git": {"", func(t *testing.T, dir string) string {
			os.RemoveAll(dir + "/.git")
			os.Mkdir(dir+"/.git", 0o755)
			return dir
		}, "DIR/.git is not a readable git repository (it has no HEAD): run git fsck there, or audit a copy without .git"},
		"HEAD": {"", func(t *testing.T, dir string) string {
			write(t, dir, map[string]string{".git/HEAD": "\x00\x01"})
			return dir
		}, "DIR/.git is not a readable git repository (its HEAD names neither a branch nor a commit): run git fsck there, or audit a copy without .git"},
		"index": {"", func(t *testing.T, dir string) string {
			write(t, dir, map[string]string{".git/index": "DIRC\x00\x00\x00\x02"})
			return dir
		}, "DIR/.git is not a readable git repository (its index ends too early): run git fsck there, or audit a copy without .git"},
		"index 2": {"", func(t *testing.T, dir string) string {
			write(t, dir, map[string]string{".git/index": "garbage garbage"})
			return dir
		}, "DIR/.git is not a readable git repository (its index is damaged): run git fsck there, or audit a copy without .git"},
		"objects": {"", func(t *testing.T, dir string) string {
			filepath.WalkDir(dir+"/.git/objects", func(name string, d os.DirEntry, _ error) error {
				if !d.IsDir() {
					os.Chmod(name, 0o644)
					os.WriteFile(name, []byte("garbage"), 0o644)
				}
				return nil
			})
			return dir
		}, "DIR/.git is not a readable git repository (commit "},
		"no commit": {"HEAD", func(t *testing.T, _ string) string {
			dir := t.TempDir()
			git.PlainInit(dir, false)
			write(t, dir, map[string]string{"a": "1"})
			return dir
		}, `DIR/.git has no commit yet: commit something first`},
		"only .git": {"", func(t *testing.T, _ string) string {
			dir := t.TempDir()
			git.PlainInit(dir, false)
			return dir
		}, `DIR is empty: nothing to audit`},
	}
	for name, test := range bad {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, _ := newRepository(t, map[string]string{"a": "one"})
			if test.break_ != nil {
				dir = test.break_(t, dir)
			}
			_, err := Open(t.Context(), dir, test.revision, DefaultLimits)
			if err == nil {
				t.Fatal("no error")
			}
			if got := strings.ReplaceAll(err.Error(), dir, "DIR"); !strings.HasPrefix(got, test.want) || strings.Contains(got, "\n") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRepositoryWithoutCommitIsAuditedAsItStands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	git.PlainInit(dir, false)
	write(t, dir, map[string]string{"a": "1", ".gitignore": "b", "b": "2"})
	s := open(t, dir, "", DefaultLimits)
	equal(t, contents(t, s), map[string]string{"a": "1", ".gitignore": "b"})
	equal(t, []any{s.Commit, s.Dirty}, []any{"", false})
}

func TestRepositoryName(t *testing.T) {
	t.Parallel()
	dir, repo := newRepository(t, map[string]string{"a": "1"})
	for url, want := range map[string]string{
		"https://github.com/acme/shop.git": "acme/shop", "https://me:hunter2@github.com/acme/shop": "acme/shop", "git@github.com:acme/shop.git": "acme/shop",
		"ssh://git@host:22/acme/shop.git/": "acme/shop", "https://gitlab.com/a/b/c.git": "a/b/c", "/srv/git/shop.git": "shop", "../acme/other": "shop",
		"C:/x/y": "shop", "https://host/\x1b[31m/x": "shop", "https://token@host/shop": "shop", "file:///srv/acme/x.git": "shop",
	} {
		cfg, _ := repo.Config()
		cfg.Remotes["origin"] = &config.RemoteConfig{Name: "origin", URLs: []string{url}}
		repo.SetConfig(cfg)
		if got := open(t, dir, "", DefaultLimits).Repository; got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}

func TestConcurrentReads(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 200 {
		files[strings.Repeat("d/", i%5)+"f"+string(rune('a'+i%26))+string(rune('a'+i/26))] = strings.Repeat("content\n", i*20)
	}
	dir, _ := newRepository(t, files)
	for _, revision := range []string{"", "HEAD"} {
		s := open(t, dir, revision, DefaultLimits)
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				for _, f := range s.Files {
					if content, err := s.Read(context.Background(), f); err != nil || string(content) != files[f.Path] {
						t.Errorf("%s: %v", f.Path, err)
					}
				}
			})
		}
		wait.Wait()
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	dir, _ := newRepository(t, map[string]string{"a": "1"})
	ctx, cancel := context.WithCancel(t.Context())
	s := open(t, dir, "", DefaultLimits)
	cancel()
	if _, err := s.Read(ctx, s.Files[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("Read: %v", err)
	}
	for _, revision := range []string{"", "HEAD"} {
		if _, err := Open(ctx, dir, revision, DefaultLimits); !errors.Is(err, context.Canceled) {
			t.Errorf("Open %q: %v", revision, err)
		}
	}
}

// unreadableDir hands TestUnreadable's directory to a copy of this test that
// runs as nobody: root may read everything.
const unreadableDir = "TWELVEFOLD_TEST_UNREADABLE"

func TestUnreadable(t *testing.T) {
	if dir := os.Getenv(unreadableDir); dir != "" {
		s := open(t, dir, "", DefaultLimits)
		equal(t, contents(t, s), map[string]string{"a": "1"})
		equal(t, s.Warnings, []Warning{{"dir", "left out: permission denied"}, {"secret", "left out: permission denied"}})
		_, err := Open(t.Context(), filepath.Join(dir, "dir"), "", DefaultLimits)
		equal(t, err.Error(), filepath.Join(dir, "dir")+" can't be read (permission denied): give its files to this user, or audit a copy")
		own := t.TempDir()
		write(t, own, map[string]string{"a": "1", ".git/HEAD": "ref: refs/heads/main"})
		os.Chmod(filepath.Join(own, ".git"), 0)
		defer os.Chmod(filepath.Join(own, ".git"), 0o700)
		_, err = Open(t.Context(), own, "", DefaultLimits)
		equal(t, err.Error(), filepath.Join(own, ".git")+" is not a readable git repository (it may not be read): run git fsck there, or audit a copy without .git")
		return
	}
	t.Parallel()
	dir, err := os.MkdirTemp("", "unreadable")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "dir"), 0o755); os.RemoveAll(dir) })
	write(t, dir, map[string]string{"a": "1", "secret": "2", "dir/x": "3"})
	os.Chmod(filepath.Join(dir, "secret"), 0)
	os.Chmod(filepath.Join(dir, "dir"), 0)
	os.Chmod(dir, 0o755)
	child := exec.Command("/proc/self/exe", "-test.run=^TestUnreadable$")
	child.Env = append(os.Environ(), unreadableDir+"="+dir)
	child.Dir = "/"
	if os.Geteuid() == 0 {
		if runtime.GOOS != "linux" {
			t.Skip("runs as root, who may read everything")
		}
		child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	} else {
		child.Path, err = os.Executable()
		if err != nil {
			t.Fatal(err)
		}
	}
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
