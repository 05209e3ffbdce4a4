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
	body := ""
	if MayBeHeader(text) {
		body = n.Up("method_declaration", "function_declaration", "function_definition", "method_definition", "arrow_function", "function_expression", "method").Text()
	}
	list := Secrets(language, strings.TrimSpace(n.Text()[:start-from]), text, body)
	if len(list) > 0 {
		in := around(n)
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

// around is what a node stands in: the route or event that calls its function,
// and the function's name.
func around(n syntax.Node) string {
	for up := n.Up("call_expression", "call"); up.OK(); up = up.Up("call_expression", "call") {
		if route := routeText.FindStringSubmatch(arguments(up).Text()); route != nil {
			return strings.TrimSpace(route[1] + " " + syntax.FunctionName(n))
		}
	}
	return syntax.FunctionName(n)
}

// routeText is a route or an event that a call is given before the function.
var routeText = regexp.MustCompile("^\\(\\s*[\"'`]([^\"'`\\n]{1,80})[\"'`]\\s*,")
