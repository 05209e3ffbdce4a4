package e2e

import (
	"strings"
	"testing"

	"twelvefold/internal/github/githubtest"
)

// padding makes a file too large to be read.
var padding = strings.Repeat("# nothing to see here, really, nothing at all\n", 25_000)

// TestAFileThatIsTooLargeToReadIsSaid: two secrets stand there, of which one is the
// base's, and the check neither passes in silence nor calls that one fixed.
func TestAFileThatIsTooLargeToReadIsSaid(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	main := d.HeadOf("acme/shop", "main")
	d.audited(t, main)
	head, _ := d.proposes(t, "topic", main, githubtest.Files{
		"db.py":   paymentToken + padding,
		"mail.py": soundApp["mail.py"] + padding,
	})
	check := d.checked(t, head)
	if check.Conclusion != "neutral" || !strings.Contains(check.Title, "2 files not read") || strings.Contains(check.Title, "fixed") {
		t.Errorf("%s, %q", check.Conclusion, check.Title)
	}
	for _, want := range []string{"- `db.py`: larger than the limit of 1 MB", "- `mail.py`: ", "not called fixed"} {
		if !strings.Contains(check.Summary, want) {
			t.Errorf("the summary does not say %q:\n%s", want, check.Summary)
		}
	}
	worse := d.Push("acme/shop", "topic", githubtest.Files{"pay.py": paymentToken})
	if check := d.checked(t, worse); check.Conclusion != "failure" || !strings.Contains(check.Summary, "`db.py`") {
		t.Errorf("with a secret that can be read: %s, %q", check.Conclusion, check.Title)
	}
}

// TestWhatNobodyWroteOrChangedAlarmsNobody: files above the limit that are the
// base's already, and those that programs and others write.
func TestWhatNobodyWroteOrChangedAlarmsNobody(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	d.audited(t, d.Push("acme/shop", "main", githubtest.Files{"tables.py": "T = 1\n" + padding}))
	head, _ := d.proposes(t, "topic", d.HeadOf("acme/shop", "main"), githubtest.Files{
		"README.md": "# Shop\n", "static/app.min.js": "var a=1;\n" + padding, "vendor/github.com/x/y/y.go": "package y\n" + padding,
		"tests/test_tables.py": "T = 1\n" + padding, "prices.csv": padding, "legacy/tables.py": "T = 1\n" + padding,
	})
	if check := d.checked(t, head); check.Conclusion != "success" || strings.Contains(check.Summary, "Not read") {
		t.Errorf("%s, %q\n%s", check.Conclusion, check.Title, check.Summary)
	}
}

// TestSettingsThatAreTooLargeHoldUntilTheyAreNot: no pull request can be judged by
// them, and those that waited are once they are smaller.
func TestSettingsThatAreTooLargeHoldUntilTheyAreNot(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	d.audited(t, d.HeadOf("acme/shop", "main"))
	main := d.Push("acme/shop", "main", githubtest.Files{".twelvefold.yml": strings.Repeat("# nothing to see here\n", 50_000)})
	d.audited(t, main)
	head, _ := d.proposes(t, "topic", main, githubtest.Files{"README.md": "# Shop\n"})
	if check := d.checked(t, head); check.Conclusion != "action_required" || !strings.Contains(check.Summary, "larger than 1 MB") {
		t.Errorf("%s: %s", check.Conclusion, check.Summary)
	}
	d.audited(t, d.Push("acme/shop", "main", githubtest.Files{".twelvefold.yml": "gate: high\n"}))
	d.comparedAgain(t)
	if n := d.asked(t, head); n == 0 {
		t.Error("it is never audited again")
	}
}
