package server

import (
	"fmt"
	"net/http"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// refreshEvery is how often a page with a running audit is reloaded where
// there is no JavaScript, in seconds.
const refreshEvery = 3

// home lists the repositories that the viewer sees.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	list, err := s.store.Overviews(r.Context(), v.sight)
	if err != nil {
		return err
	}
	view := templates.Home{Page: s.page(r, "Repositories"), SignedIn: v.person != 0}
	if view.SignedIn {
		view.Install = s.signIn.Install
	}
	accounts, err := s.store.Accounts(r.Context(), v.sight)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		view.Accounts = append(view.Accounts, accountOf(a.Installation))
	}
	for _, o := range list {
		row := repositoryRow(o)
		view.Findings += row.Findings
		if row.Progress != nil {
			view.Running++
		}
		view.Repositories = append(view.Repositories, row)
	}
	if view.Running > 0 {
		view.Page.Refresh = refreshEvery
	}
	return s.render(w, r, templates.HomePage(view))
}

func repositoryRow(o store.Overview) templates.RepositoryRow {
	row := templates.RepositoryRow{
		Name: o.FullName(), Href: repositoryHref(o.ID), Classes: classes(o.Classes),
		Findings: total(o.Open), Severe: o.Open[0] + o.Open[1],
		Progress: progressOf(o.ID, o.Newest), Failure: failureOf(o.Newest), Strip: stripOf(o.Factors, nil),
	}
	if a := o.Latest; a != nil {
		row.Score, row.Grade, row.Commit, row.AuditedAt = a.Score, a.Grade, a.Commit, *a.Finished
		row.Change = changeOf(a.Score, o.Previous)
	}
	return row
}

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

// stripOf is the twelve cells of a whole repository; each leads to where href
// says, or nowhere.
func stripOf(cells [12]audit.Cell, href func(factor.Key) string) templates.Strip {
	var strip templates.Strip
	for i, f := range factor.All() {
		strip[i] = cellOf(f, cells[i].Status, cells[i].Score, leads(href, f.Key))
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
