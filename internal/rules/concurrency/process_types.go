package concurrency

import (
	"fmt"
	"slices"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:      "concurrency/process-types",
	Aspect:  "a",
	Type:    audit.Positive,
	Title:   "Each kind of work is a process type",
	Why:     "Web, workers and clocks are started apart from one artefact, so each scales and fails on its own.",
	Sources: []string{"12F", "004"},
	Bad: `
-- requirements.txt --
gunicorn==22.0.0
-- Procfile --
web: gunicorn shop.wsgi
`,
	Good: `
-- requirements.txt --
celery==5.4.0
gunicorn==22.0.0
-- Procfile --
web: gunicorn shop.wsgi
worker: celery -A shop worker
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		types := apart(c)
		if len(types) > 0 {
			for _, p := range c.Running() {
				if p.Image && work(c, p) != "" && work(c, types[0]) != "" && work(c, p) != work(c, types[0]) {
					types = append([]audit.Process{p}, types...) // the image serves, and a descriptor starts its worker
				}
			}
		}
		if types = distinct(c, types); len(types) < 2 {
			return
		}
		var names []string
		for _, p := range types {
			names = append(names, p.Title())
		}
		place := types[len(types)-1]
		report.Pass(audit.Place{Path: place.File.Path, Line: place.Line, EndLine: place.Line}, 1, fmt.Sprintf("%s are process types of their own", list(names)))
	},
})

// work is what kind of work a process does: "web", "jobs", or "" when its
// command does not tell.
func work(c *audit.Component, p audit.Process) string {
	for _, s := range c.RunSteps(p) {
		switch {
		case audit.ServesHTTP(s.Command):
			return "web"
		case audit.TakesJobs(s.Command):
			return "jobs"
		}
	}
	return ""
}

// distinct leaves one process of each process type: a unit of systemd or an
// image may start what a Procfile starts.
func distinct(c *audit.Component, list []audit.Process) []audit.Process {
	var kept []audit.Process
	seen := map[int]bool{}
	for _, p := range list {
		kind := slices.IndexFunc(c.ProcessTypes(), func(t audit.ProcessType) bool {
			return slices.ContainsFunc(t.Ways, func(way audit.Process) bool {
				return way.File.Path == p.File.Path && way.Line == p.Line && way.Name == p.Name
			})
		})
		if kind < 0 || !seen[kind] {
			kept = append(kept, p)
		}
		seen[kind] = true
	}
	return kept
}
