package portbinding

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "port-binding/loopback-bind",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The server listens on the loopback alone",
	Why: "Only the same machine, or the same container, can reach 127.0.0.1: the platform's router and other services " +
		"get no connection, though everything works on a laptop.",
	Fixes: []audit.Fix{
		{For: "ASP.NET Core", Text: "Listen on http://+ or http://0.0.0.0 with the same port instead of ‹host›, by ASPNETCORE_URLS or --urls."},
		{For: "JavaScript", Text: `Leave the host out of listen(port), or pass "0.0.0.0" instead of "‹host›".`},
		{For: "a setting", Text: "Drop ‹key› from ‹file›: without it ‹server› listens on all interfaces."},
		{For: "Go", Text: `Listen on ":" + port instead of ‹host›.`},
		{Text: "Bind ‹server› to 0.0.0.0 (or ::) instead of ‹host›, and let the platform's network decide who may connect."},
		{Text: "Bind to 0.0.0.0 (or ::), and let the platform's network decide who may connect."},
	},
	Severity:   audit.High,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Once,
	Sources:    []string{"002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT, "127.0.0.1");
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT, "0.0.0.0");
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if proxied(c) {
			return
		}
		deployed := false
		var found *address
		for _, p := range c.Running() {
			deployed = deployed || p.Deployed()
			for _, s := range c.RunSteps(p) {
				if !s.Certain() && !s.Exec || audit.DevelopmentServer(s.Command) != "" {
					continue
				}
				a, ok := commandAddress(c, s)
				switch {
				case ok && !audit.Loopback(a.host):
					return // one way to reach it is enough
				case ok && found == nil:
					found = &a
				}
			}
		}
		for _, l := range c.Listens() {
			set, bySetting := settingsAddress(c, l.Fact.Via)
			switch host := l.Fact.Host; {
			case l.Fact.Dev:
			case bySetting && audit.Loopback(set.host):
				if found == nil {
					found = &set
				}
			case !host.IsLiteral() || !audit.Loopback(host.Text):
				return
			case found == nil:
				found = &address{server: l.Fact.Via, host: host.Text, place: l.At()}
			}
		}
		if found == nil {
			return
		}
		confidence := audit.MediumConfidence
		if !deployed {
			confidence = audit.LowConfidence // on whose machine is not said
		}
		host := strings.TrimSuffix(found.host, ":")
		options := []audit.Option{audit.WithConfidence(confidence), audit.Naming("host", host), audit.Naming("server", found.server)}
		if found.key != "" {
			options = append(options, audit.WithFix("a setting"), audit.Naming("key", found.key), audit.Naming("file", path.Base(found.place.Path)))
		}
		report.Violation(found.place, found.server, fmt.Sprintf("%s listens on %s, which nobody outside of its container reaches", found.server, host), options...)
	},
})
