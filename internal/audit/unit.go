package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Supervised reports whether a process manager inside the image starts the
// process beside others, so that no platform could scale it: supervisord, uwsgi,
// s6 or runit.
func (p Process) Supervised() bool {
	return p.File.Format == inspect.Supervisor || p.File.Format == inspect.UWSGI || p.File.Format == inspect.Shell && inspect.ServiceRun(p.File.Path)
}

// ownUnit reports whether what a unit starts can be the component's program. The
// host's own programs lie in the directories of the system: one of those is
// another's unless it has a name that the component gives, or runs or leads to
// programs of its languages.
func ownUnit(c *Component, f *File, start inspect.Start) bool {
	if len(start.Commands) == 0 || !slices.Contains(named, mainLanguage(c)) {
		return true
	}
	argv := Unwrap(start.Commands[len(start.Commands)-1].Argv)
	if len(argv) == 0 || !systemDirectory[path.Dir(argv[0])] {
		return true
	}
	program := path.Base(argv[0])
	if interpreters[strings.TrimRight(program, "0123456789.")] != nil || serverCommands(argv) || (&decision{c: c}).ownProgram(program) {
		return true
	}
	unit := strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))
	for _, name := range []string{c.Name, path.Base(c.Repo.Name)} {
		if name = strings.ToLower(name); related(name, strings.ToLower(program)) || related(name, strings.ToLower(unit)) {
			return true
		}
	}
	return launchers[program]
}

// named are the languages whose programs have names that are known here.
var named = []string{"Python", "JavaScript", "TypeScript", "Ruby", "PHP", "Go"}

var systemDirectory = map[string]bool{"/bin": true, "/sbin": true, "/usr/bin": true, "/usr/sbin": true, "/usr/libexec": true, "/lib/systemd": true}

// launchers start what their arguments say.
var launchers = map[string]bool{"sh": true, "bash": true, "dash": true, "env": true, "docker": true, "podman": true, "make": true, "screen": true, "tmux": true, "bundle": true, "flock": true}

// serverCommands reports whether words start a server, a worker or a clock of
// some framework.
func serverCommands(argv []string) bool {
	c := inspect.Command{Argv: argv}
	return ServesHTTP(c) || TakesJobs(c) || KeepsTime(c)
}

func related(name, other string) bool {
	return len(name) > 2 && (strings.Contains(other, name) || len(other) > 2 && strings.Contains(name, other))
}

// hostDaemons are parts of a system that an image may bring along.
var hostDaemons = map[string]bool{"cron": true, "crond": true, "sshd": true, "syslogd": true, "rsyslogd": true, "dbus-daemon": true, "s6-svc": true, "sleep": true, "tail": true}

// serviceProcesses are what the run scripts of s6 or runit start in the
// component's image: the program that takes a script's place.
func serviceProcesses(c *Component) []Process {
	var list []Process
	for _, f := range c.Files {
		if f.Format != inspect.Shell || f.Role != source.Prod && f.Role != source.DeployProd || !inspect.ServiceRun(f.Path) {
			continue
		}
		var start *inspect.Start
		for s := range FactsIn[inspect.Command]([]*File{f}, f.Role) {
			if argv := Unwrap(s.Fact.Argv); s.Fact.Exec && len(argv) > 0 {
				command := s.Fact
				command.Line = s.Line
				start = &inspect.Start{Text: strings.Join(s.Fact.Argv, " "), Commands: []inspect.Command{command}, Line: s.Line}
			}
		}
		name := strings.TrimPrefix(path.Base(path.Dir(f.Path)), "svc-")
		once := oneOff(name)
		if start == nil || !once && strings.HasPrefix(name, "init") || hostDaemons[Program(start.Commands[0])] || !ownUnit(c, f, *start) {
			continue
		}
		list = append(list, Process{Name: name, Start: *start, File: f, Line: start.Line, Release: once})
	}
	return list
}

// attachUnit gives a unit to the component whose program it starts by name.
func attachUnit(f *File, list []*Component) {
	var owner *Component
	for p := range FactsIn[inspect.Process]([]*File{f}, f.Role) {
		if len(p.Fact.Start.Commands) == 0 {
			return
		}
		program := Program(p.Fact.Start.Commands[len(p.Fact.Start.Commands)-1])
		for _, c := range list {
			m := moduleAt(c.Repo, c.anchor.module)
			if c.anchor.main != "" && m != nil && m.calls(c.anchor.main, program) {
				owner = c
			}
		}
	}
	if owner == nil {
		return
	}
	for _, c := range list {
		if c == owner {
			c.add(f)
		} else {
			c.remove(f.Path)
		}
	}
}
