package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

const weightsBegin, weightsEnd = "<!-- weights: written by go test ./cmd/twelvefold -run Scoring -update -->\n", "<!-- end of weights -->\n"

const gradesBegin, gradesEnd = "<!-- grades: written by go test ./cmd/twelvefold -run Scoring -update -->\n", "<!-- end of grades -->\n"

// TestScoringTables holds the tables and grades of docs/scoring.md to the program's numbers.
// With -update it writes a page that the documented commands write, too: it is
// not parallel, so that it ends before they begin.
func TestScoringTables(t *testing.T) {
	const page = "docs/scoring.md"
	text := read(t, page)
	want := part(t, text, weightsBegin, weightsEnd, "\n"+findingWeights()+"\n"+aspectWeights()+"\n"+applicability())
	want = part(t, want, gradesBegin, gradesEnd, gradeBounds())
	if *update && want != text {
		if err := os.WriteFile(filepath.Join(top, page), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		text = want
	}
	if text != want {
		t.Errorf("%s is not what the program computes with: run go test ./cmd/twelvefold -run Scoring -update", page)
	}
}

// part is a page with what stands between two lines replaced.
func part(t *testing.T, page, begin, end, by string) string {
	t.Helper()
	before, rest, ok := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("docs/scoring.md has no part that begins with %s", begin)
	}
	return before + begin + by + end + after
}

// gradeBounds is "A from 85, …, F below; none where less than 50 % has evidence."
func gradeBounds() string {
	var list []string
	for _, b := range audit.GradeBounds() {
		if b.From > 0 {
			list = append(list, fmt.Sprintf("%s from %.0f", b.Grade, b.From))
		} else {
			list = append(list, b.Grade+" below")
		}
	}
	return fmt.Sprintf("%s; none where less than %.0f %% has evidence.\n", strings.Join(list, ", "), 100*audit.GradeCoverage)
}

func findingWeights() string {
	var b strings.Builder
	b.WriteString("| A finding weighs | at high confidence | at medium | at low: advice |\n|---|--:|--:|--:|\n")
	for _, severity := range audit.Severities() {
		fmt.Fprintf(&b, "| %s", severity)
		for _, confidence := range []audit.Confidence{audit.HighConfidence, audit.MediumConfidence, audit.LowConfidence} {
			fmt.Fprintf(&b, " | %.3g", audit.Finding{Severity: severity, Confidence: confidence}.Weight())
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

func aspectWeights() string {
	var b strings.Builder
	b.WriteString("| | Factor | Weighs | Aspects, with their share in % (*: silence speaks for it where all was read) |\n|---|---|--:|---|\n")
	for _, f := range factor.All() {
		var list []string
		for _, a := range audit.Aspects(f.Key) {
			star := ""
			if a.Absence {
				star = "\\*"
			}
			list = append(list, fmt.Sprintf("%s %s %.0f%s", a.Letter, a.Title, a.Weight, star))
		}
		fmt.Fprintf(&b, "| %s | %s | %.0f | %s |\n", f.Numeral, f.Name, audit.FactorWeight(f.Key), strings.Join(list, "; "))
	}
	return b.String()
}

// applicability is which aspects apply to which class. Admin processes apply to
// what keeps data in a database alone, which an empty component does not.
func applicability() string {
	classes := []audit.Class{audit.WebService, audit.Worker, audit.Function, audit.StaticFrontend, audit.CLI, audit.Library, audit.Infra}
	var b strings.Builder
	b.WriteString("| Applies to |")
	for _, class := range classes {
		fmt.Fprintf(&b, " %s |", class)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(classes)) + "\n")
	for _, f := range factor.All() {
		fmt.Fprintf(&b, "| %s %s |", f.Numeral, f.Name)
		for _, class := range classes {
			letters := ""
			for _, a := range audit.Applicable(&audit.Component{Class: class}, f.Key) {
				letters += a.Letter
			}
			switch {
			case f.Key == factor.AdminProcesses && (class == audit.WebService || class == audit.Worker || class == audit.Function):
				letters = "with a database"
			case letters == "":
				letters = "–"
			case len(letters) == len(audit.Aspects(f.Key)):
				letters = "all"
			}
			fmt.Fprintf(&b, " %s |", letters)
		}
		b.WriteString("\n")
	}
	return b.String()
}

var decimal = regexp.MustCompile(`\d+\.\d+`)

// TestScoringSentences: the decimal numbers that sentences of the worked example
// use are those that the program printed, but for a credit before findings and a mean, which it doesn't print.
func TestScoringSentences(t *testing.T) {
	t.Parallel()
	text := read(t, "docs/scoring.md")
	printed := map[string]bool{"0.45": true, "0.35": true, "0.20": true}
	for _, number := range []float64{0.6 + 0.4*0.75, 0.45*0.522 + 0.35*1 + 0.20*0.765} {
		if !strings.Contains(text, fmt.Sprintf("= %.3f", number)) {
			t.Errorf("docs/scoring.md does not come to %.3f", number)
		}
		printed[fmt.Sprintf("%.3f", number)] = true
	}
	for _, b := range blocksOf(text) {
		if b.language == "output" {
			for _, number := range decimal.FindAllString(b.text, -1) {
				printed[number] = true
			}
		}
	}
	_, example, ok := strings.Cut(prose(text), "## A worked example")
	example, _, closed := strings.Cut(example, "## The weights")
	if !ok || !closed {
		t.Fatal("docs/scoring.md has no worked example")
	}
	for _, number := range decimal.FindAllString(example, -1) {
		if !printed[number] {
			t.Errorf("docs/scoring.md says %s, which the program does not print", number)
		}
	}
}
