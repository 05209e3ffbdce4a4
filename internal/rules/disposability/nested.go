package disposability

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// below is the path to a program that a script starts as its child.
func (t *tracer) below(c inspect.Command, f *audit.File, at audit.Place) signalPath {
	return signalPath{fate: lost, place: at, why: fmt.Sprintf("%s starts %s without exec, so SIGTERM stops at the shell", path.Base(f.Path), programOf(c))}
}

// nested is the path to another script of the repository that a script starts as
// its child: where that one comes down to a program, the signal ends at the first.
func (t *tracer) nested(c inspect.Command, args []string, f *audit.File, at audit.Place) signalPath {
	argv, _ := withoutWrappers(c.Argv)
	if t.depth++; t.depth > 10 || c.Background || c.Captured || c.Piped {
		return signalPath{}
	}
	if len(argv) > 1 && isShell(path.Base(argv[0])) {
		argv = options(argv[1:])
	}
	if len(argv) == 0 {
		return signalPath{}
	}
	name := strings.TrimPrefix(argv[0], besideItself.FindString(argv[0]))
	if t.c.Script(name, f) == nil || t.c.Script(name, f) == f {
		return signalPath{}
	}
	if way := t.script(name, audit.WithArguments(argv[1:], args), f, at); way.fate != arrives {
		return way
	}
	return t.below(c, f, at)
}

// besideItself is how a script names the directory that it lies in: by a variable
// that it has filled, or by dirname.
var besideItself = regexp.MustCompile(`^("?\$\(dirname [^)]*\)"?|\$\{?\w+\}?)/`)

// handsOn reports whether a command gives what the container was told to start to
// a program that lies beside its script, and is no shell script itself.
func (t *tracer) handsOn(c inspect.Command, f *audit.File) bool {
	if c.Background || c.Captured || len(c.Argv) < 2 || !besideItself.MatchString(c.Argv[0]) || !slices.Contains(c.Argv, "$@") {
		return false
	}
	name := strings.TrimPrefix(c.Argv[0], besideItself.FindString(c.Argv[0]))
	other := t.c.Script(path.Join(path.Dir(f.Path), name), f)
	return path.Ext(name) == "" && (other == nil || len(other.Signals()) == 0)
}

// holdsUp reports whether a script comes no further than a command while the
// container runs: a server or worker that stays in the foreground.
func holdsUp(c inspect.Command) bool {
	if c.Background || c.Captured || c.Piped || c.Exec || c.Conditional || c.Loop != "" || !audit.ServesHTTP(c) && !audit.TakesJobs(c) {
		return false
	}
	words := audit.Unwrap(c.Argv)
	if !slices.ContainsFunc(words[:min(2, len(words))], func(word string) bool { return drainingPrograms[path.Base(word)] || foreground[path.Base(word)] }) {
		return false
	}
	return !slices.ContainsFunc(c.Argv, func(word string) bool {
		name, _, _ := strings.Cut(word, "=")
		return word == "-d" || word == "-D" || strings.Contains(name, "daemon") || name == "--detach"
	})
}

// foreground are servers, besides those that drain, that stay in the foreground
// unless they are told to leave it.
var foreground = map[string]bool{"manage.py": true, "flask": true, "rails": true, "fastapi": true, "waitress-serve": true, "artisan": true}
