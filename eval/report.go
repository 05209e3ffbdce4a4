package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"twelvefold/eval/mutation"
	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// report is what was measured, each set on its own, side by side.
type report struct {
	results []*result // of the sets that have subjects, training first
	rules   []audit.Rule
	peers   []measured
	mutants *mutation.Result // nil where none were made
}

func newReport(outcomes []outcome, rules []audit.Rule) *report {
	r := &report{rules: rules}
	for _, name := range sets {
		var list []outcome
		for _, o := range outcomes {
			if o.subject.Set == name {
				list = append(list, o)
			}
		}
		if len(list) > 0 {
			r.results = append(r.results, newResult(name, list, rules))
		}
	}
	return r
}

// rows are the rules that something was said or labelled of in any set, in the
// catalogue's order.
func (r *report) rows() []audit.Rule {
	var list []audit.Rule
	for _, rule := range r.rules {
		if rule.Type == audit.Violation && slices.ContainsFunc(r.results, func(of *result) bool { return of.byRule[rule.ID] != (tally{}) }) {
			list = append(list, rule)
		}
	}
	return list
}

// figure is one thing that is measured of a set.
type figure struct {
	name string
	of   func(*result) string
}

// figures are what is said of a set as a whole.
var figures = []figure{
	{"Repositories", func(r *result) string { return fmt.Sprint(len(r.outcomes)) }},
	{"Precision, all findings", func(r *result) string {
		share, strict, n := r.all.precision()
		return fmt.Sprintf("%s of %d judged%s; %s if the %d open ones were wrong", percent(share), n, interval(r.all.right, n), percent(strict), r.all.unjudged)
	}},
	{"Precision, critical and high", func(r *result) string {
		share, strict, n := r.severe.precision()
		return fmt.Sprintf("%s of %d judged%s; %s if the %d open ones were wrong", percent(share), n, interval(r.severe.right, n), percent(strict), r.severe.unjudged)
	}},
	{"Recall, all", func(r *result) string {
		return fmt.Sprintf("%s of %d%s; %d more labels have no rule", percent(r.all.recall()), r.all.labels, interval(r.all.found, r.all.labels), r.ruleless())
	}},
	{"Recall, critical and high", func(r *result) string {
		return fmt.Sprintf("%s of %d%s", percent(r.severe.recall()), r.severe.labels, interval(r.severe.found, r.severe.labels))
	}},
	{"The finding points at the labelled line", func(r *result) string {
		return fmt.Sprintf("%s of %d found", percent(ratio(r.all.exact, r.all.found)), r.all.found)
	}},
	{"Traps fallen for", func(r *result) string { return fmt.Sprintf("%d of %d", r.all.fell, r.all.traps) }},
	{"Verdict on a factor agrees with the person's", func(r *result) string {
		return fmt.Sprintf("%s of %d, kappa %.2f", percent(r.verdicts.observed()), r.verdicts.n, r.verdicts.kappa())
	}},
	{"Class of a component", func(r *result) string {
		return fmt.Sprintf("%s of %d, kappa %.2f; %d not found", percent(r.classes.observed()), r.classes.n, r.classes.kappa(), r.unfound)
	}},
}

// agreements are how far the verdicts on each factor agree.
func agreements() []figure {
	var list []figure
	for _, key := range factor.Keys() {
		list = append(list, figure{string(key), func(r *result) string {
			a := r.factors[key]
			if a == nil {
				return "–"
			}
			return fmt.Sprintf("%s of %d", percent(a.observed()), a.n)
		}})
	}
	return list
}

// disagreements says which verdicts on a factor were taken for which, most
// first.
func (r *result) disagreements(key factor.Key) []string {
	a := r.factors[key]
	if a == nil {
		return nil
	}
	count := map[string]int{}
	for pair, n := range a.pairs {
		if pair[0] != pair[1] {
			count[fmt.Sprintf("%s taken for %s", pair[0], pair[1])] += n
		}
	}
	var list []string
	for _, text := range byMost(count) {
		list = append(list, fmt.Sprintf("%d %s", count[text], text))
	}
	return list
}

// errors are the sure labels that were missed and the findings that are wrong.
func (o outcome) errors() []string {
	var lines []string
	for i, v := range o.subject.Violations {
		if o.found[i] == missed && v.Sure && v.Severity != audit.Info {
			lines = append(lines, fmt.Sprintf("missed `%s` at %s:%d: %s", v.Rule, v.Path, v.Line, v.Note))
		}
	}
	for i, f := range o.audit.Findings {
		if o.said[i] == wrong && f.Confidence != audit.LowConfidence && f.Severity != audit.Info {
			lines = append(lines, fmt.Sprintf("wrong `%s` at %s", f.Rule, f.Place))
		}
	}
	slices.Sort(lines)
	return lines
}

func percent(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", share*100)
}

// interval is the 95 % interval of a share, in parentheses.
func interval(n, total int) string {
	if total == 0 {
		return ""
	}
	low, high := wilson(n, total)
	return fmt.Sprintf(" (%.0f–%.0f %%)", low*100, high*100)
}

func of(n, total int) string {
	if total == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", n, total)
}

// judged is how many of a rule's judged findings are right, with those that
// nobody judged.
func judged(t tally) string {
	text := of(t.right, t.right+t.wrong)
	if t.unclear > 0 {
		text += fmt.Sprintf(", %d unclear", t.unclear)
	}
	if t.unjudged > 0 {
		text += fmt.Sprintf(", %d open", t.unjudged)
	}
	return strings.TrimPrefix(text, "–, ")
}
