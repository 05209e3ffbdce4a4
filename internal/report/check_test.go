package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/source"
)

// standing is a repository whose config has a score.
func standing(score, config float64) Standing {
	s := Standing{Score: &score}
	for i, f := range factor.All() {
		cell := audit.Cell{Factor: f.Key, Status: audit.Assessed}
		value := 100.0
		switch {
		case f.Key == factor.Config:
			value = config
		case i == 9:
			cell.Status = audit.NotApplicable
		case i == 10:
			cell.Status = audit.Unknown
		}
		if cell.Status == audit.Assessed {
			cell.Score = &value
		}
		s.Cells = append(s.Cells, cell)
	}
	return s
}

func found(n int, severity audit.Severity, path string, line int) audit.Finding {
	return audit.Finding{Rule: "config/secret-default", Factor: factor.Config, Severity: severity, Confidence: audit.HighConfidence, Component: ".",
		Place: audit.Place{Path: path, Line: line, EndLine: line}, Message: "SESSION_SECRET falls back to a text", Fix: "Read it without a default.",
		Fingerprint: fmt.Sprintf("%032x", n), Gain: 4.2}
}

func TestCheckOf(t *testing.T) {
	t.Parallel()
	waived := found(4, audit.Critical, "old.py", 3)
	waived.Waived = &audit.Waiver{Reason: "it is public", Owner: "@ada", Expires: "2027-01-31"}
	p := PullAudit{
		New:       []audit.Finding{found(1, audit.Low, "z.py", 9), found(2, audit.High, "app.py", 5), found(3, audit.Medium, "requirements.txt", 0), waived},
		Fixed:     []audit.Finding{found(5, audit.High, "mail.py", 4)},
		Fails:     map[string]bool{fmt.Sprintf("%032x", 2): true},
		Unchanged: 7, Gate: "high", BaseBranch: "main", Base: standing(78, 62), Head: standing(74, 41.4),
		Warnings: []string{".twelvefold.yml: line 3: the waiver expires"}, Link: "https://t.example/repositories/1",
		Rules: map[string]audit.Rule{"config/secret-default": {Title: "A secret has a default"}}, RuleLink: func(id string) string { return "https://t.example/rules/" + id },
	}
	c := CheckOf(p)
	if c.Conclusion != "failure" || c.Title != "3 new findings, 1 waived, 1 fixed, config 62 → 41" {
		t.Errorf("%s, %q", c.Conclusion, c.Title)
	}
	want := "**1 finding fails this check**: new findings of severity high or worse do. 7 findings are as on `main`. Score **74** (−4.0).\n" +
		"\n```\nI ▰▰▰▰▰  II ▰▰▰▰▰  III ▰▰▱▱▱  IV ▰▰▰▰▰  V ▰▰▰▰▰  VI ▰▰▰▰▰\nVII ▰▰▰▰▰  VIII ▰▰▰▰▰  IX ▰▰▰▰▰  X –––––  XI ?????  XII ▰▰▰▰▰\n```\n" +
		"\n| Factor | `main` | This pull request | Change |\n|---|--:|--:|--:|\n| III Config | 62.0 | 41.4 | −20.6 |\n" +
		"\n### New findings of the repository\n\n| Severity | Where | What | Worth |\n|---|---|---|--:|\n" +
		"| medium | `requirements.txt` | SESSION\\_SECRET falls back to a text [`config/secret-default`](https://t.example/rules/config/secret-default) | +4.2 |\n" +
		"\n### New findings\n\n| Severity | Where | What | Worth |\n|---|---|---|--:|\n" +
		"| low | `z.py:9` | SESSION\\_SECRET falls back to a text [`config/secret-default`](https://t.example/rules/config/secret-default) | +4.2 |\n" +
		"| high | `app.py:5` | SESSION\\_SECRET falls back to a text [`config/secret-default`](https://t.example/rules/config/secret-default) | +4.2 |\n" +
		"| critical | `old.py:3` | SESSION\\_SECRET falls back to a text [`config/secret-default`](https://t.example/rules/config/secret-default) · waived until 2027-01-31 by @\u200bada: it is public | +4.2 |\n" +
		"\n### Fixed\n\n| Severity | Where | What |\n|---|---|---|\n" +
		"| high | `mail.py:4` | SESSION\\_SECRET falls back to a text [`config/secret-default`](https://t.example/rules/config/secret-default) |\n" +
		"\n### To know\n\n- .twelvefold.yml: line 3: the waiver expires\n\n[All findings and the arithmetic](https://t.example/repositories/1)\n"
	if diff := cmp.Diff(want, c.Summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	message := "SESSION_SECRET falls back to a text.\nFix: Read it without a default.\nconfig/secret-default"
	annotations := []Annotation{
		{Path: "app.py", StartLine: 5, EndLine: 5, Level: "failure", Title: "A secret has a default", Message: message},
		{Path: "z.py", StartLine: 9, EndLine: 9, Level: "notice", Title: "A secret has a default", Message: message},
	}
	if diff := cmp.Diff(annotations, c.Annotations); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
}

func TestCheckVerdicts(t *testing.T) {
	t.Parallel()
	waived := found(1, audit.High, "a.py", 1)
	waived.Waived = &audit.Waiver{Expires: "2027-01-31"}
	for _, c := range []struct {
		p                 PullAudit
		conclusion, title string
	}{
		{PullAudit{Gate: "high"}, "success", "Nothing new"},
		{PullAudit{Gate: "high", Fixed: []audit.Finding{found(1, audit.Low, "a", 1)}}, "success", "No new findings, 1 fixed"},
		{PullAudit{Gate: "high", New: []audit.Finding{found(1, audit.Low, "a", 1)}}, "neutral", "1 new finding"},
		{PullAudit{Gate: "none", New: []audit.Finding{found(1, audit.Critical, "a", 1)}}, "neutral", "1 new finding"},
		{PullAudit{Gate: "high", New: []audit.Finding{waived}}, "success", "Nothing new, 1 waived"},
		{PullAudit{Gate: "high", Base: standing(60, 50), Head: standing(62, 50.4)}, "success", "Nothing new, score 60 → 62"},
		{PullAudit{Gate: "high", Base: standing(60, 50), Head: Standing{}}, "success", "Nothing new"},
		{PullAudit{Gate: "high", UnreadFiles: 1}, "neutral", "Nothing new, 1 file not read"},
		{PullAudit{Gate: "high", UnreadFiles: 2, New: []audit.Finding{found(1, audit.High, "a", 1)}, Fails: map[string]bool{fmt.Sprintf("%032x", 1): true}}, "failure", "1 new finding, 2 files not read"},
	} {
		if got := CheckOf(c.p); got.Conclusion != c.conclusion || got.Title != c.title {
			t.Errorf("%s %q, want %s %q", got.Conclusion, got.Title, c.conclusion, c.title)
		}
	}
}

// TestCheckShowsForeignNamesAsTheyAre has names that would be markup.
func TestCheckShowsForeignNamesAsTheyAre(t *testing.T) {
	t.Parallel()
	f := found(1, audit.High, "a`b|c\n.py", 2)
	f.Message = "<img src=x> | [link](javascript:1) `x` *b* @everyone\n# head"
	summary := CheckOf(PullAudit{Gate: "high", BaseBranch: "x`y", New: []audit.Finding{f}}).Summary
	for _, markup := range []string{"<img", "[link](", "a`b", "@everyone", "\n# head", "x`y"} {
		if strings.Contains(summary, markup) {
			t.Errorf("%q is markup in:\n%s", markup, summary)
		}
	}
	for line := range strings.Lines(summary) {
		if strings.HasPrefix(line, "| high") && strings.Count(line, "|")-strings.Count(line, `\|`) != 5 {
			t.Errorf("the row has other columns: %s", line)
		}
	}
}

// TestCheckNamesWhatWasNotRead, at most as many as are kept.
func TestCheckNamesWhatWasNotRead(t *testing.T) {
	t.Parallel()
	c := CheckOf(PullAudit{Gate: "high", BaseBranch: "main", UnreadFiles: 70, Unseen: 1,
		Unread: []source.Warning{{Path: "a`b.py", Message: "larger than the limit of 1 MB (1.2 MB)"}, {Path: "c.py", Message: "its *parser* was lost"}}})
	want := "\n### Not read\n\n70 files that this pull request changes could not be read, so that nothing is known of what stands there:\n\n" +
		"- `a'b.py`: larger than the limit of 1 MB (1.2 MB)\n- `c.py`: its \\*parser\\* was lost\n\nand 68 more\n" +
		"\n1 finding of `main` stood there and is not called fixed. Scores leave out what was not read.\n"
	if !strings.Contains(c.Summary, want) {
		t.Errorf("it says\n%s\nwant\n%s", c.Summary, want)
	}
}
