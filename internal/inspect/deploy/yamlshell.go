package deploy

import (
	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// CommandsOf reads a scalar as shell text, each command with the line of the
// file that it stands on.
func CommandsOf(d *document.YAML, n *yaml.Node) []inspect.Command {
	if n.Style&yaml.LiteralStyle != 0 {
		commands, _ := shell.Commands(n.Value, n.Line+1)
		return commands
	}
	commands, _ := shell.Commands(n.Value, n.Line)
	text, ok := d.AsWritten(n)
	if !ok || text == n.Value { // on one line
		return commands
	}
	lined, _ := shell.Commands(text, n.Line)
	if len(lined) == len(commands) {
		for i := range commands {
			commands[i].Line = lined[i].Line
			if len(commands[i].Gives) == len(lined[i].Gives) {
				commands[i].Gives = lined[i].Gives
			}
		}
	}
	return commands
}

// givenOf lists the secrets that a scalar hands on, as the text of a script that
// another machine runs.
func givenOf(d *document.YAML, n *yaml.Node) []inspect.Given {
	if n.Style&yaml.LiteralStyle != 0 {
		return shell.Given(n.Value, n.Line+1, true)
	}
	list := shell.Given(n.Value, n.Line, true)
	if text, ok := d.AsWritten(n); ok && text != n.Value {
		if lined := shell.Given(text, n.Line, true); len(lined) == len(list) {
			return lined
		}
	}
	return list
}
