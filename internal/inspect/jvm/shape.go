package jvm

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// The shapes of the two grammars: what is a class, a function, a lambda.
var (
	classKinds = map[string]bool{
		"class_declaration": true, "interface_declaration": true, "enum_declaration": true, "record_declaration": true, "annotation_type_declaration": true,
		"object_declaration": true, "companion_object": true, "object_literal": true,
	}
	functionKinds = map[string]bool{
		"method_declaration": true, "constructor_declaration": true, "compact_constructor_declaration": true,
		"function_declaration": true, "secondary_constructor": true, "anonymous_function": true, "getter": true, "setter": true,
	}
	lambdaKinds = map[string]bool{"lambda_expression": true, "lambda_literal": true}
	blockKinds  = map[string]bool{
		"block": true, "constructor_body": true, "for_statement": true, "enhanced_for_statement": true, "catch_clause": true, "catch_block": true,
		"try_with_resources_statement": true, "switch_block_statement_group": true, "switch_rule": true, "when_entry": true, "program": true, "source_file": true,
	}
)

// isClass tells the body of an anonymous class too.
func isClass(n syntax.Node) bool {
	return classKinds[n.Kind()] || n.Is("class_body") && n.Parent().Is("object_creation_expression", "enum_constant", "enum_entry")
}

func isScope(n syntax.Node) bool {
	kind := n.Kind()
	return blockKinds[kind] || functionKinds[kind] || lambdaKinds[kind] || isClass(n)
}

// up is the nearest node around n that is of one of the sorts.
func up(n syntax.Node, of func(syntax.Node) bool) syntax.Node {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if of(p) {
			return p
		}
	}
	return syntax.Node{}
}

// enclosingFunction is the method or function around n, lambdas left out; none
// in initialisers and fields.
func enclosingFunction(n syntax.Node) syntax.Node {
	return up(n, func(p syntax.Node) bool { return functionKinds[p.Kind()] })
}

func enclosingClass(n syntax.Node) syntax.Node { return up(n, isClass) }

// functionName is a function's name. Kotlin's grammar sometimes reads the name
// of an extension function as a part of its receiver's type.
func functionName(fn syntax.Node) string {
	if name := fn.Field("name").Text(); name != "" {
		return strings.Trim(name, "`")
	}
	if receiver := childOf(fn, "user_type"); receiver.OK() {
		text := receiver.Text()
		return text[strings.LastIndexByte(text, '.')+1:]
	}
	return ""
}

func childOf(n syntax.Node, kinds ...string) syntax.Node {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Is(kinds...) {
			return c
		}
	}
	return syntax.Node{}
}

// bodyOf is the body of a function, lambda or class.
func bodyOf(n syntax.Node) syntax.Node {
	if body := n.Field("body"); body.OK() {
		return body
	}
	if lambdaKinds[n.Kind()] || n.Is("class_body") {
		return n
	}
	return childOf(n, "function_body", "class_body", "enum_class_body", "block")
}

// parameter is one parameter of a function.
type parameter struct {
	node, name, typ, fallback syntax.Node
	modifiers                 syntax.Node // that hold its annotations
}

// parameters are the parameters of a function, constructor, record or class.
func parameters(fn syntax.Node) []parameter {
	list := fn.Field("parameters")
	if !list.OK() {
		list = childOf(fn, "function_value_parameters", "lambda_parameters")
	}
	if !list.OK() {
		list = childOf(childOf(fn, "primary_constructor"), "class_parameters")
	}
	var found []parameter
	var modifiers syntax.Node
	for c := list.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "formal_parameter":
			found = append(found, parameter{node: c, name: c.Field("name"), typ: c.Field("type"), modifiers: childOf(c, "modifiers")})
		case "spread_parameter":
			found = append(found, parameter{node: c, name: childOf(c, "variable_declarator").Field("name"), modifiers: childOf(c, "modifiers")})
		case "identifier":
			found = append(found, parameter{node: c, name: c})
		case "parameter_modifiers":
			modifiers = c
			continue
		case "parameter", "variable_declaration":
			found = append(found, parameter{node: c, name: childOf(c, "identifier"), typ: typeIn(c), modifiers: modifiers})
		case "class_parameter":
			p := parameter{node: c, name: childOf(c, "identifier"), typ: typeIn(c), modifiers: childOf(c, "modifiers")}
			if last := lastChild(c); last != p.name && last != p.typ {
				p.fallback = last
			}
			found = append(found, p)
		default:
			if len(found) > 0 && !c.IsComment() && c.Parent().Is("function_value_parameters") {
				found[len(found)-1].fallback = c
			}
		}
		modifiers = syntax.Node{}
	}
	return found
}

func lastChild(n syntax.Node) (last syntax.Node) {
	for c := n.First(); c.OK(); c = c.Next() {
		if !c.IsComment() {
			last = c
		}
	}
	return last
}

// typeIn is the type that stands directly in a Kotlin declaration.
func typeIn(n syntax.Node) syntax.Node {
	return childOf(n, "user_type", "nullable_type", "function_type", "parenthesized_type")
}

// declared are the name and the value of a declaration: T a = b, val a = b,
// val a by lazy { b }.
func declared(n syntax.Node) (name, v syntax.Node) {
	if n.Is("variable_declarator", "resource") {
		return n.Field("name"), n.Field("value")
	}
	variable := childOf(n, "variable_declaration")
	for c := variable.Next(); variable.OK() && c.OK(); c = c.Next() {
		switch {
		case c.IsComment(), c.Is("getter", "setter", "type_constraints"):
		case c.Is("property_delegate"):
			v = delegated(c)
		case !v.OK():
			v = c
		}
	}
	return childOf(variable, "identifier"), v
}

// delegated is what by lazy { … } makes.
func delegated(n syntax.Node) syntax.Node {
	made := n.Child(0)
	if name := made.Child(0).Text(); name == "lazy" || strings.HasPrefix(name, "lazy(") {
		if lambda := childOf(childOf(made, "annotated_lambda"), "lambda_literal"); lambda.OK() {
			return lastChild(lambda)
		}
	}
	return made
}

// branchesOf are the condition of an if or a conditional expression and what
// is done when it holds and when it doesn't.
func branchesOf(n syntax.Node) (condition, then, otherwise syntax.Node) {
	condition = bare(n.Field("condition"))
	if n.Is("if_expression") {
		for c := n.First(); c.OK(); c = c.Next() {
			switch {
			case c.FieldName() == "condition" || c.IsComment():
			case !then.OK():
				then = c
			default:
				otherwise = c
			}
		}
		return condition, then, otherwise
	}
	return condition, n.Field("consequence"), n.Field("alternative")
}

// bare takes off parentheses and Kotlin's !!.
func bare(n syntax.Node) syntax.Node {
	for range 8 {
		switch {
		case n.Is("parenthesized_expression"):
			n = n.Child(0)
		case n.Is("unary_expression") && strings.HasSuffix(n.Text(), "!!"):
			n = n.Child(0)
		default:
			return n
		}
	}
	return n
}

// operator is the operator of an expression with two sides.
func (f *file) operator(n syntax.Node) string {
	if op := n.Field("operator"); op.OK() {
		return op.Text()
	}
	_, from := n.Field("left").Span()
	to, _ := n.Field("right").Span()
	if to <= from || to-from > 40 {
		return ""
	}
	return strings.TrimSpace(string(f.tree.Source()[from:to]))
}

// negated reports whether n is !x, and x.
func negated(n syntax.Node) (syntax.Node, bool) {
	if n.Is("unary_expression") && strings.HasPrefix(n.Text(), "!") {
		return bare(n.Child(0)), true
	}
	return n, false
}

// isNull reports whether n is null.
func isNull(n syntax.Node) bool {
	return n.Is("null_literal") || n.Is("identifier", "null") && n.Text() == "null"
}
