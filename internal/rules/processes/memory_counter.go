package processes

import (
	"fmt"
	"regexp"
	"strings"

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
		{For: "express-rate-limit", Text: "Give express-rate-limit a store: new RedisStore({ sendCommand }) from rate-limit-redis with a client of process.env.REDIS_URL."},
		{For: "rate-limiter-flexible", Text: "Use RateLimiterRedis (or RateLimiterPostgres) of the same package, with a client that is made from the environment."},
		{For: "Flask-Limiter", Text: `Give Limiter storage_uri=os.environ["REDIS_URL"].`},
		{For: "Bucket4j", Text: "Give Bucket4j a ProxyManager on Redis or the database, with a connection from the environment, instead of buckets in memory."},
		{For: "AddRateLimiter", Text: "Let the partitions of AddRateLimiter count in Redis (the package RedisRateLimiting), with a connection string from the configuration."},
		{Text: "Count ‹name› in Redis (INCR with an expiry) or in a column of the database, attached by a variable."},
		{Text: "Keep the counter in Redis or the database, attached by a variable, and increment it there."},
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
			report.Violation(s.At(), "rate limit", fmt.Sprintf("%s counts requests in the memory of one process", storeName(s.Fact)), audit.WithFix(limiterFix(s.Fact.Via)))
		}
		for s := range audit.Facts[inspect.SharedState](c, source.Prod) {
			_, field := owned(s.Fact.Name)
			if exported.MatchString(field) || !counts.MatchString(field) && s.Fact.Type != "counter" || s.Fact.Type != "counter" && !s.Fact.ByRequest || s.Fact.Beneath || s.Fact.Apart || s.Fact.Type == "object" {
				continue
			}
			report.Violation(s.At(), s.Fact.Name, fmt.Sprintf("`%s` is counted up by requests, in each process for itself", s.Fact.Name), audit.Naming("name", s.Fact.Name))
		}
	},
})

var (
	// counts is what a map counts: tries, votes, requests of somebody.
	counts = word(`counts?`, `counters?`, `attempts?`, `tries`, `failures?`, `hits`, `visits`, `views`, `votes?`, `likes?`, `limits?`, `throttles?`, `quotas?`, `rates?`)
	// exported are counters that each process rightly has: of itself, for whoever
	// adds them up, and of what it has open.
	exported = regexp.MustCompile(`(?i)metric|stat(s|istics?)?$|gauge|histogram|latenc|inflight|in_flight|active|open|pending|running|connections?|conns?|uptime|goroutines?|workers?|errors?$|debug|health|ready|retry|sequence|seq$|next_?id|request_?id|nonce|version|generation|index$|offset|cursor`)
)

// limiterFix is whose fix fits a library that limits rates, "" for the general one.
func limiterFix(via string) string {
	for begin, fix := range limiters {
		if strings.HasPrefix(via, begin) {
			return fix
		}
	}
	return ""
}

// limiters begin the names of libraries; none begins another.
var limiters = map[string]string{
	"express-rate-limit": "express-rate-limit", "rate-limiter-flexible": "rate-limiter-flexible", "flask_limiter": "Flask-Limiter", "io.github.bucket4j.": "Bucket4j",
	"Microsoft.AspNetCore.Builder.AddRateLimiter": "AddRateLimiter", "Microsoft.Extensions.DependencyInjection.AddRateLimiter": "AddRateLimiter",
}
