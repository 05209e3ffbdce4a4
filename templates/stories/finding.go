package stories

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"twelvefold/internal/factor"
	"twelvefold/templates"
)

func finding() []Story {
	page := func(state string, change func(*templates.Finding)) Story {
		return story("finding", state, "A finding of acme/payments-api", templates.FindingPage, func(v *templates.Finding) *templates.Page { return &v.Page }, func(p templates.Page) templates.Finding {
			v := secret(p.Now)
			change(&v)
			return v
		})
	}
	return []Story{
		page(usual, func(*templates.Finding) {}),
		page(empty, func(v *templates.Finding) { // advice about nothing in particular
			v.Item.Advisory, v.Item.Severity, v.Item.Confidence, v.Item.Form = true, "info", "low", nil
			v.Worth, v.Asks, v.Example, v.Related, v.More, v.History = nil, nil, templates.Example{}, nil, 0, v.History[:1]
			v.Excerpt = &templates.Excerpt{Place: templates.Link{Text: "Dockerfile"}, Why: "The finding is about the whole file."}
		}),
		page("code-to-come", func(v *templates.Finding) { v.Excerpt, v.CodeLines = nil, 9 }),
		{View: "finding", State: "code", Fragment: true, Render: func(templates.Page) templ.Component {
			e := *excerpt(link("config/production.env:3"))
			e.Lines, e.Masked = e.Lines[2:3], false
			return templates.CodeRegion(e)
		}},
		page("no-code", func(v *templates.Finding) {
			v.Excerpt = &templates.Excerpt{Place: v.Place, Commit: v.Commit, Why: "GitHub’s limit for you is reached until 09:40.", Again: at("finding", usual)}
		}),
		page("closed", func(v *templates.Finding) {
			v.Closed = &templates.Event{What: "closed", At: v.Page.Now.Add(-3 * time.Hour), Cause: link("#488 Take the secret from the vault"), By: "mira"}
			v.History = append(v.History, *v.Closed)
			v.Worth, v.Item.Form, v.Excerpt = nil, nil, nil
		}),
		page("former", func(v *templates.Finding) { v.Former, v.Worth = "master", nil }),
		page("waived", func(v *templates.Finding) {
			v.Item.Waived, v.Item.Form = findings(v.Page.Now)[1].Waived, nil
		}),
		page(huge, func(v *templates.Finding) { enlarge(v) }),
		page(hostile, func(v *templates.Finding) { deface(v) }),
	}
}

// secret is a finding of which everything is known.
func secret(now time.Time) templates.Finding {
	item := findings(now)[0]
	item.Anchor = "a1"
	config := factor.All()[2]
	return templates.Finding{
		Page: templates.Page{Now: now}, Repository: templates.Link{Href: at("repository", usual), Text: "acme/payments-api"},
		Component: templates.Link{Href: at("repository", "component"), Text: "payments-api"}, Factor: config, FactorHref: at("factor", usual),
		Item: item, Asks: []string{"git rm --cached config/production.env", "SESSION_SECRET=$(openssl rand -hex 32)\nexport SESSION_SECRET"},
		Example: templates.Example{File: "config/production.env", Lines: []templates.DiffLine{
			{Sign: "-", Text: "SESSION_SECRET=f1d2d2f924e986ac"}, {Sign: "+", Text: "SESSION_SECRET="}, {Sign: " ", Text: "LOG_LEVEL=info"},
		}},
		Worth: &templates.Worth{Gain: 7.2, Before: 58.1, After: 65.3, Component: "payments-api", Weighs: "critical 1 × high confidence 1 = 1", Weight: 1, Aspect: "No secret in the code",
			AspectWeight: 40, Count: 1, Takes: 0.28, FactorWeight: 14, FactorScore: points(41), Card: section(config, 41, now).Cards[0]},
		Place: item.Place, Commit: commit(1), Code: at("finding", "code"), WithCode: at("finding", usual),
		Excerpt: excerpt(item.Place),
		Related: []templates.RelatedPlace{
			{Place: item.Related[0], WithCode: at("finding", usual), Code: at("finding", "code")}, {Place: item.Related[1]},
		},
		History: []templates.Event{
			{What: "First seen", At: item.FirstSeen, Cause: item.Opened, By: "grace", Audit: at("audit", usual)},
			{What: "Gone", At: now.Add(-44 * time.Hour), Cause: link("#488 Take the secret from the vault"), By: "mira", Audit: at("audit", usual)},
			{What: "Back", At: now.Add(-22 * time.Hour), Cause: link("#493 Revert “Take the secret from the vault”"), By: "grace", Audit: at("audit", usual)},
			{What: "Last seen", At: now.Add(-2 * time.Minute), Cause: templates.Link{Text: commit(1)[:7]}, Audit: at("audit", usual)},
		},
	}
}

// excerpt is the code around the place, with a secret masked.
func excerpt(place templates.Link) *templates.Excerpt {
	return &templates.Excerpt{Place: place, Commit: commit(1), Masked: true, Lines: []templates.CodeLine{
		{Number: 1, Text: "# What production runs with"}, {Number: 2, Text: "LOG_LEVEL=info"},
		{Number: 3, Text: "SESSION_SECRET=f1d2…", Marked: true},
		{Number: 4, Text: ""}, {Number: 5, Text: "DATABASE_URL=postgres://shop@db.internal/shop"},
	}}
}

// enlarge gives a finding more of everything than there is room for.
func enlarge(v *templates.Finding) {
	v.Item.Message = strings.Repeat(v.Item.Message+", ", 8) + "and nowhere else"
	v.Item.Why = strings.Repeat(v.Item.Why+" ", 12)
	v.Item.Fix = strings.Repeat(v.Item.Fix+" ", 12)
	v.More, v.Comebacks = 1_834, 31
	for i := range 20 {
		v.Related = append(v.Related, templates.RelatedPlace{Place: link(fmt.Sprintf("services/team-%d/service-%d/config/production.env:%d", i%7, i, i+3)), WithCode: at("finding", usual), Code: at("finding", "code")})
		v.History = append(v.History, templates.Event{What: []string{"Back", "Gone"}[i%2], At: v.Page.Now.AddDate(0, 0, -i-3), Cause: link(fmt.Sprintf("#%d Sign sessions once more", 500+i)), By: "grace", Audit: at("audit", usual)})
		slices.SortStableFunc(v.History, func(a, b templates.Event) int { return a.At.Compare(b.At) })
		v.Asks = append(v.Asks, strings.Repeat(fmt.Sprintf("export VARIABLE_%d=a-value-that-is-long-enough-for-a-line\n", i), 3))
		v.Example.Lines = append(v.Example.Lines, templates.DiffLine{Sign: "+", Text: strings.Repeat("wide ", 60)})
	}
	for i := range 12 {
		v.Excerpt.Lines = append(v.Excerpt.Lines, templates.CodeLine{Number: 184_200 + i, Text: strings.Repeat("\tconst value = process.env.VALUE;", 12), Cut: i%3 == 0, Marked: i < 4})
	}
}

// deface gives a finding words that want to break its page.
func deface(v *templates.Finding) {
	v.Repository.Text, v.Component.Text = unbroken+"/"+script, reversed+unbroken
	v.Item = attack(0, v.Page.Now)
	v.Item.Message, v.Item.Why, v.Item.Fix = strings.Join(hostiles, " "), strings.Join(hostiles, " "), strings.Join(hostiles, " ")
	v.Item.Rule = "config/" + unbroken
	v.Place.Text, v.Excerpt.Place.Text = unbroken, image+unbroken
	v.Example.File, v.Asks = unbroken, hostiles
	v.Worth.Component, v.Worth.Aspect = unbroken, script
	v.Excerpt.Lines, v.Example.Lines, v.History, v.Related = nil, nil, nil, nil
	for i := range hostiles {
		v.Excerpt.Lines = append(v.Excerpt.Lines, templates.CodeLine{Number: i + 1, Text: nasty(i), Marked: i%2 == 0})
		v.Example.Lines = append(v.Example.Lines, templates.DiffLine{Sign: "-", Text: nasty(i)}, templates.DiffLine{Sign: "+", Text: nasty(i + 1)})
		v.History = append(v.History, templates.Event{What: nasty(i), At: v.Page.Now, Cause: link(nasty(i + 1)), By: nasty(i + 2), Audit: at("audit", hostile)})
		v.Related = append(v.Related, templates.RelatedPlace{Place: link(nasty(i)), WithCode: at("finding", hostile), Code: at("finding", "code")})
	}
}
