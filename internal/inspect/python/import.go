package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// importFacts states each module that an import statement names.
func (p *pythonFile) importFacts(n syntax.Node) {
	guarded, typeOnly := p.importCondition(n)
	dynamic := p.enclosingFunction(n).OK()
	if from := n.Field("module_name"); from.OK() {
		fact := inspect.Import{Path: strings.ReplaceAll(from.Text(), " ", ""), Guarded: guarded, TypeOnly: typeOnly, Dynamic: dynamic}
		for c := n.First(); c.OK(); c = c.Next() {
			switch {
			case c.Is("wildcard_import"):
				fact.Names = append(fact.Names, "*")
			case c.FieldName() == "name" && c.Is("aliased_import"):
				fact.Names = append(fact.Names, c.Field("name").Text())
			case c.FieldName() == "name":
				fact.Names = append(fact.Names, c.Text())
			}
		}
		p.state(n, fact)
		return
	}
	for c := n.First(); c.OK(); c = c.Next() {
		fact := inspect.Import{Path: strings.ReplaceAll(c.Text(), " ", ""), Guarded: guarded, TypeOnly: typeOnly, Dynamic: dynamic}
		if c.Is("aliased_import") {
			fact.Path, fact.Alias = c.Field("name").Text(), c.Field("alias").Text()
		}
		if !c.Is("comment") {
			p.state(n, fact)
		}
	}
}

// importCondition tells an import that may fail or not happen: in a try
// statement that catches its error, in such a one's handler, under an if.
func (p *pythonFile) importCondition(n syntax.Node) (guarded, typeOnly bool) {
	guarded = inTry(n, "ImportError", "ModuleNotFoundError")
	for s := n.Up("if_statement", "except_clause"); s.OK(); s = s.Up("if_statement", "except_clause") {
		if s.Is("except_clause") {
			guarded = true
			continue
		}
		if condition := s.Field("condition"); inspect.ContainsWord(condition.Text(), "TYPE_CHECKING") && n.Inside(s.Field("consequence")) && !condition.Is("not_operator") {
			typeOnly = true
		} else if s.Field("consequence") != p.guard {
			guarded = true
		}
	}
	return guarded, typeOnly
}

// dynamicImport states importlib.import_module("x") and __import__("x").
func (p *pythonFile) dynamicImport(c pyCall) {
	if c.name != "importlib.import_module" && c.name != "__import__" {
		return
	}
	if name, ok := p.literal(c.args.arg(0, "name")); ok && name != "" {
		p.state(c.Node, inspect.Import{Path: name, Dynamic: true, Guarded: inTry(c.Node, "ImportError", "ModuleNotFoundError")})
	}
}

// entryPoint states what makes the file one that can be started.
func (p *pythonFile) entryPoint() {
	if first, _, _ := strings.Cut(string(p.tree.Source()[:min(len(p.tree.Source()), 200)]), "\n"); strings.HasPrefix(first, "#!") {
		p.Emit(1, 1, inspect.EntryPoint{Via: strings.TrimSpace(first)})
	}
	if p.guard.OK() {
		statement := p.guard.Parent()
		p.state(statement, inspect.EntryPoint{Via: "__main__"})
	}
}
