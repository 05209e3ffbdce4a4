package e2e

import (
	"strings"
	"testing"

	"twelvefold/internal/github/githubtest"
)

// TestTheSameSecretInAnotherFileFails though the base has one of that name: what
// one more of them is told of stands where it was added.
func TestTheSameSecretInAnotherFileFails(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	again, _ := d.proposes(t, "topic", main, githubtest.Files{
		"db.py":   "import os\n\nSMTP_PASSWORD = \"Zt6vLw0aPdR3yK\"\n",
		"mail.py": "# moved by a line\n" + soundApp["mail.py"],
	})
	check := d.checked(t, again)
	if check.Conclusion != "failure" || len(check.Annotations) != 1 || check.Annotations[0].Path != "db.py" || check.Annotations[0].StartLine != 3 ||
		!strings.Contains(check.Annotations[0].Message, "mail.py:5 has it already") || !strings.HasPrefix(check.Title, "1 new finding") {
		t.Errorf("%s, %q, %+v\n%s", check.Conclusion, check.Title, check.Annotations, check.Summary)
	}
	if want := "/audits/" + strings.TrimPrefix(check.ExternalID, "twelvefold-audit-"); !strings.HasSuffix(check.DetailsURL, want) {
		t.Errorf("its details are at %s, not at the audit of what is proposed, %s", check.DetailsURL, want)
	}
	gone := d.Push("acme/shop", "topic", githubtest.Files{"db.py": "import os\n"})
	if check := d.checked(t, gone); check.Conclusion != "success" {
		t.Errorf("without it: %s, %q\n%s", check.Conclusion, check.Title, check.Summary)
	}
}

const paymentToken = "import os\n\nPAYMENT_TOKEN = \"q8Zt6vLw0aPdR3yK\"\n"

// TestASecondPullRequestOpensNoGate has two pull requests of one head: against
// main it fails, against a branch that has the violation already it does not.
// The check says the worst of what is open.
func TestASecondPullRequestOpensNoGate(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.Branch("acme/shop", "next", main)
	next := d.Push("acme/shop", "next", githubtest.Files{"db.py": paymentToken})
	head, first := d.proposes(t, "topic", next, unrelated)
	d.concludes(t, head, "failure")

	second := d.OpenPullRequest("acme/shop", githubtest.PullRequest{Branch: "topic", Base: "next"})
	d.finishes(t, "both are audited", head, 2)
	check := d.concludes(t, head, "failure")
	for _, want := range []string{"#1", "#2", "`main`", "`next`", "Nothing new"} {
		if !strings.Contains(check.Summary, want) {
			t.Errorf("the summary does not say %q:\n%s", want, check.Summary)
		}
	}
	d.SetPullRequest("acme/shop", second, "closed")
	eventually(t, "it speaks of the first alone", func() bool {
		return !strings.Contains(d.concludes(t, head, "failure").Summary, "#2")
	})
	d.SetPullRequest("acme/shop", second, "reopened")
	d.SetPullRequest("acme/shop", first, "closed")
	d.concludes(t, head, "success")
	d.SetPullRequest("acme/shop", first, "reopened")
	d.concludes(t, head, "failure")
	if n := d.auditsOf(t, head); n != 2 {
		t.Errorf("%d audits", n)
	}
	// Its head moves on: the other one's stays, and is no longer spoken of here.
	d.SetPullRequest("acme/shop", first, "closed")
	d.concludes(t, head, "success")
}

// TestOneCheckRunThoughItsIDIsLost forgets what was published: the check run that
// is there is found, whichever audit it shows.
func TestOneCheckRunThoughItsIDIsLost(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	head, _ := d.proposes(t, "topic", main, githubtest.Files{"db.py": paymentToken})
	check := d.checked(t, head)
	d.exec(t, `DELETE FROM checks`)
	d.RerunCheck("acme/shop", check.ID)
	d.finishes(t, "it is audited again", head, 2)
	if again := d.checked(t, head); again.ID != check.ID || again.Conclusion != "failure" || len(again.Annotations) != 1 {
		t.Errorf("%+v", again)
	}
}

// TestACheckRunThatWasRefusedIsPublishedLater has GitHub refuse it for good, as
// while the App lacks a permission: the next comparison publishes it.
func TestACheckRunThatWasRefusedIsPublishedLater(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.Inject(githubtest.Fault{Match: "POST /repos/*/*/check-runs", Status: 403, Times: -1})
	head, _ := d.proposes(t, "topic", main, unrelated)
	d.finishes(t, "it is audited, and nothing is tried any more", head, 1)
	if n := len(d.Checks("acme/shop", head)); n != 0 {
		t.Fatalf("%d check runs", n)
	}
	d.Heal()
	d.compare(t)
	if check := d.checked(t, head); check.Conclusion != "success" {
		t.Errorf("%s, %s", check.Conclusion, check.Title)
	}
}
