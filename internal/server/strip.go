package server

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// refreshEvery is how often a page with a running audit is reloaded where
// there is no JavaScript, in seconds.
const refreshEvery = 3

func repositoryHref(id int64) string { return fmt.Sprintf("/repositories/%d", id) }

func total(open [5]int) (n int) {
	for _, count := range open {
		n += count
	}
	return n
}

// progressOf is how far the newest audit is, or nil when it does not run.
func progressOf(repository int64, a *store.Audit) *templates.Progress {
	if a == nil || a.State != store.Queued && a.State != store.Running {
		return nil
	}
	return &templates.Progress{State: string(a.State), Done: a.Done, Total: a.Total, Href: repositoryHref(repository) + "/progress"}
}

func failureOf(a *store.Audit) string {
	if a == nil || a.State != store.Failed {
		return ""
	}
	return a.Error
}

func changeOf(now, before *float64) *float64 {
	if now == nil || before == nil {
		return nil
	}
	change := *now - *before
	return &change
}

// stripOf is the twelve cells of an audit, or of a component; each leads to where
// href says, or nowhere. What there is no cell for is unknown.
func stripOf(cells []audit.Cell, href func(factor.Key) string) templates.Strip {
	var strip templates.Strip
	for i, f := range factor.All() {
		var cell audit.Cell
		if i < len(cells) {
			cell = cells[i]
		}
		strip[i] = cellOf(f, cell.Status, cell.Score, leads(href, f.Key))
	}
	return strip
}

// standingStrip is the twelve cells that a repository's row keeps; unknown before
// the first audit.
func standingStrip(o store.Standing, href func(factor.Key) string) templates.Strip {
	var strip templates.Strip
	for i, f := range factor.All() {
		status, score := audit.Unknown, (*float64)(nil)
		if i < len(o.Cells) {
			switch points := o.Cells[i]; points {
			case store.CellNotApplicable:
				status = audit.NotApplicable
			case store.CellUnknown:
			default:
				value := float64(points)
				status, score = audit.Assessed, &value
			}
		}
		strip[i] = cellOf(f, status, score, leads(href, f.Key))
	}
	return strip
}

// leads is where a cell leads to, "" for nowhere.
func leads(href func(factor.Key) string, key factor.Key) string {
	if href == nil {
		return ""
	}
	return href(key)
}

func cellOf(f factor.Factor, status audit.Status, score *float64, href string) templates.Cell {
	cell := templates.Cell{Factor: f, Level: templates.UnknownLevel, Href: href}
	switch {
	case status == audit.NotApplicable:
		cell.Level = templates.NotApplicable
	case status == audit.Assessed && score != nil:
		cell.Level, cell.Score = templates.LevelOf(*score), *score
	}
	return cell
}

// classes writes component classes as people read them: "web service, worker".
func classes(list []audit.Class) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = className(c)
	}
	return strings.Join(words, ", ")
}

func className(c audit.Class) string {
	if c == audit.CLI {
		return "command line tool"
	}
	return strings.ReplaceAll(string(c), "-", " ")
}
