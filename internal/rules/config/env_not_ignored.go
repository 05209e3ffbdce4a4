package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "config/env-not-ignored",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Git does not ignore the dotenv file that the program loads",
	Why: "Every developer has a .env with credentials beside the code, and the next git add -A commits it. Nobody notices " +
		"until somebody else has it.",
	Fixes: []audit.Fix{
		{Text: "Add the lines .env and .env.*.local to .gitignore, and commit an .env.example with names and no values."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"000", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"dotenv": "16.4.5"}}
-- server.js --
require("dotenv").config()
require("http").createServer(app).listen(process.env.PORT)
-- .gitignore --
node_modules/
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"dotenv": "16.4.5"}}
-- server.js --
require("dotenv").config()
require("http").createServer(app).listen(process.env.PORT)
-- .gitignore --
node_modules/
.env
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Class == audit.Library || c.Class == audit.CLI {
			return // only their own tests load one
		}
		by, at, ok := audit.DotenvLoad(c)
		if !ok {
			return
		}
		ignores := audit.OfRepository(c.Repo, audit.GitIgnores)
		for _, dir := range []string{c.Path, path.Dir(c.Manifest)} {
			name := path.Join(dir, ".env")
			if source.Ignored(ignores, name) {
				return
			}
			for above := dir; ; above = path.Dir(above) { // where libraries look for one, too
				if c.Repo.File(path.Join(above, ".env")) != nil || slices.ContainsFunc(ignores[above], otherName.MatchString) {
					return // committed is config/env-file-committed's
				}
				if above == "." {
					break
				}
			}
		}
		report.Violation(at, ".env", fmt.Sprintf("%s loads .env, and no .gitignore keeps that file out of the repository", by))
	},
})

// otherName is the pattern of a dotenv file that has a name of the program's:
// "/server.env".
var otherName = regexp.MustCompile(`^[^!#]*\w\.env$`)
