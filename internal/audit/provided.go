package audit

import (
	"path"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Provided is one environment variable that a descriptor gives to the
// component's processes.
type Provided struct {
	Name        string
	Value       inspect.Value // ${VAR} and templates filled in as far as the repository tells; else as stated
	From        string        // as inspect.EnvEntry has it: "secret", "configmap"; "" for Value
	Environment Environment   // where the descriptor is for
	File        *File
	Line        int

	by  giver
	ref string // as inspect.EnvEntry has it
}

// At is where it stands.
func (p Provided) At() Place { return Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line} }

// Provided lists the environment variables that descriptors give the component,
// by name, those that win last: the image's ENV, platforms' files, Compose
// services with their env_file, Kubernetes containers with their ConfigMaps,
// assignments in start commands. What one service, container or image gives
// itself several times is listed once, with the value that holds.
func (c *Component) Provided() []Provided { return OfComponent(c, provided) }

func provided(c *Component) []Provided {
	p := provider{c: c}
	if c.Image != nil {
		p.add(byImage, c.Image.Environment())
	}
	for _, f := range c.Files {
		if f.Role.CanViolate() {
			p.file(f)
		}
	}
	for _, environment := range []Environment{Production, Development, Testing} {
		for _, s := range c.Services(environment) {
			if s.Build || ownImage(c, imageName(s.ComposeService)) {
				p.compose(s)
			}
		}
	}
	for _, process := range c.Processes {
		p.assignments(process)
	}
	sort.SliceStable(p.list, func(i, j int) bool { return p.list[i].Name < p.list[j].Name })
	return p.list
}

// ProvidedIn is the value that a variable has in an environment: what a start
// command assigns, else what descriptors give, else the image's own. ok is false
// when nothing does, or when two of the same rank give different values: which
// one holds can't be told.
func (c *Component) ProvidedIn(environment Environment, name string) (found Provided, ok bool) {
	differ := false
	for _, p := range c.Provided() {
		if p.Name != name || p.Environment != environment {
			continue
		}
		switch {
		case !ok || p.by > found.by:
			found, ok, differ = p, true, false
		case p.by == found.by:
			differ = differ || p.Value.Text != found.Value.Text || p.Value.Source != found.Value.Source
		}
	}
	if differ {
		return Provided{}, false
	}
	return found, ok
}

// giver is what gives a variable; a later one stands above an earlier one.
type giver int

const (
	byImage giver = iota
	byDescriptor
	byCommand
)

type provider struct {
	c    *Component
	list []Provided
}

// add takes over what one service, container or image is given: of a name that
// it is given twice, the later value.
func (p *provider) add(by giver, list []Provided) {
	at := map[string]int{}
	for _, e := range list {
		e.by = by
		if i, known := at[e.Name]; known {
			p.list[i] = e
			continue
		}
		at[e.Name] = len(p.list)
		p.list = append(p.list, e)
	}
}

func (p *provider) file(f *File) {
	environment := p.c.EnvironmentOf(f)
	for s := range f.Of(inspect.FlyApp{}, inspect.PlatformService{}, inspect.Setting{}, inspect.Workload{}) {
		switch fact := s.Fact.(type) {
		case inspect.FlyApp:
			p.add(byDescriptor, entries(f, environment, fact.Env, nil))
		case inspect.PlatformService:
			p.add(byDescriptor, entries(f, environment, fact.Env, p.c.Repo.terraform[path.Dir(f.Path)].entry))
		case inspect.Setting:
			if name := settingVariable(f, fact.Key); name != "" {
				p.add(byDescriptor, []Provided{{Name: name, Value: fact.Value, Environment: environment, File: f, Line: s.Line}})
			}
		case inspect.Workload:
			if p.c.Repo.isPatch(f) {
				continue // it changes a container of another file
			}
			for _, k := range fact.Containers {
				image := p.c.Repo.image(f, k)
				if ownImage(p.c, image) || !thirdParty(image) {
					p.container(f, environment, fact, k)
				}
			}
		}
	}
}

// settingVariable is the variable that a process manager's setting gives to
// what it starts, "" for other settings.
func settingVariable(f *File, key string) string {
	switch f.Format {
	case inspect.Systemd:
		if name, ok := strings.CutPrefix(key, "systemd.Environment."); ok {
			return name
		}
	case inspect.UWSGI:
		if name, ok := strings.CutPrefix(key, "uwsgi.env."); ok {
			return name
		}
	case inspect.Supervisor:
		if section, name, ok := strings.Cut(key, ".environment."); ok && (strings.HasPrefix(section, "program:") || section == "supervisord") {
			return name
		}
	}
	return ""
}

// compose adds a service's variables. Its own list stands above its files,
// whichever of the Compose files laid over each other says it.
func (p *provider) compose(s Service) {
	var list []Provided
	for _, from := range s.Files {
		dir, values := path.Dir(from.File.Path), p.c.Repo.composeValues(from.File)
		for _, name := range from.Fact.EnvFiles {
			file := p.c.Repo.File(path.Join(dir, fill(name, values)))
			if file == nil {
				continue
			}
			for e := range FactsIn[inspect.EnvAssignment]([]*File{file}, source.Roles()...) {
				list = append(list, Provided{Name: e.Fact.Name, Value: resolveVariables(e.Fact.Value, values), Environment: s.Environment, File: file, Line: e.Line})
			}
		}
	}
	for _, from := range s.Files {
		values := p.c.Repo.composeValues(from.File)
		list = append(list, entries(from.File, s.Environment, from.Fact.Environment, func(e inspect.EnvEntry) inspect.Value { return resolveEntry(e, values) })...)
	}
	p.add(byDescriptor, list)
}

// container adds a container's variables: those of the ConfigMaps and Secrets
// that it takes as a whole first, as each way to deploy it changes them.
func (p *provider) container(f *File, environment Environment, w inspect.Workload, k inspect.Container) {
	chart := p.c.Repo.chartOf(f)
	ways := p.c.Repo.waysOf(f, environment)
	if len(ways) == 0 {
		ways = [][]*overlay{nil}
		if named := environmentOfPath(path.Dir(f.Path)); named != "" && environment == Production {
			environment = named
		}
	}
	for _, way := range ways {
		var e containerEnv
		e.takes(k)
		resolve := chart.entry
		if f.Format == inspect.Terraform {
			resolve = p.c.Repo.terraform[path.Dir(f.Path)].entry
		}
		if e.env = entries(f, environment, k.Env, resolve); chart != nil {
			e.env = alternatives(e.env)
		}
		for _, step := range way {
			e.patch(step, p.c.Repo, environment, w, k)
		}
		var list []Provided
		for i, name := range e.refs {
			data, _ := p.objectData(e.kinds[i], name, f, environment, way)
			for _, given := range data {
				if e.prefixes != nil {
					given.Name = e.prefixes[i] + given.Name
				}
				list = append(list, given)
			}
		}
		for _, own := range e.env {
			list = append(list, p.referred(own, f, environment, way))
		}
		p.add(byDescriptor, list)
	}
}

// referred is a variable with the value of the ConfigMap's or Secret's key that
// it refers to, where the repository has that.
func (p *provider) referred(own Provided, f *File, environment Environment, way []*overlay) Provided {
	name, key, ok := strings.Cut(own.ref, "/")
	if !ok || own.From == "" {
		return own
	}
	data, _ := p.objectData(own.From, name, f, environment, way)
	for _, given := range data {
		if given.Name == key {
			own.Value, own.From = given.Value, ""
		}
	}
	return own
}

// alternatives are the variables of a template, in which a name that stands
// there twice stands in two branches: which one is taken is not known.
func alternatives(list []Provided) []Provided {
	for i := range list {
		for j := range list[:i] {
			if list[j].Name == list[i].Name && (list[j].Value.Text != list[i].Value.Text || list[j].From != list[i].From) {
				list[i].Value, list[j].Value = inspect.Value{Source: inspect.Unknown}, inspect.Value{Source: inspect.Unknown}
			}
		}
	}
	return list
}

func entries(f *File, environment Environment, given []inspect.EnvEntry, resolve func(inspect.EnvEntry) inspect.Value) []Provided {
	var list []Provided
	for _, e := range given {
		value := e.Value
		if resolve != nil {
			value = resolve(e)
		}
		if value.IsLiteral() && e.Secret && value.Secret == nil && e.Value.Secret != nil {
			value.Secret = e.Value.Secret
		}
		list = append(list, Provided{Name: e.Name, Value: value, From: e.From, Environment: environment, File: f, Line: e.Line, ref: e.Ref})
	}
	return list
}

// assignments adds NAME=value in front of what a process starts, and what the
// script that starts it exports.
func (p *provider) assignments(process Process) {
	for _, s := range p.c.RunSteps(process) {
		given := s.Assigns
		if len(s.Argv) > 1 && s.Argv[0] == "export" && !s.Captured {
			given = s.Argv[1:]
		}
		given = append(given[:len(given):len(given)], gunicornEnv(s.Argv)...)
		for _, assign := range given {
			name, value, ok := strings.Cut(assign, "=")
			if !ok || !s.Certain() || unresolved(value) {
				continue
			}
			environment := p.c.EnvironmentOf(process.File)
			p.add(byCommand, []Provided{{Name: name, Value: inspect.LitOf(value), Environment: environment, File: s.File, Line: s.Line}})
		}
	}
}

// gunicornEnv are the assignments that gunicorn makes for its workers:
// "gunicorn --env NAME=value", "-e NAME=value".
func gunicornEnv(argv []string) []string {
	at := slices.IndexFunc(argv, func(word string) bool { return path.Base(word) == "gunicorn" })
	if at < 0 {
		return nil
	}
	var list []string
	for i, word := range argv[at:] {
		if (word == "--env" || word == "-e") && at+i+1 < len(argv) {
			list = append(list, argv[at+i+1])
		} else if assign, ok := strings.CutPrefix(word, "--env="); ok {
			list = append(list, assign)
		}
	}
	return list
}

// resolveEntry is a variable's value with ${VAR} of the deployer's environment
// filled in from .env: literal when every variable is known, else as it was.
func resolveEntry(e inspect.EnvEntry, values map[string]string) inspect.Value {
	if e.Written == "" || e.Value.Source != inspect.Env {
		return resolveVariables(e.Value, values)
	}
	filled := fill(e.Written, values)
	switch {
	case !slices.ContainsFunc(e.Value.Env, func(name string) bool { return values[name] != "" }):
		return e.Value // its fallback, if it has one
	case strings.ContainsAny(filled, "$…"):
		return inspect.Value{Source: inspect.Env, Env: e.Value.Env}
	}
	return inspect.LiteralOf(e.Name, filled)
}

// resolveVariables is resolveEntry for a value that is one variable, or a mix
// without defaults.
func resolveVariables(v inspect.Value, values map[string]string) inspect.Value {
	if v.Source != inspect.Env || len(v.Env) == 0 || len(values) == 0 {
		return v
	}
	if len(v.Env) == 1 && !strings.Contains(v.Text, "$") {
		if value := values[v.Env[0]]; value != "" {
			return inspect.LitOf(value)
		}
		return v
	}
	filled := fill(v.Text, values)
	if v.Text == "" || v.HasText || strings.Contains(filled, "$") {
		return v
	}
	return inspect.LitOf(filled)
}
