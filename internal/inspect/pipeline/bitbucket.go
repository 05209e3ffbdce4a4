package pipeline

import (
	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// Bitbucket reads a bitbucket-pipelines.yml: a WorkflowStep for each step.
func Bitbucket(e *inspect.Emitter, content []byte) error {
	return each(e, content, "bitbucket", func(r *reader, root document.Mapping) {
		b := &bitbucket{r, r.at(root, "definitions", "services")}
		image := b.image(root.Get("image"))
		for _, p := range r.at(root, "pipelines") {
			step := inspect.WorkflowStep{Workflow: p.Key.Value, Image: image}
			switch p.Key.Value {
			case "default":
				step.Events = []string{"push"}
				b.list(step, p.Value, 0)
			case "branches", "tags", "pull-requests", "custom":
				for _, ref := range r.Mapping(p.Value) {
					s := step
					switch p.Key.Value {
					case "branches":
						s.Events, s.Branches = []string{"push"}, []string{ref.Key.Value}
					case "tags":
						s.Events, s.Tags = []string{"push"}, []string{ref.Key.Value}
					case "pull-requests":
						s.Events = []string{"pull_request"}
					default:
						s.Events, s.Manual = []string{"workflow_dispatch"}, true
					}
					b.list(s, ref.Value, 0)
				}
			}
		}
	})
}

type bitbucket struct {
	*reader
	services document.Mapping
}

func (b *bitbucket) image(n *yaml.Node) string {
	if text := document.Text(n); text != "" {
		return text
	}
	return document.Text(b.Mapping(n).Get("name"))
}

// maxGroups bounds groups in groups: a stage holds parallel ones, which hold
// steps.
const maxGroups = 4

func (b *bitbucket) list(step inspect.WorkflowStep, n *yaml.Node, depth int) {
	if depth > maxGroups {
		return
	}
	items := b.Sequence(n)
	if items == nil {
		items = b.Sequence(b.Mapping(n).Get("steps"))
	}
	for _, item := range items {
		for _, p := range b.Mapping(item) {
			switch p.Key.Value {
			case "step":
				b.step(step, p.Key, p.Value)
			case "parallel", "stage":
				b.list(step, p.Value, depth+1)
			}
		}
	}
}

func (b *bitbucket) step(step inspect.WorkflowStep, key, n *yaml.Node) {
	m := b.Mapping(n)
	step.Name, step.Environment = document.Text(m.Get("name")), document.Text(m.Get("deployment"))
	step.Job = step.Name
	if image := b.image(m.Get("image")); image != "" {
		step.Image = image
	}
	step.Manual = step.Manual || document.Text(m.Get("trigger")) == "manual"
	for _, name := range b.Texts(m.Get("services")) {
		b.service(step.Job, name, b.at(b.services, name).Get("image"))
	}
	for _, item := range b.Sequence(m.Get("script")) {
		if pipe := b.Mapping(item); pipe != nil {
			s := step
			s.Uses = document.Text(pipe.Get("pipe"))
			s.With = b.variables(pipe.Get("variables"))
			b.emit(item.Line, item, s)
			continue
		}
		b.script(&step, item)
	}
	b.emit(key.Line, n, step)
}
