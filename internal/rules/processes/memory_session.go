package processes

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/memory-session",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Sessions live in the process",
	Why: "Who logged in on one instance is a stranger to the next, and every deploy or crash logs everybody out: the app can " +
		"neither be scaled out nor restarted unnoticed.",
	Fixes: []audit.Fix{
		{Text: "Keep sessions in Redis or the database, attached by a variable, or in a signed cookie."},
		{For: "Express", Text: "Give express-session a store: new RedisStore({ client }) from connect-redis with a client of process.env.REDIS_URL (or connect-pg-simple), or use cookie-session."},
		{For: "Flask", Text: "Set SESSION_TYPE to redis and SESSION_REDIS to redis.from_url(os.environ[\"REDIS_URL\"]), or drop Flask-Session: Flask's own session is a signed cookie."},
		{For: "Django", Text: "Remove the file or memory engine: django.contrib.sessions.backends.db is the default; cached_db with Redis as cache is the quick one."},
		{For: "Go", Text: "Give the session manager a store of the database or Redis (scs: pgxstore, redisstore; gin: sessions/redis), or use a cookie store."},
		{For: "PHP", Text: "In Laravel let config/session.php default to env('SESSION_DRIVER', 'redis') or database; elsewhere set session.save_handler to redis with a path from the environment."},
		{For: "Ruby", Text: "Use the cookie store, which is Rails' default, or :redis_session_store with url: ENV[\"REDIS_URL\"]."},
		{For: "Java", Text: "Add spring-session-data-redis or spring-session-jdbc and attach it with ${REDIS_URL} or the data source."},
		{For: "C#", Text: "Call AddStackExchangeRedisCache with a connection string from the configuration instead of AddDistributedMemoryCache."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "000", "001", "002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const session = require("express-session");
const app = express();
app.use(session({ secret: process.env.SESSION_SECRET }));
app.listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const session = require("express-session");
const { RedisStore } = require("connect-redis");
const app = express();
app.use(session({ store: new RedisStore({ client }), secret: process.env.SESSION_SECRET }));
app.listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for s := range audit.Facts[inspect.Session](c, source.Prod) {
			place := ""
			s, chosen := inDeploy(c, s)
			switch s.Fact.Store {
			case inspect.StoreMemory:
				place = "the memory of one process"
			case inspect.StoreFile:
				place = "files on the disk of one machine"
			default:
				continue
			}
			holds, decided := inProduction(c, s)
			if chosen || decided && holds || !decided && !alsoElsewhere(c, s.Fact.Via) {
				report.Violation(madeAt(c, s), s.Fact.Via, fmt.Sprintf("%s keeps sessions in %s", library(s.Fact.Via), place), audit.WithFix(framework(s.Fact.Via)))
			}
		}
	},
})

// madeAt is where a store takes effect: of a class of the program's own, where
// one is made.
func madeAt(c *audit.Component, s audit.Located[inspect.Session]) audit.Place {
	if s.Fact.Class != "" {
		for m := range audit.Facts[inspect.SessionMade](c, source.Prod) {
			if m.Fact.Class == s.Fact.Class {
				return m.At()
			}
		}
	}
	return s.At()
}
