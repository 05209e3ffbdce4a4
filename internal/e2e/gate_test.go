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
	d := newDeploy(t, soundApp)
	main := d.HeadOf("acme/shop", "main")
	d.audited(t, main)
	d.Branch("acme/shop", "topic", main)
	again := d.Push("acme/shop", "topic", githubtest.Files{
		"db.py":   "import os\n\nSMTP_PASSWORD = \"Zt6vLw0aPdR3yK\"\n",
		"mail.py": "# moved by a line\n" + soundApp["mail.py"],
	})
	d.OpenPullRequest("acme/shop", githubtest.PullRequest{Branch: "topic"})
	check := d.checked(t, again)
	if check.Conclusion != "failure" || len(check.Annotations) != 1 || check.Annotations[0].Path != "db.py" || check.Annotations[0].StartLine != 3 ||
		!strings.Contains(check.Annotations[0].Message, "mail.py:5 has it already") || !strings.HasPrefix(check.Title, "1 new finding") {
		t.Errorf("%s, %q, %+v\n%s", check.Conclusion, check.Title, check.Annotations, check.Summary)
	}
	gone := d.Push("acme/shop", "topic", githubtest.Files{"db.py": "import os\n"})
	if check := d.checked(t, gone); check.Conclusion != "success" {
		t.Errorf("without it: %s, %q\n%s", check.Conclusion, check.Title, check.Summary)
	}
}
