package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// What the page of a factor shows at the most.
const (
	findingsOfPage = 50
	passesOfPage   = 50
	cardsOfPage    = 12 // components whose arithmetic is shown below each other
	mostCards      = 500
)

// factorHref is the page of one factor of a repository: of one component, or of
// all when it is "".
func factorHref(repository int64, key factor.Key, component string, page int) string {
	query := url.Values{}
	if component != "" {
		query.Set("component", component)
	}
	if page > 1 {
		query.Set("page", strconv.Itoa(page))
	}
	href := fmt.Sprintf("%s/factors/%s", repositoryHref(repository), key)
	if len(query) > 0 {
		href += "?" + query.Encode()
	}
	return href
}

// pageNumber is a page of a list, from 1: what the query has by that name.
func pageNumber(r *http.Request, name string) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1<<20 {
		return 0, store.ErrNotFound
	}
	return n, nil
}

// factorPage shows one factor of a repository; ?component= of one component,
// ?page= more of its findings.
func (s *Server) factorPage(w http.ResponseWriter, r *http.Request) error {
	o := viewerOf(r.Context()).seen
	f, err := factor.Of(factor.Key(r.PathValue("factor")))
	if err != nil {
		return store.ErrNotFound
	}
	page, err := pageNumber(r, "page")
	if err != nil {
		return err
	}
	component := r.URL.Query().Get("component")
	view := templates.Factor{
		Page: s.page(r, f.Numeral+" "+f.Name+" of "+o.FullName()), Repository: templates.Link{Href: repositoryHref(o.ID), Text: o.FullName()},
		Factor: f, Scored: o.Latest != nil, Weight: audit.FactorWeight(f.Key), Selected: component, Whole: factorHref(o.ID, f.Key, "", 1),
	}
	if component != "" {
		view.Repository.Href = componentHref(repositoryHref(o.ID), component)
	}
	if o.Latest == nil && (component != "" || page > 1) {
		return store.ErrNotFound
	}
	var cells []audit.Cell
	if component != "" {
		if cells, err = s.store.ComponentCells(r.Context(), o.Installation, o.Latest.ID, component); err != nil {
			return err
		}
	} else if o.Latest != nil {
		cells = o.Latest.Cells
	}
	view.Strip = stripOf(cells, func(key factor.Key) string { return factorHref(o.ID, key, component, 1) })
	at := f.Number - 1
	view.Strip[at].Here, view.Cell = true, view.Strip[at]
	view.Before, view.After = besideOf(view.Strip, at)
	if o.Latest != nil {
		view.Commit = o.Latest.Commit
		if err := s.factorCards(r, o, &view); err != nil {
			return err
		}
		if err := s.factorEvidence(r, o, &view, page); err != nil {
			return err
		}
	}
	return s.render(w, r, templates.FactorPage(view))
}

// besideOf are the links to the factors before and behind one.
func besideOf(strip templates.Strip, at int) (before, after templates.Link) {
	link := func(c templates.Cell) templates.Link {
		return templates.Link{Href: c.Href, Text: c.Factor.Numeral + " " + c.Factor.Name}
	}
	if at > 0 {
		before = link(strip[at-1])
	}
	if at+1 < len(strip) {
		after = link(strip[at+1])
	}
	return before, after
}

// factorCards fills in the factor's score and its arithmetic, component by
// component.
func (s *Server) factorCards(r *http.Request, o store.Overview, view *templates.Factor) error {
	cards, err := s.store.FactorCards(r.Context(), o.Installation, o.Latest.ID, view.Factor.Key, mostCards)
	if err != nil {
		return err
	}
	deployable := map[string]bool{}
	whole := &audit.Audit{}
	for _, c := range cards {
		whole.Scorecards = append(whole.Scorecards, c.Component)
	}
	for _, card := range whole.Deployable() {
		deployable[card.Path] = true
	}
	var applies, counted float64
	for _, c := range cards {
		if view.Selected != "" && c.Component.Path != view.Selected {
			continue
		}
		if c.Score.Status != audit.NotApplicable {
			applies++
			view.Coverage += c.Score.Coverage
		}
		counts := deployable[c.Component.Path]
		if counts && c.Score.Score != nil {
			counted++
			if view.Cell.Level == templates.UnknownLevel {
				view.Cell.Score += *c.Score.Score // their mean, below
			}
		}
		if len(view.Components) == cardsOfPage {
			view.MoreCards++
			continue
		}
		view.Components = append(view.Components, templates.FactorComponent{
			Name: c.Component.Name, Path: c.Component.Path, Class: className(c.Component.Class), Counts: counts, Why: c.Score.Why,
			Href: factorHref(o.ID, view.Factor.Key, c.Component.Path, 1), Cell: cellOf(view.Factor, c.Score.Status, c.Score.Score, ""),
			Card: factorCard(c.Component.Path, c.Score),
		})
	}
	if applies > 0 {
		view.Coverage /= applies
	}
	if view.Cell.Level == templates.UnknownLevel && counted > 0 {
		view.Cell.Score /= counted
	}
	view.Mean = counted > 1
	return nil
}

// factorEvidence fills in what stands against the factor and for it.
func (s *Server) factorEvidence(r *http.Request, o store.Overview, view *templates.Factor, page int) error {
	ctx, key := r.Context(), view.Factor.Key
	findings, all, err := s.store.FactorFindings(ctx, o.Installation, o.ID, o.Latest.Branch, key, view.Selected, findingsOfPage, (page-1)*findingsOfPage)
	if err != nil {
		return err
	}
	if page > 1 && len(findings) == 0 {
		return store.ErrNotFound
	}
	waivers, err := s.waiversOf(r, o)
	if err != nil {
		return err
	}
	at := s.hostedOf(o.Repository, o.Latest.Commit)
	view.Total, view.First = all, (page-1)*findingsOfPage+1
	for _, f := range findings {
		row := templates.FactorFinding{
			Href: findingHref(o.ID, f.ID), Severity: string(f.Severity), Message: f.Message, Fix: f.Fix, Place: at.place(f.Place), Gain: f.Gain,
		}
		if view.Several() {
			row.Component = componentName(f.Component)
		}
		if accepted := f.WaivedOn(waivers.today, waivers.standing); accepted != nil {
			row.Waived = accepted.Expires
		}
		view.Findings = append(view.Findings, row)
	}
	if page > 1 {
		view.Newer = factorHref(o.ID, key, view.Selected, page-1)
	}
	if page*findingsOfPage < all {
		view.Older = factorHref(o.ID, key, view.Selected, page+1)
	}
	passes, allPasses, err := s.store.FactorPasses(ctx, o.Installation, o.Latest.ID, key, view.Selected, passesOfPage)
	for _, p := range passes {
		view.Passes = append(view.Passes, templates.FactorPass{Message: p.Message, Place: at.place(p.Place), Full: p.Strength >= 1})
	}
	view.AllPasses = allPasses
	return err
}
