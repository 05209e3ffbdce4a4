package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// CircleCI reads a .circleci/config.yml: a WorkflowStep for each step of each
// job, with the branches that the workflows run the job for.
func CircleCI(e *inspect.Emitter, content []byte) error {
	return each(e, content, "circleci", func(r *reader, root document.Mapping) {
		c := &circle{r, map[string]inspect.WorkflowStep{}}
		c.workflows()
		for _, p := range r.at(root, "jobs") {
			c.job(p.Key, p.Value)
		}
	})
}

type circle struct {
	*reader
	runs map[string]inspect.WorkflowStep // job → workflow, branches, what it needs
}

// workflows notes for which refs each job runs. A job that several workflows
// run has the refs of all.
func (c *circle) workflows() {
	for _, w := range c.at(c.root, "workflows") {
		for _, item := range c.Sequence(c.Mapping(w.Value).Get("jobs")) {
			name, m := document.Text(item), document.Mapping(nil)
			if pairs := c.Mapping(item); len(pairs) > 0 {
				name, m = pairs[0].Key.Value, c.Mapping(pairs[0].Value)
			}
			if name == "" {
				continue
			}
			run := c.runs[name]
			run.Workflow, run.Events = w.Key.Value, []string{"push"}
			run.Manual = run.Manual || document.Text(m.Get("type")) == "approval"
			for _, needed := range c.Sequence(m.Get("requires")) {
				run.Needs = append(run.Needs, document.Text(needed))
			}
			branches, tags := c.at(m, "filters", "branches"), c.at(m, "filters", "tags")
			run.Branches, run.BranchesIgnore = append(run.Branches, c.Texts(branches.Get("only"))...), append(run.BranchesIgnore, c.Texts(branches.Get("ignore"))...)
			run.Tags, run.TagsIgnore = append(run.Tags, c.Texts(tags.Get("only"))...), append(run.TagsIgnore, c.Texts(tags.Get("ignore"))...)
			if context := c.Texts(m.Get("context")); len(context) > 0 {
				run.Environment = context[0]
			}
			if c.at(c.root, "jobs").Get(name) == nil && strings.Contains(name, "/") { // of an orb
				run.Uses, run.Job = name, name
				for _, p := range m {
					if p.Value.Kind == yaml.ScalarNode {
						run.With = append(run.With, entry(p.Key.Value, document.Text(p.Value), p.Key.Line))
					}
				}
				c.emit(item.Line, item, run)
				continue
			}
			c.runs[name] = run
		}
	}
}

func (c *circle) job(key, n *yaml.Node) {
	m := c.Mapping(n)
	step := c.runs[key.Value]
	step.Job = key.Value
	step.Env = c.variables(m.Get("environment"))
	images := m.Get("docker")
	if images == nil {
		executor := document.Text(m.Get("executor"))
		if executor == "" {
			executor = document.Text(c.at(m, "executor").Get("name"))
		}
		images = c.at(c.root, "executors", executor).Get("docker")
	}
	for i, item := range c.Sequence(images) {
		image := c.Mapping(item)
		if i == 0 {
			step.Image = document.Text(image.Get("image"))
			step.Env = with(c.variables(image.Get("environment")), step.Env...)
			continue
		}
		c.service(key.Value, document.Text(image.Get("name")), image.Get("image"))
	}
	step.Dir = document.Text(m.Get("working_directory"))
	c.steps(step, m.Get("steps"), 0)
}

// maxCommands bounds commands that call commands.
const maxCommands = 4

func (c *circle) steps(step inspect.WorkflowStep, n *yaml.Node, depth int) {
	if depth > maxCommands || !c.Visit(len(step.Env)) {
		return
	}
	for _, item := range c.Sequence(n) {
		name, value := document.Text(item), (*yaml.Node)(nil)
		if pairs := c.Mapping(item); len(pairs) > 0 {
			name, value = pairs[0].Key.Value, pairs[0].Value
		}
		if own := c.at(c.root, "commands", name); own != nil {
			c.steps(step, own.Get("steps"), depth+1)
			continue
		}
		s := step
		switch m := c.Mapping(value); name {
		case "run":
			command := value
			if m != nil {
				command = m.Get("command")
				s.Name, s.Env = document.Text(m.Get("name")), with(step.Env, c.variables(m.Get("environment"))...)
				if dir := document.Text(m.Get("working_directory")); dir != "" {
					s.Dir = dir
				}
			}
			c.script(&s, command)
		case "when", "unless":
			c.steps(step, m.Get("steps"), depth+1)
			continue
		default:
			s.Uses = name
			for _, p := range m {
				if p.Value.Kind == yaml.ScalarNode {
					s.With = append(s.With, entry(p.Key.Value, document.Text(p.Value), p.Key.Line))
				}
			}
		}
		c.emit(item.Line, item, s)
	}
}
