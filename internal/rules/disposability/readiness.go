package disposability

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:      "disposability/readiness",
	Aspect:  "c",
	Type:    audit.Positive,
	Title:   "The platform asks whether it is ready",
	Why:     "Requests come when the process can answer them, so it may start and be replaced at any moment.",
	Sources: []string{"004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- fly.toml --
app = "shop"
[http_service]
  internal_port = 3000
`,
	Good: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- fly.toml --
app = "shop"
[http_service]
  internal_port = 3000
  [[http_service.checks]]
    path = "/healthz"
    interval = "5s"
    timeout = "2s"
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, k := range c.OwnContainers() {
			if k.Readiness && (k.Kind == audit.WebProcess || c.Class != audit.WebService) {
				report.Pass(k.At(), 1, fmt.Sprintf("Kubernetes asks %s whether it is ready", k.Title))
				return
			}
		}
		for f := range audit.Facts[inspect.FlyApp](c) {
			if f.Fact.Checks {
				report.Pass(f.At(), 1, fmt.Sprintf("fly asks %s whether it is ready", f.Fact.App))
				return
			}
		}
		for s := range audit.Facts[inspect.PlatformService](c) {
			if s.Fact.Health {
				report.Pass(s.At(), 1, fmt.Sprintf("%s asks %s whether it is ready", s.Fact.Platform, nameOf(s.Fact)))
				return
			}
		}
		for _, s := range c.OwnServices() {
			if s.Healthcheck {
				report.Pass(s.Files[len(s.Files)-1].At(), 0.5, fmt.Sprintf("Compose checks the health of %s", s.Name))
				return
			}
		}
		if c.Image == nil {
			return
		}
		for _, i := range c.Image.Instructions {
			if i.Fact.Name == "HEALTHCHECK" && i.Fact.Start != nil && len(i.Fact.Start.Commands) > 0 {
				report.Pass(i.At(), 0.5, "the image has a health check")
				return
			}
		}
	},
})

func nameOf(s inspect.PlatformService) string {
	if s.Name == "" {
		return "the service"
	}
	return s.Name
}
