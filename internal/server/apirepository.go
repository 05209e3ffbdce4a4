package server

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/api"
	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
)

// kindsOf are the kinds of the values of an order's keys.
func kindsOf(o store.Order) string {
	names := string([]rune{api.Text, api.Text, api.Whole})
	switch o.By {
	case store.ByName:
		return names
	case store.ByScore, store.ByChange:
		return string(api.Number) + names
	case store.ByAudited:
		return string(api.Moment) + names
	case store.ByFindings:
		return string([]rune{api.Whole, api.Whole}) + names
	}
	return string(api.Whole) + names
}

func (s *Server) apiRepositories(c *call) (any, error) {
	accounts, err := s.accountsAsked(c.Context(), c.v.sight, c.Text("installation"))
	if err != nil {
		return nil, err
	}
	by, descending := strings.CutPrefix(c.Text("sort"), "-")
	days, _ := strconv.Atoi(c.Text("days"))
	order := store.Order{By: by, Descending: descending, Days: days}
	key, err := c.key(kindsOf(order))
	if err != nil {
		return nil, err
	}
	list, err := s.store.StandingsAfter(c.Context(), store.Choice{
		Sight: c.v.sight, Accounts: accounts, Text: c.Text("q"), Language: c.Text("language"), Grade: c.Text("grade"), Class: audit.Class(c.Text("class")),
		Topic: c.Text("topic"), Archived: c.Text("archived") == "true",
	}, order, key, c.Limit+1)
	if err != nil {
		return nil, cursorError(err)
	}
	return listed(c, list, func(l store.Listed) api.Repository { return c.repository(l.Standing) }, func(l store.Listed) api.Key { return l.Key }), nil
}

// cursorError tells a key that no list can have from what the database says.
func cursorError(err error) error {
	if isInvalid(err) {
		return problem{kind: api.BadCursor}
	}
	return err
}

func (s *Server) apiRepository(c *call) (any, error) { return c.repository(c.v.seen.Standing), nil }

func (s *Server) apiRepositoryNamed(c *call) (any, error) {
	id, err := s.store.SeenNamed(c.Context(), c.v.sight, c.PathValue("owner"), c.PathValue("name"))
	if err != nil {
		return nil, err
	}
	if err := s.enter(c.Context(), c.v, reader, id); err != nil {
		return nil, err
	}
	return s.apiRepository(c)
}

func (c *call) reference(r store.Repository) api.Reference {
	return api.Reference{ID: r.ID, FullName: r.FullName(), URL: c.at("/repositories/%d", r.ID)}
}

func (c *call) repository(o store.Standing) api.Repository {
	path := repositoryHref(o.ID)
	return api.Repository{
		ID: o.ID, Installation: o.Installation, Owner: o.Owner, Name: o.Name, FullName: o.FullName(), Private: o.Private, Archived: o.Archived, Fork: o.Fork,
		Topics: all(o.Topics), DefaultBranch: o.DefaultBranch, Languages: all(o.Languages), Classes: all(o.Classes),
		Audit: orNull(o.Audit), Commit: orNull(o.Commit), AuditedAt: inUTC(o.Audited), Score: o.Score, Grade: orNull(o.Grade), Coverage: o.Coverage,
		Changes: changesOf(o.Change), Factors: standingCells(o.Cells), OpenFindings: countsOf(o.Open), Places: c.places(path, path),
	}
}

// inUTC is a time as the API tells it.
func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}

func changesOf(change func(days int) *float64) []api.Change {
	list := []api.Change{}
	for _, days := range store.ChangeDays() {
		list = append(list, api.Change{Days: days, Points: tenths(change(days))})
	}
	return list
}

func countsOf(open [5]int) api.Counts {
	return api.Counts{Critical: open[0], High: open[1], Medium: open[2], Low: open[3], Info: open[4]}
}

// standingCells are the factors that a repository's row keeps; unknown before its
// first audit.
func standingCells(cells []int) []api.Cell {
	list := []api.Cell{}
	for i, f := range factor.All() {
		cell := api.Cell{Factor: f.Key, Status: audit.Unknown}
		if i < len(cells) {
			switch points := cells[i]; points {
			case store.CellNotApplicable:
				cell.Status = audit.NotApplicable
			case store.CellUnknown:
			default:
				score := float64(points)
				cell.Status, cell.Score = audit.Assessed, &score
			}
		}
		list = append(list, cell)
	}
	return list
}

// auditCells are the factors of an audit, none before it is done.
func auditCells(cells []audit.Cell) []api.Cell {
	list := []api.Cell{}
	for _, cell := range cells {
		list = append(list, api.Cell{Factor: cell.Factor, Status: cell.Status, Score: cell.Score})
	}
	return list
}

func (s *Server) apiScores(c *call) (any, error) {
	key, err := c.key(string([]rune{api.Moment, api.Whole}))
	if err != nil {
		return nil, err
	}
	from, to := time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	if at := c.Time("from"); at != nil {
		from = *at
	}
	if at := c.Time("to"); at != nil {
		to = *at
	}
	at, id, err := momentAndID(key)
	if err != nil {
		return nil, err
	}
	o := c.v.seen
	list, err := s.store.ScoresAfter(c.Context(), o.Installation, o.ID, from, to, at, id, c.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(c, list, func(p store.TrendPoint) api.ScorePoint {
		return api.ScorePoint{Audit: p.Audit, At: p.At.UTC(), Commit: p.Commit, Ruleset: p.Ruleset, Score: p.Score, Factors: auditCells(p.Cells), URL: c.at("/audits/%d", p.Audit)}
	}, func(p store.TrendPoint) api.Key { return api.Key{p.At, p.Audit} }), nil
}

// momentAndID are the two values of a key; the zero ones at a list's beginning.
func momentAndID(k api.Key) (at time.Time, id int64, err error) {
	if k == nil {
		return at, 0, nil
	}
	at, timed := k[0].(time.Time)
	id, numbered := k[1].(int64)
	if !timed || !numbered {
		err = problem{kind: api.BadCursor}
	}
	return at, id, err
}

func (s *Server) apiVariables(c *call) (any, error) {
	key, err := c.key(string([]rune{api.Text, api.Text}))
	if err != nil {
		return nil, err
	}
	lines, _, err := s.contractLines(c.Request, c.v.seen)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(lines, func(a, b envLine) int {
		return cmp.Or(cmp.Compare(a.component, b.component), cmp.Compare(a.Name, b.Name))
	})
	filter := envFilter{status: audit.VariableStatus(c.Text("status")), component: c.Text("component")}
	asked := strings.ToLower(c.Text("q"))
	keyOf := func(v envLine) api.Key { return api.Key{v.component, v.Name} }
	var left []envLine
	for _, v := range lines {
		if filter.leaves(v) && strings.Contains(strings.ToLower(v.Name), asked) && behind(keyOf(v), key) {
			left = append(left, v)
		}
	}
	return listed(c, left[:min(len(left), c.Limit+1)], func(v envLine) report.Variable {
		return report.VariablesOf(v.component, []audit.Variable{v.Variable})[0]
	}, keyOf), nil
}

// behind reports whether a key comes behind another one of the same list; nil is
// the list's beginning. Of lists that are here whole.
func behind(key, other api.Key) bool {
	if other == nil {
		return true
	}
	for i := range key {
		order := 0
		switch a := key[i].(type) {
		case string:
			b, _ := other[i].(string)
			order = cmp.Compare(a, b)
		case int64:
			b, _ := other[i].(int64)
			order = cmp.Compare(a, b)
		}
		if order != 0 {
			return order > 0
		}
	}
	return false
}
