package audit

import "math"

// gain is by how much the score rises without the finding at index i.
func (t totals) gain(c *Component, e evidence, i int) float64 {
	key := e.findings[i].Factor
	e.findings = append(append([]Finding(nil), e.findings[:i]...), e.findings[i+1:]...)
	without := totals{factors: append([]FactorScore(nil), t.factors...)}
	at := factorOrder(key)
	without.factors[at] = factorScore(key, Applicable(c, key), e.of(key))
	without.mean()
	return math.Max(0, without.score-t.score)
}

// gainClass is what a finding's gain depends on. A repository may have
// thousands of findings and has few classes of them: each is computed once.
type gainClass struct {
	rule   string // and with it factor, aspect and counting
	aspect aspectKey
	weight float64
	cap    bool  // holds the factor at the cap
	place  Place // of a contested line, else zero
}

func classOfGain(f Finding, contested map[aspectKey]map[Place]bool) gainClass {
	key := aspectKey{f.Factor, f.Aspect}
	class := gainClass{rule: f.Rule, aspect: key, weight: f.Weight(), cap: f.Severity == Critical && f.Confidence == HighConfidence}
	if line := lineOf(f); line.Line > 0 && contested[key][line] {
		class.place = line
	}
	return class
}

// lineOf is a finding's line, without where it ends.
func lineOf(f Finding) Place { return Place{Path: f.Place.Path, Line: f.Place.Line} }

// contested lists the lines of each aspect that several rules report, where the
// search for the penalties chooses their rule, or would with a finding less.
func (e evidence) contested() map[aspectKey]map[Place]bool {
	byAspect := map[aspectKey][]Finding{}
	for _, f := range e.findings {
		key := aspectKey{f.Factor, f.Aspect}
		byAspect[key] = append(byAspect[key], f)
	}
	lines := map[aspectKey]map[Place]bool{}
	for key, findings := range byAspect {
		if _, _, choices := split(findings); choices <= maxChoices*maxContestants {
			lines[key] = contestedLines(findings)
		}
	}
	return lines
}

// maxContestants is more rules than any aspect has: a finding less divides the
// number of choices by no more.
const maxContestants = 64

func contestedLines(findings []Finding) map[Place]bool {
	rule, lines := map[Place]string{}, map[Place]bool{}
	for _, f := range findings {
		line := lineOf(f)
		if line.Line == 0 {
			continue
		}
		if first, seen := rule[line]; seen && first != f.Rule {
			lines[line] = true
		}
		rule[line] = f.Rule
	}
	return lines
}
