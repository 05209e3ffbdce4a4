package processes

import (
	"fmt"
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/memory-counter",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "Each process counts for itself",
	Why: "A limit of a hundred requests is a hundred for each process, and a restart starts from zero: with four instances " +
		"somebody who guesses passwords has four times as many tries.",
	Fixes: []audit.Fix{
		{Text: "Keep the counter in Redis or the database, attached by a variable, and increment it there."},
		{For: "Express", Text: "Give express-rate-limit a store: new RedisStore({ sendCommand }) from rate-limit-redis with a client of process.env.REDIS_URL."},
		{For: "Flask", Text: "Give Limiter storage_uri=os.environ[\"REDIS_URL\"]."},
		{For: "Go", Text: "Count in Redis (redis_rate, throttled's redigostore) with a client of os.Getenv(\"REDIS_URL\") instead of a limiter in memory."},
		{For: "C#", Text: "Use a limiter that counts in Redis (RedisRateLimiting) with a connection string from the environment instead of AddRateLimiter's partitions in memory."},
		{For: "Java", Text: "Give Bucket4j a ProxyManager of Redis (LettuceBasedProxyManager) with spring.data.redis.url from the environment."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const rateLimit = require("express-rate-limit");
const app = express();
app.use("/login", rateLimit({ windowMs: 60000, limit: 5 }));
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
app.use("/login", rateLimit({ windowMs: 60000, limit: 5, store: new RedisStore({ sendCommand }) }));
app.listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, s := range localStores(c, inspect.ForRateLimit) {
			report.Violation(s.At(), "rate limit", fmt.Sprintf("%s counts requests in the memory of one process", storeName(s.Fact)), audit.WithFix(limiterFramework[call(s.Fact.Via)]))
		}
		for s := range audit.Facts[inspect.SharedState](c, source.Prod) {
			_, field := owned(s.Fact.Name)
			if exported.MatchString(field) || !counts.MatchString(field) && s.Fact.Type != "counter" || s.Fact.Type != "counter" && !s.Fact.ByRequest {
				continue
			}
			report.Violation(s.At(), s.Fact.Name, fmt.Sprintf("`%s` is counted up by requests, in each process for itself", s.Fact.Name))
		}
	},
})

var (
	limiterFramework = map[string]string{"express-rate-limit": "Express", "express-rate-limit.rateLimit": "Express", "flask_limiter.Limiter": "Flask", "flask_limiter": "Flask"}
	// counts is what a map counts: tries, votes, requests of somebody.
	counts = word(`counts?`, `counters?`, `attempts?`, `tries`, `failures?`, `hits`, `visits`, `views`, `votes?`, `likes?`, `limits?`, `throttles?`, `quotas?`, `rates?`)
	// exported are counters that each process rightly has: of itself, for whoever
	// adds them up, and of what it has open.
	exported = regexp.MustCompile(`(?i)metric|stat(s|istics?)?$|gauge|histogram|latenc|inflight|in_flight|active|open|pending|running|connections?|conns?|uptime|goroutines?|workers?|errors?$|debug|health|ready|retry|sequence|seq$|next_?id|request_?id|nonce|version|generation|index$|offset|cursor`)
)
