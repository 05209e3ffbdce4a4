package devprodparity

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
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
		var best *audit.Delivery
		strength := 0.0
		for _, d := range c.Deliveries() {
			of := strengthOf(d)
			if of > strength {
				best, strength = &d, of
			}
		}
		if best != nil {
			report.Pass(best.At(), strength, delivered(*best))
			return
		}
		if at, how := deployedFromGit(c); how != "" {
			report.Pass(at, 1, how)
		}
	},
})

// strengthOf is what a delivery proves: half where it only hands out files that
// somebody else installs, or where what starts it is kept elsewhere.
func strengthOf(d audit.Delivery) float64 {
	switch {
	case d.Perhaps || d.Trial || d.Fact.Manual:
		return 0
	case d.Untold:
		return 0.5
	case !d.Automatic():
		return 0
	case d.Files:
		return 0.5
	}
	return 1
}

func delivered(d audit.Delivery) string {
	if d.Untold {
		return d.What + " runs in the pipeline"
	}
	return fmt.Sprintf("%s runs on %s", d.What, strings.Join(d.Fact.Events, ", "))
}
