package concurrency

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:      "concurrency/foreground",
	Aspect:  "c",
	Type:    audit.Positive,
	Title:   "The program runs in the foreground",
	Why:     "The platform sees it live and die, and decides about restarts and numbers itself.",
	Sources: []string{"12F", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- Dockerfile --
FROM node:22
CMD pm2 start server.js
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
		if len(daemons(c)) > 0 {
			return
		}
		for _, p := range c.Running() {
			steps := c.RunSteps(p)
			if len(steps) == 0 || p.Supervised() {
				continue
			}
			last := steps[len(steps)-1]
			if last.Last && !last.Background && (last.Certain() || last.Exec) && staysInFront(last) {
				report.Pass(at(last), 1, fmt.Sprintf("%s runs %s in the foreground", p.Title(), program(last.Command)))
				return
			}
		}
	},
})

// staysInFront reports whether the last command of a start is the program
// itself: no manager, no shell, no script whose content is unknown.
func staysInFront(s audit.Step) bool {
	name := audit.Program(s.Command)
	switch name {
	case "", "supervisord", "pm2", "forever", "sh", "bash", "dash", "ash", "npm", "yarn", "pnpm", "bun", "$@", "nohup", "honcho", "foreman", "concurrently", "s6-svscan", "init":
		return false
	}
	return !helpers[name] && !strings.HasSuffix(name, ".sh") && !strings.Contains(name, "entrypoint") && !strings.Contains(name, "$")
}
