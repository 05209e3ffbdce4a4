package main

import (
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/report"
	"twelvefold/internal/rules"
)

// rulesCommand explains the catalogue.
type rulesCommand struct {
	ID     string `arg:"" optional:"" help:"Rule to explain, such as config/env-file-committed, or factor to list, such as config or III; all are listed when left out." complete:"rule"`
	Format string `help:"How to print: text or json." enum:"text,json" default:"text"`
}

// Help says what is printed.
func (rulesCommand) Help() string {
	return `Lists all rules by factor, or those of one, or explains one: what it looks for,
why, how to fix it, and an example of both. JSON is a list of rules in either case.

Exit status: 0, or 2 when there is no such rule.`
}

// Run lists the rules, or explains one.
func (c rulesCommand) Run(a *app) error {
	list := rules.All()
	if f, err := factor.Named(c.ID); err == nil {
		list = slices.DeleteFunc(list, func(r audit.Rule) bool { return r.Factor() != f.Key })
	} else if c.ID != "" {
		rule, ok := find(list, c.ID)
		if !ok {
			return usage("there is no rule %q: %s", c.ID, suggestion(list, c.ID))
		}
		if c.Format == "text" {
			return unwritable("the rule", report.RuleText(a.stdout, rule, textOptions(a)))
		}
		list = []audit.Rule{rule}
	}
	if c.Format == "json" {
		return unwritable("the rules", report.RulesJSON(a.stdout, list))
	}
	return unwritable("the rules", report.RulesText(a.stdout, list, textOptions(a)))
}

func find(list []audit.Rule, id string) (audit.Rule, bool) {
	for _, r := range list {
		if r.ID == id {
			return r, true
		}
	}
	return audit.Rule{}, false
}

// suggestion names the rules that were probably meant: those whose ID holds a
// word of what was asked, and the nearest by spelling.
func suggestion(list []audit.Rule, id string) string {
	type candidate struct {
		id       string
		distance int
	}
	var candidates []candidate
	_, name, found := strings.Cut(id, "/")
	if !found {
		name = id
	}
	for _, r := range list {
		d := min(distance(r.ID, id), distance(r.Name(), name))
		if strings.Contains(r.ID, name) || strings.Contains(name, r.Name()) {
			d = 0
		}
		if d <= max(2, len(name)/3) {
			candidates = append(candidates, candidate{r.ID, d})
		}
	}
	sort.SliceStable(candidates, func(i, j int) bool { return candidates[i].distance < candidates[j].distance })
	var names []string
	for _, c := range candidates[:min(3, len(candidates))] {
		names = append(names, c.id)
	}
	if names == nil {
		return "twelvefold rules lists them all"
	}
	return "did you mean " + strings.Join(names, " or ") + "?"
}

// distance is the Levenshtein distance of two texts in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
