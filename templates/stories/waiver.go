package stories

import (
	"fmt"
	"time"

	"twelvefold/templates"
)

func waive() []Story {
	page := func(state string, change func(*templates.Waive)) Story {
		return story("waive", state, "Waive a finding", templates.WaivePage, func(v *templates.Waive) *templates.Page { return &v.Page }, func(p templates.Page) templates.Waive {
			f := findings(p.Now)[0]
			v := templates.Waive{Name: "acme/payments-api", Href: at("repository", usual), Severity: f.Severity, Title: f.RuleTitle, Message: f.Message, Location: f.Location, Form: *form("a1")}
			v.Form.Reason = "Moves to the vault with the next release."
			change(&v)
			return v
		})
	}
	return []Story{
		page(usual, func(*templates.Waive) {}),
		page(empty, func(v *templates.Waive) { v.Form.Reason, v.Form.Path, v.Form.Expires = "", "", "" }),
		page("wrong", func(v *templates.Waive) {
			v.Form.Scope, v.Form.Path, v.Form.Reason = "path", "elsewhere/**", ""
			v.Form.Wrongs = templates.Wrongs{Path: "The finding is not in that path: name one that it is in.", Reason: "Say why it is accepted.", Expires: "Choose a day within a year."}
		}),
		page(huge, func(v *templates.Waive) {
			for range 6 {
				v.Form.Reason += "It stays until the old shop is switched off in spring, which three teams wait for, and of which nobody knows the day. "
				v.Message += ", and `ANOTHER_VARIABLE_OF_A_LONG_NAME` beside it"
			}
		}),
		page(hostile, func(v *templates.Waive) {
			v.Name, v.Title, v.Message, v.Location = unbroken, script+unbroken, image+unbroken+lines, reversed+unbroken
			v.Form.Rule, v.Form.Path, v.Form.Reason, v.Form.Scope = unbroken, image+unbroken, script+lines, "path"
			v.Form.Wrongs = templates.Wrongs{Path: unbroken, Reason: script, Expires: reversed}
		}),
	}
}

// form is a waiver's, with a key of its own.
func form(key string) *templates.WaiverForm {
	return &templates.WaiverForm{Action: at("waive", usual), Next: at("repository", usual), Key: key, Finding: key, Rule: "config/env-file-committed", Path: "config/production.env",
		MaxReason: 1000, Expires: "2027-01-31", First: "2026-11-23", Last: "2027-11-22"}
}

// waiverRows are waivers in every state: over, soon, holding, of a file.
func waiverRows(now time.Time) []templates.WaiverRow {
	end := func(days int) string { return now.AddDate(0, 0, days).Format(time.DateOnly) }
	there, withdraw := at("repository", usual), templates.Withdraw{Action: at("repository", usual), ID: 3}
	return []templates.WaiverRow{
		{ID: 1, Repository: "acme/legacy-shop", Href: there, Rule: "config/env-file-committed", Path: "legacy/**", Reason: "The legacy shop is switched off in spring; nobody deploys it any more.", Owner: "wes", Expires: end(-3), Left: templates.Left{Days: -3}, Findings: 4, Withdraw: withdraw},
		{ID: 2, Repository: "acme/payments-api", Href: there, Rule: "logs/file-log", Path: "tools/**", Reason: "Runs on the build machine alone.", Owner: "grace", Expires: end(9), Left: templates.Left{Days: 9, Soon: true}, Findings: 1, Withdraw: withdraw},
		{ID: 3, Repository: "acme/payments-api", Href: there, Rule: "processes/session-in-memory", Finding: "b2b2b2b2", Message: "Sessions are kept in memory: `MemoryStore` is express-session’s default", Reason: "Moves to the vault with the next release.", Owner: "wes", Expires: end(70), Left: templates.Left{Days: 70}, Findings: 1, Withdraw: withdraw},
		{ID: 4, Repository: "acme/identity", Href: there, Finding: "c3c3c3c3", Where: ".twelvefold.yml", Reason: "The emulator’s key is public.", Owner: "ada", Expires: end(200), Left: templates.Left{Days: 200}, Findings: 1},
	}
}

// waiverRowsOf are waivers made of these strings.
func waiverRowsOf(texts []string, now time.Time) (rows []templates.WaiverRow) {
	for i := range texts {
		next := func(n int) string { return texts[(i+n)%len(texts)] }
		rows = append(rows, templates.WaiverRow{ID: int64(i), Repository: next(0), Href: at("repository", hostile), Rule: next(1), Path: next(2), Finding: next(3), Message: next(4), Where: next(5), Reason: next(6), Owner: next(7),
			Expires: now.Format(time.DateOnly), Left: templates.Left{}, Withdraw: templates.Withdraw{Action: at("repository", hostile), ID: int64(i)}})
	}
	return rows
}

func settings() []Story {
	page := func(state string, model func(templates.Page) templates.Settings) Story {
		return story("settings", state, "Settings of acme", templates.SettingsPage, func(v *templates.Settings) *templates.Page { return &v.Page }, model)
	}
	gates := []templates.Choice{{Value: "high", Says: "critical and high", Chosen: true}, {Value: "medium", Says: "critical, high and medium"}, {Value: "any", Says: "any that counts"}, {Value: "none", Says: "none: checks always pass"}}
	whole := func(p templates.Page) templates.Settings {
		rows := waiverRows(p.Now)
		ended := rows[0]
		ended.Withdrawn, ended.WithdrawnBy, ended.Withdraw = p.Now.Add(-30*time.Hour), "grace", templates.Withdraw{}
		return templates.Settings{Account: acme, Access: access(p.Now), Action: at("settings", usual), May: true, Gates: gates, SetBy: "ada", SetAt: p.Now.Add(-80 * time.Hour), Hook: templates.HookLine{Href: at("hook", usual), May: true, Set: true}, Waivers: rows, Ended: []templates.WaiverRow{ended}}
	}
	return []Story{
		page(usual, whole),
		page("saved", func(p templates.Page) templates.Settings {
			v := whole(p)
			v.Saved = true
			return v
		}),
		page("suspended", func(p templates.Page) templates.Settings {
			v := whole(p)
			v.Access.Suspended, v.Access.Lacks = true, []string{"Checks can’t be written: pull requests show no verdict."}
			return v
		}),
		page("member", func(p templates.Page) templates.Settings {
			v := whole(p)
			v.May, v.Hook = false, templates.HookLine{Href: at("hook", usual), Set: true, Stopped: true}
			return v
		}),
		page(empty, func(templates.Page) templates.Settings {
			return templates.Settings{Account: acme, Action: at("settings", empty), May: true, Gates: gates}
		}),
		page(huge, func(p templates.Page) templates.Settings {
			v := whole(p)
			for i := range 50 {
				w := waiverRows(p.Now)[i%4]
				w.Repository = fmt.Sprintf("acme/service-%d", i)
				v.Waivers, v.Ended = append(v.Waivers, w), append(v.Ended, v.Ended[0])
			}
			v.More = 4_312
			return v
		}),
		page(hostile, func(p templates.Page) templates.Settings {
			v := templates.Settings{Account: stranger, Access: templates.Access{Repositories: 1 << 40, Private: 1, Permissions: []templates.Permission{{Name: unbroken, Level: script, For: nasty(2)}}, Lacks: hostiles}, Gates: []templates.Choice{{Says: unbroken, Chosen: true}, {Says: script}}, SetBy: unbroken, SetAt: p.Now, Waivers: waiverRowsOf(hostiles, p.Now)}
			for _, w := range v.Waivers {
				w.Withdrawn, w.WithdrawnBy, w.Withdraw = p.Now, w.Owner, templates.Withdraw{}
				v.Ended = append(v.Ended, w)
			}
			return v
		}),
	}
}

// access is what an account granted the App.
func access(now time.Time) templates.Access {
	return templates.Access{Repositories: 42, Private: 30, Archived: 3, Manage: at("settings", usual), Asked: now.Add(-4 * time.Minute), Permissions: []templates.Permission{
		{Name: "contents", Level: "read", For: "reading the commits that are audited"}, {Name: "checks", Level: "write", For: "the verdict on pull requests"}, {Name: "members", Level: "read"},
	}}
}
