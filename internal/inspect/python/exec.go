package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyExecs start programs: with true the first argument may be a shell line.
var pyExecs = map[string]bool{
	"subprocess.run": true, "subprocess.Popen": true, "subprocess.call": true, "subprocess.check_call": true, "subprocess.check_output": true,
	"subprocess.getoutput": true, "subprocess.getstatusoutput": true, "os.system": true, "os.popen": true, "asyncio.create_subprocess_exec": true,
	"asyncio.create_subprocess_shell": true, "asyncio.subprocess.create_subprocess_exec": true, "os.execvp": true, "os.execv": true, "os.execlp": true,
	"os.execl": true, "os.execvpe": true, "os.execve": true, "pexpect.spawn": true, "pexpect.run": true,
}

// execCall states the start of a program whose name the file determines.
func (p *pythonFile) execCall(c pyCall) {
	if !pyExecs[c.name] {
		return
	}
	command := p.follow(c.args.arg(0, "args", "cmd", "command", "program", "file", "path"))
	for command.Is("binary_operator") && command.Has("+") {
		command = p.follow(command.Field("left"))
	}
	if command.Is("call") && p.callee(command) == "shlex.split" {
		command = p.follow(command.Field("arguments").Child(0))
	}
	words := p.words(command)
	if schema := inspect.SchemaCommand(words); schema != "" {
		p.migration(c.Node, c.name+" "+schema, false)
	}
	if command.Is("list", "tuple") {
		command = p.follow(command.Child(0))
	}
	if program := p.firstWord(command); program != "" {
		p.state(c.Node, inspect.Exec{Via: c.name, Program: program, Guarded: p.asked[program] || inTry(c.Node, "FileNotFoundError")})
	}
}

// words are the words of a command, as far as the file determines them.
func (p *pythonFile) words(command syntax.Node) []string {
	if !command.Is("list", "tuple") {
		text, _ := p.literal(command)
		return strings.Fields(text)
	}
	var words []string
	for n := command.First(); n.OK(); n = n.Next() {
		if text, ok := p.literal(n); ok {
			words = append(words, text)
		} else {
			words = append(words, "")
		}
	}
	return words
}

// findAsked keeps the programs that the file looks for: shutil.which("x").
func (p *pythonFile) findAsked(call syntax.Node) {
	switch p.callee(call) {
	case "shutil.which", "distutils.spawn.find_executable", "whichcraft.which":
		if program, ok := p.literal(call.Field("arguments").Child(0)); ok {
			p.asked[program] = true
		}
	}
}

// firstWord is the first word of a command line, behind NAME=value; "" when
// the file does not determine it.
func (p *pythonFile) firstWord(n syntax.Node) string {
	text, ok := p.literal(n)
	if !ok && n.Is("string") {
		if first := n.Child(1); first.Is("string_content") {
			// only a word that is complete before the first interpolation
			lead := pyText(n, first)
			if cut := strings.LastIndexAny(lead, " \t\n"); cut > 0 {
				text = lead[:cut]
			}
		}
	}
	for _, word := range strings.Fields(text) {
		if name, _, assigned := strings.Cut(word, "="); assigned && plausibleVariable(name) {
			continue
		}
		if strings.ContainsAny(word, "${}%`(<>|&;\"'") {
			return ""
		}
		return word
	}
	return ""
}
