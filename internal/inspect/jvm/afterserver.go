package jvm

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// serverRuns are supertypes and events by which Spring calls a method when the
// server already listens.
var serverRuns = map[string]bool{
	"org.springframework.boot.CommandLineRunner": true, "org.springframework.boot.ApplicationRunner": true, "org.springframework.boot.context.event.ApplicationReadyEvent": true,
	"org.springframework.boot.context.event.ApplicationStartedEvent": true, "org.springframework.context.event.ContextRefreshedEvent": true,
}

// afterServer reports whether n runs when Spring's server already listens: in a
// runner, at the event that says so, or in a function that only these call.
func (f *file) afterServer(n syntax.Node, depth int) bool {
	fn := enclosingFunction(n)
	if !fn.OK() || depth > 3 {
		return false
	}
	name := functionName(fn)
	if name == "run" {
		for _, typ := range supertypes(enclosingClass(fn)) {
			if serverRuns[f.typeName(typ)] {
				return true
			}
		}
	}
	for _, p := range parameters(fn) {
		if serverRuns[f.typeName(p.typ)] {
			return true
		}
	}
	for _, a := range f.annotationsOf(fn) {
		if a.name != "org.springframework.context.event.EventListener" {
			continue
		}
		if text := a.Text(); serverRuns[f.typeName(a.args["value"].Child(0))] || strings.Contains(text, "ApplicationReadyEvent") || strings.Contains(text, "ApplicationStartedEvent") {
			return true
		}
	}
	calls, found := f.callers[name], false
	for _, c := range calls[:min(len(calls), 8)] {
		for _, def := range f.called(c) {
			if def != fn || c.Inside(fn) {
				continue
			}
			if !f.afterServer(c.Node, depth+1) {
				return false
			}
			found = true
		}
	}
	return found
}

// onlyIfMissing reports whether what n stores is stored once.
func (f *file) onlyIfMissing(n syntax.Node) bool {
	return syntax.StoresOnce(n, bodyOf(enclosingFunction(n)), func(condition syntax.Node) string {
		return syntax.FollowedText(condition, f.follow)
	})
}
