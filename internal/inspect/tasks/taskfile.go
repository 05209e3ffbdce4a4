package tasks

import (
	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// Taskfile reads a Taskfile.yml: a Target for each task.
func Taskfile(e *inspect.Emitter, content []byte) error {
	documents, err := document.Documents(shell.PlainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		root := d.Mapping(d.Root)
		envFiles := d.Texts(root.Get("dotenv"))
		for _, p := range d.Mapping(root.Get("tasks")) {
			t := inspect.Target{Runner: "task", Name: p.Key.Value, Phony: true}
			m := d.Mapping(p.Value)
			t.EnvFiles = append(append([]string(nil), envFiles...), d.Texts(m.Get("dotenv"))...)
			t.Needs = taskNames(d, m.Get("deps"))
			body := p.Value
			if m != nil {
				body = m.Get("cmds")
				if body == nil {
					body = m.Get("cmd")
				}
			}
			taskCommands(d, body, &t)
			e.Emit(p.Key.Line, max(p.Key.Line, document.LastLine(p.Value)), t)
		}
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

// taskNames are the tasks of a list: names, or mappings with one.
func taskNames(d *document.YAML, n *yaml.Node) []string {
	var names []string
	for _, item := range d.Sequence(n) {
		if name := document.Text(item); name != "" {
			names = append(names, name)
		} else if name := document.Text(d.Mapping(item).Get("task")); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// taskCommands reads commands: one, or a list of texts and mappings, of which
// some run other tasks.
func taskCommands(d *document.YAML, n *yaml.Node, t *inspect.Target) {
	if document.Text(n) != "" {
		t.Commands = append(t.Commands, deploy.CommandsOf(d, n)...)
		return
	}
	for _, item := range d.Sequence(n) {
		if document.Text(item) != "" {
			t.Commands = append(t.Commands, deploy.CommandsOf(d, item)...)
			continue
		}
		m := d.Mapping(item)
		if name := document.Text(m.Get("task")); name != "" {
			t.Needs = append(t.Needs, name)
		}
		if cmd := m.Get("cmd"); document.Text(cmd) != "" {
			t.Commands = append(t.Commands, deploy.CommandsOf(d, cmd)...)
		}
	}
}
