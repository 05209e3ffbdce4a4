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
	if !ok {
		return commands
	}
	lined, _ := shell.Commands(text, n.Line)
	if len(lined) == len(commands) {
		for i := range commands {
			commands[i].Line = lined[i].Line
		}
	}
	return commands
}
