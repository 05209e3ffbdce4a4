package rules

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

var update = flag.Bool("update", false, "write docs/rules anew")

// documents is where the catalogue is written for people.
const documents = "../../docs/rules"

// TestDocuments holds docs/rules to the catalogue: an index and a page for each
// rule. The examples on the pages are executed by the rules' own tests.
func TestDocuments(t *testing.T) {
	t.Parallel()
	pages := map[string]string{"README.md": index(t)}
	for _, r := range All() {
		pages[r.ID+".md"] = page(r)
	}
	if *update {
		if err := os.RemoveAll(documents); err != nil {
			t.Fatal(err)
		}
		for name, text := range pages {
			file := filepath.Join(documents, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	const command = "run go test ./internal/rules -run Documents -update"
	for name, want := range pages {
		if got, err := os.ReadFile(filepath.Join(documents, filepath.FromSlash(name))); err != nil || string(got) != want {
			t.Errorf("docs/rules/%s is not what the catalogue says: %s (%v)", name, command, err)
		}
	}
	written, err := filepath.Glob(filepath.Join(documents, "*", "*.md"))
	if err != nil || len(written) != len(pages)-1 {
		t.Errorf("docs/rules has %d pages of rules instead of %d: %s (%v)", len(written), len(pages)-1, command, err)
	}
}

// index lists the rules by factor, with how many fixtures prove each.
func index(t *testing.T) string {
	t.Helper()
	violations := 0
	for _, r := range All() {
		if r.Type == audit.Violation {
			violations++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Rules\n\nGenerated from the catalogue by `go test ./internal/rules -run Documents -update`: %d rules, %d violations and %d passes. "+
		"`twelvefold rules` prints the same. A fixture is a small repository that breaks the rule, keeps it, or looks as if it broke it.\n", len(All()), violations, len(All())-violations)
	for _, f := range factor.All() {
		fmt.Fprintf(&b, "\n## %s. %s\n\n| Rule | Severity | What it says | Aspect | Fixtures |\n|---|---|---|---|---|\n", f.Numeral, f.Name)
		for _, r := range All() {
			if r.Factor() != f.Key {
				continue
			}
			severity := string(r.Severity)
			if r.Type == audit.Positive {
				severity = "pass"
			} else if r.Confidence == audit.LowConfidence {
				severity += ", advisory"
			}
			fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s | %d |\n", r.Name(), r.ID, severity, r.Title, r.Aspect, fixtures(t, r))
		}
	}
	return b.String()
}

func fixtures(t *testing.T, r audit.Rule) int {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(strings.ReplaceAll(string(r.Factor()), "-", ""), "testdata", r.Name(), "*.txtar"))
	if err != nil || len(list) == 0 {
		t.Errorf("%s has no fixtures: %v", r.ID, err)
	}
	return len(list)
}

// page explains one rule whole.
func page(r audit.Rule) string {
	var b strings.Builder
	f, _ := factor.Of(r.Factor())
	fmt.Fprintf(&b, "# %s\n\n**%s**\n\n%s\n\nFactor %s, %s", r.ID, r.Title, r.Why, f.Numeral, f.Name)
	for _, a := range audit.Aspects(f.Key) {
		if a.Letter == r.Aspect {
			fmt.Fprintf(&b, "; aspect %s, %s", a.Letter, a.Title)
		}
	}
	if r.Type == audit.Violation {
		fmt.Fprintf(&b, ". Severity %s, confidence %s; counted %s.\n", r.Severity, r.Confidence, r.Counting)
	} else {
		b.WriteString(". Evidence that speaks for a repository.\n")
	}
	if advised := r.Advised(); len(advised) > 0 {
		b.WriteString("\n## Fix\n")
		for _, group := range advised {
			if len(advised) > 1 || len(group.Texts) > 1 {
				fmt.Fprintf(&b, "\n**%s**\n", group.Heading)
			}
			b.WriteString("\n")
			for _, text := range group.Texts {
				if len(group.Texts) > 1 {
					b.WriteString("- ")
				}
				b.WriteString(text + "\n")
			}
		}
		if gaps := r.FilledIn(); gaps != "" {
			fmt.Fprintf(&b, "\n%s\n", gaps)
		}
	}
	b.WriteString(example("Bad", r.Bad) + example("Good", r.Good))
	return b.String()
}

// example shows a small repository file by file, each in a fence longer than
// any of its own.
func example(title string, e audit.Example) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n", title)
	for _, file := range txtar.Parse([]byte(e)).Files {
		fence := "```"
		for strings.Contains(string(file.Data), fence) {
			fence += "`"
		}
		fmt.Fprintf(&b, "\n`%s`\n\n%s%s\n%s%s\n", file.Name, fence, strings.TrimPrefix(strings.ToLower(filepath.Ext(file.Name)), "."), file.Data, fence)
	}
	return b.String()
}
