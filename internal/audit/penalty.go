package audit

import "sort"

// maxChoices bounds the search of penalties. Real aspects have a handful of
// lines that two rules meet on; 256 choices are eight such lines.
const maxChoices = 256

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
func penalties(findings []Finding, counting map[string]Counting, good map[string]int) []Penalty {
	alone, shared := split(findings)
	choose := map[Place]string{}
	var best []Penalty
	bestCredit := 2.0
	var search func(rest []contested)
	search = func(rest []contested) {
		if len(rest) > 0 {
			for _, rule := range rest[0].rules {
				choose[rest[0].place] = rule
				search(rest[1:])
			}
			return
		}
		counted := append([]Finding(nil), alone...)
		for _, c := range shared {
			for _, f := range c.findings {
				if f.Rule == choose[c.place] {
					counted = append(counted, f)
				}
			}
		}
		list := byRule(counted, counting, good)
		credit := 1.0
		for _, p := range list {
			credit *= 1 - p.Amount
		}
		if credit < bestCredit {
			best, bestCredit = list, credit
		}
	}
	search(shared)
	return best
}

// contested is a line that several rules of one aspect report.
type contested struct {
	place    Place
	rules    []string // sorted
	findings []Finding
}

// split parts the findings that share their line with another rule's from
// those that do not. Lines beyond what the search can afford count under all
// their rules. The affordable ones are the first in order, up to the first that
// does not fit, so that a further finding only shortens them.
func split(findings []Finding) (alone []Finding, shared []contested) {
	at := map[Place]*contested{}
	var places []Place
	for _, f := range findings {
		if f.Place.Line == 0 {
			alone = append(alone, f)
			continue
		}
		key := Place{Path: f.Place.Path, Line: f.Place.Line}
		c := at[key]
		if c == nil {
			c = &contested{place: key}
			at[key] = c
			places = append(places, key)
		}
		c.findings = append(c.findings, f)
		i := sort.SearchStrings(c.rules, f.Rule)
		if i == len(c.rules) || c.rules[i] != f.Rule {
			c.rules = append(c.rules[:i], append([]string{f.Rule}, c.rules[i:]...)...)
		}
	}
	sort.Slice(places, func(i, j int) bool {
		a, b := places[i], places[j]
		return a.Path < b.Path || a.Path == b.Path && a.Line < b.Line
	})
	choices := 1
	for _, place := range places {
		c := at[place]
		if choices *= len(c.rules); len(c.rules) == 1 || choices > maxChoices {
			alone = append(alone, c.findings...)
			continue
		}
		shared = append(shared, *c)
	}
	return alone, shared
}

func byRule(findings []Finding, counting map[string]Counting, good map[string]int) []Penalty {
	weights := map[string][]float64{}
	var rules []string
	for _, f := range findings {
		if weights[f.Rule] == nil {
			rules = append(rules, f.Rule)
		}
		weights[f.Rule] = append(weights[f.Rule], f.weight())
	}
	sort.Strings(rules)
	var list []Penalty
	for _, rule := range rules {
		sort.Sort(sort.Reverse(sort.Float64Slice(weights[rule])))
		list = append(list, Penalty{Rule: rule, Amount: counting[rule].amount(weights[rule], good[rule]), Count: len(weights[rule])})
	}
	return list
}
