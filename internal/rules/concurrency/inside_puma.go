package concurrency

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// pumaPlugins are plugins of puma that start another program, or its work, within
// the server.
var pumaPlugins = map[string]string{
	"solid_queue": "Solid Queue", "sidekiq": "Sidekiq", "sidekiq_embed": "Sidekiq", "good_job": "GoodJob", "resque": "Resque", "delayed_job": "Delayed Job",
	"redis_server": "a Redis server", "redis": "a Redis server",
}

// insidePuma reports workers and services that puma starts with the web server,
// unless a variable has to ask for it.
func insidePuma(c *audit.Component, report *audit.Report) {
	if c.Class != audit.WebService {
		return
	}
	for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
		name := pumaPlugins[s.Fact.Value.Text]
		if s.Fact.Key != "puma.plugin" || name == "" || !s.Fact.Value.IsLiteral() || s.Fact.Conditional || s.Fact.Profile == "development" || s.Fact.Profile == "test" {
			continue
		}
		report.Violation(s.At(), s.Fact.Value.Text, fmt.Sprintf("puma starts %s within the web server, so that they can only be scaled and stopped together", name), audit.WithFix("Procfile"))
	}
}
