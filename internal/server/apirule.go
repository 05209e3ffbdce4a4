package server

import (
	"cmp"
	"slices"

	"twelvefold/internal/api"
	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/rules"
	"twelvefold/internal/store"
)

func (s *Server) apiRules(c *call) (any, error) {
	key, err := c.key(string(api.Text))
	if err != nil {
		return nil, err
	}
	filter := ruleFilter{words: wordsOf(c.Text("q")), severity: audit.Severity(c.Text("severity")), kind: audit.Type(c.Text("kind"))}
	keyOf := func(r audit.Rule) api.Key { return api.Key{r.ID} }
	list := slices.DeleteFunc(filter.of(s.rules), func(r audit.Rule) bool {
		return c.Text("factor") != "" && r.Factor() != factor.Key(c.Text("factor")) || !behind(keyOf(r), key)
	})
	slices.SortFunc(list, func(a, b audit.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return listed(c, list[:min(len(list), c.Limit+1)], func(r audit.Rule) api.Rule { return s.apiRuleOf(c, r) }, keyOf), nil
}

func (s *Server) apiRuleOf(c *call, r audit.Rule) api.Rule {
	rule := api.Rule{
		ID: r.ID, Factor: r.Factor(), Kind: r.Type, Title: r.Title, Severity: orNull(r.Severity), Confidence: orNull(r.Confidence), Why: r.Why, Fixes: []api.Fix{},
		Training: figuresOf(s.measured[r.ID].Training), HeldOut: figuresOf(s.measured[r.ID].HeldOut), Places: c.places("/rules/"+r.ID, "/rules/"+r.ID),
	}
	for _, fix := range r.Advice() {
		rule.Fixes = append(rule.Fixes, api.Fix{For: orNull(fix.For), Text: fix.Text})
	}
	return rule
}

func figuresOf(f rules.Figures) api.Measured {
	return api.Measured{Judged: f.Judged(), Right: f.Right, Labels: f.Labels, Found: f.Found}
}

func (s *Server) apiRule(c *call) (any, error) {
	rule, known := s.byID[c.PathValue("factor")+"/"+c.PathValue("name")]
	if !known {
		return nil, store.ErrNotFound
	}
	return api.RuleDetail{Rule: s.apiRuleOf(c, rule), Bad: apiExample(rule.Bad), Good: apiExample(rule.Good)}, nil
}

func apiExample(example audit.Example) []api.ExampleFile {
	list := []api.ExampleFile{}
	for _, f := range exampleFiles(example) {
		list = append(list, api.ExampleFile{Path: f.Name, Content: f.Content})
	}
	return list
}
