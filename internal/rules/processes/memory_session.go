package processes

import (
	"fmt"
	"strings"

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
		{For: "express-session", Text: "Give express-session a store: new RedisStore({ client }) from connect-redis with a client of process.env.REDIS_URL (or connect-pg-simple), or use cookie-session."},
		{For: "Flask-Session", Text: `Set SESSION_TYPE to redis and SESSION_REDIS to redis.from_url(os.environ["REDIS_URL"]), or drop Flask-Session: Flask's own session is a signed cookie.`},
		{For: "Django", Text: "Set SESSION_ENGINE to django.contrib.sessions.backends.db, which is the default, or to cached_db with a shared cache."},
		{For: "Rails", Text: "Use the cookie store, which is Rails' default, or :cache_store on a shared cache."},
		{For: "Laravel", Text: "Let production's driver in config/session.php (SESSION_DRIVER) be redis, database or cookie."},
		{For: "Symfony", Text: `Set framework.session.handler_id to "%env(REDIS_URL)%" (Symfony 4.4 on; RedisSessionHandler or PdoSessionHandler as a service before); session.save_handler of PHP has no effect while a handler_id is set.`},
		{For: "Spring Boot", Text: "Add spring-session-data-redis or spring-session-jdbc, with spring.data.redis.url or the data source from the environment."},
		{For: "tickets", Text: "Keep the tickets of SessionStore in a cache or table that all processes share (an ITicketStore over IDistributedCache, with AddStackExchangeRedisCache), or drop SessionStore: the cookie then holds the ticket itself."},
		{For: "ASP.NET Core", Text: "Put the distributed cache that AddSession keeps sessions in into Redis: AddStackExchangeRedisCache with a connection string from the configuration."},
		{For: "PHP", Text: "Set session.save_handler to redis or memcached with session.save_path from the environment, or keep sessions in the database by a SessionHandlerInterface of your own."},
		{For: "Go", Text: "Give ‹store› a store in the database or Redis, attached by a variable, or one that keeps the session in a signed cookie."},
		{Text: "Keep the sessions of ‹store› in Redis or the database, attached by a variable, or in a signed cookie."},
		{Text: "Keep sessions in Redis or the database, attached by a variable, or in a signed cookie."},
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
			if beside := besideMemoryCache(c, s.Fact); beside {
				report.Violation(s.At(), s.Fact.Via, "AddSession keeps sessions in the memory of one process: no cache is registered that all processes share", audit.WithSeverity(audit.Medium), audit.WithConfidence(audit.MediumConfidence))
				continue
			}
			switch s.Fact.Store {
			case inspect.StoreMemory:
				place = "the memory of one process"
			case inspect.StoreFile:
				place = "files on the disk of one machine"
			default:
				continue
			}
			if inContainer(s.Fact.Via) && sharesContainer(c) {
				continue
			}
			holds, decided := inProduction(c, s)
			if chosen || decided && holds || !decided && !alsoElsewhere(c, s.Fact.Via) {
				report.Violation(madeAt(c, s), s.Fact.Via, fmt.Sprintf("%s keeps sessions in %s", library(s.Fact.Via), place), audit.WithFix(sessionFix(s.Fact.Via)), audit.Naming("store", library(s.Fact.Via)))
			}
		}
	},
})

// besideMemoryCache reports whether sessions lie in the cache that ASP.NET Core's
// other services bring along: caches of the process are all that any file sets up.
func besideMemoryCache(c *audit.Component, s inspect.Session) bool {
	if s.Via != "Microsoft.AspNetCore.Session.AddSession" || s.Store != inspect.StoreOther {
		return false
	}
	own := false
	for cache := range audit.Facts[inspect.Store](c, source.Prod) {
		if cache.Fact.Purpose != inspect.ForCache {
			continue
		}
		if cache.Fact.Store != inspect.StoreMemory {
			return false
		}
		own = own || strings.HasSuffix(cache.Fact.Via, "MemoryCache")
	}
	return own
}

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
