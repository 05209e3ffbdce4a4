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
	place  Place // of a line that the search for the penalties looks at, else zero
}

func classOfGain(f Finding, contested map[aspectKey]map[Place]bool) gainClass {
	key := aspectKey{f.Factor, f.Aspect}
	class := gainClass{rule: f.Rule, aspect: key, weight: f.weight(), cap: f.Severity == Critical && f.Confidence == HighConfidence}
	if line := lineOf(f); line.Line > 0 && contested[key][line] {
		class.place = line
	}
	return class
}

// lineOf is a finding's line, without where it ends.
func lineOf(f Finding) Place { return Place{Path: f.Place.Path, Line: f.Place.Line} }

// contested lists the lines of each aspect whose rule the search for the
// penalties chooses, or would choose with a finding less.
func (e evidence) contested() map[aspectKey]map[Place]bool {
	byAspect := map[aspectKey][]Finding{}
	for _, f := range e.findings {
		key := aspectKey{f.Factor, f.Aspect}
		byAspect[key] = append(byAspect[key], f)
	}
	lines := map[aspectKey]map[Place]bool{}
	for key, findings := range byAspect {
		_, shared, beyond := split(findings)
		lines[key] = map[Place]bool{beyond: true} // it may fit with a finding less
		for _, c := range shared {
			lines[key][c.place] = true
		}
	}
	return lines
}
