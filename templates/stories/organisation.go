package stories

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"twelvefold/internal/factor"
	"twelvefold/templates"
)

func organisation() []Story {
	page := func(state string, model func(templates.Page) templates.Organisation) Story {
		return story("organisation", state, "acme", templates.OrganisationPage, func(v *templates.Organisation) *templates.Page { return &v.Page }, model)
	}
	return []Story{
		page(usual, func(p templates.Page) templates.Organisation { return standing(p.Now, fleet(p.Now)) }),
		page(empty, func(templates.Page) templates.Organisation {
			return templates.Organisation{Name: "Repositories", SignedIn: true, Install: at("setup-done", usual)}
		}),
		page("first-run", func(templates.Page) templates.Organisation { return templates.Organisation{Name: "This machine"} }),
		page("uninvited", func(templates.Page) templates.Organisation {
			return templates.Organisation{Name: "Repositories", SignedIn: true}
		}),
		page("calm", func(p templates.Page) templates.Organisation { // nothing changed, nothing to mend
			v := standing(p.Now, fleet(p.Now)[1:3])
			v.Worse, v.Better, v.Wins, v.Weeks, v.Changes = nil, nil, nil, nil, []templates.ChangeOver{{Days: 7}, {Days: 30}, {Days: 90}}
			return v
		}),
		page("narrowed", func(p templates.Page) templates.Organisation { // to nothing
			v := standing(p.Now, nil)
			v.Heat.Narrowed, v.Heat.Total, v.Heat.Filter.Text = true, 0, "no such thing"
			return v
		}),
		page("unaccounted", func(p templates.Page) templates.Organisation {
			v := standing(p.Now, fleet(p.Now))
			v.Unaccounted = 3
			return v
		}),
		page("offered", func(p templates.Page) templates.Organisation {
			v := standing(p.Now, fleet(p.Now))
			v.Offer = &templates.DigestOffer{Accounts: []templates.Link{{Href: at("digest-settings", empty), Text: "Subscribe"}}, Decline: at("organisation", usual)}
			return v
		}),
		page("running", func(p templates.Page) templates.Organisation {
			rows := fleet(p.Now)
			for i, progress := range []templates.Progress{{State: "queued"}, {State: "running"}, {State: "running", Done: 1204, Total: 4700}, {State: "running", Done: 96, Total: 96}} {
				rows[i].Progress = &progress
			}
			v := standing(p.Now, rows)
			v.Heat.Running, v.Heat.Href = 4, at("organisation", "running")
			return v
		}),
		page(huge, func(p templates.Page) templates.Organisation {
			var rows []templates.HeatRow
			for i := range 50 {
				r := fleet(p.Now)[i%6]
				r.Name = fmt.Sprintf("acme-division-%d/%s-%d", i%25+1, []string{"payments-api", "ledger-worker", "storefront", "identity-provider", "reporting-batch-jobs"}[i%5], i+1)
				r.Findings, r.Severe = r.Findings+i*3700, r.Severe*i
				rows = append(rows, r)
			}
			v := standing(p.Now, rows)
			v.Name, v.Repositories, v.Audited, v.Scored, v.Archived, v.Findings, v.Severe, v.Heads = "Repositories", 9_800, 9_611, 9_407, 200, 588_446, 236_012, 13_133
			v.Heat.Total, v.Heat.First, v.Heat.Before, v.Heat.After = 9_800, 151, at("organisation", huge), at("organisation", huge)
			for i := range 25 {
				v.Accounts = append(v.Accounts, templates.AccountLink{Account: templates.Account{Name: fmt.Sprintf("acme-division-%d", i+1), Settings: acme.Settings, Ledger: acme.Ledger}, Href: at("organisation", usual)})
			}
			return v
		}),
		page(hostile, func(p templates.Page) templates.Organisation {
			var rows []templates.HeatRow
			for i := range hostiles {
				r := fleet(p.Now)[i%6]
				r.Name, r.Classes, r.Href = nasty(i)+"/"+nasty(i+1), nasty(i+2), at("repository", hostile)
				if i%3 == 2 {
					r.Failure = nasty(i)
				}
				rows = append(rows, r)
			}
			v := standing(p.Now, rows)
			v.Name = nasty(3)
			v.Accounts = []templates.AccountLink{{Account: stranger, Href: at("organisation", usual)}, {Account: templates.Account{Name: script, Settings: acme.Settings, Ledger: acme.Ledger}, Href: at("organisation", usual)}}
			for i := range v.Worse {
				v.Worse[i].Name, v.Worse[i].Cause.Text, v.Worse[i].By = nasty(i), nasty(i+1), nasty(i+2)
				v.Better[i%len(v.Better)].Cause.Text = nasty(i + 3)
			}
			for i := range v.Wins {
				v.Wins[i].Name, v.Wins[i].Message = nasty(i+2), nasty(i)
			}
			v.Heat.Filter.Text, v.Heat.Filter.Topic = script, nasty(1)
			return v
		}),
	}
}

// standing is the page of an account with these rows.
func standing(now time.Time, rows []templates.HeatRow) templates.Organisation {
	there := at("repository", usual)
	v := templates.Organisation{
		Name: "acme", SignedIn: true, Accounts: []templates.AccountLink{{Account: acme, Href: at("organisation", usual)}},
		Repositories: 42, Audited: 40, Scored: 38, Archived: 3, Findings: 361, Severe: 54, Score: points(71.6), Newest: now.Add(-2 * time.Minute), Heads: 57, Export: at("organisation", usual),
		Changes: []templates.ChangeOver{{Days: 7, Points: points(-1.2), Of: 38}, {Days: 30, Points: points(0.4), Of: 37}, {Days: 90, Points: points(6.8), Of: 31}},
		Strip:   strip(mixed, at("organisation", "narrowed")),
		Worse: []templates.TurnItem{
			{Name: "acme/payments-api", Href: there, From: 68.6, To: 61.4, Factor: factor.All()[2], FactorFrom: 62, FactorTo: 41, Cause: templates.Link{Href: there, Text: "#812 Cache sessions in memory"}, By: "mira", Audit: at("audit", usual), At: now.Add(-26 * time.Hour)},
			{Name: "acme/legacy-shop", Href: there, From: 40.2, To: 38.9, Cause: templates.Link{Text: "9f3c1aa"}, At: now.Add(-90 * time.Hour)},
			{Name: "acme/identity", Href: there, From: 87.5, To: 86, Factor: factor.All()[8], FactorFrom: 80, FactorTo: 71, Ruled: true, Audit: at("audit", usual), At: now.Add(-30 * time.Hour)},
		},
		Better: []templates.TurnItem{
			{Name: "acme/storefront", Href: there, From: 80.4, To: 91.2, Factor: factor.All()[4], FactorFrom: 48, FactorTo: 92, Audit: at("audit", usual), Cause: templates.Link{Href: there, Text: "#77 Build once, deploy the image"}, By: "jo", At: now.Add(-4 * time.Hour)},
		},
		Wins: []templates.WinItem{
			{Name: "acme/payments-api", Href: there, Message: "`SESSION_SECRET` falls back to \"dev\" in production", Severity: "critical", Factor: factor.All()[2], Gain: 7.2},
			{Name: "acme/identity", Href: there, Message: "Sessions live in the memory of one process", Severity: "high", Factor: factor.All()[5], Gain: 6.1},
			{Name: "acme/legacy-shop", Href: there, Message: "The image starts with `npm install`", Severity: "medium", Factor: factor.All()[4], Gain: 4.4},
		},
	}
	for i, f := range factor.All() {
		mean := templates.FactorMean{Factor: f}
		if c := v.Strip[i]; c.Level != templates.NotApplicable && c.Level != templates.UnknownLevel {
			mean.Mean, mean.Of = points(c.Score), 38-i
		}
		v.Means = append(v.Means, mean)
	}
	for _, score := range []float64{64.8, 64.8, 65.1, 66, 66, 68.2, 69.9, 71, 71.2, 71.2, 72.9, 72.4, 72.8, 71.6} {
		v.Weeks = append(v.Weeks, points(score))
	}
	v.Heat = templates.Heat{Now: now, Href: at("organisation", usual), Rows: rows, Total: len(rows), First: 1, Days: 7, Clear: at("organisation", usual), Export: "/repositories",
		Filter: templates.HeatFilter{
			Languages: []templates.Choice{{Value: "Go", Says: "Go"}, {Value: "TypeScript", Says: "TypeScript"}}, Grades: []templates.Choice{{Value: "A", Says: "A"}, {Value: "F", Says: "F"}},
			Classes: []templates.Choice{{Value: "web-service", Says: "web service"}, {Value: "static-frontend", Says: "static frontend"}},
			Days:    []templates.Choice{{Value: "7", Says: "7 days", Chosen: true}, {Value: "30", Says: "30 days"}},
		}}
	column := func(by, title, says, class, sort string) {
		v.Heat.Columns = append(v.Heat.Columns, templates.HeatColumn{By: by, Title: title, Says: says, Class: class, Sort: sort, Href: at("organisation", usual)})
	}
	column("name", "Repository", "", "name", "")
	column("score", "Score", "", "num", "ascending")
	column("change", "7 days", "", "num", "")
	for _, f := range factor.All() {
		column(string(f.Key), f.Numeral, f.Name, "heat-cell", "")
	}
	column("findings", "Findings", "", "num", "")
	column("audited", "Audited", "", "last", "")
	return v
}

// fleet is a table of eight repositories in every state.
func fleet(now time.Time) []templates.HeatRow {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	there := at("repository", usual)
	return []templates.HeatRow{
		{Name: "acme/payments-api", Href: there, Classes: "web service, worker", Score: points(61.4), Grade: "C", Change: points(-7.2), Strip: strip(mixed, there), Findings: 14, Severe: 3, Commit: commit(1), AuditedAt: ago(2 * time.Minute)},
		{Name: "acme/storefront", Href: there, Classes: "static frontend", Score: points(91.2), Grade: "A", Change: points(10.8), Strip: strip(good, there), Findings: 2, Commit: commit(2), AuditedAt: ago(11 * time.Minute)},
		{Name: "acme/identity", Href: there, Classes: "web service", Score: points(86), Grade: "A", Change: points(0), Strip: strip(good, there), Findings: 5, Severe: 1, Commit: commit(3), AuditedAt: ago(3 * time.Hour)},
		{Name: "acme/legacy-shop", Href: there, Classes: "web service, worker", Score: points(38.9), Grade: "D", Change: points(-1.3), Strip: strip(bad, there), Findings: 37, Severe: 12, Commit: commit(4), AuditedAt: ago(26 * time.Hour)},
		{Name: "acme/deploy-tool", Href: there, Classes: "command line tool", Score: points(83.7), Grade: "B", Strip: strip(tool, there), Findings: 3, Commit: commit(5), AuditedAt: ago(9 * 24 * time.Hour)},
		{Name: "acme/handbook", Href: at("repository", "unscored"), Classes: "library", Archived: true, Strip: strip(scores{absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent}, there), Commit: commit(6), AuditedAt: ago(90 * 24 * time.Hour)},
		{Name: "acme/mirror", Href: at("repository", "failed"), Failure: "GitHub no longer has this commit: it was force-pushed away."},
		{Name: "acme/new-service", Href: at("repository", empty)},
	}
}

// progress is the region that follows a running audit, alone as HTMX asks for it.
func progress() []Story {
	region := func(state string, p templates.Progress) Story {
		p.Href = at("progress", state)
		return Story{View: "progress", State: state, Fragment: true, Render: func(templates.Page) templ.Component { return templates.ProgressRegion(&p) }}
	}
	return []Story{
		region("queued", templates.Progress{State: "queued"}),
		region("running", templates.Progress{State: "running", Done: 1204, Total: 4700}),
	}
}
