package inspect

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// workflow reads a GitHub Actions workflow.
func workflow(e *emitter, content []byte) error {
	documents, err := yamlDocuments(plainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		w := &workflowReader{emitter: e, yamlDocument: d}
		w.read()
		if err == nil {
			err = d.spent()
		}
	}
	return err
}

type workflowReader struct {
	*emitter
	*yamlDocument
}

// read emits a WorkflowStep for each step, and for each job that only calls
// another workflow, and a ServiceContainer for each service of a job.
func (w *workflowReader) read() {
	root := w.mapping(w.root)
	common := WorkflowStep{Workflow: yamlText(root.get("name"))}
	w.triggers(root.get("on"), &common)
	common.Env = w.entries(root.get("env"))
	shell := w.shell(root)
	for _, p := range w.mapping(root.get("jobs")) {
		job := w.mapping(p.value)
		if job == nil {
			continue
		}
		step := common
		step.Job = p.key.Value
		step.Env = mergeEntries(copyEntries(common.Env), w.entries(job.get("env")))
		step.Environment, step.If = yamlText(job.get("environment")), yamlText(job.get("if"))
		if step.Environment == "" {
			step.Environment = yamlText(w.mapping(job.get("environment")).get("name"))
		}
		step.Matrix = w.matrix(w.mapping(w.mapping(job.get("strategy")).get("matrix")))
		w.services(p.key.Value, w.mapping(job.get("services")))
		if uses := yamlText(job.get("uses")); uses != "" {
			step.Uses = uses
			step.With = w.entries(job.get("with"))
			step.Env = mergeEntries(step.Env, w.entries(job.get("secrets")))
			w.emit(p.key.Line, max(p.key.Line, yamlLastLine(p.value)), step)
		}
		jobShell := w.shell(job)
		if jobShell == "" {
			jobShell = shell
		}
		for _, item := range w.sequence(job.get("steps")) {
			w.step(step, item, jobShell)
		}
	}
}

func copyEntries(entries []EnvEntry) []EnvEntry { return append([]EnvEntry{}, entries...) }

// triggers reads "on" in its three forms: a name, a list, a map.
func (w *workflowReader) triggers(on *yaml.Node, step *WorkflowStep) {
	step.Events = w.texts(on)
	for _, p := range w.mapping(on) {
		step.Events = append(step.Events, p.key.Value)
		if p.key.Value == "push" {
			push := w.mapping(p.value)
			step.Branches, step.Tags = w.texts(push.get("branches")), w.texts(push.get("tags"))
		}
	}
}

// shell is the shell that a workflow's or job's defaults set.
func (w *workflowReader) shell(m yamlMap) string {
	return yamlText(w.mapping(w.mapping(m.get("defaults")).get("run")).get("shell"))
}

// matrix lists the axes of a job's matrix, those that only "include" brings too.
func (w *workflowReader) matrix(m yamlMap) []string {
	var axes []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			axes = append(axes, name)
		}
	}
	for _, p := range m {
		if p.key.Value != "include" && p.key.Value != "exclude" {
			add(p.key.Value)
		}
	}
	for _, item := range w.sequence(m.get("include")) {
		for _, p := range w.mapping(item) {
			add(p.key.Value)
		}
	}
	return axes
}

func (w *workflowReader) services(job string, services yamlMap) {
	for _, p := range services {
		image, line := yamlText(p.value), p.value.Line
		if m := w.mapping(p.value); m != nil {
			image, line = yamlText(m.get("image")), m.line("image")
		}
		if image != "" {
			w.emit(line, line, ServiceContainer{Job: job, Name: p.key.Value, Image: image, Matrix: strings.Contains(image, "matrix.")})
		}
	}
}

func (w *workflowReader) step(step WorkflowStep, n *yaml.Node, shell string) {
	m := w.mapping(n)
	if m == nil || !w.visit(len(step.Env)) { // each step carries its job's variables
		return
	}
	uses, run := yamlText(m.get("uses")), m.get("run")
	if uses == "" && yamlText(run) == "" {
		return
	}
	step.Name, step.Uses = yamlText(m.get("name")), uses
	step.With = w.entries(m.get("with"))
	step.Env = mergeEntries(copyEntries(step.Env), w.entries(m.get("env")))
	if condition := yamlText(m.get("if")); condition != "" {
		step.If = condition
	}
	if own := yamlText(m.get("shell")); own != "" {
		shell = own
	}
	if yamlText(run) != "" {
		step.Run = maskText(run.Value)
		if name, _, _ := strings.Cut(shell, " "); name == "" || isShellName(name) {
			step.Commands = w.commandsOf(run)
		}
	}
	end := max(n.Line, yamlLastLine(n))
	for _, c := range step.Commands { // of a folded text the value does not tell its lines
		end = max(end, c.Line)
	}
	w.emit(n.Line, end, step)
}

func (w *workflowReader) entries(n *yaml.Node) []EnvEntry {
	var entries []EnvEntry
	for _, p := range w.mapping(n) {
		if p.value.Kind == yaml.ScalarNode {
			entries = append(entries, workflowEntry(p.key.Value, yamlText(p.value), p.key.Line))
		}
	}
	return entries
}

var storeExpression = regexp.MustCompile(`\$\{\{[^}]*\b(secrets|vars)\.([A-Za-z_][A-Za-z0-9_]*)`)

// workflowEntry is a variable or an input of a step as it may be kept.
func workflowEntry(name, text string, line int) EnvEntry {
	entry := EnvEntry{Name: name, Secret: IsSecretName(name), Line: line}
	if !strings.Contains(text, "${{") {
		entry.Value = configText(text)
		if IsSecretName(name) && text != "" {
			entry.Value = SecretLit(text)
		}
		return entry
	}
	entry.Value = Value{Source: Input, Text: maskText(text)}
	if m := storeExpression.FindStringSubmatch(text); m != nil {
		entry.Ref = m[2]
		entry.From = "github-variable"
		if m[1] == "secrets" {
			entry.From = "github-secret"
		}
	}
	return entry
}
