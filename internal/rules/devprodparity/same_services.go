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
			if strength == 0 {
				first := p.stated(where[0])[0]
				best, strength = first.At(), 1
				message = fmt.Sprintf("%s is %s in %s and in %s", p.product, first.Major(), where[0], where[len(where)-1])
			}
		}
		if strength > 0 {
			report.Pass(best, strength, message)
			return
		}
		if at, message := sameEngines(c); message != "" {
			report.Pass(at, 0.5, message)
		}
	},
})

// sameEngines reports whether developers and CI get the services that the
// program connects to, each of them, though nothing says production's versions.
func sameEngines(c *audit.Component) (audit.Place, string) {
	used := serversUsed(c)
	if len(used) == 0 {
		d, p := composed(audit.Development)(c), productionEngines(c)
		if len(d) > 0 && len(services(p)) == 1 && slices.Contains(services(d), p[0].service) {
			return d[0].place, fmt.Sprintf("%s starts %s, which production has too (%s)", d[0].by, engineName(p[0].service), p[0].by)
		}
		return audit.Place{}, ""
	}
	var first *audit.ServiceImage
	var names []string
	for _, u := range used {
		started := slices.IndexFunc(c.ServiceImages(), func(s audit.ServiceImage) bool { return s.Service == u.service })
		if started < 0 {
			return audit.Place{}, ""
		}
		if first == nil {
			first = &c.ServiceImages()[started]
		}
		names = append(names, serviceTitle[u.service])
	}
	return first.At(), fmt.Sprintf("%s starts %s, as the program uses", first.File.Path, listed(names))
}
