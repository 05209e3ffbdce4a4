package csharp

import (
	"slices"

	"twelvefold/internal/inspect/syntax"
)

// ledBy are the functions through which n is reached from other files: of its
// own and of those that call it in this file, the ones that nothing here calls. A
// service of the host is its class. Nil where the file itself starts it.
func (f *file) ledBy(n syntax.Node) []string {
	var names []string
	seen := map[int32]bool{}
	var follow func(n syntax.Node) bool
	follow = func(n syntax.Node) bool {
		def := enclosingMethod(n)
		if !def.OK() {
			return false
		}
		if seen[def.Index()] {
			return true
		}
		seen[def.Index()] = true
		name := def.Field("name").Text()
		class := def.Up("class_declaration", "record_declaration")
		if bootMethods[name] {
			if f.hasBase(class, "BackgroundService", "IHostedService", "IHostedLifecycleService") {
				names = append(names, class.Field("name").Text())
				return true
			}
			return false
		}
		called := false
		for _, call := range f.calls[name] {
			if call.Inside(def) || f.inDebugBranch(call) {
				continue
			}
			called = true
			if !follow(call) {
				return false
			}
		}
		if !called {
			names = append(names, name)
		}
		return true
	}
	if !follow(n) {
		return nil
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// developersCalls are the functions that the sides of a decision call in
// development or tests, and that the file calls nowhere else; of a registration,
// the class that is registered.
func (f *file) developersCalls(b branch) []string {
	var names []string
	for _, side := range b.sides {
		if !side.OK() {
			continue
		}
		side.Walk(func(n syntax.Node) bool {
			if !n.Is("invocation_expression") || !f.inDebugBranch(n) {
				return true
			}
			name := lastName(n.Field("function"))
			if debugCalls.MatchString(name) || logCalls.MatchString(name) || name == "" {
				return true
			}
			if slices.ContainsFunc(f.calls[name], func(call syntax.Node) bool { return !f.inDebugBranch(call) }) {
				return true
			}
			names = append(names, name)
			if name == "AddHostedService" {
				names = append(names, simpleName(typeArgument(n.Field("function"))))
			}
			return true
		})
	}
	slices.Sort(names)
	return slices.Compact(names)
}
