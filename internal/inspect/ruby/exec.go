package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// execs start programs.
var execs = map[string]bool{
	"system": true, "exec": true, "spawn": true, "Kernel.system": true, "Kernel.exec": true, "Kernel.spawn": true, "Process.spawn": true, "Process.exec": true, "IO.popen": true, "Open3.capture2": true, "Open3.capture2e": true, "Open3.capture3": true, "Open3.popen2": true, "Open3.popen2e": true, "Open3.popen3": true, "Open3.pipeline": true,
	"Open3.pipeline_r": true, "PTY.spawn": true, "POSIX::Spawn::Child.new": true, "POSIX::Spawn.spawn": true, "POSIX::Spawn.system": true, "Terrapin::CommandLine.new": true, "Cocaine::CommandLine.new": true, "TTY::Command.new.run": true, "TTY::Command.new.run!": true, "Subprocess.check_call": true, "Subprocess.check_output": true, "Subprocess.call": true, "Subprocess.popen": true,
	"Mixlib::ShellOut.new": true, "ChildProcess.build": true, "ChildProcess.new": true, "IO.popen4": true, "Bundler.system": true, "Bundler.unbundled_system": true, "Bundler.clean_system": true, "POSIX::Spawn::Child.build": true,
}

// asksForProgram keeps the programs that the file looks for: which x, command -v x.
func (f *rubyFile) asksForProgram(c call) {
	switch {
	case execs[c.name]:
		words := strings.Fields(f.commandText(c))
		for i, word := range words {
			if (word == "which" || word == "command" || word == "type" || word == "hash") && i == 0 {
				for _, next := range words[1:] {
					if !strings.HasPrefix(next, "-") {
						f.asked[strings.Trim(next, `'"`)] = true
						break
					}
				}
			}
		}
	case c.method == "which" || c.method == "find_executable" || c.method == "command?" || c.method == "executable_exists?" || c.method == "command_exists?":
		if name, ok := f.literal(c.args.arg(0)); ok {
			f.asked[name] = true
		}
	}
}

// commandText is the command line of a call, as far as the file determines it.
func (f *rubyFile) commandText(c call) string {
	at := f.command(c)
	if at.Is("array", "string_array") {
		at = at.Child(0)
	}
	text, _ := f.literal(at)
	return text
}

// command is the argument that names the program: behind a hash of variables.
func (f *rubyFile) command(c call) syntax.Node {
	for i := range 2 {
		at := c.args.arg(i)
		if i == 0 && f.isVariables(at) {
			continue
		}
		return f.follow(at)
	}
	return syntax.Node{}
}

// isVariables reports whether an argument is the environment that a program is
// given: a hash, ENV.to_h, one of them with more.
func (f *rubyFile) isVariables(n syntax.Node) bool {
	for range 4 {
		n = f.follow(n)
		if n.Is("hash") || f.resolve(n) == "ENV" || strings.HasPrefix(f.resolve(n), "ENV.") {
			return true
		}
		if !n.Is("call") || !keeps[n.Field("method").Text()] {
			return false
		}
		n = n.Field("receiver")
	}
	return false
}

// execCall states the start of a program whose name the file determines. sh of
// a Rakefile is one, run of anything else is none.
func (f *rubyFile) execCall(c call) {
	if !execs[c.name] && !(c.name == "sh" && f.rake) && !(c.name == "open" && strings.HasPrefix(f.leading(c.args.arg(0)), "|")) {
		return
	}
	if program := f.firstWord(f.command(c)); program != "" {
		f.sayExec(c.Node, c.name, program)
	}
}

// subshell states `git log` and %x(git log).
func (f *rubyFile) subshell(n syntax.Node) {
	lead := ""
	if first := n.Child(0); first.Is("string_content") {
		lead = first.Text()
		if n.Child(1).OK() { // only words that are complete before what is put in
			lead = completeWords(lead)
		}
	}
	words := strings.Fields(lead)
	if len(words) >= 2 && (words[0] == "which" || words[0] == "command") {
		f.asked[words[len(words)-1]] = true
	}
	if program := programOf(lead); program != "" {
		f.sayExec(n, "%x", program)
	}
}

// shellBuiltins are words of the shell, no programs of their own.
var shellBuiltins = map[string]bool{"cd": true, "command": true, "type": true, "hash": true, "source": true, ".": true, "set": true, "export": true, "if": true, "for": true, "while": true, "test": true, "[": true, "true": true, "false": true, "ulimit": true, "exec": true, "eval": true, "unset": true, "echo": true, "which": true}

func (f *rubyFile) sayExec(n syntax.Node, via, program string) {
	if shellBuiltins[program] {
		return
	}
	guarded := f.asked[program] || rescues(n, "Errno::ENOENT", "SystemCallError", "StandardError") && rescues(n, "Errno::ENOENT", "SystemCallError")
	f.say(n, inspect.Exec{Via: via, Program: program, Guarded: guarded})
}

// firstWord is the first word of a command line; "" when the file does not
// determine it.
func (f *rubyFile) firstWord(n syntax.Node) string {
	if n.Is("array", "string_array") { // ["cmd", "argv0"], %w[cmd x]
		first := f.follow(n.Child(0))
		if first.Is("hash") {
			first = f.follow(n.Child(1))
		}
		text, ok := f.literal(first)
		if !ok || first.Is("simple_symbol") {
			return ""
		}
		return programOf(text)
	}
	if n.Is("simple_symbol") {
		return ""
	}
	if n.Is("binary") && n.Has("+") {
		if text, ok := f.literal(n.Field("left")); ok {
			return programOf(completeWords(text))
		}
		return ""
	}
	text, ok := f.literal(n)
	if !ok {
		if n.Is("heredoc_beginning") {
			n = f.heredocs[n.Index()]
		}
		if first := n.Child(0); n.Is("string", "chained_string", "heredoc_body") && first.Is("string_content", "heredoc_content", "string") {
			if first.Is("string") {
				lead, whole := f.literal(first)
				if !whole {
					return ""
				}
				return programOf(lead)
			}
			text = completeWords(first.Text())
		}
	}
	return programOf(strings.TrimPrefix(text, "|"))
}

// completeWords cuts a text at its last space: what follows may go on.
func completeWords(text string) string {
	if cut := strings.LastIndexAny(text, " \t\n"); cut > 0 {
		return text[:cut]
	}
	return ""
}

// programOf is the program of a command line, behind NAME=value.
func programOf(text string) string {
	for _, word := range strings.Fields(text) {
		if name, _, assigned := strings.Cut(word, "="); assigned && plausibleVariable(name) && !strings.Contains(word, "$(") && !strings.Contains(word, "`") {
			continue
		}
		if strings.ContainsAny(word, "$={}%`(<>|&;\"'#") {
			return ""
		}
		return word
	}
	return ""
}
