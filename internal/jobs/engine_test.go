package jobs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/google/go-cmp/cmp"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
)

// engine is the real one, without child processes.
func (b *bundle) engine(t *testing.T, local bool) jobs.Engine {
	t.Helper()
	cache, err := b.store.Signals()
	if err != nil {
		t.Fatal(err)
	}
	return jobs.NewEngine(jobs.EngineOptions{Inspector: files.InProcess(), Cache: cache, Local: local})
}

// checkout is a git repository of its own.
type checkout struct {
	dir  string
	repo *git.Repository
	tree *git.Worktree
}

func newCheckout(t *testing.T) checkout {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	repo, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	return checkout{dir, repo, tree}
}

// write puts files into the directory, to be committed.
func (c checkout) write(t *testing.T, files map[string]string) {
	t.Helper()
	for name, content := range files {
		writeFile(t, filepath.Join(c.dir, name), content)
		if _, err := c.tree.Add(name); err != nil {
			t.Fatal(err)
		}
	}
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// commit writes files and commits them.
func (c checkout) commit(t *testing.T, files map[string]string) string {
	t.Helper()
	c.write(t, files)
	id, err := c.tree.Commit("a change", &git.CommitOptions{
		Author: &object.Signature{Name: "A", Email: "a@example.com", When: time.Unix(1e9, 0)}})
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

func (b *bundle) enqueueLocal(t *testing.T, dir string) int64 {
	t.Helper()
	_, id, err := b.queue.EnqueueLocal(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestASecondAuditInspectsWhatChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := newCheckout(t)
	files := map[string]string{"go.mod": "module shop\n\ngo 1.26\n", "README.md": "# Shop\n"}
	for i := range 10 {
		files[fmt.Sprintf("f%d.go", i)] = fmt.Sprintf("package main\n\nvar n%d = %d\n", i, i)
	}
	first := c.commit(t, files)
	b.work(t, b.store, b.engine(t, true))

	a := b.await(t, b.enqueueLocal(t, c.dir), store.Done)
	if a.Commit != first || a.Branch != "master" || a.Trigger != store.Manual {
		t.Errorf("audited %s of %q by %s", a.Commit, a.Branch, a.Trigger)
	}
	if a.Stats.Files != 12 || a.Stats.Cached != 0 || a.Stats.Inspected < 10 || a.Stats.Bytes == 0 {
		t.Errorf("first audit: %+v", a.Stats)
	}

	second := c.commit(t, map[string]string{
		"f1.go": "package main\n\nvar changed = 1\n", "f2.go": "package main\n\nvar changed = 2\n", "f3.go": "package main\n\nvar changed = 3\n"})
	again := b.await(t, b.enqueueLocal(t, c.dir), store.Done)
	if again.Commit != second || again.Repository != a.Repository {
		t.Errorf("audited %s of repository %d", again.Commit, again.Repository)
	}
	if again.Stats.Inspected != 3 || again.Stats.Cached != a.Stats.Inspected-3 {
		t.Errorf("after a commit of 3 files: %+v, at first %+v", again.Stats, a.Stats)
	}
	same := b.await(t, b.enqueueLocal(t, c.dir), store.Done)
	if same.Stats.Inspected != 0 || same.Stats.Bytes != 0 {
		t.Errorf("the same commit again: %+v", same.Stats)
	}
}

func TestWhatCannotBeAuditedIsSaidToPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		local bool
		spoil func(t *testing.T, dir string)
		want  string // with DIR for the directory
	}{
		{"switched off", false, func(*testing.T, string) {}, "This worker does not audit directories of its machine."},
		{"gone", true, func(t *testing.T, dir string) { remove(t, dir) }, "DIR does not exist: name a directory or a git repository."},
		{"no git", true, func(t *testing.T, dir string) { remove(t, filepath.Join(dir, ".git")) },
			"DIR is not in a git repository: leave out the revision to audit it as it stands."},
		{"corrupt", true, func(t *testing.T, dir string) { remove(t, filepath.Join(dir, ".git", "objects")) },
			"DIR/.git is not a readable git repository (it has no objects): run git fsck there, or audit a copy without .git."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			checkout := newCheckout(t)
			checkout.commit(t, map[string]string{"main.go": "package main\n"})
			id := b.enqueueLocal(t, checkout.dir)
			c.spoil(t, checkout.dir)
			b.work(t, b.store, b.engine(t, c.local))
			a := b.await(t, id, store.Failed)
			if got := strings.ReplaceAll(a.Error, checkout.dir, "DIR"); got != c.want {
				t.Errorf("people read %q, want %q", got, c.want)
			}
			if n := b.count(t, `SELECT count(*) FROM river_job WHERE kind = 'audit' AND state NOT IN ('cancelled', 'running')`); n != 0 {
				t.Errorf("%d jobs would run again", n)
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func TestEnqueueLocalRefusesWhatIsNoRepository(t *testing.T) {
	t.Parallel()
	b := setup(t)
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "nowhere"), dir} {
		if _, _, err := b.queue.EnqueueLocal(context.Background(), path); err == nil {
			t.Errorf("%s was queued", path)
		}
	}
	if n := b.count(t, `SELECT count(*) FROM audits`); n != 0 {
		t.Errorf("%d audits were queued", n)
	}
}

func TestOneDirectoryIsOneRepositoryWhicheverLinkLeadsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := newCheckout(t)
	c.commit(t, map[string]string{"main.go": "package main\n"})
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(c.dir, link); err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, dir := range []string{c.dir, link, c.dir + "/."} {
		ids = append(ids, b.enqueueLocal(t, dir))
	}
	if diff := cmp.Diff([]int64{ids[0], ids[0], ids[0]}, ids); diff != "" {
		t.Errorf("audits (-want +got):\n%s", diff)
	}
}
