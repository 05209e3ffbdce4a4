package logged

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Call is Secrets of a node that calls something with arguments.
func Call(n syntax.Node, language Language) []inspect.SecretLogged {
	given := arguments(n)
	if !given.OK() {
		return nil
	}
	from, _ := n.Span()
	start, end := given.Span()
	_, whole := n.Span()
	if start-from > maxCallee || end-start > maxArguments || end > whole || start < from {
		return nil
	}
	text := given.Text()
	if strings.HasPrefix(text, "(") {
		text = strings.TrimSuffix(text[1:], ")")
	}
	list := Secrets(language, strings.TrimSpace(n.Text()[:start-from]), text)
	if len(list) > 0 {
		in := function(n)
		for i := range list {
			list[i].In = in
		}
	}
	return list
}

func arguments(n syntax.Node) syntax.Node {
	if given := n.Field("arguments"); given.OK() {
		return given
	}
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Is("value_arguments", "argument_list", "arguments", "call_suffix") {
			return c
		}
	}
	return syntax.Node{}
}

// function is the name of what a node stands in: of the function or method, of
// the variable or property that holds it, of the route that calls it.
func function(n syntax.Node) string {
	for up := n.Parent(); up.OK(); up = up.Parent() {
		switch kind := up.Kind(); {
		case kind == "call_expression" || kind == "call":
			if route := routeText.FindStringSubmatch(arguments(up).Text()); route != nil {
				return route[1]
			}
		case kind == "variable_declarator" || kind == "pair" || kind == "public_field_definition" || kind == "property_assignment":
			if name := firstOf(up.Field("name"), up.Field("key")); name.OK() && holdsFunction(up) {
				return name.Text()
			}
		case strings.Contains(kind, "function") || strings.Contains(kind, "method"):
			if name := up.Field("name"); name.OK() {
				return name.Text()
			}
		}
	}
	return ""
}

// routeText is a route or an event that a call is given before the function.
var routeText = regexp.MustCompile("^\\(\\s*[\"'`]([^\"'`\\n]{1,80})[\"'`]\\s*,")

func holdsFunction(n syntax.Node) bool {
	return n.Field("value").Is("arrow_function", "function_expression", "function")
}

func firstOf(nodes ...syntax.Node) syntax.Node {
	for _, n := range nodes {
		if n.OK() {
			return n
		}
	}
	return syntax.Node{}
}
