package backingservices

import (
	"fmt"
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "backing-services/adapter-selected-by-env",
	Aspect: "b",
	Type:   audit.Positive,
	Title:  "A variable decides which kind of service is used",
	Why: "The engine follows a URL's scheme or an explicit variable: the local disk, the test database and the managed service " +
		"are exchanged for each other without a change of code.",
	Sources: []string{"12F", "000", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const app = express();
const storage = process.env.NODE_ENV === "production" ? new S3Storage("photos") : new LocalStorage("/uploads");
app.listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const app = express();
const storage = process.env.STORAGE_TYPE === "local" ? new LocalStorage("/uploads") : new S3Storage(process.env.S3_BUCKET);
app.listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		passed := map[string]bool{}
		pass := func(at audit.Place, variable, what string) {
			if !passed[what] {
				passed[what] = true
				report.Pass(at, 1, fmt.Sprintf("%s decides which %s is used", variable, what))
			}
		}
		for client := range audit.Facts[inspect.Client](c, deployed...) {
			handle := client.Fact.Handle
			if client.Fact.Service == inspect.Database && handle.FromEnv() && len(handle.Env) > 0 && wholeURL.MatchString(handle.Env[0]) && !oneEngine.MatchString(client.Fact.Via) &&
				!client.Fact.Debug && !byTheWay(client.File.Path) && c.Reaches(client.File.Path) {
				pass(client.At(), handle.Env[0], "database")
			}
		}
		for s := range audit.Facts[inspect.Store](c, source.Prod) {
			if what := purposes[s.Fact.Purpose]; what != "" && !s.Fact.Debug && s.Fact.Choice.FromEnv() && adapterVariable.MatchString(s.Fact.Choice.Env[0]) && c.Reaches(s.File.Path) {
				pass(s.At(), s.Fact.Choice.Env[0], what)
			}
		}
		for read := range audit.Facts[inspect.EnvRead](c, source.Prod) {
			if m := adapterVariable.FindStringSubmatch(read.Fact.Name); m != nil && !notAService.MatchString(read.Fact.Name) && !read.Fact.Debug && !read.File.Format.IsShell() && !byTheWay(read.File.Path) && c.Reaches(read.File.Path) {
				pass(read.At(), read.Fact.Name, kindOf(m[1]))
			}
		}
	},
})

var purposes = map[inspect.Purpose]string{
	inspect.ForCache: "cache", inspect.ForQueue: "queue", inspect.ForUploads: "file storage", inspect.ForRateLimit: "store of limits", inspect.ForPubSub: "message channel",
}

var (
	// wholeURL is a variable that holds a URL, whose scheme names the engine.
	wholeURL = regexp.MustCompile(`(?i)(URL|URI|DSN)$`)
	// oneEngine are calls that take any address of one engine.
	oneEngine = regexp.MustCompile(`(?i)sql_?server|mssql|oracle|odbc`)
	// notAService are switches beside a service, and other choices.
	notAService = regexp.MustCompile(`(?i)(^|_)(ALLOW|ENABLED?|DISABLED?|TEST|AUTH|FAILED|LOCK|CACHE_LOCK)_`)
)

// adapterVariable are names of variables that choose a sort of service; the
// group says for what.
var adapterVariable = regexp.MustCompile(`(?i)(?:^|_)(DATABASE|DB|CACHE|QUEUE|BROKER|SESSION|FILE|FILES|FILESYSTEM|STORAGE|UPLOADS?|MEDIA|ATTACHMENTS?|ACTIVE_STORAGE|MAIL|EMAIL|MAILER|CELERY|CHANNELS?|BROADCAST|SEARCH|PUBSUB|LIMITER)_?(?:(?:IMAGES?|ATTACHMENTS?|BACKEND|RESULT|ADAPTER|STORAGE|PROVIDER)_)?(?:TYPE|DRIVER|BACKEND|ADAPTER|ENGINE|PROVIDER|CLIENT|CONNECTION|DIALECT|SERVICE|KIND|DISK|TRANSPORT|STORE|MAILER)$`)

func kindOf(word string) string {
	switch m := topic.FindStringSubmatch(word); {
	case m == nil:
		return "file storage"
	case m[1] != "":
		return "database"
	case m[2] != "":
		return "cache"
	case m[3] != "":
		return "queue"
	case m[4] != "":
		return "mail service"
	case m[5] != "":
		return "session store"
	case m[6] != "":
		return "search service"
	}
	return "message channel"
}

var topic = regexp.MustCompile(`(?i)^(?:(D(?:ATA)?B(?:ASE)?)|(CACHE|LIMITER)|(QUEUE|BROKER|CELERY)|(E?MAIL(?:ER)?)|(SESSION)|(SEARCH)|(CHANNELS?|BROADCAST|PUBSUB))$`)
