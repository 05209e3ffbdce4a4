package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// findingFilter is what a reader asks for of a repository's open findings.
type findingFilter struct {
	typed string
	words []string       // in lower case; all of them have to be there
	least audit.Severity // "" for any
	state findingState
	now   time.Time
}

// findingState is what has become of an open finding.
type findingState string

const (
	anyState    findingState = ""
	newState    findingState = "new" // first seen within a week
	openState   findingState = "open"
	waivedState findingState = "waived"
)

// findingStates are the choices of ?state= in words.
var findingStates = []templates.Choice{
	{Value: string(anyState), Says: "any"}, {Value: string(newState), Says: "new this week"},
	{Value: string(openState), Says: "not waived"}, {Value: string(waivedState), Says: "waived"},
}

// findingFilterOf reads ?q=, ?severity= and ?state=.
func findingFilterOf(r *http.Request, now time.Time) (findingFilter, error) {
	query := r.URL.Query()
	f := findingFilter{typed: filterText(query.Get("q")), least: audit.Severity(query.Get("severity")), state: findingState(query.Get("state")), now: now}
	f.words = wordsOf(f.typed)
	known := slices.ContainsFunc(findingStates, func(c templates.Choice) bool { return c.Value == string(f.state) })
	if !known || f.least != "" && !slices.Contains(audit.Severities(), f.least) {
		return f, store.ErrNotFound
	}
	return f, nil
}

// any reports whether a filter leaves everything.
func (f findingFilter) any() bool { return len(f.words) == 0 && f.least == "" && f.state == anyState }

// of are the findings that a filter leaves, in their order.
func (f findingFilter) of(findings []store.Finding, today string, waivers []audit.Waiver) []store.Finding {
	if f.any() {
		return findings
	}
	var left []store.Finding
	for _, finding := range findings {
		if f.leaves(finding, today, waivers) {
			left = append(left, finding)
		}
	}
	return left
}

func (f findingFilter) leaves(finding store.Finding, today string, waivers []audit.Waiver) bool {
	severities := audit.Severities() // the worst first
	if f.least != "" && slices.Index(severities, finding.Severity) > slices.Index(severities, f.least) {
		return false
	}
	switch f.state {
	case newState:
		if finding.FirstSeen.Before(f.now.AddDate(0, 0, -7)) {
			return false
		}
	case openState, waivedState:
		if waived := finding.WaivedOn(today, waivers) != nil; waived != (f.state == waivedState) {
			return false
		}
	}
	text := strings.ToLower(finding.Message + "\n" + finding.Place.Path + "\n" + finding.Rule + "\n" + finding.Component)
	return !slices.ContainsFunc(f.words, func(word string) bool { return !strings.Contains(text, word) })
}

// query is what leads back to the same; what is not asked for is left out.
func (f findingFilter) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.typed, "severity": string(f.least), "state": string(f.state)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// view is the filter as its form shows it; component and trend are what else the
// address says.
func (f findingFilter) view(page, component, trend string) (v templates.FindingFilter) {
	v = templates.FindingFilter{Action: page, Query: f.typed, Narrowed: !f.any(), Component: component, Trend: trend}
	rest := url.Values{}
	for name, value := range map[string]string{"component": component, "trend": trend} {
		if value != "" {
			rest.Set(name, value)
		}
	}
	v.Clear = addressed(page, rest)
	export := f.query()
	if component != "" {
		export.Set("component", component)
	}
	v.Export = addressed(page+"/findings", export)
	v.Severities = []templates.Choice{{Says: "any", Chosen: f.least == ""}}
	for i, severity := range audit.Severities()[:len(audit.Severities())-1] {
		choice := templates.Choice{Value: string(severity), Says: string(severity) + " and worse", Chosen: severity == f.least}
		if i == 0 {
			choice.Says = string(severity)
		}
		v.Severities = append(v.Severities, choice)
	}
	for _, choice := range findingStates {
		choice.Chosen = choice.Value == string(f.state)
		v.States = append(v.States, choice)
	}
	return v
}

// addressed is a path with a query, if there is one.
func addressed(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
