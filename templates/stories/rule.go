package stories

import (
	"fmt"
	"strings"

	"twelvefold/internal/factor"
	"twelvefold/templates"
)

var severities = []string{"critical", "high", "medium", "low", "info"}

func rulebook() []Story {
	page := func(state string, model func(templates.Page) templates.Rules) Story {
		return story("rules", state, "Rules", templates.RulesPage, func(v *templates.Rules) *templates.Page { return &v.Page }, model)
	}
	catalogue := func(each int, item func(f factor.Factor, n int) templates.RuleItem) (v templates.Rules) {
		for _, f := range factor.All() {
			group := templates.RuleGroup{Factor: f}
			for n := range each {
				group.Rules = append(group.Rules, item(f, n))
			}
			v.Count += each
			v.Factors = append(v.Factors, group)
		}
		return v
	}
	plain := func(f factor.Factor, n int) templates.RuleItem {
		names := []string{"env-file-committed", "secret-default", "hard-coded-host", "read-once", "declared"}
		titles := []string{"A file of variables is committed", "A secret has a default", "A host is written into the code", "Configuration is read in one place", "What is read is declared"}
		return templates.RuleItem{ID: string(f.Key) + "/" + names[n%5], Factor: f, Title: titles[n%5], Severity: severities[n%5], Pass: n%5 > 2}
	}
	return []Story{
		page(usual, func(templates.Page) templates.Rules { return catalogue(4, plain) }),
		page(empty, func(templates.Page) templates.Rules { return catalogue(0, plain) }),
		page(huge, func(templates.Page) templates.Rules {
			return catalogue(20, func(f factor.Factor, n int) templates.RuleItem {
				item := plain(f, n)
				item.ID, item.Title = fmt.Sprintf("%s-%d", item.ID, n), fmt.Sprintf("%s, in the %dth of many ways that a rule can word it", item.Title, n+1)
				return item
			})
		}),
		page(hostile, func(templates.Page) templates.Rules {
			return catalogue(len(hostiles), func(f factor.Factor, n int) templates.RuleItem {
				return templates.RuleItem{ID: string(f.Key) + "/" + nasty(n), Factor: f, Title: nasty(n + 1), Severity: severities[n%5], Pass: n%2 > 0}
			})
		}),
	}
}

func rule() []Story {
	page := func(state string, model func(templates.Page) templates.RuleItem) Story {
		return story("rule", state, "A file of variables is committed", templates.RulePage, func(v *templates.RuleItem) *templates.Page { return &v.Page }, model)
	}
	config := factor.All()[2]
	committed := templates.RuleItem{
		ID: "config/env-file-committed", Factor: config, Title: "A file of variables is committed", Severity: "high", Confidence: "high",
		Why:   "What a deploy is configured with is in everybody’s clone, and each deploy needs a commit to change it. A value in `git log` is one that nobody can take back.",
		Fixes: []templates.RuleFix{{For: "In general", Texts: []string{"Untrack the file (`git rm --cached .env`), commit an example without values, and replace every secret that it held."}}, {For: "Docker Compose", Texts: []string{"Name it under `env_file:` and list it in `.gitignore`.", "Or set `environment:` from the shell’s variables."}}, {For: "Symfony", Texts: []string{"`.env` holds defaults there: ‹variable› belongs in the variables of the deploy."}}}, Gaps: "Each finding fills in ‹…› with its own names.",
		Bad:  []templates.ExampleFile{{Name: "config/production.env", Content: "SESSION_SECRET=f1d2d2f924e986ac86fdf7b36c94bcdf32beec15\nDATABASE_URL=postgres://shop@db.internal/shop"}, {Name: "package.json", Content: "{\"scripts\": {\"start\": \"node -r dotenv/config server.js\"}}"}},
		Good: []templates.ExampleFile{{Name: ".env.example", Content: "SESSION_SECRET=\nDATABASE_URL="}, {Name: ".gitignore", Content: ".env"}, {Name: "tests/__init__.py"}},
	}
	return []Story{
		page(usual, func(templates.Page) templates.RuleItem { return committed }),
		page("pass", func(templates.Page) templates.RuleItem {
			v := committed
			v.ID, v.Title, v.Pass, v.Fixes = "config/env-read", "Configuration is read from the environment", true, nil
			v.Good, v.Bad = committed.Bad[1:], committed.Bad[:1]
			return v
		}),
		page(empty, func(templates.Page) templates.RuleItem {
			return templates.RuleItem{ID: committed.ID, Factor: config, Title: committed.Title, Severity: "info", Confidence: "low", Why: "It is noted."}
		}),
		page(huge, func(templates.Page) templates.RuleItem {
			v := committed
			v.Why = strings.Repeat(committed.Why+" ", 12)
			for i := range 40 {
				v.Fixes = append(v.Fixes, templates.RuleFix{For: fmt.Sprintf("Framework %d", i+1), Texts: []string{strings.Repeat(committed.Fixes[0].Texts[0]+" ", 2)}})
				v.Bad = append(v.Bad, templates.ExampleFile{Name: fmt.Sprintf("src/module%d/index.js", i), Content: strings.Repeat(fmt.Sprintf("const value%d = process.env.VALUE_%d || \"a default that is long enough to need a line of its own\";\n", i, i), 4)})
			}
			return v
		}),
		page(hostile, func(templates.Page) templates.RuleItem {
			v := templates.RuleItem{ID: "config/" + unbroken, Factor: config, Title: script + unbroken, Severity: "critical", Confidence: "high", Why: strings.Join(hostiles, " ")}
			for i := range hostiles {
				v.Fixes = append(v.Fixes, templates.RuleFix{For: nasty(i), Texts: []string{nasty(i + 1)}})
				v.Bad = append(v.Bad, templates.ExampleFile{Name: nasty(i), Content: nasty(i + 1)})
				v.Good = append(v.Good, templates.ExampleFile{Name: nasty(i + 2), Content: nasty(i + 3)})
			}
			return v
		}),
	}
}
