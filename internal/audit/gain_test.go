package audit

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// reporting is a rule that reports the places, each its own subject.
func reporting(id string, places []Place, severities ...Severity) Rule {
	return Rule{ID: id, Aspect: "a", Type: Violation, Severity: Low, Confidence: HighConfidence, Counting: Each,
		Fixes: []Fix{{Text: "mend it"}},
		Judge: func(_ *Component, r *Report) {
			for i, place := range places {
				severity := Low
				if len(severities) > 0 {
					severity = severities[i%len(severities)]
				}
				r.Violation(place, fmt.Sprint(i), "m", WithSeverity(severity))
			}
		}}
}

// TestEveryFindingHasItsOwnGain compares the gains, which are computed once for
// findings that are alike, with leaving out each finding.
func TestEveryFindingHasItsOwnGain(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var rules []Rule
		for _, id := range []string{"config/x", "config/y", "config/z", "logs/x"} {
			var places []Place
			for range random.IntN(12) {
				places = append(places, Place{Path: "a.py", Line: random.IntN(14)})
			}
			rules = append(rules, reporting(id, places, Low, Medium, Critical))
		}
		settings, _ := ParseSettings(nil)
		c := newRepository(webTree(), settings).Components[0]
		e, _ := judge(c, rules)
		scorecard(c, &e)
		total := scoreOf(c, e)
		for i, f := range e.findings {
			if want := round(total.gain(c, e, i)); f.Gain != want {
				t.Fatalf("%s at line %d of %d findings: gain %v, want %v", f.Rule, f.Place.Line, len(e.findings), f.Gain, want)
			}
		}
	}
}

// TestManyContestedLines audits what a hostile repository may hold: thousands
// of lines that two rules report. Their choices are 2 to the power of lines.
func TestManyContestedLines(t *testing.T) {
	t.Parallel()
	var places []Place
	for i := range 2500 {
		places = append(places, Place{Path: "a.py", Line: i + 1})
	}
	a := run(t, webTree(), reporting("config/x", places), reporting("config/y", places))
	if len(a.Findings) != 5000 {
		t.Fatalf("%d findings, want 5000", len(a.Findings))
	}
}
