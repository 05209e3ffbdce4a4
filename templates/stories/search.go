package stories

import (
	"fmt"

	"twelvefold/internal/factor"
	"twelvefold/templates"
)

func search() []Story {
	page := func(state, query string, change func(*templates.Search)) Story {
		return story("search", state, "Search", templates.SearchPage, func(v *templates.Search) *templates.Page { return &v.Page }, func(templates.Page) templates.Search {
			v := templates.Search{Page: templates.Page{Query: query}, Query: query}
			change(&v)
			return v
		})
	}
	hits := func(v *templates.Search) {
		v.Repositories = []templates.FoundRepository{
			{Name: "acme/payments-api", Href: at("repository", usual), Audited: true, Score: points(61.4), Grade: "C", Strip: strip(mixed, "")},
			{Name: "acme/payments-docs", Href: at("repository", "unscored"), Audited: true, Strip: strip(scores{absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent}, "")},
			{Name: "acme/payments-next", Href: at("repository", empty)},
		}
		v.Findings = []templates.FoundFinding{
			{Severity: "critical", Message: "`SESSION_SECRET` has a real value in config/production.env", Href: at("finding", usual), Location: "config/production.env:3", Repository: "acme/payments-api", Rule: "config/env-file-committed"},
			{Severity: "medium", Message: "The logger writes to logs/worker.log", Href: at("finding", usual), Location: "worker/src/log.js:9", Repository: "acme/payments-api", Rule: "logs/file-log"},
		}
		v.FoundRules, v.Rules = []templates.RuleItem{{ID: "config/env-file-committed", Factor: factor.All()[2], Title: "A file of variables is committed", Severity: "high", Confidence: "high"}}, 1
	}
	return []Story{
		page(usual, "pay", hits),
		page(empty, "", func(*templates.Search) {}),
		page("nothing", "no such thing", func(*templates.Search) {}),
		page(huge, "a", func(v *templates.Search) {
			hits(v)
			for i := range 40 {
				r, f, rule := v.Repositories[i%3], v.Findings[i%2], v.FoundRules[0]
				r.Name = fmt.Sprintf("acme-division-%d/payments-service-%d", i%25+1, i)
				f.Location, f.Repository = fmt.Sprintf("services/team-%d/service-%d/src/settings/production.js:%d", i%7, i, i*31), r.Name
				rule.ID = fmt.Sprintf("config/env-file-committed-%d", i)
				v.Repositories, v.Findings, v.FoundRules = append(v.Repositories, r), append(v.Findings, f), append(v.FoundRules, rule)
			}
			v.MoreRepositories, v.CutFindings, v.MoreFindings, v.Rules, v.MoreRules = at("organisation", huge), true, at("search", huge), 214, at("rules", usual)
		}),
		page(hostile, image+unbroken, func(v *templates.Search) {
			for i := range hostiles {
				v.Repositories = append(v.Repositories, templates.FoundRepository{Name: nasty(i) + "/" + nasty(i+1), Href: at("repository", hostile), Audited: i%2 == 0, Score: points(12), Grade: "F", Strip: strip(bad, "")})
				v.Findings = append(v.Findings, templates.FoundFinding{Severity: "critical", Message: nasty(i), Href: at("finding", hostile), Location: nasty(i + 1), Repository: nasty(i + 2), Rule: nasty(i + 3)})
			}
		}),
	}
}
