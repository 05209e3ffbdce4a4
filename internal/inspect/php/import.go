package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

func (s *script) packageFact(n syntax.Node) {
	if name := n.Field("name"); name.OK() {
		s.state(name, inspect.Package{Name: name.Text()})
	}
}

// importFacts states each class and function that a use declaration names. A
// class that only comments speak of is imported for them.
func (s *script) importFacts(n syntax.Node) {
	for _, u := range usesOf(n) {
		fact := inspect.Import{Path: u.path, Alias: u.alias}
		if u.sort != "" { // the function or constant of a namespace
			if at := strings.LastIndex(u.path, `\`); at > 0 {
				fact.Path, fact.Names = u.path[:at], []string{u.path[at+1:]}
			}
		} else {
			used, guarded := s.usage(u.local())
			fact.TypeOnly, fact.Guarded = !used, guarded
		}
		s.state(u.at, fact)
	}
}

// nameUse is how the code of a file uses an imported class name.
type nameUse struct{ used, guarded bool }

// usage tells whether code uses a local name at all, and whether it asks first
// that the class is there.
func (s *script) usage(local string) (used, guarded bool) {
	if s.usages == nil {
		s.usages = map[string]nameUse{}
		s.tree.Root().Walk(func(n syntax.Node) bool {
			if n.Is("namespace_use_declaration") {
				return false
			}
			if n.Is("name") {
				key := strings.ToLower(n.Text())
				u := s.usages[key]
				u.used = true
				u.guarded = u.guarded || s.existenceArgument(n)
				s.usages[key] = u
			}
			return true
		})
	}
	u := s.usages[strings.ToLower(local)]
	return u.used, u.guarded
}

var existence = map[string]bool{"class_exists": true, "interface_exists": true, "trait_exists": true, "enum_exists": true, "is_a": true, "is_subclass_of": true}

// existenceArgument reports whether n is the X of class_exists(X::class).
func (s *script) existenceArgument(n syntax.Node) bool {
	up := n.Parent()
	for range 3 {
		if up.Is("class_constant_access_expression", "qualified_name", "argument") {
			up = up.Parent()
		}
	}
	return up.Is("arguments") && existence[s.functionName(up.Parent().Field("function"))]
}

// qualifiedImport states \A\B\C where code names it without a use declaration.
func (s *script) qualifiedImport(n syntax.Node) {
	text := n.Text()
	if !strings.HasPrefix(text, `\`) || strings.Count(text, `\`) < 2 || n.Parent().Is("namespace_use_clause") {
		return
	}
	path := text[1:]
	if n.Parent().Is("function_call_expression") {
		path = path[:strings.LastIndex(path, `\`)]
	}
	if s.once("import " + path) {
		guarded := s.existenceArgument(n) || s.underExistence(n)
		s.state(n, inspect.Import{Path: path, Guarded: guarded, Dynamic: enclosingFunction(n).OK()})
	}
}

// underExistence reports whether n stands under a condition that asks whether
// classes or functions are there.
func (s *script) underExistence(n syntax.Node) bool {
	for p := n.Up("if_statement", "conditional_expression", "try_statement"); p.OK(); p = p.Up("if_statement", "conditional_expression", "try_statement") {
		if p.Is("try_statement") {
			continue
		}
		text := written(p.Field("condition"))
		if strings.Contains(text, "_exists(") || strings.Contains(text, "extension_loaded(") {
			return true
		}
	}
	return false
}

// includeFact states include and require of a file of the repository, relative
// to the file where PHP takes it so.
func (s *script) includeFact(n syntax.Node) {
	path, ok := s.literal(n.Child(0))
	if !ok || path == "" || strings.Contains(path, "://") || strings.HasPrefix(path, "/") {
		return
	}
	if !strings.HasPrefix(path, ".") {
		path = "./" + path
	}
	fact := inspect.Import{Path: path, Dynamic: enclosingFunction(n).OK()}
	for p := n.Up("if_statement", "conditional_expression"); p.OK(); p = p.Up("if_statement", "conditional_expression") {
		if condition := p.Field("condition"); !n.Inside(condition) && strings.Contains(written(condition), "exists") || strings.Contains(written(p.Field("condition")), "is_readable") {
			fact.Guarded = true
		}
	}
	s.state(n, fact)
}

// entryPoint states what makes the file one that can be started: a shebang, or
// statements of its own that load the program and let it answer or run.
func (s *script) entryPoint() {
	first, _, _ := strings.Cut(string(s.tree.Source()[:min(len(s.tree.Source()), 200)]), "\n")
	if strings.HasPrefix(first, "#!") {
		s.Emit(1, 1, inspect.EntryPoint{Via: strings.TrimSpace(first)})
		s.nodes = append(s.nodes, 0)
		return
	}
	s.ownStatements(func(n syntax.Node) bool {
		if via := s.startsProgram(n); via != "" && s.once("entry point") {
			s.state(n, inspect.EntryPoint{Via: via})
		}
		return true
	})
}

// ownStatements walks the code that runs when the file is loaded.
func (s *script) ownStatements(visit func(syntax.Node) bool) {
	s.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is(functionKinds...) || n.Is(classKinds...) {
			return false
		}
		return visit(n)
	})
}

// starters are methods by which a front controller or a console lets an
// application run, by the object that they are called on.
var starters = map[string]bool{"run": true, "handlerequest": true, "handlecommand": true, "handle": true}

// startsProgram names what shows that a node is the start of a program.
func (s *script) startsProgram(n syntax.Node) string {
	switch n.Kind() {
	case "require_expression", "require_once_expression":
		if text := written(n.Child(0)); strings.Contains(text, "autoload_runtime.php") {
			return "autoload_runtime.php"
		}
	case "member_call_expression":
		c := s.callOf(n)
		if !starters[c.method] || !n.Parent().Is("expression_statement", "assignment_expression", "argument", "exit_statement") {
			return ""
		}
		if strings.HasSuffix(written(c.recv), "app") || strings.HasSuffix(written(c.recv), "application") || strings.HasSuffix(written(c.recv), "kernel") || strings.HasSuffix(s.resolve(c.recv), `\Application`) {
			return written(c.recv) + "->" + n.Field("name").Text()
		}
	}
	return ""
}
