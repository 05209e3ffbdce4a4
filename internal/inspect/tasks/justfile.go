package tasks

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

var (
	justRecipe  = regexp.MustCompile(`^@?([A-Za-z_][A-Za-z0-9_-]*)((?:[^:"']|"[^"]*"|'[^']*')*):($|[^=].*$)`)
	justSetting = regexp.MustCompile(`^set\s+(dotenv-load|dotenv-filename|dotenv-path)\s*(?::=\s*(.*))?$`)
	justAction  = regexp.MustCompile(`\{\{\s*([A-Za-z_][A-Za-z0-9_]*)?[^{}]*\}\}`)
)

// Justfile reads a justfile: a Target for each recipe.
func Justfile(e *inspect.Emitter, content []byte) error {
	lines := strings.Split(string(shell.PlainText(content)), "\n")
	var envFiles []string
	for _, line := range lines {
		m := justSetting.FindStringSubmatch(strings.TrimSpace(line))
		switch {
		case m == nil || m[2] == "false":
		case m[1] == "dotenv-load":
			envFiles = append(envFiles, ".env")
		default:
			envFiles = append(envFiles, strings.Trim(m[2], `"'`))
		}
	}
	for i := 0; i < len(lines); {
		m := justRecipe.FindStringSubmatch(lines[i])
		if m == nil || m[1] == "set" || m[1] == "alias" || m[1] == "export" || m[1] == "import" || m[1] == "mod" {
			i++
			continue
		}
		start := i
		for i++; i < len(lines) && (strings.TrimSpace(lines[i]) == "" || lines[i][0] == ' ' || lines[i][0] == '\t'); i++ {
		}
		end := i
		for end > start+1 && strings.TrimSpace(lines[end-1]) == "" {
			end--
		}
		t := inspect.Target{Runner: "just", Name: m[1], Needs: justNeeds(m[3]), Commands: justCommands(lines[start+1:end], start+2), EnvFiles: envFiles, Phony: true}
		e.Emit(start+1, end, t)
	}
	return nil
}

// justNeeds are the recipes that run before: names, or (name "argument").
func justNeeds(text string) []string {
	if at := strings.IndexByte(text, '#'); at >= 0 {
		text = text[:at]
	}
	var needs []string
	depth := 0
	for _, word := range strings.Fields(strings.ReplaceAll(text, "&&", " ")) {
		if name := strings.Trim(word, "()"); depth == 0 && name != "" {
			needs = append(needs, name)
		}
		depth = max(0, depth+strings.Count(word, "(")-strings.Count(word, ")"))
	}
	return needs
}

// justCommands reads a recipe's body: each line is a shell of its own, but for
// one that starts with a shebang, which is a script.
func justCommands(body []string, line int) []inspect.Command {
	text := justAction.ReplaceAllStringFunc(strings.Join(body, "\n"), func(action string) string {
		if name := justAction.FindStringSubmatch(action)[1]; name != "" {
			return "${" + name + "}"
		}
		return "${just}"
	})
	if script := strings.TrimLeft(text, " \t\n"); strings.HasPrefix(script, "#!") {
		interpreter, _ := shell.Shebang(script)
		if !shell.IsShellName(interpreter) {
			return nil
		}
		commands, _ := shell.Commands(text, line)
		return commands
	}
	var commands []inspect.Command
	for _, l := range logicalLines(text) {
		read, _ := shell.Commands(strings.TrimLeft(l.text, " \t@-"), line+l.line-1)
		commands = append(commands, read...)
	}
	return commands
}
