package e2e

import (
	"testing"
	"time"

	"twelvefold/internal/audit"
)

// violating opens a pull request with two violations, and finds the one of a severity.
func (d *deploy) violating(t *testing.T, severity audit.Severity) (head string, f audit.Finding) {
	t.Helper()
	main := d.HeadOf("acme/shop", "main")
	d.audited(t, main)
	head, _ = d.proposes(t, "topic", main, twoViolations)
	d.concludes(t, head, "failure")
	found, err := d.store.PullFindings(t.Context(), d.installation, d.repository(t).ID, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range found {
		if one.Severity == severity {
			return head, one.Finding
		}
	}
	t.Fatalf("none is %s: %+v", severity, found)
	return head, f
}

// TestAWaiverThatEndedOpensNoCheck: its day went by, and the pull request is open.
func TestAWaiverThatEndedOpensNoCheck(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	head, fails := d.violating(t, audit.High)
	id := d.waive(t, audit.Waiver{Rule: fails.Rule, Fingerprint: fails.Fingerprint, Reason: "r", Owner: "ada", Expires: time.Now().UTC().Format(time.DateOnly)})
	d.concludes(t, head, "neutral")
	d.settles(t, "all is done")
	for _, later := range []string{ // as it stands three days later
		`UPDATE waivers SET expires = expires - 3 WHERE id = $1`,
		`UPDATE changes SET waiver = jsonb_set(waiver, '{expires}', to_jsonb((SELECT to_char(expires, 'YYYY-MM-DD') FROM waivers WHERE id = $1))) WHERE waiver IS NOT NULL`,
	} {
		d.exec(t, later, id)
	}
	d.exec(t, `UPDATE audits SET finished_at = finished_at - interval '3 days', created_at = created_at - interval '3 days'`)
	before := d.auditsOf(t, head)
	d.exec(t, `UPDATE river_job SET scheduled_at = now(), state = 'available', finalized_at = NULL, attempt = 0 WHERE kind = 'lapse_waivers'`)
	d.concludes(t, head, "failure")
	if n := d.auditsOf(t, head) - before; n != 1 {
		t.Errorf("it is audited %d times more", n)
	}
}

// TestWhatIsWaivedIsNotAnnotated though it was, before it was waived, and fails
// nothing either way.
func TestWhatIsWaivedIsNotAnnotated(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	head, f := d.violating(t, audit.Medium)
	before := d.auditsOf(t, head)
	d.waive(t, audit.Waiver{Rule: f.Rule, Fingerprint: f.Fingerprint, Reason: "r", Owner: "ada", Expires: time.Now().UTC().AddDate(0, 1, 0).Format(time.DateOnly)})
	eventually(t, "it is audited again", func() bool { return d.auditsOf(t, head) > before && d.unfinished(t) == "" })
	list := d.Checks("acme/shop", head)
	for _, a := range list[len(list)-1].Annotations {
		if a.Path == f.Place.Path && a.StartLine == f.Place.Line {
			t.Errorf("%s:%d is waived and annotated as %s", a.Path, a.StartLine, a.Level)
		}
	}
}
