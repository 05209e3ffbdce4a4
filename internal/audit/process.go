package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/source"
)

// processesOf lists how a component is started: by its image, by Procfile and
// fly.toml, by Compose services and Kubernetes workloads that state a command,
// and, when nothing of these does, by package.json's start script.
func processesOf(c *Component) []Process {
	var list []Process
	if start := c.Image.Start(); start != nil {
		list = append(list, Process{Name: "image", Start: *start, File: c.Image.File, Line: start.Line, Image: true})
	} else if c.Image == nil {
		list = append(list, builtImage(c)...)
	}
	for _, f := range c.Files {
		if !f.Role.CanViolate() {
			continue
		}
		dev := f.Role == source.DeployDev || f.Role == source.CI
		for _, s := range f.Signals() {
			switch fact := s.Fact.(type) {
			case inspect.Process:
				start := fact.Start
				if f.Format == inspect.Systemd && !ownUnit(c, f, start) {
					continue
				}
				if f.Format == inspect.Fly && c.Image != nil { // fly's processes are commands: the ENTRYPOINT stays
					start = *join(c.Image.Entrypoint, &fact.Start)
				}
				list = append(list, Process{Name: unitName(f, fact.Name), Start: start, File: f, Line: s.Line, Dev: dev, Release: fact.Release})
			case inspect.ComposeService:
				if p, ok := composeProcess(c, f, fact, dev); ok {
					list = append(list, p)
				}
			case inspect.Workload:
				list = append(list, workloadProcesses(c, f, fact, dev)...)
			case inspect.PlatformService:
				list = append(list, platformProcesses(c, f, fact, dev)...)
			}
		}
	}
	list = append(list, attachedDaemons(c, list)...)
	list = append(list, taskProcesses(c)...)
	list = append(list, serviceProcesses(c)...)
	for _, p := range list {
		if !p.Dev && !p.Release {
			return list
		}
	}
	return append(list, startScript(c)...)
}

func oneOff(name string) bool {
	name = strings.ToLower(name)
	return name == "release" || strings.Contains(name, "migrat")
}

// unitName is the name of a process: of one that systemd starts, its unit's.
func unitName(f *File, name string) string {
	if f.Format != inspect.Systemd {
		return name
	}
	stem := strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))
	stem, _, _ = strings.Cut(stem, "@") // a template of units
	return stem
}

func workloadProcesses(c *Component, f *File, w inspect.Workload, dev bool) []Process {
	var list []Process
	for _, k := range w.Containers {
		image := c.Repo.image(f, k)
		if len(k.Command)+len(k.Args) == 0 || k.Init || !ownImage(c, image) && thirdParty(image) || backingProgram(k.Command) {
			continue
		}
		var entrypoint, command *inspect.Start
		if len(k.Command) > 0 {
			entrypoint = execForm(k.Command, k.Line)
		} else if c.Image != nil {
			entrypoint = c.Image.Entrypoint
		}
		if len(k.Args) > 0 {
			command = execForm(k.Args, k.Line)
		}
		list = append(list, Process{Name: workloadName(w, k, f), Start: *join(entrypoint, command), File: f, Line: k.Line, Dev: dev,
			Release: w.Type == "Job" || w.Hook != "", Scheduled: w.Type == "CronJob"})
	}
	return list
}

var templateActions = regexp.MustCompile(`\{\{.*?\}\}`)

// workloadName is what people call a workload: its name, without what a
// template fills in at the install; else the container's or the file's, which
// may say no more than "deployment".
func workloadName(w inspect.Workload, k inspect.Container, f *File) string {
	if !strings.Contains(w.Name, "{{") {
		return w.Name
	}
	stem := strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))
	for _, name := range []string{w.Name, k.Name, stem} {
		name = strings.Trim(templateActions.ReplaceAllString(name, ""), "-_. ")
		if name != "" && !slices.Contains([]string{"workload", "workloads", "pod", strings.ToLower(w.Type)}, strings.ToLower(name)) {
			return name
		}
	}
	return w.Name
}

// platformProcesses are the processes of a platform's service: what it starts,
// and what runs once per release. A static site starts nothing.
func platformProcesses(c *Component, f *File, s inspect.PlatformService, dev bool) []Process {
	name := s.Name
	if name == "" {
		name = s.Type
	}
	var list []Process
	if s.Start != nil && s.Type != "static" {
		once := s.Type == "release" || s.Type == "job"
		start := s.Start
		if s.Platform == "kamal" && c.Image != nil { // the ENTRYPOINT stays, as docker has it
			start = join(c.Image.Entrypoint, start)
		}
		list = append(list, Process{Name: name, Start: *start, File: f, Line: s.Start.Line, Dev: dev, Release: once, Scheduled: s.Type == "cron"})
	}
	if s.Release != nil {
		list = append(list, Process{Name: "release", Start: *s.Release, File: f, Line: s.Release.Line, Dev: dev, Release: true})
	}
	return list
}

// runtimeImages are public images of languages and systems: what a workload runs
// in one of them, without an image of its own, is a script that it brings along.
var runtimeImages = map[string]bool{
	"python": true, "node": true, "ruby": true, "golang": true, "php": true, "openjdk": true, "eclipse-temurin": true, "perl": true,
	"alpine": true, "busybox": true, "debian": true, "ubuntu": true, "bash": true,
}

// thirdParty reports whether an image surely is not the component's: a backing
// service, or one from another's registry path without a variable in it.
func thirdParty(image string) bool {
	return BackingService(image) != "" || runtimeImages[imageBase(image)] && !strings.Contains(image, "/") || strings.Contains(image, "/") && !strings.ContainsAny(image, "${<")
}

// backingProgram reports whether a command starts a backing service itself, or
// what helps a program from beside it.
func backingProgram(command []string) bool {
	if len(command) == 0 {
		return false
	}
	if program := path.Base(command[0]); strings.HasSuffix(program, "-exporter") || strings.HasSuffix(program, "_exporter") {
		return true // of metrics
	}
	switch path.Base(command[0]) {
	case "envoy", "cloud_sql_proxy", "cloud-sql-proxy", "fluent-bit", "fluentd", "filebeat", "telegraf", "vector", "oauth2-proxy", "otelcol", "linkerd-proxy":
		return true // beside the program in its pod
	case "redis-server", "redis-sentinel", "valkey-server", "postgres", "mysqld", "mongod", "memcached", "rabbitmq-server", "nats-server", "minio", "etcd":
		return true
	}
	return false
}

func execForm(argv []string, line int) *inspect.Start {
	return &inspect.Start{Text: strings.Join(argv, " "), Line: line, Commands: []inspect.Command{{Argv: argv, Line: line, Last: true}}}
}

// startScript is what "npm start" runs, the convention of buildpacks.
func startScript(c *Component) []Process {
	f := c.Repo.File(path.Join(c.Path, "package.json"))
	if f == nil {
		return nil
	}
	for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
		if s.Fact.Name == "start" {
			return []Process{{Name: "start", File: f, Line: s.Line,
				Start: inspect.Start{Shell: true, Text: s.Fact.Text, Commands: s.Fact.Command, Line: s.Line}}}
		}
	}
	return nil
}

// Step is one command that a start comes down to, and where it stands.
type Step struct {
	inspect.Command
	File *File
	Line int
}

// At is the step's place.
func (s Step) At() Place { return Place{Path: s.File.Path, Line: s.Line} }

// Steps follows a start through package.json scripts and shell scripts of the
// repository to the commands that run, the commands on the way included.
func (c *Component) Steps(start inspect.Start, file *File) []Step {
	w := &walk{c: c, seen: map[string]bool{}}
	for _, command := range start.Commands {
		if command.Line == 0 {
			command.Line = start.Line
		}
		w.step(command, file, 0)
	}
	return w.steps
}

// RunSteps are the steps of a process.
func (c *Component) RunSteps(p Process) []Step { return c.Steps(p.Start, p.File) }

type walk struct {
	c     *Component
	seen  map[string]bool
	steps []Step
}

const maxDepth = 8 // of scripts that call scripts

func (w *walk) step(command inspect.Command, file *File, depth int) {
	w.steps = append(w.steps, Step{command, file, command.Line})
	if depth >= maxDepth {
		return
	}
	unwrapped := command
	unwrapped.Argv = Unwrap(command.Argv)
	if nested := shell.NestedCommands(unwrapped); nested != nil {
		for _, inner := range nested {
			w.step(guarded(command, inner), file, depth+1)
		}
		return
	}
	if name, dir, ok := packageScript(command.Argv); ok {
		w.script(command, name, dir, depth)
		return
	}
	for _, name := range inTurn(unwrapped.Argv) {
		w.script(command, name, "", depth)
	}
	for _, name := range scriptFiles(command.Argv) {
		if f := w.c.scriptFile(name, file); f != nil && !w.seen[f.Path] {
			w.seen[f.Path] = true
			args := unwrapped.Argv[slices.Index(unwrapped.Argv, name)+1:]
			for s := range FactsIn[inspect.Command]([]*File{f}, f.Role) {
				inner := guarded(command, s.Fact)
				inner.Line = s.Line
				inner.Argv = WithArguments(inner.Argv, args)
				w.step(inner, f, depth+1)
			}
		}
	}
}

// guarded is a command of a script that another command runs: what is only
// sometimes run runs its commands only sometimes.
func guarded(outer, inner inspect.Command) inspect.Command {
	if outer.Conditional {
		inner.Then = outer.Then && (inner.Then || !inner.Conditional)
		inner.Conditional = true
	}
	return inner
}

// WithArguments is a script's command as it runs when the script is called with
// arguments: "$@" becomes them. Without any it is left as written.
func WithArguments(argv, args []string) []string {
	i := slices.IndexFunc(argv, func(word string) bool { return word == "$@" || word == "${@}" || word == "$*" })
	if i < 0 || len(args) == 0 {
		return argv
	}
	return slices.Concat(argv[:i], args, argv[i+1:])
}

// script follows "npm run name" to package.json, with its pre-script first.
func (w *walk) script(outer inspect.Command, name, dir string, depth int) {
	f := w.c.Repo.File(path.Join(w.c.Path, dir, "package.json"))
	if f == nil || w.seen[f.Path+"#"+name] {
		return
	}
	w.seen[f.Path+"#"+name] = true
	for _, wanted := range []string{"pre" + name, name} {
		for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
			if s.Fact.Name != wanted {
				continue
			}
			for _, inner := range s.Fact.Command {
				inner = guarded(outer, inner)
				inner.Line = s.Line
				w.step(inner, f, depth+1)
			}
		}
	}
}

// packageScript tells which package.json script a command runs.
func packageScript(argv []string) (name, dir string, ok bool) {
	argv = Unwrap(argv)
	if len(argv) < 2 {
		return "", "", false
	}
	tool := path.Base(argv[0])
	if tool != "npm" && tool != "pnpm" && tool != "yarn" && tool != "bun" {
		return "", "", false
	}
	args := argv[1:]
	for len(args) > 1 && (args[0] == "--prefix" || args[0] == "--cwd" || args[0] == "-C" || args[0] == "--dir") {
		dir, args = args[1], args[2:]
	}
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	switch {
	case len(args) == 0:
		return "", "", false
	case args[0] == "run" || args[0] == "run-script":
		if len(args) < 2 {
			return "", "", false
		}
		return args[1], dir, true
	case args[0] == "start" || args[0] == "test" || args[0] == "restart":
		return args[0], dir, true
	case tool == "npm":
		return "", "", false
	}
	return args[0], dir, true // yarn x and pnpm x run script x
}

// scriptFiles are the words of a command that may be a shell script: the
// program itself, or the argument of a shell.
func scriptFiles(argv []string) []string {
	argv = Unwrap(argv)
	if len(argv) == 0 {
		return nil
	}
	list := []string{argv[0]}
	switch path.Base(argv[0]) {
	case "sh", "bash", "dash", "ash", "source", ".":
		for _, word := range argv[1:] {
			if !strings.HasPrefix(word, "-") {
				return append(list, word)
			}
		}
	}
	return list
}

// scriptFile finds a script by the path that a container or a shell knows it
// by: relative to the component or to the file that calls it, or by the name of
// one that lies in the component.
func (c *Component) scriptFile(name string, from *File) *File {
	if !strings.ContainsAny(name, "/.") && !strings.Contains(name, "entrypoint") {
		return nil
	}
	candidates := []string{path.Join(c.Path, name)}
	if from != nil {
		candidates = append(candidates, path.Join(path.Dir(from.Path), name))
	}
	candidates = append(candidates, c.copied(name)...)
	for _, candidate := range candidates {
		if f := c.Repo.File(candidate); f != nil {
			return shellOnly(f)
		}
	}
	var found *File
	for _, f := range c.Files {
		if path.Base(f.Path) == path.Base(name) && f.Format.IsShell() {
			if found != nil {
				return nil // two of that name: which one is copied can't be told
			}
			found = f
		}
	}
	return found
}

// copied lists what the image's COPY may have put at a path, under the same or a
// new name: the source in the component, beside the Dockerfile or in the
// repository, and of another stage's file where that stage may have it from.
func (c *Component) copied(name string) []string {
	if c.Image == nil {
		return nil
	}
	list := []string{path.Join(c.BuildContext(), name)}
	for _, i := range c.Image.Instructions {
		if i.Fact.Name != "COPY" && i.Fact.Name != "ADD" || len(i.Fact.Args) < 2 {
			continue
		}
		last := len(i.Fact.Args) - 1
		to := i.Fact.Args[last]
		for _, from := range i.Fact.Args[:last] {
			renamed := last == 1 && !strings.HasSuffix(to, "/") && path.Base(to) == path.Base(name)
			if !renamed && path.Base(from) != path.Base(name) {
				continue
			}
			clean := strings.TrimPrefix(path.Clean(from), "/")
			list = append(list, path.Join(c.Path, from), path.Join(path.Dir(c.Image.File.Path), from), clean)
			for rest, more := clean, i.Fact.From != ""; more; { // /app/scripts/start.sh of a stage that has COPY . .
				if _, rest, more = strings.Cut(rest, "/"); more {
					list = append(list, rest)
				}
			}
		}
	}
	return list
}

func shellOnly(f *File) *File {
	if f.Format.IsShell() || hasFact[inspect.Command](f) {
		return f
	}
	return nil
}
