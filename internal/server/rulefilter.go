package server

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// ruleFilter is what a reader asks for of the catalogue.
type ruleFilter struct {
	words    []string // in lower case
	severity audit.Severity
	kind     audit.Type
}

// ruleFilterOf reads ?q=, ?severity= and ?kind=.
func ruleFilterOf(r *http.Request) (ruleFilter, error) {
	query := r.URL.Query()
	f := ruleFilter{words: wordsOf(query.Get("q")), severity: audit.Severity(query.Get("severity")), kind: audit.Type(query.Get("kind"))}
	if f.severity != "" && !slices.Contains(audit.Severities(), f.severity) || f.kind != "" && f.kind != audit.Violation && f.kind != audit.Positive {
		return f, store.ErrNotFound
	}
	return f, nil
}

func wordsOf(typed string) []string { return strings.Fields(strings.ToLower(filterText(typed))) }

// any reports whether a filter leaves everything.
func (f ruleFilter) any() bool { return len(f.words) == 0 && f.severity == "" && f.kind == "" }

// of are the rules that a filter leaves: in the catalogue's order, and with words
// those first whose name they are.
func (f ruleFilter) of(rules []audit.Rule) []audit.Rule {
	type ranked struct {
		rule audit.Rule
		rank int
	}
	var list []ranked
	for _, rule := range rules {
		if f.severity != "" && f.severity != rule.Severity || f.kind != "" && f.kind != rule.Type {
			continue
		}
		if rank, found := rankOf(rule, f.words); found {
			list = append(list, ranked{rule, rank})
		}
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	left := make([]audit.Rule, len(list))
	for i, r := range list {
		left[i] = r.rule
	}
	return left
}

// rankOf says how well words tell a rule: by its id, its title, or what else is
// said of it. All of them must be there.
func rankOf(rule audit.Rule, words []string) (rank int, found bool) {
	if len(words) == 0 {
		return 0, true
	}
	whole := strings.Join(words, " ")
	title := strings.ToLower(rule.Title)
	text := rule.ID + " " + title + " " + strings.ToLower(rule.Why)
	for _, fix := range rule.Fixes {
		text += " " + strings.ToLower(fix.For+" "+fix.Text)
	}
	all := func(text string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	}
	switch {
	case rule.ID == whole || rule.Name() == whole:
		return 0, true
	case strings.HasPrefix(rule.ID, whole), strings.HasPrefix(rule.Name(), whole):
		return 1, true
	case all(rule.ID):
		return 2, true
	case all(rule.ID + " " + title):
		return 3, true
	}
	return 4, all(text)
}

// rulesHref is the catalogue, filtered by words.
func rulesHref(typed string) string { return "/rules?q=" + url.QueryEscape(typed) }

func severityChoices(chosen audit.Severity) []templates.Choice {
	list := []templates.Choice{{Value: "", Says: "any", Chosen: chosen == ""}}
	for _, severity := range audit.Severities() {
		list = append(list, templates.Choice{Value: string(severity), Says: string(severity), Chosen: severity == chosen})
	}
	return list
}

func kindChoices(chosen audit.Type) []templates.Choice {
	return []templates.Choice{
		{Value: "", Says: "all", Chosen: chosen == ""},
		{Value: string(audit.Violation), Says: "violations", Chosen: chosen == audit.Violation},
		{Value: string(audit.Positive), Says: "evidence", Chosen: chosen == audit.Positive},
	}
}
