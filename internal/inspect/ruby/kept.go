package ruby

import (
	"slices"

	"twelvefold/internal/inspect/syntax"
)

// conversions give back what they are given in another form.
var conversions = []string{"JSON.parse", "JSON.load", "Hash", "Array", "String", "Integer", "Float", "OpenStruct.new"}

// added is what a change puts into a container: of list << v, map[k] = v and
// list.push(v) the part with v, else nothing.
func added(n syntax.Node) syntax.Node {
	switch n.Kind() {
	case "assignment", "binary":
		return n.Field("right")
	case "operator_assignment":
		if n.Has("+=") {
			return n.Field("right")
		}
	case "call":
		switch n.Field("method").Text() {
		case "push", "append", "prepend", "unshift", "store", "insert", "concat", "merge!":
			return n.Field("arguments")
		}
	}
	return syntax.Node{}
}

// brings reports whether a value holds what the client sent: parameters or the
// request's body. What a method works out of it, or fetches by it, is something
// else.
func (f *rubyFile) brings(value syntax.Node, depth int) (found bool) {
	if !value.OK() || depth == 0 {
		return false
	}
	value.Walk(func(n syntax.Node) bool {
		switch {
		case found || !f.burn():
			return false
		case n.Is("element_reference"):
			found = n.Field("object").Text() == "params" || f.brings(n.Field("object"), depth-1)
			return false
		case n.Is("call"):
			receiver, method := n.Field("receiver"), n.Field("method").Text()
			found = receiver.Text() == "params" || receiver.Text() == "request.body" || receiver.Text() == "request" && method == "body" || f.brings(receiver, depth-1)
			if method == "new" || slices.Contains(conversions, f.callee(n)) {
				found = found || f.brings(n.Field("arguments"), depth-1)
			}
			return false
		case n.Is("identifier"):
			if n.Text() == "params" {
				found = true
			} else if b := f.local(n.Text(), n); b != nil && !b.param.OK() && len(b.values) <= 3 {
				found = slices.ContainsFunc(b.values, func(v syntax.Node) bool { return v.OK() && v != n && f.brings(v, depth-1) })
			}
		}
		return !found
	})
	return found
}

// outlivesRequests reports whether a local variable stands around the blocks
// that serve requests: of the file, or of a class's body.
func (f *rubyFile) outlivesRequests(b *binding) bool {
	if b.param.OK() {
		return false
	}
	served, _ := f.servedBy(b.first)
	return !served.OK() && !b.first.Up("method", "singleton_method").OK()
}
