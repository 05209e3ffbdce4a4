package ecmascript

import (
	"regexp"
	"slices"

	"twelvefold/internal/inspect/syntax"
)

// broughtPart is what a client sends in a request for it to be kept. What only
// asks for something, the path and the query, may be stored beside an answer.
var broughtPart = regexp.MustCompile(`^(body|json|formData)$`)

// conversions are functions that give back what they are given in another form.
var conversions = []string{"String", "Number", "Boolean", "parseInt", "parseFloat", "Object.assign", "JSON.parse", "JSON.stringify", "structuredClone"}

// added is what a change puts into a container: of list.push(v), map.set(k, v),
// list[k] = v and list = [...list, v] the part with v, else nothing.
func added(n syntax.Node) syntax.Node {
	switch n.Kind() {
	case "assignment_expression":
		return n.Field("right")
	case "call_expression":
		arguments := n.Field("arguments")
		switch ecmaBare(n.Field("function")).Field("property").Text() {
		case "push", "unshift", "splice", "assign":
			return arguments
		case "set":
			return arguments.Child(1)
		}
	}
	return syntax.Node{}
}

// brings reports whether a value holds what the client sent. What a function
// works out of it, or fetches by it, is something else.
func (f *ecmaFile) brings(value syntax.Node, depth int) (found bool) {
	if !value.OK() || depth == 0 || !f.burn() {
		return false
	}
	value.Walk(func(n syntax.Node) bool {
		switch {
		case found || n.Is(ecmaFunctions...):
			return false
		case n.Is("call_expression"):
			found = f.brings(n.Field("function"), depth-1)
			if f.gives(n) {
				found = found || f.brings(n.Field("arguments"), depth-1)
			}
			return false
		case n.Is("member_expression"):
			root, path := ecmaPath(n)
			found = len(path) > 0 && f.isRequest(root) && slices.ContainsFunc(path, broughtPart.MatchString)
			return !found
		case n.Is("identifier", "shorthand_property_identifier"):
			if b := f.lookup(n); b != nil && b.how == ecmaVariable && !b.scope.top() && b.value.OK() {
				found = f.brings(b.value, depth-1)
			}
		}
		return !found
	})
	return found
}

// gives reports whether a call gives back what it is given.
func (f *ecmaFile) gives(call syntax.Node) bool {
	function := ecmaBare(call.Field("function"))
	method := function.Field("property").Text()
	return slices.Contains(conversions, f.symbol(function)) || method == "concat"
}

// isRequest reports whether a name is that of a request, or of its context.
func (f *ecmaFile) isRequest(root syntax.Node) bool {
	text := root.Text()
	return root.Is("identifier") && (requestName.MatchString(text) || text == "ctx" || text == "context" || text == "c")
}

// outlivesRequests reports whether an empty container of a function stands there
// for all requests: the function makes the server, and those who serve are inside.
func (f *ecmaFile) outlivesRequests(b *ecmaBinding) bool {
	if value := ecmaBare(b.value); !value.Is("array", "object", "new_expression") || value.Child(0).OK() && !value.Is("new_expression") {
		return false
	}
	for fn := b.scope.node; fn.OK(); fn = ecmaEnclosing(fn) {
		if f.serving[fn.Index()] {
			return false
		}
	}
	return !f.servesRequest(b.at)
}
