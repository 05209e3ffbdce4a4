package portbinding

import (
	"fmt"
	"path"
	"regexp"
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
		{For: "a bundler", Text: "Build the pages at build time, and let the web server hand out the files, instead of ‹program›."},
		{For: "Django", Text: "Declare gunicorn or uvicorn as a dependency and start the project's wsgi or asgi module by it, bound to 0.0.0.0:$PORT, instead of ‹program›."},
		{For: "Flask", Text: "Declare gunicorn or waitress as a dependency and start the application by it, bound to 0.0.0.0:$PORT, instead of ‹program›."},
		{For: "Next.js", Text: "Run next build at build time, and start next start instead of ‹program›."},
		{For: "NestJS", Text: "Run nest build at build time, and start node on the compiled main file instead of ‹program›."},
		{For: "Laravel", Text: "Start php-fpm behind a web server in the image, FrankenPHP or Octane, instead of ‹program›."},
		{For: "Symfony", Text: "Start php-fpm behind a web server in the image, or FrankenPHP, instead of ‹program›."},
		{For: "Rails", Text: "Start Puma (bin/rails server) with RAILS_ENV=production instead of ‹program›."},
		{For: "Python", Text: "Declare gunicorn, uvicorn or waitress as a dependency and start it, bound to 0.0.0.0:$PORT, instead of ‹program›."},
		{For: "JavaScript", Text: "Build at build time and start node on the result, without a watcher, instead of ‹program›."},
		{For: "Go", Text: "Compile at build time and start the binary instead of ‹program›."},
		{For: "PHP", Text: "Start php-fpm behind a web server in the image, or FrankenPHP, instead of ‹program›."},
		{Text: "Start the server that is made for production instead of ‹program›, and keep that for a development Compose file or script."},
		{Text: "Start the server that is made for production, and keep the development server for a development Compose file or script."},
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
			options := []audit.Option{audit.WithFix(devFix(c, d.program)), audit.Naming("program", d.program)}
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
		if overrides(c, p) {
			continue
		}
		for _, s := range c.RunSteps(p) {
			if program := audit.DevelopmentServer(s.Command); program != "" && s.Certain() {
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
		if audit.DevelopmentServer(s.Command) != "" {
			return false
		}
	}
	return true
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

// devFix is for a server that brings the pages of a program, whatever that is
// written in; "" for one of the program itself.
func devFix(c *audit.Component, program string) string {
	if !bundlerServer.MatchString(program) {
		return ""
	}
	for d := range audit.Facts[inspect.Dependency](c) {
		if builtByVite[d.Fact.Name] {
			return "JavaScript"
		}
	}
	return "a bundler"
}

// builtByVite are frameworks that make of the bundler's build the server itself.
var builtByVite = map[string]bool{
	"@sveltejs/kit": true, "@react-router/node": true, "@remix-run/node": true, "@tanstack/react-start": true, "@solidjs/start": true, "vike": true, "@builder.io/qwik-city": true,
}

var bundlerServer = regexp.MustCompile(`^(webpack([ -]dev-server| serve)|vite|parcel|react-scripts|vue-cli-service|ng serve|gatsby|snowpack|rollup|esbuild|browser-sync|live-server)\b`)
