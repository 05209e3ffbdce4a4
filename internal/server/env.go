package server

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// What the page of a contract shows at the most.
const (
	variablesOfPage = 100
	platformOfPage  = 100
	placesOfCell    = 3
	linesOfCell     = 4
	longestValue    = 60  // characters
	longestPath     = 24  // characters of a path, from its end
	longestFilter   = 100 // bytes
)

// envLine is a variable of a component.
type envLine struct {
	component string
	audit.Variable
}

// envFilter is what a reader asks for of a contract.
type envFilter struct {
	text      string // in lower case, of the name or a path
	status    audit.VariableStatus
	component string
	page      int // from 1
}

func envHref(repository int64) string { return repositoryHref(repository) + "/env" }

// envFilterOf reads ?q=, ?status=, ?component= and ?page=.
func envFilterOf(r *http.Request) (f envFilter, err error) {
	query := r.URL.Query()
	f = envFilter{text: strings.ToLower(filterText(query.Get("q"))), status: audit.VariableStatus(query.Get("status")), component: query.Get("component"), page: 1}
	switch f.status {
	case "", audit.VariableNeverProvided, audit.VariableNeverRead, audit.VariableFine:
	default:
		return f, store.ErrNotFound
	}
	f.page, err = pageOf(r)
	return f, err
}

// filterText is what of a typed filter is looked at.
func filterText(typed string) string {
	typed = strings.TrimSpace(typed)
	if len(typed) > longestFilter {
		typed = typed[:longestFilter]
	}
	return strings.ToValidUTF8(typed, "")
}

// pageOf reads ?page=, 1 where there is none.
func pageOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("page")
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1<<20 {
		return 0, store.ErrNotFound
	}
	return n, nil
}

// leaves reports whether a filter leaves a line.
func (f envFilter) leaves(v envLine) bool {
	if f.component != "" && f.component != v.component || f.status != "" && (v.Platform || f.status != v.Status) {
		return false
	}
	holds := func(text string) bool { return strings.Contains(strings.ToLower(text), f.text) }
	return holds(v.Name) || slices.ContainsFunc(v.Reads, func(r audit.VariableRead) bool { return holds(r.At.Path) }) ||
		slices.ContainsFunc(v.Given, func(g audit.VariableGiven) bool { return holds(g.At.Path) }) ||
		slices.ContainsFunc(v.Documented, func(p audit.Place) bool { return holds(p.Path) })
}

// address is where a page of what the filter leaves is.
func (f envFilter) address(base string, page int) string {
	query := url.Values{}
	for name, value := range map[string]string{"q": f.text, "status": string(f.status), "component": f.component} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if page > 1 {
		query.Set("page", strconv.Itoa(page))
	}
	return addressed(base, query)
}

// contractLines are the lines of an audit's contracts: what is wrong first, then by name.
func (s *Server) contractLines(r *http.Request, o store.Overview) (lines []envLine, components []string, err error) {
	if o.Latest == nil {
		return nil, nil, nil
	}
	contracts, err := s.store.Contracts(r.Context(), o.Installation, o.Latest.ID)
	for _, c := range contracts {
		components = append(components, c.Component)
		for _, v := range c.Variables {
			lines = append(lines, envLine{c.Component, v})
		}
	}
	slices.SortStableFunc(lines, func(a, b envLine) int {
		return cmp.Or(cmp.Compare(statusRank(a.Status), statusRank(b.Status)), cmp.Compare(a.Name, b.Name))
	})
	return lines, components, err
}

func statusRank(s audit.VariableStatus) int {
	return slices.Index([]audit.VariableStatus{audit.VariableNeverProvided, audit.VariableNeverRead, audit.VariableFine}, s)
}

// envPage shows the environment contract of a repository's latest audit.
func (s *Server) envPage(w http.ResponseWriter, r *http.Request) error {
	o := viewerOf(r.Context()).seen
	filter, err := envFilterOf(r)
	if err != nil {
		return err
	}
	lines, components, err := s.contractLines(r, o)
	if err != nil {
		return err
	}
	view := templates.Env{
		Page: s.page(r, "Environment of "+o.FullName()), Name: o.FullName(), Href: repositoryHref(o.ID), Action: envHref(o.ID),
		Kept: len(components) > 0, Query: filterText(r.URL.Query().Get("q")), Filtered: filter.text != "" || filter.status != "" || filter.component != "",
	}
	if !view.Kept {
		return s.render(w, r, templates.EnvPage(view))
	}
	if filter.component != "" && !slices.Contains(components, filter.component) {
		return store.ErrNotFound
	}
	view.Commit, view.At, view.Export = o.Latest.Commit, *o.Latest.Finished, filter.address(envHref(o.ID), 1)
	view.Statuses, view.Components = statusChoices(filter.status), componentChoices(components, filter.component)
	s.fillEnv(&view, o, filter, lines, len(components) > 1)
	return s.render(w, r, templates.EnvPage(view))
}

// fillEnv fills in the rows that a filter leaves of the lines.
func (s *Server) fillEnv(view *templates.Env, o store.Overview, filter envFilter, lines []envLine, several bool) {
	at := s.hostedOf(o.Repository, o.Latest.Commit)
	first := (filter.page - 1) * variablesOfPage
	for _, line := range lines {
		if !line.Platform {
			view.Sum.Own++
			switch line.Status {
			case audit.VariableNeverProvided:
				view.Sum.NeverProvided++
			case audit.VariableNeverRead:
				view.Sum.NeverRead++
			}
		}
		switch {
		case !filter.leaves(line):
		case line.Platform && len(view.Platform) < platformOfPage:
			view.Platform = append(view.Platform, variableRow(line, at, several))
		case line.Platform:
			view.Hidden++
		default:
			if view.Matching >= first && len(view.Rows) < variablesOfPage {
				view.Rows = append(view.Rows, variableRow(line, at, several))
			}
			view.Matching++
		}
	}
	view.First = min(first, view.Matching) + 1
	if filter.page > 1 {
		last := (view.Matching + variablesOfPage - 1) / variablesOfPage
		view.Before = filter.address(view.Action, max(1, min(filter.page-1, last)))
	}
	if view.First-1+len(view.Rows) < view.Matching {
		view.After = filter.address(view.Action, filter.page+1)
	}
}

func statusChoices(chosen audit.VariableStatus) []templates.Choice {
	return []templates.Choice{
		{Value: "", Says: "any", Chosen: chosen == ""},
		{Value: string(audit.VariableNeverProvided), Says: "never provided", Chosen: chosen == audit.VariableNeverProvided},
		{Value: string(audit.VariableNeverRead), Says: "never read", Chosen: chosen == audit.VariableNeverRead},
		{Value: string(audit.VariableFine), Says: "fine", Chosen: chosen == audit.VariableFine},
	}
}

func componentChoices(components []string, chosen string) []templates.Choice {
	if len(components) < 2 {
		return nil
	}
	list := []templates.Choice{{Value: "", Says: "all", Chosen: chosen == ""}}
	for _, path := range components {
		list = append(list, templates.Choice{Value: path, Says: path, Chosen: path == chosen})
	}
	return list
}

// variableRow is a line as the page shows it: places of which the same is said
// stand together.
func variableRow(line envLine, at hosted, several bool) templates.VariableRow {
	row := templates.VariableRow{Name: line.Name, Secret: line.Secret, Required: line.Required, Status: string(line.Status)}
	if several {
		row.Component = line.component
	}
	for _, read := range line.Reads {
		says, value := "without a default", ""
		switch {
		case read.HasDefault && read.Default != "":
			says, value = "default", shortened(read.Default)
		case read.HasDefault:
			says = "with a default"
		}
		row.Reads = together(row.Reads, templates.VariablePlaces{Says: says, Value: value}, line.place(read.At, at))
	}
	for _, given := range line.Given {
		said := templates.VariablePlaces{Says: report.Gift(given)}
		if given.From == "" && given.Known && given.Value != "" {
			said = templates.VariablePlaces{Value: shortened(given.Value)}
		}
		if given.Environment == audit.Production {
			row.Production = together(row.Production, said, line.place(given.At, at))
			continue
		}
		said.Label = string(given.Environment)
		row.Elsewhere = together(row.Elsewhere, said, line.place(given.At, at))
	}
	for _, place := range line.Documented {
		addPlace(&row.Documented, line.place(place, at))
	}
	row.Reads, row.Production, row.Elsewhere = bounded(row.Reads), bounded(row.Production), bounded(row.Elsewhere)
	return row
}

// place is a place within the line's component by the end of its path.
func (v envLine) place(p audit.Place, at hosted) templates.ShortPlace {
	short := templates.ShortPlace{Link: at.place(p), Whole: location(p)}
	within := strings.TrimPrefix(p.Path, v.component+"/")
	for len([]rune(within)) > longestPath {
		_, rest, more := strings.Cut(within, "/")
		if !more {
			break
		}
		within = rest
	}
	if short.Text = location(audit.Place{Path: within, Line: p.Line}); within != p.Path {
		short.Text = "…/" + short.Text
	}
	return short
}

// together adds a place to those of which the same is said.
func together(list []templates.VariablePlaces, said templates.VariablePlaces, at templates.ShortPlace) []templates.VariablePlaces {
	i := slices.IndexFunc(list, func(p templates.VariablePlaces) bool {
		return p.Label == said.Label && p.Says == said.Says && p.Value == said.Value
	})
	if i < 0 {
		i, list = len(list), append(list, said)
	}
	addPlace(&list[i].At, at)
	return list
}

func addPlace(places *templates.Places, at templates.ShortPlace) {
	switch {
	case slices.Contains(places.Shown, at):
	case len(places.Shown) < placesOfCell:
		places.Shown = append(places.Shown, at)
	default:
		places.More++
	}
}

// bounded leaves the first of what is said in a cell, and says how much more there is.
func bounded(list []templates.VariablePlaces) []templates.VariablePlaces {
	if len(list) <= linesOfCell {
		return list
	}
	return append(list[:linesOfCell:linesOfCell], templates.VariablePlaces{Says: fmt.Sprintf("and %d more", len(list)-linesOfCell)})
}

// shortened is the beginning of a long value.
func shortened(value string) string {
	if runes := []rune(value); len(runes) > longestValue {
		return string(runes[:longestValue-1]) + "…"
	}
	return value
}

// contractSum fills in the contract's line of a repository's page, or of the
// component that it shows alone.
func (s *Server) contractSum(r *http.Request, o store.Overview, view *templates.Repository) error {
	sum, known, err := s.store.ContractSum(r.Context(), o.Installation, o.Latest.ID, view.Selected)
	if err == nil && known {
		view.Contract = &templates.EnvSum{Own: sum.Own, NeverProvided: sum.NeverProvided, NeverRead: sum.NeverRead}
		view.ContractHref = envFilter{component: view.Selected}.address(envHref(o.ID), 1)
	}
	return err
}
