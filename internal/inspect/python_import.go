package inspect

import "strings"

// importFacts states each module that an import statement names.
func (p *pythonFile) importFacts(n node) {
	guarded, typeOnly := p.importCondition(n)
	dynamic := p.enclosingFunction(n).ok()
	if from := n.field("module_name"); from.ok() {
		fact := Import{Path: strings.ReplaceAll(from.text(), " ", ""), Guarded: guarded, TypeOnly: typeOnly, Dynamic: dynamic}
		for c := n.first(); c.ok(); c = c.next() {
			switch {
			case c.is("wildcard_import"):
				fact.Names = append(fact.Names, "*")
			case c.fieldName() == "name" && c.is("aliased_import"):
				fact.Names = append(fact.Names, c.field("name").text())
			case c.fieldName() == "name":
				fact.Names = append(fact.Names, c.text())
			}
		}
		p.state(n, fact)
		return
	}
	for c := n.first(); c.ok(); c = c.next() {
		fact := Import{Path: strings.ReplaceAll(c.text(), " ", ""), Guarded: guarded, TypeOnly: typeOnly, Dynamic: dynamic}
		if c.is("aliased_import") {
			fact.Path, fact.Alias = c.field("name").text(), c.field("alias").text()
		}
		if !c.is("comment") {
			p.state(n, fact)
		}
	}
}

// importCondition tells an import that may fail or not happen: in a try
// statement that catches its error, in such a one's handler, under an if.
func (p *pythonFile) importCondition(n node) (guarded, typeOnly bool) {
	guarded = inTry(n, "ImportError", "ModuleNotFoundError")
	for s := n.up("if_statement", "except_clause"); s.ok(); s = s.up("if_statement", "except_clause") {
		if s.is("except_clause") {
			guarded = true
			continue
		}
		if condition := s.field("condition"); containsWord(condition.text(), "TYPE_CHECKING") && n.inside(s.field("consequence")) && !condition.is("not_operator") {
			typeOnly = true
		} else if s.field("consequence") != p.guard {
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
		p.state(c.node, Import{Path: name, Dynamic: true, Guarded: inTry(c.node, "ImportError", "ModuleNotFoundError")})
	}
}

// entryPoint states what makes the file one that can be started.
func (p *pythonFile) entryPoint() {
	if first, _, _ := strings.Cut(string(p.tree.source[:min(len(p.tree.source), 200)]), "\n"); strings.HasPrefix(first, "#!") {
		p.emit(1, 1, EntryPoint{Via: strings.TrimSpace(first)})
	}
	if p.guard.ok() {
		statement := p.guard.parent()
		p.state(statement, EntryPoint{Via: "__main__"})
	}
}
