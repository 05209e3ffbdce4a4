package portbinding

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "port-binding/dev-server",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Production runs a development server",
	Why: "Development servers serve one request at a time or recompile as they go, show their insides to visitors, " +
		"and their authors say not to expose them.",
	Fixes: []audit.Fix{
		{Text: "Start the server that is made for production, and keep the development server for a development Compose file or script."},
		{For: "Python", Text: "Declare gunicorn, uvicorn or waitress as a dependency and start it, for example: gunicorn --bind 0.0.0.0:$PORT app:app."},
		{For: "JavaScript", Text: "Build at build time and start the result with node, without a watcher: node server.js, or next start."},
		{For: "TypeScript", Text: "Compile at build time and start the result with node, without a watcher: node dist/server.js, or next start."},
		{For: "Go", Text: "Compile at build time and start the binary."},
		{For: "PHP", Text: "Start php-fpm behind a web server in the image, or FrankenPHP."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"ext"},
	Bad: `
-- requirements.txt --
django==5.0
-- manage.py --
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
-- Dockerfile --
FROM python:3.12
CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]
`,
	Good: `
-- requirements.txt --
django==5.0
gunicorn==22.0.0
-- manage.py --
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
-- Dockerfile --
FROM python:3.12
CMD ["gunicorn", "shop.wsgi"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, d := range developmentServers(c) {
			var options []audit.Option
			if d.code {
				options = append(options, audit.WithSeverity(audit.Medium))
			}
			report.Violation(d.place, d.program, fmt.Sprintf("%s starts %s, a development server", d.process, d.program), options...)
		}
	},
})

// developmentServer is one that a deploy runs.
type developmentServer struct {
	program string // "manage.py runserver", "nodemon"
	process string // "web", "the image"
	place   audit.Place
	code    bool // started by a call in the program instead of a command
}

// developmentServers lists the development servers among what a deploy runs.
func developmentServers(c *audit.Component) []developmentServer {
	var list []developmentServer
	for _, p := range c.Running() {
		if overrides(c, p) || !p.Deployed() && hasProductionScript(c) {
			continue
		}
		for _, s := range c.RunSteps(p) {
			if program := developmentCommand(s.Command); program != "" && s.Certain() {
				list = append(list, developmentServer{program, p.Title(), audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}, false})
			}
		}
	}
	if len(list) > 0 || len(c.Running()) == 0 {
		return list
	}
	for _, l := range c.Listens() {
		if l.Fact.Dev && l.File.Format == inspect.Python && startsAny(c, l.File) {
			list = append(list, developmentServer{l.Fact.Via, l.File.Path, l.At(), true})
		}
	}
	return list
}

// overrides reports whether a Compose file replaces what the image starts by
// a development server, as one for developers does; a file named for
// production is meant.
func overrides(c *audit.Component, p audit.Process) bool {
	if p.File.Format != inspect.Compose || strings.Contains(strings.ToLower(path.Base(p.File.Path)), "prod") || c.Image.Start() == nil {
		return false
	}
	for _, s := range c.Steps(*c.Image.Start(), c.Image.File) {
		if developmentCommand(s.Command) != "" {
			return false
		}
	}
	return true
}

// hasProductionScript reports whether package.json has a script of its own for
// production: then "start" is for developers.
func hasProductionScript(c *audit.Component) bool {
	return audit.Has(c, func(s inspect.Script) bool {
		switch s.Name {
		case "start:prod", "start:production", "prod", "production", "serve:prod", "start-prod", "start:server:prod":
			return true
		}
		return false
	})
}

// startsAny reports whether a deploy's command names the file.
func startsAny(c *audit.Component, f *audit.File) bool {
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			if s.Certain() && names(s.Argv, f) {
				return true
			}
		}
	}
	return false
}

// watchers start a program anew whenever its source changes.
var watchers = map[string]bool{
	"nodemon": true, "ts-node-dev": true, "tsnd": true, "node-dev": true, "supervisor": true, "air": true, "reflex": true,
	"watchmedo": true, "webpack-dev-server": true, "live-server": true, "browser-sync": true, "tsc-watch": true,
}

// developmentWords are the later words by which a program serves for
// development; "" is the program without a subcommand.
var developmentWords = map[string][]string{
	"manage.py": {"runserver", "runserver_plus"}, "flask": {"run"}, "quart": {"run"}, "fastapi": {"dev"}, "django-admin": {"runserver"},
	"next": {"dev"}, "nuxt": {"dev"}, "nuxi": {"dev"}, "vite": {"", "dev", "serve"}, "astro": {"dev"}, "gatsby": {"develop"}, "remix": {"dev"},
	"react-router": {"dev"}, "ng": {"serve"}, "react-scripts": {"start"}, "vue-cli-service": {"serve"}, "webpack": {"serve"}, "parcel": {"serve"},
	"strapi": {"develop"}, "artisan": {"serve"}, "http.server": {""}, "SimpleHTTPServer": {""},
}

// watchOptions make a server that is fit for production one for development.
var watchOptions = map[string][]string{
	"uvicorn": {"--reload"}, "gunicorn": {"--reload"}, "hypercorn": {"--reload"}, "granian": {"--reload"}, "node": {"--watch"},
	"tsx": {"watch", "--watch"}, "bun": {"--watch", "--hot"}, "nest": {"--watch", "-w"}, "php": {"-S"}, "sanic": {"--dev", "--reload", "-d", "-r"},
}

// scriptRunners start a script of the project's own, and ownDevServer is the
// name that says what it is for.
var (
	scriptRunners = map[string]bool{"node": true, "ts-node": true, "tsx": true, "bun": true, "babel-node": true}
	ownDevServer  = regexp.MustCompile(`^(dev[-_.]?server|devServer|server[-_.]dev)(\.[cm]?[jt]s)?$`)
)

// developmentCommand names the development server that a command starts, or "".
func developmentCommand(c inspect.Command) string {
	argv := audit.Unwrap(c.Argv)
	for len(argv) > 1 && (strings.HasPrefix(path.Base(argv[0]), "python") || path.Base(argv[0]) == "php" && path.Base(argv[1]) == "artisan") {
		argv = argv[1:]
	}
	if len(argv) == 0 || slices.Contains(argv, "--help") || slices.Contains(argv, "--version") {
		return ""
	}
	program := path.Base(argv[0])
	if watchers[program] {
		return program
	}
	for _, option := range watchOptions[program] {
		if slices.Contains(argv[1:], option) {
			return program + " " + option
		}
	}
	if scriptRunners[program] {
		for _, word := range argv[1:] {
			if base := path.Base(word); ownDevServer.MatchString(base) {
				return base
			}
			if !strings.HasPrefix(word, "-") {
				return ""
			}
		}
	}
	words, known := developmentWords[program]
	if !known {
		return ""
	}
	said := subcommandOf(argv[1:], words)
	if program == "http.server" || program == "SimpleHTTPServer" {
		return "python -m " + program
	}
	if said == "" && !slices.Contains(words, "") || !slices.Contains(words, said) {
		return ""
	}
	return strings.TrimSpace(program + " " + said)
}

// subcommandOf is the first argument that is no option, or one of the wanted
// words that stands behind an option's value: flask --app shop run.
func subcommandOf(args, wanted []string) string {
	behindOption := false
	for _, arg := range args {
		switch {
		case strings.HasPrefix(arg, "-"):
			behindOption = true
		case slices.Contains(wanted, arg) || !behindOption:
			return arg
		default:
			behindOption = false
		}
	}
	return ""
}
