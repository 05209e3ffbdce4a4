package disposability

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

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
		{For: "wait", Text: "Start without waiting for it: try connections again when they are needed, and let the readiness check say what is missing."},
		{For: "seed", Text: "Take ‹call› out of the start and fill the database in a release job, once for each release."},
		{For: "seed", Text: "Fill the database in a release job, once for each release, instead of at each start."},
		{Text: "Listen first, warm up in the background, and let the readiness check say when it is done; give one-off work to a release job."},
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
				if w.Fact.Aside {
					continue
				}
				report.Violation(w.At(), "seed", fmt.Sprintf("%s fills the database at each start before it listens", name), audit.WithFix("seed"), audit.Naming("call", name))
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

// waiters are programs that wait for another service to answer: a known one, or
// one's own that is called so. Waiting for somebody else's migrations is what a
// start should do.
var (
	waiters = regexp.MustCompile(`(?i)^(wait[-_]?(for|4|until|on)[-_a-z0-9]*|wait-port|dockerize|wait4x|docker-compose-wait)(\.\w+)?$`)
	patient = regexp.MustCompile(`(?i)migrat`)
)

// waiter is the word of a command that waits: its program, or the script or task
// that an interpreter or a framework's command is given.
func waiter(command inspect.Command) string {
	argv := command.Argv
	for i := range min(3, len(argv)) {
		if i > 0 && !runsTasks.MatchString(path.Base(argv[i-1])) {
			break
		}
		if name := path.Base(argv[i]); waiters.MatchString(name) && !patient.MatchString(name) {
			return name
		}
	}
	return ""
}

// runsTasks are programs whose next word names what they run.
var runsTasks = regexp.MustCompile(`^(python[0-9.]*|node|ruby|php|sh|bash|ash|manage\.py|artisan|console|flask|rake|rails)$`)

// waitingScripts reports start commands of the web that sleep or wait.
func waitingScripts(c *audit.Component, report *audit.Report) {
	for _, p := range c.Running() {
		steps := c.RunSteps(p)
		waited := map[string]bool{}
		for i, s := range steps {
			name := waiter(s.Command)
			if s.Captured || s.Background || i == len(steps)-1 && name == "" {
				continue
			}
			place := audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}
			switch {
			case path.Base(s.Argv[0]) == "sleep" && len(s.Argv) > 1:
				n, err := strconv.Atoi(s.Argv[1])
				if s.Certain() && err == nil && n >= 2 {
					report.Violation(place, "sleep", fmt.Sprintf("%s sleeps %d s at each start", p.Title(), n))
				} else if head, ok := waitsInLoop(steps, i); ok && !strings.HasPrefix(s.Guard, "()") && !waited[head.Loop] {
					waited[head.Loop] = true
					report.Violation(audit.Place{Path: head.File.Path, Line: head.Line, EndLine: head.Line}, "wait",
						fmt.Sprintf("%s waits in a loop at each start", p.Title()), audit.WithSeverity(audit.Low), audit.WithFix("wait"))
				}
			case name != "" && (s.Certain() || s.Exec) && !givesUp(steps, i):
				report.Violation(place, "wait", fmt.Sprintf("%s waits for another service (%s) at each start", p.Title(), name), audit.WithSeverity(audit.Low), audit.WithFix("wait"))
			}
		}
	}
}

// givesUp reports whether a step calls a function of its script or of one that
// it reads in, and the loops of their functions end by themselves.
func givesUp(steps []audit.Step, at int) bool {
	s, inFunctions := steps[at], false
	if strings.ContainsAny(s.Argv[0], "/.") {
		return false
	}
	for i, other := range steps {
		if !strings.HasPrefix(other.Guard, "()") {
			continue
		}
		inFunctions = true
		if path.Base(other.Argv[0]) == "sleep" {
			if _, ok := waitsInLoop(steps, i); ok {
				return false
			}
		}
	}
	return inFunctions
}

var (
	counts   = regexp.MustCompile(`-(ge|gt|le|lt)\b|\(\(|\bseq\b|[<>]`) // a loop's end by its number of rounds
	dispatch = regexp.MustCompile(`\$\{?[1-9@*#]`)                      // the script's own arguments
	offers   = regexp.MustCompile(`(^|; )for(;|$)`)
)

// waitsInLoop reports whether a sleep is the pause of a loop that goes on until
// something else answers, however long that takes, with the loop's first step.
func waitsInLoop(steps []audit.Step, at int) (head audit.Step, ok bool) {
	s := steps[at]
	if s.Loop == "" || s.Lasting || counts.MatchString(s.Loop) || offers.MatchString(s.Loop) || dispatch.MatchString(strings.TrimPrefix(s.Guard, "()")) {
		return head, false
	}
	for i := at; i >= 0 && steps[i].File == s.File; i-- {
		if steps[i].Loop == s.Loop {
			head = steps[i]
		}
	}
	for _, other := range steps {
		switch {
		case path.Base(other.Argv[0]) == "timeout" && other.File == s.File && other.Line == head.Line:
			return head, false
		case other.File != s.File || !strings.HasPrefix(other.Loop, s.Loop):
		case other.Argv[0] == "exit", other.Argv[0] == "break" && counts.MatchString(other.Guard):
			return head, false // gives up
		}
	}
	return head, true
}
