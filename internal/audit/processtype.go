package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// ProcessKind is what a process type does.
type ProcessKind string

// The kinds of process types.
const (
	WebProcess     ProcessKind = "web"
	WorkerProcess  ProcessKind = "worker"
	ClockProcess   ProcessKind = "clock"
	ReleaseProcess ProcessKind = "release" // runs once per release
	TimedProcess   ProcessKind = "timed"   // the platform starts it by the time of day, and it ends
	OtherProcess   ProcessKind = "other"   // what its start does not tell
)

// ProcessType is one way in which the component's artefact runs. Several
// descriptors may start the same type, each with its own flags.
type ProcessType struct {
	Name string // as a descriptor calls it: "web", "scheduler"; of an image that none names, its kind
	Kind ProcessKind
	Dev  bool      // only descriptors for development or CI start it
	Ways []Process // how it is started, deploys first; at least one
}

// ProcessTypes groups the component's processes by what they start: a program
// with the words that make it do something else ("celery worker", "server
// scheduler"). Its settings do not tell types apart: podinfo's ten manifests
// start one type. In order of first appearance, deploys before development.
func (c *Component) ProcessTypes() []ProcessType {
	var list []ProcessType
	index := map[string]int{}
	group := func(p Process) {
		if onlyWaits(p) || startsContainers(p) || isPackage(p) {
			return // a container that people work in, a unit that starts others, an image that hands out a file
		}
		key := c.essence(p)
		if p.Release || p.Scheduled {
			key = string(c.kindOf(p)) + " " + key
		}
		i, known := index[key]
		if !known {
			i = len(list)
			index[key] = i
			list = append(list, ProcessType{Dev: p.Dev, Kind: c.kindOf(p)})
		}
		t := &list[i]
		t.Ways = append(t.Ways, p)
		if kind := c.kindOf(p); t.Kind == OtherProcess {
			t.Kind = kind
		}
	}
	for _, dev := range []bool{false, true} {
		for _, p := range c.Processes {
			static := c.Class == StaticFrontend && !p.Deployed() // a development server
			if (p.Dev || static) == dev {
				p.Dev = p.Dev || static
				group(p)
			}
		}
	}
	for i := range list {
		list[i].Name = list[i].name()
	}
	if !slices.ContainsFunc(list, func(t ProcessType) bool { return !t.Dev && t.Kind != ReleaseProcess && t.Kind != TimedProcess }) {
		list = append(c.untold(), list...)
	}
	return c.joined(list)
}

// waits are commands that only keep a container there.
var waits = map[string]bool{"sleep infinity": true, "tail -f /dev/null": true, "tail -F /dev/null": true, "bash": true, "sh": true, "/bin/sh": true, "/bin/bash": true, "true": true, "cat": true}

func onlyWaits(p Process) bool {
	return len(p.Start.Commands) == 1 && waits[strings.Join(Unwrap(p.Start.Commands[0].Argv), " ")]
}

// isPackage reports whether an image only brings an app that people install: it
// has to state a start, and states the file.
func isPackage(p Process) bool {
	if len(p.Start.Commands) != 1 {
		return false
	}
	switch path.Ext(Program(p.Start.Commands[0])) {
	case ".apk", ".aab", ".ipa":
		return true
	}
	return false
}

// startsContainers reports whether a process hands over to a container engine:
// what that starts is told elsewhere.
func startsContainers(p Process) bool {
	if len(p.Start.Commands) == 0 {
		return false
	}
	switch Program(p.Start.Commands[0]) {
	case "docker", "podman", "docker-compose", "podman-compose", "kubectl":
		return true
	}
	return false
}

// joined puts types together that have one name and do one thing: whatever
// words start them, a deploy has one of each. What developers start takes the
// place of the deployed process of its name.
func (c *Component) joined(list []ProcessType) []ProcessType {
	var kept []ProcessType
	deployed := map[ProcessKind]int{}
	for _, t := range list {
		if !t.Dev {
			deployed[t.Kind]++
		}
	}
	for _, t := range list {
		same := slices.IndexFunc(kept, func(k ProcessType) bool {
			return k.Name == t.Name && (k.Kind == t.Kind || t.Dev && t.Kind == OtherProcess) || c.oneServer(k, t) ||
				t.Dev && !k.Dev && k.Kind == t.Kind && t.Kind == WebProcess && deployed[t.Kind] == 1 // the same server as developers start it
		})
		if same < 0 {
			kept = append(kept, t)
			continue
		}
		kept[same].Ways = append(kept[same].Ways, t.Ways...)
		kept[same].Name = kept[same].name()
	}
	return kept
}

// oneServer reports whether two types are the image's own server and the one
// that a buildpack or a unit starts without the image, a manager starts inside
// it, or a Compose file in the place of it: two deploys of one type.
func (c *Component) oneServer(t, other ProcessType) bool {
	if t.Kind != WebProcess || other.Kind != WebProcess || t.Dev || other.Dev {
		return false
	}
	image := func(p Process) bool { return p.Image }
	apart := func(p Process) bool {
		return p.File.Format != inspect.Procfile && p.File.Format != inspect.Systemd && p.File.Format != inspect.Render && !p.Supervised() && (p.File.Format != inspect.Compose || c.runsImage())
	}
	return slices.ContainsFunc(t.Ways, image) && !slices.ContainsFunc(other.Ways, apart) ||
		slices.ContainsFunc(other.Ways, image) && !slices.ContainsFunc(t.Ways, apart)
}

// name is what a descriptor calls the type, a Procfile or fly.toml before
// others; an image alone is called by what it does.
func (t ProcessType) name() string {
	best, rank := "", 9
	for _, p := range t.Ways {
		r := 1
		switch {
		case p.Image, strings.Contains(p.Name, "{{"):
			r = 3
		case p.task():
			r = 4
		case !p.Deployed():
			r = 2
		case p.File.Format == inspect.Procfile || p.File.Format == inspect.Fly:
			r = 0
		}
		if r < rank {
			best, rank = p.Name, r
		}
	}
	if (rank == 2 || rank == 3) && t.Kind != OtherProcess {
		return string(t.Kind)
	}
	return best
}

// Words of names by which people call process types.
var (
	webName    = regexp.MustCompile(`(?i)(^|[-_.:/])(web|webapp|api|server|http|app|frontend|backend|site|www|puma|gunicorn|rails|django)([-_.:/\d]|$)`)
	workerName = regexp.MustCompile(`(?i)(^|[-_.:/])(workers?|jobs?|queues?|consumers?|sidekiq|celery|background|rq|resque|horizon|processor)([-_.:/\d]|$)`)
	clockName  = regexp.MustCompile(`(?i)(^|[-_.:/])(beat|clock|scheduler|schedule|cron|cronjob|timer|celery-?beat)([-_.:/\d]|$)`)
)

// kindOf tells what a process does: by the program that it starts, then by its
// name, and of a component that does one thing by its class.
func (c *Component) kindOf(p Process) ProcessKind {
	if p.Release {
		return ReleaseProcess
	}
	if p.Scheduled {
		return TimedProcess
	}
	kind := OtherProcess
	for _, sure := range []bool{true, false} {
		for _, s := range c.RunSteps(p) {
			choice := strings.Contains(s.Guard, "case ") || strings.Contains(s.Guard, "()") // one of several things that a script can do
			switch {
			case choice || s.Captured || sure && !s.Certain():
			case c.serves(s.Command):
				return WebProcess
			case KeepsTime(s.Command) && !slices.Contains(s.Argv, "worker"):
				if kind == OtherProcess {
					kind = ClockProcess
				}
			case TakesJobs(s.Command):
				kind = WorkerProcess
			}
		}
		if kind != OtherProcess {
			return kind
		}
	}
	names := []string{p.Name}
	for i, word := range c.words(p) {
		if i == 0 && webCommands[word] != nil {
			continue // a framework's name says nothing of what its command does
		}
		names = append(names, path.Base(word))
	}
	for _, name := range names {
		switch {
		case kind != OtherProcess:
		case clockName.MatchString(name):
			kind = ClockProcess
		case workerName.MatchString(name):
			kind = WorkerProcess
		case webName.MatchString(name):
			kind = WebProcess
		}
	}
	if kind == OtherProcess && p.File.Format == inspect.UWSGI {
		return WorkerProcess // beside the web server
	}
	if kind == OtherProcess && (p.Image || !p.Deployed() || p.Name == c.Name) {
		switch c.Class {
		case WebService, Function, StaticFrontend:
			return WebProcess
		case Worker:
			return WorkerProcess
		}
	}
	return kind
}

// essence is what tells one process type from another.
func (c *Component) essence(p Process) string { return strings.Join(c.words(p), " ") }

// words is the program that a process comes down to with the words that choose
// what it does, flags and their values left out.
func (c *Component) words(p Process) []string {
	if len(p.Start.Commands) == 0 {
		return []string{p.Start.Text}
	}
	argv := c.program(p.Start.Commands[len(p.Start.Commands)-1].Argv, p.File, 0)
	if len(argv) == 0 {
		return []string{p.Start.Text}
	}
	words := []string{path.Base(argv[0])}
	for i := 1; i < len(argv); i++ {
		word := argv[i]
		switch {
		case roleFlag.MatchString(word):
			words = append(words, word)
			if !strings.Contains(word, "=") && i+1 < len(argv) {
				i++
				words = append(words, argv[i])
			}
		case strings.HasPrefix(word, "-"):
			if !strings.Contains(word, "=") && i+1 < len(argv) && takesValue(word, argv[i+1]) {
				i++
			}
		default:
			words = append(words, path.Base(word))
		}
	}
	return words
}

// roleFlag are flags by which one program is told to be one process or another.
var roleFlag = regexp.MustCompile(`(?i)^--?(services?|roles?|mode|type|process|worker|component|target|app-mode|run-mode)(=|$)`)

// switches are flags that take no value although a word follows.
var switches = map[string]bool{"--debug": true, "--preload": true, "--verbose": true, "-v": true, "--reload": true, "--production": true, "-d": true, "--foreground": true}

// takesValue guesses whether the word after a flag is the flag's value.
func takesValue(flag, next string) bool {
	return flag != "-jar" && !switches[flag] && !strings.HasPrefix(flag, "--no-") && !strings.HasPrefix(next, "-") &&
		!knownWord(next) && !appName.MatchString(next)
}

// appName is a Python application in a module: "shop.wsgi:application".
var appName = regexp.MustCompile(`^[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(\))?$`)

func knownWord(word string) bool {
	switch word {
	case "worker", "beat", "server", "serve", "run", "scheduler", "web", "start", "runserver", "migrate":
		return true
	}
	return false
}

// program follows a start to the words of the program that it comes down to:
// through package.json scripts and through shell scripts that end in "$@".
func (c *Component) program(argv []string, file *File, depth int) []string {
	argv = Unwrap(argv)
	if len(argv) == 0 || depth > maxDepth {
		return argv
	}
	if nested := shell.NestedCommands(inspect.Command{Argv: argv}); len(nested) > 0 {
		return c.program(nested[len(nested)-1].Argv, file, depth+1)
	}
	if name, dir, ok := packageScript(argv); ok {
		f := c.Repo.File(path.Join(c.Path, dir, "package.json"))
		if f == nil {
			return argv
		}
		for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
			if n := len(s.Fact.Command); s.Fact.Name == name && n > 0 {
				return c.program(append(slices.Clone(s.Fact.Command[n-1].Argv), scriptArguments(argv, name)...), f, depth+1)
			}
		}
		return argv
	}
	for _, name := range scriptFiles(argv) {
		f := c.scriptFile(name, file)
		if f == nil {
			continue
		}
		args := argv[slices.Index(argv, name)+1:]
		for s := range FactsIn[inspect.Command]([]*File{f}, f.Role) {
			if i := slices.IndexFunc(s.Fact.Argv, func(word string) bool { return word == "$@" || word == "${@}" }); i == 0 && len(args) > 0 {
				return c.program(args, f, depth+1)
			}
		}
	}
	return interpreted(argv)
}

// scriptArguments are the words that a package script is called with.
func scriptArguments(argv []string, name string) []string {
	rest := argv[slices.Index(argv, name)+1:]
	if len(rest) > 0 && rest[0] == "--" {
		return rest[1:]
	}
	return rest
}
