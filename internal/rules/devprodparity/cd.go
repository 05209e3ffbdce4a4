package devprodparity

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:      "dev-prod-parity/cd",
	Aspect:  "c",
	Type:    audit.Positive,
	Title:   "CI deploys or publishes what was merged",
	Why:     "When a push or a release leads to a deploy without hands, hours lie between writing code and running it, not weeks.",
	Sources: []string{"12F", "000", "001", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .github/workflows/ci.yml --
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: npm test
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .github/workflows/deploy.yml --
on:
  push:
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: flyctl deploy --remote-only
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for s := range audit.FactsIn[inspect.WorkflowStep](c.Workflows(), source.CI) {
			if what := audit.Delivers(s.Fact); what != "" && automatic(s.Fact) && !trial.MatchString(s.Fact.Job) {
				report.Pass(s.At(), 1, fmt.Sprintf("%s runs on %s", what, strings.Join(s.Fact.Events, ", ")))
				return
			}
		}
	},
})

// trial are names of jobs that deploy to try something out, and tear it down.
var trial = regexp.MustCompile(`(?i)test|e2e|preview|smoke|lint`)

// automatic reports whether a merge or a release starts the step.
func automatic(step inspect.WorkflowStep) bool {
	return slices.ContainsFunc(step.Events, func(event string) bool {
		switch event {
		case "push", "release", "workflow_run", "schedule", "create", "merge_group":
			return true
		}
		return false
	})
}
