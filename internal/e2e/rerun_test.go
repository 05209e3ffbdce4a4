package e2e

import (
	"testing"

	"twelvefold/internal/github/githubtest"
)

// TestARerunOfAClosedPullRequestsCheckEnds: GitHub shows the check run as queued
// again, and the pull request is opened again.
func TestARerunOfAClosedPullRequestsCheckEnds(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	main := d.HeadOf("acme/shop", "main")
	d.audited(t, main)
	head, number := d.proposes(t, "topic", main, githubtest.Files{"README.md": "# Shop\n"})
	check := d.checked(t, head)
	d.SetPullRequest("acme/shop", number, "closed")
	d.Settle()
	d.RerunCheck("acme/shop", check.ID)
	d.Settle()
	d.SetPullRequest("acme/shop", number, "reopened")
	d.Settle()
	d.settles(t, "all is done")
	d.compares(t, 1)
	if list := d.Checks("acme/shop", head); len(list) != 1 || list[0].Status != "completed" {
		t.Errorf("the check of an open pull request stays %q for ever", list[0].Status)
	}
}

// TestACheckRunThatGitHubNoLongerHasIsMadeAgain: of another App, or too old.
func TestACheckRunThatGitHubNoLongerHasIsMadeAgain(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	main := d.HeadOf("acme/shop", "main")
	d.audited(t, main)
	head, _ := d.proposes(t, "topic", main, githubtest.Files{"README.md": "# Shop\n"})
	check := d.checked(t, head)
	d.exec(t, `UPDATE checks SET check_run = 987654321`)
	d.RerunCheck("acme/shop", check.ID)
	eventually(t, "it is audited again", func() bool { return d.auditsOf(t, head) == 2 && d.unfinished(t) == "" })
	d.compares(t, 1)
	list := d.Checks("acme/shop", head)
	if last := list[len(list)-1]; last.Status != "completed" {
		t.Errorf("%d check runs, the last is %q for ever: %d publish jobs were given up", len(list), last.Status,
			d.number(t, `SELECT count(*) FROM river_job WHERE kind = 'publish' AND state = 'cancelled'`))
	}
}
