package php

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// bindUses keeps what a use declaration imports under which local name.
func (s *script) bindUses(n syntax.Node) {
	for _, u := range usesOf(n) {
		local := strings.ToLower(u.local())
		switch u.sort {
		case "function":
			s.functions[local] = u.path
		case "":
			s.uses[local] = u.path
		}
	}
}

// use is one name that a use declaration imports.
type use struct {
	path, alias string
	sort        string // "function", "const", "" for a class
	at          syntax.Node
}

func (u use) local() string {
	if u.alias != "" {
		return u.alias
	}
	return u.path[strings.LastIndex(u.path, `\`)+1:]
}

// usesOf reads use A\B as C, D; use A\{B, function c}; use function A\b.
func usesOf(n syntax.Node) []use {
	var list []use
	sortOf := func(n syntax.Node, outer string) string {
		for _, sort := range []string{"function", "const"} {
			if n.Has(sort) {
				return sort
			}
		}
		return outer
	}
	sort, prefix := sortOf(n, ""), ""
	clauses := n
	if group := n.Field("body"); group.OK() {
		prefix = strings.Trim(written(n.Child(0)), `\`) + `\`
		clauses = group
	}
	for c := clauses.First(); c.OK(); c = c.Next() {
		if !c.Is("namespace_use_clause") {
			continue
		}
		path := prefix + strings.Trim(c.Child(0).Text(), `\`)
		list = append(list, use{path: path, alias: c.Field("alias").Text(), sort: sortOf(c, sort), at: c})
	}
	return list
}

// className is the full name of a class that the code names, without a leading
// backslash; "" where it is no name. self and static are the class around, parent
// is what it extends.
func (s *script) className(n syntax.Node) string {
	switch n.Kind() {
	case "qualified_name":
		text := n.Text()
		if strings.HasPrefix(text, `\`) {
			if alias, ok := facades[text[1:]]; ok && s.classes[strings.ToLower(text[1:])] == nil {
				return alias
			}
			return text[1:]
		}
		first, rest, _ := strings.Cut(text, `\`)
		if path, ok := s.uses[strings.ToLower(first)]; ok {
			return path + `\` + rest
		}
		return s.inNamespace(text)
	case "relative_name":
		return s.inNamespace(strings.TrimPrefix(n.Text(), `namespace\`))
	case "relative_scope", "name":
		return s.simpleClassName(n)
	case "named_type", "optional_type":
		return s.className(n.Child(0))
	case "union_type":
		found := ""
		for c := n.First(); c.OK(); c = c.Next() {
			if name := s.className(c); name != "" {
				if found != "" {
					return ""
				}
				found = name
			}
		}
		return found
	case "anonymous_class":
		if c := s.classOf[n.Index()]; c != nil && c.parent.OK() {
			return s.className(c.parent)
		}
	}
	return ""
}

func (s *script) simpleClassName(n syntax.Node) string {
	text := n.Text()
	switch strings.ToLower(text) {
	case "self", "static":
		if c := s.enclosingClass(n); c != nil {
			return s.declaredName(c)
		}
		return ""
	case "parent":
		if c := s.enclosingClass(n); c != nil {
			return s.className(c.parent)
		}
		return ""
	}
	if path, ok := s.uses[strings.ToLower(text)]; ok {
		return path
	}
	if s.classes[strings.ToLower(text)] == nil && s.namespace == "" {
		if facade, ok := facades[text]; ok {
			return facade
		}
	}
	return s.inNamespace(text)
}

func (s *script) inNamespace(name string) string {
	if s.namespace == "" {
		return name
	}
	return s.namespace + `\` + name
}

func (s *script) declaredName(c *class) string { return s.inNamespace(c.node.Field("name").Text()) }

// facades are Laravel's classes that code without a namespace (route files,
// views) may name by their aliases. Those that PHP or its extensions have, too,
// are left out.
var facades = map[string]string{
	"App": facade + "App", "Artisan": facade + "Artisan", "Bus": facade + "Bus", "Cache": facade + "Cache", "File": facade + "File", "Http": facade + "Http", "Log": facade + "Log",
	"Mail": facade + "Mail", "Queue": facade + "Queue", "Route": facade + "Route", "Schedule": facade + "Schedule", "Schema": facade + "Schema", "Storage": facade + "Storage",
}

const facade = `Illuminate\Support\Facades\`

// declared is the class of this file that a full name means, or nil.
func (s *script) declared(name string) *class {
	short := name[strings.LastIndex(name, `\`)+1:]
	c := s.classes[strings.ToLower(short)]
	if c == nil || !strings.EqualFold(s.declaredName(c), name) {
		return nil
	}
	return c
}

// functionName is the name of a called function in lower case: "getenv", or
// with its namespace when it has one. A function of this file is no name.
func (s *script) functionName(n syntax.Node) string {
	switch n.Kind() {
	case "name":
		name := strings.ToLower(n.Text())
		if path, ok := s.functions[name]; ok {
			return plainName(strings.ToLower(path))
		}
		if s.defs[name].OK() {
			return ""
		}
		return name
	case "qualified_name":
		text := n.Text()
		if name, ok := strings.CutPrefix(text, `\`); ok {
			if s.defs[strings.ToLower(name)].OK() && s.namespace == "" {
				return ""
			}
			return plainName(strings.ToLower(name))
		}
		return strings.ToLower(s.className(n))
	}
	return ""
}

// plainName is PHP's own function behind that of the library Safe, which only fails
// differently.
func plainName(name string) string { return strings.TrimPrefix(name, `safe\`) }

// localFunction is the function or method of this file that a call calls.
func (s *script) localFunction(call syntax.Node) syntax.Node {
	switch call.Kind() {
	case "function_call_expression":
		fn := call.Field("function")
		if fn.Is("name") && s.functions[strings.ToLower(written(fn))] == "" {
			return s.defs[strings.ToLower(written(fn))]
		}
		if fn.Is("variable_name") {
			if b := s.lookup(fn); b != nil && len(b.values) == 1 && b.values[0].Is("anonymous_function", "arrow_function") {
				return b.values[0]
			}
		}
	case "member_call_expression", "nullsafe_member_call_expression":
		if written(call.Field("object")) == "$this" {
			return s.method(s.enclosingClass(call), call.Field("name").Text())
		}
	case "scoped_call_expression":
		if c := s.declared(s.className(call.Field("scope"))); c != nil {
			return s.method(c, call.Field("name").Text())
		}
	}
	return syntax.Node{}
}

func (s *script) method(c *class, name string) syntax.Node {
	if c == nil {
		return syntax.Node{}
	}
	return c.methods[strings.ToLower(name)]
}

// isA reports whether a class of this file, its parents in this file or their
// interfaces have one of these full names.
func (s *script) isA(c *class, names ...string) bool {
	for range 8 {
		if c == nil {
			return false
		}
		for _, n := range append([]syntax.Node{c.parent}, c.faces...) {
			full := s.className(n)
			for _, want := range names {
				if full != "" && strings.EqualFold(full, want) {
					return true
				}
			}
		}
		c = s.declared(s.className(c.parent))
	}
	return false
}
