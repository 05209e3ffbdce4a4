package audit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The walks take 50 worlds × 2,400 steps = 120,000 steps.
const (
	worlds = 50
	steps  = 2400
	// slack is what sums of the same terms in another order may differ by.
	slack = 1e-9
)

// TestScoreIsMonotone walks at random through changes of what rules say, over
// components of all classes: a report more never raises any score, mending what
// one names never lowers one; evidence never lowers, losing it never raises;
// names, lines and order change nothing. It judges through the rules, so that
// merging, doubt and counting are part of what is held.
func TestScoreIsMonotone(t *testing.T) {
	t.Parallel()
	worlds, steps := worlds, steps
	if testing.Short() {
		worlds, steps = 16, 500
	}
	for seed := range worlds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			wander(t, rand.New(rand.NewPCG(12, uint64(seed))), steps)
		})
	}
}

func wander(t *testing.T, random *rand.Rand, steps int) {
	w := newWorld(t, random)
	all := make([]audited, len(w.components))
	for i := range all {
		all[i] = w.audit(i)
		if whollyRead(w.components[i]) {
			checkNothingThere(t, all[i])
		} else {
			checkNothingSeen(t, all[i])
		}
	}
	for n := range steps {
		i := random.IntN(len(w.components))
		change, next := w.change(random, w.words[i])
		before, beforeAll := all[i], w.overall(all)
		w.words[i] = next
		all[i] = w.audit(i)
		problems := slices.Concat(against(change.way, before, all[i]), invariants(all[i]), overallAgainst(change.way, beforeAll, w.overall(all)))
		if n%128 == 0 {
			problems = append(problems, w.gainsHold(i, all[i])...)
		}
		for _, problem := range problems {
			t.Errorf("step %d, %s, %s: %s", n, change.name, w.components[i].Class, problem)
		}
		if len(problems) > 0 {
			t.Fatalf("before:\n%+v\nafter:\n%+v", before.evidence.findings, all[i].evidence.findings)
		}
	}
}

// against compares two outcomes of a component, as a whole and by factor.
func against(way int, before, after audited) []string {
	var problems []string
	compare := func(what string, a, b float64) {
		if problem := moved(way, a, b); problem != "" {
			problems = append(problems, what+problem)
		}
	}
	compare("score", before.totals.score, after.totals.score)
	for i, f := range after.totals.factors {
		if f.Score != nil {
			compare(string(f.Factor), *before.totals.factors[i].Score, *f.Score)
		}
		for j, a := range f.Aspects {
			compare(string(f.Factor)+" "+a.Aspect, before.totals.factors[i].Aspects[j].Credit, a.Credit)
		}
	}
	if way == 0 && len(before.evidence.findings) == len(after.evidence.findings) {
		compare("coverage", before.totals.coverage, after.totals.coverage)
	}
	return problems
}

func overallAgainst(way int, before, after *Audit) []string {
	if (before.Score == nil) != (after.Score == nil) {
		return []string{"the repository's score comes or goes"}
	}
	if before.Score == nil {
		return nil
	}
	if problem := moved(way, *before.Score, *after.Score); problem != "" {
		return []string{"the repository's score" + problem}
	}
	return nil
}

func moved(way int, before, after float64) string {
	if way == 1 && after < before-slack || way == -1 && after > before+slack || way == 0 && math.Abs(after-before) > slack {
		return fmt.Sprintf(" moved from %v to %v", before, after)
	}
	return ""
}

// checkNothingSeen: no evidence is 60 with coverage 0, shown as unknown.
func checkNothingSeen(t *testing.T, a audited) {
	t.Helper()
	if a.totals.scored && math.Abs(a.totals.score-60) > slack || a.totals.coverage != 0 || gradeOf(a.totals.score, a.totals.coverage) != "" {
		t.Errorf("without evidence the score is %v with coverage %v, want 60 and 0", a.totals.score, a.totals.coverage)
	}
	for _, f := range a.totals.factors {
		if f.Status == Assessed {
			t.Errorf("without evidence %s is assessed", f.Factor)
		}
	}
}

// checkNothingThere: in what was wholly read, that there is nothing speaks for
// the aspects that are kept by leaving something out, and for no factor without
// one.
func checkNothingThere(t *testing.T, a audited) {
	t.Helper()
	for _, f := range a.totals.factors {
		absent := false
		for _, aspect := range f.Aspects {
			definition, _ := aspectOf(f.Factor, aspect.Aspect)
			if want := definition.Absence && aspect.Ruled && !aspect.Failed; aspect.Absence != want {
				t.Errorf("%s %s: absence %v, want %v", f.Factor, aspect.Aspect, aspect.Absence, want)
			}
			absent = absent || aspect.Absence
		}
		for _, aspect := range f.Aspects {
			want := 0.0
			switch {
			case aspect.Absence:
				want = 0.75
			case absent && !aspect.Failed:
				want = 0.75 * 0.75
			}
			if math.Abs(aspect.Evidence-want) > slack {
				t.Errorf("%s %s: evidence %v, want %v", f.Factor, aspect.Aspect, aspect.Evidence, want)
			}
		}
		if (f.Status == Assessed) != absent {
			t.Errorf("%s is %s, and absence says something of it: %v", f.Factor, f.Status, absent)
		}
	}
}

// invariants hold of every outcome.
func invariants(a audited) []string {
	var problems []string
	fail := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	within := func(what string, x, most float64) {
		if x < 0 || x > most+slack || math.IsNaN(x) {
			fail("%s is %v, outside 0 to %v", what, x, most)
		}
	}
	within("score", a.totals.score, 100)
	within("coverage", a.totals.coverage, 1)
	for _, f := range a.totals.factors {
		within("coverage of "+string(f.Factor), f.Coverage, 1)
		if (f.Status == Assessed) != (f.Coverage > 0) {
			fail("%s is %s with coverage %v", f.Factor, f.Status, f.Coverage)
		}
		for _, aspect := range f.Aspects {
			within("credit", aspect.Credit, 1)
			within("evidence", aspect.Evidence, 1)
			if aspect.Credit > unknownCredit+slack && aspect.Evidence == 0 {
				fail("%s %s has credit %v without evidence", f.Factor, aspect.Aspect, aspect.Credit)
			}
		}
		for _, finding := range a.evidence.findings {
			if finding.Factor == f.Factor && finding.Severity == Critical && finding.Confidence == HighConfidence && *f.Score > criticalCap {
				fail("%s has %v with a critical finding", f.Factor, *f.Score)
			}
		}
	}
	return problems
}

// gainsHold judges again without each finding: without all reports that it was
// made of. The score must rise by what the finding promises.
func (w *world) gainsHold(i int, now audited) []string {
	var problems []string
	e := now.evidence
	e.findings = slices.Clone(e.findings)
	card := scorecard(w.components[i], &e, traitsOf(w.components[i]))
	kept := w.words[i]
	defer func() { w.words[i] = kept }()
	for _, f := range e.findings {
		w.words[i].reports = slices.DeleteFunc(slices.Clone(kept.reports), func(r reported) bool { return r.rule == f.Rule && r.subject == f.Subject })
		without := w.audit(i)
		if want := round(without.totals.score - now.totals.score); math.Abs(f.Gain-want) > slack {
			problems = append(problems, fmt.Sprintf("%s of %s promises %v, and mending it gains %v", f.Rule, f.Subject, f.Gain, want))
		}
	}
	if now.totals.scored && *card.Score != round(now.totals.score) {
		problems = append(problems, fmt.Sprintf("the scorecard says %v, want %v", *card.Score, now.totals.score))
	}
	return problems
}
