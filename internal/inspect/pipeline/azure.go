package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// Azure reads an azure-pipelines.yml: a WorkflowStep for each step of each job
// of each stage.
func Azure(e *inspect.Emitter, content []byte) error {
	return each(e, content, "azure", func(r *reader, root document.Mapping) {
		a := &azure{r, map[string]*yaml.Node{}}
		for _, item := range r.Sequence(r.at(root, "resources").Get("containers")) {
			m := r.Mapping(item)
			a.containers[document.Text(m.Get("container"))] = m.Get("image")
		}
		step := inspect.WorkflowStep{Workflow: document.Text(root.Get("name"))}
		if trigger := root.Get("trigger"); document.Text(trigger) != "none" {
			step.Events = []string{"push"}
			step.Branches = r.Texts(trigger)
			if m := r.Mapping(trigger); m != nil {
				step.Branches, step.BranchesIgnore = r.refs(m.Get("branches"))
				step.Tags, step.TagsIgnore = r.refs(m.Get("tags"))
			}
		}
		step.Env = a.environment(root.Get("variables"))
		for _, item := range r.Sequence(root.Get("stages")) {
			stage := r.Mapping(item)
			s := step
			s.Env = with(step.Env, a.environment(stage.Get("variables"))...)
			s.If = document.Text(stage.Get("condition"))
			a.jobs(s, stage.Get("jobs"))
		}
		a.jobs(step, root.Get("jobs"))
		a.steps(step, root.Get("steps"))
	})
}

type azure struct {
	*reader
	containers map[string]*yaml.Node // name → image
}

// refs are what a filter includes and excludes; a list includes.
func (r *reader) refs(n *yaml.Node) (include, exclude []string) {
	if m := r.Mapping(n); m != nil {
		return r.Texts(m.Get("include")), r.Texts(m.Get("exclude"))
	}
	return r.Texts(n), nil
}

// environment reads variables as a map, or as a list of name and value.
func (a *azure) environment(n *yaml.Node) []inspect.EnvEntry {
	list := a.variables(n)
	for _, item := range a.Sequence(n) {
		m := a.Mapping(item)
		if name := document.Text(m.Get("name")); name != "" {
			list = append(list, entry(name, document.Text(m.Get("value")), item.Line))
		} else if group := document.Text(m.Get("group")); group != "" {
			list = append(list, inspect.EnvEntry{From: "group", Ref: group, Value: inspect.Value{Source: inspect.Input}, Line: item.Line})
		}
	}
	return list
}

func (a *azure) jobs(step inspect.WorkflowStep, n *yaml.Node) {
	for _, item := range a.Sequence(n) {
		job := a.Mapping(item)
		if !a.Visit(len(step.Env)) {
			return
		}
		s := step
		s.Job = document.Text(job.Get("job")) + document.Text(job.Get("deployment"))
		s.Env = with(step.Env, a.environment(job.Get("variables"))...)
		if condition := document.Text(job.Get("condition")); condition != "" {
			s.If = condition
		}
		s.Needs = a.Texts(job.Get("dependsOn"))
		if s.Environment = document.Text(job.Get("environment")); s.Environment == "" {
			s.Environment = document.Text(a.at(job, "environment").Get("name"))
		}
		if s.Image = document.Text(job.Get("container")); a.containers[s.Image] != nil {
			s.Image = document.Text(a.containers[s.Image])
		}
		for _, p := range a.at(job, "services") {
			if image := a.containers[document.Text(p.Value)]; image != nil {
				a.service(s.Job, p.Key.Value, image)
			}
		}
		for _, axis := range a.at(job, "strategy", "matrix") {
			for _, p := range a.Mapping(axis.Value) {
				s.Matrix = append(s.Matrix, p.Key.Value)
			}
			break // every leg has the same axes
		}
		a.steps(s, job.Get("steps"))
		for _, strategy := range a.at(job, "strategy") { // runOnce, rolling, canary
			for _, hook := range []string{"preDeploy", "deploy", "routeTraffic", "postRouteTraffic"} {
				a.steps(s, a.at(a.Mapping(strategy.Value), hook).Get("steps"))
			}
		}
	}
}

func (a *azure) steps(step inspect.WorkflowStep, n *yaml.Node) {
	for _, item := range a.Sequence(n) {
		m := a.Mapping(item)
		if m == nil || !a.Visit(len(step.Env)) {
			continue
		}
		s := step
		s.Name, s.Dir = document.Text(m.Get("displayName")), document.Text(m.Get("workingDirectory"))
		s.Env = with(step.Env, a.variables(m.Get("env"))...)
		if condition := document.Text(m.Get("condition")); condition != "" {
			s.If = condition
		}
		switch {
		case m.Get("script") != nil:
			a.script(&s, m.Get("script"))
		case m.Get("bash") != nil:
			a.script(&s, m.Get("bash"))
		case m.Get("task") != nil:
			s.Uses = document.Text(m.Get("task"))
			for _, p := range a.at(m, "inputs") {
				if p.Value.Kind == yaml.ScalarNode {
					s.With = append(s.With, entry(p.Key.Value, document.Text(p.Value), p.Key.Line))
				}
			}
			if script := a.at(m, "inputs").Get("script"); script != nil && strings.HasPrefix(s.Uses, "Bash@") {
				a.script(&s, script)
			}
		case m.Get("template") != nil:
			s.Uses = document.Text(m.Get("template"))
		case m.Get("pwsh") != nil || m.Get("powershell") != nil:
			s.Run = inspect.MaskText(document.Text(m.Get("pwsh")) + document.Text(m.Get("powershell")))
		default:
			continue
		}
		a.emit(item.Line, item, s)
	}
}
