package audit

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Running lists the processes that a deploy keeps running: neither those of
// development nor what runs once per release or by the time of day.
func (c *Component) Running() []Process {
	var list []Process
	for _, p := range c.Processes {
		if !p.Dev && !p.Release && !p.Scheduled {
			list = append(list, p)
		}
	}
	return list
}

// Deployed reports whether a descriptor says how the process is started. One
// that is only package.json's start script may be for development as well.
func (p Process) Deployed() bool { return p.File.Format != inspect.PackageJSON }

// Title is what a sentence calls a process: "the image", "npm start", its own
// name, or its file where a chart fills the name in at the install.
func (p Process) Title() string {
	switch {
	case p.Image:
		return "the image"
	case !p.Deployed() && p.Name != "start":
		return "npm run " + p.Name
	case !p.Deployed():
		return "npm start"
	case strings.Contains(p.Name, "{{"):
		return p.File.Path
	}
	return p.Name
}

// StartSetting is what supervisord's section or systemd's unit that starts a
// process says under a key: "stopsignal", "KillSignal".
func (p Process) StartSetting(key string) (s Located[inspect.Setting], ok bool) {
	switch p.File.Format {
	case inspect.Supervisor:
		key = "program:" + p.Name + "." + key
	case inspect.Systemd:
		key = "systemd." + key
	default:
		return s, false
	}
	for setting := range FactsIn[inspect.Setting]([]*File{p.File}, p.File.Role) {
		if setting.Fact.Key == key {
			s, ok = setting, true // the last one holds
		}
	}
	return s, ok
}

// Certain reports whether a step is taken on every start: it is on no branch
// of a script, nor in a function that may not be called.
func (s Step) Certain() bool { return !s.Captured && (!s.Conditional || s.Then) }

// ProgramFiles are the prod files that the component's program is built from;
// of a Go program those that its mains import, whoever owns them.
func (c *Component) ProgramFiles() []*File { return OfComponent(c, builtFrom) }

func builtFrom(c *Component) []*File {
	var list []*File
	for _, f := range reachableFiles(c) {
		if f.Role == source.Prod {
			list = append(list, f)
		}
	}
	return list
}

// Listens lists the calls that accept requests in what a deploy runs. Left out
// are listeners beside the main one, ports that the system chooses, and calls
// of files that must be started themselves while something else is.
func (c *Component) Listens() []Located[inspect.Listen] { return OfComponent(c, listens) }

func listens(c *Component) []Located[inspect.Listen] {
	served := false
	var steps []Step
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			served = served || p.Built == nil && ServesHTTP(s.Command) // what another image starts serves another program
			steps = append(steps, s)
		}
	}
	var list []Located[inspect.Listen]
	for l := range FactsIn[inspect.Listen](c.ProgramFiles()) {
		if l.Fact.Side || l.Fact.Port.IsLiteral() && l.Fact.Port.Text == "0" {
			continue
		}
		started := l.Fact.Main || path.Base(l.File.Path) == "__main__.py"
		if started && (served || len(steps) > 0 && !startsFile(steps, l.File)) {
			continue
		}
		list = append(list, l)
	}
	return list
}

// startsFile reports whether a step names the file: by its path in an image,
// or as a Python module.
func startsFile(steps []Step, f *File) bool {
	module := strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(f.Path, path.Ext(f.Path)), "/__main__"), "/", ".")
	for _, s := range steps {
		for _, word := range s.Argv {
			if path.Base(word) == path.Base(f.Path) || word == module || strings.HasSuffix(module, "."+word) {
				return true
			}
		}
	}
	return false
}

// Script finds the repository's shell script that a container or another script
// knows by this name, or nil.
func (c *Component) Script(name string, from *File) *File { return c.scriptFile(name, from) }
