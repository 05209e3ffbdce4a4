package server

import (
	"net/http"
	"slices"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// weeksTable has the score of the past weeks, of the account that is asked for or of
// all.
func (s *Server) weeksTable(r *http.Request) (exported, error) {
	v := viewerOf(r.Context())
	ids, err := s.accountsAsked(r.Context(), v.sight, r.URL.Query().Get("account"))
	if err != nil {
		return exported{}, err
	}
	sum, err := s.sum(r.Context(), v.sight, ids)
	if err != nil {
		return exported{}, err
	}
	day := s.now().UTC()
	return exported{
		name:    "weeks",
		columns: []string{"day", "score"},
		rows: func(yield func([]any, error) bool) {
			for _, score := range slices.Backward(weeksOf(sum)) {
				if !yield([]any{day.Format(time.DateOnly), tenths(score)}, nil) {
					return
				}
				day = day.AddDate(0, 0, -7)
			}
		},
	}, nil
}

// trendTable has the numbers of a repository's trend, the newest first.
func (s *Server) trendTable(r *http.Request) (exported, error) {
	o := viewerOf(r.Context()).seen
	t := exported{name: ofRepository(o, "trend"), columns: append(append([]string{"day", "commit", "score"}, factorColumns()...), "ruleset", "rules_changed", "audit")}
	chosen, err := spanOf(r)
	if err != nil {
		return t, err
	}
	var points []store.TrendPoint
	if o.Latest != nil {
		if points, err = s.trendPoints(r.Context(), o, chosen); err != nil {
			return t, err
		}
	}
	t.rows = func(yield func([]any, error) bool) {
		for i, p := range slices.Backward(points) {
			row := []any{p.At.UTC().Format(time.DateOnly), p.Commit, p.Score}
			for j := range factorColumns() {
				var cell any
				if j < len(p.Cells) {
					cell = factorCell(p.Cells[j].Status, p.Cells[j].Score)
				}
				row = append(row, cell)
			}
			if !yield(append(row, p.Ruleset, i > 0 && points[i-1].Ruleset != p.Ruleset, p.Audit), nil) {
				return
			}
		}
	}
	return t, nil
}

// auditComponentsTable has all components of one audit.
func (s *Server) auditComponentsTable(r *http.Request) (exported, error) {
	o := viewerOf(r.Context()).seen
	a, err := s.auditOf(r, o)
	if err != nil {
		return exported{}, err
	}
	cards, err := s.store.Scorecards(r.Context(), o.Installation, a.ID)
	return componentsExport(ofRepository(o, "components-of-"+templates.Short(a.Commit)), cards), err
}

// changesTable has what opened and closed in an audit.
func (s *Server) changesTable(r *http.Request) (exported, error) {
	o := viewerOf(r.Context()).seen
	a, err := s.auditOf(r, o)
	if err != nil {
		return exported{}, err
	}
	t := exported{
		name:    ofRepository(o, "changes-of-"+templates.Short(a.Commit)),
		columns: []string{"change", "fails_check", "severity", "confidence", "factor", "rule", "component", "path", "line", "message", "fix", "gain", "url", "fingerprint"},
	}
	var rows [][]any
	add := func(list []store.ChangedFinding) {
		for _, c := range list {
			change, url := "opened", s.hostedOf(o.Repository, a.Commit).place(c.Place).Href
			if !c.New {
				change, url = "closed", ""
				if a.PullRequest != 0 { // it is still there at the base
					url = s.hostedOf(o.Repository, a.BaseCommit).place(c.Place).Href
				}
			}
			rows = append(rows, []any{change, c.Fails, string(c.Severity), string(c.Confidence), string(c.Factor), c.Rule, c.Component, c.Place.Path, c.Place.Line, c.Message, c.Fix, c.Gain, url, c.Fingerprint})
		}
	}
	if a.PullRequest != 0 {
		var list []store.ChangedFinding
		list, err = s.store.Changes(r.Context(), o.Installation, a.ID)
		add(list)
	} else {
		var opened, closed []store.Finding
		if opened, _, err = s.store.FindingsOpenedBy(r.Context(), o.Installation, o.ID, a.ID, exportLimit+1, 0); err == nil {
			closed, _, err = s.store.FindingsClosedBy(r.Context(), o.Installation, o.ID, a.ID, exportLimit+1, 0)
		}
		add(changed(opened, true))
		add(changed(closed, false))
	}
	t.rows = rowsOf(rows, func(row []any) []any { return row })
	return t, err
}

// changed are findings of a branch as changes.
func changed(list []store.Finding, opened bool) (changes []store.ChangedFinding) {
	for _, f := range list {
		var c store.ChangedFinding
		c.Finding, c.New = f.Finding, opened
		changes = append(changes, c)
	}
	return changes
}

// componentsExport is a table of scorecards.
func componentsExport(name string, cards []audit.Scorecard) exported {
	return exported{
		name:    name,
		columns: append([]string{"component", "name", "class", "languages", "score", "grade", "coverage"}, factorColumns()...),
		rows: rowsOf(cards, func(c audit.Scorecard) []any {
			row := []any{c.Path, c.Name, string(c.Class), c.Languages, c.Score, c.Grade, c.Coverage}
			for _, f := range c.Factors {
				row = append(row, factorCell(f.Status, f.Score))
			}
			return row
		}),
	}
}
