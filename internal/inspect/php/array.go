package php

import (
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// entry is one element of an array display.
type entry struct {
	key       string // "0", "1" … without a written one; "" when the file does not tell
	named     bool   // the key is written
	at, value syntax.Node
}

// display is an array display that has been read.
type display struct {
	entries []entry
	byKey   map[string]syntax.Node
}

// entries are the elements of [k => v] and array(k => v), spreads left out.
func (s *script) entries(n syntax.Node) []entry { return s.display(n).entries }

func (s *script) display(n syntax.Node) display {
	if !n.Is("array_creation_expression") {
		return display{}
	}
	d, done := s.displays[n.Index()]
	if done {
		return d
	}
	d.byKey = map[string]syntax.Node{}
	place := 0
	for c := n.First(); c.OK(); c = c.Next() {
		if !c.Is("array_element_initializer") {
			continue
		}
		first, second := c.Child(0), c.Child(1)
		e := entry{at: c, value: first}
		switch {
		case first.Is("variadic_unpacking"):
			continue
		case second.OK():
			e.key, _ = s.literal(first)
			e.named, e.value = true, second
		default:
			e.key = strconv.Itoa(place)
			place++
		}
		d.entries = append(d.entries, e)
		if e.key != "" {
			d.byKey[e.key] = e.value
		}
	}
	s.displays[n.Index()] = d
	return d
}

// arrayValues are the values of an array display without keys.
func arrayValues(n syntax.Node) []syntax.Node {
	var list []syntax.Node
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Is("array_element_initializer") {
			list = append(list, c.Child(0))
		}
	}
	return list
}

// find is the value under a path of keys in an array display; names are
// followed on the way.
func (s *script) find(n syntax.Node, path ...string) syntax.Node {
	for _, key := range path {
		n = s.display(s.array(n)).byKey[key]
	}
	return n
}

// findAny is the value of the first of these keys that an array display has.
func (s *script) findAny(n syntax.Node, keys ...string) syntax.Node {
	for _, key := range keys {
		if v := s.find(n, key); v.OK() {
			return v
		}
	}
	return syntax.Node{}
}

// array is the array display that an expression stands for, or the expression.
func (s *script) array(n syntax.Node) syntax.Node {
	n = s.follow(n)
	for range 3 {
		if !n.Is("function_call_expression") {
			return n
		}
		// what only wraps a display: array_filter([…]), array_merge($defaults, […])
		switch s.functionName(n.Field("function")) {
		case "array_filter", "array_values", "array_unique":
			n = s.follow(argsOf(n).at(0))
		case "array_merge", "array_replace", "array_replace_recursive":
			args := argsOf(n)
			n = s.follow(args.at(len(args.positional) - 1))
		default:
			return n
		}
	}
	return n
}

// follow is the expression that a variable or constant is assigned, if it is
// the only one.
func (s *script) follow(n syntax.Node) syntax.Node {
	for range 6 {
		var b *binding
		switch n.Kind() {
		case "parenthesized_expression", "cast_expression", "error_suppression_expression":
			n = lastChild(n)
			continue
		case "variable_name":
			b = s.lookup(n)
		case "name":
			b = s.constants[n.Text()]
		case "member_access_expression":
			if c := s.enclosingClass(n); c != nil && written(n.Field("object")) == "$this" {
				b = c.fields[n.Field("name").Text()]
			}
		case "class_constant_access_expression":
			if c := s.declared(s.className(n.Child(0))); c != nil && c.consts[n.Child(1).Text()].OK() {
				n = c.consts[n.Child(1).Text()]
				continue
			}
		case "assignment_expression":
			n = n.Field("right")
			continue
		}
		if b == nil || len(b.values) != 1 || !b.values[0].OK() || b.param.OK() {
			return n
		}
		n = b.values[0]
	}
	return n
}

func lastChild(n syntax.Node) syntax.Node {
	last := syntax.Node{}
	for c := n.First(); c.OK(); c = c.Next() {
		if !c.IsComment() {
			last = c
		}
	}
	return last
}

// strings are the texts of an array display, or of a value alone.
func (s *script) texts(n syntax.Node) []string {
	n = s.array(n)
	if text, ok := s.literal(n); ok {
		return []string{text}
	}
	var list []string
	for _, e := range s.entries(n) {
		if text, ok := s.literal(e.value); ok {
			list = append(list, text)
		}
	}
	return list
}

// isTrue reports whether an expression is the literal true.
func (s *script) isTrue(n syntax.Node) bool {
	v := s.evaluate(n)
	return v.Source == inspect.Literal && strings.EqualFold(v.Text, "true")
}

// plainString is the text of a string literal that stands at n itself.
func plainString(n syntax.Node) (string, bool) {
	switch n.Kind() {
	case "string":
		return stringText(n)
	case "encapsed_string":
		for c := n.First(); c.OK(); c = c.Next() {
			if !c.Is("string_content", "escape_sequence") {
				return "", false
			}
		}
		return stringText(n)
	}
	return "", false
}
