package processes

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/shared-state-service",
	Aspect: "c",
	Type:   audit.Positive,
	Title:  "What processes share stands in a service",
	Why: "Cache entries, counters, jobs and messages stand in Redis, a broker or the database: every instance sees the same, " +
		"and a restart forgets nothing.",
	Sources: []string{"12F", "000", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const rateLimit = require("express-rate-limit");
const app = express();
app.use(rateLimit({ windowMs: 60000, limit: 100 }));
app.listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const rateLimit = require("express-rate-limit");
const { RedisStore } = require("rate-limit-redis");
const app = express();
app.use(rateLimit({ windowMs: 60000, limit: 100, store: new RedisStore({ sendCommand }) }));
app.listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		passed := map[inspect.Purpose]bool{}
		for s := range audit.Facts[inspect.Store](c, source.Prod) {
			what, known := shared[s.Fact.Purpose]
			if !known || passed[s.Fact.Purpose] || !service[s.Fact.Store] || !holds(c, s) || !c.Reaches(s.File.Path) {
				continue
			}
			passed[s.Fact.Purpose] = true
			report.Pass(s.At(), 1, fmt.Sprintf("%s keeps %s in %s", storeName(s.Fact), what, serviceOf(s.Fact.Store)))
		}
		if len(passed) > 0 {
			return
		}
		for client := range audit.Facts[inspect.Client](c, source.Prod) {
			if name := sharedServices[client.Fact.Service]; name != "" && !client.Fact.Debug && c.Reaches(client.File.Path) && !byHand.MatchString(client.File.Path) {
				report.Pass(client.At(), 1, fmt.Sprintf("%s holds what processes share", name))
				return
			}
		}
	},
})

var (
	// shared is what a store of each purpose keeps.
	shared = map[inspect.Purpose]string{
		inspect.ForCache: "cache entries", inspect.ForRateLimit: "the counters of a rate limit", inspect.ForQueue: "jobs", inspect.ForPubSub: "messages to clients",
	}
	service        = map[inspect.StoreKind]bool{inspect.StoreRedis: true, inspect.StoreDatabase: true}
	sharedServices = map[inspect.Service]string{
		inspect.Redis: "Redis", inspect.Memcached: "Memcached", inspect.AMQP: "The message broker", inspect.Kafka: "Kafka", inspect.NATS: "NATS", inspect.MQTT: "The MQTT broker",
	}
)

func serviceOf(kind inspect.StoreKind) string {
	if kind == inspect.StoreRedis {
		return "Redis"
	}
	return "the database"
}
