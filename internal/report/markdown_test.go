package report

import (
	"strings"
	"testing"

	"twelvefold/internal/audit"
)

// TestTextOfAPullRequestBecomesNoLink: GitHub makes links of bare addresses and of
// numbers of issues.
func TestTextOfAPullRequestBecomesNoLink(t *testing.T) {
	t.Parallel()
	f := found(1, audit.High, "app.py", 5)
	for _, foreign := range []string{
		"https://evil.example/login", "HTTPS://evil.example", "ftp://evil.example", "http://http://evil.example", "www.evil.example", "WWW.evil.example",
		"me@evil.example", "#12", "acme/shop#12", "GH-12", "acme/shop@0123456789abcdef0123456789abcdef01234567",
	} {
		f.Message = "the image " + foreign + " is given"
		summary := CheckOf(PullAudit{New: []audit.Finding{f}, Gate: "high", BaseBranch: "main"}).Summary
		if strings.Contains(summary, foreign) || strings.Contains(summary, strings.ReplaceAll(foreign, "#", "\\#")) || strings.Contains(strings.ToLower(summary), "http://") {
			t.Errorf("%s stands in the summary as it is:\n%s", foreign, summary)
		}
		if shown := strings.NewReplacer("\u200b", "", "\\", "").Replace(summary); !strings.Contains(shown, foreign) {
			t.Errorf("%s is not shown as it is written", foreign)
		}
	}
}
