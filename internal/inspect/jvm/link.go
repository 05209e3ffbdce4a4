package jvm

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// link states where a link that is put together and given to a name leads:
// String link = "http://localhost:3000/reset/" + token.
func (f *file) link(name string, value, at syntax.Node) {
	if !value.Is("binary_expression", "string_literal", "method_invocation", "call_expression") || f.debugOnly(at) {
		return
	}
	lead := f.leading(value)
	if f.evaluate(value).Source == inspect.Literal {
		return
	}
	if fact, ok := inspect.LinkOf(name, lead); ok {
		f.state(at, fact)
	}
}
