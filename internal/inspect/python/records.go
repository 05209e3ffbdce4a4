package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// putsGiven reports whether a change puts what a function is given into a
// container that is named for what people create, or whose class is. The handler
// that calls the function may stand in another file.
func (p *pythonFile) putsGiven(name string, at syntax.Node) bool {
	owner, field, isField := strings.Cut(name, ".")
	if !isField {
		owner, field = "", name
	}
	if !inspect.NamesRecords(field) && (owner == "" || !inspect.KeepsRecords(owner)) {
		return false
	}
	def, value := p.enclosingFunction(at), added(at)
	if !def.OK() || !value.OK() || def.Field("name").Text() == "__init__" {
		return false
	}
	given := map[string]bool{}
	for param := def.Field("parameters").First(); param.OK(); param = param.Next() {
		name := param
		if !param.Is("identifier") {
			if name = param.Field("name"); !name.OK() {
				name = param.First()
			}
		}
		if text := name.Text(); text != "self" && text != "cls" {
			given[text] = true
		}
	}
	return p.madeOfGiven(value, given, 2)
}

// madeOfGiven reports whether a value is a parameter, or an object that is made
// of one: Book(title), {"title": title}.
func (p *pythonFile) madeOfGiven(value syntax.Node, given map[string]bool, depth int) (found bool) {
	if depth == 0 {
		return false
	}
	value.Walk(func(n syntax.Node) bool {
		switch {
		case found || n.Is("lambda", "await", "subscript"):
			return false
		case n.Is("call"):
			name := n.Field("function").Text()
			name = name[strings.LastIndexByte(name, '.')+1:]
			return name != "" && (name[0] >= 'A' && name[0] <= 'Z' || name == "dict" || name == "dump" || name == "model_dump")
		case n.Is("identifier"):
			if given[n.Text()] {
				found = true
			} else if made := p.follow(n); made != n && made.Is("dictionary", "call") {
				found = p.madeOfGiven(made, given, depth-1)
			}
		}
		return !found
	})
	return found
}
