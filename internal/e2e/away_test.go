package e2e

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// TestWhatIsAwayIsSaidAndComesBack has the App suspended, uninstalled, and its
// repositories empty, removed and deleted, while they change.
func TestWhatIsAwayIsSaidAndComesBack(t *testing.T) {
	t.Parallel()
	change := func(n int) githubtest.Files { return githubtest.Files{"README.md": fmt.Sprintf("# Shop %d\n", n)} }
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		d := startDeploy(t, githubtest.New(t), slog.LevelInfo)
		d.AddRepository(d.installation, "acme/shop", githubtest.RepositoryOptions{Private: true})
		d.Install(d.installation)
		eventually(t, "it is known, and there is nothing to do", func() bool {
			r, err := d.store.RepositoryNamed(t.Context(), d.installation, "acme", "shop")
			return err == nil && r.Reviewed != nil && d.unfinished(t) == ""
		})
		if heads, err := d.store.LedgerHeads(t.Context(), d.installation); err != nil || len(heads) != 0 {
			t.Errorf("the ledger: %+v, %v", heads, err)
		}
		d.audited(t, d.Push("acme/shop", "main", soundApp))
	})
	t.Run("suspended", func(t *testing.T) {
		t.Parallel()
		d, _ := soundDeploy(t)
		d.Suspend(d.installation)
		d.suspended(t)
		untold := d.Commit("acme/shop", "main", change(1))
		d.Unsuspend(d.installation)
		d.audited(t, untold)
	})
	t.Run("uninstalled", func(t *testing.T) {
		t.Parallel()
		d := newDeploy(t, soundApp)
		first := d.audited(t, d.HeadOf("acme/shop", "main"))
		d.Uninstall(d.installation)
		eventually(t, "it is gone", func() bool {
			r, err := d.store.Repository(t.Context(), d.installation, first.Repository)
			return err == nil && r.Gone != nil
		})
		untold := d.Commit("acme/shop", "main", change(1))
		d.installation = d.AddInstallation("acme", githubtest.InstallationOptions{All: true})
		d.Install(d.installation)
		if again := d.audited(t, untold); again.Repository != first.Repository {
			t.Errorf("it is another repository: %d, not %d", again.Repository, first.Repository)
		}
	})
	t.Run("removed", func(t *testing.T) {
		t.Parallel()
		d := newDeploy(t, soundApp)
		first := d.audited(t, d.HeadOf("acme/shop", "main"))
		d.Hold()
		d.Push("acme/shop", "main", change(1))
		d.SetRepository("acme/shop", "deleted") // before anybody reads the commit
		d.Release(githubtest.Disorder{Seed: 1})
		eventually(t, "it is gone", func() bool {
			r, err := d.store.Repository(t.Context(), d.installation, first.Repository)
			return err == nil && r.Gone != nil && d.unfinished(t) == ""
		})
		list, err := d.store.Audits(t.Context(), d.installation, first.Repository, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			if a.State != store.Done && (a.State != store.Failed || !strings.HasPrefix(a.Error, "The repository is gone")) {
				t.Errorf("audit %d is %s: %q", a.ID, a.State, a.Error)
			}
		}
	})
}

// TestAHugeTreeIsAudited has more files than GitHub lists at once.
func TestAHugeTreeIsAudited(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: it takes seconds")
	}
	d := startDeploy(t, githubtest.NewUnchecked(t), slog.LevelWarn)
	d.AddRepository(d.installation, "acme/shop", githubtest.RepositoryOptions{Private: true})
	files := githubtest.Files{}
	for name, content := range soundApp {
		files[name] = content
	}
	for i := range 100_000 {
		files[fmt.Sprintf("data/d%03d/%06d.csv", i%100, i)] = "1,2\n"
	}
	head := d.Commit("acme/shop", "main", files)
	d.Install(d.installation)
	if a := d.audited(t, head); a.Stats.Files != len(files) || a.Stats.Inspected < 3 || len(a.Warnings) != 0 {
		t.Errorf("%+v, %v", a.Stats, a.Warnings)
	}
}
