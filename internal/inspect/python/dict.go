package python

import (
	"twelvefold/internal/inspect/syntax"
)

// entry is the value of a literal key in a dict display or dict(key=…).
func (p *pythonFile) entry(dict syntax.Node, key string) syntax.Node {
	found := syntax.Node{}
	p.entries(dict, func(name string, pair, value syntax.Node) {
		if name == key {
			found = value
		}
	})
	return found
}

// entries calls each with every literal key of a dict display or dict(key=…).
func (p *pythonFile) entries(dict syntax.Node, each func(key string, pair, value syntax.Node)) {
	switch dict.Kind() {
	case "dictionary":
		for c := dict.First(); c.OK(); c = c.Next() {
			if c.Is("pair") {
				if key, ok := p.literal(c.Field("key")); ok {
					each(key, c, c.Field("value"))
				}
			}
		}
	case "call":
		if dict.Field("function").Text() != "dict" {
			return
		}
		for c := dict.Field("arguments").First(); c.OK(); c = c.Next() {
			if c.Is("keyword_argument") {
				each(c.Field("name").Text(), c, c.Field("value"))
			}
		}
	}
}

// follow is the expression that a name is assigned, if it is the only one.
func (p *pythonFile) follow(n syntax.Node) syntax.Node {
	for range 4 {
		if n.Is("parenthesized_expression") {
			n = n.Child(0)
			continue
		}
		if !n.Is("identifier") {
			return n
		}
		b := p.lookup(n.Text(), n)
		if b == nil || len(b.values) != 1 || !b.values[0].OK() || b.path != "" || b.param.OK() {
			return n
		}
		n = b.values[0]
	}
	return n
}
