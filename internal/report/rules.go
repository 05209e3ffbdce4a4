package report

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// RuleEntry is the JSON form of a rule.
type RuleEntry struct {
	ID         string           `json:"id"`
	Factor     factor.Key       `json:"factor"`
	Title      string           `json:"title"`
	Severity   audit.Severity   `json:"severity"`   // "" for a pass
	Confidence audit.Confidence `json:"confidence"` // "" for a pass
	Kind       audit.Type       `json:"kind"`
	Why        string           `json:"why"`
	Fix        string           `json:"fix"` // the general one; "" for a pass
}

// RulesJSON writes rules as a JSON list.
func RulesJSON(w io.Writer, rules []audit.Rule) error {
	list := make([]RuleEntry, 0, len(rules))
	for _, r := range rules {
		list = append(list, RuleEntry{ID: r.ID, Factor: r.Factor(), Title: r.Title, Severity: r.Severity,
			Confidence: r.Confidence, Kind: r.Type, Why: r.Why, Fix: r.FixFor(nil)})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}

// RulesText lists rules by factor, a line each.
func RulesText(w io.Writer, rules []audit.Rule, o TextOptions) error {
	p := newPrinter(w, nil, o)
	first := true
	for _, f := range factor.All() {
		if len(rules) > 0 && !slices.ContainsFunc(rules, func(r audit.Rule) bool { return r.Factor() == f.Key }) {
			continue
		}
		if !first {
			p.line("")
		}
		first = false
		p.line(p.bold(f.Numeral + "  " + f.Name))
		for _, r := range rules {
			if r.Factor() != f.Key {
				continue
			}
			label := "pass    "
			if r.Type == audit.Violation {
				label = p.severity(r.Severity)
			}
			p.hanging("  "+label+" ", "           ", r.ID+"  "+p.dim(r.Title))
		}
	}
	return p.w.Flush()
}

// RuleText explains one rule whole: why, fixes, examples.
func RuleText(w io.Writer, r audit.Rule, o TextOptions) error {
	p := newPrinter(w, nil, o)
	f, err := factor.Of(r.Factor())
	if err != nil {
		return err
	}
	p.line(p.bold(r.ID))
	p.wrap("", r.Title)
	p.line("")
	p.line(p.dim("Factor   ") + f.Numeral + " " + f.Name)
	for _, a := range audit.Aspects(f.Key) {
		if a.Letter == r.Aspect {
			p.line(p.dim("Aspect   ") + a.Letter + " " + a.Title)
		}
	}
	if r.Type == audit.Violation {
		p.line(p.dim("Severity ") + strings.TrimSpace(string(r.Severity)) + p.dim(", confidence ") + string(r.Confidence))
	} else {
		p.line(p.dim("Kind     ") + "pass: evidence that speaks for a repository")
	}
	p.line("")
	p.wrap("", r.Why)
	advised := r.Advised()
	for _, group := range advised {
		p.line("")
		title := "Fix"
		if len(advised) > 1 || len(group.Texts) > 1 {
			title += ": " + group.Heading
		}
		p.line(p.bold(title))
		for _, text := range group.Texts {
			if len(group.Texts) > 1 {
				p.hanging("- ", "  ", text)
			} else {
				p.wrap("", text)
			}
		}
	}
	if gaps := r.FilledIn(); gaps != "" {
		p.line("")
		p.wrap("", gaps)
	}
	for _, e := range []struct {
		title   string
		example audit.Example
	}{{"Bad", r.Bad}, {"Good", r.Good}} {
		p.line("")
		p.line(p.bold(e.title))
		for _, line := range strings.Split(strings.Trim(string(e.example), "\n"), "\n") {
			p.line("  " + line)
		}
	}
	return p.w.Flush()
}

func newPrinter(w io.Writer, rules []audit.Rule, o TextOptions) *printer {
	p := &printer{w: bufio.NewWriter(w), o: o, rules: map[string]audit.Rule{}}
	if p.o.Width <= 0 {
		p.o.Width = 80
		if o.ExplainComponents || o.ExplainScore {
			p.o.Width = 100 // formulas and start commands beside their places
		}
	}
	for _, r := range rules {
		p.rules[r.ID] = r
	}
	return p
}
