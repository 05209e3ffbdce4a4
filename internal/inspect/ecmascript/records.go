package ecmascript

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// readRecords states the lists and maps of what people create that a module, or
// an object which Nest makes one of, changes by what its functions are given. The
// handlers that call those stand in other files. Of pages, which are the browser's,
// nothing is stated: the file exports as Node's modules do, or is one of Nest's.
func (f *ecmaFile) readRecords() {
	if !f.ofServer() {
		return
	}
	told := map[string]bool{}
	f.each(func(n syntax.Node) {
		target, _, kinds := f.mutation(n)
		if !target.OK() || f.servesRequest(n) || !f.putsGiven(n) {
			return
		}
		at, name, value := f.recordHolder(target)
		if !at.OK() || told[name] || !inspect.NamesRecords(name) {
			return
		}
		typ := f.sharedType(value)
		if typ != "list" && typ != "map" || len(kinds) > 0 && !slices.Contains(kinds, typ) {
			return
		}
		told[name] = true
		f.Emit(at.Line(), at.EndLine(), inspect.SharedState{Name: name, Type: typ, Mutations: []int{n.Line()}, Kept: true, Beneath: true})
	}, "call_expression", "assignment_expression")
}

// recordHolder is the declaration, name and first value of what is changed: a
// variable of the module, or a field of a class that Nest makes one of.
func (f *ecmaFile) recordHolder(target syntax.Node) (at syntax.Node, name string, value syntax.Node) {
	target = ecmaBare(target)
	if b := f.lookup(target); target.Is("identifier") {
		if b == nil || b.how != ecmaVariable || len(b.path) > 0 || !b.scope.top() {
			return syntax.Node{}, "", syntax.Node{}
		}
		return b.at, b.name, b.value
	}
	if !target.Is("member_expression") || !ecmaBare(target.Field("object")).Is("this") {
		return syntax.Node{}, "", syntax.Node{}
	}
	name = target.Field("property").Text()
	body := target.Up("class_body")
	if !f.injected(body.Parent()) {
		return syntax.Node{}, "", syntax.Node{}
	}
	for c := body.First(); c.OK(); c = c.Next() {
		if !c.Is("public_field_definition", "field_definition") {
			continue
		}
		key := c.Field("name")
		if !key.OK() {
			key = c.Field("property")
		}
		if key.Text() == name {
			return c, name, c.Field("value")
		}
	}
	return syntax.Node{}, "", syntax.Node{}
}

// ofServer reports whether a file is one of a server: it exports as Node's
// modules do, or imports Nest or a server.
func (f *ecmaFile) ofServer() bool {
	for _, b := range f.bindings {
		if b.how != ecmaImported {
			continue
		}
		if strings.HasPrefix(b.symbol, "@nestjs/") || strings.HasPrefix(b.symbol, "express") || strings.HasPrefix(b.symbol, "fastify") || strings.HasPrefix(b.symbol, "uuid") || strings.HasPrefix(b.symbol, "crypto.") || strings.HasPrefix(b.symbol, "@apollo/server") {
			return true
		}
		if strings.HasPrefix(b.symbol, "react") || strings.HasPrefix(b.symbol, "vue") || strings.HasPrefix(b.symbol, "@angular") {
			return false
		}
	}
	exports := false
	f.each(func(n syntax.Node) {
		left := n.Field("left").Text()
		exports = exports || left == "module.exports" || strings.HasPrefix(left, "module.exports.") || strings.HasPrefix(left, "exports.")
	}, "assignment_expression")
	return exports
}

// injected reports whether a class is one that Nest makes one object of.
func (f *ecmaFile) injected(class syntax.Node) bool {
	if !class.Is("class_declaration", "class") {
		return false
	}
	text := class.Text()
	if p := class.Parent(); p.Is("export_statement") {
		text = p.Text()
	}
	return strings.HasPrefix(text, "@Injectable(")
}

// putsGiven reports whether a change puts somewhere what the function around is
// given: a parameter, an object made of one, or the object itself.
func (f *ecmaFile) putsGiven(n syntax.Node) bool {
	value := added(n)
	if !value.OK() || !ecmaEnclosing(n).OK() {
		return false
	}
	found := false
	value.Walk(func(m syntax.Node) bool {
		switch {
		case found || m.Is(ecmaFunctions...) || m.Is("call_expression", "await_expression"):
			return false
		case m.Is("this") && m.Parent().Is("arguments"):
			found = true
		case m.Is("identifier", "shorthand_property_identifier"):
			found = f.isGiven(m, 2)
		}
		return !found
	})
	return found
}

// isGiven reports whether a name is a parameter, or an object that is made of one.
func (f *ecmaFile) isGiven(name syntax.Node, depth int) bool {
	b := f.lookup(name)
	switch {
	case b == nil || depth == 0 || !f.burn():
		return false
	case b.how == ecmaParameter:
		return true
	case b.how != ecmaVariable || b.scope.top():
		return false
	}
	value, found := ecmaBare(b.value), false
	if !value.Is("object", "new_expression") {
		return false
	}
	value.Walk(func(m syntax.Node) bool {
		if m.Is(ecmaFunctions...) {
			return false
		}
		if m.Is("identifier", "shorthand_property_identifier") {
			found = found || f.isGiven(m, depth-1)
		}
		return !found
	})
	return found
}
