package disposability

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// starters are the names under which modules start a program and go on beside it.
var starters = map[string][]string{
	"child_process": {"spawn", "fork", "exec", "execFile"}, "node:child_process": {"spawn", "fork", "exec", "execFile"}, "execa": {"execa"}, "subprocess": {"Popen"},
}

// keeper is the source that an interpreter runs, where it starts other programs
// and answers SIGINT, which developers send, and not the platform's SIGTERM. One
// that serves by itself is no such wrapper.
func (t *tracer) keeper(argv []string, from *audit.File) *audit.File {
	if program := path.Base(argv[0]); program != "node" && !strings.HasPrefix(program, "python") {
		return nil
	}
	at := slices.IndexFunc(argv[1:], func(word string) bool { return !strings.HasPrefix(word, "-") })
	if at < 0 {
		return nil
	}
	f := t.c.StartedFile(argv[at+1], from)
	if f == nil || !startsOthers(f) {
		return nil
	}
	interrupted := false
	for s := range f.Of(inspect.SignalHandler{}, inspect.Listen{}) {
		h, subscribes := s.Fact.(inspect.SignalHandler)
		if !subscribes || slices.Contains(h.Signals, "SIGTERM") {
			return nil
		}
		interrupted = interrupted || slices.Contains(h.Signals, "SIGINT")
	}
	if !interrupted {
		return nil
	}
	return f
}

// startsOthers reports whether a source imports what starts programs beside it.
func startsOthers(f *audit.File) bool {
	for s := range f.Of(inspect.Import{}) {
		i := s.Fact.(inspect.Import)
		names, known := starters[i.Path]
		if known && (i.Path == "subprocess" && len(i.Names) == 0 || slices.ContainsFunc(i.Names, func(name string) bool { return slices.Contains(names, name) })) {
			return true
		}
	}
	return false
}
