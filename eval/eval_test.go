package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/rules"
)

// TestLabels holds the labels to their form, and to the catalogue's rules as
// far as they exist.
func TestLabels(t *testing.T) {
	t.Parallel()
	subjects, err := readLabels("labels")
	if err != nil {
		t.Fatal(err)
	}
	if len(subjects) < 25 {
		t.Errorf("%d subjects are labelled", len(subjects))
	}
	for _, s := range subjects {
		if len(s.Components) == 0 || len(s.Traps) == 0 {
			t.Errorf("%s has %d components and %d traps", s.Repository, len(s.Components), len(s.Traps))
		}
	}
	if _, err := readVerdicts("verdicts.yaml"); err != nil {
		t.Error(err)
	}
}

func TestLabelsThatAreWrongAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"repository: a/b\ncommit: abc\ncomplete: true\n":                                                                                     "no full id",
		"repository: a/b\ncommit: " + strings.Repeat("a", 40) + "\n":                                                                         "no scope",
		"commit: " + strings.Repeat("a", 40) + "\ncomplete: true\nset: test\n":                                                               "neither training nor held-out",
		"repository: a/b\nlines: 3\n":                                                                                                        "lines",
		"commit: " + strings.Repeat("a", 40) + "\ncomplete: true\nviolations: [{rule: Config, path: a}]\n":                                   "needs a rule",
		"commit: " + strings.Repeat("a", 40) + "\ncomplete: true\ncomponents: [{path: ., class: server}]\n":                                  "unknown class",
		"commit: " + strings.Repeat("a", 40) + "\ncomplete: true\ncomponents: [{path: ., class: cli, factors: {logs: fine, diary: partly}}]": "unknown verdict",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readLabels(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v instead of %q", text, err, want)
		}
	}
}

func finding(rule, path string, line int) audit.Finding {
	return audit.Finding{Rule: rule, Component: ".", Place: audit.Place{Path: path, Line: line}, Severity: audit.High, Confidence: audit.HighConfidence}
}

func TestFindingsAreMatchedWithLabels(t *testing.T) {
	t.Parallel()
	label := violation{Rule: "logs/file-sink", Or: []string{"logs/file-append"}, Component: ".", Path: "a.py", Line: 10, Also: []string{"b.py:3"}}
	for _, test := range []struct {
		finding  audit.Finding
		counting audit.Counting
		want     hit
	}{
		{finding("logs/file-sink", "a.py", 10), audit.Each, exact},
		{finding("logs/file-sink", "a.py", 12), audit.Each, exact},
		{finding("logs/file-sink", "a.py", 13), audit.Each, sameFile},
		{finding("logs/file-append", "b.py", 3), audit.Each, exact},
		{finding("logs/redirected", "a.py", 10), audit.Each, missed},
		{finding("logs/file-sink", "c.py", 10), audit.Each, missed},
		{finding("logs/file-sink", "c.py", 10), audit.Once, elsewhere},
	} {
		if got := label.foundBy(test.finding, test.counting); got != test.want {
			t.Errorf("%s at %s: %d instead of %d", test.finding.Rule, test.finding.Place, got, test.want)
		}
	}
}

func TestWhatNoLabelTellsIsATrapOrJudgedOrOpen(t *testing.T) {
	t.Parallel()
	s := &subject{Repository: "a/b", Violations: []violation{{Rule: "logs/file-sink", Component: ".", Path: "a.py", Line: 10, Severity: audit.High, Sure: true},
		{Rule: "logs/none-yet", Component: ".", Path: "a.py", Line: 99, Severity: audit.High, Sure: true}},
		Traps: []trap{{Rule: "logs/file-sink", Path: "test.py", Line: 1}, {Rule: "logs/file-sink", Path: "docs.py", Line: 1}}}
	result := &audit.Audit{Findings: []audit.Finding{
		finding("logs/file-sink", "a.py", 10), finding("logs/file-sink", "test.py", 2), finding("logs/file-sink", "c.py", 1), finding("logs/file-sink", "d.py", 1)}}
	o := match(s, result, nil, []verdict{{Repository: "a/b", Rule: "logs/file-sink", Path: "c.py", Line: 1, Verdict: "true"}})
	total := sum(tallies([]outcome{o}, map[string]bool{"logs/file-sink": true}, func(audit.Severity) bool { return true }))
	if want := (tally{right: 2, wrong: 1, unjudged: 1, found: 1, exact: 1, labels: 1, traps: 2, fell: 1}); total != want {
		t.Errorf("%+v instead of %+v", total, want)
	}
	share, strict, n := total.precision()
	if math.Abs(share-2.0/3) > 1e-9 || strict != 0.5 || n != 3 {
		t.Errorf("precision is %v, %v of %d", share, strict, n)
	}
}

// TestAVerdictOutweighsATrap has a finding in the line below a trap, which a
// person called right.
func TestAVerdictOutweighsATrap(t *testing.T) {
	t.Parallel()
	s := &subject{Repository: "a/b", Traps: []trap{{Rule: "logs/file-sink", Path: "a.py", Line: 1}}}
	result := &audit.Audit{Findings: []audit.Finding{finding("logs/file-sink", "a.py", 2)}}
	for verdicts, want := range map[string]outcome{
		"":      {said: []said{wrong}, trapped: []int{1}},
		"true":  {said: []said{right}, trapped: []int{0}},
		"false": {said: []said{wrong}, trapped: []int{1}},
	} {
		o := match(s, result, nil, []verdict{{Repository: "a/b", Rule: "logs/file-sink", Path: "a.py", Line: 2, Verdict: verdicts}})
		if !slices.Equal(o.said, want.said) || !slices.Equal(o.trapped, want.trapped) {
			t.Errorf("the verdict %q comes to %v, trapped %v", verdicts, o.said, o.trapped)
		}
	}
}

func TestAgreementBeyondChance(t *testing.T) {
	t.Parallel()
	var a agreement
	for person, programs := range map[judgement][]judgement{satisfied: {satisfied, satisfied, satisfied, partly}, violated: {violated, violated, partly, satisfied}} {
		for _, program := range programs {
			a.note(person, program)
		}
	}
	if a.observed() != 5.0/8 || math.Abs(a.kappa()-0.4) > 1e-9 { // by chance 4·4+4·2 of 64
		t.Errorf("observed %v, kappa %v", a.observed(), a.kappa())
	}
	if low, high := wilson(9, 10); math.Abs(low-0.5958) > 1e-3 || math.Abs(high-0.9821) > 1e-3 {
		t.Errorf("interval %v to %v", low, high)
	}
	score := 84.9
	if got := judgementOf(audit.FactorScore{Score: &score, Status: audit.Assessed}); got != partly {
		t.Errorf("84.9 is %s", got)
	}
}

func TestResultIsWrittenWithItsMisses(t *testing.T) {
	t.Parallel()
	id := rules.All()[0].ID
	s := &subject{Repository: "a/b", Components: []component{{Path: ".", Class: audit.WebService, Factors: map[factor.Key]judgement{"logs": satisfied}}},
		Violations: []violation{{Rule: id, Component: ".", Path: "a.py", Line: 10, Severity: audit.High, Sure: true, Note: "a note of ours"}}}
	high := 90.0
	o := match(s, &audit.Audit{Scorecards: []audit.Scorecard{{Path: ".", Class: audit.WebService, Factors: []audit.FactorScore{{Factor: "logs", Status: audit.Assessed, Score: &high}}}}}, nil, nil)
	s.Set = heldOut
	r := newReport([]outcome{o}, rules.All())
	var text, document strings.Builder
	r.print(&text, true)
	r.markdown(&document)
	for _, want := range []string{"a.py:10", "a note of ours", "held-out"} {
		if !strings.Contains(text.String(), want) || !strings.Contains(document.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(document.String(), "training: ") {
		t.Error("a set without subjects has a column")
	}
	if !strings.Contains(document.String(), "100 % of 1, kappa") {
		t.Errorf("no agreement in %s", document.String())
	}
}

func TestSetsAreMeasuredSideBySide(t *testing.T) {
	t.Parallel()
	id := rules.All()[0].ID
	var outcomes []outcome
	for _, name := range []set{heldOut, training} {
		s := &subject{Repository: "a/" + string(name), Set: name, Violations: []violation{{Rule: id, Component: ".", Path: "a.py", Line: 10, Severity: audit.High, Sure: true}}}
		result := &audit.Audit{}
		if name == training {
			result.Findings = []audit.Finding{finding(id, "a.py", 10)}
		}
		outcomes = append(outcomes, match(s, result, nil, nil))
	}
	var document strings.Builder
	r := newReport(outcomes, rules.All())
	r.markdown(&document)
	encoded, err := r.figures()
	var figures map[string]rules.Measured
	if err != nil || json.Unmarshal(encoded, &figures) != nil || len(figures) != 1 ||
		figures[id] != (rules.Measured{Training: rules.Figures{Right: 1, Labels: 1, Found: 1, Exact: 1}, HeldOut: rules.Figures{Labels: 1}}) {
		t.Errorf("the figures of rules are %s, %v", encoded, err)
	}
	for _, want := range []string{"|  | training | held-out |", "| `" + id + "` | 1/1 | 1/1 | 1/1 | – | – | 0/1 | – | – |", "100 % of 1 (21–100 %)", "0 % of 1 (0–79 %)"} {
		if !strings.Contains(document.String(), want) {
			t.Errorf("%q is missing in %s", want, document.String())
		}
	}
}

func TestPlacesOfAnalyzerAreWholePaths(t *testing.T) {
	t.Parallel()
	own := t.TempDir()
	text := "application,filename,fqn,line,rule\nshop,app.py,/clone/web/app.py,7,uri\nshop,app.py,/clone/web/app.py,7,port\n"
	if err := os.WriteFile(filepath.Join(own, "export.csv"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := exported(own, "/clone")
	if err != nil || len(got) != 1 || got[0].Path != "web/app.py" || got[0].Line != 7 {
		t.Error(got, err)
	}
}
