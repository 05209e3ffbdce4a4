package jvm

import (
	"regexp"
	"slices"
	"unicode"

	"twelvefold/internal/inspect/syntax"
)

// bodyAnnotation marks a parameter that is filled from the request's body.
var bodyAnnotation = regexp.MustCompile(`@(RequestBody|ModelAttribute|Body|Argument|InputArgument)\b`)

// added is what a change puts into a collection: of list.add(v), map.put(k, v),
// map[k] = v and list += v the part with v, else nothing.
func (f *file) added(n syntax.Node) syntax.Node {
	if n.Is("assignment", "assignment_expression") {
		if right := n.Field("right"); right.OK() {
			return right
		}
		return lastChild(n)
	}
	if c := f.callOf(n); c.ok && len(c.args) > 0 {
		switch c.method {
		case "put", "putIfAbsent", "add", "offer", "push", "addFirst", "addLast", "addAll", "plusAssign", "replace", "set":
			return c.arg(len(c.args) - 1)
		}
	}
	return syntax.Node{}
}

// brings reports whether a value holds what the client sent. What a method works
// out of it, or fetches by it, is something else.
func (f *file) brings(value, handler syntax.Node, depth int) (found bool) {
	if !value.OK() || depth == 0 {
		return false
	}
	f.look(value, func(n syntax.Node) bool {
		if found || lambdaKinds[n.Kind()] {
			return false
		}
		if c := f.callOf(n); c.ok && c.class == "" {
			if c.method == "receive" && c.recv.Text() == "call" || c.method == "body" && c.recv.Text() == "ctx" {
				found = true
				return false
			}
			if c.recv.OK() {
				found = f.brings(c.recv, handler, depth-1)
			}
			return !found && c.method != "" && unicode.IsUpper(rune(c.method[0])) // Kotlin makes an object so
		}
		if n.Is("identifier") {
			found = f.isBrought(n.Text(), handler)
			if b := f.bindingOf(n.Text(), n); !found && b != nil && !b.field && !b.param && len(b.values) <= 3 {
				found = slices.ContainsFunc(b.values, func(v syntax.Node) bool { return v.OK() && v != n && f.brings(v, handler, depth-1) })
			}
		}
		return !found
	})
	return found
}

// isBrought reports whether a name is a parameter that is filled from the
// request's body.
func (f *file) isBrought(name string, handler syntax.Node) bool {
	via := f.handlerVia(handler)
	for _, p := range parameters(handler) {
		if p.name.Text() != name {
			continue
		}
		if text := p.modifiers.Text(); text != "" && text != "final" {
			return bodyAnnotation.MatchString(text)
		}
		return via == "@POST" || via == "@PUT" || via == "@Post" || via == "@Put"
	}
	return false
}
