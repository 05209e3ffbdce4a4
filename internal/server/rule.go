package server

import (
	"net/http"
	"strings"

	"golang.org/x/tools/txtar"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// rulesPage lists the catalogue by factor.
func (s *Server) rulesPage(w http.ResponseWriter, r *http.Request) error {
	view := templates.Rules{Page: s.page(r, "Rules"), Count: len(s.rules)}
	for _, f := range factor.All() {
		group := templates.RuleGroup{Factor: f}
		for _, rule := range s.rules {
			if rule.Factor() == f.Key {
				group.Rules = append(group.Rules, ruleItem(rule, f))
			}
		}
		view.Factors = append(view.Factors, group)
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
	view := ruleItem(rule, f)
	view.Page = s.page(r, rule.Title)
	return s.render(w, r, templates.RulePage(view))
}

func ruleItem(rule audit.Rule, f factor.Factor) templates.RuleItem {
	item := templates.RuleItem{
		ID: rule.ID, Factor: f, Title: rule.Title, Pass: rule.Type == audit.Positive,
		Severity: string(rule.Severity), Confidence: string(rule.Confidence), Why: rule.Why,
		Bad: exampleFiles(rule.Bad), Good: exampleFiles(rule.Good),
	}
	for _, fix := range rule.Advice() {
		item.Fixes = append(item.Fixes, templates.RuleFix{For: fix.For, Text: fix.Text})
	}
	return item
}

// exampleFiles takes an example's archive apart.
func exampleFiles(example audit.Example) []templates.ExampleFile {
	var files []templates.ExampleFile
	for _, f := range txtar.Parse([]byte(example)).Files {
		files = append(files, templates.ExampleFile{Name: f.Name, Content: strings.TrimSpace(string(f.Data))})
	}
	return files
}
