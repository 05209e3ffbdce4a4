package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// recordsOfBean reports whether a field holds what people create, by its name or
// by that of its class, and there is one of it: the class is a bean that a
// container makes once, or the field is static.
func (f *file) recordsOfBean(b *binding) bool {
	class := enclosingClass(b.at)
	if !class.OK() {
		return false
	}
	name := class.Field("name").Text()
	if !inspect.NamesRecords(b.name.Text()) && !inspect.KeepsRecords(name) || keptElsewhere(name) {
		return false
	}
	if childOf(b.at, "modifiers").Has("static") || class.Is("object_declaration", "companion_object") {
		return true
	}
	for _, a := range f.annotationsOf(class) {
		switch a.simple {
		case "Service", "Component", "Repository", "Singleton", "ApplicationScoped":
			return !f.perRequest(class)
		}
	}
	return false
}

// keptElsewhere reports whether a class is named for a copy or a stand-in.
func keptElsewhere(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"cache", "mock", "fake", "stub", "test", "registry", "loader", "generator", "config"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// isGiven reports whether what is put somewhere is a parameter of the function,
// or made of nothing but parameters: new Product(name, price).
func (f *file) isGiven(value, fn syntax.Node) bool {
	if !value.OK() {
		return false
	}
	given := map[string]bool{}
	for _, p := range parameters(fn) {
		given[p.name.Text()] = true
	}
	if value.Is("identifier", "simple_identifier") {
		if given[value.Text()] {
			return true
		}
		b := f.bindingOf(value.Text(), value)
		return b != nil && !b.field && !b.param && len(b.values) == 1 && b.values[0].OK() && madeOf(b.values[0], given)
	}
	return madeOf(value, given)
}

// madeOf reports whether an object is made of at least one of the given names,
// and of nothing that other objects are asked for: what they return can be had
// again, and is kept to save the asking.
func madeOf(value syntax.Node, given map[string]bool) bool {
	if !value.Is("object_creation_expression", "call_expression") {
		return false
	}
	found, asked := false, false
	value.Walk(func(n syntax.Node) bool {
		found = found || n.Is("identifier", "simple_identifier") && given[n.Text()]
		if n != value && n.Is("method_invocation", "call_expression") {
			first, _, _ := strings.Cut(n.Text(), ".")
			first, _, _ = strings.Cut(first, "(")
			asked = asked || !given[first] && (first == "" || first[0] < 'A' || first[0] > 'Z')
		}
		return !asked
	})
	return found && !asked
}
