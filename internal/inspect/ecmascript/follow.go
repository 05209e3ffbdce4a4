package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// Names followed to the function or the expression that they stand for.

// function is the function of this file that an expression is or names.
func (f *ecmaFile) function(n syntax.Node) syntax.Node { return f.functionAt(n, maxHops/2) }

func (f *ecmaFile) functionAt(n syntax.Node, hops int) syntax.Node {
	n = ecmaBare(n)
	if hops <= 0 || !f.burn() {
		return syntax.Node{}
	}
	switch n.Kind() {
	case "identifier", "shorthand_property_identifier":
		b := f.lookup(n)
		if b == nil || len(b.path) > 0 || len(b.writes) > 0 && b.value.OK() {
			return syntax.Node{}
		}
		switch b.how {
		case ecmaFunction:
			return b.value
		case ecmaVariable:
			if values := b.values(); len(values) == 1 {
				return f.functionAt(values[0], hops-1)
			}
		}
	case "member_expression":
		name := n.Field("property").Text()
		object := ecmaBare(n.Field("object"))
		if object.Is("this") {
			if m := f.classes[n.Up("class_body").Index()][name]; m != nil && len(m.values) == 1 {
				return f.functionAt(m.values[0], hops-1)
			}
			return syntax.Node{}
		}
		if b := f.lookup(object); b != nil && b.how == ecmaClass { // a static method
			if m := f.classes[b.value.Field("body").Index()][name]; m != nil && len(m.values) == 1 {
				return f.functionAt(m.values[0], hops-1)
			}
		}
		return f.functionAt(f.property(f.object(object), name), hops-1)
	case "call_expression": // fn.bind(this), asyncHandler(fn)
		target := ecmaBare(n.Field("function"))
		if target.Is("member_expression") && target.Field("property").Text() == "bind" {
			return f.functionAt(target.Field("object"), hops-1)
		}
		for _, a := range ecmaArgs(n) {
			if ecmaBare(a).Is("arrow_function", "function_expression") {
				return ecmaBare(a)
			}
		}
	default:
		if n.Is(ecmaFunctions...) {
			return n
		}
	}
	return syntax.Node{}
}

// returned is the expression that a function returns at its end, or none.
func (f *ecmaFile) returned(fn syntax.Node) syntax.Node {
	body := fn.Field("body")
	if !body.Is("statement_block") {
		return body
	}
	if last, known := f.returns[fn.Index()]; known {
		return last
	}
	var last, result syntax.Node
	for c := body.First(); c.OK(); c = c.Next() {
		if !c.Is("comment") {
			last = c
		}
	}
	if last.Is("return_statement") {
		result = last.Child(0)
	}
	f.returns[fn.Index()] = result
	return result
}

// definition follows a name or a member to the expression that it was given,
// when it was given only one.
func (f *ecmaFile) definition(n syntax.Node) syntax.Node { return f.definitionAt(n, maxHops) }

func (f *ecmaFile) definitionAt(n syntax.Node, hops int) syntax.Node {
	n = ecmaBare(n)
	if hops <= 0 || !f.burn() {
		return syntax.Node{}
	}
	switch n.Kind() {
	case "identifier", "shorthand_property_identifier":
		b := f.lookup(n)
		if b == nil || b.how != ecmaVariable {
			return n
		}
		values := b.values()
		if len(values) != 1 || b.extended || b.filled {
			return n
		}
		v := values[0]
		for _, step := range b.path {
			object := f.definitionAt(v, hops-1)
			if v = f.property(object, step); !v.OK() {
				return n
			}
		}
		return f.definitionAt(v, hops-1)
	case "member_expression", "subscript_expression":
		root, path := ecmaPath(n)
		if b := f.lookup(root); b != nil {
			if set := b.members[strings.Join(path, ".")]; len(set) > 0 {
				if len(set) == 1 && !f.path(f.definitionAt(root, hops-1), path...).OK() && set[0].OK() {
					return f.definitionAt(set[0], hops-1)
				}
				return n
			}
		}
		name := path[len(path)-1]
		if root.Is("this") && len(path) == 1 {
			if m := f.classes[n.Up("class_body").Index()][name]; m != nil && len(m.values) == 1 {
				return f.definitionAt(m.values[0], hops-1)
			}
			return n
		}
		if v := f.property(f.definitionAt(n.Field("object"), hops-1), name); v.OK() {
			return f.definitionAt(v, hops-1)
		}
	}
	return n
}
