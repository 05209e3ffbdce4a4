package stories

import (
	"fmt"
	"strings"
	"time"

	"twelvefold/internal/factor"
	"twelvefold/templates"
)

func repository() []Story {
	page := func(state string, model func(templates.Page) templates.Repository) Story {
		return story("repository", state, "acme/payments-api", templates.RepositoryPage, func(v *templates.Repository) *templates.Page { return &v.Page }, model)
	}
	bare := templates.Repository{Name: "acme/new-service", Href: at("repository", empty), Account: acme}
	return []Story{
		page(usual, func(p templates.Page) templates.Repository { return payments(p.Now) }),
		page(empty, func(templates.Page) templates.Repository { return bare }),
		page("running", func(templates.Page) templates.Repository {
			v := bare
			v.Progress = &templates.Progress{State: "running", Done: 1204, Total: 4700, Href: at("progress", "running")}
			return v
		}),
		page("failed", func(p templates.Page) templates.Repository {
			v := bare
			v.Failure = "GitHub no longer has this commit: it was force-pushed away. The next push is audited again."
			v.Audits = audits(p.Now)[2:]
			return v
		}),
		page("unscored", func(p templates.Page) templates.Repository {
			v := bare
			v.Badge = badge(v.Href)
			v.Scored, v.Latest, v.Audits = true, audits(p.Now)[0], audits(p.Now)[:1]
			v.Strip = strip(scores{absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent}, "")
			return v
		}),
		page("component", func(p templates.Page) templates.Repository {
			v := payments(p.Now)
			v.Selected, v.Shown, v.Libraries = "worker", 1, nil
			v.Components = v.Components[1:2]
			v.Components[0].Selected = true
			v.Pulls, v.Waivers, v.Trend = nil, nil, nil
			return v
		}),
		page("narrowed", func(p templates.Page) templates.Repository { return narrowed(payments(p.Now), "session", 3) }),
		page("nothing-matches", func(p templates.Page) templates.Repository { return narrowed(payments(p.Now), "zebra", 0) }),
		page(huge, func(p templates.Page) templates.Repository { return monorepo(p.Now) }),
		page(hostile, func(p templates.Page) templates.Repository { return attacked(p.Now) }),
	}
}

// filter is the form over the findings of a page.
func filter(page string) templates.FindingFilter {
	return templates.FindingFilter{Action: page, Clear: page, Export: page + "/findings",
		Severities: []templates.Choice{{Says: "any", Chosen: true}, {Value: "critical", Says: "critical"}, {Value: "high", Says: "high and worse"}, {Value: "medium", Says: "medium and worse"}},
		States:     []templates.Choice{{Says: "any", Chosen: true}, {Value: "new", Says: "new this week"}, {Value: "open", Says: "not waived"}, {Value: "waived", Says: "waived"}}}
}

// narrowed is a repository with as many findings of each factor at the most as a
// filter left.
func narrowed(v templates.Repository, query string, most int) templates.Repository {
	v.Filter.Narrowed, v.Filter.Query, v.Findings = true, query, 0
	for i := range v.Factors {
		s := &v.Factors[i]
		s.Narrowed, s.Findings = true, s.Findings[:min(len(s.Findings), most)]
		s.More.Findings = len(s.Findings)
		v.Findings += len(s.Findings)
	}
	return v
}

// payments is a repository with two components and every sort of thing to show.
func payments(now time.Time) templates.Repository {
	here := at("repository", usual)
	v := templates.Repository{
		Name: "acme/payments-api", Href: here, Scored: true, Score: points(61.4), Grade: "C", Coverage: 0.72, Change: points(-7.2),
		Strip: strip(mixed, here), Latest: audits(now)[0], Shown: 2, Open: 14, Findings: 14, Filter: filter(here), Account: acme, Audits: audits(now),
		Components: []templates.ComponentRow{
			{Path: ".", Name: "payments-api", Class: "web service", Why: "server.js listens on a port", Href: at("repository", "component"), Score: points(58.1), Grade: "D", Coverage: 0.7, Strip: strip(mixed, ""), Findings: 11},
			{Path: "worker", Name: "settlement-worker", Class: "worker", Why: "the Procfile starts it without a port", Href: at("repository", "component"), Score: points(64.7), Grade: "C", Coverage: 0.74, Strip: strip(good, ""), Findings: 3},
		},
		Libraries: []templates.ComponentRow{{Path: "packages/money", Name: "money", Class: "library", Why: "package.json has an entry point and nothing starts it", Href: at("repository", "component"), Strip: strip(tool, "")}},
		Waivers:   waiverRows(now)[1:3],
		Wins:      wins(findings(now)[:3]),
		Trend:     year(now, 53),
		Badge:     badge(here),
		Again:     &templates.AuditForm{Action: here, What: "the head of main"},
		Contract:  &templates.EnvSum{Own: 34, NeverProvided: 2, NeverRead: 1}, ContractHref: at("env", usual),
		Pulls: []templates.PullRow{
			{Number: 482, Title: "Pay by card", Count: 2, Fails: 1, Findings: []templates.FindingItem{failing(now), findings(now)[1]}},
			{Number: 479, Title: "Move the settlement job into its own process", Count: 1, Findings: findings(now)[2:3]},
		},
		Notes:    []templates.Warning{{Path: ".twelvefold.yml", Message: "The waiver of config/secret-default ends in 6 days."}},
		Warnings: []templates.Warning{{Path: "assets/bundle.min.js", Message: "is larger than 1 MB"}, {Path: "src/broken.py", Message: "does not parse at line 12"}},
	}
	for i, f := range factor.All() {
		v.Factors = append(v.Factors, section(f, mixed[i], now))
	}
	v.Scanning = scanning(now)
	return v
}

// section is a factor with what its score calls for.
func section(f factor.Factor, score float64, now time.Time) templates.FactorSection {
	s := templates.FactorSection{Factor: f, Weight: 8, Coverage: 0.6}
	s.Level, s.Score = level(score)
	if score == absent {
		s.More.All = at("factor", "not-applicable")
		return s
	}
	s.Cards = []templates.FactorCard{{Component: ".", Score: points(score), Loss: 0.28, Capped: score > 0 && score < 40, Aspects: []templates.AspectRow{
		{Letter: "a", Title: "No secret in the code", Weight: 40, Evidence: 1, Credit: 0.72, Penalties: []templates.Taken{{Rule: "config/env-file-committed", Amount: 0.28, Formula: "0.28, the worst of 2"}}, Seen: true},
		{Letter: "b", Title: "Configuration comes from the environment", Weight: 35, Evidence: 0.5, Credit: 0.8, Seen: true},
		{Letter: "c", Title: "What is required is declared", Weight: 25, Credit: 0.6},
	}}}
	switch {
	case score == unknown:
		s.Score = 60
	case f.Key == factor.Config:
		s.Findings = findings(now)
	case score < 50:
		s.Findings = findings(now)[1:3]
	case score < 70:
		s.Findings = findings(now)[3:]
	}
	for i := range s.Findings {
		s.Findings[i].Anchor = fmt.Sprintf("f-%s-%d", f.Key, i)
		if form := s.Findings[i].Form; form != nil {
			own := *form
			own.Key = s.Findings[i].Anchor
			s.Findings[i].Form = &own
		}
	}
	if score > 50 {
		s.Passes = []templates.PassItem{
			{Rule: "config/env-read", Message: "`DATABASE_URL` is read from the environment", Location: "src/config.js:4", Full: true},
			{Rule: "config/env-documented", Message: "Half of the variables are in `.env.example`", Location: ".env.example"},
		}
	}
	s.More = templates.More{Findings: len(s.Findings), Passes: len(s.Passes), All: at("factor", usual)}
	return s
}

// wins are findings to mend first.
func wins(list []templates.FindingItem) (items []templates.WinItem) {
	for i, f := range list {
		items = append(items, templates.WinItem{Href: f.Page, Message: f.Message, Severity: f.Severity, Factor: factor.All()[2+i], Gain: f.Gain})
	}
	return items
}

// findings are four of different severity, worst first.
func findings(now time.Time) []templates.FindingItem {
	return []templates.FindingItem{
		{Page: at("finding", usual), Rule: "config/env-file-committed", RuleTitle: "A file of variables is committed", Severity: "critical", Confidence: "high", Component: ".",
			Message: "`SESSION_SECRET` has a real value in config/production.env", Location: "config/production.env:3",
			Place: link("config/production.env:3"), Related: []templates.Link{link("config/production.env:7"), {Text: "Dockerfile:12"}},
			Why: "Whoever can read the repository can sign sessions, and every clone keeps the value.", Fix: "Untrack the file, replace the secret, and set `SESSION_SECRET` where the service is deployed.",
			Gain: 7.2, FirstSeen: now.Add(-50 * time.Hour), Opened: templates.Link{Href: at("repository", usual), Text: "#471 Sign sessions"}, OpenedBy: "grace", Form: form("a1")},
		{Rule: "processes/session-in-memory", RuleTitle: "Sessions live in a process", Severity: "high", Confidence: "medium", Component: ".",
			Message: "Sessions are kept in memory: `MemoryStore` is express-session’s default", Location: "src/app.js:12-18", Place: link("src/app.js:12-18"),
			Why: "A restart signs everybody out, and a second process knows nobody.", Fix: "Give express-session a store that all processes share: `connect-redis` with `REDIS_URL`.",
			Gain: 3.6, FirstSeen: now.Add(-40 * 24 * time.Hour), Opened: templates.Link{Text: commit(3)[:7]},
			Waived: &templates.Waived{Reason: "Moves to the vault with the next release.", Owner: "wes", Expires: "2027-01-31", Left: templates.Left{Days: 70}, Renew: at("waive", usual), Withdraw: templates.Withdraw{Action: at("repository", usual), ID: 3}}},
		{Rule: "logs/file-log", RuleTitle: "Logs go into a file", Severity: "medium", Confidence: "high", Component: "worker",
			Message: "The logger writes to logs/worker.log", Location: "worker/src/log.js:9", Place: templates.Link{Text: "worker/src/log.js:9"},
			Why: "Nobody reads a file in a container that is gone.", Fix: "Write to stdout.", Gain: 0.4, Form: form("c3")},
		{Rule: "disposability/no-sigterm", RuleTitle: "SIGTERM is not answered", Severity: "low", Confidence: "low", Component: ".",
			Message: "Nothing answers `SIGTERM`", Location: "src/server.js", Place: link("src/server.js"), Why: "Requests are cut off with each deploy.", Fix: "Close the server on `SIGTERM`.",
			Advisory: true, Waive: at("waive", usual)},
	}
}

// failing is a finding that fails the check of its pull request.
func failing(now time.Time) templates.FindingItem {
	f := findings(now)[0]
	f.Fails, f.Anchor, f.Form = true, "p482-f-a1", form("p482")
	return f
}

func link(text string) templates.Link {
	return templates.Link{Href: at("repository", usual), Text: text}
}

// audits are the recent ones, in every state.
func audits(now time.Time) []templates.AuditLine {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	return []templates.AuditLine{
		{Href: at("audit", usual), Commit: commit(1), Branch: "main", Trigger: "push", State: "done", Score: points(61.4), At: ago(2 * time.Minute), Took: 1900 * time.Millisecond, Files: 1214, Inspected: 12, Cached: 384, Ruleset: "r41"},
		{Href: at("audit", usual), Commit: commit(2), Branch: "#482", Trigger: "pull request", State: "running", At: ago(time.Minute), Ruleset: "r41"},
		{Href: at("audit", usual), Commit: commit(3), Branch: "main", Trigger: "push", State: "failed", At: ago(3 * time.Hour), Ruleset: "r41", Failure: "GitHub no longer has this commit: it was force-pushed away."},
		{Href: at("audit", usual), Commit: commit(4), Branch: "main", Trigger: "push", State: "done", Score: points(68.6), At: ago(200 * 24 * time.Hour), Took: 41 * time.Second, Files: 1180, Inspected: 1180, Ruleset: "r40"},
	}
}

// monorepo is a repository with more of everything than a page shows.
func monorepo(now time.Time) templates.Repository {
	v := payments(now)
	v.Name, v.Href = "acme/everything", at("repository", huge)
	v.Latest.Files, v.Latest.Inspected, v.Latest.Cached, v.Findings = 184_223, 1_204, 96_551, 12_406
	for i := range 24 {
		c := v.Components[i%2]
		c.Path, c.Name, c.Findings = fmt.Sprintf("services/team-%d/service-%d", i%7, i), fmt.Sprintf("service-%d", i), 1_200+i
		v.Components = append(v.Components, c)
		v.Libraries = append(v.Libraries, v.Libraries[0])
		v.Warnings = append(v.Warnings, templates.Warning{Path: fmt.Sprintf("assets/bundle-%d.min.js", i), Message: "is larger than 1 MB"})
	}
	for i := range v.Factors {
		s := &v.Factors[i]
		if s.Level == templates.NotApplicable {
			continue
		}
		one := findings(now)
		for n := range 6 {
			f := one[n%4]
			f.Form, f.Waive, f.Anchor = nil, at("waive", usual), fmt.Sprintf("f-%s-%d", s.Factor.Key, n)
			if n >= len(s.Findings) {
				s.Findings = append(s.Findings, f)
			} else {
				s.Findings[n] = f
			}
		}
		s.Cards = nil
		s.More = templates.More{Findings: 1_034, Passes: 2_220, Cards: true, All: at("factor", huge)}
	}
	v.Open = 12_408
	return v
}

// attacked is a repository all of whose words want to break the page.
func attacked(now time.Time) templates.Repository {
	v := payments(now)
	v.Name, v.Href, v.Account = unbroken+"/"+script, at("repository", hostile), stranger
	v.Badge.Markdown, v.Again.What = strings.Join(hostiles, " "), unbroken
	v.Latest.Branch, v.Failure = unbroken, strings.Join(hostiles, " ")
	v.Components, v.Libraries, v.Pulls, v.Notes, v.Warnings, v.Audits, v.Waivers = nil, nil, nil, nil, nil, nil, waiverRowsOf(hostiles, now)
	v.Wins = nil
	v = narrowed(v, nasty(1), 25)
	for i := range hostiles {
		v.Wins = append(v.Wins, wins([]templates.FindingItem{attack(i, now)})...)
		v.Components = append(v.Components, templates.ComponentRow{Path: nasty(i), Name: nasty(i + 1), Class: nasty(i + 2), Why: nasty(i + 3), Href: v.Href, Score: points(12), Grade: "F", Strip: strip(bad, ""), Findings: 3})
		v.Libraries = append(v.Libraries, templates.ComponentRow{Path: nasty(i + 1), Name: nasty(i), Class: "library", Href: v.Href, Strip: strip(tool, "")})
		v.Notes = append(v.Notes, templates.Warning{Path: nasty(i), Message: nasty(i + 1)})
		v.Warnings = append(v.Warnings, templates.Warning{Path: nasty(i + 1), Message: nasty(i)})
		v.Audits = append(v.Audits, templates.AuditLine{Commit: "short", Trigger: nasty(i), State: "failed", At: now, Failure: nasty(i + 1), Ruleset: nasty(i + 2)})
		if i >= 3 {
			continue
		}
		f := attack(i, now)
		f.Anchor = fmt.Sprintf("p%d", i)
		f.Form = form(f.Anchor)
		v.Pulls = append(v.Pulls, templates.PullRow{Number: 1 << 40, Title: nasty(i), Count: 1, Fails: i % 2, Findings: []templates.FindingItem{f}})
	}
	v.Factors = v.Factors[2:3]
	s := &v.Factors[0]
	s.Findings = nil
	for i := range hostiles {
		s.Findings = append(s.Findings, attack(i, now))
		s.Passes = append(s.Passes, templates.PassItem{Message: nasty(i), Location: nasty(i + 1), Full: true})
	}
	s.Cards[0].Component = unbroken
	s.Cards[0].Aspects[0].Title, s.Cards[0].Aspects[0].Penalties = unbroken, []templates.Taken{{Rule: unbroken, Amount: 0.28, Formula: script}, {Rule: script}}
	v.Scanning = scanningOf(hostiles, now)
	return v
}

// attack is the nth finding of such a repository.
func attack(n int, now time.Time) templates.FindingItem {
	f := findings(now)[n%4]
	f.Anchor, f.Message, f.Location, f.Place.Text, f.Component = fmt.Sprintf("x-%d", n), nasty(n), nasty(n+1), nasty(n+1), nasty(n+2)
	f.Related, f.Why, f.Fix = []templates.Link{{Text: nasty(n + 3)}, link(nasty(n + 4))}, nasty(n+5), nasty(n+6)
	f.OpenedBy, f.Opened.Text, f.RuleTitle = nasty(n), nasty(n+1), nasty(n+2)
	if f.Waived != nil {
		w := *f.Waived
		w.Reason, w.Owner, w.Where = nasty(n), nasty(n+1), nasty(n+2)
		f.Waived = &w
	}
	if f.Form != nil {
		f.Form = form(f.Anchor)
		f.Form.Path, f.Form.Rule, f.Form.Reason = nasty(n), unbroken, nasty(n+1)
		f.Form.Wrongs = templates.Wrongs{Path: nasty(n), Reason: nasty(n + 1), Expires: nasty(n + 2)}
	}
	return f
}
