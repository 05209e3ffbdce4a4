package backingservices

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "backing-services/url-from-env",
	Aspect: "a",
	Type:   audit.Positive,
	Title:  "A backing service is attached by the environment",
	Why: "Where the service is comes from a variable: a deploy moves to another database, cache or queue by setting it, " +
		"without a change of code.",
	Sources: []string{"12F", "000", "001", "002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const { Pool } = require("pg");
const db = new Pool({ host: "db.internal.acme.net" });
require("http").createServer(app).listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const { Pool } = require("pg");
const db = new Pool({ connectionString: process.env.DATABASE_URL });
require("http").createServer(app).listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		passed := map[string]bool{}
		for client := range audit.Facts[inspect.Client](c, deployed...) {
			name := serviceNames[client.Fact.Service]
			if client.Fact.Handle.FromEnv() && !passed[name] && !tiedToFile(client.Fact) {
				passed[name] = true
				report.Pass(client.At(), 1, fmt.Sprintf("%s is attached by %s", sentence(name), client.Fact.Handle.Env[0]))
			}
		}
		if len(passed) > 0 {
			return
		}
		// A client made from settings of another file: the read of its variable says it.
		for read := range audit.Facts[inspect.EnvRead](c, deployed...) {
			if isHandle(read.Fact.Name) && !read.Fact.Debug {
				report.Pass(read.At(), 1, fmt.Sprintf("%s says where a backing service is", read.Fact.Name))
				return
			}
		}
	},
})

// tiedToFile reports whether the environment only chooses the file of an
// embedded database.
func tiedToFile(client inspect.Client) bool {
	return client.Service == inspect.SQLite && (len(client.Handle.Env) == 0 || !isHandle(client.Handle.Env[0]))
}
