package report

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/audit"
	"twelvefold/internal/rules"
)

// formats are the ways to write an audit for other tools, each with the end of
// the name of its golden files.
var formats = map[string]func(io.Writer, *audit.Audit, []audit.Rule) error{
	".github": Commands,
	".md":     func(w io.Writer, a *audit.Audit, _ []audit.Rule) error { return Markdown(w, a) },
	".sarif":  func(w io.Writer, a *audit.Audit, list []audit.Rule) error { return SARIF(w, a, list, "v1.2.3") },
}

// golden are repositories of the tests on JSON: two components, and nothing; and
// one by hand, with everything hostile in it.
func golden(t *testing.T) map[string]*audit.Audit {
	list := stretching(t)
	for _, a := range list {
		a.Ruleset = "0123456789ab" // a change of any rule changes it
	}
	return map[string]*audit.Audit{"nothing": list[0], "two": list[1], "hostile": hostile()}
}

// hostile is an audit of names that formats have a meaning for.
func hostile() *audit.Audit {
	score := 41.5
	waived := found(5, audit.Critical, "old.py", 3)
	waived.Waived = &audit.Waiver{Reason: "it is\npublic <b>", Owner: "@ada", Expires: "2027-01-31"}
	advice := found(6, audit.High, "app.py", 0)
	advice.Confidence = audit.LowConfidence
	named := found(7, audit.High, "a b/50%: done, really\r\n::error::x\x1b[31m\u202e`|.py", 9)
	named.Place.EndLine = 12
	named.Message, named.Fix = "[SESSION](http://evil.example) `x` | <b> %0A ::warning:: {0}", "Set it:\n  export A=\"1\""
	named.Related = []audit.Place{{Path: "lib/[id].ts", Line: 4}, {Path: "no-utf8-\xff\xfe.rb", Line: 1}}
	return &audit.Audit{
		Repository: "acme/<shop>", Commit: "0123456789abcdef0123456789abcdef01234567", Dirty: true, Ruleset: "0123456789ab", Score: &score, Grade: "D", Coverage: 0.5,
		Findings: []audit.Finding{
			found(1, audit.Low, "z.py", 9), found(2, audit.Medium, "no-utf8-\xff.rb", 5), found(3, audit.Info, "", 0), found(4, audit.Medium, "requirements.txt", 0), waived, advice, named,
		},
	}
}

// TestGolden: what each format says is reviewed as a file.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, a := range golden(t) {
		for format, write := range formats {
			var out bytes.Buffer
			if err := write(&out, a, rulesOf(a)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+format)
			if os.Getenv("GOLDEN") == "write" {
				if err := os.WriteFile(file, out.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("%s is not what is written (see testdata/README.md):\n%s", file, diff)
			}
		}
	}
}

// rulesOf are the rules that the audit has findings of: so that a golden file
// only changes with them.
func rulesOf(a *audit.Audit) []audit.Rule {
	return slices.DeleteFunc(rules.All(), func(r audit.Rule) bool {
		return !slices.ContainsFunc(a.Findings, func(f audit.Finding) bool { return f.Rule == r.ID })
	})
}
