package processes

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/local-pubsub",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "Messages reach only the clients of one process",
	Why: "Who is connected to another instance gets nothing: with two replicas every second message is missed, and nothing " +
		"reports an error.",
	Fixes: []audit.Fix{
		{For: "Socket.IO", Text: "Set adapter: createAdapter(pub, sub) from @socket.io/redis-adapter with clients of process.env.REDIS_URL."},
		{For: "Rails", Text: `Set production's adapter in config/cable.yml to redis with url: <%= ENV["REDIS_URL"] %>, or to solid_cable.`},
		{For: "Django", Text: `Set CHANNEL_LAYERS["default"] to channels_redis.core.RedisChannelLayer with hosts from os.environ["REDIS_URL"].`},
		{For: "SignalR", Text: "Call AddStackExchangeRedis with a connection string from the configuration after AddSignalR, or use Azure SignalR."},
		{For: "STOMP", Text: "Use enableStompBrokerRelay with the address of a broker from the environment instead of enableSimpleBroker."},
		{Text: "Pass what ‹store› sends on through a broker that all instances share, such as Redis's pub/sub, attached by a variable."},
		{Text: "Give the socket server an adapter that all instances share, such as Redis, attached by a variable."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"ext"},
	Bad: `
-- package.json --
{"name": "chat", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const { Server } = require("socket.io");
const server = require("http").createServer();
const io = new Server(server);
server.listen(process.env.PORT);
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
-- compose.yaml --
services:
  web:
    build: .
    deploy: {replicas: 3}
`,
	Good: `
-- package.json --
{"name": "chat", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const server = require("http").createServer();
const io = new Server(server, { adapter: createAdapter(pub, sub) });
server.listen(process.env.PORT);
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
-- compose.yaml --
services:
  web:
    build: .
    deploy: {replicas: 3}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		stores := localStores(c, inspect.ForPubSub)
		if len(stores) == 0 {
			return
		}
		confidence, several := audit.LowConfidence, replicated(c)
		if several != "" {
			confidence = audit.HighConfidence
		}
		for _, s := range stores {
			message := fmt.Sprintf("%s sends messages to the clients of its own process alone", storeName(s.Fact))
			if several != "" {
				message += ", and " + several
			}
			report.Violation(s.At(), "pub-sub", message, audit.WithConfidence(confidence), audit.WithFix(socketFix(s.Fact.Via)), audit.Naming("store", storeName(s.Fact)))
		}
	},
})

// replicated tells that a deploy runs several instances of the component's
// server, "" when nothing says so.
func replicated(c *audit.Component) string {
	for w := range audit.Facts[inspect.Workload](c, source.DeployProd) {
		for _, k := range w.Fact.Containers {
			if !c.RunsContainer(w, k) {
				continue
			}
			for _, count := range c.Replicas(w) {
				if count.Count > 1 {
					return fmt.Sprintf("%s runs %d of them", w.Fact.Name, count.Count)
				}
			}
		}
	}
	for s := range audit.Facts[inspect.ComposeService](c, source.DeployProd) {
		if s.Fact.Replicas > 1 && c.RunsService(s) {
			return fmt.Sprintf("%s runs %d of them", s.Fact.Name, s.Fact.Replicas)
		}
	}
	for app := range audit.Facts[inspect.FlyApp](c, source.DeployProd) {
		if app.Fact.MinMachines > 1 {
			return fmt.Sprintf("the app runs %d of them", app.Fact.MinMachines)
		}
	}
	for p := range audit.Facts[inspect.PlatformService](c, source.DeployProd) {
		if p.Fact.Type == "web" && p.Fact.Instances > 1 {
			return fmt.Sprintf("%s runs %d of them", p.Fact.Name, p.Fact.Instances)
		}
	}
	return ""
}

func socketFix(via string) string {
	switch {
	case strings.HasPrefix(via, "socket.io"):
		return "Socket.IO"
	case strings.HasPrefix(via, "rails."):
		return "Rails"
	case strings.HasPrefix(via, "django."):
		return "Django"
	case strings.HasPrefix(via, "Microsoft."):
		return "SignalR"
	case strings.HasPrefix(via, "org.springframework."):
		return "STOMP"
	}
	return ""
}
