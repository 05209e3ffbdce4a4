package dependencies

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// remoteScript is what a command runs on a server over ssh, "" for nothing.
func remoteScript(command inspect.Command) string {
	argv := audit.Unwrap(command.Argv)
	for i, word := range argv {
		if i > 0 && word == "ssh" && path.Base(argv[0]) == "sshpass" {
			argv = argv[i:]
			break
		}
	}
	if len(argv) == 0 || path.Base(argv[0]) != "ssh" {
		return ""
	}
	for _, r := range command.Redirects {
		if r.Text != "" {
			return r.Text
		}
	}
	const withValue = "-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w"
	args := argv[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if len(args[0]) == 2 && strings.Contains(withValue, args[0]) && len(args) > 1 {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) < 2 {
		return "" // opens a session
	}
	return strings.Join(args[1:], " ")
}

// onServers lists the commands that CI and scripts run on servers over ssh. All
// of a script stands on the line of the command that sends it.
func onServers(c *audit.Component) []madeBy {
	var list []madeBy
	add := func(script string, at audit.Place) {
		commands, _ := shell.Commands(script, at.Line)
		for _, command := range commands {
			list = append(list, madeBy{command, onPlatform, at, false})
		}
	}
	send := func(command inspect.Command, at audit.Place) {
		if script := remoteScript(command); script != "" {
			add(script, at)
		}
	}
	for s := range audit.Facts[inspect.WorkflowStep](c) {
		action, _, _ := strings.Cut(strings.ToLower(s.Fact.Uses), "@")
		for _, with := range s.Fact.With {
			if strings.Contains(action, "ssh") && (with.Name == "script" || with.Name == "command") {
				add(with.Value.Text, audit.Place{Path: s.File.Path, Line: with.Line, EndLine: with.Line})
			}
		}
		for _, command := range s.Fact.Commands {
			at := s.At()
			if command.Line > 0 {
				at.Line, at.EndLine = command.Line, command.Line
			}
			send(command, at)
		}
	}
	for s := range audit.Facts[inspect.Command](c) {
		send(s.Fact, s.At())
	}
	return list
}
