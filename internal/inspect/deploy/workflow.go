package deploy

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// Workflow reads a GitHub Actions workflow.
func Workflow(e *inspect.Emitter, content []byte) error {
	documents, err := document.Documents(shell.PlainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		w := &workflowReader{Emitter: e, YAML: d}
		w.read()
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

type workflowReader struct {
	*inspect.Emitter
	*document.YAML

	sole map[string]string // of the job being read: axes of its matrix that have one value alone
}

// read emits a WorkflowStep for each step, and for each job that only calls
// another workflow, a ServiceContainer for each service of a job, a
// WorkflowMatrix for each matrix that is written out, and a WorkflowInput for
// all that a caller or a person may give.
func (w *workflowReader) read() {
	root := w.Mapping(w.Root)
	common := inspect.WorkflowStep{Workflow: document.Text(root.Get("name"))}
	w.triggers(root.Get("on"), &common)
	common.Env = w.entries(root.Get("env"))
	common.Concurrency, common.Dir = concurrency(w, root.Get("concurrency")), w.directory(root, "")
	shell := w.shell(root)
	for _, p := range w.Mapping(root.Get("jobs")) {
		job := w.Mapping(p.Value)
		if job == nil {
			continue
		}
		step := common
		step.Job = p.Key.Value
		step.Env = mergeEntries(copyEntries(common.Env), w.entries(job.Get("env")))
		step.Environment, step.If = document.Text(job.Get("environment")), document.Text(job.Get("if"))
		if step.Environment == "" {
			step.Environment = document.Text(w.Mapping(job.Get("environment")).Get("name"))
		}
		step.Needs = w.Texts(job.Get("needs"))
		if group := concurrency(w, job.Get("concurrency")); group != "" {
			step.Concurrency = group
		}
		if step.Image = document.Text(job.Get("container")); step.Image == "" {
			step.Image = document.Text(w.Mapping(job.Get("container")).Get("image"))
		}
		step.SelfHosted = strings.Contains(strings.Join(w.Texts(job.Get("runs-on")), " "), "self-hosted")
		step.Dir = w.directory(job, common.Dir)
		axes := w.Mapping(w.Mapping(job.Get("strategy")).Get("matrix"))
		step.Matrix, w.sole = w.matrix(axes), w.soleValues(axes)
		if runs := w.runs(axes); len(runs) > 0 {
			line := w.Mapping(job.Get("strategy")).Line("matrix")
			w.Emit(line, line, inspect.WorkflowMatrix{Job: p.Key.Value, Runs: runs})
		}
		w.services(p.Key.Value, w.Mapping(job.Get("services")))
		if uses := document.Text(job.Get("uses")); uses != "" {
			step.Uses = uses
			step.With = w.entries(job.Get("with"))
			step.Env = mergeEntries(step.Env, w.entries(job.Get("secrets")))
			w.Emit(p.Key.Line, max(p.Key.Line, document.LastLine(p.Value)), step)
		}
		jobShell := w.shell(job)
		if jobShell == "" {
			jobShell = shell
		}
		for _, item := range w.Sequence(job.Get("steps")) {
			w.step(step, item, jobShell)
		}
	}
}

func copyEntries(entries []inspect.EnvEntry) []inspect.EnvEntry {
	return append([]inspect.EnvEntry{}, entries...)
}

// triggers reads "on" in its three forms: a name, a list, a map.
func (w *workflowReader) triggers(on *yaml.Node, step *inspect.WorkflowStep) {
	step.Events = w.Texts(on)
	for _, p := range w.Mapping(on) {
		step.Events = append(step.Events, p.Key.Value)
		w.inputs(p.Key.Value, p.Value)
		if p.Key.Value == "push" {
			push := w.Mapping(p.Value)
			step.Branches, step.Tags = w.Texts(push.Get("branches")), w.Texts(push.Get("tags"))
			step.BranchesIgnore, step.TagsIgnore = w.Texts(push.Get("branches-ignore")), w.Texts(push.Get("tags-ignore"))
		}
	}
}

// shell is the shell that a workflow's or job's defaults set.
func (w *workflowReader) shell(m document.Mapping) string {
	return document.Text(w.Mapping(w.Mapping(m.Get("defaults")).Get("run")).Get("shell"))
}

// directory is where a workflow's or job's defaults run commands.
func (w *workflowReader) directory(m document.Mapping, otherwise string) string {
	if dir := document.Text(w.Mapping(w.Mapping(m.Get("defaults")).Get("run")).Get("working-directory")); dir != "" {
		return dir
	}
	return otherwise
}

// concurrency is the group of runs of which one goes on at a time.
func concurrency(w *workflowReader, n *yaml.Node) string {
	if group := document.Text(n); group != "" {
		return group
	}
	return document.Text(w.Mapping(n).Get("group"))
}

// Action reads a composite action's action.yml: its steps, as a workflow's.
func Action(e *inspect.Emitter, content []byte) error {
	documents, err := document.Documents(shell.PlainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		w := &workflowReader{Emitter: e, YAML: d}
		root := w.Mapping(d.Root)
		step := inspect.WorkflowStep{Workflow: document.Text(root.Get("name")), Action: true}
		w.eachInput(root.Get("inputs"), "action", false)
		for _, item := range w.Sequence(w.Mapping(root.Get("runs")).Get("steps")) {
			w.step(step, item, "")
		}
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

func (w *workflowReader) services(job string, services document.Mapping) {
	for _, p := range services {
		image, line := document.Text(p.Value), p.Value.Line
		if m := w.Mapping(p.Value); m != nil {
			image, line = document.Text(m.Get("image")), m.Line("image")
		}
		if image = w.filled(image); image != "" {
			w.Emit(line, line, inspect.ServiceContainer{Job: job, Name: p.Key.Value, Image: image, Matrix: strings.Contains(image, "matrix.")})
		}
	}
}

func (w *workflowReader) step(step inspect.WorkflowStep, n *yaml.Node, runBy string) {
	m := w.Mapping(n)
	if m == nil || !w.Visit(len(step.Env)) { // each step carries its job's variables
		return
	}
	uses, run := document.Text(m.Get("uses")), m.Get("run")
	if uses == "" && document.Text(run) == "" {
		return
	}
	step.Name, step.Uses = document.Text(m.Get("name")), uses
	step.With = w.entries(m.Get("with"))
	step.Gives = w.given(uses, w.Mapping(m.Get("with")))
	step.Env = mergeEntries(copyEntries(step.Env), w.entries(m.Get("env")))
	if condition := document.Text(m.Get("if")); condition != "" {
		step.If = condition
	}
	if dir := document.Text(m.Get("working-directory")); dir != "" {
		step.Dir = dir
	}
	if own := document.Text(m.Get("shell")); own != "" {
		runBy = own
	}
	if document.Text(run) != "" {
		step.Run = inspect.MaskText(run.Value)
		if name, _, _ := strings.Cut(runBy, " "); name == "" || shell.IsShellName(name) {
			step.Commands = CommandsOf(w.YAML, run)
		}
	}
	end := max(n.Line, document.LastLine(n))
	for _, c := range step.Commands { // of a folded text the value does not tell its lines
		end = max(end, c.Line)
	}
	w.Emit(n.Line, end, step)
}

// given lists the secrets that the scripts hand on which an action runs on a
// server over ssh.
func (w *workflowReader) given(uses string, with document.Mapping) []inspect.Given {
	name, _, _ := strings.Cut(uses, "@")
	if !strings.Contains(strings.ToLower(name), "ssh") || shell.LocalHost(document.Text(with.Get("host"))) {
		return nil
	}
	var list []inspect.Given
	for _, p := range with {
		if p.Value.Kind == yaml.ScalarNode && scriptInput[strings.ToLower(p.Key.Value)] {
			list = append(list, givenOf(w.YAML, p.Value)...)
		}
	}
	return list
}

// scriptInput are the inputs of actions over ssh that take a script of the shell.
var scriptInput = map[string]bool{"script": true, "command": true, "commands": true, "run": true, "script_before": true, "script_after": true, "after": true, "first_ssh": true, "last_ssh": true}

func (w *workflowReader) entries(n *yaml.Node) []inspect.EnvEntry {
	var entries []inspect.EnvEntry
	for _, p := range w.Mapping(n) {
		if p.Value.Kind == yaml.ScalarNode {
			entries = append(entries, inspect.WorkflowEntry(p.Key.Value, w.filled(document.Text(p.Value)), p.Key.Line))
		}
	}
	return entries
}
