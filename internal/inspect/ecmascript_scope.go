package inspect

import (
	"slices"
	"strings"
)

// How a name is declared.
type ecmaDeclared string

const (
	ecmaImported  ecmaDeclared = "import"
	ecmaVariable  ecmaDeclared = "variable"
	ecmaParameter ecmaDeclared = "parameter"
	ecmaLoop      ecmaDeclared = "loop" // of for … of and for … in
	ecmaCaught    ecmaDeclared = "catch"
	ecmaFunction  ecmaDeclared = "function"
	ecmaClass     ecmaDeclared = "class"
	ecmaEnum      ecmaDeclared = "enum"
)

// ecmaScope holds the names that one block, function or file declares.
type ecmaScope struct {
	outer *ecmaScope
	node  node
	names map[string]*ecmaBinding
}

// ecmaBinding is one declared name and everything that the file assigns to it.
type ecmaBinding struct {
	name     string
	how      ecmaDeclared
	at       node // the declaring identifier
	scope    *ecmaScope
	symbol   string   // of an import
	value    node     // initialiser, function or class; what a loop goes over
	path     []string // into value, by destructuring; "[0]" for an array's element
	fallback node     // default of a destructuring or a parameter
	typ      node     // type annotation
	writes   []ecmaWrite
	extended bool              // by += or ++, so that no single value says what it holds
	filled   bool              // by ||= or ??=
	members  map[string][]node // values assigned to name.a.b, by "a.b"
}

// ecmaWrite is one assignment after the declaration.
type ecmaWrite struct {
	site, value node
	operator    string // "=", "+=", "++" …
}

// ecmaMember is one member of a class: values that its declaration and
// this.name = … give it, and its type.
type ecmaMember struct {
	values []node
	typ    node
}

var ecmaScopeKinds = append([]string{
	"program", "statement_block", "for_statement", "for_in_statement", "catch_clause", "class_body", "switch_body",
}, ecmaFunctions...)

// bindNames finds every declaration and the scope of every node.
func (f *ecmaFile) bindNames() {
	f.scopes = make([]*ecmaScope, len(f.tree.nodes))
	for i := range f.tree.nodes {
		n := node{f.tree, int32(i)}
		var outer *ecmaScope
		if p := n.raw().parent; p >= 0 {
			outer = f.scopes[p]
		}
		f.scopes[i] = outer
		if n.named() {
			if outer == nil || n.is(ecmaScopeKinds...) {
				f.scopes[i] = &ecmaScope{outer: outer, node: n}
			}
			f.bindNode(n, outer)
		}
	}
}

func (f *ecmaFile) bindNode(n node, outer *ecmaScope) {
	switch n.kind() {
	case "variable_declarator":
		scope := outer
		if n.parent().is("variable_declaration") {
			scope = scope.function()
		}
		f.bindPattern(scope, n.field("name"), ecmaBinding{how: ecmaVariable, value: n.field("value"), typ: n.field("type")})
	case "function_declaration", "generator_function_declaration":
		f.bind(outer, n.field("name"), ecmaBinding{how: ecmaFunction, value: n})
		f.bindParameters(n)
	case "class_declaration", "abstract_class_declaration":
		f.bind(outer, n.field("name"), ecmaBinding{how: ecmaClass, value: n})
	case "enum_declaration":
		f.bind(outer, n.field("name"), ecmaBinding{how: ecmaEnum, value: n})
	case "import_statement":
		f.bindImport(n, outer)
	case "for_in_statement":
		if n.field("kind").ok() {
			f.bindPattern(f.scopes[n.i], n.field("left"), ecmaBinding{how: ecmaLoop, value: n.field("right")})
		}
	case "catch_clause":
		f.bindPattern(f.scopes[n.i], n.field("parameter"), ecmaBinding{how: ecmaCaught})
	case "arrow_function", "function_expression", "generator_function":
		f.bindParameters(n)
	case "method_definition":
		f.bindParameters(n)
		if n.parent().is("class_body") {
			f.member(n, ecmaKey(n.field("name"))).add(n, node{})
		}
	case "public_field_definition", "field_definition":
		name := n.field("name")
		if !name.ok() {
			name = n.field("property")
		}
		f.member(n, ecmaKey(name)).add(n.field("value"), n.field("type"))
	}
}

func (s *ecmaScope) function() *ecmaScope {
	for s.outer != nil && !s.node.is("program") && !s.node.is(ecmaFunctions...) {
		s = s.outer
	}
	return s
}

// top reports whether the scope is the file's own.
func (s *ecmaScope) top() bool { return s != nil && s.outer == nil }

func (f *ecmaFile) bind(scope *ecmaScope, at node, b ecmaBinding) {
	name := at.text()
	if scope == nil || name == "" {
		return
	}
	if scope.names == nil {
		scope.names = map[string]*ecmaBinding{}
	}
	if old := scope.names[name]; old != nil {
		if b.value.ok() && b.how == ecmaVariable { // var x = 1; var x = 2
			old.writes = append(old.writes, ecmaWrite{site: at, value: b.value, operator: "="})
		}
		return
	}
	b.name, b.at, b.scope = name, at, scope
	binding := &b
	scope.names[name] = binding
	f.bindings = append(f.bindings, binding)
}

// bindPattern declares the names of a pattern; b says what they have in common.
func (f *ecmaFile) bindPattern(scope *ecmaScope, pattern node, b ecmaBinding) {
	within := func(step string) ecmaBinding {
		inner := b
		inner.path = append(slices.Clone(b.path), step)
		inner.typ, inner.fallback = node{}, node{}
		return inner
	}
	switch pattern.kind() {
	case "identifier", "shorthand_property_identifier_pattern":
		f.bind(scope, pattern, b)
	case "assignment_pattern":
		b.fallback = pattern.field("right")
		f.bindPattern(scope, pattern.field("left"), b)
	case "rest_pattern":
		inner := within("...")
		f.bindPattern(scope, pattern.child(0), inner)
	case "array_pattern":
		for i, c := range ecmaChildren(pattern) {
			f.bindPattern(scope, c, within("["+string(rune('0'+min(i, 9)))+"]"))
		}
	case "object_pattern":
		for _, c := range ecmaChildren(pattern) {
			switch c.kind() {
			case "shorthand_property_identifier_pattern":
				f.bind(scope, c, within(c.text()))
			case "object_assignment_pattern":
				inner := within(c.field("left").text())
				inner.fallback = c.field("right")
				f.bind(scope, c.field("left"), inner)
			case "pair_pattern":
				f.bindPattern(scope, c.field("value"), within(ecmaKey(c.field("key"))))
			case "rest_pattern":
				f.bindPattern(scope, c, b)
			}
		}
	}
}

func (f *ecmaFile) bindParameters(fn node) {
	scope := f.scopes[fn.i]
	if p := fn.field("parameter"); p.ok() {
		f.bind(scope, p, ecmaBinding{how: ecmaParameter})
		return
	}
	for _, p := range ecmaChildren(fn.field("parameters")) {
		if !p.is("required_parameter", "optional_parameter") {
			f.bindPattern(scope, p, ecmaBinding{how: ecmaParameter})
			continue
		}
		pattern, typ := p.field("pattern"), p.field("type")
		f.bindPattern(scope, pattern, ecmaBinding{how: ecmaParameter, typ: typ, fallback: p.field("value")})
		if p.child(0).is("accessibility_modifier") || p.has("readonly") { // constructor(private x: T)
			f.member(fn, pattern.text()).add(node{}, typ)
		}
	}
}

// member is the named member of the class around a node.
func (f *ecmaFile) member(n node, name string) *ecmaMember {
	body := n.up("class_body")
	if !body.ok() || name == "" {
		return &ecmaMember{}
	}
	members := f.classes[body.i]
	if members == nil {
		members = map[string]*ecmaMember{}
		f.classes[body.i] = members
	}
	if members[name] == nil {
		members[name] = &ecmaMember{}
	}
	return members[name]
}

func (m *ecmaMember) add(value, typ node) {
	if value.ok() {
		m.values = append(m.values, value)
	}
	if typ.ok() {
		m.typ = typ
	}
}

// bindWrites records what is assigned to names after their declaration.
func (f *ecmaFile) bindWrites() {
	f.each(func(n node) {
		target, value, operator := n.field("left"), n.field("right"), "="
		switch n.kind() {
		case "augmented_assignment_expression":
			operator = n.field("operator").text()
		case "update_expression":
			target, value, operator = n.field("argument"), node{}, n.field("operator").text()
		}
		f.bindWrite(ecmaBare(target), ecmaWrite{site: n, value: value, operator: operator})
	}, "assignment_expression", "augmented_assignment_expression", "update_expression")
}

func (f *ecmaFile) bindWrite(target node, w ecmaWrite) {
	switch target.kind() {
	case "identifier":
		if b := f.lookup(target); b != nil {
			b.writes = append(b.writes, w)
			switch w.operator {
			case "=":
			case "||=", "??=":
				b.filled = true
			default:
				b.extended = true
			}
		}
	case "member_expression", "subscript_expression":
		root, path := ecmaPath(target)
		if root.is("this") && len(path) == 1 && w.operator == "=" {
			f.member(target, path[0]).add(w.value, node{})
		}
		if b := f.lookup(root); b != nil && len(path) > 0 {
			if b.members == nil {
				b.members = map[string][]node{}
			}
			key := strings.Join(path, ".")
			b.members[key] = append(b.members[key], w.value)
		}
	}
}

// ecmaPath splits a.b["c"] into its root expression and the names after it. A
// computed index is the name "*".
func ecmaPath(n node) (root node, path []string) {
	for {
		n = ecmaBare(n)
		switch n.kind() {
		case "member_expression":
			path = append(path, n.field("property").text())
		case "subscript_expression":
			name, ok := ecmaString(n.field("index"))
			if !ok {
				name = "*"
			}
			path = append(path, name)
		default:
			slices.Reverse(path)
			return n, path
		}
		n = n.field("object")
	}
}

// lookup is what an identifier names, or nil for a global.
func (f *ecmaFile) lookup(id node) *ecmaBinding {
	if !id.is("identifier", "shorthand_property_identifier", "type_identifier", "shorthand_property_identifier_pattern") {
		return nil
	}
	name := id.text()
	for s := f.scopes[id.i]; s != nil; s = s.outer {
		if b := s.names[name]; b != nil {
			return b
		}
	}
	return nil
}
