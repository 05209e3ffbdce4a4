package audit

import (
	"slices"
	"sort"
)

// maxChoices bounds the search of penalties: ten lines that two rules meet on.
// In a hundred real repositories no aspect has even one; what a hostile one has
// must not cost more than milliseconds.
const maxChoices = 1024

// penalties is what each rule takes away in one aspect, sorted by rule. Guard
// G9 of rules.md: a line that several rules of the aspect report counts once,
// under the rule where it weighs most in the product.
//
// "Where it weighs most" is read as: of all ways to count each such line under
// one of its rules, the one with the lowest credit. That reading is the most
// lenient one under which a further finding never raises the score. Counting
// the line under the rule of the worst severity would not do: the line could
// move from a rule with one finding to a rule with so many that one more takes
// next to nothing, and the credit would rise.
//
// An absence (line 0) is no line: two absences of one manifest are two.
//
// The second result says which rule each such line counts under, by place.
func penalties(findings []Finding, counting map[string]Counting, good map[string]int) ([]Penalty, []ContestedLine) {
	alone, shared, _ := split(findings)
	list := rulesOf(findings, counting, good)
	for _, f := range alone {
		p := list.of(f.Rule)
		p.alone = append(p.alone, f.Weight())
	}
	for i := range list {
		descend(list[i].alone)
	}
	best, bestCredit := tally(nil), 2.0
	var choice []string
	var lines []ContestedLine
	var search func(rest []contested)
	search = func(rest []contested) {
		if len(rest) > 0 {
			for _, rule := range rest[0].rules {
				p := list.of(rule)
				n := len(p.chosen)
				for _, f := range rest[0].findings {
					if f.Rule == rule {
						p.chosen = append(p.chosen, f.Weight())
					}
				}
				choice = append(choice, rule)
				search(rest[1:])
				choice = choice[:len(choice)-1]
				p.chosen = p.chosen[:n]
			}
			return
		}
		if credit := list.count(); credit < bestCredit {
			bestCredit, best = credit, append(best[:0], list...)
			lines = lines[:0]
			for i, rule := range choice {
				lines = append(lines, ContestedLine{shared[i].place.Path, shared[i].place.Line, rule})
			}
		}
	}
	search(shared)
	var result []Penalty
	for _, p := range best {
		if p.counted > 0 {
			penalty := Penalty{Rule: p.rule, Amount: p.amount, Count: p.counted, Counting: p.counting}
			if p.counting == Ratio {
				penalty.Good = p.good
			}
			result = append(result, penalty)
		}
	}
	return result, lines
}

// tally is what the rules of one aspect take away under one choice.
type tally []ruleTally

type ruleTally struct {
	rule     string
	counting Counting
	good     int
	alone    []float64 // weights of the findings that count under the rule in every choice, worst first
	chosen   []float64 // of those that this choice adds
	amount   float64
	counted  int
}

// rulesOf lists the rules that found something, sorted.
func rulesOf(findings []Finding, counting map[string]Counting, good map[string]int) tally {
	var list tally
	for _, f := range findings {
		if list.of(f.Rule) == nil {
			list = append(list, ruleTally{rule: f.Rule, counting: counting[f.Rule], good: good[f.Rule]})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].rule < list[j].rule })
	return list
}

func (t tally) of(rule string) *ruleTally {
	for i := range t {
		if t[i].rule == rule {
			return &t[i]
		}
	}
	return nil
}

// count computes every rule's amount and returns what the amounts leave.
func (t tally) count() float64 {
	credit := 1.0
	for i := range t {
		p := &t[i]
		weights := merged(p.alone, slices.Clone(p.chosen))
		p.amount, p.counted = p.counting.amount(weights, p.good), len(weights)
		credit *= 1 - p.amount
	}
	return credit
}

// descend sorts weights in place, worst first.
func descend(weights []float64) { sort.Sort(sort.Reverse(sort.Float64Slice(weights))) }

// merged is two lists of weights as one, worst first. The first is sorted so;
// the second is sorted on the way.
func merged(a, b []float64) []float64 {
	if len(b) == 0 {
		return a
	}
	descend(b)
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

// contested is a line that several rules of one aspect report.
type contested struct {
	place    Place
	rules    []string // sorted
	findings []Finding
}

// split parts the findings that share their line with another rule's from
// those that do not. With more choices than the search affords every line
// counts under all its rules: a further finding never takes that back, and it
// does not depend on the files' names. choices is how many there are, cut off
// well above that limit.
func split(findings []Finding) (alone []Finding, shared []contested, choices int) {
	at := map[Place]*contested{}
	var places []Place
	for _, f := range findings {
		if f.Place.Line == 0 {
			alone = append(alone, f)
			continue
		}
		key := lineOf(f)
		c := at[key]
		if c == nil {
			c = &contested{place: key}
			at[key] = c
			places = append(places, key)
		}
		c.findings = append(c.findings, f)
		i := sort.SearchStrings(c.rules, f.Rule)
		if i == len(c.rules) || c.rules[i] != f.Rule {
			c.rules = slices.Insert(c.rules, i, f.Rule)
		}
	}
	slices.SortFunc(places, Place.compare)
	choices = 1
	for _, place := range places {
		c := at[place]
		if choices <= maxChoices*maxChoices { // a product of hundreds would wrap around
			choices *= len(c.rules)
		}
		if len(c.rules) == 1 {
			alone = append(alone, c.findings...)
		} else {
			shared = append(shared, *c)
		}
	}
	if choices <= maxChoices {
		return alone, shared, choices
	}
	for _, c := range shared {
		alone = append(alone, c.findings...)
	}
	return alone, nil, choices
}
