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

// gainClass is what the gain of a finding depends on that meets no other rule
// on its lines. A repository may have thousands of findings and has few classes
// of them: each is computed once.
type gainClass struct {
	rule   string // and with it factor, aspect and counting
	weight float64
	cap    bool // holds the factor at the cap
}

// gains is every finding's gain, in order.
func (t totals) gains(c *Component, e evidence) []float64 {
	disputed := e.disputed()
	known := map[gainClass]float64{}
	list := make([]float64, len(e.findings))
	for i, f := range e.findings {
		if disputed[saidKey{f.Rule, f.Subject}] {
			list[i] = t.gain(c, e, i)
			continue
		}
		class := gainClass{f.Rule, f.Weight(), f.Severity == Critical && f.Confidence == HighConfidence}
		gain, ok := known[class]
		if !ok {
			gain = t.gain(c, e, i)
			known[class] = gain
		}
		list[i] = gain
	}
	return list
}

// disputed names the findings whose lines the search for the penalties assigns
// to one of several rules, or would with a finding less.
func (e evidence) disputed() map[saidKey]bool {
	byAspect := map[aspectKey][]Finding{}
	for _, f := range e.findings {
		key := aspectKey{f.Factor, f.Aspect}
		byAspect[key] = append(byAspect[key], f)
	}
	disputed := map[saidKey]bool{}
	for _, findings := range byAspect {
		lines, _ := e.contested(findings)
		at, all := map[Place]float64{}, 0.0 // how many bits each line's choice has
		for _, line := range lines {
			n := float64(len(line.rules))
			at[line.at] = math.Log2(n) - math.Log2(n-1) // what it has less without one rule
			all += math.Log2(n)
		}
		for _, f := range findings {
			meets, left := false, all
			for _, s := range e.reports(f) {
				if less, ok := at[s.at]; ok {
					meets, left = true, left-less
				}
			}
			// A search that stays unaffordable assigns nothing.
			if meets && left < math.Log2(maxChoices)+1 {
				disputed[saidKey{f.Rule, f.Subject}] = true
			}
		}
	}
	return disputed
}

// lineOf is a place without where it ends.
func lineOf(p Place) Place { return Place{Path: p.Path, Line: p.Line} }
