package ecmascript

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect/syntax"
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
	node  syntax.Node
	names map[string]*ecmaBinding
}

// ecmaBinding is one declared name and everything that the file assigns to it.
type ecmaBinding struct {
	name     string
	how      ecmaDeclared
	at       syntax.Node // the declaring identifier
	scope    *ecmaScope
	symbol   string      // of an import
	value    syntax.Node // initialiser, function or class; what a loop goes over
	path     []string    // into value, by destructuring; "[0]" for an array's element
	fallback syntax.Node // default of a destructuring or a parameter
	typ      syntax.Node // type annotation
	writes   []ecmaWrite
	extended bool                     // by += or ++, so that no single value says what it holds
	filled   bool                     // by ||= or ??=
	members  map[string][]syntax.Node // values assigned to name.a.b, by "a.b"
}

// ecmaWrite is one assignment after the declaration.
type ecmaWrite struct {
	site, value syntax.Node
	operator    string // "=", "+=", "++" …
}

// ecmaMember is one member of a class: values that its declaration and
// this.name = … give it, and its type.
type ecmaMember struct {
	values []syntax.Node
	typ    syntax.Node
}

var ecmaScopeKinds = append([]string{
	"program", "statement_block", "for_statement", "for_in_statement", "catch_clause", "class_body", "switch_body",
}, ecmaFunctions...)

// bindNames finds every declaration and the scope of every node.
func (f *ecmaFile) bindNames() {
	f.scopes = make([]*ecmaScope, f.tree.Len())
	for i := range f.tree.Len() {
		n := f.tree.At(i)
		var outer *ecmaScope
		if p := n.Parent().Index(); p >= 0 {
			outer = f.scopes[p]
		}
		f.scopes[i] = outer
		if n.Named() {
			if outer == nil || n.Is(ecmaScopeKinds...) {
				f.scopes[i] = &ecmaScope{outer: outer, node: n}
			}
			f.bindNode(n, outer)
		}
	}
}

func (f *ecmaFile) bindNode(n syntax.Node, outer *ecmaScope) {
	switch n.Kind() {
	case "variable_declarator":
		scope := outer
		if n.Parent().Is("variable_declaration") {
			scope = scope.function()
		}
		f.bindPattern(scope, n.Field("name"), ecmaBinding{how: ecmaVariable, value: n.Field("value"), typ: n.Field("type")})
	case "function_declaration", "generator_function_declaration":
		f.bind(outer, n.Field("name"), ecmaBinding{how: ecmaFunction, value: n})
		f.bindParameters(n)
	case "class_declaration", "abstract_class_declaration":
		f.bind(outer, n.Field("name"), ecmaBinding{how: ecmaClass, value: n})
	case "enum_declaration":
		f.bind(outer, n.Field("name"), ecmaBinding{how: ecmaEnum, value: n})
	case "import_statement":
		f.bindImport(n, outer)
	case "for_in_statement":
		if n.Field("kind").OK() {
			f.bindPattern(f.scopes[n.Index()], n.Field("left"), ecmaBinding{how: ecmaLoop, value: n.Field("right")})
		}
	case "catch_clause":
		f.bindPattern(f.scopes[n.Index()], n.Field("parameter"), ecmaBinding{how: ecmaCaught})
	case "arrow_function", "function_expression", "generator_function":
		f.bindParameters(n)
	case "method_definition":
		f.bindParameters(n)
		if n.Parent().Is("class_body") {
			f.member(n, ecmaKey(n.Field("name"))).add(n, syntax.Node{})
		}
	case "public_field_definition", "field_definition":
		name := n.Field("name")
		if !name.OK() {
			name = n.Field("property")
		}
		f.member(n, ecmaKey(name)).add(n.Field("value"), n.Field("type"))
	}
}

func (s *ecmaScope) function() *ecmaScope {
	for s.outer != nil && !s.node.Is("program") && !s.node.Is(ecmaFunctions...) {
		s = s.outer
	}
	return s
}

// top reports whether the scope is the file's own.
func (s *ecmaScope) top() bool { return s != nil && s.outer == nil }

func (f *ecmaFile) bind(scope *ecmaScope, at syntax.Node, b ecmaBinding) {
	name := at.Text()
	if scope == nil || name == "" {
		return
	}
	if scope.names == nil {
		scope.names = map[string]*ecmaBinding{}
	}
	if old := scope.names[name]; old != nil {
		if b.value.OK() && b.how == ecmaVariable { // var x = 1; var x = 2
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
func (f *ecmaFile) bindPattern(scope *ecmaScope, pattern syntax.Node, b ecmaBinding) {
	within := func(step string) ecmaBinding {
		inner := b
		inner.path = append(slices.Clone(b.path), step)
		inner.typ, inner.fallback = syntax.Node{}, syntax.Node{}
		return inner
	}
	switch pattern.Kind() {
	case "identifier", "shorthand_property_identifier_pattern":
		f.bind(scope, pattern, b)
	case "assignment_pattern":
		b.fallback = pattern.Field("right")
		f.bindPattern(scope, pattern.Field("left"), b)
	case "rest_pattern":
		inner := within("...")
		f.bindPattern(scope, pattern.Child(0), inner)
	case "array_pattern":
		for i, c := range ecmaChildren(pattern) {
			f.bindPattern(scope, c, within("["+string(rune('0'+min(i, 9)))+"]"))
		}
	case "object_pattern":
		for _, c := range ecmaChildren(pattern) {
			switch c.Kind() {
			case "shorthand_property_identifier_pattern":
				f.bind(scope, c, within(c.Text()))
			case "object_assignment_pattern":
				inner := within(c.Field("left").Text())
				inner.fallback = c.Field("right")
				f.bind(scope, c.Field("left"), inner)
			case "pair_pattern":
				f.bindPattern(scope, c.Field("value"), within(ecmaKey(c.Field("key"))))
			case "rest_pattern":
				f.bindPattern(scope, c, b)
			}
		}
	}
}

func (f *ecmaFile) bindParameters(fn syntax.Node) {
	scope := f.scopes[fn.Index()]
	if p := fn.Field("parameter"); p.OK() {
		f.bind(scope, p, ecmaBinding{how: ecmaParameter})
		return
	}
	for _, p := range ecmaChildren(fn.Field("parameters")) {
		if !p.Is("required_parameter", "optional_parameter") {
			f.bindPattern(scope, p, ecmaBinding{how: ecmaParameter})
			continue
		}
		pattern, typ := p.Field("pattern"), p.Field("type")
		f.bindPattern(scope, pattern, ecmaBinding{how: ecmaParameter, typ: typ, fallback: p.Field("value")})
		if p.Child(0).Is("accessibility_modifier") || p.Has("readonly") { // constructor(private x: T)
			f.member(fn, pattern.Text()).add(syntax.Node{}, typ)
		}
	}
}

// member is the named member of the class around a node.
func (f *ecmaFile) member(n syntax.Node, name string) *ecmaMember {
	body := n.Up("class_body")
	if !body.OK() || name == "" {
		return &ecmaMember{}
	}
	members := f.classes[body.Index()]
	if members == nil {
		members = map[string]*ecmaMember{}
		f.classes[body.Index()] = members
	}
	if members[name] == nil {
		members[name] = &ecmaMember{}
	}
	return members[name]
}

func (m *ecmaMember) add(value, typ syntax.Node) {
	if value.OK() {
		m.values = append(m.values, value)
	}
	if typ.OK() {
		m.typ = typ
	}
}

// bindWrites records what is assigned to names after their declaration.
func (f *ecmaFile) bindWrites() {
	f.each(func(n syntax.Node) {
		target, value, operator := n.Field("left"), n.Field("right"), "="
		switch n.Kind() {
		case "augmented_assignment_expression":
			operator = n.Field("operator").Text()
		case "update_expression":
			target, value, operator = n.Field("argument"), syntax.Node{}, n.Field("operator").Text()
		}
		f.bindWrite(ecmaBare(target), ecmaWrite{site: n, value: value, operator: operator})
	}, "assignment_expression", "augmented_assignment_expression", "update_expression")
}

func (f *ecmaFile) bindWrite(target syntax.Node, w ecmaWrite) {
	switch target.Kind() {
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
		if root.Is("this") && len(path) == 1 && w.operator == "=" {
			f.member(target, path[0]).add(w.value, syntax.Node{})
		}
		if b := f.lookup(root); b != nil && len(path) > 0 {
			if b.members == nil {
				b.members = map[string][]syntax.Node{}
			}
			key := strings.Join(path, ".")
			b.members[key] = append(b.members[key], w.value)
		}
	}
}

// ecmaPath splits a.b["c"] into its root expression and the names after it. A
// computed index is the name "*".
func ecmaPath(n syntax.Node) (root syntax.Node, path []string) {
	for {
		n = ecmaBare(n)
		switch n.Kind() {
		case "member_expression":
			path = append(path, n.Field("property").Text())
		case "subscript_expression":
			name, ok := ecmaString(n.Field("index"))
			if !ok {
				name = "*"
			}
			path = append(path, name)
		default:
			slices.Reverse(path)
			return n, path
		}
		n = n.Field("object")
	}
}

// lookup is what an identifier names, or nil for a global.
func (f *ecmaFile) lookup(id syntax.Node) *ecmaBinding {
	if !id.Is("identifier", "shorthand_property_identifier", "type_identifier", "shorthand_property_identifier_pattern") {
		return nil
	}
	name := id.Text()
	for s := f.scopes[id.Index()]; s != nil; s = s.outer {
		if b := s.names[name]; b != nil {
			return b
		}
	}
	return nil
}
