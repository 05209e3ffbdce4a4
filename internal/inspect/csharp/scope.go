package csharp

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// binding is what a name stands for in one scope.
type binding struct {
	param    syntax.Node   // a parameter
	typ      syntax.Node   // the declared type; none for var
	def      syntax.Node   // a method or local function
	values   []syntax.Node // assigned expressions; a zero node where the file does not tell
	first    syntax.Node   // where the name is declared
	member   bool          // a field or property
	static   bool
	settable bool // a property that others set
}

var (
	functionKinds = []string{
		"method_declaration", "constructor_declaration", "destructor_declaration", "operator_declaration", "conversion_operator_declaration",
		"local_function_statement", "lambda_expression", "anonymous_method_expression", "accessor_declaration", "indexer_declaration",
	}
	typeKinds  = []string{"class_declaration", "struct_declaration", "record_declaration", "interface_declaration", "enum_declaration"}
	isFunction = setOf(functionKinds)
	isType     = setOf(typeKinds)
)

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, item := range list {
		set[item] = true
	}
	return set
}

// scopeOf is the node whose scope a declaration at n binds names in; 0 is the
// file.
func scopeOf(n syntax.Node) int32 {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if kind := p.Kind(); isFunction[kind] || isType[kind] {
			return p.Index()
		}
	}
	return 0
}

func (f *file) declare(scope int32, name string, at syntax.Node) *binding {
	names := f.scopes[scope]
	if names == nil {
		names = map[string]*binding{}
		f.scopes[scope] = names
	}
	b := names[name]
	if b == nil {
		b = &binding{first: at}
		names[name] = b
	}
	return b
}

// lookup finds what name stands for at n; nil for what the file does not
// declare.
func (f *file) lookup(name string, n syntax.Node) *binding {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if kind := p.Kind(); !isFunction[kind] && !isType[kind] {
			continue
		}
		if b := f.scopes[p.Index()][name]; b != nil {
			return b
		}
	}
	return f.scopes[0][name]
}

// bindNames fills scopes and the indexes of calls and types in one pass, and
// then what is assigned, for a field may be declared behind its use.
func (f *file) bindNames() {
	var assigned []syntax.Node
	f.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "using_directive":
			f.bindUsing(n)
		case "variable_declarator":
			f.bindVariable(n)
		case "property_declaration":
			f.bindProperty(n)
		case "parameter", "implicit_parameter":
			f.bindParameter(n)
		case "method_declaration", "local_function_statement":
			name := n.Field("name").Text()
			f.methods[name] = append(f.methods[name], n)
			f.declare(scopeOf(n), name, n).def = n
		case "class_declaration", "struct_declaration", "record_declaration", "interface_declaration", "enum_declaration":
			f.types[n.Field("name").Text()] = n
		case "foreach_statement":
			if left := n.Field("left"); left.Is("identifier") {
				b := f.declare(scopeOf(n), left.Text(), left)
				b.typ, b.values = declaredType(n.Field("type")), append(b.values, syntax.Node{})
			}
		case "declaration_expression", "declaration_pattern":
			f.bindPattern(n)
		case "assignment_expression":
			if !n.Parent().Is("initializer_expression") {
				assigned = append(assigned, n)
			}
		case "invocation_expression":
			if name := lastName(n.Field("function")); name != "" {
				f.calls[name] = append(f.calls[name], n)
			}
		case "object_creation_expression":
			name := simpleName(n.Field("type"))
			f.made[name] = append(f.made[name], n)
		}
		return true
	})
	for _, n := range assigned {
		f.bindAssignment(n)
	}
}

// declaredType is a written type; var is none.
func declaredType(n syntax.Node) syntax.Node {
	if n.Is("implicit_type") {
		return syntax.Node{}
	}
	return n
}

func (f *file) bindVariable(n syntax.Node) {
	name := n.Field("name")
	outer := n.Parent()
	b := f.declare(scopeOf(n), name.Text(), n)
	b.typ = declaredType(outer.Field("type"))
	if holder := outer.Parent(); holder.Is("field_declaration", "event_field_declaration") {
		b.member, b.static = true, hasModifier(holder, "static") || hasModifier(holder, "const")
	}
	if v := initializer(n); v.OK() {
		b.values = append(b.values, v)
	}
}

// initializer is the expression that a declarator starts with.
func initializer(declarator syntax.Node) syntax.Node {
	name := declarator.Field("name")
	for c := declarator.First(); c.OK(); c = c.Next() {
		if c != name && !c.IsComment() && !c.Is("bracketed_argument_list") {
			if c.Is("equals_value_clause") {
				return c.Child(0)
			}
			return c
		}
	}
	return syntax.Node{}
}

func (f *file) bindProperty(n syntax.Node) {
	b := f.declare(scopeOf(n), n.Field("name").Text(), n)
	b.typ, b.member, b.static = n.Field("type"), true, hasModifier(n, "static")
	switch v := n.Field("value"); {
	case v.Is("arrow_expression_clause"):
		b.values = append(b.values, v.Child(0))
	case v.OK():
		b.values = append(b.values, v)
	}
	for a := n.Field("accessors").First(); a.OK(); a = a.Next() {
		head := a.Text()
		switch {
		case strings.Contains(head[:min(len(head), 24)], "set") || strings.Contains(head[:min(len(head), 24)], "init"):
			b.settable = !hasModifier(a, "private")
		case a.Field("body").Is("arrow_expression_clause"):
			b.values = append(b.values, a.Field("body").Child(0))
		case a.Field("body").OK():
			b.values = append(b.values, returnsOf(a.Field("body"))...)
		}
	}
}

func (f *file) bindParameter(n syntax.Node) {
	name := n.Field("name")
	if n.Is("implicit_parameter") {
		name = n
	}
	scope := scopeOf(n)
	b := f.declare(scope, name.Text(), n)
	b.param, b.typ = n, declaredType(n.Field("type"))
	if scope != 0 && f.tree.At(int(scope)).Is("class_declaration", "record_declaration", "struct_declaration") {
		b.member = true // a primary constructor's
	}
}

// bindPattern binds out var x and is string x.
func (f *file) bindPattern(n syntax.Node) {
	name := n.Field("name")
	if !name.Is("identifier") {
		return
	}
	b := f.declare(scopeOf(n), name.Text(), n)
	b.typ = declaredType(n.Field("type"))
	var v syntax.Node
	if up := n.Parent(); up.Is("is_pattern_expression") {
		v = up.Field("expression")
	}
	b.values = append(b.values, v)
}

func (f *file) bindAssignment(n syntax.Node) {
	left, right := n.Field("left"), n.Field("right")
	b := f.target(left)
	if b == nil {
		return
	}
	switch operator(n) {
	case "=", "??=":
		b.values = append(b.values, right)
	default:
		b.values = append(b.values, syntax.Node{})
	}
}

// target is the binding that an assigned expression names: x, this.x.
func (f *file) target(left syntax.Node) *binding {
	switch left.Kind() {
	case "identifier":
		return f.lookup(left.Text(), left)
	case "member_access_expression":
		if left.Field("expression").Text() == "this" {
			return f.memberOf(left, left.Field("name").Text())
		}
	}
	return nil
}

// memberOf is the field or property of the type around n.
func (f *file) memberOf(n syntax.Node, name string) *binding {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if isType[p.Kind()] {
			if b := f.scopes[p.Index()][name]; b != nil {
				return b
			}
		}
	}
	return nil
}

// operator is what stands between the two sides of an expression: "=", "??".
func operator(n syntax.Node) string { return n.Field("operator").Text() }

// returnsOf are the expressions that a body returns, those of functions in it
// left out.
func returnsOf(body syntax.Node) []syntax.Node {
	if body.Is("arrow_expression_clause") {
		return []syntax.Node{body.Child(0)}
	}
	if !body.Is("block") {
		return []syntax.Node{body}
	}
	var list []syntax.Node
	body.Walk(func(n syntax.Node) bool {
		if n.Is("return_statement") && n.Child(0).OK() {
			list = append(list, n.Child(0))
		}
		return !n.Is("lambda_expression", "local_function_statement", "anonymous_method_expression")
	})
	return list
}
