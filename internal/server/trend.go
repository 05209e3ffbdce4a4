package server

import (
	"context"
	"net/http"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// span is how much time a trend shows, before the newest head.
type span struct {
	key, text string
	weeks     int
}

// spans are the choices of ?trend=, of which the first needs no name. A year has a
// week more: the head of the oldest week was pushed in it.
var spans = []span{{"1y", "1 year", 53}, {"3m", "3 months", 13}}

// lookedUp is how long after an audit of the head the past may be on its way to
// be asked for.
const lookedUp = time.Minute

// regionAsked reports whether htmx asks for one region of a page, by its id, and
// not for the page to go back to.
func regionAsked(r *http.Request, id string) bool {
	return r.Header.Get("HX-Request") != "" && r.Header.Get("HX-Target") == id && r.Header.Get("HX-History-Restore-Request") == ""
}

// spanOf reads ?trend=.
func spanOf(r *http.Request) (span, error) {
	key := r.URL.Query().Get("trend")
	for _, s := range spans {
		if key == s.key || key == "" {
			return s, nil
		}
	}
	return span{}, store.ErrNotFound
}

// beside is a page by an address that says one thing more than the request's, or
// another.
func beside(r *http.Request, page, name, value string) string {
	query := r.URL.Query()
	query.Set(name, value)
	return addressed(page, query)
}

// trend answers the region of the trend alone.
func (s *Server) trend(w http.ResponseWriter, r *http.Request, o store.Overview) error {
	if o.Latest == nil {
		return store.ErrNotFound
	}
	view, err := s.trendOf(r, o)
	if err != nil {
		return err
	}
	return s.render(w, r, templates.TrendRegion(*view))
}

// trendOf is the trend of a repository that has a done audit.
func (s *Server) trendOf(r *http.Request, o store.Overview) (*templates.Trend, error) {
	chosen, err := spanOf(r)
	if err != nil {
		return nil, err
	}
	points, err := s.trendPoints(r.Context(), o, chosen)
	if err != nil {
		return nil, err
	}
	view := &templates.Trend{Export: beside(r, repositoryHref(o.ID)+"/trend", "trend", chosen.key)}
	for i, p := range points {
		point := templates.TrendPoint{At: p.At, Commit: p.Commit, Href: auditHref(o.ID, p.Audit), Score: p.Score,
			Changed: i > 0 && points[i-1].Ruleset != p.Ruleset}
		for j, c := range p.Cells[:min(len(p.Cells), len(point.Cells))] {
			if c.Status == audit.Assessed {
				point.Cells[j] = c.Score
			}
		}
		view.Points = append(view.Points, point)
	}
	for _, choice := range spans {
		of := templates.TrendSpan{Key: choice.key, Text: choice.text, Href: beside(r, repositoryHref(o.ID), "trend", choice.key), Chosen: choice == chosen}
		if of.Chosen {
			view.Href = of.Href
		}
		view.Spans = append(view.Spans, of)
	}
	return view, s.coming(r.Context(), o, view)
}

// trendPoints are the points of so much time before the head that was audited last.
func (s *Server) trendPoints(ctx context.Context, o store.Overview, of span) ([]store.TrendPoint, error) {
	return s.store.Trend(ctx, o.Installation, o.ID, o.Latest.HeadAt.AddDate(0, 0, -7*of.weeks))
}

// coming fills in which points are still to come.
func (s *Server) coming(ctx context.Context, o store.Overview, view *templates.Trend) (err error) {
	view.Waiting, err = s.store.PastWaiting(ctx, o.Installation, o.ID)
	soon := o.Backfilled == nil && !o.Fork && s.now().Sub(*o.Latest.Finished) < lookedUp
	view.Filling = view.Waiting > 0 || soon
	return err
}
