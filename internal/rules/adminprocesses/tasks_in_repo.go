package adminprocesses

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:      "admin-processes/tasks-in-repo",
	Aspect:  "b",
	Type:    audit.Positive,
	Title:   "Admin tasks ship with the program",
	Why:     "A task of the same repository runs the release's code with the release's dependencies, so it fits the schema and models it works on.",
	Sources: []string{"12F", "001", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.0
psycopg==3.1.18
-- app.py --
import os
from flask import Flask
app = Flask(__name__)
app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js", "migrate": "knex migrate:latest"}, "dependencies": {"knex": "3.1.0", "pg": "8.11.0"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for s := range audit.Facts[inspect.Script](c) {
			for _, command := range s.Fact.Command {
				if by, _, found := migrates(command); found && !notForDeploys.MatchString(s.Fact.Name) {
					report.Pass(s.At(), 1, fmt.Sprintf("the script %s runs %s", s.Fact.Name, by))
					return
				}
			}
		}
		at, strength, message := shippedTask(c)
		for m := range audit.Facts[inspect.Migration](c, source.Prod) {
			if strength == 1 {
				break
			}
			if !m.Fact.Boot && !m.Fact.Sync {
				strength := 0.5 // a function: what calls it, and when, is elsewhere
				for range audit.FactsIn[inspect.EntryPoint]([]*audit.File{m.File}, source.Prod) {
					strength = 1
				}
				report.Pass(m.At(), strength, fmt.Sprintf("%s is a task of the program's own", shortName(m.Fact.Via)))
				return
			}
		}
		schema := ""
		for _, f := range c.Files {
			switch {
			case path.Base(f.Path) != "manage.py" && f.Role != source.Migration && !strings.Contains(f.Path, "management/commands/"), notShipped(c, f.Path):
			case path.Base(f.Path) == "manage.py" && f.Role == source.Prod,
				strings.Contains(f.Path, "management/commands/") && f.Role == source.Prod && !strings.HasPrefix(path.Base(f.Path), "__"):
				report.Pass(audit.Place{Path: f.Path, Line: 1, EndLine: 1}, 1, fmt.Sprintf("%s runs admin tasks with the program's own settings", f.Path))
				return
			case f.Role == source.Migration && schema == "" && !strings.HasPrefix(path.Base(f.Path), "."):
				schema = f.Path
			}
		}
		switch {
		case strength == 1 || strength > 0 && schema == "":
			report.Pass(at, strength, message)
		case schema != "" && runnerOf(c) != "":
			report.Pass(audit.Place{Path: schema, Line: 1, EndLine: 1}, 1, fmt.Sprintf("migrations lie beside the program in %s, for %s, which it declares", path.Dir(schema), runnerOf(c)))
		case schema != "":
			report.Pass(audit.Place{Path: schema, Line: 1, EndLine: 1}, 0.5, "migrations lie beside the program: "+path.Dir(schema))
		}
	},
})

// notShipped reports whether an ignore file of the image leaves a file out.
func notShipped(c *audit.Component, name string) bool {
	by, _ := c.LeftOut(name)
	return by != nil
}
