package csharp

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// originCall states the pages that may call where a policy says so:
// WithOrigins("…", "…"), each of them written.
func (f *file) originCall(c call) {
	if c.method != "WithOrigins" || !c.object.OK() || f.inDebugBranch(c.Node) {
		return
	}
	var texts []string
	for _, a := range c.positional {
		list := []syntax.Node{a}
		if made := f.follow(a); made.Is("array_creation_expression", "implicit_array_creation_expression", "collection_expression") {
			list = entriesOf(made)
		}
		for _, entry := range list {
			text, ok := f.literal(entry)
			if !ok {
				return
			}
			texts = append(texts, text)
		}
	}
	if fact, ok := inspect.OriginsOf(texts); ok {
		f.state(c.Node.Field("arguments"), fact)
	}
}

// entriesOf are the entries of an array or a collection as it is written.
func entriesOf(made syntax.Node) (list []syntax.Node) {
	for c := made.First(); c.OK(); c = c.Next() {
		if c.Is("initializer_expression") {
			return c.Children()
		}
		if made.Is("collection_expression") && !c.Is("comment") {
			list = append(list, c)
		}
	}
	return list
}
