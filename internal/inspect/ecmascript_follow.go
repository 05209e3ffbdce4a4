package inspect

import "strings"

// Names followed to the function or the expression that they stand for.

// function is the function of this file that an expression is or names.
func (f *ecmaFile) function(n node) node { return f.functionAt(n, maxHops/2) }

func (f *ecmaFile) functionAt(n node, hops int) node {
	n = ecmaBare(n)
	if hops <= 0 || !f.burn() {
		return node{}
	}
	switch n.kind() {
	case "identifier", "shorthand_property_identifier":
		b := f.lookup(n)
		if b == nil || len(b.path) > 0 || len(b.writes) > 0 && b.value.ok() {
			return node{}
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
		name := n.field("property").text()
		object := ecmaBare(n.field("object"))
		if object.is("this") {
			if m := f.classes[n.up("class_body").index()][name]; m != nil && len(m.values) == 1 {
				return f.functionAt(m.values[0], hops-1)
			}
			return node{}
		}
		if b := f.lookup(object); b != nil && b.how == ecmaClass { // a static method
			if m := f.classes[b.value.field("body").index()][name]; m != nil && len(m.values) == 1 {
				return f.functionAt(m.values[0], hops-1)
			}
		}
		return f.functionAt(f.property(f.object(object), name), hops-1)
	case "call_expression": // fn.bind(this), asyncHandler(fn)
		target := ecmaBare(n.field("function"))
		if target.is("member_expression") && target.field("property").text() == "bind" {
			return f.functionAt(target.field("object"), hops-1)
		}
		for _, a := range ecmaArgs(n) {
			if ecmaBare(a).is("arrow_function", "function_expression") {
				return ecmaBare(a)
			}
		}
	default:
		if n.is(ecmaFunctions...) {
			return n
		}
	}
	return node{}
}

// index is the node's place in its tree, -1 of none.
func (n node) index() int32 {
	if n.tree == nil {
		return -1
	}
	return n.i
}

// ecmaReturned is the expression that a function returns at its end, or none.
func ecmaReturned(fn node) node {
	body := fn.field("body")
	if !body.is("statement_block") {
		return body
	}
	statements := ecmaChildren(body)
	if len(statements) == 0 {
		return node{}
	}
	if last := statements[len(statements)-1]; last.is("return_statement") {
		return last.child(0)
	}
	return node{}
}

// definition follows a name or a member to the expression that it was given,
// when it was given only one.
func (f *ecmaFile) definition(n node) node { return f.definitionAt(n, maxHops) }

func (f *ecmaFile) definitionAt(n node, hops int) node {
	n = ecmaBare(n)
	if hops <= 0 || !f.burn() {
		return node{}
	}
	switch n.kind() {
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
			if v = f.property(object, step); !v.ok() {
				return n
			}
		}
		return f.definitionAt(v, hops-1)
	case "member_expression", "subscript_expression":
		root, path := ecmaPath(n)
		if b := f.lookup(root); b != nil {
			if set := b.members[strings.Join(path, ".")]; len(set) > 0 {
				if len(set) == 1 && !f.path(f.definitionAt(root, hops-1), path...).ok() && set[0].ok() {
					return f.definitionAt(set[0], hops-1)
				}
				return n
			}
		}
		name := path[len(path)-1]
		if root.is("this") && len(path) == 1 {
			if m := f.classes[n.up("class_body").index()][name]; m != nil && len(m.values) == 1 {
				return f.definitionAt(m.values[0], hops-1)
			}
			return n
		}
		if v := f.property(f.definitionAt(n.field("object"), hops-1), name); v.ok() {
			return f.definitionAt(v, hops-1)
		}
	}
	return n
}
