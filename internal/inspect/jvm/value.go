package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// valueOf is the Value of an expression; null and no expression are no value.
func (f *file) valueOf(n syntax.Node) inspect.Value { return f.evaluate(n).Kept(false) }

// literal is the text of an expression that the file alone determines.
func (f *file) literal(n syntax.Node) (string, bool) {
	v := f.evaluate(n)
	return v.Text, v.IsLiteral()
}

// evaluate follows an expression as far as the file tells.
func (f *file) evaluate(n syntax.Node) fold.Value {
	if !n.OK() || isNull(n) {
		return fold.Value{}
	}
	return f.values.Ask(n.Index(), &f.depth, fold.Unknown, func() fold.Value { return f.referred(f.evaluateFresh(n), n).Bounded() })
}

func (f *file) evaluateFresh(n syntax.Node) fold.Value {
	switch n.Kind() {
	case "string_literal", "multiline_string_literal", "character_literal":
		return f.stringValue(n)
	case "decimal_integer_literal", "number_literal", "hex_integer_literal", "decimal_floating_point_literal", "float_literal", "long_literal":
		return fold.Literal(strings.TrimRight(strings.ReplaceAll(n.Text(), "_", ""), "lLfFdDuU"))
	case "true", "false", "boolean_literal":
		return fold.Literal(n.Text())
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
	return fold.Unknown
}

// unaryValue reads -1 and x!!.
func (f *file) unaryValue(n syntax.Node) fold.Value {
	v := f.evaluate(n.Child(0))
	switch text := n.Text(); {
	case strings.HasSuffix(text, "!!"):
		return v
	case strings.HasPrefix(text, "-") && v.Source == inspect.Literal:
		v.Text = "-" + v.Text
		return v
	}
	return fold.Unknown.Mix(v)
}

// mixed is what a value made of expressions in an unknown way comes from.
func (f *file) mixed(parts []syntax.Node) fold.Value {
	out := fold.Unknown
	for _, part := range parts[:min(len(parts), 64)] {
		out = out.Mix(f.evaluate(part))
	}
	return out
}

func (f *file) binaryValue(n syntax.Node) fold.Value {
	if isGenericCall(n) {
		return f.callValue(n)
	}
	switch f.operator(n) {
	case "+":
		left, right := n.Field("left"), n.Field("right")
		if (isNumber(left) || isNumber(right)) && !isString(left) && !isString(right) {
			if a, b := f.evaluate(left), f.evaluate(right); fold.AreNumbers(a, b) {
				return fold.Sum(a, b)
			}
		}
		return f.sum(n)
	case "?:":
		return fold.OrElse(f.evaluate(n.Field("left")), f.evaluate(n.Field("right")))
	}
	return f.mixed([]syntax.Node{n.Field("left"), n.Field("right")})
}

func isNumber(n syntax.Node) bool { return n.Is("decimal_integer_literal", "number_literal") }

func isString(n syntax.Node) bool { return n.Is("string_literal", "multiline_string_literal") }

// sum folds a + b + c without a recursion for each plus.
func (f *file) sum(n syntax.Node) fold.Value {
	var parts []fold.Value
	for n.Is("binary_expression") && f.operator(n) == "+" && len(parts) < 200 {
		parts = append(parts, f.evaluate(n.Field("right")))
		n = n.Field("left")
	}
	parts = append(parts, f.evaluate(n))
	for i, k := 0, len(parts)-1; i < k; i, k = i+1, k-1 {
		parts[i], parts[k] = parts[k], parts[i]
	}
	return fold.Join(parts...)
}

// chosenValue is condition ? a : b.
func (f *file) chosenValue(n syntax.Node) fold.Value {
	condition, then, other := branchesOf(n)
	return fold.Either(f.evaluate(then), f.evaluate(other)).DecidedBy(f.evaluate(condition))
}

func (f *file) nameValue(n syntax.Node) fold.Value {
	b := f.bindingOf(n.Text(), n)
	switch {
	case n.Text() == "true" || n.Text() == "false":
		return fold.Literal(n.Text())
	case b != nil:
		return f.bindingValue(b)
	}
	return f.constant(f.simpleName(n.Text()))
}

// bindingValue is the value of a name: of a field that the framework fills,
// what its annotation says.
func (f *file) bindingValue(b *binding) fold.Value {
	if b.param || b.field {
		if v, ok := f.injected(b.at); ok {
			return v
		}
	}
	if v, ok := f.settingOf[b.name.Index()]; ok && v.Source == inspect.Env {
		return v
	}
	if b.param {
		if len(b.values) > 0 {
			return fold.Either(append([]fold.Value{fold.Input}, f.evaluateAll(b.values)...)...)
		}
		return fold.Input
	}
	if len(b.values) == 0 {
		if b.field {
			return fold.Input // filled by a framework
		}
		return fold.Unknown
	}
	return fold.Either(f.evaluateAll(b.values)...)
}

func (f *file) evaluateAll(list []syntax.Node) []fold.Value {
	values := make([]fold.Value, 0, len(list))
	for _, n := range list[:min(len(list), 32)] {
		if n.OK() {
			values = append(values, f.evaluate(n))
		} else {
			values = append(values, fold.Unknown)
		}
	}
	return values
}

func (f *file) memberValue(n syntax.Node) fold.Value {
	object, member := n.Child(0), lastChild(n)
	if object.Text() == "this" {
		if b := f.fieldOf(enclosingClass(n), member.Text()); b != nil {
			return f.bindingValue(b)
		}
		return fold.Unknown
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
	if v := f.constant(f.resolve(n)); v.Source != inspect.Unknown {
		return v
	}
	if v := f.evaluate(object); v.Source == inspect.Env || v.Source == inspect.Input {
		if sameProperty[member.Text()] {
			return v
		}
		return v.WithoutText()
	}
	return fold.Unknown
}

// sameProperty are properties of Kotlin that keep a text.
var sameProperty = map[string]bool{"absolutePath": true, "path": true, "value": true, "trimmed": true}

// indexValue is System.getenv()["X"] and args[0].
func (f *file) indexValue(n syntax.Node) fold.Value {
	object := n.Child(0)
	if key, ok := f.literal(lastChild(n)); ok && environment[f.resolve(object)] {
		return fold.Env(key)
	}
	if v := f.evaluate(object); v.Source != inspect.Literal {
		return v.WithoutText()
	}
	return fold.Unknown
}
