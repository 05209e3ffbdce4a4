package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyOpens are functions that open a file with a mode at the second place.
var pyOpens = map[string]bool{
	"open": true, "io.open": true, "codecs.open": true, "gzip.open": true, "bz2.open": true, "lzma.open": true, "aiofiles.open": true,
	"zipfile.ZipFile": true, "tarfile.open": true,
}

// pyCopies write their second argument.
var pyCopies = map[string]bool{
	"shutil.copy": true, "shutil.copy2": true, "shutil.copyfile": true, "shutil.move": true, "shutil.copytree": true,
}

// pySaves are methods that write the path they are given, by their receiver.
var pySaves = []string{"flask.request.files", "quart.request.files", "PIL.Image.open()", "PIL.Image.new()"}

// fileCall states a write to the local file system. Temporary files made by
// tempfile are none: they are meant to be lost.
func (p *pythonFile) fileCall(c pyCall) {
	path, mode := syntax.Node{}, ""
	receiver := c.Field("function").Field("object")
	switch {
	case pyOpens[c.name]:
		path = c.args.arg(0, "file", "filename", "name")
		mode, _ = p.literal(c.args.arg(1, "mode"))
	case pyCopies[c.name]:
		path, mode = c.args.arg(1, "dst"), "w"
	case pyPath(c.name) && (strings.HasSuffix(c.name, ".write_text") || strings.HasSuffix(c.name, ".write_bytes")):
		path, mode = receiver, "w"
	case pyPath(c.name) && strings.HasSuffix(c.name, "Path().open"):
		path = receiver
		mode, _ = p.literal(c.args.arg(0, "mode"))
	case strings.HasSuffix(c.name, ".save"):
		for _, prefix := range pySaves {
			if strings.HasPrefix(c.name, prefix) {
				path, mode = c.args.arg(0, "dst", "fp"), "w"
			}
		}
	}
	if !path.OK() || !strings.ContainsAny(mode, "wax+") || p.temporary(path) {
		return
	}
	p.state(c.Node, inspect.FileWrite{
		Via: pyVia(c.name), Path: p.valueOf(path), Append: strings.Contains(mode, "a"), Handler: p.handler(c.Node).OK(),
	})
}

// temporary reports whether a path comes from tempfile or is a buffer.
func (p *pythonFile) temporary(path syntax.Node) bool {
	found := false
	check := func(n syntax.Node) {
		name := p.resolve(n)
		found = found || strings.HasPrefix(name, "tempfile.") || strings.HasPrefix(name, "io.BytesIO") || strings.HasPrefix(name, "io.StringIO")
	}
	check(path)
	path = p.follow(path)
	path.Walk(func(n syntax.Node) bool {
		if n.Is("identifier", "attribute", "call") {
			check(n)
		}
		return !found
	})
	return found
}

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
	if command.Is("list", "tuple") {
		command = p.follow(command.Child(0))
	}
	if program := p.firstWord(command); program != "" {
		p.state(c.Node, inspect.Exec{Via: c.name, Program: program})
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
