package logs

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:      "logs/structured",
	Aspect:  "b",
	Type:    audit.Positive,
	Title:   "Log events have named fields",
	Why:     "Whatever collects the stream can search and count by field, so the program need not sort or store anything itself.",
	Sources: []string{"002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
console.log("started");
require("http").createServer(app).listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const log = require("pino")();
require("http").createServer(app).listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, s := range sinks(c) {
			if s.Fact.Structured && (s.Fact.Target == "stdout" || s.Fact.Target == "stderr") && !prettified(c, s.Fact) {
				report.Pass(s.At(), 1, fmt.Sprintf("%s writes events with fields to %s", program(s.Fact.Via), s.Fact.Target))
				return
			}
		}
	},
})

// prettified reports whether the program turns the events of its logger into
// text for people, as zerolog's ConsoleWriter does.
func prettified(c *audit.Component, sink inspect.LogSink) bool {
	return strings.Contains(sink.Via, "rs/zerolog") && audit.Has(c, func(s inspect.LogSink) bool {
		return strings.Contains(s.Via, "rs/zerolog") && !s.Structured && !s.Debug
	})
}
