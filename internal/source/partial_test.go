package source

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPartialClones: a clone that lacks what was never fetched is no audit of
// nothing, but one sentence with what to do.
func TestPartialClones(t *testing.T) {
	t.Parallel()
	const promisor = "[remote \"origin\"]\nurl = https://example.com/acme/shop\npromisor = true\npartialclonefilter = blob:none\n"
	const extension = "[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = origin\n"
	many := map[string]string{}
	for i := range 20 {
		many[fmt.Sprintf("src/f%02d.py", i)] = fmt.Sprintf("x = %d\n", i)
	}
	for _, c := range []struct {
		name   string
		config string
		mark   bool     // a pack says that it came from a promisor
		lose   []string // prefixes of ids: "blob", "tree", or contents
		bare   bool
		dir    bool // audited as it stands
		want   string
		warn   string
	}{
		{name: "no blobs", config: promisor, lose: []string{"blob"}, want: "DIR/.git is a partial clone (git clone --filter) that lacks 20 of the 20 files of commit ID, and nothing is fetched here: run git fetch --refetch --no-filter there, or check it out and audit the directory as it stands"},
		{name: "no blobs, bare", config: extension, lose: []string{"blob"}, bare: true, want: "DIR is a partial clone (git clone --filter) that lacks 20 of the 20 files of commit ID, and nothing is fetched here: run git fetch --refetch --no-filter there, or audit a full clone"},
		{name: "no trees", mark: true, lose: []string{"tree", "blob"}, want: "DIR/.git is a partial clone (git clone --filter) that lacks the tree of commit ID, and"},
		{name: "no lower trees", config: promisor, lose: []string{"src"}, want: "DIR/.git is a partial clone (git clone --filter) that lacks 1 directories of commit ID, and"},
		{name: "no trees, as it stands", config: promisor, lose: []string{"tree", "blob"}, dir: true, want: "DIR/.git is a partial clone (git clone --filter) that lacks the tree of commit ID, and"},
		{name: "no blobs, as it stands", config: promisor, lose: []string{"blob"}, dir: true},
		{name: "a few blobs", config: promisor, lose: []string{"x = 1\n", "x = 2\n"}, warn: "this partial clone lacks 2 of its 20 files, src/f01.py first: run git fetch --refetch --no-filter there"},
		{name: "more than a few blobs", config: promisor, lose: []string{"x = 1\n", "x = 2\n", "x = 3\n"}, want: "DIR/.git is a partial clone (git clone --filter) that lacks 3 of the 20 files"},
		{name: "broken, not partial", lose: []string{"blob"}, want: "DIR/.git is not a readable git repository (it lacks the content of every file of commit ID): run git fsck there, or audit a copy without .git"},
		{name: "partly broken, not partial", lose: []string{"x = 1\n", "x = 2\n", "x = 3\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, repo := newRepository(t, many)
			head, err := repo.Head()
			if err != nil {
				t.Fatal(err)
			}
			tree, _ := repo.CommitObject(head.Hash())
			root, _ := tree.Tree()
			objects := filepath.Join(dir, ".git", "objects")
			lose := func(id string) {
				if err := os.Remove(filepath.Join(objects, id[:2], id[2:])); err != nil {
					t.Fatal(err)
				}
			}
			for _, what := range c.lose {
				switch what {
				case "blob":
					for _, content := range many {
						lose(blobID([]byte(content)))
					}
				case "tree":
					lose(tree.TreeHash.String())
				case "src":
					lose(root.Entries[0].Hash.String())
				default:
					lose(blobID([]byte(what)))
				}
			}
			if c.config != "" {
				write(t, dir, map[string]string{".git/config": c.config})
			}
			if c.mark {
				write(t, dir, map[string]string{".git/objects/pack/pack-1.promisor": ""})
			}
			revision := "HEAD"
			if c.dir {
				revision = ""
			}
			if c.bare {
				dir, revision = filepath.Join(dir, ".git"), ""
				if err := os.Rename(dir, dir+".bare"); err != nil {
					t.Fatal(err)
				}
				dir += ".bare"
			}
			s, err := Open(t.Context(), dir, revision, DefaultLimits)
			if err != nil {
				got := strings.NewReplacer(dir, "DIR", head.Hash().String(), "ID").Replace(err.Error())
				if c.want == "" || !strings.HasPrefix(got, c.want) {
					t.Errorf("error %q, want %q", got, c.want)
				}
				return
			}
			defer s.Close()
			if c.want != "" {
				t.Fatalf("no error, want %q", c.want)
			}
			warned := ""
			for _, w := range s.Warnings {
				warned += w.Message
			}
			equal(t, []any{len(s.Files), warned}, []any{20, c.warn})
		})
	}
}

// TestKindsOfRepositoryThatAreNotKnown are audited as they stand, which is
// said; a revision of them can't be.
func TestKindsOfRepositoryThatAreNotKnown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ option, what string }{
		{"objectFormat = sha256", "object format sha256"},
		{"refStorage = reftable", "reference format reftable"},
	} {
		dir, _ := newRepository(t, map[string]string{"a": "1", "lib/b": "2", ".gitignore": "*.o\n", "lib/.gitignore": "/made\n"})
		write(t, dir, map[string]string{"x.o": "3", "lib/made": "4", "skip": "5", ".git/info/exclude": "skip\n", "lib/own/.git/HEAD": "ref: refs/heads/main",
			".git/config": "[core]\nrepositoryformatversion = 1\n[extensions]\n" + c.option + "\n[remote \"origin\"]\nurl = https://example.com/acme/shop.git\n"})
		s := open(t, dir, "", DefaultLimits)
		equal(t, contents(t, s), map[string]string{"a": "1", "lib/b": "2", ".gitignore": "*.o\n", "lib/.gitignore": "/made\n"})
		equal(t, []any{s.Repository, s.Commit, s.Dirty}, []any{"acme/shop", "", false})
		equal(t, s.Warnings[0], Warning{"", "git stores this repository in a way that is not supported (" + c.what + "): it is audited as it stands, without what git knows of commits, branches and tracked files"})
		below := open(t, filepath.Join(dir, "lib"), "", DefaultLimits)
		equal(t, contents(t, below), map[string]string{"b": "2", ".gitignore": "/made\n"})
		for revision, want := range map[string]string{"HEAD": "leave out the revision to audit the directory as it stands"} {
			_, err := Open(t.Context(), dir, revision, DefaultLimits)
			if err == nil || !strings.Contains(err.Error(), c.what) || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		}
		bare := dir + ".git"
		if err := os.Rename(filepath.Join(dir, ".git"), bare); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), bare, "", DefaultLimits); err == nil || !strings.HasSuffix(err.Error(), "check it out, and audit the directory as it stands") {
			t.Errorf("error %v", err)
		}
	}
}

// TestNothingCheckedOut is not an empty directory.
func TestNothingCheckedOut(t *testing.T) {
	t.Parallel()
	dir, _ := newRepository(t, map[string]string{"a": "1"})
	if err := os.Remove(filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, "", DefaultLimits)
	if want := dir + " has no files, though its commit has: check it out (git checkout), or audit the commit with --revision HEAD"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
}

// TestPointersOfLargeFiles are not the files.
func TestPointersOfLargeFiles(t *testing.T) {
	t.Parallel()
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
	dir, _ := newRepository(t, map[string]string{"data.json": pointer, "docs.md": "about\n" + pointer, "long.py": pointer + strings.Repeat("x = 1\n", 300)})
	for _, revision := range []string{"", "HEAD"} {
		s := open(t, dir, revision, DefaultLimits)
		got := contents(t, s)
		equal(t, got["data.json"], "!left out: only its Git LFS pointer is here; run git lfs pull and audit the directory as it stands")
		equal(t, []bool{strings.HasPrefix(got["docs.md"], "!"), strings.HasPrefix(got["long.py"], "!")}, []bool{false, false})
	}
}
