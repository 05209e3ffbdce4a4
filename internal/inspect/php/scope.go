package php

import (
	"strings"

	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// binding is what a variable or constant stands for in one scope.
type binding struct {
	values []syntax.Node // assigned expressions; a zero node where the file does not tell
	param  syntax.Node   // a parameter, with its type and default
	loop   syntax.Node   // what a foreach draws it from
	first  syntax.Node   // where it is first bound

	value *fold.Value // of any of values, once it has been asked for
	name  *string     // that all of values stand for, once it has been asked for
}

// maxValues bounds the assignments of one name that are looked at: what is
// assigned more often is no handle, path or key.
const maxValues = 40

// class is a class, trait or enumeration declared in the file.
type class struct {
	node    syntax.Node
	parent  syntax.Node // the name it extends
	faces   []syntax.Node
	fields  map[string]*binding
	types   map[string]syntax.Node // declared types of fields
	consts  map[string]syntax.Node
	methods map[string]syntax.Node // by name in lower case
}

// Kinds of nodes that open a scope of variables, and that declare a class.
var (
	functionKinds = []string{"function_definition", "method_declaration", "anonymous_function", "arrow_function"}
	classKinds    = []string{"class_declaration", "trait_declaration", "enum_declaration", "interface_declaration", "anonymous_class"}
)

// enclosingFunction is the function around n; none for the file's own code.
func enclosingFunction(n syntax.Node) syntax.Node { return n.Up(functionKinds...) }

func (s *script) scopeOf(n syntax.Node) int32 {
	if fn := enclosingFunction(n); fn.OK() {
		return fn.Index()
	}
	return 0
}

func (s *script) binding(scope int32, name string, at syntax.Node) *binding {
	if s.globals[scope][name] {
		scope = 0
	}
	names := s.scopes[scope]
	if names == nil {
		names = map[string]*binding{}
		s.scopes[scope] = names
	}
	b := names[name]
	if b == nil {
		b = &binding{first: at}
		names[name] = b
	}
	return b
}

// lookup finds the variable that n names, nil when nothing binds it. Arrow
// functions see what is around them, closures what they use.
func (s *script) lookup(n syntax.Node) *binding {
	name := n.Text()
	for fn := enclosingFunction(n); fn.OK(); fn = enclosingFunction(fn) {
		if s.globals[fn.Index()][name] {
			break
		}
		if b := s.scopes[fn.Index()][name]; b != nil {
			return b
		}
		if !fn.Is("arrow_function") && !s.usesVariable(fn, name) {
			return nil
		}
	}
	return s.scopes[0][name]
}

// usesVariable reports whether a closure takes a variable along.
func (s *script) usesVariable(closure syntax.Node, name string) bool {
	taken, done := s.closures[closure.Index()]
	if !done {
		taken = map[string]bool{}
		for c := closure.First(); c.OK(); c = c.Next() {
			if !c.Is("anonymous_function_use_clause") {
				continue
			}
			for v := c.First(); v.OK(); v = v.Next() {
				taken[v.Text()] = true // "&$x" where it is taken by reference
				taken[strings.TrimLeft(v.Text(), "& ")] = true
			}
		}
		s.closures[closure.Index()] = taken
	}
	return taken[name]
}

// bindNames fills scopes, classes, functions and constants in one pass, after
// one for namespaces, imports and globals.
func (s *script) bindNames() {
	s.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "namespace_definition":
			if s.namespace == "" {
				s.namespace = n.Field("name").Text()
			}
		case "namespace_use_declaration":
			s.bindUses(n)
			return false
		case "global_declaration":
			s.bindGlobals(n)
		}
		return true
	})
	s.tree.Root().Walk(func(n syntax.Node) bool { s.bind(n); return true })
}

func (s *script) bindGlobals(n syntax.Node) {
	scope := s.scopeOf(n)
	if scope == 0 {
		return
	}
	if s.globals[scope] == nil {
		s.globals[scope] = map[string]bool{}
	}
	for c := n.First(); c.OK(); c = c.Next() {
		s.globals[scope][c.Text()] = true
	}
}

func (s *script) bind(n syntax.Node) {
	switch n.Kind() {
	case "assignment_expression", "reference_assignment_expression":
		s.bindTarget(n.Field("left"), n.Field("right"))
	case "augmented_assignment_expression":
		right := syntax.Node{}
		if n.Field("operator").Text() == "??=" {
			right = n.Field("right")
		}
		s.bindTarget(n.Field("left"), right)
	case "foreach_statement":
		s.bindLoop(n)
	case "catch_clause":
		s.bindTarget(n.Field("name"), syntax.Node{})
	case "static_variable_declaration":
		s.bindTarget(n.Field("name"), n.Field("value"))
	case "simple_parameter", "property_promotion_parameter", "variadic_parameter":
		s.bindParameter(n)
	case "function_definition":
		s.defs[strings.ToLower(n.Field("name").Text())] = n
	case "class_declaration", "trait_declaration", "enum_declaration", "interface_declaration", "anonymous_class":
		s.classFor(n)
	case "method_declaration":
		if c := s.enclosingClass(n); c != nil {
			c.methods[strings.ToLower(n.Field("name").Text())] = n
		}
	case "property_element":
		s.bindProperty(n)
	case "const_element":
		s.bindConst(n)
	case "function_call_expression":
		s.bindDefine(n)
	}
}

func (s *script) bindTarget(target, right syntax.Node) {
	switch target.Kind() {
	case "variable_name":
		b := s.binding(s.scopeOf(target), written(target), target)
		b.values = append(b.values, right)
	case "list_literal", "array_creation_expression":
		var values []syntax.Node
		if right.Is("array_creation_expression") {
			values = arrayValues(right)
		}
		for i, part := range target.Children() {
			if part.Is("array_element_initializer") {
				part = part.Child(0)
			}
			value := syntax.Node{}
			if i < len(values) {
				value = values[i]
			}
			if part.Is("variable_name") {
				s.bindTarget(part, value)
			}
		}
	case "member_access_expression":
		if c := s.enclosingClass(target); c != nil && written(target.Field("object")) == "$this" {
			c.field(target.Field("name").Text(), target).add(right)
		}
	case "scoped_property_access_expression":
		if c := s.enclosingClass(target); c != nil && target.Field("scope").Is("relative_scope") {
			c.field(strings.TrimPrefix(target.Field("name").Text(), "$"), target).add(right)
		}
	}
}

func (b *binding) add(v syntax.Node) { b.values = append(b.values, v) }

// bindLoop binds what foreach ($list as $key => $value) gives.
func (s *script) bindLoop(n syntax.Node) {
	list, target := n.Child(0), n.Child(1)
	if target.Is("pair") {
		s.bindTarget(target.Child(0), syntax.Node{})
		target = target.Child(1)
	}
	if target.Is("by_ref") {
		target = target.Child(0)
	}
	s.bindTarget(target, syntax.Node{})
	if target.Is("variable_name") {
		s.binding(s.scopeOf(target), written(target), target).loop = list
	}
}

func (s *script) bindParameter(n syntax.Node) {
	name := n.Field("name")
	if name.Is("by_ref") {
		name = name.Child(0)
	}
	fn := n.Up(functionKinds...)
	if !fn.OK() {
		return
	}
	s.binding(fn.Index(), name.Text(), n).param = n
	if c := s.enclosingClass(n); c != nil && n.Is("property_promotion_parameter") {
		field := strings.TrimPrefix(name.Text(), "$")
		c.field(field, n).add(name)
		c.types[field] = n.Field("type")
	}
}

func (s *script) bindProperty(n syntax.Node) {
	c := s.enclosingClass(n)
	if c == nil {
		return
	}
	name := strings.TrimPrefix(n.Field("name").Text(), "$")
	c.types[name] = n.Parent().Field("type")
	if v := n.Field("default_value"); v.OK() {
		c.field(name, n).add(v)
	} else {
		c.field(name, n)
	}
}

func (s *script) bindConst(n syntax.Node) {
	name, v := written(n.Child(0)), n.Child(1)
	if c := s.enclosingClass(n); c != nil {
		c.consts[name] = v
		return
	}
	s.bindConstant(name, v, n)
}

func (s *script) bindConstant(name string, v, at syntax.Node) {
	b := s.constants[name]
	if b == nil {
		b = &binding{first: at}
		s.constants[name] = b
	}
	b.add(v)
}

// bindDefine binds define('NAME', value).
func (s *script) bindDefine(n syntax.Node) {
	if fn := n.Field("function"); !strings.EqualFold(strings.TrimPrefix(written(fn), `\`), "define") {
		return
	}
	args := argsOf(n)
	if name, ok := plainString(args.at(0)); ok && args.at(1).OK() {
		s.bindConstant(name, args.at(1), n)
	}
}

func (c *class) field(name string, at syntax.Node) *binding {
	b := c.fields[name]
	if b == nil {
		b = &binding{first: at}
		c.fields[name] = b
	}
	return b
}

func (s *script) classFor(n syntax.Node) {
	c := &class{node: n, fields: map[string]*binding{}, types: map[string]syntax.Node{}, consts: map[string]syntax.Node{}, methods: map[string]syntax.Node{}}
	for part := n.First(); part.OK(); part = part.Next() {
		switch part.Kind() {
		case "base_clause":
			c.parent = part.Child(0)
		case "class_interface_clause":
			c.faces = append(c.faces, part.Children()...)
		}
	}
	s.classOf[n.Index()] = c
	if name := n.Field("name").Text(); name != "" {
		s.classes[strings.ToLower(name)] = c
	}
}

// enclosingClass is the class of this file that n stands in, or nil.
func (s *script) enclosingClass(n syntax.Node) *class {
	if c := n.Up(classKinds...); c.OK() {
		return s.classOf[c.Index()]
	}
	return nil
}
