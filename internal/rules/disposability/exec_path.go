package disposability

import (
	"fmt"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:      "disposability/exec-path",
	Aspect:  "b",
	Type:    audit.Positive,
	Title:   "The stop signal reaches the program",
	Why:     "The program is the container's first process, or what stands before it hands SIGTERM on.",
	Sources: []string{"12F", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- Dockerfile --
FROM node:22
CMD node server.js
`,
	Good: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		var first *audit.Process
		var place audit.Place
		for _, p := range contained(c) {
			switch way := signalPathOf(c, p); way.fate {
			case lost:
				return
			case arrives:
				if first == nil {
					first, place = &p, way.place
				}
			}
		}
		if first != nil {
			report.Pass(place, 1, fmt.Sprintf("SIGTERM reaches the program that %s starts", first.Title()))
		}
	},
})
