package disposability

import (
	"fmt"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:      "disposability/graceful",
	Aspect:  "a",
	Type:    audit.Positive,
	Title:   "SIGTERM ends it gracefully",
	Why:     "Requests and jobs in hand are finished before the process goes, so deploys and scaling cost nobody anything.",
	Sources: []string{"12F", "000", "001", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
const app = require("express")();
app.listen(process.env.PORT);
`,
	Good: `
-- requirements.txt --
gunicorn==22.0.0
-- Procfile --
web: gunicorn shop.wsgi
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if _, off := deaf(c); off || len(exitsAtOnce(c)) > 0 {
			return
		}
		for _, h := range handlers(c) {
			if hears(h, "SIGTERM") && h.Fact.Drains {
				report.Pass(h.At(), 1, fmt.Sprintf("%s handles SIGTERM and finishes what is in hand", h.Fact.Via))
				return
			}
		}
		if s := springServerOf(c); s.fate == arrives {
			report.Pass(s.place, 1, "Spring Boot finishes the requests in hand on SIGTERM")
			return
		}
		if place, name, ok := drained(c); ok {
			report.Pass(place, 1, fmt.Sprintf("%s finishes what is in hand on SIGTERM", name))
		}
	},
})
