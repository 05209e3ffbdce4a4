package inspect

// entry is the value of a literal key in a dict display or dict(key=…).
func (p *pythonFile) entry(dict node, key string) node {
	found := node{}
	p.entries(dict, func(name string, pair, value node) {
		if name == key {
			found = value
		}
	})
	return found
}

// entries calls each with every literal key of a dict display or dict(key=…).
func (p *pythonFile) entries(dict node, each func(key string, pair, value node)) {
	switch dict.kind() {
	case "dictionary":
		for c := dict.first(); c.ok(); c = c.next() {
			if c.is("pair") {
				if key, ok := p.literal(c.field("key")); ok {
					each(key, c, c.field("value"))
				}
			}
		}
	case "call":
		if dict.field("function").text() != "dict" {
			return
		}
		for c := dict.field("arguments").first(); c.ok(); c = c.next() {
			if c.is("keyword_argument") {
				each(c.field("name").text(), c, c.field("value"))
			}
		}
	}
}

// follow is the expression that a name is assigned, if it is the only one.
func (p *pythonFile) follow(n node) node {
	for range 4 {
		if n.is("parenthesized_expression") {
			n = n.child(0)
			continue
		}
		if !n.is("identifier") {
			return n
		}
		b := p.lookup(n.text(), n)
		if b == nil || len(b.values) != 1 || !b.values[0].ok() || b.path != "" || b.param.ok() {
			return n
		}
		n = b.values[0]
	}
	return n
}
