package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/google/go-cmp/cmp"
)

// write puts files into dir: a name ending in "*" is executable, "-> x" makes
// a link.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		mode := os.FileMode(0o644)
		if strings.HasSuffix(name, "*") {
			name, mode = strings.TrimSuffix(name, "*"), 0o755
		}
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		os.Remove(full)
		var err error
		if target, link := strings.CutPrefix(content, "-> "); link {
			err = os.Symlink(target, full)
		} else {
			err = os.WriteFile(full, []byte(content), mode)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// commit adds the named files ("." for all) and commits them.
func commit(t *testing.T, repo *git.Repository, paths ...string) plumbing.Hash {
	t.Helper()
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if err := tree.AddWithOptions(&git.AddOptions{Path: path, All: path == "."}); err != nil {
			t.Fatal(err)
		}
	}
	who := &object.Signature{Name: "A", Email: "a@example.com", When: time.Unix(1_700_000_000, 0)}
	hash, err := tree.Commit("commit", &git.CommitOptions{Author: who, AllowEmptyCommits: true})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// newRepository makes a repository with one commit of all files.
func newRepository(t *testing.T, files map[string]string) (string, *git.Repository) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	repo, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, files)
	commit(t, repo, ".")
	return dir, repo
}

func open(t *testing.T, dir, revision string, limits Limits) *Snapshot {
	t.Helper()
	s, err := Open(t.Context(), dir, revision, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// contents reads every file: path to content, or to "!" and the error.
func contents(t *testing.T, s *Snapshot) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range s.Files {
		content, err := s.Read(t.Context(), f)
		if err != nil {
			all[f.Path] = "!" + err.Error()
			continue
		}
		all[f.Path] = string(content)
		if blobID(content) != f.Blob || int64(len(content)) != f.Size {
			t.Errorf("%s: blob %s or size %d is not its content's", f.Path, f.Blob, f.Size)
		}
	}
	return all
}

func modes(s *Snapshot) map[string]Mode {
	m := map[string]Mode{}
	for _, f := range s.Files {
		m[f.Path] = f.Mode
	}
	return m
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("difference (-want +got):\n%s", diff)
	}
}
