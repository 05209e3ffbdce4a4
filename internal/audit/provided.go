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
}

// At is where it stands.
func (p Provided) At() Place { return Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line} }

// Provided lists the environment variables that descriptors give the component,
// by name, those that win last: the image's ENV, platforms' files, Compose
// services with their env_file, Kubernetes containers with their ConfigMaps,
// assignments in start commands.
func (c *Component) Provided() []Provided {
	p := provider{c: c}
	if c.Image != nil {
		for _, i := range c.Image.Instructions {
			if i.Fact.Name == "ENV" {
				p.entries(i.File, Production, i.Fact.Pairs, nil)
			}
		}
	}
	for _, f := range c.Files {
		if f.Role.CanViolate() {
			p.file(f)
		}
	}
	for _, process := range c.Processes {
		p.assignments(process)
	}
	sort.SliceStable(p.list, func(i, j int) bool { return p.list[i].Name < p.list[j].Name })
	return p.list
}

// ProvidedIn is the value that a variable has in an environment: what the last
// descriptor gives. ok is false when none does, or when two give different
// values: which one holds can't be told.
func (c *Component) ProvidedIn(environment Environment, name string) (found Provided, ok bool) {
	for _, p := range c.Provided() {
		if p.Name != name || p.Environment != environment {
			continue
		}
		if ok && p.Value.Text != found.Value.Text && found.File.Format != inspect.Dockerfile {
			return Provided{}, false
		}
		found, ok = p, true
	}
	return found, ok
}

type provider struct {
	c    *Component
	list []Provided
}

func (p *provider) file(f *File) {
	environment := p.c.EnvironmentOf(f)
	for _, s := range f.Signals {
		switch fact := s.Fact.(type) {
		case inspect.FlyApp:
			p.entries(f, environment, fact.Env, nil)
		case inspect.PlatformService:
			p.entries(f, environment, fact.Env, nil)
		case inspect.ComposeService:
			if fact.Build || ownImage(p.c, imageName(fact)) || overridesOwn(p.c, f, fact) {
				p.compose(f, environment, fact)
			}
		case inspect.Workload:
			for _, k := range fact.Containers {
				image := p.c.Repo.image(f, k)
				if ownImage(p.c, image) || !thirdParty(image) {
					p.container(f, environment, k)
				}
			}
		}
	}
}

// compose adds a service's variables: those of its files first, which its own
// list stands above.
func (p *provider) compose(f *File, environment Environment, s inspect.ComposeService) {
	dir := path.Dir(f.Path)
	values := p.c.Repo.dotenv(path.Join(dir, ".env"))
	for _, name := range s.EnvFiles {
		file := p.c.Repo.File(path.Join(dir, fill(name, values)))
		if file == nil {
			continue
		}
		for e := range FactsIn[inspect.EnvAssignment]([]*File{file}, source.Roles()...) {
			p.list = append(p.list, Provided{Name: e.Fact.Name, Value: e.Fact.Value, Environment: environment, File: file, Line: e.Line})
		}
	}
	p.entries(f, environment, s.Environment, func(v inspect.Value) inspect.Value { return resolveVariables(v, values) })
}

// container adds a container's variables: those of the ConfigMaps and Secrets
// that it takes as a whole first.
func (p *provider) container(f *File, environment Environment, k inspect.Container) {
	for _, ref := range k.EnvRefs {
		for _, file := range p.c.Files {
			for o := range FactsIn[inspect.KubeObject]([]*File{file}) {
				if o.Fact.Name == ref && (o.Fact.Type == "ConfigMap" || o.Fact.Type == "Secret") {
					p.entries(file, environment, o.Fact.Data, p.c.Repo.chartOf(file).resolve)
				}
			}
		}
	}
	p.entries(f, environment, k.Env, p.c.Repo.chartOf(f).resolve)
}

func (p *provider) entries(f *File, environment Environment, list []inspect.EnvEntry, resolve func(inspect.Value) inspect.Value) {
	for _, e := range list {
		value := e.Value
		if resolve != nil {
			value = resolve(value)
		}
		if value.IsLiteral() && e.Secret && value.Secret == nil && e.Value.Secret != nil {
			value.Secret = e.Value.Secret
		}
		p.list = append(p.list, Provided{Name: e.Name, Value: value, From: e.From, Environment: environment, File: f, Line: e.Line})
	}
}

// assignments adds NAME=value in front of what a process starts.
func (p *provider) assignments(process Process) {
	for _, s := range p.c.RunSteps(process) {
		for _, assign := range s.Assigns {
			name, value, _ := strings.Cut(assign, "=")
			if !s.Certain() || unresolved(value) {
				continue
			}
			environment := p.c.EnvironmentOf(process.File)
			p.list = append(p.list, Provided{Name: name, Value: inspect.LitOf(value), Environment: environment, File: s.File, Line: s.Line})
		}
	}
}

// resolveVariables is a value with ${VAR} of the deployer's environment filled
// in from .env: literal when every variable is known, else as it was.
func resolveVariables(v inspect.Value, values map[string]string) inspect.Value {
	if v.Source != inspect.Env || len(v.Env) == 0 || len(values) == 0 {
		return v
	}
	if len(v.Env) == 1 && (v.Text == "" || v.HasText) {
		if value, ok := values[v.Env[0]]; ok && value != "" && !unresolvedMix(v) {
			return inspect.LitOf(value)
		}
		return v
	}
	filled := fill(v.Text, values)
	if v.Text == "" || strings.Contains(filled, "$") || slices.ContainsFunc(v.Env, func(name string) bool { return values[name] == "" }) {
		return v
	}
	return inspect.LitOf(filled)
}

// unresolvedMix reports whether a value's text mixes variables and literals, of
// which the file kept only the defaults.
func unresolvedMix(v inspect.Value) bool { return strings.Contains(v.Text, "$") }
