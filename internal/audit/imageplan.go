package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// imagePlan is how deploys build a Dockerfile: which stage of it, with which
// arguments.
type imagePlan struct {
	target string                   // "" for the last stage
	args   map[string]inspect.Value // by name; Unknown where builds differ
}

// planOf reads how descriptors build a component's Dockerfile: those that
// deploy it, else the CI jobs that push its image. Where these don't agree on a
// stage it is the last one, as it is for whoever names none.
func planOf(c *Component, dockerfile string) imagePlan {
	var deploys, pushes []imagePlan
	for _, f := range c.Files {
		if !f.Role.CanViolate() {
			continue
		}
		for _, s := range f.Signals() {
			switch fact := s.Fact.(type) {
			case inspect.ComposeService:
				if _, name := composeBuild(f, fact); fact.Build && name == dockerfile && c.composeIn(f, Production) {
					values := c.Repo.composeValues(f)
					deploys = append(deploys, imagePlan{fact.Target, arguments(fact.BuildArgs, func(e inspect.EnvEntry) inspect.Value { return resolveEntry(e, values) })})
				}
			case inspect.FlyApp:
				name := fact.Dockerfile
				if name == "" {
					name = "Dockerfile"
				}
				if path.Join(path.Dir(f.Path), name) == dockerfile && c.EnvironmentOf(f) == Production {
					deploys = append(deploys, imagePlan{fact.Target, arguments(fact.BuildArgs, nil)})
				}
			case inspect.PlatformService:
				if fact.Dockerfile != "" && path.Join(path.Dir(f.Path), fact.Root, fact.Dockerfile) == dockerfile && c.EnvironmentOf(f) == Production {
					deploys = append(deploys, imagePlan{fact.Target, arguments(fact.BuildArgs, nil)})
				}
			case inspect.WorkflowStep:
				for _, b := range stepBuilds(fact) {
					if b.dockerfile == dockerfile && b.pushes {
						pushes = append(pushes, imagePlan{b.target, b.args})
					}
				}
			}
		}
	}
	if len(deploys) == 0 {
		deploys = pushes
	}
	return agreed(deploys)
}

func arguments(list []inspect.EnvEntry, resolve func(inspect.EnvEntry) inspect.Value) map[string]inspect.Value {
	args := map[string]inspect.Value{}
	for _, e := range list {
		if args[e.Name] = e.Value; resolve != nil {
			args[e.Name] = resolve(e)
		}
	}
	return args
}

// agreed is what several builds have in common.
func agreed(plans []imagePlan) imagePlan {
	var all imagePlan
	for i, p := range plans {
		if i == 0 {
			all = imagePlan{p.target, map[string]inspect.Value{}}
		}
		if p.target != all.target || strings.Contains(p.target, "$") {
			all.target = ""
		}
		for name := range p.args {
			value := p.args[name]
			same := !slices.ContainsFunc(plans, func(other imagePlan) bool {
				v, ok := other.args[name]
				return !ok || v.Source != value.Source || v.Text != value.Text
			})
			if !same {
				value = inspect.Value{Source: inspect.Unknown}
			}
			all.args[name] = value
		}
	}
	return all
}

// Environment lists what the image's ENV sets, as its deploys build it: build
// arguments filled in, else their defaults. Of a name that is set twice the
// last one holds.
func (i *Image) Environment() []Provided {
	values := map[string]string{}
	at := map[string]int{}
	var list []Provided
	for _, in := range i.Instructions {
		if in.Fact.Name != "ENV" && in.Fact.Name != "ARG" {
			continue
		}
		for _, pair := range in.Fact.Pairs {
			if _, set := at[pair.Name]; set && in.Fact.Name == "ARG" {
				continue // ENV stands above ARG, wherever that stands
			}
			value := i.valueOf(in.Fact.Name, pair, values)
			if delete(values, pair.Name); value.IsLiteral() && value.Secret == nil {
				values[pair.Name] = value.Text
			}
			if in.Fact.Name == "ARG" {
				continue
			}
			p := Provided{Name: pair.Name, Value: value, Environment: Production, File: in.File, Line: pair.Line}
			if known, ok := at[pair.Name]; ok {
				list[known] = p
				continue
			}
			at[pair.Name] = len(list)
			list = append(list, p)
		}
	}
	return list
}

func (i *Image) valueOf(instruction string, pair inspect.EnvEntry, values map[string]string) inspect.Value {
	if instruction == "ARG" {
		if given, ok := i.args[pair.Name]; ok {
			return given
		}
	}
	if pair.Written == "" {
		if instruction == "ARG" && pair.Value.HasText { // the default of the one before FROM
			return inspect.LiteralOf(pair.Name, pair.Value.Text)
		}
		return pair.Value
	}
	text := fill(strings.Trim(pair.Written, `"`), values)
	if strings.ContainsAny(text, "$\\'\"") || pair.Value.Secret != nil {
		return inspect.Value{Source: inspect.Unknown, Secret: pair.Value.Secret}
	}
	return inspect.LiteralOf(pair.Name, text)
}

// base is a stage's base with the build arguments of the deploys filled in.
func (p imagePlan) base(f *File, stage inspect.Stage) string {
	if stage.Written == "" || len(p.args) == 0 {
		return stage.Base
	}
	values := map[string]string{}
	for _, s := range f.Signals() {
		in, ok := s.Fact.(inspect.Instruction)
		if !ok || in.Name != "ARG" || in.Stage >= 0 {
			continue
		}
		for _, pair := range in.Pairs {
			given, ok := p.args[pair.Name]
			switch {
			case ok && given.IsLiteral():
				values[pair.Name] = given.Text
			case !ok && pair.Written != "":
				values[pair.Name] = fill(pair.Written, values)
			case !ok && pair.Value.HasText:
				values[pair.Name] = pair.Value.Text
			}
		}
	}
	return fill(stage.Written, values)
}
