package disposability

import (
	"fmt"
	"path"
	"regexp"
	"strconv"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "disposability/slow-start",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "It works before it listens",
	Why: "Until a process listens it serves nobody: each deploy, each crash and each new instance under load waits for what " +
		"the start does first.",
	Fixes: []audit.Fix{
		{Text: "Listen first, warm up in the background, and let the readiness check say when it is done; give one-off work to a release job."},
		{For: "wait", Text: "Start without waiting: try connections again when they are needed, and let the readiness check say what is missing."},
		{For: "seed", Text: "Fill the database in a release job, once for each release, instead of at each start."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"000", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const app = require("express")();
setTimeout(() => {
  console.log("Cache ready! Starting server.");
  app.listen(process.env.PORT);
}, 30000);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const app = require("express")();
app.listen(process.env.PORT, () => console.log("started"));
setTimeout(warmCache, 1000);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for w := range audit.FactsIn[inspect.StartWork](c.ProgramFiles()) {
			name, _ := callName(w.Fact.Via)
			switch w.Fact.Work {
			case "wait":
				if !w.Fact.Bounded && entryFile.MatchString(path.Base(w.File.Path)) {
					report.Violation(w.At(), "wait", fmt.Sprintf("the start waits in a loop (%s) for another service", name), audit.WithSeverity(audit.Low), audit.WithFix("wait"))
				}
			case "sleep":
				if n, err := strconv.ParseFloat(w.Fact.Seconds.Text, 64); err != nil || n >= 2 {
					report.Violation(w.At(), "sleep", fmt.Sprintf("the start sleeps%s before it listens", lasting(w.Fact.Seconds.Text)))
				}
			case "request":
				report.Violation(w.At(), "request", fmt.Sprintf("the start asks another service (%s) before it listens", name), audit.WithSeverity(audit.Low), audit.WithConfidence(audit.LowConfidence))
			case "seed":
				report.Violation(w.At(), "seed", fmt.Sprintf("%s fills the database at each start before it listens", name), audit.WithFix("seed"))
			default:
				report.Violation(w.At(), w.Fact.Work, fmt.Sprintf("%s runs at each start before it listens", name))
			}
		}
		waitingScripts(c, report)
	},
})

// entryFile are names of files that start a program: a loop in another one is
// as likely a retry of something else.
var entryFile = regexp.MustCompile(`(?i)^(app|server|main|index|startup|program|worker|wsgi|asgi|__init__|start|boot|entrypoint)\.\w+$`)

func lasting(seconds string) string {
	if seconds == "" {
		return ""
	}
	return " " + seconds + " s"
}

// waiters are programs that wait for another service to answer.
var waiters = regexp.MustCompile(`^(wait-for-it(\.sh)?|wait-for(\.sh)?|wait-on|wait-port|dockerize|wait4x|wait_for_it(\.sh)?|docker-compose-wait)$`)

var loop = regexp.MustCompile(`^(while|until|for)\b`)

// waitingScripts reports start commands of the web that sleep or wait.
func waitingScripts(c *audit.Component, report *audit.Report) {
	for _, p := range c.Running() {
		steps := c.RunSteps(p)
		for i, s := range steps {
			if s.Captured || s.Background || i == len(steps)-1 && !waiters.MatchString(path.Base(s.Argv[0])) {
				continue
			}
			place := audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}
			program := path.Base(s.Argv[0])
			switch {
			case program == "sleep" && len(s.Argv) > 1:
				n, err := strconv.Atoi(s.Argv[1])
				if s.Certain() && err == nil && n >= 2 {
					report.Violation(place, "sleep", fmt.Sprintf("%s sleeps %d s at each start", p.Title(), n))
				} else if loop.MatchString(s.Guard) {
					report.Violation(place, "wait", fmt.Sprintf("%s waits in a loop at each start", p.Title()), audit.WithSeverity(audit.Low), audit.WithFix("wait"))
				}
			case waiters.MatchString(program) && (s.Certain() || s.Exec):
				report.Violation(place, "wait", fmt.Sprintf("%s waits for another service (%s) at each start", p.Title(), program), audit.WithSeverity(audit.Low), audit.WithFix("wait"))
			}
		}
	}
}
