package server

import (
	"net/http"
	"strings"

	"golang.org/x/tools/txtar"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/rules"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// rulesPage lists the catalogue by factor, or what a filter leaves of it.
func (s *Server) rulesPage(w http.ResponseWriter, r *http.Request) error {
	filter, err := ruleFilterOf(r)
	if err != nil {
		return err
	}
	view := templates.Rules{
		Page: s.page(r, "Rules"), All: len(s.rules), Query: filterText(r.URL.Query().Get("q")), Filtered: !filter.any(),
		Severities: severityChoices(filter.severity), Kinds: kindChoices(filter.kind), Export: "/rules",
	}
	if r.URL.RawQuery != "" {
		view.Export += "?" + r.URL.Query().Encode()
	}
	left := filter.of(s.rules)
	view.Count = len(left)
	for _, f := range factor.All() {
		group := templates.RuleGroup{Factor: f}
		for _, rule := range left {
			if rule.Factor() == f.Key {
				group.Rules = append(group.Rules, s.ruleItem(rule, f))
			}
		}
		if len(group.Rules) > 0 {
			view.Factors = append(view.Factors, group)
		}
	}
	return s.render(w, r, templates.RulesPage(view))
}

// rulePage explains one rule.
func (s *Server) rulePage(w http.ResponseWriter, r *http.Request) error {
	rule, ok := s.byID[r.PathValue("factor")+"/"+r.PathValue("name")]
	if !ok {
		return store.ErrNotFound
	}
	f, err := factor.Of(rule.Factor())
	if err != nil {
		return err
	}
	view := s.ruleItem(rule, f)
	view.Bad, view.Good = exampleFiles(rule.Bad), exampleFiles(rule.Good)
	view.Page = s.page(r, rule.Title)
	return s.render(w, r, templates.RulePage(view))
}

// ruleItem is a rule without its examples.
func (s *Server) ruleItem(rule audit.Rule, f factor.Factor) templates.RuleItem {
	item := templates.RuleItem{
		ID: rule.ID, Factor: f, Title: rule.Title, Pass: rule.Type == audit.Positive,
		Severity: string(rule.Severity), Confidence: string(rule.Confidence), Why: rule.Why,
		Training: measuredOf(s.measured[rule.ID].Training), HeldOut: measuredOf(s.measured[rule.ID].HeldOut),
	}
	for _, fix := range rule.Advised() {
		item.Fixes = append(item.Fixes, templates.RuleFix{For: fix.Heading, Texts: fix.Texts})
	}
	item.Gaps = rule.FilledIn()
	return item
}

func measuredOf(f rules.Figures) templates.Measured {
	return templates.Measured{Right: f.Right, Judged: f.Judged(), Unclear: f.Unclear, Open: f.Open, Found: f.Found, Labels: f.Labels, Fell: f.Fell, Traps: f.Traps}
}

// exampleFiles takes an example's archive apart.
func exampleFiles(example audit.Example) []templates.ExampleFile {
	var files []templates.ExampleFile
	for _, f := range txtar.Parse([]byte(example)).Files {
		files = append(files, templates.ExampleFile{Name: f.Name, Content: strings.TrimSpace(string(f.Data))})
	}
	return files
}
