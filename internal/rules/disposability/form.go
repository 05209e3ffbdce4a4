package disposability

import (
	"encoding/json"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// formFix chooses how an instruction in the shell form is written so that the
// program is the first process: the exec form where the command is plain words,
// exec where a shell has to fill something in or does something before.
func formFix(c *audit.Component, p audit.Process) []audit.Option {
	instruction := ""
	for i := range audit.FactsIn[inspect.Instruction]([]*audit.File{p.File}, p.File.Role) {
		if i.Line == p.Line && (i.Fact.Name == "CMD" || i.Fact.Name == "ENTRYPOINT") {
			instruction = i.Fact.Name
		}
	}
	commands := p.Start.Commands
	if instruction == "" || len(commands) == 0 {
		return nil
	}
	options := []audit.Option{audit.Naming("instruction", instruction)}
	if len(commands) > 1 {
		last := commands[len(commands)-1]
		return append(options, audit.WithFix("chain"), audit.Naming("program", audit.Program(last)))
	}
	fix := "exec form"
	if strings.ContainsAny(p.Start.Text, "$`*?~<>|&;()\"'\\") || len(commands[0].Assigns) > 0 {
		fix = "shell form"
		options = append(options, audit.NamingCommand("command", strings.TrimSpace(p.Start.Text)))
	} else {
		words, err := json.Marshal(commands[0].Argv)
		if err != nil {
			return nil
		}
		options = append(options, audit.NamingCommand("words", strings.ReplaceAll(string(words), `","`, `", "`)))
	}
	if script := scriptWithoutExec(c, p, commands[0].Argv); script != "" {
		fix += ", script"
		options = append(options, audit.Naming("script", script))
	}
	return append(options, audit.WithFix(fix))
}

// nestedFix is the fix of an exec form that starts a shell with a script of its own:
// ["sh", "-c", "migrate && serve"].
func nestedFix(p audit.Process) []audit.Option {
	if len(p.Start.Commands) != 1 {
		return nil
	}
	nested := shell.NestedCommands(p.Start.Commands[0])
	if len(nested) == 0 {
		return nil
	}
	for i := range audit.FactsIn[inspect.Instruction]([]*audit.File{p.File}, p.File.Role) {
		if i.Line == p.Line && (i.Fact.Name == "CMD" || i.Fact.Name == "ENTRYPOINT") {
			return []audit.Option{audit.WithFix("chain"), audit.Naming("instruction", i.Fact.Name), audit.Naming("program", audit.Program(nested[len(nested)-1]))}
		}
	}
	return nil
}

// scriptWithoutExec is the script that a command starts, unless it is known to
// put the program in its own place.
func scriptWithoutExec(c *audit.Component, p audit.Process, argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	program := argv[0]
	if len(argv) > 1 && isShell(path.Base(program)) && shell.NestedCommands(inspect.Command{Argv: argv}) == nil {
		program = argv[1]
	}
	if c.Script(program, p.File) == nil {
		if strings.HasSuffix(program, ".sh") && strings.Contains(program, "$") {
			return path.Base(program)
		}
		return ""
	}
	t := &tracer{c: c}
	if t.script(program, nil, p.File, audit.Place{Path: p.File.Path, Line: p.Line}).fate == arrives {
		return ""
	}
	return path.Base(program)
}
