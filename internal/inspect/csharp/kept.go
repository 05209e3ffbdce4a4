package csharp

import (
	"regexp"
	"slices"

	"twelvefold/internal/inspect/syntax"
)

// notBrought are types of parameters that name something, or that a framework
// makes.
var notBrought = regexp.MustCompile(`^(Guid|Date\w+|Time\w+|CancellationToken|Http\w+|I[A-Z]\w*|ClaimsPrincipal|WebSocket|Stream|Task|\w*(Context|Service|Repository|Client|Logger|Factory|Options|Manager|Provider|Store|Storage|Cache|Db|Handler|Helper|Validator))$`)

// added is what a change puts into a collection: of list.Add(v), map.TryAdd(k, v)
// and map[k] = v the part with v, else nothing.
func (f *file) added(n syntax.Node) syntax.Node {
	switch n.Kind() {
	case "assignment_expression":
		return n.Field("right")
	case "invocation_expression":
		switch lastName(n.Field("function")) {
		case "Add", "TryAdd", "AddOrUpdate", "GetOrAdd", "Enqueue", "Push", "Insert", "AddLast", "AddFirst", "AddRange":
			if list := f.callOf(n).positional; len(list) > 0 {
				return list[min(len(list)-1, 1)]
			}
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
	value.Walk(func(n syntax.Node) bool {
		switch {
		case found || f.spent() || n.Is("lambda_expression"):
			return false
		case n.Is("invocation_expression"):
			found = f.brings(receiver(n.Field("function")), handler, depth-1)
			if name := lastName(n.Field("function")); name == "Map" || name == "Adapt" {
				found = found || f.brings(n.Field("arguments"), handler, depth-1)
			}
			return false
		case n.Is("identifier"):
			found = isBrought(n.Text(), handler) || f.isGivenBrought(n, handler, depth)
		}
		return !found
	})
	return found
}

// isGivenBrought reports whether a local name is given what the client sent.
func (f *file) isGivenBrought(n, handler syntax.Node, depth int) bool {
	b := f.lookup(n.Text(), n)
	if b == nil || b.member || b.param.OK() || b.def.OK() || len(b.values) == 0 || len(b.values) > 3 {
		return false
	}
	return slices.ContainsFunc(b.values, func(v syntax.Node) bool { return v.OK() && v != n && f.brings(v, handler, depth-1) })
}

// isBrought reports whether a name is a parameter that is filled from the
// request's body: an object of the program's own, or what says so.
func isBrought(name string, handler syntax.Node) bool {
	for _, p := range parameters(handler) {
		if parameterName(p) != name {
			continue
		}
		attrs := attributes(p)
		if _, body := attrs["FromBody"]; body {
			return true
		} else if len(attrs) > 0 {
			return false
		}
		typ := p.Field("type")
		return typ.OK() && !typ.Is("predefined_type", "nullable_type", "array_type") && !notBrought.MatchString(simpleName(typ))
	}
	return false
}

// maxSought bounds how many nodes of a file brings looks at.
const maxSought = 200_000

func (f *file) spent() bool {
	f.sought++
	return f.sought > maxSought
}
