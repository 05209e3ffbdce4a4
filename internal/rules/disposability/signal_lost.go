package disposability

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "disposability/signal-lost",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The stop signal does not reach the program",
	Why: "A container's SIGTERM goes to its first process. A shell or package manager in that place does not hand it on: " +
		"the program never hears it and is killed in the middle of its work when the grace period is over.",
	Fixes: []audit.Fix{
		{For: "supervisord", Text: "Start ‹name› without a shell around it, with exec in front of the shell's last command, or set stopasgroup=true."},
		{For: "npm", Text: "Start the program itself, by node in the exec form of CMD, and keep npm scripts for developers."},
		{For: "exec form", Text: "Write ‹instruction› ‹words›, so that the program is the first process, and not a shell."},
		{For: "exec form, script", Text: "Write ‹instruction› ‹words›, and exec in front of what ‹script› starts at its end, so that the program is the first process, and not a shell."},
		{For: "shell form", Text: "Write ‹instruction› exec ‹command›, so that the program takes the shell's place: in the exec form nothing would fill in the variables."},
		{For: "shell form, script", Text: "Write ‹instruction› exec ‹command›, and exec in front of what ‹script› starts at its end, so that the program takes the shells' place: in the exec form nothing would fill in the variables."},
		{For: "chain", Text: "Write exec in front of ‹program› in ‹instruction›, so that it takes the shell's place."},
		{For: "Shell", Text: "Write exec in front of the command of ‹file› that starts the program, so that it is the first process."},
		{For: "Docker", Text: `Write CMD and ENTRYPOINT in the exec form, ["program", "argument"], so that the program is the first process, and not a shell.`},
		{Text: `Let the program be the first process: the exec form, CMD ["program", "argument"], and exec in front of the last command of a start script.`},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"004"},
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
		seen := map[audit.Place]bool{}
		for _, p := range contained(c) {
			way := signalPathOf(c, p)
			if way.fate != lost || seen[way.place] {
				continue
			}
			seen[way.place] = true
			options := []audit.Option{audit.Naming("file", path.Base(way.place.Path))}
			if way.manager {
				options = append(options, audit.WithSeverity(audit.Medium), audit.WithFix("npm"))
			}
			if way.unsure {
				options = append(options, audit.WithConfidence(audit.MediumConfidence))
			}
			if p.Start.Shell && way.place.Path == p.File.Path && way.place.Line == p.Line {
				options = append(options, formFix(c, p)...)
			} else if way.place.Path == p.File.Path && way.place.Line == p.Line {
				options = append(options, nestedFix(p)...)
			}
			report.Violation(way.place, p.Name, way.why, options...)
		}
		for _, p := range supervised(c) {
			if way := signalPathOf(c, p); way.fate == lost && !seen[way.place] {
				seen[way.place] = true
				report.Violation(way.place, p.Name, "supervisord stops the shell alone: "+way.why, audit.WithConfidence(audit.MediumConfidence), audit.WithFix("supervisord"), audit.Naming("name", p.Name))
			}
		}
	},
})

// supervised lists the programs that supervisord starts and stops one by one:
// with stopasgroup it signals what they started as well.
func supervised(c *audit.Component) (list []audit.Process) {
	for _, p := range c.Running() {
		if p.File.Format != inspect.Supervisor {
			continue
		}
		if group, ok := p.StartSetting("stopasgroup"); ok && !strings.EqualFold(group.Fact.Value.Text, "false") {
			continue
		}
		list = append(list, p)
	}
	return list
}

// contained lists the running processes that are the first of a container. A
// Procfile's are none, nor what else Heroku starts: there the platform signals
// every process.
func contained(c *audit.Component) (list []audit.Process) {
	for _, p := range c.Running() {
		if p.Deployed() && p.File.Format != inspect.Procfile && p.File.Format != inspect.HerokuYAML && !p.Supervised() {
			list = append(list, p)
		}
	}
	return list
}
