package php

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// call is one call or construction with the resolved name of what is called:
// "getenv", "new PDO", "Redis->connect", `Illuminate\Support\Facades\Log::info`.
type call struct {
	syntax.Node
	name   string      // "" when unknown
	key    string      // name in lower case: PHP does not tell cases apart
	method string      // the method's or function's own name in lower case
	recv   syntax.Node // the object or class that a method is called on
	args   args
}

// args are the arguments of a call. Positional ones behind ...$spread are left
// out, for their place is not known.
type args struct {
	positional []syntax.Node
	named      map[string]syntax.Node
	names      []string // of named, in order
	spread     bool
}

func argsOf(call syntax.Node) args {
	var a args
	list := call.Field("arguments")
	if !list.OK() {
		for c := call.First(); c.OK(); c = c.Next() {
			if c.Is("arguments") {
				list = c
			}
		}
	}
	if !list.OK() {
		list = call.Field("parameters") // of an attribute
	}
	for c := list.First(); c.OK(); c = c.Next() {
		if !c.Is("argument") {
			continue
		}
		name, v := c.Field("name"), syntax.Node{}
		for part := c.First(); part.OK(); part = part.Next() {
			if !part.IsComment() && part != name {
				v = part
			}
		}
		switch {
		case v.Is("variadic_unpacking"):
			a.spread = true
		case name.OK():
			if a.named == nil {
				a.named = map[string]syntax.Node{}
			}
			a.named[name.Text()] = v
			a.names = append(a.names, name.Text())
		case !a.spread:
			a.positional = append(a.positional, v)
		}
	}
	return a
}

// at is the argument at a place, or by one of its names; place -1 is never.
func (a args) at(place int, names ...string) syntax.Node {
	for _, name := range names {
		if v, ok := a.named[name]; ok {
			return v
		}
	}
	if place >= 0 && place < len(a.positional) {
		return a.positional[place]
	}
	return syntax.Node{}
}

func (s *script) callOf(n syntax.Node) call {
	c := call{Node: n, args: argsOf(n)}
	switch n.Kind() {
	case "function_call_expression":
		c.name = s.functionName(n.Field("function"))
		c.method = strings.ToLower(written(n.Field("function")))
		c.method = c.method[strings.LastIndex(c.method, `\`)+1:]
	case "object_creation_expression":
		if name := s.className(n.Child(0)); name != "" {
			c.name = "new " + s.instanceOfDeclared(name)
		}
	case "scoped_call_expression":
		c.recv, c.method = n.Field("scope"), strings.ToLower(n.Field("name").Text())
		if name := s.className(c.recv); name != "" && n.Field("name").Is("name") {
			c.name = s.instance(name) + "::" + n.Field("name").Text()
		}
	case "member_call_expression", "nullsafe_member_call_expression":
		c.recv, c.method = n.Field("object"), strings.ToLower(n.Field("name").Text())
		if base := s.resolve(c.recv); base != "" && n.Field("name").Is("name") {
			c.name = base + "->" + n.Field("name").Text()
		}
	}
	c.key = strings.ToLower(c.name)
	return c
}

// instanceOfDeclared is the class that a construction makes: of a class of this
// file without a constructor of its own, the one that it extends.
func (s *script) instanceOfDeclared(name string) string {
	for range 8 {
		c := s.declared(name)
		if c == nil || !c.parent.OK() || c.methods["__construct"].OK() {
			return name
		}
		name = s.className(c.parent)
	}
	return name
}

// via is a resolved name as facts show it.
func via(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "new "), "()", "")
}

// class splits the name of a static or member call.
func (c call) class() string {
	if at := strings.LastIndex(c.key, "::"); at >= 0 && !strings.Contains(c.key[at:], "->") {
		return c.key[:at]
	}
	if at := strings.LastIndex(c.key, "->"); at >= 0 {
		return c.key[:at]
	}
	return ""
}

// lowered makes the keys of a table as calls are looked up.
func lowered[T any](table map[string]T) map[string]T {
	out := make(map[string]T, len(table))
	for key, v := range table {
		out[strings.ToLower(key)] = v
	}
	return out
}

// maxWritten bounds in bytes an expression whose source is looked at.
const maxWritten = 2048

// written is the source of an expression, "" of one that is too long to be a
// name or a condition of interest: copying it for each node in it would take for
// ever.
func written(n syntax.Node) string {
	if from, to := n.Span(); to-from > maxWritten {
		return ""
	}
	return n.Text()
}

// short is the last part of a full name of a class.
func short(name string) string { return name[strings.LastIndex(name, `\`)+1:] }
