package stories

import (
	"fmt"
	"time"

	"twelvefold/internal/factor"
	"twelvefold/templates"
)

func auditOf() []Story {
	page := func(state string, change func(*templates.Audit)) Story {
		return story("audit", state, "Audit of acme/payments-api", templates.AuditPage, func(v *templates.Audit) *templates.Page { return &v.Page }, func(p templates.Page) templates.Audit {
			v := push(p.Now)
			change(&v)
			return v
		})
	}
	ended := func(v *templates.Audit, state, failure, advice string) {
		*v = templates.Audit{Page: v.Page, Repository: v.Repository, Files: v.Files, State: state, Trigger: v.Trigger, Commit: v.Commit, Hash: v.Hash, Branch: v.Branch, HeadAt: v.HeadAt, At: v.At,
			Failure: failure, Advice: advice, Latest: templates.Link{Href: at("audit", usual), Text: "The newest audit of main"}, Before: v.Before}
	}
	return []Story{
		page(usual, func(*templates.Audit) {}),
		page(empty, func(v *templates.Audit) { // of a repository in which nothing is deployed
			v.Score, v.Grade, v.Change, v.Against, v.Components = nil, "", nil, nil, nil
			v.Strip = strip(scores{absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent}, "")
			v.Opened, v.Closed, v.Warnings = templates.ChangeList{}, templates.ChangeList{}, nil
		}),
		page("unmoved", func(v *templates.Audit) {
			v.Change, v.Against.Moved = points(0), nil
			v.Opened, v.Closed = templates.ChangeList{}, templates.ChangeList{}
		}),
		page("rules-changed", func(v *templates.Audit) { v.Against.Rules = true }),
		page("pull-request", func(v *templates.Audit) {
			v.PullRequest, v.Trigger, v.Unchanged = &templates.AuditPull{Link: link("#482 Pay by card"), By: "mira"}, "a pull request’s head", 8
			v.Against.What = "the base of the pull request"
			items := v.Opened.Groups[0].Items
			items[0].Fails = true
			for i := range items { // they have no page before they are merged
				items[i].Href, items[i].Rule, items[i].Fix = "", "config/debug-literal", "Read `DATABASE_URL` from the environment, and stop at start when it is missing."
			}
		}),
		page("running", func(v *templates.Audit) {
			ended(v, "running", "", "")
			v.Latest, v.Progress = templates.Link{}, &templates.Progress{State: "running", Done: 1204, Total: 4700, Href: at("progress", "running")}
		}),
		page("failed", func(v *templates.Audit) {
			ended(v, "failed", "GitHub no longer has this commit: it was force-pushed away.", "The next push is audited again.")
		}),
		page("cancelled", func(v *templates.Audit) {
			ended(v, "cancelled", "A newer commit came before it began.", "What it would have said is in the newer one.")
		}),
		page(huge, func(v *templates.Audit) {
			fill := func(l *templates.ChangeList) {
				l.All, l.First, l.Shown, l.Newer, l.Older, l.Groups = 12_406, 51, 48, at("audit", huge), at("audit", huge), nil
				for _, f := range factor.All() {
					l.Groups = append(l.Groups, changed(f, v.Page.Now))
				}
			}
			fill(&v.Opened)
			fill(&v.Closed)
			v.Against.Moved = nil
			for i, f := range factor.All() {
				v.Against.Moved = append(v.Against.Moved, moved(f, float64(90-i*5), float64(20+i*6)))
			}
			for i := range 40 {
				c := v.Components[i%2]
				c.Name, c.Path = fmt.Sprintf("service-%d", i), fmt.Sprintf("services/team-%d/service-%d", i%7, i)
				v.Components = append(v.Components, c)
				v.Warnings = append(v.Warnings, templates.Warning{Path: fmt.Sprintf("assets/bundle-%d.min.js", i), Message: "is larger than 1 MB"})
			}
			v.MoreRows, v.MoreWarned, v.Took = 312, 4_071, 412*time.Second
		}),
		page(hostile, func(v *templates.Audit) {
			v.Repository.Text, v.Branch, v.Trigger, v.Commit.Text = unbroken+"/"+script, unbroken, nasty(1), nasty(2)
			v.Failure, v.Advice = script+unbroken, nasty(4)
			v.Opened.Groups[0].Items, v.Warnings = nil, nil
			for i := range hostiles {
				v.Opened.Groups[0].Items = append(v.Opened.Groups[0].Items, templates.ChangeItem{Severity: "critical", Message: nasty(i), Href: at("finding", hostile), Place: link(nasty(i + 1)), Fails: true, Fix: nasty(i + 2), Rule: "config/debug-literal"})
				v.Warnings = append(v.Warnings, templates.Warning{Path: nasty(i), Message: nasty(i + 1)})
				v.Components = append(v.Components, templates.ComponentRow{Path: nasty(i), Name: nasty(i + 1), Class: nasty(i + 2), Why: nasty(i + 3), Strip: strip(bad, ""), Findings: -1})
				v.Reads = append(v.Reads, templates.Fact{Name: nasty(i + 1), Value: nasty(i)})
			}
			v.Closed = v.Opened
		}),
	}
}

// push is the audit of a push that made things worse.
func push(now time.Time) templates.Audit {
	all := factor.All()
	components := payments(now).Components
	for i := range components {
		components[i].Findings = -1
	}
	return templates.Audit{
		Files: at("audit", usual),
		Page:  templates.Page{Now: now}, Repository: templates.Link{Href: at("repository", usual), Text: "acme/payments-api"}, State: "done", Trigger: "a push",
		Commit: link("on GitHub"), Hash: commit(1), Branch: "main", HeadAt: now.Add(-3 * time.Minute), At: now.Add(-2 * time.Minute), Took: 1900 * time.Millisecond,
		Score: points(61.4), Grade: "C", Coverage: 0.72, Change: points(-7.2), Strip: strip(mixed, ""),
		Against: &templates.Against{What: "the audit before", Commit: commit(2), Link: templates.Link{Href: at("audit", usual), Text: commit(2)[:7]}, Score: points(68.6), Strip: strip(good, ""),
			Moved: []templates.Moved{moved(all[2], 62, 41), moved(all[5], 86, 28), moved(all[10], 90, 96)}},
		Before: templates.Link{Href: at("audit", usual), Text: "The audit before"}, After: templates.Link{Href: at("audit", usual), Text: "The audit after"},
		Components: components,
		Opened:     templates.ChangeList{All: 4, First: 1, Shown: 4, Groups: []templates.ChangeGroup{changed(all[2], now)}},
		Closed:     templates.ChangeList{All: 4, First: 1, Shown: 4, Groups: []templates.ChangeGroup{changed(all[10], now)}},
		Reads:      []templates.Fact{{Name: "Files", Value: "1 214"}, {Name: "Inspected", Value: "12"}, {Name: "From cache", Value: "384"}, {Name: "Ruleset", Value: "r41"}, {Name: "Evidence", Value: "72 %"}},
		Warnings:   []templates.Warning{{Path: "assets/bundle.min.js", Message: "is larger than 1 MB"}, {Message: "The history is shallow."}},
	}
}

func moved(f factor.Factor, before, after float64) templates.Moved {
	cell := func(score float64) templates.Cell {
		c := templates.Cell{Factor: f}
		c.Level, c.Score = level(score)
		return c
	}
	return templates.Moved{Factor: f, Before: cell(before), After: cell(after), Change: after - before}
}

// changed is four findings of a factor that came or went.
func changed(f factor.Factor, now time.Time) templates.ChangeGroup {
	g := templates.ChangeGroup{Factor: f}
	for _, item := range findings(now) {
		g.Items = append(g.Items, templates.ChangeItem{Severity: item.Severity, Message: item.Message, Href: at("finding", usual), Place: item.Place})
	}
	return g
}
