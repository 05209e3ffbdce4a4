package pipeline

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// gitlabGlobal are the keys of a .gitlab-ci.yml that name no job.
var gitlabGlobal = map[string]bool{"default": true, "stages": true, "variables": true, "include": true, "workflow": true, "image": true, "services": true, "before_script": true, "after_script": true, "cache": true, "pages": false, "spec": true}

// GitLab reads a .gitlab-ci.yml: a WorkflowStep for each job that runs
// commands, with what it extends in the same file.
func GitLab(e *inspect.Emitter, content []byte) error {
	return each(e, content, "gitlab", func(r *reader, root document.Mapping) {
		g := &gitlab{r, r.at(root, "default")}
		for _, p := range root {
			if name := p.Key.Value; !gitlabGlobal[name] && !strings.HasPrefix(name, ".") && p.Value.Kind == yaml.MappingNode {
				g.job(p.Key, p.Value)
			}
		}
	})
}

type gitlab struct {
	*reader
	common document.Mapping
}

// maxExtends bounds a chain of jobs that extend each other, and its circles.
const maxExtends = 8

// inherited is a job's keys, its own before those of what it extends.
func (g *gitlab) inherited(m document.Mapping, depth int) []document.Mapping {
	chain := []document.Mapping{m}
	parents := g.Texts(m.Get("extends"))
	for i := len(parents) - 1; i >= 0 && depth < maxExtends; i-- {
		if parent := g.at(g.root, parents[i]); parent != nil && g.Visit(len(parent)) {
			chain = append(chain, g.inherited(parent, depth+1)...)
		}
	}
	return chain
}

func (g *gitlab) job(key, n *yaml.Node) {
	chain := g.inherited(g.Mapping(n), 0)
	own := func(name string) *yaml.Node {
		for _, m := range chain {
			if v := m.Get(name); v != nil {
				return v
			}
		}
		return nil
	}
	value := func(name string) *yaml.Node {
		if v := own(name); v != nil {
			return v
		}
		if v := g.common.Get(name); v != nil {
			return v
		}
		return g.root.Get(name)
	}
	step := inspect.WorkflowStep{Job: key.Value, Name: document.Text(own("stage")), Image: g.image(value("image")), Events: []string{"push"}}
	step.Env = g.variables(g.root.Get("variables"))
	for i := len(chain) - 1; i >= 0; i-- {
		step.Env = with(step.Env, g.variables(chain[i].Get("variables"))...)
	}
	if step.Environment = document.Text(own("environment")); step.Environment == "" {
		step.Environment = document.Text(g.Mapping(own("environment")).Get("name"))
	}
	step.Concurrency = document.Text(own("resource_group"))
	step.Manual = document.Text(own("when")) == "manual"
	for _, item := range g.Sequence(own("needs")) {
		name := document.Text(item)
		if name == "" {
			name = document.Text(g.Mapping(item).Get("job"))
		}
		step.Needs = append(step.Needs, name)
	}
	g.when(&step, own("rules"), own("only"), own("except"))
	for _, name := range []string{"before_script", "script", "after_script"} {
		if name == "script" {
			g.script(&step, own(name))
		} else {
			g.script(&step, value(name))
		}
	}
	for _, item := range g.Sequence(value("services")) {
		if m := g.Mapping(item); m != nil {
			g.service(key.Value, document.Text(m.Get("alias")), m.Get("name"))
		} else {
			g.service(key.Value, "", item)
		}
	}
	if trigger := own("trigger"); len(step.Commands) == 0 && trigger != nil {
		step.Uses = document.Text(trigger) + document.Text(g.Mapping(trigger).Get("project")) + document.Text(g.Mapping(trigger).Get("include"))
	}
	g.emit(key.Line, n, step)
}

func (g *gitlab) image(n *yaml.Node) string {
	if text := document.Text(n); text != "" {
		return text
	}
	return document.Text(g.Mapping(n).Get("name"))
}

var (
	gitlabBranch = regexp.MustCompile(`\$(?:CI_COMMIT_BRANCH|CI_COMMIT_REF_NAME|CI_COMMIT_REF_SLUG)\s*(==|=~|!=|!~)\s*(\$CI_DEFAULT_BRANCH|"[^"]*"|'[^']*'|/[^/]*/)`)
	gitlabTag    = regexp.MustCompile(`\$CI_COMMIT_TAG(\s*=~\s*(/[^/]*/))?`)
)

// when reads which refs a job runs for: rules, or only and except.
func (g *gitlab) when(step *inspect.WorkflowStep, rules, only, except *yaml.Node) {
	var conditions []string
	for _, item := range g.Sequence(rules) {
		m := g.Mapping(item)
		text, never := document.Text(m.Get("if")), document.Text(m.Get("when")) == "never"
		step.Manual = step.Manual || document.Text(m.Get("when")) == "manual"
		if text == "" {
			continue
		}
		conditions = append(conditions, text)
		for _, found := range gitlabBranch.FindAllStringSubmatch(text, -1) {
			name := strings.Trim(found[2], `"'`)
			if never == (found[1][0] == '=') {
				step.BranchesIgnore = append(step.BranchesIgnore, name)
			} else {
				step.Branches = append(step.Branches, name)
			}
		}
		if found := gitlabTag.FindStringSubmatch(text); found != nil && !never {
			tag := found[2]
			if tag == "" {
				tag = "*"
			}
			step.Tags = append(step.Tags, tag)
		}
		if strings.Contains(text, "merge_request_event") && !never {
			step.Events = append(step.Events, "pull_request")
		}
		if strings.Contains(text, `"schedule"`) && !never {
			step.Events = append(step.Events, "schedule")
		}
	}
	step.If = inspect.MaskText(strings.Join(conditions, " || "))
	refs := func(n *yaml.Node) []string {
		if m := g.Mapping(n); m != nil {
			return g.Texts(m.Get("refs"))
		}
		return g.Texts(n)
	}
	for _, ref := range refs(only) {
		switch ref {
		case "tags":
			step.Tags = append(step.Tags, "*")
		case "branches", "pushes":
		case "merge_requests":
			step.Events = append(step.Events, "pull_request")
		case "schedules":
			step.Events = append(step.Events, "schedule")
		case "web", "triggers", "api", "pipelines", "external", "chat":
		default:
			step.Branches = append(step.Branches, ref)
		}
	}
	for _, ref := range refs(except) {
		switch ref {
		case "tags":
			step.TagsIgnore = append(step.TagsIgnore, "*")
		case "branches":
			step.BranchesIgnore = append(step.BranchesIgnore, "*")
		case "merge_requests", "schedules", "pushes", "web", "triggers", "api", "pipelines":
		default:
			step.BranchesIgnore = append(step.BranchesIgnore, ref)
		}
	}
}
