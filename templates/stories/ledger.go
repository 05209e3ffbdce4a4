package stories

import (
	"fmt"
	"time"

	"twelvefold/templates"
)

func ledger() []Story {
	page := func(state string, model func(templates.Page) templates.Ledger) Story {
		return story("ledger", state, "Ledger", templates.LedgerPage, func(v *templates.Ledger) *templates.Page { return &v.Page }, model)
	}
	rows := []templates.LedgerRow{
		{Repository: "acme/mirror", Href: at("repository", "failed"), Line: "main", Commit: commit(7), State: "failed", Why: "GitHub no longer has this commit: it was force-pushed away."},
		{Repository: "acme/payments-api", Href: at("repository", usual), Line: "#482", Commit: commit(8), State: "queued"},
		{Repository: "acme/identity", Href: at("repository", usual), Line: "main", Commit: commit(9), State: "running"},
	}
	return []Story{
		page(usual, func(p templates.Page) templates.Ledger {
			return templates.Ledger{Account: acme, Heads: 48, Audited: 45, Waiting: 2, Failed: 1, Rows: rows, Looked: p.Now.Add(-4 * time.Minute)}
		}),
		page("whole", func(p templates.Page) templates.Ledger {
			return templates.Ledger{Account: acme, Heads: 48, Audited: 48, Looked: p.Now.Add(-4 * time.Minute)}
		}),
		page("lost", func(p templates.Page) templates.Ledger {
			lost := templates.LedgerRow{Repository: "acme/vault", Href: at("repository", usual), Line: "main", Commit: commit(10), Lost: true, Why: "Neither audited nor waiting: its delivery was lost."}
			return templates.Ledger{Account: acme, Heads: 48, Audited: 44, Waiting: 2, Failed: 1, Unaccounted: 1, Rows: append([]templates.LedgerRow{lost}, rows...), Looked: p.Now.Add(-40 * time.Minute)}
		}),
		page(empty, func(templates.Page) templates.Ledger { return templates.Ledger{Account: acme} }),
		page("local", func(templates.Page) templates.Ledger {
			return templates.Ledger{Account: templates.Account{Name: "this machine", Settings: acme.Settings, Ledger: acme.Ledger}, Local: true}
		}),
		page(huge, func(p templates.Page) templates.Ledger {
			v := templates.Ledger{Account: acme, Heads: 31_204, Audited: 29_880, Waiting: 1_100, Failed: 222, Unaccounted: 2, More: 1_124, Looked: p.Now}
			for i := range 100 {
				r := rows[i%len(rows)]
				r.Repository, r.Lost = fmt.Sprintf("acme/service-%d", i+1), i < 2
				v.Rows = append(v.Rows, r)
			}
			return v
		}),
		page(hostile, func(p templates.Page) templates.Ledger {
			v := templates.Ledger{Account: stranger, Heads: 8, Failed: 8, Looked: p.Now}
			for i := range hostiles {
				v.Rows = append(v.Rows, templates.LedgerRow{Repository: nasty(i), Href: at("repository", hostile), Line: nasty(i + 1), Commit: "short", State: "failed", Why: nasty(i + 2)})
			}
			return v
		}),
	}
}
