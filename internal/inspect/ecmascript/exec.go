package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// shellPrograms take a whole command line, others a program and its arguments.
var shellPrograms = map[string]bool{
	"child_process.exec": true, "child_process.execSync": true, "shelljs.exec": true, "execa.execaCommand": true, "execa.execaCommandSync": true,
	"execa.command": true, "execa.commandSync": true, "zx": true,
}

var startPrograms = map[string]bool{
	"child_process.spawn": true, "child_process.spawnSync": true, "child_process.execFile": true, "child_process.execFileSync": true,
	"execa": true, "execa.execa": true, "execa.execaSync": true, "execa.sync": true, "cross-spawn": true, "cross-spawn.sync": true, "cross-spawn.spawn": true,
}

var shellBuiltins = map[string]bool{
	"cd": true, "echo": true, "export": true, "set": true, "test": true, "[": true, "exit": true, "true": true, "false": true, "source": true, ".": true,
	"command": true, "type": true, "if": true, "then": true, "fi": true, "for": true, "do": true, "done": true, "while": true, "exec": true, "printf": true,
}

// readExec states programs that are started by a name that the file tells.
func (f *ecmaFile) readExec(c ecmaCall) {
	first := c.arg(0)
	switch {
	case (c.callee == "zx.$" || c.callee == "execa.$") && c.node.Field("arguments").Is("template_string"):
		f.sayCommands(c, c.node.Field("arguments"))
	case shellPrograms[c.callee]:
		f.sayCommands(c, first)
	case startPrograms[c.callee]:
		if f.value(f.property(f.object(c.arg(len(c.args)-1)), "shell")).Text == "true" {
			f.sayCommands(c, first)
			return
		}
		if v := f.value(first); v.IsLiteral() && v.Text != "" && !strings.Contains(v.Text, "\n") {
			f.saySchemaCommand(c, append([]string{v.Text}, f.stringsOf(c.arg(1))...))
			f.say(c.node, inspect.Exec{Via: c.callee, Program: v.Text, Guarded: f.asked()[v.Text]})
		}
	}
}

// saySchemaCommand states a program that changes the schema.
func (f *ecmaFile) saySchemaCommand(c ecmaCall, words []string) {
	if program := inspect.SchemaCommand(words); program != "" {
		f.sayMigration(c, c.callee+" "+program, false)
	}
}

// finders look for a program on the path.
var finders = map[string]bool{
	"shelljs.which": true, "which": true, "which.sync": true, "command-exists": true, "command-exists.sync": true, "hasbin": true, "hasbin.sync": true, "lookpath.lookpath": true, "Bun.which": true,
}

var asksShell = regexp.MustCompile(`\b(?:which|where|command -v|type -p|hash)\s+([\w.+-]+)`)

// asked are the programs that the file looks for before it starts them.
func (f *ecmaFile) asked() map[string]bool {
	if f.found != nil {
		return f.found
	}
	f.found = map[string]bool{}
	for _, c := range f.calls {
		switch {
		case finders[c.callee]:
			if v := f.value(c.arg(0)); v.IsLiteral() {
				f.found[v.Text] = true
			}
		case shellPrograms[c.callee]:
			for _, m := range asksShell.FindAllStringSubmatch(f.prefix(c.arg(0), maxHops), -1) {
				f.found[m[1]] = true
			}
		}
	}
	return f.found
}

var commandEnd = regexp.MustCompile(`&&|\|\||[;|\n]`)

// sayCommands states the programs of a command line. Of one that is put
// together, the words before the first unknown part are known.
func (f *ecmaFile) sayCommands(c ecmaCall, line syntax.Node) {
	for i, part := range commandEnd.Split(f.prefix(line, maxHops), -1) {
		words := strings.Fields(part)
		for len(words) > 0 && (strings.Contains(words[0], "=") || words[0] == "sudo" || words[0] == "env" || words[0] == "exec") {
			words = words[1:]
		}
		f.saySchemaCommand(c, words)
		if len(words) == 0 || shellBuiltins[words[0]] || strings.ContainsAny(words[0], "$\x00\"'`(){}<>") {
			continue
		}
		if i > 20 {
			return
		}
		f.say(c.node, inspect.Exec{Via: c.callee, Program: words[0], Guarded: f.asked()[words[0]]})
	}
}

func clip(text string) string { return text[:min(len(text), inspect.MaxText)] }

// prefix is the text of an expression with "\x00" for each part that the file
// does not tell.
func (f *ecmaFile) prefix(n syntax.Node, hops int) string {
	n = f.definition(n)
	if hops <= 0 || !f.burn() {
		return "\x00"
	}
	switch n.Kind() {
	case "call_expression":
		if c := f.callOf(n); c.callee == "path.join" || c.callee == "path.resolve" {
			parts := make([]string, 0, len(c.args))
			for _, a := range c.args[:min(len(c.args), 16)] {
				parts = append(parts, f.prefix(a, hops-1))
			}
			return clip(strings.ReplaceAll(strings.Join(parts, "/"), "//", "/"))
		}
	case "template_string":
		var b strings.Builder
		for c := n.First(); c.OK(); c = c.Next() {
			switch c.Kind() {
			case "template_substitution":
				if b.Len() < inspect.MaxText {
					b.WriteString(f.prefix(c.Child(0), hops-1))
				}
			case "escape_sequence":
				b.WriteString(ecmaEscape(c.Text()))
			default:
				b.WriteString(c.Text())
			}
		}
		return clip(b.String())
	case "binary_expression":
		if n.Field("operator").Text() == "+" {
			return clip(f.prefix(n.Field("left"), hops-1) + f.prefix(n.Field("right"), hops-1))
		}
	}
	if v := f.fold(n, hops); v.Source == inspect.Literal {
		return v.Text
	}
	return "\x00"
}
