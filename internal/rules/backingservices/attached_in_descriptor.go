package backingservices

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "backing-services/attached-in-descriptor",
	Aspect: "a",
	Type:   audit.Positive,
	Title:  "A deploy descriptor attaches a backing service",
	Why: "The descriptor gives the app the service's address as a variable, so that which database or queue a deploy uses " +
		"is decided, and seen, outside of the code.",
	Sources: []string{"12F", "001", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT);
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
-- compose.yaml --
services:
  web:
    build: .
    environment:
      LOG_LEVEL: info
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT);
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
-- compose.yaml --
services:
  web:
    build: .
    environment:
      DATABASE_URL: postgres://shop@db/shop
  db:
    image: postgres:16
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		passed := map[string]bool{}
		pass := func(file *audit.File, fallback int, who string, env []inspect.EnvEntry) {
			for _, e := range env {
				if !isHandle(e.Name) || passed[e.Name] || e.From == "" && e.Value.HasText && e.Value.Text == "" {
					continue
				}
				passed[e.Name] = true
				line := e.Line
				if line == 0 {
					line = fallback
				}
				report.Pass(audit.Place{Path: file.Path, Line: line, EndLine: line}, 0.5, fmt.Sprintf("%s is given %s", who, e.Name))
			}
		}
		for s := range audit.Facts[inspect.ComposeService](c, deployed...) {
			if audit.BackingService(s.Fact.Image) == "" {
				pass(s.File, s.Line, "The service "+s.Fact.Name, s.Fact.Environment)
			}
		}
		for w := range audit.Facts[inspect.Workload](c, deployed...) {
			for _, container := range w.Fact.Containers {
				if audit.BackingService(container.Image) == "" {
					pass(w.File, container.Line, "The container "+container.Name, container.Env)
				}
			}
		}
		for f := range audit.Facts[inspect.FlyApp](c, deployed...) {
			pass(f.File, f.Line, "The app", f.Fact.Env)
		}
	},
})
