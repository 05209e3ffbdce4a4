// Package pipeline reads the pipelines of CI systems other than GitHub's into
// the same facts.
package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// reader reads one YAML document of a CI system.
type reader struct {
	*inspect.Emitter
	*document.YAML
	system string
	root   document.Mapping
}

func each(e *inspect.Emitter, content []byte, system string, read func(*reader, document.Mapping)) error {
	documents, err := document.Documents(shell.PlainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		r := &reader{e, d, system, d.Mapping(d.Root)}
		read(r, r.root)
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

func (r *reader) at(m document.Mapping, path ...string) document.Mapping {
	for _, key := range path {
		m = r.Mapping(m.Get(key))
	}
	return m
}

// emit states a step from a line to the last line of a node.
func (r *reader) emit(line int, n *yaml.Node, step inspect.WorkflowStep) {
	step.System = r.system
	end := line
	if n != nil {
		end = max(end, document.LastLine(n))
	}
	for _, c := range step.Commands {
		end = max(end, c.Line)
	}
	r.Emit(line, end, step)
}

// maxNestedScripts bounds lists in a script's list: anchors put them there.
const maxNestedScripts = 4

// script adds commands written as one text or as a list of texts.
func (r *reader) script(step *inspect.WorkflowStep, n *yaml.Node) { r.scriptAt(step, n, 0) }

func (r *reader) scriptAt(step *inspect.WorkflowStep, n *yaml.Node, depth int) {
	if n = document.Dealias(n); n == nil || depth > maxNestedScripts {
		return
	}
	if text := document.Text(n); text != "" && (n.Tag == "" || strings.HasPrefix(n.Tag, "!!")) {
		if len(step.Run) < inspect.MaxText {
			step.Run = strings.TrimPrefix(step.Run+"\n"+inspect.MaskText(text), "\n")
		}
		step.Commands = append(step.Commands, deploy.CommandsOf(r.YAML, n)...)
		return
	}
	items := r.Sequence(n)
	if n.Tag == "!reference" { // GitLab: [job, key]
		if len(items) == 2 {
			r.scriptAt(step, r.at(r.root, document.Text(items[0])).Get(document.Text(items[1])), depth+1)
		}
		return
	}
	for _, item := range items {
		r.scriptAt(step, item, depth+1)
	}
}

// variables reads a map of variables. A reference to another is the system's
// to fill in.
func (r *reader) variables(n *yaml.Node) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	for _, p := range r.Mapping(n) {
		value := p.Value
		if m := r.Mapping(p.Value); m != nil { // GitLab's value with a description
			value = m.Get("value")
		}
		if text := document.Text(value); text != "" || !document.IsNull(value) {
			list = append(list, entry(p.Key.Value, text, p.Key.Line))
		}
	}
	return list
}

func entry(name, text string, line int) inspect.EnvEntry {
	e := inspect.EnvEntry{Name: name, Secret: inspect.IsSecretName(name), Line: line}
	switch {
	case strings.Contains(text, "$") || document.IsTemplated(text):
		e.Value = inspect.Value{Source: inspect.Input}
		if !e.Secret {
			e.Value.Text = inspect.MaskText(text)
		}
	case e.Secret && text != "":
		e.Value = inspect.SecretLit(text)
	default:
		e.Value = inspect.ConfigText(text)
	}
	return e
}

// with puts later variables over earlier ones of the same name.
func with(base []inspect.EnvEntry, own ...inspect.EnvEntry) []inspect.EnvEntry {
	out := append([]inspect.EnvEntry(nil), base...)
	for _, e := range own {
		replaced := false
		for i := range out {
			if out[i].Name == e.Name {
				out[i], replaced = e, true
			}
		}
		if !replaced {
			out = append(out, e)
		}
	}
	return out
}

// service states a container that a job starts beside itself.
func (r *reader) service(job, name string, image *yaml.Node) {
	text := document.Text(image)
	if text == "" {
		return
	}
	if name == "" {
		name, _, _ = strings.Cut(text[strings.LastIndexByte(text, '/')+1:], ":")
	}
	r.Emit(image.Line, image.Line, inspect.ServiceContainer{Job: job, Name: name, Image: text, Matrix: strings.Contains(text, "matrix")})
}
