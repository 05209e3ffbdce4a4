package disposability

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// fate is what becomes of the stop signal that a container sends to its first
// process.
type fate int

const (
	unclear fate = iota
	arrives      // the program gets it
	lost
)

// path of a signal: where it ends, and why.
type signalPath struct {
	fate    fate
	manager bool // a package manager or build tool stands in the way
	unsure  bool // which shell runs the line is not known
	place   audit.Place
	why     string
}

// tracer follows one process's start to the program.
type tracer struct {
	c         *audit.Component
	depth     int
	arguments audit.Place // of what a start script is given: the image's CMD
	managed   bool        // a process manager sends the signal: a shell below it ends there and leaves its child behind
}

// signalPathOf follows what a container starts.
func signalPathOf(c *audit.Component, p audit.Process) signalPath {
	place := audit.Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line}
	t := &tracer{c: c, arguments: place, managed: p.Supervised()}
	if p.Image && c.Image != nil && c.Image.Cmd != nil {
		t.arguments.Line, t.arguments.EndLine = c.Image.Cmd.Line, c.Image.Cmd.Line
	}
	if p.Start.Shell {
		return t.line(p.Start.Commands, systemShell(cmp.Or(p.Built, c.Image)), p.File, place)
	}
	if len(p.Start.Commands) == 0 {
		return signalPath{}
	}
	return t.argv(p.Start.Commands[0].Argv, p.File, place)
}

// line is a text that a shell runs through -c.
func (t *tracer) line(commands []inspect.Command, by interpreter, file *audit.File, place audit.Place) signalPath {
	last := slices.IndexFunc(commands, func(c inspect.Command) bool { return c.Last && (!c.Conditional || c.Then) })
	if trapped(commands) {
		return signalPath{}
	}
	if last < 0 {
		return t.looping(commands, place, "sh -c")
	}
	c := commands[last]
	replaced := c.Exec || by == ash || by == bash && len(c.Redirects) == 0 && !c.Piped
	if replaced {
		return t.argv(c.Argv, file, place)
	}
	if way := t.under(c, by, file, place); way.fate != unclear {
		return way
	}
	if !stays(c) && (t.depth > 0 || errands[audit.Program(c)] || len(c.Argv) == 0 || strings.HasPrefix(c.Argv[0], "$")) {
		return signalPath{} // what a container starts itself is what it is for
	}
	name := "sh -c"
	if by != unknownShell {
		name = string(by)
	}
	return signalPath{fate: lost, unsure: by == unknownShell, place: place,
		why: fmt.Sprintf("%s keeps SIGTERM to itself and never hands it to %s", name, audit.Program(c))}
}

// under is the path to a script of the repository that a shell starts below
// itself: lost at the shell, if the script comes down to a program at all.
func (t *tracer) under(c inspect.Command, by interpreter, file *audit.File, place audit.Place) signalPath {
	if t.depth == 0 || len(c.Argv) == 0 || t.c.Script(c.Argv[0], file) == nil {
		return signalPath{}
	}
	if t.depth++; t.depth > 10 {
		return signalPath{}
	}
	way := t.script(c.Argv[0], c.Argv[1:], file, place)
	if way.fate == arrives {
		return signalPath{fate: lost, unsure: by == unknownShell, place: place, why: fmt.Sprintf("sh -c keeps SIGTERM to itself and never hands it to %s", path.Base(c.Argv[0]))}
	}
	return way
}

// argv is a program with its arguments, started in place.
func (t *tracer) argv(argv []string, file *audit.File, place audit.Place) signalPath {
	if t.depth++; t.depth > 10 {
		return signalPath{}
	}
	argv, forwards := withoutWrappers(argv)
	if forwards {
		return signalPath{fate: arrives, place: place}
	}
	if len(argv) == 0 || strings.HasPrefix(argv[0], "$") {
		return signalPath{}
	}
	program := path.Base(argv[0])
	switch {
	case manages(argv) && t.managed:
		return signalPath{}
	case manages(argv):
		name := program
		if program == "dotnet" || program == "go" {
			name += " " + argv[1]
		}
		return signalPath{fate: lost, manager: true, place: place, why: fmt.Sprintf("%s is the first process and does not pass SIGTERM on reliably", name)}
	case controls[program] && len(argv) > 1:
		return signalPath{fate: lost, place: place, why: fmt.Sprintf("%s is a shell script that starts the server below itself, so SIGTERM stops at it", program)}
	case isShell(program):
		if nested := shell.NestedCommands(inspect.Command{Argv: argv, Line: place.Line}); nested != nil {
			return t.line(nested, shellNamed(argv[0], t.c.Image), file, place)
		}
		for i, word := range argv[1:] {
			if !strings.HasPrefix(word, "-") {
				return t.script(word, argv[i+2:], file, place)
			}
		}
		return signalPath{}
	case t.c.Script(argv[0], file) != nil:
		return t.script(argv[0], argv[1:], file, place)
	case strings.HasSuffix(program, ".sh") || strings.Contains(program, "entrypoint") || program == "init":
		return signalPath{} // a script that is not in the repository
	}
	if f := t.keeper(argv, file); f != nil && !t.managed {
		return signalPath{fate: lost, place: place, why: fmt.Sprintf("%s starts the program as its child and hands SIGINT on alone, so SIGTERM stops at it", path.Base(f.Path))}
	}
	return signalPath{fate: arrives, place: place}
}

// script is a shell script of the repository, called with args.
func (t *tracer) script(name string, args []string, from *audit.File, place audit.Place) signalPath {
	f := t.c.Script(name, from)
	if f == nil {
		return signalPath{}
	}
	var commands []inspect.Command
	for s := range audit.FactsIn[inspect.Command]([]*audit.File{f}, f.Role) {
		c := s.Fact
		c.Line = s.Line
		commands = append(commands, c)
	}
	if trapped(commands) {
		return signalPath{fate: arrives, place: place}
	}
	var found, further []signalPath
	if way := t.looping(commands, audit.Place{Path: f.Path}, path.Base(f.Path)); way.fate == lost {
		found = append(found, way)
	}
	for i, c := range commands {
		at := audit.Place{Path: f.Path, Line: c.Line, EndLine: c.Line}
		if !c.Last {
			if holdsUp(c) { // no branch behind it is taken while it runs
				return t.below(c, f, at)
			}
			continue
		}
		switch {
		case c.Exec:
			argv := audit.WithArguments(c.Argv, args)
			if len(argv) != len(c.Argv) || argv[0] != c.Argv[0] {
				at = t.arguments // what runs is written where the arguments are
			}
			found = append(found, t.argv(argv, f, at))
		case awaits(c) && !t.managed:
			if j := slices.IndexFunc(commands[:i], besides); j >= 0 {
				found = append(found, signalPath{fate: lost, place: at,
					why: fmt.Sprintf("%s waits for %s without a trap, and a shell that is the first process keeps SIGTERM to itself", path.Base(f.Path), audit.Program(commands[j]))})
			}
		case stays(c) || t.handsOn(c, f):
			found = append(found, t.below(c, f, at))
		default:
			further = append(further, t.nested(c, args, f, at))
		}
	}
	return worst(append(found, further...))
}

// awaits reports whether a command only keeps a script from ending.
func awaits(c inspect.Command) bool {
	switch c.Argv[0] {
	case "wait":
		return true
	case "tail":
		return slices.Contains(c.Argv, "/dev/null")
	case "sleep":
		return slices.Contains(c.Argv, "infinity")
	}
	return false
}

// besides reports whether a script leaves a server or worker running beside it.
func besides(c inspect.Command) bool {
	if !c.Background || c.Captured || c.Conditional && !c.Then {
		return false
	}
	c.Background = false
	return audit.ServesHTTP(c) || audit.TakesJobs(c) || audit.KeepsTime(c) || len(c.Argv) > 1 && runtimes[audit.Program(c)]
}

// looping is the path into a shell's own loop that nothing follows: as the first
// process the shell ignores the signal, and goes on until it is killed. It is
// lost where the loop never ends, or where the program runs in it.
func (t *tracer) looping(commands []inspect.Command, place audit.Place, name string) signalPath {
	if t.managed {
		return signalPath{}
	}
	for _, c := range slices.Backward(commands) {
		if !c.Lasting || c.Background || c.Exec || strings.Contains(c.Guard, "()") || leaves(commands, c.Loop) {
			continue
		}
		if place.Line == 0 {
			first := commands[slices.IndexFunc(commands, func(other inspect.Command) bool { return strings.HasPrefix(other.Loop, c.Loop) })]
			place.Line, place.EndLine = first.Line, first.Line
		}
		if endless.MatchString(c.Loop) {
			return signalPath{fate: lost, place: place, why: fmt.Sprintf("%s loops for ever, and a shell that is the first process ignores SIGTERM", name)}
		}
		if stays(c) {
			return signalPath{fate: lost, place: place, why: fmt.Sprintf("%s starts %s in a loop, and a shell that is the first process keeps SIGTERM to itself", name, programOf(c))}
		}
	}
	return signalPath{}
}

// endless are loops that end by nothing in their head.
var endless = regexp.MustCompile(`^(while (true|:|/bin/true|\[ ?1 ?\]|\[\[ 1 \]\]|\[ true \]|\(\( ?1 ?\)\)|sleep [^;&|]+)|until (false|\[ 0 \]))(;|$)`)

// leaves reports whether something in a loop ends it, or becomes the program.
func leaves(commands []inspect.Command, loop string) bool {
	return slices.ContainsFunc(commands, func(c inspect.Command) bool {
		return strings.HasPrefix(c.Loop, loop) && (c.Exec || c.Argv[0] == "break" || c.Argv[0] == "exit" || c.Argv[0] == "return")
	})
}

// worst is the path to report of a script's branches: one that is lost counts
// only where no other branch does it right.
func worst(found []signalPath) signalPath {
	for _, wanted := range []fate{arrives, lost} {
		for _, p := range found {
			if p.fate == wanted {
				return p
			}
		}
	}
	return signalPath{}
}

func programOf(c inspect.Command) string {
	if name := audit.Program(c); name != "$@" {
		return name
	}
	return "its arguments"
}

// trapped reports whether a script handles SIGTERM itself.
func trapped(commands []inspect.Command) bool {
	for _, c := range commands {
		if c.Argv[0] != "trap" || len(c.Argv) < 3 {
			continue
		}
		for _, word := range c.Argv[2:] {
			if word == "TERM" || word == "SIGTERM" || word == "15" {
				return true
			}
		}
	}
	return false
}

// withoutWrappers drops what only leads to the program by exec, and init
// programs. forwards is true for an init that signals the whole group.
func withoutWrappers(argv []string) (rest []string, forwards bool) {
	for len(argv) > 0 {
		switch name := path.Base(argv[0]); name {
		case "dumb-init":
			if !slices.Contains(argv[:min(3, len(argv))], "-c") && !slices.Contains(argv[:min(3, len(argv))], "--single-child") {
				return argv, true
			}
			argv = options(argv[1:])
		case "tini", "tini-static", "docker-init", "catatonit":
			for _, word := range argv[1:] {
				if word == "-g" {
					return argv, true
				}
				if !strings.HasPrefix(word, "-") {
					break
				}
			}
			argv = options(argv[1:])
		case "gosu", "su-exec":
			argv = argv[min(2, len(argv)):]
		case "exec", "env", "nice", "thrust", "stdbuf", "setpriv", "ionice", "opentelemetry-instrument", "ddtrace-run":
			argv = options(argv[1:])
		default:
			return argv, false
		}
	}
	return argv, false
}

// options drops the options and assignments in front of a program.
func options(args []string) []string {
	for len(args) > 0 && (strings.HasPrefix(args[0], "-") || strings.Contains(args[0], "=")) {
		args = args[1:]
	}
	return args
}

// manages reports whether a command is a package manager or a build tool that
// starts the program as a child.
func manages(argv []string) bool {
	switch path.Base(argv[0]) {
	case "npm", "yarn", "pnpm", "npx", "mvn", "mvnw", "gradle", "gradlew", "sbt":
		return len(argv) > 1
	case "dotnet", "go":
		return len(argv) > 1 && argv[1] == "run"
	}
	return false
}

func isShell(name string) bool {
	return name == "sh" || name == "bash" || name == "dash" || name == "ash" || name == "busybox"
}

// controls are scripts that start a server without becoming it: Debian's and
// Apache's own apachectl call $HTTPD "$@".
var controls = map[string]bool{"apachectl": true, "apache2ctl": true}

// errands are programs that end by themselves, or that a container is kept alive
// with.
var errands = map[string]bool{
	"echo": true, "printf": true, "true": true, "exit": true, "sleep": true, "tail": true, "cat": true, "cd": true, "export": true, "cp": true, "mv": true,
	"rm": true, "mkdir": true, "chown": true, "chmod": true, "ls": true, "env": true, "test": true, "[": true, "sh": true, "bash": true,
}

var runtimes = map[string]bool{"node": true, "java": true, "dotnet": true, "ruby": true, "php": true, "bun": true, "deno": true, "tsx": true}

// stays reports whether a script's last command is the program that the
// container is for: a server, a worker, or a program of its own.
func stays(c inspect.Command) bool {
	if c.Background || c.Captured || len(c.Argv) == 0 {
		return false
	}
	name := audit.Program(c)
	switch {
	case audit.ServesHTTP(c) || audit.TakesJobs(c) || audit.KeepsTime(c) || manages(c.Argv):
		return true
	case c.Argv[0] == "$@":
		return true
	case controls[name]:
		return len(c.Argv) > 1
	case runtimes[name]:
		return len(c.Argv) > 1
	case strings.HasPrefix(name, "python"):
		return len(c.Argv) > 1 && strings.HasSuffix(c.Argv[1], ".py") && path.Base(c.Argv[1]) != "manage.py"
	case name == "locust" || name == "supervisord":
		return true
	}
	return (strings.HasPrefix(c.Argv[0], "./") || strings.HasPrefix(c.Argv[0], "/app/") || strings.HasPrefix(c.Argv[0], "/usr/local/bin/")) && !strings.HasSuffix(name, ".sh")
}
