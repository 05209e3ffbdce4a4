package csharp

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// recordsTarget is the binding of a collection of what people create, in a field
// that outlives requests: static, or a map for many threads. A method puts there
// what it is given.
func (f *file) recordsTarget(target, at syntax.Node) (*binding, string) {
	if !target.Is("identifier") {
		if !target.Is("member_access_expression") || receiver(target).Text() != "this" {
			return nil, ""
		}
		target = target.Field("name")
	}
	b := f.lookup(target.Text(), target)
	if b == nil || b.param.OK() || b.def.OK() || !b.member || threadLocal(b) {
		return nil, ""
	}
	class := at.Up("class_declaration", "record_declaration").Field("name").Text()
	if !inspect.NamesRecords(target.Text()) && !inspect.KeepsRecords(class) || notRecords.MatchString(class) || ofProcess.MatchString(b.typ.Text()) || !b.static && !f.isConcurrentMap(b) {
		return nil, ""
	}
	fn := enclosingFunction(at)
	if !fn.OK() || !fn.Is("method_declaration") || !f.isGiven(f.added(at), fn) {
		return nil, ""
	}
	if typ := f.containerType(b); typ != "counter" {
		return b, typ
	}
	return nil, ""
}

// notRecords are classes of copies, stand-ins, and what lives with its process.
var notRecords = regexp.MustCompile(`(?i)cache|mock|fake|stub|test|registry|loader|generator|config|hub|connection|socket|monitor|metric|event`)

// isGiven reports whether what is put somewhere is a parameter, or an object made
// of one.
func (f *file) isGiven(value, fn syntax.Node) bool {
	if !value.OK() {
		return false
	}
	if value.Is("argument") {
		value = value.Child(0)
	}
	given := map[string]bool{}
	for _, p := range parameters(fn) {
		if typ := p.Field("type").Text(); !strings.Contains(typ, "Cancellation") {
			given[parameterName(p)] = true
		}
	}
	if value.Is("identifier") {
		if given[value.Text()] {
			return true
		}
		if b := f.lookup(value.Text(), value); b != nil && !b.member && !b.param.OK() && !b.def.OK() && len(b.values) == 1 {
			value = b.values[0]
		}
	}
	if !value.Is("object_creation_expression", "implicit_object_creation_expression") {
		return false
	}
	found, asked := false, false // what others are asked for can be had again
	value.Walk(func(n syntax.Node) bool {
		found = found || n.Is("identifier") && given[n.Text()]
		if n.Is("invocation_expression") {
			first, _, _ := strings.Cut(n.Text(), ".")
			asked = asked || !given[first] && (first == "" || first[0] < 'A' || first[0] > 'Z')
		}
		return !asked
	})
	return found && !asked
}
