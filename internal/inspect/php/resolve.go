package php

import (
	"strings"

	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// resolve names what an expression stands for: "Redis" for an instance of that
// class, "Aws\Sdk->createS3()" for a call's result, "curl_init()" for a
// function's. A class of the file stands for what it extends. The result is ""
// where the file does not tell.
func (s *script) resolve(n syntax.Node) string {
	if !n.OK() {
		return ""
	}
	return s.names.Ask(n.Index(), &s.depth, "", func() string { return fold.Short(s.resolveFresh(n)) })
}

func (s *script) resolveFresh(n syntax.Node) string {
	switch n.Kind() {
	case "variable_name":
		return s.resolveVariable(n)
	case "object_creation_expression":
		return s.instance(s.className(n.Child(0)))
	case "member_call_expression", "nullsafe_member_call_expression", "scoped_call_expression", "function_call_expression":
		return s.resolveCall(n)
	case "member_access_expression", "nullsafe_member_access_expression":
		return s.resolveMember(n)
	case "scoped_property_access_expression":
		if c := s.declared(s.className(n.Field("scope"))); c != nil {
			return s.fieldName(c, strings.TrimPrefix(n.Field("name").Text(), "$"))
		}
	case "parenthesized_expression", "clone_expression", "error_suppression_expression":
		return s.resolve(n.Child(0))
	case "assignment_expression", "reference_assignment_expression":
		return s.resolve(n.Field("right"))
	case "augmented_assignment_expression":
		return s.sameName(n.Field("left"), n.Field("right"))
	case "conditional_expression":
		return s.sameName(n.Field("body"), n.Field("alternative"))
	case "binary_expression":
		if n.Field("operator").Text() == "??" {
			return s.sameName(n.Field("left"), n.Field("right"))
		}
	}
	return ""
}

// instance is what an object of a class stands for: a class of this file for
// the one that it extends.
func (s *script) instance(name string) string {
	for range 8 {
		c := s.declared(name)
		if c == nil || !c.parent.OK() {
			return name
		}
		name = s.className(c.parent)
	}
	return name
}

func (s *script) resolveVariable(n syntax.Node) string {
	if n.Text() == "$this" {
		if c := s.enclosingClass(n); c != nil && c.parent.OK() {
			return s.instance(s.className(c.parent))
		}
		return ""
	}
	b := s.lookup(n)
	switch {
	case b == nil:
		return ""
	case b.param.OK():
		if typ := b.param.Field("type"); typ.OK() {
			if name := s.className(typ); name != "" {
				return s.instance(name)
			}
		}
		if len(b.values) == 0 {
			return ""
		}
	}
	return s.boundName(b)
}

// boundName is what all assignments of a name stand for.
func (s *script) boundName(b *binding) string {
	if b.name != nil {
		return *b.name
	}
	name := s.sameName(b.values[:min(len(b.values), maxValues)]...)
	if s.depth.Shallow() {
		b.name = &name
	}
	return name
}

// sameName is the one name that expressions stand for, or "" if they differ;
// what has no name does not count.
func (s *script) sameName(list ...syntax.Node) string { return fold.Same(list, s.resolve) }

func (s *script) resolveMember(n syntax.Node) string {
	object, name := n.Field("object"), n.Field("name").Text()
	if written(object) == "$this" {
		if c := s.enclosingClass(n); c != nil {
			if field := s.fieldName(c, name); field != "" || c.fields[name] != nil {
				return field
			}
		}
	}
	if base := s.resolve(object); base != "" && n.Field("name").Is("name") {
		return base + "->" + name
	}
	return ""
}

// fieldName is what a field of a class of this file stands for: by its type,
// else by what is assigned to it.
func (s *script) fieldName(c *class, field string) string {
	if typ := c.types[field]; typ.OK() {
		if name := s.className(typ); name != "" {
			return s.instance(name)
		}
	}
	if b := c.fields[field]; b != nil {
		return s.boundName(b)
	}
	return ""
}

// containers give the instance of the class that their argument names.
var containers = map[string]bool{"app": true, "resolve": true, "make": true, "get": true, "service": true}

func (s *script) resolveCall(n syntax.Node) string {
	if def := s.localFunction(n); def.OK() {
		if name := s.className(def.Field("return_type")); name != "" {
			return s.instance(name)
		}
		return s.sameName(s.returnedBy(def)...)
	}
	c := s.callOf(n)
	if containers[c.method] && len(c.args.positional) == 1 {
		if arg := c.args.at(0); arg.Is("class_constant_access_expression") && strings.EqualFold(arg.Child(1).Text(), "class") {
			return s.instance(s.className(arg.Child(0)))
		}
	}
	if c.name == "" {
		return ""
	}
	return c.name + "()"
}

// returnedBy are the expressions that a function of this file returns.
func (s *script) returnedBy(def syntax.Node) []syntax.Node {
	if list, done := s.returned[def.Index()]; done {
		return list
	}
	var list []syntax.Node
	body := def.Field("body")
	if def.Is("arrow_function") {
		list = append(list, body)
	} else {
		body.Walk(func(n syntax.Node) bool {
			if n.Is("return_statement") && n.Child(0).OK() {
				list = append(list, n.Child(0))
			}
			return !n.Is(functionKinds...) && !n.Is("class_declaration", "anonymous_class")
		})
	}
	s.returned[def.Index()] = list
	return list
}
