package e2e

import (
	"strings"
	"testing"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// waive waives on the dashboard, as its page does.
func (d *deploy) waive(t *testing.T, w audit.Waiver) (id int64) {
	t.Helper()
	r := d.repository(t)
	err := d.store.InTx(t.Context(), func(tx store.Tx) (err error) {
		if id, err = d.store.AddWaiver(t.Context(), tx, d.installation, 0, store.Waiver{Waiver: w, Repository: r.ID}); err != nil {
			return err
		}
		return d.queue.Waive(t.Context(), tx, r, w)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// concludes waits until the last check run of a commit says so.
func (d *deploy) concludes(t *testing.T, commit, conclusion string) (c githubtest.Check) {
	t.Helper()
	eventually(t, "the check is "+conclusion, func() bool {
		checks := d.Checks("acme/shop", commit)
		if len(checks) == 0 {
			return false
		}
		c = checks[len(checks)-1]
		return c.Status == "completed" && c.Conclusion == conclusion && c.Title != "Audited again" // which a newer one replaces
	})
	return c
}

var twoViolations = githubtest.Files{
	"app.py": "import os\nfrom flask import Flask\n\napp = Flask(__name__)\napp.config[\"MAIL_PASSWORD\"] = os.environ.get(\"MAIL_PASSWORD\", \"s3cret-for-now\")\n",
	"db.py":  "import os\n\nPAYMENT_TOKEN = \"q8Zt6vLw0aPdR3yK\"\n",
}

// TestAWaiverOfTheDashboardOpensACheck waives what fails a check, then withdraws it.
func TestAWaiverOfTheDashboardOpensACheck(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	head, _ := d.proposes(t, "topic", main, twoViolations)
	failing := d.concludes(t, head, "failure")
	if !strings.Contains(failing.Summary, "/waive?finding=") || strings.Count(failing.Summary, "/waive?finding=") != 1 {
		t.Errorf("the summary does not lead to waiving what fails:\n%s", failing.Summary)
	}
	found, err := d.store.PullFindings(t.Context(), d.installation, d.repository(t).ID, "")
	if err != nil || len(found) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	var fails audit.Finding
	for _, f := range found {
		if f.Fails {
			fails = f.Finding
		}
	}
	expires := time.Now().UTC().AddDate(0, 0, 10).Format(time.DateOnly)
	waiver := audit.Waiver{Rule: fails.Rule, Fingerprint: fails.Fingerprint, Reason: "a test key <b>", Owner: "ada", Expires: expires}
	id := d.waive(t, waiver)
	waived := d.concludes(t, head, "neutral")
	for _, want := range []string{"waived until " + expires + " by ada: a test key &lt;b&gt;", "made on the dashboard, expires on " + expires} {
		if !strings.Contains(waived.Summary, want) {
			t.Errorf("the summary does not say %q:\n%s", want, waived.Summary)
		}
	}
	if strings.Contains(waived.Summary, "accepts no finding") || !strings.Contains(waived.Title, "1 waived") {
		t.Errorf("%s\n%s", waived.Title, waived.Summary)
	}
	err = d.store.InTx(t.Context(), func(tx store.Tx) error {
		w, err := d.store.WithdrawWaiver(t.Context(), tx, d.installation, d.repository(t).ID, id, "ada")
		if err != nil {
			return err
		}
		return d.queue.Waive(t.Context(), tx, d.repository(t), w.Waiver)
	})
	if err != nil {
		t.Fatal(err)
	}
	d.concludes(t, head, "failure")
}

// TestAWaiverOfTheDashboardCountsOnTheBranch waives a rule in all paths, beside a
// waiver of the file, which is the one that is shown where both accept.
func TestAWaiverOfTheDashboardCountsOnTheBranch(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	first := d.audited(t, d.HeadOf("acme/shop", "main"))
	before, err := d.store.OpenFindings(t.Context(), d.installation, d.repository(t).ID, "main")
	if err != nil || len(before) == 0 || before[0].Waived != nil {
		t.Fatalf("%+v, %v", before, err)
	}
	expires := time.Now().UTC().AddDate(0, 1, 0).Format(time.DateOnly)
	d.waive(t, audit.Waiver{Rule: before[0].Rule, Path: "**", Reason: "of the dashboard", Owner: "ada", Expires: expires})
	waivedBy := func(reason string) func() bool {
		return func() bool {
			list, err := d.store.OpenFindings(t.Context(), d.installation, d.repository(t).ID, "main")
			return err == nil && len(list) > 0 && list[0].Waived != nil && list[0].Waived.Reason == reason
		}
	}
	eventually(t, "the branch is audited again", waivedBy("of the dashboard"))
	if again := d.audited(t, first.Commit); again.ID == first.ID {
		t.Error("the waiver came without an audit")
	}
	settings := "waived: unscored\nwaivers:\n- {rule: " + before[0].Rule + ", reason: of the file, owner: me, expires: " + expires + "}\n"
	d.Push("acme/shop", "main", githubtest.Files{".twelvefold.yml": settings})
	eventually(t, "the file's waiver is shown", waivedBy("of the file"))
}

// TestTheGateOfTheAccount opens and narrows the gate for all repositories, until
// the file of one says otherwise.
func TestTheGateOfTheAccount(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.Branch("acme/shop", "topic", main)
	set := func(name string) {
		gate, _ := audit.GateNamed(name)
		if err := d.store.SetGate(t.Context(), d.installation, gate, "ada"); err != nil {
			t.Fatal(err)
		}
	}
	set("none")
	head := d.Push("acme/shop", "topic", twoViolations)
	d.OpenPullRequest("acme/shop", githubtest.PullRequest{Branch: "topic"})
	if check := d.concludes(t, head, "neutral"); !strings.Contains(check.Summary, "its gate is open") {
		t.Error(check.Summary)
	}
	again := func(conclusion string) githubtest.Check {
		checks := d.Checks("acme/shop", head)
		d.PressButton("acme/shop", checks[len(checks)-1].ID, "rerun")
		return d.concludes(t, head, conclusion)
	}
	set("info")
	if check := again("failure"); !strings.Contains(check.Summary, "severity info or worse") {
		t.Error(check.Summary)
	}
	set("critical")
	if check := again("neutral"); strings.Contains(check.Summary, "its gate is open") {
		t.Error(check.Summary)
	}
	set("")
	eventually(t, "the default is back", func() bool { return strings.Contains(again("failure").Summary, "severity high or worse") })

	// The file of the base branch says otherwise, and wins.
	set("info")
	d.audited(t, d.Push("acme/shop", "main", githubtest.Files{".twelvefold.yml": "gate: {fail-on: none}\n"}))
	again("neutral")
}
