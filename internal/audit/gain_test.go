package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
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
		e, _ := gather(c, reports(c, rules), c.WhollyRead())
		scorecard(c, &e, traitsOf(c))
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

// TestReportsOfOneSubject: the heaviest report decides, whatever their order,
// and a report from a file that nothing starts takes no weight from another.
func TestReportsOfOneSubject(t *testing.T) {
	t.Parallel()
	type spoken struct {
		path       string
		severity   Severity
		confidence Confidence
	}
	for name, c := range map[string]struct {
		reports []spoken
		want    float64
		at      string
	}{
		"doubtful and sure":        {[]spoken{{"a.py", High, LowConfidence}, {"b.py", Medium, HighConfidence}}, 0.4, "b.py"},
		"mild and worse, doubtful": {[]spoken{{"a.py", Low, HighConfidence}, {"b.py", Critical, LowConfidence}}, 0.15, "a.py"},
		"alike":                    {[]spoken{{"a.py", High, HighConfidence}, {"b.py", High, HighConfidence}}, 0.7, "a.py"},
		"advice alone":             {[]spoken{{"a.py", Low, LowConfidence}, {"b.py", High, LowConfidence}}, 0, "b.py"},
		"reached beside unreached": {[]spoken{{"attic.py", High, HighConfidence}, {"b.py", High, HighConfidence}}, 0.7, "b.py"},
	} {
		for range 2 {
			report := &Report{rule: Rule{ID: "logs/x", Aspect: "a"}, component: &Component{Repo: &Repository{}, unreached: map[string]bool{"attic.py": true}}}
			for _, s := range c.reports {
				report.Violation(Place{s.path, 1, 1}, "s", "m", WithSeverity(s.severity), WithConfidence(s.confidence))
			}
			f := report.findings[0]
			if len(report.findings) != 1 || f.Weight() != c.want || len(f.Related) != 1 || name != "alike" && f.Place.Path != c.at {
				t.Errorf("%s: %+v weighs %v, want %v at %s", name, f, f.Weight(), c.want, c.at)
			}
			slices.Reverse(c.reports)
		}
	}
}
