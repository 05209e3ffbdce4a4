package stories

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"twelvefold/templates"
)

func home() []Story {
	page := func(state string, model func(templates.Page) templates.Home) Story {
		return story("home", state, "Repositories", templates.HomePage, func(v *templates.Home) *templates.Page { return &v.Page }, model)
	}
	return []Story{
		page(usual, func(p templates.Page) templates.Home {
			return templates.Home{SignedIn: true, Findings: 61, Accounts: []templates.Account{acme}, Repositories: fleet(p.Now)}
		}),
		page(empty, func(templates.Page) templates.Home {
			return templates.Home{SignedIn: true, Install: at("setup-done", usual)}
		}),
		page("first-run", func(templates.Page) templates.Home { return templates.Home{} }),
		page("uninvited", func(templates.Page) templates.Home { return templates.Home{SignedIn: true} }),
		page("running", func(p templates.Page) templates.Home {
			rows := fleet(p.Now)
			for i, progress := range []templates.Progress{{State: "queued"}, {State: "running"}, {State: "running", Done: 1204, Total: 4700}, {State: "running", Done: 96, Total: 96}} {
				rows[i].Progress = &progress
			}
			return templates.Home{SignedIn: true, Findings: 61, Running: 4, Accounts: []templates.Account{acme}, Repositories: rows}
		}),
		page(huge, func(p templates.Page) templates.Home {
			v := templates.Home{SignedIn: true, Findings: 128_446}
			for i := range 25 {
				v.Accounts = append(v.Accounts, templates.Account{Name: fmt.Sprintf("acme-division-%d", i+1), Settings: acme.Settings, Ledger: acme.Ledger})
			}
			for i := range 60 {
				r := fleet(p.Now)[i%6]
				r.Name = fmt.Sprintf("acme-division-%d/%s-%d", i%25+1, []string{"payments-api", "ledger-worker", "storefront", "identity-provider", "reporting-batch-jobs"}[i%5], i+1)
				r.Findings, r.Severe = r.Findings+i*37, r.Severe*i
				v.Repositories = append(v.Repositories, r)
			}
			return v
		}),
		page(hostile, func(p templates.Page) templates.Home {
			v := templates.Home{SignedIn: true, Findings: 7, Accounts: []templates.Account{stranger, {Name: script, Settings: acme.Settings, Ledger: acme.Ledger}}}
			for i := range hostiles {
				r := fleet(p.Now)[i%6]
				r.Name, r.Classes, r.Href = nasty(i)+"/"+nasty(i+1), nasty(i+2), at("repository", hostile)
				if i%3 == 2 {
					r.Failure = nasty(i)
				}
				v.Repositories = append(v.Repositories, r)
			}
			return v
		}),
	}
}

// fleet is a table of eight repositories in every state.
func fleet(now time.Time) []templates.RepositoryRow {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	there := at("repository", usual)
	return []templates.RepositoryRow{
		{Name: "acme/payments-api", Href: there, Classes: "web service, worker", Score: points(61.4), Grade: "C", Change: points(-7.2), Strip: strip(mixed, ""), Findings: 14, Severe: 3, Commit: commit(1), AuditedAt: ago(2 * time.Minute)},
		{Name: "acme/storefront", Href: there, Classes: "static frontend", Score: points(91.2), Grade: "A", Change: points(2.1), Strip: strip(good, ""), Findings: 2, Commit: commit(2), AuditedAt: ago(11 * time.Minute)},
		{Name: "acme/identity", Href: there, Classes: "web service", Score: points(86), Grade: "A", Strip: strip(good, ""), Findings: 5, Severe: 1, Commit: commit(3), AuditedAt: ago(3 * time.Hour)},
		{Name: "acme/legacy-shop", Href: there, Classes: "web service, scheduled job", Score: points(38.9), Grade: "E", Change: points(0.2), Strip: strip(bad, ""), Findings: 37, Severe: 12, Commit: commit(4), AuditedAt: ago(26 * time.Hour)},
		{Name: "acme/deploy-tool", Href: there, Classes: "command line tool", Score: points(83.7), Grade: "B", Strip: strip(tool, ""), Findings: 3, Commit: commit(5), AuditedAt: ago(9 * 24 * time.Hour)},
		{Name: "acme/handbook", Href: at("repository", "unscored"), Classes: "library", Strip: strip(scores{absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent}, ""), Commit: commit(6), AuditedAt: ago(90 * 24 * time.Hour)},
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
