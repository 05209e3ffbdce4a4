package main

import (
	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// result is everything that was measured on the subjects of one set.
type result struct {
	set         set
	outcomes    []outcome
	exists      map[string]bool
	byRule      map[string]tally
	all, severe tally
	factors     map[factor.Key]*agreement
	verdicts    agreement // on factors
	classes     agreement
	unfound     int // labelled components without a scorecard
}

func newResult(set set, outcomes []outcome, rules []audit.Rule) *result {
	r := &result{set: set, outcomes: outcomes, exists: map[string]bool{}, factors: map[factor.Key]*agreement{}}
	for _, rule := range rules {
		r.exists[rule.ID] = true
	}
	r.byRule = tallies(outcomes, r.exists, func(audit.Severity) bool { return true })
	r.all = sum(r.byRule)
	r.severe = sum(tallies(outcomes, r.exists, func(s audit.Severity) bool { return s == audit.High || s == audit.Critical }))
	for _, o := range outcomes {
		for _, c := range o.subject.Components {
			card, ok := scorecardOf(o.audit, c)
			if !ok {
				r.unfound++
				continue
			}
			r.classes.note(judgement(c.Class), judgement(card.Class))
			for _, score := range card.Factors {
				person, said := c.Factors[score.Factor]
				if !said || person == unknown {
					continue
				}
				if r.factors[score.Factor] == nil {
					r.factors[score.Factor] = &agreement{}
				}
				r.factors[score.Factor].note(person, judgementOf(score))
				r.verdicts.note(person, judgementOf(score))
			}
		}
	}
	return r
}

// ruleless is how many sure labels no rule can tell.
func (r *result) ruleless() int {
	n := 0
	for _, o := range r.outcomes {
		for _, v := range o.subject.Violations {
			if v.Sure && v.Severity != audit.Info && !r.exists[v.Rule] {
				n++
			}
		}
	}
	return n
}
