package e2e

import (
	"testing"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// asked is how many audits of a commit were not in vain: done, or still to end.
func (d *deploy) asked(t *testing.T, commit string) int {
	t.Helper()
	return d.number(t, `SELECT count(*) FROM audits WHERE commit = $1 AND state IN ('queued', 'running', 'done')`, commit)
}

// comparedAgain lets two days go by and compares with GitHub.
func (d *deploy) comparedAgain(t *testing.T) {
	t.Helper()
	eventually(t, "all is done", func() bool { // and what waits because GitHub was away has waited long enough
		d.exec(t, `UPDATE river_job SET scheduled_at = now() WHERE state IN ('scheduled', 'retryable') AND scheduled_at > now()`)
		return d.unfinished(t) == ""
	})
	d.exec(t, `UPDATE audits SET finished_at = finished_at - interval '2 days' WHERE state = 'failed'`)
	d.compares(t, 1)
}

// TestAPullRequestIsAuditedWhenItsRepositoryIsBack: it was taken from the
// installation while the audit waited, and then given back.
func TestAPullRequestIsAuditedWhenItsRepositoryIsBack(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	main := d.HeadOf("acme/shop", "main")
	d.audited(t, main)
	d.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/ref/heads/main", Status: 502, Times: -1})
	head, _ := d.proposes(t, "topic", main, githubtest.Files{"README.md": "# Shop\n"})
	const waits = `SELECT count(*) FROM river_job j JOIN audits a ON a.job_id = j.id WHERE j.state = 'scheduled' AND a.state = 'queued' AND a.commit = $1`
	eventually(t, "its audit waits", func() bool { return d.number(t, waits, head) == 1 })
	d.Remove(d.installation, "acme/shop")
	eventually(t, "it is gone", func() bool { return d.number(t, `SELECT count(*) FROM repositories WHERE gone_at IS NOT NULL`) == 1 })
	d.Heal()
	d.exec(t, `UPDATE river_job SET scheduled_at = now() WHERE kind = 'audit' AND state = 'scheduled'`)
	eventually(t, "its audit failed", func() bool {
		return d.number(t, `SELECT count(*) FROM audits WHERE commit = $1 AND state = 'failed'`, head) == 1
	})

	d.Give(d.installation, "acme/shop")
	eventually(t, "it is back", func() bool { return d.number(t, `SELECT count(*) FROM repositories WHERE gone_at IS NULL`) == 1 })
	d.comparedAgain(t)
	if d.asked(t, head) == 0 {
		heads, err := d.store.LedgerHeads(t.Context(), d.installation)
		for _, h := range heads {
			t.Errorf("never audited: %s %s accounted %v: %q, %v", h.Line, h.State, h.Accounted(), h.Why(false), err)
		}
	}
}

// TestACommitThatGitHubKnowsAMomentLaterIsAudited: one of its replicas did not have
// what was pushed just now.
func TestACommitThatGitHubKnowsAMomentLaterIsAudited(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	d.audited(t, d.HeadOf("acme/shop", "main"))
	d.settles(t, "all is done")
	d.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/trees/*", Status: 404})
	pushed := d.Push("acme/shop", "main", githubtest.Files{"README.md": "# Shop\n"})
	eventually(t, "it is tried", func() bool {
		return d.number(t, `SELECT count(*) FROM audits WHERE commit = $1 AND state IN ('failed', 'done')`, pushed) > 0
	})
	d.comparedAgain(t)
	if d.asked(t, pushed) == 0 {
		heads, err := d.store.LedgerHeads(t.Context(), d.installation)
		t.Errorf("the head of main is never audited: %+v, %v", heads, err)
	}
}

// TestAnInstallationThatGitHubDeniedOnceComesBack: one answer of 404, such as to
// another App's key, and all is well again.
func TestAnInstallationThatGitHubDeniedOnceComesBack(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	d.audited(t, d.HeadOf("acme/shop", "main"))
	d.settles(t, "all is done")
	d.Inject(githubtest.Fault{Match: "GET /app/installations/*", Status: 404})
	refresh := func() {
		err := d.store.InTx(t.Context(), func(tx store.Tx) error { return d.queue.Refresh(t.Context(), tx, d.installation) })
		if err != nil {
			t.Fatal(err)
		}
	}
	refresh()
	eventually(t, "it was denied", func() bool {
		i, err := d.store.Installation(t.Context(), d.installation)
		return err == nil && i.Deleted != nil
	})
	d.settles(t, "all is done")
	d.exec(t, `DELETE FROM river_job`)
	if err := d.queue.Ledger(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "GitHub was asked again", func() bool {
		return d.number(t, `SELECT count(*) FROM river_job WHERE kind = 'refresh_installation' AND state IN ('completed', 'cancelled', 'retryable')`) > 0
	})
	if n := d.number(t, `SELECT count(*) FROM repositories WHERE gone_at IS NULL`); n != 1 {
		t.Errorf("the repository stays gone though GitHub lists it: %s", d.unfinished(t))
	}
}

// TestAWeekThatFailedIsAskedForAgain, for a reason that may pass: it is missing in
// the trend else.
func TestAWeekThatFailedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	now := d.Now()
	d.audited(t, d.HeadOf("acme/shop", "main"))
	d.settles(t, "all is done")
	d.AddRepository(d.installation, "acme/past", githubtest.RepositoryOptions{Private: true, Language: "Python"})
	then := d.CommitAt("acme/past", "main", now.AddDate(0, 0, -70), soundApp)
	d.CommitAt("acme/past", "main", now, githubtest.Files{"README.md": "# Past\n"})
	d.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/trees/" + then, Status: 403, Times: -1})
	d.Give(d.installation, "acme/past")
	eventually(t, "the week failed", func() bool {
		return d.number(t, `SELECT count(*) FROM audits WHERE commit = $1 AND trigger = 'backfill' AND state = 'failed' AND passing`, then) == 1
	})
	d.Heal()
	d.settles(t, "all is done")
	d.exec(t, `UPDATE audits SET finished_at = finished_at - interval '2 days' WHERE state = 'failed'`)
	d.compares(t, 2)
	if d.asked(t, then) == 0 {
		t.Error("the week is never audited, though why it failed has passed")
	}
}
