package e2e

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// known waits until GitHub's repository is known as it must be.
func (d *deploy) known(t *testing.T, id int64, what string, as func(store.Repository) bool) store.Repository {
	t.Helper()
	var r store.Repository
	eventually(t, what, func() bool {
		var err error
		r, err = d.store.Repository(t.Context(), d.installation, id)
		return err == nil && as(r)
	})
	return r
}

// latest waits until a repository's latest audit is of a commit.
func (d *deploy) latest(t *testing.T, id int64, commit string) {
	t.Helper()
	eventually(t, "the commit is audited", func() bool {
		a, err := d.store.LatestAudit(t.Context(), d.installation, id)
		return err == nil && a.Commit == commit
	})
}

// TestARepositoryIsFollowed through all that happens to it.
func TestARepositoryIsFollowed(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	first := d.audited(t, d.HeadOf("acme/shop", "main"))
	id := first.Repository

	d.Rename("acme/shop", "store")
	d.known(t, id, "it is renamed", func(r store.Repository) bool { return r.FullName() == "acme/store" })
	d.latest(t, id, d.Push("acme/store", "main", githubtest.Files{"README.md": "# Store\n"}))

	d.SetRepository("acme/store", "archived")
	d.known(t, id, "it is archived", func(r store.Repository) bool { return r.Archived })
	d.SetRepository("acme/store", "unarchived")
	d.known(t, id, "it is not archived", func(r store.Repository) bool { return !r.Archived })
	d.SetRepository("acme/store", "publicized")
	d.known(t, id, "it is public", func(r store.Repository) bool { return !r.Private })

	// Without its default branch nothing is asked for; when that is back, it is.
	head := d.HeadOf("acme/store", "main")
	d.DeleteBranch("acme/store", "main")
	d.settles(t, "its end is taken in")
	d.Advance(2e9)
	d.Branch("acme/store", "main", head)
	again := d.Push("acme/store", "main", githubtest.Files{"README.md": "# Back\n"})
	d.latest(t, id, again)

	// Out of the installation, though anybody may read it; and in again.
	d.Remove(d.installation, "acme/store")
	d.known(t, id, "it is gone", func(r store.Repository) bool { return r.Gone != nil })
	d.settles(t, "GitHub was asked")
	untold := d.Commit("acme/store", "main", githubtest.Files{"README.md": "# Untold\n"})
	d.compare(t)
	d.settles(t, "all was compared")
	d.known(t, id, "it stays gone", func(r store.Repository) bool { return r.Gone != nil })
	d.Give(d.installation, "acme/store")
	d.known(t, id, "it is back", func(r store.Repository) bool { return r.Gone == nil })
	d.latest(t, id, untold)
}

// TestATransferredRepositoryKeepsItsHistory where both accounts installed the App.
func TestATransferredRepositoryKeepsItsHistory(t *testing.T) {
	t.Parallel()
	d := startDeploy(t, githubtest.New(t), slog.LevelInfo)
	other := d.AddInstallation("globex", githubtest.InstallationOptions{All: true})
	d.AddRepository(d.installation, "acme/shop", githubtest.RepositoryOptions{Private: true})
	head := d.Commit("acme/shop", "main", soundApp)
	d.Install(d.installation)
	d.Install(other)
	first := d.audited(t, head)
	d.Transfer("acme/shop", "globex")
	var moved store.Repository
	eventually(t, "it is globex's", func() bool {
		var err error
		moved, err = d.store.RepositoryNamed(t.Context(), other, "globex", "shop")
		return err == nil && moved.Gone == nil
	})
	if moved.ID != first.Repository {
		t.Errorf("it is another one: %d, not %d", moved.ID, first.Repository)
	}
	if _, err := d.store.Repository(t.Context(), d.installation, moved.ID); err == nil {
		t.Error("acme still has it")
	}
	pushed := d.Push("globex/shop", "main", unrelated)
	eventually(t, "its next push is audited", func() bool {
		a, err := d.store.LatestAudit(t.Context(), other, moved.ID)
		return err == nil && a.Commit == pushed
	})
}

// TestACheckIsRunAgainByTheMenu, alone and with all of its suite: one check run,
// and an audit for each time.
func TestACheckIsRunAgainByTheMenu(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	head, _ := d.proposes(t, "topic", main, githubtest.Files{"db.py": paymentToken})
	check := d.checked(t, head)
	for i, again := range []func(){
		func() { d.RerunCheck("acme/shop", check.ID) },
		func() { d.RerunSuite("acme/shop", head) },
		func() { d.PressButton("acme/shop", check.ID, "rerun") },
	} {
		again()
		d.finishes(t, "it is audited again", head, i+2)
		if now := d.checked(t, head); now.ID != check.ID || now.Conclusion != "failure" || len(now.Annotations) != 1 {
			t.Errorf("time %d: %+v", i+1, now)
		}
	}
}

// TestAcceptedPermissionsAreUsedAtOnce: what was refused for lack of one is done.
func TestAcceptedPermissionsAreUsedAtOnce(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.SetPermissions(d.installation, map[string]string{"contents": "read", "metadata": "read", "pull_requests": "read", "members": "read"})
	d.exec(t, `UPDATE installations SET refreshed_at = now() - interval '25 hours'`)
	d.compare(t)
	eventually(t, "it is known what it may", func() bool {
		i, err := d.store.Installation(t.Context(), d.installation)
		return err == nil && i.Permissions["checks"] == "" && d.unfinished(t) == ""
	})
	head, _ := d.proposes(t, "topic", main, unrelated)
	d.finishes(t, "it is audited, and its check refused", head, 1)
	if n := len(d.Checks("acme/shop", head)); n != 0 {
		t.Fatalf("%d check runs", n)
	}
	d.AcceptPermissions(d.installation)
	if check := d.checked(t, head); check.Conclusion != "success" {
		t.Errorf("%s, %s", check.Conclusion, check.Title)
	}
	i, err := d.store.Installation(t.Context(), d.installation)
	if err != nil || i.Permissions["checks"] != "write" {
		t.Errorf("%+v, %v", i, err)
	}
}

// TestALostRemovalIsNoticedWithinADay: nobody told of it, or it was too long ago
// for GitHub to send it again.
func TestALostRemovalIsNoticedWithinADay(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	id := d.audited(t, d.HeadOf("acme/shop", "main")).Repository
	d.settles(t, "all is done")
	d.Hold()
	d.Remove(d.installation, "acme/shop")
	listed := func() int { return len(d.Requests("GET /installation/repositories")) }
	before := listed()
	d.compare(t)
	d.settles(t, "it was compared")
	if n := listed(); n != before {
		t.Errorf("it was listed %d times more though a day is not over", n-before)
	}
	d.exec(t, `UPDATE installations SET refreshed_at = now() - interval '25 hours'`)
	d.compare(t)
	d.known(t, id, "it is gone", func(r store.Repository) bool { return r.Gone != nil })
	var events []string
	for _, s := range d.Sent() {
		if s.Event == "installation_repositories" && s.Action == "removed" {
			events = append(events, fmt.Sprint(s.Action, s.Statuses))
		}
	}
	if !slices.Equal(events, []string{"removed[]"}) {
		t.Errorf("it was told of: %v", events)
	}
}
