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

// stripOf is the twelve cells of a whole repository; each leads to its factor
// on the page named by base, or nowhere.
func stripOf(cells [12]audit.Cell, base string) templates.Strip {
	var strip templates.Strip
	for i, f := range factor.All() {
		strip[i] = cellOf(f, cells[i].Status, cells[i].Score, base)
	}
	return strip
}

func cellOf(f factor.Factor, status audit.Status, score *float64, base string) templates.Cell {
	cell := templates.Cell{Factor: f, Level: templates.UnknownLevel}
	switch {
	case status == audit.NotApplicable:
		cell.Level = templates.NotApplicable
	case status == audit.Assessed && score != nil:
		cell.Level, cell.Score = templates.LevelOf(*score), *score
	}
	if base != "" {
		cell.Href = base + "#" + string(f.Key)
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
