package concurrency

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "concurrency/daemonize",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "A process daemonizes itself",
	Why: "The platform watches the process that it started. One that goes to the background looks finished: its crash is " +
		"not seen, its output is lost, and a stop signal never reaches it.",
	Fixes: []audit.Fix{
		{For: "pm2", Text: "Start the program with node, one process for each container; or with pm2-runtime, which stays in the foreground."},
		{For: "forever", Text: "Start the program with node, and let the platform start it again when it crashes."},
		{For: "gunicorn", Text: "Drop --daemon and --pid from the start command."},
		{For: "celery", Text: "Start celery worker without multi and --detach, one process type for each."},
		{Text: "Start ‹program› in the foreground, and leave restarts and the number of processes to the platform."},
		{Text: "Start the program in the foreground, and leave restarts and the number of processes to the platform."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F"},
	Bad: `
-- requirements.txt --
gunicorn==22.0.0
-- start.sh --
#!/bin/sh
gunicorn --daemon app:app
tail -f /dev/null
-- Dockerfile --
FROM python:3.12
CMD ["./start.sh"]
`,
	Good: `
-- requirements.txt --
gunicorn==22.0.0
-- start.sh --
#!/bin/sh
exec gunicorn app:app
-- Dockerfile --
FROM python:3.12
CMD ["./start.sh"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, d := range daemons(c) {
			if d.stays {
				report.Violation(d.place, d.program, fmt.Sprintf("%s restarts the program itself, so the platform does not see it crash", d.program), audit.WithFix(d.program), audit.Naming("program", d.program))
				continue
			}
			report.Violation(d.place, d.program, fmt.Sprintf("%s goes to the background: %s", d.program, d.how), audit.WithFix(d.program), audit.Naming("program", d.program))
		}
	},
})

// daemon is a program that manages itself.
type daemon struct {
	program string
	how     string // the words that say so
	place   audit.Place
	stays   bool // in the foreground, and starts the program again when it ends
}

// daemons lists what a deploy starts into the background for good.
func daemons(c *audit.Component) []daemon {
	var list []daemon
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			argv := audit.Unwrap(s.Argv)
			if s.Captured || len(argv) == 0 || !p.Deployed() && path.Base(argv[0]) == "pm2" && slices.Contains(argv, "-i") {
				continue
			}
			if how := backgrounded(s.Command, argv); how != "" {
				list = append(list, daemon{path.Base(argv[0]), how, at(s), false})
			} else if watches(argv) {
				list = append(list, daemon{path.Base(argv[0]), "", at(s), true})
			}
			list = append(list, uwsgiFiles(c, s)...)
		}
	}
	return list
}

// daemonOptions are the options by which servers and workers leave the
// foreground.
var daemonOptions = map[string][]string{
	"gunicorn": {"--daemon", "-D"}, "uwsgi": {"--daemonize", "--daemonize2", "-d"}, "celery": {"--detach", "-D"}, "puma": {"--daemon", "-d"},
	"unicorn": {"--daemonize", "-D"}, "thin": {"--daemonize", "-d"}, "sidekiq": {"--daemon", "-d"}, "php-fpm": {"--daemonize", "-D"},
	"start-stop-daemon": {"--background", "-b"}, "screen": {"-d", "-dm", "-dmS"}, "rails": {"--daemon", "-d"},
}

// backgrounded are the words that send a command into the background, or "".
func backgrounded(c inspect.Command, argv []string) string {
	program := path.Base(argv[0])
	if first := path.Base(c.Argv[0]); c.Background && (first == "nohup" || first == "setsid" || first == "disown") {
		return first + " … &"
	}
	for _, option := range daemonOptions[program] {
		for _, word := range argv[1:] {
			if name, _, _ := strings.Cut(word, "="); name == option {
				return program + " " + option
			}
		}
	}
	if len(argv) < 2 {
		return ""
	}
	switch word := argv[1]; program {
	case "pm2":
		if slices.Contains([]string{"start", "restart", "startOrRestart", "reload", "resurrect"}, word) && !slices.Contains(argv, "--no-daemon") && !slices.Contains(argv, "--attach") {
			return "pm2 " + word
		}
	case "forever":
		if word == "start" || word == "startall" {
			return "forever " + word
		}
	case "celery":
		if i := slices.Index(argv, "multi"); i > 0 && slices.Contains(argv, "start") {
			return "celery multi start"
		}
	case "service":
		if len(argv) > 2 && (argv[2] == "start" || argv[2] == "restart") {
			return strings.Join(argv[:3], " ")
		}
	case "tmux":
		if slices.Contains(argv, "-d") {
			return "tmux -d"
		}
	}
	return ""
}

// watches reports whether a command keeps a program running from the foreground:
// forever and its like, which hide each crash from the platform. What reloads at
// a change of files is a developer's, and told as a development server.
func watches(argv []string) bool {
	switch path.Base(argv[0]) {
	case "forever":
		return len(argv) > 1 && !slices.Contains([]string{"start", "startall", "stop", "stopall", "list", "logs", "restart"}, argv[1]) && !slices.Contains(argv, "-w") && !slices.Contains(argv, "--watch")
	case "supervise", "monit", "always", "nodejs-forever", "immortal", "goemon":
		return len(argv) > 1
	}
	return false
}

// uwsgiFiles are the same in the uwsgi.ini that a step names.
func uwsgiFiles(c *audit.Component, s audit.Step) []daemon {
	if audit.Program(s.Command) != "uwsgi" {
		return nil
	}
	var list []daemon
	for setting := range audit.Facts[inspect.Setting](c) {
		key := strings.TrimPrefix(setting.Fact.Key, "uwsgi.")
		fixed := setting.Fact.Value.IsLiteral() && setting.Fact.Value.Text != "" && setting.Fact.Value.Text != "/dev/null"
		if setting.File.Format != inspect.UWSGI || !fixed || key != "daemonize" && key != "daemonize2" {
			continue
		}
		for _, word := range s.Argv {
			if path.Base(word) == path.Base(setting.File.Path) {
				list = append(list, daemon{"uwsgi", key + " = " + setting.Fact.Value.Text, setting.At(), false})
			}
		}
	}
	return list
}
