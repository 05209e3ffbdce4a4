package csharp

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// call is one invocation, or one construction with new.
type call struct {
	syntax.Node
	name        string // resolved: "System.Environment.Exit", "Npgsql.NpgsqlConnection" of new; "" when unknown
	method      string // the last name as written; of new the simple name of the type
	new         bool
	object      syntax.Node // the receiver, of an invocation
	positional  []syntax.Node
	named       map[string]syntax.Node
	initializer syntax.Node // { A = 1 } behind new
}

func (f *file) callOf(n syntax.Node) call {
	c := call{Node: n, new: !n.Is("invocation_expression")}
	arguments := n.Field("arguments")
	if c.new {
		typ := n.Field("type")
		if n.Is("implicit_object_creation_expression") {
			typ = f.targetType(n)
		}
		c.name, c.method = f.typeName(typ), simpleName(typ)
		c.initializer = n.Field("initializer")
	} else {
		function := n.Field("function")
		c.method, c.object = lastName(function), receiver(function)
		c.name = f.resolve(function)
		if c.name == "" && function.Is("identifier") && f.lookup(c.method, n) == nil {
			for _, static := range f.statics {
				if _, ok := known[static[strings.LastIndex(static, ".")+1:]]; ok {
					c.name = static + "." + c.method
				}
			}
		}
	}
	if strings.HasPrefix(c.name, "?") {
		c.name = ""
	}
	for a := n.First(); a.OK() && !arguments.OK(); a = a.Next() {
		if a.Is("argument_list") {
			arguments = a
		}
		if a.Is("initializer_expression") {
			c.initializer = a
		}
	}
	for a := arguments.First(); a.OK(); a = a.Next() {
		if a.Is("argument") {
			c.addArgument(a)
		}
	}
	if !c.initializer.OK() && c.new {
		for a := n.First(); a.OK(); a = a.Next() {
			if a.Is("initializer_expression") {
				c.initializer = a
			}
		}
	}
	return c
}

func (c *call) addArgument(a syntax.Node) {
	name := a.Field("name")
	var v syntax.Node
	for part := a.First(); part.OK(); part = part.Next() {
		if part != name && !part.IsComment() {
			v = part
		}
	}
	if name.OK() {
		if c.named == nil {
			c.named = map[string]syntax.Node{}
		}
		c.named[name.Text()] = v
		return
	}
	c.positional = append(c.positional, v)
}

// arg is the argument at a place, or by one of its names; place -1 is never.
func (c call) arg(place int, names ...string) syntax.Node {
	for _, name := range names {
		if v, ok := c.named[name]; ok {
			return v
		}
	}
	if place >= 0 && place < len(c.positional) {
		return c.positional[place]
	}
	return syntax.Node{}
}

// property is what an object initializer gives to one of the names.
func property(initializer syntax.Node, names ...string) syntax.Node {
	for c := initializer.First(); c.OK(); c = c.Next() {
		if c.Is("assignment_expression") {
			left := c.Field("left").Text()
			for _, name := range names {
				if left == name {
					return c.Field("right")
				}
			}
		}
	}
	return syntax.Node{}
}

// lastName is the last name of what a call calls: "Exit" of Environment.Exit,
// "Get" of x?.Get<T>.
func lastName(n syntax.Node) string {
	switch n.Kind() {
	case "identifier":
		return n.Text()
	case "generic_name":
		return n.Child(0).Text()
	case "member_access_expression", "member_binding_expression":
		return lastName(n.Field("name"))
	case "conditional_access_expression":
		for c := n.First(); c.OK(); c = c.Next() {
			if c.FieldName() != "condition" && !c.IsComment() {
				return lastName(c)
			}
		}
	case "invocation_expression":
		return lastName(n.Field("function"))
	}
	return ""
}

// receiver is what stands before the last name.
func receiver(function syntax.Node) syntax.Node {
	switch function.Kind() {
	case "member_access_expression":
		return function.Field("expression")
	case "conditional_access_expression":
		return function.Field("condition")
	}
	return syntax.Node{}
}

// typeArgument is T of a call of F<T>.
func typeArgument(function syntax.Node) syntax.Node {
	name := function
	for name.Is("member_access_expression", "member_binding_expression", "conditional_access_expression") {
		if name.Is("conditional_access_expression") {
			name = name.Child(1)
		} else {
			name = name.Field("name")
		}
	}
	if name.Is("generic_name") {
		return name.Child(1).Child(0)
	}
	return syntax.Node{}
}

// bodyOf is a function's block or expression.
func bodyOf(def syntax.Node) syntax.Node {
	if body := def.Field("body"); body.OK() {
		if body.Is("arrow_expression_clause") {
			return body.Child(0)
		}
		return body
	}
	for c := def.First(); c.OK(); c = c.Next() {
		if c.Is("block") {
			return c
		}
		if c.Is("arrow_expression_clause") {
			return c.Child(0)
		}
	}
	return syntax.Node{}
}

// parameters are the parameters of a function or of a type's primary
// constructor.
func parameters(def syntax.Node) []syntax.Node {
	list := def.Field("parameters")
	if list.Is("implicit_parameter") {
		return []syntax.Node{list}
	}
	for c := def.First(); c.OK() && !list.OK(); c = c.Next() {
		if c.Is("parameter_list") {
			list = c
		}
	}
	var out []syntax.Node
	for c := list.First(); c.OK(); c = c.Next() {
		if c.Is("parameter", "implicit_parameter") {
			out = append(out, c)
		}
	}
	return out
}

func parameterName(p syntax.Node) string {
	if p.Is("implicit_parameter") {
		return p.Text()
	}
	return p.Field("name").Text()
}

// enclosingFunction is the nearest function around n; none at the top level.
func enclosingFunction(n syntax.Node) syntax.Node { return n.Up(functionKinds...) }

// enclosingMethod is the method or local function around n, lambdas passed
// over.
func enclosingMethod(n syntax.Node) syntax.Node {
	return n.Up("method_declaration", "constructor_declaration", "local_function_statement")
}

// attributes are the attributes written before a declaration, by simple name
// without the suffix Attribute.
func attributes(n syntax.Node) map[string]syntax.Node {
	var list map[string]syntax.Node
	for c := n.First(); c.OK(); c = c.Next() {
		if !c.Is("attribute_list") {
			continue
		}
		for a := c.First(); a.OK(); a = a.Next() {
			if a.Is("attribute") {
				if list == nil {
					list = map[string]syntax.Node{}
				}
				list[strings.TrimSuffix(simpleName(a.Field("name")), "Attribute")] = a
			}
		}
	}
	return list
}

// sortedNamed goes over named arguments in order of their names.
func sortedNamed(c call) iter.Seq2[string, syntax.Node] {
	return func(yield func(string, syntax.Node) bool) {
		for _, name := range slices.Sorted(maps.Keys(c.named)) {
			if !yield(name, c.named[name]) {
				return
			}
		}
	}
}
