package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// value is a Value whose text is still as written: secrets are masked when it
// becomes a Value.
type value struct {
	source inspect.Source
	text   string
	has    bool
	env    []string
	secret bool // text is the fallback of a secret-named variable
}

var (
	unknown = value{source: inspect.Unknown}
	input   = value{source: inspect.Input}
	random  = value{source: inspect.Random}
)

func literal(text string) value { return value{source: inspect.Literal, text: text, has: true} }

// value is what may be kept: secrets are masked. hidden says that the value's
// place makes it a secret.
func (v value) value(hidden bool) inspect.Value {
	out := inspect.Value{Source: v.source, Env: v.env}
	if !v.has {
		return out
	}
	lit := inspect.LitOf(v.text)
	if (hidden || v.secret) && v.text != "" && lit.Secret == nil {
		lit = inspect.SecretLit(v.text)
	}
	out.Text, out.HasText, out.Secret = lit.Text, true, lit.Secret
	return out
}

// valueOf is the Value of an expression; null and no expression are no value.
func (f *file) valueOf(n syntax.Node) inspect.Value { return f.evaluate(n).value(false) }

// literal is the text of an expression that the file alone determines.
func (f *file) literal(n syntax.Node) (string, bool) {
	v := f.evaluate(n)
	return v.text, v.source == inspect.Literal
}

// evaluate follows an expression as far as the file tells.
func (f *file) evaluate(n syntax.Node) value {
	if !n.OK() || isNull(n) {
		return value{}
	}
	if v, done := f.values[n.Index()]; done {
		return v
	}
	if f.busy[^n.Index()] || f.follows > maxFollows {
		return unknown
	}
	f.busy[^n.Index()] = true
	v := f.evaluateFresh(n)
	delete(f.busy, ^n.Index())
	if len(v.text) > inspect.MaxText || len(v.env) > maxEnv {
		v = value{source: weaker(inspect.Unknown, v.source), env: v.env[:min(len(v.env), maxEnv)]}
	}
	f.values[n.Index()] = v
	return v
}

// maxEnv bounds the variables that one value is made of.
const maxEnv = 16

func (f *file) evaluateFresh(n syntax.Node) value {
	switch n.Kind() {
	case "string_literal", "multiline_string_literal", "character_literal":
		return f.stringValue(n)
	case "decimal_integer_literal", "number_literal", "hex_integer_literal", "decimal_floating_point_literal", "float_literal", "long_literal":
		return literal(strings.TrimRight(strings.ReplaceAll(n.Text(), "_", ""), "lLfFdDuU"))
	case "true", "false", "boolean_literal":
		return literal(n.Text())
	case "unary_expression":
		return f.unaryValue(n)
	case "identifier":
		return f.nameValue(n)
	case "field_access", "navigation_expression":
		return f.memberValue(n)
	case "array_access", "index_expression":
		return f.indexValue(n)
	case "method_invocation", "call_expression", "object_creation_expression":
		return f.callValue(n)
	case "parenthesized_expression":
		return f.evaluate(n.Child(0))
	case "cast_expression":
		return f.evaluate(n.Field("value"))
	case "as_expression":
		return f.evaluate(n.Field("left"))
	case "assignment_expression":
		return f.evaluate(n.Field("right"))
	case "binary_expression":
		return f.binaryValue(n)
	case "ternary_expression", "if_expression":
		return f.chosenValue(n)
	case "block", "when_expression", "switch_expression", "array_initializer", "element_value_array_initializer", "collection_literal", "array_creation_expression",
		"switch_block", "switch_rule", "expression_statement", "when_entry":
		if n.Is("block") && n.Child(0) == lastChild(n) {
			return f.evaluate(n.Child(0))
		}
		return f.mixed(n.Children())
	}
	return unknown
}

// unaryValue reads -1 and x!!.
func (f *file) unaryValue(n syntax.Node) value {
	v := f.evaluate(n.Child(0))
	switch text := n.Text(); {
	case strings.HasSuffix(text, "!!"):
		return v
	case strings.HasPrefix(text, "-") && v.source == inspect.Literal:
		v.text = "-" + v.text
		return v
	}
	return value{source: weaker(inspect.Unknown, v.source), env: v.env}
}

// join is the concatenation of values: with a read it is Env, with a parameter
// Input, with anything else Unknown.
func join(parts []value) value {
	out := literal("")
	for _, part := range parts {
		out.env = append(out.env[:len(out.env):len(out.env)], part.env...)
		out.secret = out.secret || part.secret
		out.has = out.has && part.has
		if out.text += part.text; len(out.text) > inspect.MaxText {
			out.has, out.text = false, ""
		}
		out.source = weaker(out.source, part.source)
	}
	if !out.has {
		out.text = ""
	}
	return out
}

// weaker is the source of a mix: Env before Random, Input, Unknown, Literal.
func weaker(a, b inspect.Source) inspect.Source {
	for _, s := range []inspect.Source{inspect.Env, inspect.Random, inspect.Input} {
		if a == s || b == s {
			return s
		}
	}
	if a == inspect.Literal && b == inspect.Literal {
		return inspect.Literal
	}
	return inspect.Unknown
}

// mixed is what a value made of expressions in an unknown way comes from.
func (f *file) mixed(parts []syntax.Node) value {
	out := unknown
	for _, part := range parts[:min(len(parts), 64)] {
		if v := f.evaluate(part); v.source != inspect.Literal {
			out.source = weaker(out.source, v.source)
			out.env = append(out.env[:len(out.env):len(out.env)], v.env...)
		}
	}
	return out
}

// either is one of several values: a literal only if all agree.
func either(list ...value) value {
	chosen := list[0]
	for _, v := range list[1:] {
		if v.source == inspect.None || v.source == inspect.Unknown && len(v.env) == 0 && chosen.source == inspect.Env {
			continue
		}
		same := v.source == chosen.source && v.text == chosen.text && v.has == chosen.has
		env := append(chosen.env[:len(chosen.env):len(chosen.env)], v.env...)
		switch {
		case chosen.source == inspect.None:
			chosen = v
		case same:
		case v.source == inspect.Literal && chosen.source == inspect.Literal:
			chosen = unknown
		case chosen.source == inspect.Env && v.source == inspect.Literal && !chosen.has:
			chosen.text, chosen.has = v.text, true
		case chosen.source == inspect.Literal && v.source == inspect.Env && !v.has:
			chosen.source = inspect.Env
		default:
			chosen = value{source: weaker(chosen.source, v.source), text: chosen.text, has: chosen.has && chosen.source == inspect.Env, secret: chosen.secret}
			if !chosen.has {
				chosen.text = ""
			}
		}
		chosen.env = env
	}
	return chosen
}

// otherwise is a, or b when a is unset.
func otherwise(a, b value) value {
	switch {
	case a.source == inspect.None, a.source == inspect.Literal && a.text == "":
		return b
	case a.source == inspect.Literal:
		return a
	}
	out := value{source: weaker(a.source, b.source), env: append(a.env[:len(a.env):len(a.env)], b.env...)}
	switch {
	case a.source == inspect.Unknown && b.source == inspect.Literal:
		return unknown
	case a.has && a.text != "":
		out.text, out.has, out.secret = a.text, true, a.secret
	case b.has:
		out.text, out.has, out.secret = b.text, true, a.secret || b.secret
	}
	return out
}

func (f *file) binaryValue(n syntax.Node) value {
	if isGenericCall(n) {
		return f.callValue(n)
	}
	switch f.operator(n) {
	case "+":
		return f.sum(n)
	case "?:":
		return otherwise(f.evaluate(n.Field("left")), f.evaluate(n.Field("right")))
	}
	return f.mixed([]syntax.Node{n.Field("left"), n.Field("right")})
}

// sum folds a + b + c without a recursion for each plus.
func (f *file) sum(n syntax.Node) value {
	var parts []value
	for n.Is("binary_expression") && f.operator(n) == "+" && len(parts) < 200 {
		parts = append(parts, f.evaluate(n.Field("right")))
		n = n.Field("left")
	}
	parts = append(parts, f.evaluate(n))
	for i, k := 0, len(parts)-1; i < k; i, k = i+1, k-1 {
		parts[i], parts[k] = parts[k], parts[i]
	}
	return join(parts)
}

// chosenValue is condition ? a : b; a condition on a read makes it Env.
func (f *file) chosenValue(n syntax.Node) value {
	condition, then, other := branchesOf(n)
	v := either(f.evaluate(then), f.evaluate(other))
	if c := f.evaluate(condition); c.source == inspect.Env && v.source != inspect.Env {
		v.source, v.env = inspect.Env, c.env
	}
	return v
}

func (f *file) nameValue(n syntax.Node) value {
	b := f.bindingOf(n.Text(), n)
	switch {
	case n.Text() == "true" || n.Text() == "false":
		return literal(n.Text())
	case b != nil:
		return f.bindingValue(b)
	}
	return f.constant(f.simpleName(n.Text()))
}

// bindingValue is the value of a name: of a field that the framework fills,
// what its annotation says.
func (f *file) bindingValue(b *binding) value {
	if b.param || b.field {
		if v, ok := f.injected(b.at); ok {
			return v
		}
	}
	if b.param {
		if len(b.values) > 0 {
			return either(append([]value{input}, f.evaluateAll(b.values)...)...)
		}
		return input
	}
	if len(b.values) == 0 {
		if b.field {
			return input // filled by a framework
		}
		return unknown
	}
	f.follows++
	defer func() { f.follows-- }()
	return either(f.evaluateAll(b.values)...)
}

func (f *file) evaluateAll(list []syntax.Node) []value {
	values := make([]value, 0, len(list))
	for _, n := range list[:min(len(list), 32)] {
		if n.OK() {
			values = append(values, f.evaluate(n))
		} else {
			values = append(values, unknown)
		}
	}
	return values
}

func (f *file) memberValue(n syntax.Node) value {
	object, member := n.Child(0), lastChild(n)
	if object.Text() == "this" {
		if b := f.fieldOf(enclosingClass(n), member.Text()); b != nil {
			return f.bindingValue(b)
		}
		return unknown
	}
	if object.Is("identifier") && f.bindingOf(object.Text(), object) == nil {
		if class, ok := f.classes[object.Text()]; ok {
			for _, scope := range []int32{class.Index(), f.companion(class)} {
				if b := f.names[scopedName{scope, member.Text()}]; b != nil {
					return f.bindingValue(b)
				}
			}
		}
	}
	if v := f.constant(f.resolve(n)); v.source != inspect.Unknown {
		return v
	}
	if v := f.evaluate(object); v.source == inspect.Env || v.source == inspect.Input {
		return value{source: v.source, env: v.env, text: v.text, has: v.has && sameProperty[member.Text()]}.tidy()
	}
	return unknown
}

// sameProperty are properties of Kotlin that keep a text.
var sameProperty = map[string]bool{"absolutePath": true, "path": true, "value": true, "trimmed": true}

func (v value) tidy() value {
	if !v.has {
		v.text = ""
	}
	return v
}

// indexValue is System.getenv()["X"] and args[0].
func (f *file) indexValue(n syntax.Node) value {
	object := n.Child(0)
	if key, ok := f.literal(lastChild(n)); ok && environment[f.resolve(object)] {
		return value{source: inspect.Env, env: []string{key}}
	}
	if v := f.evaluate(object); v.source != inspect.Literal {
		return value{source: v.source, env: v.env}
	}
	return unknown
}
