package inspect

import (
	"slices"
	"strconv"
	"strings"
)

// Shapes of the three grammars' trees that every part of the extractor needs.

var ecmaFunctions = []string{
	"function_declaration", "function_expression", "arrow_function", "generator_function",
	"generator_function_declaration", "method_definition",
}

// ecmaArgs are a call's arguments without comments.
func ecmaArgs(call node) []node {
	list := call.field("arguments")
	if !list.is("arguments") {
		return nil
	}
	return ecmaChildren(list)
}

func ecmaChildren(n node) []node {
	return slices.DeleteFunc(n.children(), func(c node) bool { return c.is("comment") })
}

// ecmaBare takes off what changes nothing at run time or waits for it:
// parentheses, await, "as", "satisfies", "!", type arguments.
func ecmaBare(n node) node {
	for n.is("parenthesized_expression", "await_expression", "as_expression", "satisfies_expression",
		"non_null_expression", "type_assertion", "instantiation_expression") {
		inner := n.child(0)
		if n.is("type_assertion") {
			inner = n.child(1)
		}
		if !inner.ok() {
			return n
		}
		n = inner
	}
	return n
}

// ecmaString is the text of a string literal, or of a template without
// substitutions.
func ecmaString(n node) (string, bool) {
	n = ecmaBare(n)
	if !n.is("string", "template_string") {
		return "", false
	}
	var b strings.Builder
	for c := n.first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "template_substitution":
			return "", false
		case "escape_sequence":
			b.WriteString(ecmaEscape(c.text()))
		default:
			b.WriteString(c.text())
		}
	}
	return b.String(), true
}

// ecmaEscape is what an escape sequence stands for.
func ecmaEscape(text string) string {
	if len(text) < 2 {
		return text
	}
	switch text[1] {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	case '0':
		return "\x00"
	case '\n', '\r':
		return ""
	case 'x', 'u':
		if code, err := strconv.ParseUint(strings.Trim(text[2:], "{}"), 16, 32); err == nil {
			return string(rune(code))
		}
	}
	return text[1:]
}

// ecmaKey is the name of an object's or pattern's entry, or of a class member;
// "" when it is computed.
func ecmaKey(n node) string {
	switch n.kind() {
	case "computed_property_name":
		text, _ := ecmaString(n.child(0))
		return text
	case "string":
		text, _ := ecmaString(n)
		return text
	}
	return n.text()
}

// property is the value of an object literal's entry: the first of names that
// it has, searched in its spreads as well. Of a method it is the method.
func (f *ecmaFile) property(object node, names ...string) node {
	if !object.is("object") {
		return node{}
	}
	for _, name := range names {
		if v := f.ownProperty(object, name, 4); v.ok() {
			return v
		}
	}
	return node{}
}

// ecmaObject is an object literal's entries by name, and what it spreads.
type ecmaObject struct {
	entries map[string]node
	spreads []node
}

func (f *ecmaFile) entries(object node) *ecmaObject {
	if o := f.objects[object.i]; o != nil {
		return o
	}
	o := &ecmaObject{entries: map[string]node{}}
	for c := object.first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "pair":
			o.entries[ecmaKey(c.field("key"))] = c.field("value")
		case "shorthand_property_identifier":
			o.entries[c.text()] = c
		case "method_definition":
			o.entries[ecmaKey(c.field("name"))] = c
		case "spread_element":
			o.spreads = append(o.spreads, c.child(0))
		}
	}
	f.objects[object.i] = o
	return o
}

func (f *ecmaFile) ownProperty(object node, name string, depth int) node {
	o := f.entries(object)
	if v := o.entries[name]; v.ok() || depth == 0 {
		return v
	}
	for _, s := range o.spreads {
		if !f.burn() {
			break
		}
		if spread := f.object(s); spread.ok() && spread != object {
			if v := f.ownProperty(spread, name, depth-1); v.ok() {
				return v
			}
		}
	}
	return node{}
}

// burn takes one step of the file's budget for following names, and reports
// whether any is left: a file can be written so that its names lead to each
// other in endlessly many ways.
func (f *ecmaFile) burn() bool {
	f.fuel--
	return f.fuel > 0
}

// path follows names into nested object literals.
func (f *ecmaFile) path(object node, names ...string) node {
	for i, name := range names {
		object = f.property(object, name)
		if i < len(names)-1 {
			object = f.object(object)
		}
	}
	return object
}

// opaque reports whether an object literal spreads something that the file
// does not show.
func (f *ecmaFile) opaque(object node) bool {
	for c := object.first(); c.ok(); c = c.next() {
		if c.is("spread_element") && !f.object(c.child(0)).ok() {
			return true
		}
	}
	return false
}

// object is the object literal that an expression is or names, or none.
func (f *ecmaFile) object(n node) node {
	if f.hops >= maxHops || !f.burn() {
		return node{}
	}
	f.hops++
	defer func() { f.hops-- }()
	v := f.definition(n)
	switch {
	case v.is("object"):
		return v
	case v.is("call_expression"):
		switch c := f.callOf(v); c.callee {
		case "Object.freeze", "Object.assign", "structuredClone":
			return f.object(c.arg(0))
		}
	}
	return node{}
}

// enclosing is the nearest function around a node, or none at module level.
func ecmaEnclosing(n node) node { return n.up(ecmaFunctions...) }

// ecmaFunctionName is the name by which a function is called: its own, its
// variable's, its key's or its member's.
func ecmaFunctionName(fn node) string {
	if name := fn.field("name"); name.ok() {
		return ecmaKey(name)
	}
	p := fn.parent()
	for p.is("parenthesized_expression", "as_expression", "satisfies_expression", "call_expression", "arguments") {
		p = p.parent()
	}
	switch p.kind() {
	case "variable_declarator":
		return p.field("name").text()
	case "pair":
		return ecmaKey(p.field("key"))
	case "field_definition":
		return ecmaKey(p.field("property"))
	case "public_field_definition":
		return ecmaKey(p.field("name"))
	case "assignment_expression":
		left := p.field("left")
		if left.is("member_expression") {
			return left.field("property").text()
		}
		return left.text()
	}
	return ""
}

// ecmaParameters are a function's parameter patterns, in order.
func ecmaParameters(fn node) []node {
	if p := fn.field("parameter"); p.ok() {
		return []node{p}
	}
	var list []node
	for _, p := range ecmaChildren(fn.field("parameters")) {
		if p.is("required_parameter", "optional_parameter") {
			if pattern := p.field("pattern"); pattern.ok() {
				list = append(list, pattern)
			}
			continue
		}
		if p.is("assignment_pattern") {
			p = p.field("left")
		}
		list = append(list, p)
	}
	return list
}

// ecmaCalledInPlace reports whether a function is called where it stands, so
// that its body runs when the code around it does.
func ecmaCalledInPlace(fn node) bool {
	p := fn.parent()
	for p.is("parenthesized_expression") {
		fn, p = p, p.parent()
	}
	if p.is("call_expression") && p.field("function") == fn {
		return true
	}
	// (function () { … }).call(this)
	return p.is("member_expression") && p.field("object") == fn && p.parent().is("call_expression")
}
