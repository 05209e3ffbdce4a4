package disposability

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "disposability/short-grace",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The grace period ends before the program does",
	Why: "Between SIGTERM and SIGKILL the platform waits for its grace period. A program that asks for more time is killed " +
		"in the middle of what it wanted to finish." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "Kubernetes", Text: "Set terminationGracePeriodSeconds of ‹name› above ‹seconds› s, what its preStop hook and its own timeout need together."},
		{For: "Compose", Text: "Set stop_grace_period of ‹name› above ‹seconds› s, the program's own timeout; without it Docker waits 10 seconds."},
		{For: "fly", Text: "Set kill_timeout of ‹name› above ‹seconds› s, the program's own timeout; without it fly waits 5 seconds."},
		{For: "supervisord", Text: "Set stopwaitsecs of ‹name› above ‹seconds› s, the program's own timeout; without it supervisord waits 10 seconds."},
		{For: "systemd", Text: "Set TimeoutStopSec of ‹name› above ‹seconds› s, the program's own timeout."},
		{For: "at once", Text: "Give ‹name› a grace period longer than its requests and jobs take."},
		{Text: "Give the platform a grace period longer than what the program waits for its requests and jobs, a preStop hook included."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Once,
	Sources:    []string{"004"},
	Bad: `
-- requirements.txt --
gunicorn==22.0.0
-- Dockerfile --
FROM python:3.12
CMD ["gunicorn", "--graceful-timeout", "60", "shop.wsgi"]
-- k8s/shop.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 30
      containers:
        - {name: shop, image: "registry.example.com/app:1.2.0"}
`,
	Good: `
-- requirements.txt --
gunicorn==22.0.0
-- Dockerfile --
FROM python:3.12
CMD ["gunicorn", "--graceful-timeout", "60", "shop.wsgi"]
-- k8s/shop.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 75
      containers:
        - {name: shop, image: "registry.example.com/app:1.2.0"}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, k := range c.OwnContainers() {
			grace, stated, at := 30, k.Workload.Fact.Grace != nil, k.At()
			if stated {
				line := k.Workload.Fact.GraceLine
				grace, at = *k.Workload.Fact.Grace, audit.Place{Path: k.Workload.File.Path, Line: line, EndLine: line}
			}
			judgeGrace(report, grantedTime{k.Title, "Kubernetes", grace, stated, at}, sleepOf(k.PreStop), drainOf(c, k.Title))
		}
		for _, s := range c.OwnServices() {
			grace, stated := 10, s.GracePeriod != ""
			if stated {
				d, err := time.ParseDuration(s.GracePeriod)
				if err != nil {
					continue
				}
				grace = int(d.Seconds())
			}
			judgeGrace(report, grantedTime{s.Name, "Compose", grace, stated, s.Files[len(s.Files)-1].At()}, 0, drainOf(c, s.Name))
		}
		for _, p := range c.Running() {
			if g, ok := managed(p); ok {
				judgeGrace(report, g, 0, drainOfProcess(c, p))
			}
		}
		for f := range audit.Facts[inspect.FlyApp](c) {
			grace, stated := 5, f.Fact.KillTimeout != ""
			if stated {
				d, err := time.ParseDuration(f.Fact.KillTimeout)
				if n, number := strconv.Atoi(f.Fact.KillTimeout); number == nil {
					d, err = time.Duration(n)*time.Second, nil
				}
				if err != nil {
					continue
				}
				grace = int(d.Seconds())
			}
			judgeGrace(report, grantedTime{f.Fact.App, "fly", grace, stated, f.At()}, 0, drainOf(c, "app"))
		}
	},
})

// grantedTime is how long a platform waits after SIGTERM.
type grantedTime struct {
	name, platform string
	seconds        int
	stated         bool
	place          audit.Place
}

// managed is how long supervisord, or systemd where its unit says so in seconds,
// waits for a process.
func managed(p audit.Process) (g grantedTime, ok bool) {
	key := "stopwaitsecs"
	if p.File.Format == inspect.Systemd {
		key = "TimeoutStopSec"
	}
	s, stated := p.StartSetting(key)
	switch {
	case stated:
		n, err := strconv.Atoi(strings.TrimSuffix(s.Fact.Value.Text, "s"))
		if err != nil || n == 0 && p.File.Format == inspect.Systemd { // 0 waits for ever
			return g, false
		}
		return grantedTime{p.Name, managerOf(p), n, true, s.At()}, true
	case p.File.Format == inspect.Supervisor:
		return grantedTime{p.Name, managerOf(p), 10, false, audit.Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line}}, true
	}
	return g, false // ninety seconds, or what the machine's settings say
}

// drain is how long the program asks for.
type drain struct {
	seconds int
	by      string
}

func judgeGrace(report *audit.Report, g grantedTime, hook int, d drain) {
	needed := hook + d.seconds
	switch {
	case g.stated && g.seconds == 0:
		report.Violation(g.place, g.name, fmt.Sprintf("%s kills %s at once: its grace period is 0", g.platform, g.name), audit.WithFix("at once"), audit.Naming("name", g.name))
	case needed <= g.seconds && (hook == 0 || hook < g.seconds):
	case hook > 0 && d.seconds > 0:
		report.Violation(g.place, g.name, fmt.Sprintf("%s kills %s after %d s, and its preStop hook (%d s) and %s (%d s) need longer", g.platform, g.name, g.seconds, hook, d.by, d.seconds), audit.WithFix(g.platform), audit.Naming("name", g.name), audit.Naming("seconds", strconv.Itoa(needed)))
	case hook > 0:
		report.Violation(g.place, g.name, fmt.Sprintf("%s kills %s after %d s, and its preStop hook alone takes %d s", g.platform, g.name, g.seconds, hook), audit.WithFix(g.platform), audit.Naming("name", g.name), audit.Naming("seconds", strconv.Itoa(needed)))
	default:
		report.Violation(g.place, g.name, fmt.Sprintf("%s kills %s after %d s, and %s asks for %d s", g.platform, g.name, g.seconds, d.by, d.seconds), audit.WithFix(g.platform), audit.Naming("name", g.name), audit.Naming("seconds", strconv.Itoa(needed)))
	}
}

var sleeps = regexp.MustCompile(`\bsleep\s+([0-9]+)s?\b`)

// sleepOf is how long a preStop hook sleeps, in seconds.
func sleepOf(hook []string) int {
	seconds := 0
	for _, m := range sleeps.FindAllStringSubmatch(strings.Join(hook, " "), -1) {
		n, _ := strconv.Atoi(m[1])
		seconds += n
	}
	return seconds
}

// drainOptions are the options by which servers and workers are told how long
// they may take to finish, in seconds.
var drainOptions = map[string][]string{
	"gunicorn": {"--graceful-timeout"}, "uvicorn": {"--timeout-graceful-shutdown"}, "hypercorn": {"--graceful-timeout"}, "sidekiq": {"-t", "--timeout"},
	"granian": {"--workers-kill-timeout"}, "shoryuken": {"-t", "--timeout"},
}

// drainOf is how long the process of a name asks for, by its command or its
// framework's settings; by is "" where nothing says so.
func drainOf(c *audit.Component, name string) drain {
	var image drain
	for _, p := range c.Running() {
		if p.Name != name && !p.Image {
			continue
		}
		found := drainOfProcess(c, p)
		if p.Name == name {
			return found
		}
		image = found
	}
	if image.seconds == 0 {
		image = springDrain(c)
	}
	return image
}

func drainOfProcess(c *audit.Component, p audit.Process) drain {
	for _, s := range c.RunSteps(p) {
		argv := audit.Unwrap(s.Argv)
		if len(argv) == 0 || s.Captured {
			continue
		}
		for i, word := range argv[1:] {
			option, value, joined := strings.Cut(word, "=")
			for _, known := range drainOptions[path.Base(argv[0])] {
				if option != known {
					continue
				}
				if !joined && i+2 < len(argv) {
					value = argv[i+2]
				}
				if n, err := strconv.Atoi(value); err == nil && n > 0 {
					return drain{n, path.Base(argv[0]) + " " + known}
				}
			}
		}
	}
	return drain{}
}

// springDrain is the time that Spring's graceful shutdown takes in production,
// where it is written.
func springDrain(c *audit.Component) drain {
	const key = "spring.lifecycle.timeout-per-shutdown-phase"
	e, ok := c.EffectiveSetting(key)
	if !ok || !e.Value.IsLiteral() {
		return drain{}
	}
	d, err := time.ParseDuration(strings.ToLower(e.Value.Text))
	if err != nil {
		return drain{}
	}
	return drain{int(d.Seconds()), key}
}
