package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// result is everything that was measured.
type result struct {
	outcomes    []outcome
	rules       []audit.Rule
	exists      map[string]bool
	byRule      map[string]tally
	all, severe tally
	factors     map[factor.Key]*agreement
	verdicts    agreement // on factors
	classes     agreement
	unfound     int // labelled components without a scorecard
}

func newResult(outcomes []outcome, rules []audit.Rule) *result {
	r := &result{outcomes: outcomes, rules: rules, exists: map[string]bool{}, factors: map[factor.Key]*agreement{}}
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

// rows are the rules that something was said or labelled of, in the catalogue's
// order.
func (r *result) rows() []audit.Rule {
	var list []audit.Rule
	for _, rule := range r.rules {
		if rule.Type == audit.Violation && r.byRule[rule.ID] != (tally{}) {
			list = append(list, rule)
		}
	}
	return list
}

func percent(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", share*100)
}

func of(n, total int) string {
	if total == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", n, total)
}

// print writes the result as plain text.
func (r *result) print(w io.Writer, list bool) {
	fmt.Fprintf(w, "%d subjects, %d labelled violations, %d traps\n\n", len(r.outcomes), r.labelled(), r.all.traps)
	fmt.Fprintf(w, "%-42s %5s %5s %5s %5s %9s %9s %7s %6s\n", "rule", "right", "wrong", "clear", "open", "precision", "recall", "line", "traps")
	line := func(name string, t tally) {
		share, _, _ := t.precision()
		fmt.Fprintf(w, "%-42s %5d %5d %5d %5d %9s %9s %7s %6s\n", name, t.right, t.wrong, t.unclear, t.unjudged,
			percent(share), of(t.found, t.labels), of(t.exact, t.found), of(t.fell, t.traps))
	}
	for _, rule := range r.rows() {
		line(rule.ID, r.byRule[rule.ID])
	}
	line("ALL", r.all)
	line("CRITICAL AND HIGH", r.severe)
	share, strict, n := r.all.precision()
	low, high := wilson(r.all.right, n)
	fmt.Fprintf(w, "\nprecision %s of %d judged (95 %%: %s to %s), %s with the %d open ones as wrong\n", percent(share), n, percent(low), percent(high), percent(strict), r.all.unjudged)
	low, high = wilson(r.all.found, r.all.labels)
	fmt.Fprintf(w, "recall %s of %d sure labels whose rule exists (95 %%: %s to %s); %d sure labels have no rule yet\n", percent(r.all.recall()), r.all.labels, percent(low), percent(high), r.ruleless())
	fmt.Fprintf(w, "traps fallen for: %s\n", of(r.all.fell, r.all.traps))
	fmt.Fprintf(w, "verdicts on factors: %s the same of %d, kappa %.2f; classes %s of %d, kappa %.2f; %d components not found\n\n",
		percent(r.verdicts.observed()), r.verdicts.n, r.verdicts.kappa(), percent(r.classes.observed()), r.classes.n, r.classes.kappa(), r.unfound)
	for _, key := range factor.Keys() {
		if a := r.factors[key]; a != nil {
			fmt.Fprintf(w, "%-20s %5s of %3d", key, percent(a.observed()), a.n)
			count := map[string]int{}
			for pair, n := range a.pairs {
				if pair[0] != pair[1] {
					count[fmt.Sprintf("%s taken for %s", pair[0], pair[1])] += n
				}
			}
			for _, text := range byMost(count) {
				fmt.Fprintf(w, "; %d %s", count[text], text)
			}
			fmt.Fprintln(w)
		}
	}
	if list {
		r.list(w)
	}
}

// list writes what to look at: misses, traps and findings without a verdict.
func (r *result) list(w io.Writer) {
	for _, o := range r.outcomes {
		fmt.Fprintf(w, "\n== %s\n", o.subject.Repository)
		for i, v := range o.subject.Violations {
			if o.found[i] == missed && v.Sure && v.Severity != audit.Info {
				fmt.Fprintf(w, "missed   %s %s:%d %s: %s\n", v.Rule, v.Path, v.Line, v.Severity, v.Note)
			}
		}
		for i, f := range o.audit.Findings {
			if f.Confidence == audit.LowConfidence || f.Severity == audit.Info {
				continue
			}
			switch o.said[i] {
			case wrong:
				fmt.Fprintf(w, "wrong    %s %s %s: %s\n", f.Rule, f.Place, f.Severity, f.Message)
			case unjudged:
				fmt.Fprintf(w, "open     %s %s %s: %s\n", f.Rule, f.Place, f.Severity, f.Message)
			}
		}
	}
}

func (r *result) labelled() int {
	n := 0
	for _, o := range r.outcomes {
		n += len(o.subject.Violations)
	}
	return n
}

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

// markdown writes docs/accuracy.md: the figures and every miss.
func (r *result) markdown(b *strings.Builder) {
	share, strict, n := r.all.precision()
	severe, _, severeN := r.severe.precision()
	fmt.Fprintf(b, `# Accuracy

Generated by `+"`make eval`"+` from [eval/labels](../eval/labels): what people wrote down of %d repositories, each at one commit,
by reading them before they had seen any output of the program. A finding is right when a label tells the same of the
same place, or when a person judged it so afterwards ([eval/verdicts.yaml](../eval/verdicts.yaml)); what nobody judged is
open. Recall counts the labels that two seniors would agree on, of rules that exist. Advisory and informational findings
are left out. Several of these repositories were read while the rules were written: the figures flatter the program.

| | |
|---|---|
| Precision, all findings | %s of %d judged; %s if the %d open ones were wrong |
| Precision, critical and high | %s of %d judged, %d open |
| Recall, all | %s of %d; %d more labels have no rule yet |
| Recall, critical and high | %s of %d |
| The finding points at the labelled line | %s of %d found |
| Traps fallen for | %d of %d |
| Verdict on a factor agrees with the person's | %s of %d, kappa %.2f |
| Class of a component | %s of %d |

## By rule

| Rule | right | wrong | unclear | open | precision | found | at the line | traps |
|---|---|---|---|---|---|---|---|---|
`, len(r.outcomes), percent(share), n, percent(strict), r.all.unjudged, percent(severe), severeN, r.severe.unjudged,
		percent(r.all.recall()), r.all.labels, r.ruleless(), percent(r.severe.recall()), r.severe.labels,
		percent(ratio(r.all.exact, r.all.found)), r.all.found, r.all.fell, r.all.traps,
		percent(r.verdicts.observed()), r.verdicts.n, r.verdicts.kappa(), percent(r.classes.observed()), r.classes.n)
	for _, rule := range r.rows() {
		t := r.byRule[rule.ID]
		share, _, _ := t.precision()
		fmt.Fprintf(b, "| `%s` | %d | %d | %d | %d | %s | %s | %s | %s |\n", rule.ID, t.right, t.wrong, t.unclear, t.unjudged,
			percent(share), of(t.found, t.labels), of(t.exact, t.found), of(t.fell, t.traps))
	}
	b.WriteString("\n## Verdicts on factors\n\n| Person | " + strings.Join(words(judgements), " | ") + " |\n|---|" + strings.Repeat("---|", len(judgements)) + "\n")
	for _, person := range judgements[:4] {
		fmt.Fprintf(b, "| %s |", person)
		for _, program := range judgements {
			fmt.Fprintf(b, " %d |", r.verdicts.pairs[[2]judgement{person, program}])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Misses and mistakes\n")
	for _, o := range r.outcomes {
		var lines []string
		for i, v := range o.subject.Violations {
			if o.found[i] == missed && v.Sure && v.Severity != audit.Info {
				lines = append(lines, fmt.Sprintf("- missed `%s` at %s:%d: %s", v.Rule, v.Path, v.Line, v.Note))
			}
		}
		for i, f := range o.audit.Findings {
			if o.said[i] == wrong && f.Confidence != audit.LowConfidence && f.Severity != audit.Info {
				lines = append(lines, fmt.Sprintf("- wrong `%s` at %s", f.Rule, f.Place))
			}
		}
		if len(lines) > 0 {
			slices.Sort(lines)
			fmt.Fprintf(b, "\n### %s\n\n%s\n", o.subject.Repository, strings.Join(lines, "\n"))
		}
	}
}

func words(list []judgement) []string {
	var texts []string
	for _, j := range list {
		texts = append(texts, string(j))
	}
	return texts
}
