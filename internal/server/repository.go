package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// recentAudits is how many audits the repository page lists.
const recentAudits = 10

// repository shows one repository: the scorecard of its latest done audit,
// its open findings and its recent audits. ?component= shows one component,
// ?trend= how far the trend goes back, ?q=, ?severity= and ?state= some of the
// findings; ?factor= leads to the page of that factor.
func (s *Server) repository(w http.ResponseWriter, r *http.Request) error {
	overview := viewerOf(r.Context()).seen
	if regionAsked(r, "trend") {
		return s.trend(w, r, overview)
	}
	if r.URL.Query().Has("factor") {
		return s.leadToFactor(w, r, overview)
	}
	progress, err := s.running(r.Context(), overview)
	if err != nil {
		return err
	}
	view := templates.Repository{
		Page: s.page(r, overview.FullName()), Name: overview.FullName(), Href: repositoryHref(overview.ID),
		Progress: progress, Failure: failureOf(overview.Newest),
		Badge: s.badgeSnippet(r, overview.Repository),
	}
	if view.Progress != nil {
		view.Page.Refresh = refreshEvery
	}
	recent, err := s.store.RecentAudits(r.Context(), overview.Installation, overview.ID, recentAudits)
	if err != nil {
		return err
	}
	for _, a := range recent {
		line := auditLine(a)
		line.Href = auditHref(overview.ID, a.ID)
		view.Audits = append(view.Audits, line)
	}
	account, err := s.store.Account(r.Context(), viewerOf(r.Context()).sight, overview.Installation)
	if err != nil {
		return err
	}
	view.Account = accountOf(account.Installation)
	waivers, err := s.waivingOf(r, overview)
	if err != nil {
		return err
	}
	waivers.running = progress != nil
	view.Pulls = s.pulls(waivers)
	if view.Scanning, err = s.scanningOf(r, overview, account.Installation, waivers.may); err != nil {
		return err
	}
	if waivers.may && progress == nil {
		view.Again = auditForm(overview)
	}
	if overview.Latest != nil {
		if err := s.scorecard(r, overview, &view, waivers); err != nil {
			return err
		}
	}
	return s.render(w, r, templates.RepositoryPage(view))
}

// progress answers the running audit's fragment, or has the page reloaded
// when the audit has ended.
func (s *Server) progress(w http.ResponseWriter, r *http.Request) error {
	overview := viewerOf(r.Context()).seen
	if r.Header.Get("HX-Request") == "" {
		http.Redirect(w, r, repositoryHref(overview.ID), http.StatusSeeOther)
		return nil
	}
	progress, err := s.running(r.Context(), overview)
	if err != nil {
		return err
	}
	if progress == nil {
		w.Header().Set("HX-Refresh", "true")
	}
	return s.render(w, r, templates.ProgressRegion(progress))
}

// scorecard fills in what the latest done audit says.
func (s *Server) scorecard(r *http.Request, o store.Overview, view *templates.Repository, waivers waiving) error {
	ctx, latest := r.Context(), o.Latest
	cards, err := s.store.Scorecards(ctx, o.Installation, latest.ID)
	if err != nil {
		return err
	}
	findings, err := s.store.OpenFindings(ctx, o.Installation, o.ID, latest.Branch)
	if err != nil {
		return err
	}
	passes, err := s.store.Passes(ctx, o.Installation, latest.ID)
	if err != nil {
		return err
	}
	view.Scored, view.Latest = true, auditLine(*latest)
	view.Score, view.Grade, view.Coverage = latest.Score, latest.Grade, latest.Coverage
	view.Change = changeOf(latest.Score, o.Previous)
	view.Strip = stripOf(latest.Cells, func(key factor.Key) string { return factorHref(o.ID, key, "", 1) })
	for _, w := range latest.Warnings {
		warning := templates.Warning{Path: w.Path, Message: w.Message}
		if w.Path == "" || w.Path == audit.SettingsFile {
			view.Notes = append(view.Notes, warning)
		} else {
			view.Warnings = append(view.Warnings, warning)
		}
	}
	view.Waivers = waivers.waiverRows(findings)
	shown := cards
	if path := r.URL.Query().Get("component"); path != "" {
		card, ok := cardAt(cards, path)
		if !ok {
			return store.ErrNotFound
		}
		shown, view.Selected = []audit.Scorecard{card}, path
		view.Score, view.Grade, view.Coverage, view.Change = card.Score, card.Grade, card.Coverage, nil
		view.Strip = cardStrip(card, func(key factor.Key) string { return factorHref(o.ID, key, path, 1) })
	}
	if err := s.contractSum(r, o, view); err != nil {
		return err
	}
	if view.Selected == "" {
		if view.Trend, err = s.trendOf(r, o); err != nil {
			return err
		}
	}
	view.Shown = len(shown)
	components(view, cards, findings)
	filter, err := findingFilterOf(r, s.now())
	if err != nil {
		return err
	}
	view.Filter = filter.view(view.Href, view.Selected, r.URL.Query().Get("trend"))
	findings = slices.DeleteFunc(findings, func(f store.Finding) bool { _, is := cardAt(shown, f.Component); return !is })
	view.Open, view.Wins = len(findings), repositoryWins(findings, shown, waivers)
	return s.factors(ctx, view, shown, filter.of(findings, waivers.today, waivers.standing), passes, waivers)
}

// leadToFactor answers the address that a factor had before it had a page.
func (s *Server) leadToFactor(w http.ResponseWriter, r *http.Request, o store.Overview) error {
	f, err := factor.Of(factor.Key(r.URL.Query().Get("factor")))
	if err != nil {
		return store.ErrNotFound
	}
	page, err := pageNumber(r, "page")
	if err != nil {
		return err
	}
	http.Redirect(w, r, factorHref(o.ID, f.Key, r.URL.Query().Get("component"), page), http.StatusMovedPermanently)
	return nil
}

// components fills in the rows: the selected one, or what the score is the mean
// of and the libraries beside it.
func components(view *templates.Repository, cards []audit.Scorecard, findings []store.Finding) {
	open := map[string]int{}
	for _, f := range findings {
		open[f.Component]++
	}
	deployable := map[string]bool{}
	for _, card := range (&audit.Audit{Scorecards: cards}).Deployable() {
		deployable[card.Path] = true
	}
	for _, card := range cards {
		row := componentRow(card, view, open[card.Path])
		switch {
		case view.Selected != "" && !row.Selected:
		case view.Selected != "" || deployable[card.Path]:
			view.Components = append(view.Components, row)
		default:
			view.Libraries = append(view.Libraries, row)
		}
	}
}

func cardAt(cards []audit.Scorecard, path string) (audit.Scorecard, bool) {
	for _, card := range cards {
		if card.Path == path {
			return card, true
		}
	}
	return audit.Scorecard{}, false
}

func componentHref(repository, path string) string {
	return repository + "?component=" + url.QueryEscape(path)
}

func componentRow(card audit.Scorecard, view *templates.Repository, findings int) templates.ComponentRow {
	return templates.ComponentRow{
		Path: card.Path, Name: card.Name, Class: className(card.Class), Why: card.Why,
		Href: componentHref(view.Href, card.Path), Selected: card.Path == view.Selected,
		Score: card.Score, Grade: card.Grade, Coverage: card.Coverage, Strip: cardStrip(card, nil), Findings: findings,
	}
}

func cardStrip(card audit.Scorecard, href func(factor.Key) string) templates.Strip {
	var strip templates.Strip
	for i, f := range card.Factors {
		strip[i] = cellOf(factorOf(f.Factor), f.Status, f.Score, leads(href, f.Factor))
	}
	return strip
}

func auditLine(a store.Audit) templates.AuditLine {
	line := templates.AuditLine{
		Commit: a.Commit, Branch: a.Branch, Trigger: string(a.Trigger), State: string(a.State), Score: a.Score,
		At: a.Created, Files: a.Stats.Files, Inspected: a.Stats.Inspected, Cached: a.Stats.Cached,
		Ruleset: a.Ruleset, Failure: a.Error,
	}
	if a.Finished != nil {
		line.At = *a.Finished
		if a.Started != nil {
			line.Took = a.Finished.Sub(*a.Started).Round(10 * time.Millisecond)
		}
	}
	return line
}

// location writes a place as editors read it.
func location(p audit.Place) string {
	if p.Line == 0 {
		return p.Path
	}
	return fmt.Sprintf("%s:%d", p.Path, p.Line)
}
