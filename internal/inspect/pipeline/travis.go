package pipeline

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// Travis reads a .travis.yml: a WorkflowStep for each phase of a job and for
// each deploy, a RuntimeVersion for each version that it is run with, a
// ServiceContainer for each database that an addon brings in a version.
func Travis(e *inspect.Emitter, content []byte) error {
	return each(e, content, "travis", func(r *reader, root document.Mapping) {
		step := inspect.WorkflowStep{Workflow: "travis", Job: "build", Events: []string{"push", "pull_request"}}
		step.Branches = r.Texts(r.at(root, "branches").Get("only"))
		r.travisJob(step, root)
		for _, key := range []string{"jobs", "matrix"} {
			for _, item := range r.Sequence(r.at(root, key).Get("include")) {
				job, of := r.Mapping(item), step
				if stage := document.Text(job.Get("stage")); stage != "" {
					of.Job = stage
				}
				if name := document.Text(job.Get("name")); name != "" {
					of.Name = name
				}
				r.travisJob(of, job)
			}
		}
	})
}

// travisRuntimes are the keys that say which versions a job is run with.
var travisRuntimes = map[string]string{"node_js": "node", "python": "python", "go": "go", "jdk": "java", "rvm": "ruby", "ruby": "ruby", "php": "php", "dotnet": "dotnet"}

// travisPhases are the phases of a job that run commands, in their order.
var travisPhases = []string{"before_install", "install", "before_script", "script", "after_success", "before_deploy"}

// travisAddons are the databases that addons bring, by their image.
var travisAddons = map[string]string{"postgresql": "postgres", "mariadb": "mariadb", "mysql": "mysql", "mongodb": "mongo"}

func (r *reader) travisJob(step inspect.WorkflowStep, job document.Mapping) {
	for _, p := range job {
		key := p.Key.Value
		switch {
		case travisRuntimes[key] != "":
			r.travisVersions(travisRuntimes[key], p.Value)
		case slices.Contains(travisPhases, key):
			s := step
			if s.Name == "" {
				s.Name = key
			}
			r.script(&s, p.Value)
			if len(s.Commands) > 0 {
				r.emit(p.Key.Line, p.Value, s)
			}
		case key == "addons":
			for _, addon := range r.Mapping(p.Value) {
				if image, version := travisAddons[addon.Key.Value], document.Text(addon.Value); image != "" && version != "" {
					r.Emit(addon.Key.Line, addon.Key.Line, inspect.ServiceContainer{Job: step.Job, Name: addon.Key.Value, Image: image + ":" + version})
				}
			}
		case key == "deploy":
			items := r.Sequence(p.Value)
			if items == nil {
				items = []*yaml.Node{p.Value}
			}
			for _, item := range items {
				r.travisDeploy(step, item)
			}
		}
	}
}

// travisVersions states the versions of a runtime. Those that only a name
// chooses ("stable", "tip") are left as they are written.
func (r *reader) travisVersions(runtime string, n *yaml.Node) {
	items := r.Sequence(n)
	if items == nil {
		items = []*yaml.Node{n}
	}
	for _, item := range items {
		version := document.Text(item)
		for _, prefix := range []string{"openjdk", "oraclejdk", "ruby-"} {
			version = strings.TrimPrefix(version, prefix)
		}
		if version != "" {
			r.Emit(item.Line, item.Line, inspect.RuntimeVersion{Runtime: runtime, Version: version, Via: ".travis.yml"})
		}
	}
}

// travisDeploy states what is deployed by a provider, or by a script.
func (r *reader) travisDeploy(step inspect.WorkflowStep, n *yaml.Node) {
	m := r.Mapping(n)
	provider := document.Text(m.Get("provider"))
	if provider == "" {
		return
	}
	step.Name, step.Events = "deploy", []string{"push"}
	if on := r.at(m, "on"); on != nil {
		if branches := append(r.Texts(on.Get("branch")), document.Text(on.Get("branch"))); branches[0] != "" {
			step.Branches = branches[:1]
		}
		if document.Text(on.Get("tags")) == "true" {
			step.Tags = []string{"*"}
		}
	}
	if provider == "script" {
		r.script(&step, m.Get("script"))
	} else {
		step.Uses = provider
	}
	r.emit(n.Line, n, step)
}
