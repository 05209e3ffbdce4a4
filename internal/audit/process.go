package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
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

// startScript is what "npm start" runs, the convention of buildpacks, or the
// script for production where that one starts a development server.
func startScript(c *Component) []Process {
	f := c.Repo.File(path.Join(c.Path, "package.json"))
	if f == nil {
		return nil
	}
	var start, production []Process
	for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
		p := Process{Name: s.Fact.Name, File: f, Line: s.Line,
			Start: inspect.Start{Shell: true, Text: s.Fact.Text, Commands: s.Fact.Command, Line: s.Line}}
		switch {
		case s.Fact.Name == "start":
			start = []Process{p}
		case productionScripts[s.Fact.Name] && production == nil && !develops(c, p):
			production = []Process{p}
		}
	}
	if len(start) > 0 && len(production) > 0 && develops(c, start[0]) {
		return production
	}
	return start
}

// productionScripts are what package.json calls the script that starts the
// program where "start" is for developers.
var productionScripts = map[string]bool{
	"start:prod": true, "start:production": true, "prod": true, "production": true, "serve:prod": true, "start-prod": true, "start:server:prod": true, "start:server": true,
}

// develops reports whether a process runs a development server.
func develops(c *Component, p Process) bool {
	return slices.ContainsFunc(c.RunSteps(p), func(s Step) bool { return DevelopmentServer(s.Command) != "" })
}
