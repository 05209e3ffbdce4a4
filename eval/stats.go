package main

import (
	"cmp"
	"math"
	"slices"

	"twelvefold/internal/audit"
)

// tally counts what a rule, or all rules, said and missed.
type tally struct {
	right, wrong, unclear, unjudged int // findings
	found, exact, labels            int // sure labels of rules that exist
	traps, fell                     int
}

// precision is the share of the judged findings that are right, with what is
// not judged counted as wrong in strict.
func (t tally) precision() (share, strict float64, n int) {
	n = t.right + t.wrong
	return ratio(t.right, n), ratio(t.right, n+t.unjudged), n
}

func (t tally) recall() float64 { return ratio(t.found, t.labels) }

func (t *tally) add(o tally) {
	t.right, t.wrong, t.unclear, t.unjudged = t.right+o.right, t.wrong+o.wrong, t.unclear+o.unclear, t.unjudged+o.unjudged
	t.found, t.exact, t.labels = t.found+o.found, t.exact+o.exact, t.labels+o.labels
	t.traps, t.fell = t.traps+o.traps, t.fell+o.fell
}

func ratio(n, of int) float64 {
	if of == 0 {
		return math.NaN()
	}
	return float64(n) / float64(of)
}

// wilson is the 95 % interval of a share.
func wilson(n, of int) (low, high float64) {
	if of == 0 {
		return math.NaN(), math.NaN()
	}
	const z = 1.959964
	p, total := float64(n)/float64(of), float64(of)
	middle := p + z*z/(2*total)
	half := z * math.Sqrt(p*(1-p)/total+z*z/(4*total*total))
	return (middle - half) / (1 + z*z/total), (middle + half) / (1 + z*z/total)
}

// tallies counts by rule, and over what keeps a finding and a label.
func tallies(list []outcome, exists map[string]bool, keep func(severity audit.Severity) bool) map[string]tally {
	byRule := map[string]tally{}
	note := func(rule string, change func(*tally)) {
		t := byRule[rule]
		change(&t)
		byRule[rule] = t
	}
	for _, o := range list {
		for i, f := range o.audit.Findings {
			if f.Confidence == audit.LowConfidence || f.Severity == audit.Info || !keep(f.Severity) {
				continue // shown, not scored
			}
			note(f.Rule, func(t *tally) {
				switch o.said[i] {
				case right:
					t.right++
				case wrong:
					t.wrong++
				case unclear:
					t.unclear++
				case unjudged:
					t.unjudged++
				}
			})
		}
		for i, v := range o.subject.Violations {
			if !v.Sure || v.Severity == audit.Info || !exists[v.Rule] || !keep(v.Severity) {
				continue
			}
			note(v.Rule, func(t *tally) {
				t.labels++
				if o.found[i] != missed {
					t.found++
				}
				if o.found[i] == exact {
					t.exact++
				}
			})
		}
		for i, trap := range o.subject.Traps {
			if !exists[trap.Rule] {
				continue
			}
			note(trap.Rule, func(t *tally) {
				t.traps++
				if o.trapped[i] > 0 {
					t.fell++
				}
			})
		}
	}
	return byRule
}

func sum(byRule map[string]tally) tally {
	var total tally
	for _, t := range byRule {
		total.add(t)
	}
	return total
}

// agreement compares the verdicts on factors: how often both say the same, and
// Cohen's kappa, which takes away what chance would give.
type agreement struct {
	pairs map[[2]judgement]int // person, program
	n     int
}

func (a *agreement) note(person, program judgement) {
	if a.pairs == nil {
		a.pairs = map[[2]judgement]int{}
	}
	a.pairs[[2]judgement{person, program}]++
	a.n++
}

func (a agreement) observed() float64 {
	same := 0
	for pair, n := range a.pairs {
		if pair[0] == pair[1] {
			same += n
		}
	}
	return ratio(same, a.n)
}

func (a agreement) kappa() float64 {
	if a.n == 0 {
		return math.NaN()
	}
	chance := 0.0
	for _, j := range judgements {
		person, program := 0, 0
		for pair, n := range a.pairs {
			if pair[0] == j {
				person += n
			}
			if pair[1] == j {
				program += n
			}
		}
		chance += float64(person) * float64(program)
	}
	chance /= float64(a.n) * float64(a.n)
	if chance == 1 {
		return 1
	}
	return (a.observed() - chance) / (1 - chance)
}

// byMost sorts keys by their count, most first, then by name.
func byMost[K cmp.Ordered](count map[K]int) []K {
	keys := make([]K, 0, len(count))
	for k := range count {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b K) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
	return keys
}
