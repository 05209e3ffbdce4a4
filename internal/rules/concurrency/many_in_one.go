package concurrency

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

var _ = set.Add(audit.Rule{
	ID:     "concurrency/many-in-one",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "One process type runs several kinds of work",
	Why: "Web and background work that share a container scale, restart and run out of memory together, and when one of " +
		"them dies the platform does not see it.",
	Fixes: []audit.Fix{
		{For: "uwsgi", Text: "Drop attach-daemon, and start that command as a process type of its own from the same image."},
		{For: "supervisord", Text: "Start each program of supervisord as a process type of its own from the same image; the platform restarts them."},
		{For: "Procfile", Text: "Give each kind of work a line of its own in the Procfile."},
		{For: "Compose", Text: "Give each kind of work a service of its own, all from the same image."},
		{For: "fly", Text: "Give each kind of work a line under [processes] in fly.toml."},
		{For: "Kubernetes", Text: "Give each kind of work a Deployment of its own, all from the same image."},
		{Text: "Give each kind of work a process type of its own, all from the same image."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"004"},
	Bad: `
-- requirements.txt --
celery==5.4.0
gunicorn==22.0.0
-- Procfile --
web: celery -A shop worker & gunicorn shop.wsgi
`,
	Good: `
-- requirements.txt --
celery==5.4.0
gunicorn==22.0.0
-- Procfile --
web: gunicorn shop.wsgi
worker: celery -A shop worker
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, p := range c.Running() {
			if p.Supervised() || !p.Deployed() || p.Image && len(apart(c)) > 1 {
				continue // the parts of what is judged below; a script for developers; an image for all in one beside others
			}
			steps := slices.DeleteFunc(c.RunSteps(p), func(s audit.Step) bool { return waits.MatchString(path.Base(s.File.Path)) })
			underManagers(c, p, steps, report)
			inBackground(p, steps, report)
			beside(c, steps, report)
		}
		insidePuma(c, report)
	},
})

// waits are scripts that start a clock beside what they wait for, and are gone
// when the program starts.
var waits = regexp.MustCompile(`^wait[-_]?for`)

// underManagers reports process managers that run more than one program.
func underManagers(c *audit.Component, p audit.Process, steps []audit.Step, report *audit.Report) {
	for i, s := range steps {
		argv := audit.Unwrap(s.Argv)
		if len(argv) == 0 {
			continue
		}
		var programs []string
		manager := path.Base(argv[0])
		switch manager {
		case "supervisord":
			programs = supervised(c, argv)
			if len(programs) == 1 && !s.Exec { // it goes to the background, and something follows
				for _, next := range steps[i+1:] {
					if keepsRunning(next.Command) {
						programs = append(programs, program(next.Command))
						break
					}
				}
			}
		case "s6-svscan", "runsvdir", "init":
			if manager = "s6"; path.Base(argv[0]) == "runsvdir" {
				manager = "runit"
			}
			programs = services(c)
		case "honcho", "foreman", "goreman", "forego", "overmind":
			if len(argv) > 1 && argv[1] == "start" && (len(argv) == 2 || strings.HasPrefix(argv[2], "-")) {
				programs = []string{"every process", "of the Procfile"}
			}
		case "concurrently":
			for _, word := range argv[1:] {
				if strings.Contains(word, " ") || strings.HasPrefix(word, "npm:") {
					programs = append(programs, word)
				}
			}
		case "run-p", "npm-run-all":
			if manager == "run-p" || slices.Contains(argv, "-p") || slices.Contains(argv, "--parallel") {
				programs = plain(argv[1:])
			}
		}
		if len(programs) > 1 {
			report.Violation(at(s), manager, fmt.Sprintf("%s runs %s under %s", p.Title(), list(programs), manager), audit.WithFix(manager, p.File.Platform()))
		}
	}
}

func plain(args []string) (words []string) {
	for _, word := range args {
		if !strings.HasPrefix(word, "-") {
			words = append(words, word)
		}
	}
	return words
}

func list(programs []string) string {
	if len(programs) > 3 {
		programs = append(programs[:2:2], fmt.Sprintf("%d more", len(programs)-2))
	}
	last := len(programs) - 1
	return strings.Join(programs[:last], ", ") + " and " + programs[last]
}

// supervised lists the application's programs in the file that supervisord is
// told, or in the component's only one.
func supervised(c *audit.Component, argv []string) []string {
	byFile := map[string][]string{}
	named := ""
	for p := range audit.Facts[inspect.Process](c) {
		if p.File.Format != inspect.Supervisor {
			continue
		}
		for _, word := range argv[1:] {
			if path.Base(strings.TrimPrefix(word, "--configuration=")) == path.Base(p.File.Path) {
				named = p.File.Path
			}
		}
		if !helper(p.Fact) && !switchedOff(c, audit.Process{Name: p.Fact.Name, File: p.File}) && !runsOnce(audit.Process{Name: p.Fact.Name, File: p.File}) {
			byFile[p.File.Path] = append(byFile[p.File.Path], p.Fact.Name)
		} else if byFile[p.File.Path] == nil {
			byFile[p.File.Path] = []string{}
		}
	}
	if named != "" {
		return byFile[named]
	}
	if len(byFile) == 1 {
		for _, programs := range byFile {
			return programs
		}
	}
	return nil
}

// services lists the component's programs that run scripts of s6 or runit start.
func services(c *audit.Component) []string {
	var names []string
	for _, p := range c.Running() {
		if p.Supervised() && p.File.Format.IsShell() && !helper(inspect.Process{Name: p.Name, Start: p.Start}) {
			names = append(names, p.Name)
		}
	}
	return names
}

// helper reports whether a supervised program only serves the others, or runs
// once.
func helper(p inspect.Process) bool {
	if strings.Contains(strings.ToLower(p.Name), "migrat") {
		return true
	}
	for _, c := range p.Start.Commands {
		if nested := shell.NestedCommands(c); len(nested) > 0 {
			c = nested[len(nested)-1]
		}
		if !helpers[audit.Program(c)] {
			return false
		}
	}
	return true
}

// inBackground reports the first program that is put into the background while
// another one stays.
func inBackground(p audit.Process, steps []audit.Step, report *audit.Report) {
	for _, s := range steps {
		if !s.Background || !keepsRunning(s.Command) {
			continue
		}
		for _, other := range steps {
			if keepsRunning(other.Command) && program(other.Command) != program(s.Command) {
				report.Violation(at(s), program(s.Command),
					fmt.Sprintf("%s runs %s in the background of %s", p.Title(), program(s.Command), program(other.Command)), audit.WithFix(p.File.Platform()))
				return
			}
		}
	}
}

// beside reports the daemons that uwsgi starts beside itself.
func beside(c *audit.Component, steps []audit.Step, report *audit.Report) {
	for _, s := range steps {
		if audit.Program(s.Command) != "uwsgi" {
			continue
		}
		for setting := range audit.Facts[inspect.Setting](c) {
			key := strings.TrimPrefix(setting.Fact.Key, "uwsgi.")
			if setting.File.Format != inspect.UWSGI || !strings.Contains(key, "attach-daemon") {
				continue
			}
			for _, word := range s.Argv {
				if path.Base(word) == path.Base(setting.File.Path) {
					report.Violation(setting.At(), "uwsgi", fmt.Sprintf("uwsgi starts %q beside the web server", setting.Fact.Value.Text), audit.WithFix("uwsgi"))
				}
			}
		}
	}
}
