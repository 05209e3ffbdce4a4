package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/source"
)

// attachedDaemons are the programs that uwsgi starts beside the web server, by
// the settings files that one of the processes starts it with.
func attachedDaemons(c *Component, started []Process) []Process {
	var list []Process
	for s := range Facts[inspect.Setting](c) {
		if s.File.Format != inspect.UWSGI || s.Fact.Key != "uwsgi.attach-daemon" || !s.File.Role.CanViolate() || s.Fact.Value.Text == "" {
			continue
		}
		if !slices.ContainsFunc(started, func(p Process) bool { return startsUWSGI(c, p, s.File) }) {
			continue
		}
		start := shell.WordsOf(s.Fact.Value.Text, s.Line)
		if len(start.Commands) == 0 { // uwsgi's own variables, %(_), are no shell
			start = *execForm(strings.Fields(s.Fact.Value.Text), s.Line)
		}
		list = append(list, Process{Name: daemonName(start.Commands[0]), Start: start, File: s.File, Line: s.Line,
			Dev: s.File.Role == source.DeployDev || s.File.Role == source.CI})
	}
	return list
}

// startsUWSGI reports whether a process starts uwsgi with a settings file.
func startsUWSGI(c *Component, p Process, settings *File) bool {
	return slices.ContainsFunc(c.RunSteps(p), func(s Step) bool {
		return Program(s.Command) == "uwsgi" && slices.ContainsFunc(s.Argv, func(word string) bool { return path.Base(word) == path.Base(settings.Path) })
	})
}

// daemonName is the program that a command starts, or the command of the
// program that runs many: "sendalerts" of "./manage.py sendalerts".
func daemonName(c inspect.Command) string {
	argv := interpreted(Unwrap(c.Argv))
	if len(argv) == 0 {
		return ""
	}
	name := path.Base(argv[0])
	if name == "manage.py" {
		if rest := skipFlags(argv[1:]); len(rest) > 0 {
			return rest[0]
		}
	}
	return name
}

// setsUWSGI reports whether an INI file holds settings of uWSGI.
func setsUWSGI(f *File) bool {
	return slices.ContainsFunc(f.Signals(), func(s inspect.Signal) bool {
		setting, ok := s.Fact.(inspect.Setting)
		return ok && strings.HasPrefix(setting.Key, "uwsgi.")
	})
}
