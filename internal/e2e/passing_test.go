package e2e

import (
	"strings"
	"testing"
	"time"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// compare has the ledger compare all repositories with GitHub now.
func (d *deploy) compare(t *testing.T) {
	t.Helper()
	eventually(t, "nothing is compared any more, which would do", func() bool {
		return d.number(t, `SELECT count(*) FROM river_job WHERE kind IN ('ledger', 'review_repository') AND state NOT IN ('completed', 'cancelled')`) == 0
	})
	d.exec(t, `UPDATE repositories SET reviewed_at = now() - interval '2 hours' WHERE gone_at IS NULL`)
	if err := d.queue.Ledger(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// compares waits until they are, so many of them.
func (d *deploy) compares(t *testing.T, repositories int) {
	t.Helper()
	d.compare(t)
	eventually(t, "they are compared", func() bool {
		return d.unfinished(t) == "" && d.number(t, `SELECT count(*) FROM repositories WHERE reviewed_at > now() - interval '1 minute'`) == repositories
	})
}

// exec changes the database behind the processes' backs.
func (d *deploy) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := d.store.Pool().Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// number asks the database for one.
func (d *deploy) number(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := d.store.Pool().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAnOutageOfGitHubUsesNoAttemptUp, however long it lasts: nothing fails, and
// the audit goes on when GitHub is back.
func TestAnOutageOfGitHubUsesNoAttemptUp(t *testing.T) {
	t.Parallel()
	d, _ := soundDeploy(t)
	d.settles(t, "all is done")
	d.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/trees/*", Status: 502, Times: -1})
	pushed := d.Push("acme/shop", "main", unrelated)
	eventually(t, "it was tried and waits", func() bool {
		return d.number(t, `SELECT count(*) FROM river_job WHERE kind = 'audit' AND state IN ('available', 'scheduled') AND attempt = 0 AND (metadata ->> 'snoozes')::int > 1`) == 1
	})
	heads, err := d.store.LedgerHeads(t.Context(), d.installation)
	if err != nil || len(heads) != 1 || heads[0].Commit != pushed || heads[0].State != store.Queued && heads[0].State != store.Running {
		t.Errorf("the ledger: %+v, %v", heads, err)
	}
	// After a day it is said, and asked for again.
	d.exec(t, `UPDATE audits SET away_since = now() - interval '25 hours' WHERE commit = $1`, pushed)
	d.exec(t, `UPDATE river_job SET scheduled_at = now() WHERE kind = 'audit' AND state = 'scheduled'`)
	eventually(t, "it is given up", func() bool {
		heads, err = d.store.LedgerHeads(t.Context(), d.installation)
		return err == nil && heads[0].State == store.Failed
	})
	if heads[0].Accounted() || !strings.HasPrefix(heads[0].Why(false), "GitHub could not be asked for a day") {
		t.Errorf("%+v: %q", heads[0], heads[0].Why(false))
	}
	d.Heal()
	d.exec(t, `UPDATE audits SET finished_at = now() - interval '1 hour' WHERE state = 'failed'`)
	d.compare(t)
	d.audited(t, pushed)
}

// TestAuditsWaitWhileTheAppIsSuspended, whether that is known already or learnt
// from the answer, and begin when it is back.
func TestAuditsWaitWhileTheAppIsSuspended(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]bool{"known": true, "learnt": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _ := soundDeploy(t)
			d.settles(t, "all is done")
			if d.Hold(); known {
				d.Release(githubtest.Disorder{})
			}
			d.Suspend(d.installation)
			if known {
				d.suspended(t)
			}
			commit := d.Commit("acme/shop", "main", unrelated)
			r := d.repository(t)
			err := d.store.InTx(t.Context(), func(tx store.Tx) error {
				_, _, err := d.queue.Enqueue(t.Context(), tx, r.Installation, store.NewAudit{Repository: r.ID, Commit: commit, Branch: "main", Trigger: store.Push})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "the audit waits", func() bool {
				return d.number(t, `SELECT count(*) FROM river_job j JOIN audits a ON a.job_id = j.id WHERE j.state = 'scheduled' AND a.state = 'queued' AND a.commit = $1`, commit) == 1
			})
			if !known {
				d.Release(githubtest.Disorder{})
				d.suspended(t)
			}
			d.Unsuspend(d.installation)
			d.audited(t, commit)
			if n := d.number(t, `SELECT count(*) FROM audits WHERE state = 'failed' OR commit = $1 AND trigger <> 'push'`, commit); n != 0 {
				t.Errorf("%d audits failed or were asked for again", n)
			}
		})
	}
}

// TestAGivenUpAuditIsSaidAndAskedForAgain: its worker died five times in the middle
// of it. The check is not left in progress, does not pass, and another audit
// follows.
func TestAGivenUpAuditIsSaidAndAskedForAgain(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/trees/*", Status: 502, Times: -1})
	head, _ := d.proposes(t, "topic", main, unrelated)
	eventually(t, "it waits", func() bool {
		return d.number(t, `SELECT count(*) FROM river_job j JOIN audits a ON a.job_id = j.id WHERE j.state = 'scheduled' AND a.state = 'queued' AND a.commit = $1`, head) == 1
	})
	d.exec(t, `UPDATE audits SET state = 'running', started_at = now(), lease = 5, heartbeat_at = now() - interval '1 minute' WHERE commit = $1`, head)
	check := d.concludes(t, head, "action_required")
	if !strings.Contains(check.Summary, "given up") || !strings.Contains(check.Summary, "asked for again") || len(check.Actions) != 2 {
		t.Errorf("%q\n%s\n%+v", check.Title, check.Summary, check.Actions)
	}
	d.Heal()
	d.compare(t)
	eventually(t, "it is compared", func() bool {
		return d.number(t, `SELECT count(*) FROM repositories WHERE reviewed_at > now() - interval '1 minute'`) == 1
	})
	if n := d.number(t, `SELECT count(*) FROM audits WHERE commit = $1`, head); n != 1 {
		t.Errorf("%d audits: it is asked for again at once", n)
	}
	d.exec(t, `UPDATE audits SET finished_at = now() - interval '1 hour' WHERE state = 'failed'`)
	d.compare(t)
	d.concludes(t, head, "success")
}

// TestAnotherDefaultBranchIsAudited though it is at the commit of the former one.
func TestAnotherDefaultBranchIsAudited(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.Branch("acme/shop", "trunk", main)
	d.SetDefaultBranch("acme/shop", "trunk")
	eventually(t, "trunk is audited", func() bool {
		r := d.repository(t)
		a, err := d.store.LatestAudit(t.Context(), d.installation, r.ID)
		return r.DefaultBranch == "trunk" && err == nil && a.Branch == "trunk" && a.Commit == main
	})
	pushed := d.Push("acme/shop", "trunk", unrelated)
	d.audited(t, pushed)
}

// TestAPullRequestThatIsGoneHoldsNothingUp: GitHub has none of its number any more.
func TestAPullRequestThatIsGoneHoldsNothingUp(t *testing.T) {
	t.Parallel()
	d, _ := soundDeploy(t)
	r := d.repository(t)
	err := d.store.InTx(t.Context(), func(tx store.Tx) error {
		_, _, err := d.store.NotePullRequest(t.Context(), tx, r.Installation, store.PullRequest{Repository: r.ID, Number: 99, State: store.PullOpen,
			Head: r.Head, BaseBranch: "main", Changed: time.Now()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Advance(time.Second)
	untold := d.Commit("acme/shop", "main", unrelated)
	d.settles(t, "all is done")
	d.compare(t)
	d.audited(t, untold)
	eventually(t, "it is compared", func() bool {
		return d.number(t, `SELECT count(*) FROM repositories WHERE reviewed_at > now() - interval '1 minute'`) == 1 && d.unfinished(t) == ""
	})
	if list, err := d.store.OpenPullRequests(t.Context(), d.installation, r.ID); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}
