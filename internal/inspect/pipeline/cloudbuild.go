package pipeline

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// CloudBuild reads Google's cloudbuild.yaml: a WorkflowStep for each step, and
// one for the images that it pushes in the end.
func CloudBuild(e *inspect.Emitter, content []byte) error {
	return each(e, content, "cloudbuild", func(r *reader, root document.Mapping) {
		for _, item := range r.Sequence(root.Get("steps")) {
			m := r.Mapping(item)
			step := inspect.WorkflowStep{Name: document.Text(m.Get("id")), Image: document.Text(m.Get("name")), Dir: document.Text(m.Get("dir")), Needs: r.Texts(m.Get("waitFor"))}
			if step.Image == "" {
				continue
			}
			for _, e := range r.Texts(m.Get("env")) {
				if name, value, ok := strings.Cut(e, "="); ok {
					step.Env = append(step.Env, entry(name, value, item.Line))
				}
			}
			for _, name := range r.Texts(m.Get("secretEnv")) {
				step.Env = append(step.Env, inspect.EnvEntry{Name: name, From: "secret", Secret: inspect.IsSecretName(name), Value: inspect.Value{Source: inspect.Input}, Line: item.Line})
			}
			if script := m.Get("script"); document.Text(script) != "" {
				r.script(&step, script)
			} else {
				r.builder(&step, m)
			}
			r.emit(item.Line, item, step)
		}
		for _, item := range r.Sequence(root.Get("images")) {
			if image := document.Text(item); image != "" {
				r.emit(item.Line, item, inspect.WorkflowStep{Job: "images", Commands: []inspect.Command{{Argv: []string{"docker", "push", image}, Line: item.Line, Last: true}}})
			}
		}
	})
}

// builder is a step that starts its image with arguments: the program is the
// entrypoint, what a builder is called, or the first argument for an official
// image, which has no program of its own.
func (r *reader) builder(step *inspect.WorkflowStep, m document.Mapping) {
	program, items := document.Text(m.Get("entrypoint")), r.Sequence(m.Get("args"))
	if program == "" {
		program, _, _ = strings.Cut(path.Base(step.Image), "@")
		program, _, _ = strings.Cut(program, ":")
		official := !strings.Contains(step.Image, "/")
		if len(items) > 0 && (official && !strings.HasPrefix(document.Text(items[0]), "-") || document.Text(items[0]) == program) {
			program, items = document.Text(items[0]), items[1:]
		}
	}
	argv := []string{program}
	for _, item := range items {
		argv = append(argv, document.Text(item))
	}
	if text := document.Text(m.Get("args")); text != "" {
		argv = append(argv, text)
	}
	line := m.Line("name")
	if at := m.Line("args"); at > 0 {
		line = at
	}
	if n := len(items); shell.IsShellName(program) && n > 1 && strings.HasSuffix(argv[n-1], "c") && strings.HasPrefix(argv[n-1], "-") {
		r.script(step, items[n-1])
		return
	}
	step.Commands = []inspect.Command{{Argv: inspect.MaskWords(argv), Line: line, Last: true}}
}
