package ecmascript

import (
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// Shapes of the three grammars' trees that every part of the extractor needs.

var ecmaFunctions = []string{
	"function_declaration", "function_expression", "arrow_function", "generator_function",
	"generator_function_declaration", "method_definition",
}

// ecmaArgs are a call's arguments without comments.
func ecmaArgs(call syntax.Node) []syntax.Node {
	list := call.Field("arguments")
	if !list.Is("arguments") {
		return nil
	}
	return ecmaChildren(list)
}

func ecmaChildren(n syntax.Node) []syntax.Node {
	return slices.DeleteFunc(n.Children(), func(c syntax.Node) bool { return c.Is("comment") })
}

// ecmaBare takes off what changes nothing at run time or waits for it:
// parentheses, await, "as", "satisfies", "!", type arguments.
func ecmaBare(n syntax.Node) syntax.Node {
	for n.Is("parenthesized_expression", "await_expression", "as_expression", "satisfies_expression",
		"non_null_expression", "type_assertion", "instantiation_expression") {
		inner := n.Child(0)
		if n.Is("type_assertion") {
			inner = n.Child(1)
		}
		if !inner.OK() {
			return n
		}
		n = inner
	}
	return n
}

// ecmaString is the text of a string literal, or of a template without
// substitutions.
func ecmaString(n syntax.Node) (string, bool) {
	n = ecmaBare(n)
	if !n.Is("string", "template_string") {
		return "", false
	}
	var b strings.Builder
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "template_substitution":
			return "", false
		case "escape_sequence":
			b.WriteString(ecmaEscape(c.Text()))
		default:
			b.WriteString(c.Text())
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
func ecmaKey(n syntax.Node) string {
	switch n.Kind() {
	case "computed_property_name":
		text, _ := ecmaString(n.Child(0))
		return text
	case "string":
		text, _ := ecmaString(n)
		return text
	}
	return n.Text()
}

// property is the value of an object literal's entry: the first of names that
// it has, searched in its spreads as well. Of a method it is the method.
func (f *ecmaFile) property(object syntax.Node, names ...string) syntax.Node {
	if !object.Is("object") {
		return syntax.Node{}
	}
	for _, name := range names {
		if v := f.ownProperty(object, name, 4); v.OK() {
			return v
		}
	}
	return syntax.Node{}
}

// ecmaObject is an object literal's entries by name, and what it spreads.
type ecmaObject struct {
	entries map[string]syntax.Node
	spreads []syntax.Node
}

func (f *ecmaFile) entries(object syntax.Node) *ecmaObject {
	if o := f.objects[object.Index()]; o != nil {
		return o
	}
	o := &ecmaObject{entries: map[string]syntax.Node{}}
	for c := object.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "pair":
			o.entries[ecmaKey(c.Field("key"))] = c.Field("value")
		case "shorthand_property_identifier":
			o.entries[c.Text()] = c
		case "method_definition":
			o.entries[ecmaKey(c.Field("name"))] = c
		case "spread_element":
			o.spreads = append(o.spreads, c.Child(0))
		}
	}
	f.objects[object.Index()] = o
	return o
}

func (f *ecmaFile) ownProperty(object syntax.Node, name string, depth int) syntax.Node {
	o := f.entries(object)
	if v := o.entries[name]; v.OK() || depth == 0 {
		return v
	}
	for _, s := range o.spreads {
		if !f.burn() {
			break
		}
		if spread := f.object(s); spread.OK() && spread != object {
			if v := f.ownProperty(spread, name, depth-1); v.OK() {
				return v
			}
		}
	}
	return syntax.Node{}
}

// burn takes one step of the file's budget for following names, and reports
// whether any is left: a file can be written so that its names lead to each
// other in endlessly many ways.
func (f *ecmaFile) burn() bool {
	f.fuel--
	return f.fuel > 0
}

// path follows names into nested object literals.
func (f *ecmaFile) path(object syntax.Node, names ...string) syntax.Node {
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
func (f *ecmaFile) opaque(object syntax.Node) bool {
	for c := object.First(); c.OK(); c = c.Next() {
		if c.Is("spread_element") && !f.object(c.Child(0)).OK() {
			return true
		}
	}
	return false
}

// object is the object literal that an expression is or names, or none.
func (f *ecmaFile) object(n syntax.Node) syntax.Node {
	if f.hops >= maxHops || !f.burn() {
		return syntax.Node{}
	}
	f.hops++
	defer func() { f.hops-- }()
	v := f.definition(n)
	switch {
	case v.Is("object"):
		return v
	case v.Is("call_expression"):
		switch c := f.callOf(v); c.callee {
		case "Object.freeze", "Object.assign", "structuredClone":
			return f.object(c.arg(0))
		}
	}
	return syntax.Node{}
}

// enclosing is the nearest function around a node, or none at module level.
func ecmaEnclosing(n syntax.Node) syntax.Node { return n.Up(ecmaFunctions...) }

// ecmaFunctionName is the name by which a function is called: its own, its
// variable's, its key's or its member's.
func ecmaFunctionName(fn syntax.Node) string {
	if name := fn.Field("name"); name.OK() {
		return ecmaKey(name)
	}
	p := fn.Parent()
	for p.Is("parenthesized_expression", "as_expression", "satisfies_expression", "call_expression", "arguments") {
		p = p.Parent()
	}
	switch p.Kind() {
	case "variable_declarator":
		return p.Field("name").Text()
	case "pair":
		return ecmaKey(p.Field("key"))
	case "field_definition":
		return ecmaKey(p.Field("property"))
	case "public_field_definition":
		return ecmaKey(p.Field("name"))
	case "assignment_expression":
		left := p.Field("left")
		if left.Is("member_expression") {
			return left.Field("property").Text()
		}
		return left.Text()
	}
	return ""
}

// ecmaParameters are a function's parameter patterns, in order.
func ecmaParameters(fn syntax.Node) []syntax.Node {
	if p := fn.Field("parameter"); p.OK() {
		return []syntax.Node{p}
	}
	var list []syntax.Node
	for _, p := range ecmaChildren(fn.Field("parameters")) {
		if p.Is("required_parameter", "optional_parameter") {
			if pattern := p.Field("pattern"); pattern.OK() && !pattern.Is("this") { // what TypeScript says of this is no parameter
				list = append(list, pattern)
			}
			continue
		}
		if p.Is("assignment_pattern") {
			p = p.Field("left")
		}
		list = append(list, p)
	}
	return list
}

// ecmaCalledInPlace reports whether a function is called where it stands, so
// that its body runs when the code around it does.
func ecmaCalledInPlace(fn syntax.Node) bool {
	p := fn.Parent()
	for p.Is("parenthesized_expression") {
		fn, p = p, p.Parent()
	}
	if p.Is("call_expression") && p.Field("function") == fn {
		return true
	}
	// (function () { … }).call(this)
	return p.Is("member_expression") && p.Field("object") == fn && p.Parent().Is("call_expression")
}
