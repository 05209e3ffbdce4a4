package adminprocesses

import (
	"fmt"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:      "admin-processes/console",
	Aspect:  "b",
	Type:    audit.Positive,
	Title:   "The release has a console",
	Why:     "A console of the release itself meets the same code, packages and config as what serves, so nobody needs a copy of them elsewhere.",
	Sources: []string{"12F", "001", "002", "004"},
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
-- requirements.txt --
flask==3.0.0
psycopg==3.1.18
-- app.py --
import os
from flask import Flask
app = Flask(__name__)
app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
-- Makefile --
console:
	heroku run flask shell
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for p := range audit.Facts[inspect.Process](c, source.DeployProd, source.Prod) {
			if opens := opensConsole(c, p.Fact.Start.Commands); opens != "" && !p.Fact.Release {
				report.Pass(p.At(), 0.5, fmt.Sprintf("the process type %s opens a console with %s", p.Fact.Name, opens))
				return
			}
		}
		for t := range audit.Facts[inspect.Target](c, source.Prod, source.DevTool, source.CI, source.DeployProd) {
			if opens := opensConsole(c, t.Fact.Commands); opens != "" {
				report.Pass(t.At(), 0.5, fmt.Sprintf("%s %s opens a console with %s", t.Fact.Runner, t.Fact.Name, opens))
				return
			}
		}
		for s := range audit.Facts[inspect.Script](c, source.Prod, source.DevTool) {
			opens := opensConsole(c, s.Fact.Command)
			if opens == "" && consoleName.MatchString(s.Fact.Name) && len(s.Fact.Command) > 0 {
				opens = s.Fact.Text
			}
			if opens != "" {
				report.Pass(s.At(), 0.5, fmt.Sprintf("the script %s opens a console with %s", s.Fact.Name, opens))
				return
			}
		}
		judgeShippedConsole(c, report)
	},
})

var (
	consoleName = regexp.MustCompile(`^(console|repl|shell|tinker)(:[\w-]+)?$`)
	// remoteShell are commands that open a session inside a running release.
	remoteShell = regexp.MustCompile(`^(fly|flyctl) (ssh|console)\b|^heroku (run|ps:exec)\b.*\b(bash|sh|console|shell|tinker|node|python3?|irb|psql)\b|^dokku (enter|run)\b|^railway (ssh|shell)\b|^kamal (app exec\b.*(-i|--interactive)|console|shell)|^aws ecs execute-command\b`)
	// execShell are the same of containers, where what they open is the last word.
	execShell = regexp.MustCompile(`^(docker|docker-compose|podman|kubectl|oc|nerdctl)\b.* (exec|run)\b`)
	repls     = regexp.MustCompile(`(^|[\s/])(manage\.py (shell|shell_plus|dbshell)|rails (console|c)|bin/console|artisan tinker|flask shell|tinker|irb|ipython|pry|iex|(ba|z|a)?sh|node --experimental-repl-await|node -i|psysh)( -l| -i)?$`)
)

// opensConsole says what session commands open in the release, "" for none.
func opensConsole(c *audit.Component, commands []inspect.Command) string {
	for _, command := range commands {
		argv := audit.Unwrap(command.Argv)
		line := strings.Join(argv, " ")
		switch {
		case remoteShell.MatchString(line), execShell.MatchString(line) && repls.MatchString(line) && !strings.Contains(line, " -c "):
			return shorten(line)
		case repls.MatchString(line) && !loneShell.MatchString(line):
			return shorten(line)
		}
		if nested := shell.NestedCommands(inspect.Command{Argv: argv}); len(nested) > 0 {
			if opens := opensConsole(c, nested); opens != "" {
				return opens
			}
		}
	}
	return ""
}

// loneShell is a shell on whatever machine this is.
var loneShell = regexp.MustCompile(`^\S*(ba|z|a)?sh( -\w+)?$`)

func shorten(line string) string {
	if words := strings.Fields(line); len(words) > 6 {
		return strings.Join(words[:6], " ") + " …"
	}
	return line
}

// judgeShippedConsole looks for a framework's own console among what ships.
func judgeShippedConsole(c *audit.Component, report *audit.Report) {
	for _, f := range c.Files {
		if f.Role != source.Prod && f.Role != source.DevTool {
			continue
		}
		var opens string
		switch rel := strings.TrimPrefix(f.Path, c.Path+"/"); {
		case rel == "manage.py":
			opens = "manage.py shell"
		case rel == "bin/rails":
			opens = "bin/rails console"
		case rel == "bin/console" && f.Format != inspect.PHP && !dependsOn(c, "symfony/framework-bundle"):
			opens = "bin/console"
		case rel == "artisan" && dependsOn(c, "laravel/tinker"):
			opens = "artisan tinker"
		default:
			continue
		}
		if notShipped(c, f.Path) {
			continue
		}
		report.Pass(audit.Place{Path: f.Path, Line: 1, EndLine: 1}, 0.5, fmt.Sprintf("%s opens a console of the release", opens))
		return
	}
}

func dependsOn(c *audit.Component, name string) bool {
	return audit.Has(c, func(d inspect.Dependency) bool { return d.Name == name && d.Group == inspect.Runtime })
}
