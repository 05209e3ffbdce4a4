package stories

import (
	"fmt"
	"time"

	"twelvefold/internal/factor"
	"twelvefold/templates"
)

func factorOf() []Story {
	page := func(state string, change func(*templates.Factor)) Story {
		return story("factor", state, "Config of acme/payments-api", templates.FactorPage, func(v *templates.Factor) *templates.Page { return &v.Page }, func(p templates.Page) templates.Factor {
			v := config(p.Now)
			change(&v)
			return v
		})
	}
	bare := func(v *templates.Factor) {
		v.Components, v.Findings, v.Passes, v.Total, v.AllPasses, v.Mean = v.Components[:1], nil, nil, 0, 0, false
	}
	return []Story{
		page(usual, func(*templates.Factor) {}),
		page(empty, func(v *templates.Factor) {
			bare(v)
			v.Scored, v.Components, v.Strip = false, nil, strip(scores{unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown}, at("factor", usual))
		}),
		page("unknown", func(v *templates.Factor) {
			bare(v)
			v.Cell.Level, v.Cell.Score = templates.UnknownLevel, 60
			v.Components[0].Cell = v.Cell
		}),
		page("not-applicable", func(v *templates.Factor) {
			bare(v)
			v.Cell.Level = templates.NotApplicable
			v.Components[0].Cell, v.Components[0].Why = v.Cell, "A library is configured by who uses it."
		}),
		page("component", func(v *templates.Factor) {
			v.Selected, v.Whole, v.Components = "worker", at("factor", usual), v.Components[1:2]
		}),
		page(huge, func(v *templates.Factor) {
			for i := range 40 {
				f, c := v.Findings[i%len(v.Findings)], v.Components[i%2]
				f.Message = fmt.Sprintf("`VARIABLE_%d` is read in %d places, and none of them says what stands in for it", i, i+2)
				f.Place = link(fmt.Sprintf("services/team-%d/service-%d/src/settings/production.js:%d", i%7, i, i*31))
				v.Findings = append(v.Findings, f)
				v.Passes = append(v.Passes, v.Passes[i%2])
				c.Name = fmt.Sprintf("service-%d", i)
				v.Components = append(v.Components, c)
			}
			v.Total, v.First, v.AllPasses, v.MoreCards = 1_034, 51, 2_220, 312
			v.Newer, v.Older = at("factor", huge), at("factor", huge)
		}),
		page(hostile, func(v *templates.Factor) {
			v.Repository.Text, v.Selected, v.Whole = unbroken+"/"+script, unbroken, at("factor", hostile)
			v.Findings, v.Passes = nil, nil
			for i := range hostiles {
				v.Findings = append(v.Findings, templates.FactorFinding{Href: at("finding", hostile), Severity: "high", Message: nasty(i), Fix: nasty(i + 1), Place: link(nasty(i + 2)), Component: nasty(i + 3), Gain: 12.5, Waived: "2027-01-31"})
				v.Passes = append(v.Passes, templates.FactorPass{Message: nasty(i), Place: link(nasty(i + 1)), Full: true})
			}
			for i := range v.Components {
				c := &v.Components[i]
				c.Name, c.Class, c.Why = nasty(i+6), nasty(i), nasty(i+1)
			}
		}),
	}
}

// config is the third factor of a repository with two components.
func config(now time.Time) templates.Factor {
	third := factor.All()[2]
	cell := func(score float64) templates.Cell {
		c := templates.Cell{Factor: third}
		c.Level, c.Score = level(score)
		return c
	}
	card := func(score float64) templates.FactorCard {
		c := section(third, score, now).Cards[0]
		c.Component = ""
		return c
	}
	v := templates.Factor{
		Repository: templates.Link{Href: at("repository", usual), Text: "acme/payments-api"}, Factor: third, Scored: true, Commit: commit(1),
		Strip: strip(mixed, at("factor", usual)), Before: templates.Link{Href: at("factor", usual), Text: "II Dependencies"}, After: templates.Link{Href: at("factor", usual), Text: "IV Backing services"},
		Cell: cell(41), Weight: 14, Coverage: 0.72, Mean: true,
		Components: []templates.FactorComponent{
			{Name: "payments-api", Path: ".", Class: "web service", Href: at("factor", "component"), Cell: cell(34), Counts: true, Card: card(34)},
			{Name: "settlement-worker", Path: "worker", Class: "worker", Href: at("factor", "component"), Cell: cell(48), Counts: true, Card: card(48)},
			{Name: "money", Path: "packages/money", Class: "library", Href: at("factor", "component"), Cell: cell(absent)},
		},
		First: 1, AllPasses: 2, Passes: []templates.FactorPass{
			{Message: "`DATABASE_URL` is read from the environment", Place: link("src/config.js:4"), Full: true},
			{Message: "Half of the variables are in `.env.example`", Place: link(".env.example")},
		},
	}
	for i := range v.Strip {
		v.Strip[i].Href, v.Strip[i].Here = at("factor", usual), i == 2
	}
	for _, f := range findings(now) {
		item := templates.FactorFinding{Href: at("finding", usual), Severity: f.Severity, Message: f.Message, Fix: f.Fix, Place: f.Place, Component: f.Component, Gain: f.Gain}
		if f.Component == "." {
			item.Component = "payments-api"
		}
		if f.Waived != nil {
			item.Waived = f.Waived.Expires
		}
		v.Findings = append(v.Findings, item)
	}
	v.Total = len(v.Findings)
	return v
}
