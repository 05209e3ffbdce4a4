package concurrency

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "concurrency/replicated-clock",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Several instances keep time",
	Why: "Each instance of a clock starts every job: mails go out twice, invoices are written twice, and two runs of one " +
		"job get in each other's way." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "celery", Text: "Run celery beat as a process type of its own with one instance, or use a scheduler that locks: redbeat."},
		{For: "Spring Boot", Text: "Let ShedLock see that one instance runs a task, or turn scheduling on by a profile that only one clock process has."},
		{For: "Laravel", Text: "Give every task of the schedule onOneServer() with a shared cache, or run schedule:work in one instance."},
		{For: "JavaScript", Text: "Move the schedule into a process type of its own with one instance; or make the tasks repeatable jobs of a queue such as BullMQ."},
		{Text: "Run exactly one instance of what keeps time, as a process type apart from what is scaled; or let a lock decide which instance runs a task."},
	},
	Severity:   audit.High,
	Confidence: audit.LowConfidence,
	Counting:   audit.Once,
	Sources:    []string{"004"},
	Bad: `
-- requirements.txt --
celery==5.4.0
-- shop.py --
from celery import Celery
app = Celery("shop")
-- compose.prod.yaml --
services:
  beat:
    build: .
    command: celery -A shop beat
    deploy:
      replicas: 2
`,
	Good: `
-- requirements.txt --
celery==5.4.0
-- shop.py --
from celery import Celery
app = Celery("shop")
-- compose.prod.yaml --
services:
  beat:
    build: .
    command: celery -A shop beat
  worker:
    build: .
    command: celery -A shop worker
    deploy:
      replicas: 2
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		clockProcesses(c, report)
		clocks := webClocks(c)
		if len(clocks) == 0 {
			return
		}
		k := clocks[0]
		for _, m := range multiplied(c) {
			if m.kind == audit.WebProcess {
				report.Violation(m.place, "web", fmt.Sprintf("%s runs with %s, and each keeps time through %s", m.title, m.order, k.name))
				return
			}
		}
		if place, program, number, ok := forkedServer(c); ok && k.code {
			report.Violation(place, "web", fmt.Sprintf("%s starts %s workers, and each keeps time through %s", program, number, k.name))
		}
	},
})

// clockProcesses reports process types that keep time and are started more than once.
func clockProcesses(c *audit.Component, report *audit.Report) {
	for _, m := range multiplied(c) {
		for _, s := range stepsOf(c, m.title) {
			if how := keepsTime(c, s); how != "" {
				report.Violation(m.place, how, fmt.Sprintf("%s runs %s with %s, and each starts every job", m.title, how, m.order), audit.WithFix(strings.Fields(how)[0]))
				break
			}
		}
	}
}

// stepsOf are the steps of the process of that name, or of the image where no
// process has it.
func stepsOf(c *audit.Component, title string) []audit.Step {
	var image []audit.Step
	for _, p := range c.Running() {
		switch {
		case p.Image:
			image = c.RunSteps(p)
		case p.Name == title:
			return c.RunSteps(p)
		}
	}
	return image
}

// lockedPrograms are clocks of which only one instance starts jobs.
var lockedPrograms = regexp.MustCompile(`^(rqscheduler|resque-scheduler|rq|rake|rails|sidekiq)$`)

// keepsTime names the clock that a step starts without a lock, or "".
func keepsTime(c *audit.Component, s audit.Step) string {
	argv := audit.Unwrap(s.Argv)
	name := audit.Program(s.Command)
	if !s.Certain() && !s.Exec || lockedPrograms.MatchString(name) {
		return ""
	}
	if name == "celery" {
		beat := slices.Contains(argv, "beat")
		if !beat && !slices.Contains(argv, "-B") && !slices.Contains(argv, "--beat") || slices.ContainsFunc(argv, func(word string) bool { return strings.Contains(strings.ToLower(word), "redbeat") }) {
			return ""
		}
		for planned := range audit.Facts[inspect.Scheduler](c) {
			if planned.Fact.Locked && strings.HasPrefix(planned.Fact.Via, "celery.") {
				return ""
			}
		}
		if beat {
			return "celery beat"
		}
		return "celery worker -B"
	}
	if !audit.KeepsTime(s.Command) {
		return ""
	}
	if name == "artisan" || slices.Contains(argv, "schedule:work") {
		free := ""
		for planned := range audit.Facts[inspect.Scheduler](c) {
			if !planned.Fact.Locked && strings.HasPrefix(planned.Fact.Via, "Illuminate") {
				free = "artisan schedule:work"
			}
		}
		return free
	}
	return name
}

// forkedServer is a start command that loads the program in several processes.
func forkedServer(c *audit.Component) (place audit.Place, program, number string, ok bool) {
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			name := audit.Program(s.Command)
			if name == "puma" || name == "uwsgi" || slices.Contains(s.Argv, "--preload") || !s.Certain() && !s.Exec {
				continue // threads and timers of a parent are not copied
			}
			if n := forked(s.Command); plural.MatchString(n) && n != "0" && n != "-1" || n != "" && strings.HasPrefix(name, "pm2") && n != "1" {
				return at(s), name, n, true
			}
		}
	}
	return place, "", "", false
}
