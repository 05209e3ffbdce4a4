package manifest

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// pythonTasks states the commands that task runners of pyproject.toml know by a
// name: Poe, taskipy, PDM, Rye and Hatch. What calls a function or is put
// together of others states none.
func pythonTasks(e *inspect.Emitter, root *document.Node) {
	tables := []*document.Node{root.Get("tool", "poe", "tasks"), root.Get("tool", "taskipy", "tasks"), root.Get("tool", "pdm", "scripts"), root.Get("tool", "rye", "scripts")}
	for _, environment := range root.Get("tool", "hatch", "envs").Each() {
		tables = append(tables, environment.Value.Get("scripts"))
	}
	for _, table := range tables {
		for _, task := range table.Each() {
			line, text := taskCommand(task.Value)
			line = max(line, task.Line)
			if text != "" && !strings.HasPrefix(task.Key, "_") {
				commands, _ := shell.Commands(text, line)
				e.Emit(line, max(line, task.Value.End), inspect.Script{Name: task.Key, Text: inspect.MaskText(text), Command: commands})
			}
		}
	}
}

// taskCommand is the command line of a task: a text, the words of one, or a
// table that has it, on a line of its own, under "cmd" or "shell".
func taskCommand(task *document.Node) (line int, text string) {
	if !task.IsObject() {
		return 0, strings.TrimSpace(task.Scalar())
	}
	for _, key := range []string{"cmd", "shell"} {
		command := task.Get(key)
		text = strings.TrimSpace(command.Scalar())
		if command.IsList() {
			text = strings.Join(command.Scalars(), " ")
		}
		if text != "" {
			return task.LineOf(key), text
		}
	}
	return 0, ""
}
