package devprodparity

import (
	"fmt"
	"slices"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:      "dev-prod-parity/same-services",
	Aspect:  "a",
	Type:    audit.Positive,
	Title:   "Development, CI and production run the same service",
	Why:     "What was tried and tested on a service's major version behaves the same where it is deployed.",
	Sources: []string{"12F", "000", "001", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- docker-compose.prod.yml --
services:
  app:
    image: example/shop:1.4.2
  db:
    image: postgres:16
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- docker-compose.prod.yml --
services:
  app:
    image: example/shop:1.4.2
  db:
    image: postgres:16
-- docker-compose.dev.yml --
services:
  db:
    image: postgres:16-alpine
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if developmentDiffers(c) != nil {
			return
		}
		best, strength, message := audit.Place{}, 0.0, ""
		for _, p := range installations(c) {
			var where []audit.Environment
			for _, e := range environments {
				if slices.ContainsFunc(environments, func(other audit.Environment) bool { return p.differ(e, other) }) {
					return // a service that differs is a finding
				}
				if len(p.majors(e)) > 0 {
					where = append(where, e)
				}
			}
			if len(where) < 2 {
				continue
			}
			of := 0.5 // production is elsewhere: nothing here says what it runs
			if where[len(where)-1] == audit.Production {
				of = 1
			}
			if of > strength {
				first := p.stated(where[0])[0]
				best, strength = first.At(), of
				message = fmt.Sprintf("%s is %s in %s and in %s", p.product, first.Major(), where[0], where[len(where)-1])
			}
		}
		if strength > 0 {
			report.Pass(best, strength, message)
		}
	},
})
