package buildreleaserun

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/build-at-start",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Starting the app builds it",
	Why: "Every start fetches and compiles anew: it is slow when a crash or a surge of traffic needs it fast, fails when a " +
		"registry does, and two instances of one release can run different code.",
	Fixes: []audit.Fix{
		{For: "a bundler", Text: "Build the pages in the build, a RUN line of the Dockerfile or the platform's build command, and start a web server that hands out the files, instead of ‹what›, which is for developers."},
		{Text: "Move ‹what› into the build: a RUN line of the Dockerfile, or the platform's build command. The start command only starts."},
		{Text: "Move the step into the build: a RUN line of the Dockerfile, or the platform's build command. The start command only starts."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "npm run build && node dist/server.js", "build": "tsc"}}
-- server.ts --
import http from "http";
http.createServer(app).listen(process.env.PORT);
-- Procfile --
web: npm start
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node dist/server.js", "build": "tsc"}}
-- server.ts --
import http from "http";
http.createServer(app).listen(process.env.PORT);
-- Procfile --
web: npm start
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, p := range c.Processes {
			for _, s := range buildSteps(c, p) {
				var options []audit.Option
				message := fmt.Sprintf("%s runs in every start of %s instead of once in the build", quoted(s.what), p.Title())
				switch {
				case s.slight:
					options = append(options, audit.WithSeverity(audit.Medium))
				case s.serves:
					options = append(options, audit.WithFix("a bundler"))
					message = fmt.Sprintf("%s starts %s, a development server that bundles the pages at every start", p.Title(), quoted(s.what))
				}
				at := s.At()
				if s.File == p.File && p.File.Format == inspect.PackageJSON {
					at.Line = p.Line // the script is fine, calling it there is not
				}
				report.Violation(audit.Place{Path: at.Path, Line: at.Line, EndLine: at.Line}, s.what, message, append(options, audit.Naming("what", s.what))...)
			}
		}
	},
})

// startStep is a step of a start that builds.
type startStep struct {
	audit.Step
	what   string
	slight bool
	serves bool // pages, as a bundler does for developers
}

// buildSteps are the steps of a process that build, whenever it starts. What a
// condition guards is left out: that it is for development can't be told.
// An npm script of a page's bundle is what developers start.
func buildSteps(c *audit.Component, p audit.Process) []startStep {
	if p.Dev || p.Release || p.File.Format == inspect.PackageJSON && c.Class == audit.StaticFrontend {
		return nil
	}
	var list []startStep
	for _, s := range c.RunSteps(p) {
		if s.Conditional && !s.Then || s.Captured {
			continue
		}
		what, slight := buildStep(s.Argv)
		serves := what == "" && c.Class == audit.StaticFrontend && s.Certain()
		if serves {
			what = audit.DevelopmentServer(s.Command) // bundles the pages first; of a web service port-binding/dev-server says so
		}
		if what != "" {
			list = append(list, startStep{s, what, slight, serves})
		}
	}
	return list
}

func quoted(text string) string { return "`" + text + "`" }
