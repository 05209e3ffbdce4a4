package audit

import (
	"cmp"
	"slices"
	"sort"
)

// maxChoices bounds the search of penalties: ten lines that two rules meet on.
// In a hundred real repositories no aspect has even one; what a hostile one has
// must not cost more than milliseconds.
const maxChoices = 1024

// said is one report of a finding: where, and what it weighs.
type said struct {
	at     Place // a line, without its end
	weight float64
}

// saidKey names a finding within its component.
type saidKey struct{ rule, subject string }

// reports lists every report that a finding was made of.
func (e evidence) reports(f Finding) []said {
	if list := e.said[saidKey{f.Rule, f.Subject}]; list != nil {
		return list
	}
	return []said{{lineOf(f.Place), f.Weight()}}
}

// penalties is what each rule takes away in one aspect, sorted by rule. Guard
// G9 of rules.md: a line that several rules of the aspect report counts once,
// under the rule where it weighs most in the product.
//
// "Where it weighs most" is read as: of all ways to count each such line under
// one of its rules, the one with the lowest credit. That reading is the most
// lenient one under which a further finding never raises the score. Counting
// the line under the rule of the worst severity would not do: the line could
// move from a rule with one finding to a rule with so many that one more takes
// next to nothing, and the credit would rise. A finding that several lines
// report weighs what the worst of those lines does that count under its rule.
//
// An absence (line 0) is no line: two absences of one manifest are two.
//
// The second result says which rule each such line counts under, by place.
func (e evidence) penalties(findings []Finding) ([]Penalty, []ContestedLine) {
	lines, choices := e.contested(findings)
	if choices > maxChoices {
		// Every line counts under all its rules. A further finding never takes
		// that back, and it does not depend on the files' names.
		lines = nil
	}
	list := e.tallies(findings, lines)
	owner := map[Place]string{}
	var best tally
	var under []ContestedLine
	bestCredit := 2.0
	var search func(rest []contested)
	search = func(rest []contested) {
		if len(rest) > 0 {
			for _, rule := range rest[0].rules {
				owner[rest[0].at] = rule
				search(rest[1:])
			}
			return
		}
		if credit := list.count(owner); credit < bestCredit {
			bestCredit, best, under = credit, slices.Clone(list), under[:0]
			for _, line := range lines {
				under = append(under, ContestedLine{line.at.Path, line.at.Line, owner[line.at]})
			}
		}
	}
	search(lines)
	var result []Penalty
	for _, p := range best {
		if len(p.weights) > 0 {
			penalty := Penalty{Rule: p.rule, Amount: p.amount, Count: len(p.weights), Counting: p.counting, Weights: grouped(p.weights)}
			if p.counting == Ratio {
				penalty.Good = p.good
			}
			result = append(result, penalty)
		}
	}
	return result, under
}

// tally is what the rules of one aspect take away under one choice.
type tally []ruleTally

type ruleTally struct {
	rule     string
	counting Counting
	good     int
	sure     []float64 // weights of the findings that no choice changes, worst first
	disputed [][]said  // reports of the others
	weights  []float64 // of all that count under the choice, worst first
	amount   float64
}

// tallies prepares the rules that found something, sorted.
func (e evidence) tallies(findings []Finding, lines []contested) tally {
	disputed := map[Place]bool{}
	for _, line := range lines {
		disputed[line.at] = true
	}
	byRule := map[string]*ruleTally{}
	for _, f := range findings {
		p := byRule[f.Rule]
		if p == nil {
			p = &ruleTally{rule: f.Rule, counting: e.counting[f.Rule], good: e.good[f.Rule]}
			byRule[f.Rule] = p
		}
		reports := e.reports(f)
		if slices.ContainsFunc(reports, func(s said) bool { return disputed[s.at] }) {
			p.disputed = append(p.disputed, reports)
		} else {
			p.sure = append(p.sure, f.Weight())
		}
	}
	var list tally
	for _, p := range byRule {
		descend(p.sure)
		list = append(list, *p)
	}
	slices.SortFunc(list, func(a, b ruleTally) int { return cmp.Compare(a.rule, b.rule) })
	return list
}

// count computes every rule's amount, where owner says which rule a contested
// line counts under, and returns what the amounts leave.
func (t tally) count(owner map[Place]string) float64 {
	credit := 1.0
	for i := range t {
		p := &t[i]
		var chosen []float64
		for _, reports := range p.disputed {
			worst := -1.0
			for _, s := range reports {
				if rule, contested := owner[s.at]; !contested || rule == p.rule {
					worst = max(worst, s.weight)
				}
			}
			if worst >= 0 {
				chosen = append(chosen, worst)
			}
		}
		descend(chosen)
		p.weights = merged(p.sure, chosen)
		p.amount = p.counting.amount(p.weights, p.good)
		credit *= 1 - p.amount
	}
	return credit
}

// descend sorts weights in place, worst first.
func descend(weights []float64) { sort.Sort(sort.Reverse(sort.Float64Slice(weights))) }

// merged is two lists of weights, each worst first, as one.
func merged(a, b []float64) []float64 {
	if len(b) == 0 {
		return a
	}
	all := make([]float64, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] >= b[0] {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// grouped counts equal weights, worst first.
func grouped(weights []float64) []WeightCount {
	var list []WeightCount
	for _, w := range weights {
		if n := len(list); n > 0 && list[n-1].Weight == w {
			list[n-1].Count++
		} else {
			list = append(list, WeightCount{w, 1})
		}
	}
	return list
}

// contested is a line that several rules of one aspect report.
type contested struct {
	at    Place
	rules []string // sorted
}

// contested lists such lines by place. choices is in how many ways each can
// count under one of its rules, cut off above maxChoices.
func (e evidence) contested(findings []Finding) (lines []contested, choices int) {
	rules := map[Place][]string{}
	for _, f := range findings {
		for _, s := range e.reports(f) {
			if s.at.Line == 0 {
				continue
			}
			list := rules[s.at]
			if i, found := slices.BinarySearch(list, f.Rule); !found {
				rules[s.at] = slices.Insert(list, i, f.Rule)
			}
		}
	}
	choices = 1
	for at, list := range rules {
		if len(list) == 1 {
			continue
		}
		lines = append(lines, contested{at, list})
		if choices <= maxChoices { // a product of hundreds would wrap around
			choices *= len(list)
		}
	}
	slices.SortFunc(lines, func(a, b contested) int { return a.at.compare(b.at) })
	return lines, choices
}
