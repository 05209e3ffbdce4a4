package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// bindImport declares the names of an import statement.
func (f *ecmaFile) bindImport(n syntax.Node, scope *ecmaScope) {
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "import_require_clause": // import x = require("m")
			path, _ := ecmaString(c.Field("source"))
			f.bind(scope, c.Child(0), ecmaBinding{how: ecmaImported, symbol: moduleName(path)})
		case "import_clause":
			path, _ := ecmaString(n.Field("source"))
			f.bindImportClause(c, moduleName(path), scope)
		}
	}
}

func (f *ecmaFile) bindImportClause(clause syntax.Node, module string, scope *ecmaScope) {
	for c := clause.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "identifier":
			f.bind(scope, c, ecmaBinding{how: ecmaImported, symbol: module})
		case "namespace_import":
			f.bind(scope, c.Child(0), ecmaBinding{how: ecmaImported, symbol: module})
		case "named_imports":
			for s := c.First(); s.OK(); s = s.Next() {
				f.bind(scope, ecmaLocal(s), ecmaBinding{how: ecmaImported, symbol: joinSymbol(module, ecmaKey(s.Field("name")))})
			}
		}
	}
}

// required is the module that require("m") or import("m") names, or "".
func (f *ecmaFile) required(call syntax.Node) string {
	target := call.Field("function")
	switch target.Kind() {
	case "import":
	case "identifier":
		if target.Text() != "require" || !f.isRequire(target) {
			return ""
		}
	default:
		return ""
	}
	path, _ := ecmaString(call.Field("arguments").Child(0))
	return path
}

// isRequire tells Node's require from a function of the same name.
func (f *ecmaFile) isRequire(id syntax.Node) bool {
	b := f.lookup(id)
	if b == nil {
		return true
	}
	c := f.callOf(ecmaBare(b.value))
	return b.how == ecmaVariable && (c.callee == "module.createRequire" || c.callee == "createRequire")
}

func (f *ecmaFile) readImports() {
	f.each(func(n syntax.Node) {
		switch n.Kind() {
		case "import_statement":
			f.readImport(n)
		case "export_statement":
			f.readReexport(n)
		default:
			f.readRequire(n)
		}
	}, "import_statement", "export_statement", "call_expression")
}

func (f *ecmaFile) sayImport(n syntax.Node, fact inspect.Import) {
	if fact.Path == "" {
		return
	}
	if !fact.TypeOnly {
		f.uses[moduleName(fact.Path)] = true
	}
	f.say(n, fact)
}

// flowTypes are imports of types in Flow, which JavaScript's grammar reads past.
var flowTypes = regexp.MustCompile(`^import\s+(type|typeof)\s+([{*]|[\w$]+\s*(,|from\b))`)

func (f *ecmaFile) readImport(n syntax.Node) {
	fact := inspect.Import{TypeOnly: n.Has("type") || flowTypes.MatchString(n.Text())}
	fact.Path, _ = ecmaString(n.Field("source"))
	types, values := 0, 0
	var locals []syntax.Node
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "import_require_clause":
			fact.Path, _ = ecmaString(c.Field("source"))
			fact.Alias = c.Child(0).Text()
			values++
		case "import_clause":
			for part := c.First(); part.OK(); part = part.Next() {
				switch part.Kind() {
				case "identifier":
					fact.Names, fact.Alias = append(fact.Names, "default"), part.Text()
					locals = append(locals, part)
					values++
				case "namespace_import":
					fact.Names, fact.Alias = append(fact.Names, "*"), part.Child(0).Text()
					locals = append(locals, part.Child(0))
					values++
				case "named_imports":
					for s := part.First(); s.OK(); s = s.Next() {
						if !s.Is("import_specifier") {
							continue
						}
						fact.Names = append(fact.Names, ecmaKey(s.Field("name")))
						if s.Has("type") {
							types++
						} else {
							values++
							locals = append(locals, ecmaLocal(s))
						}
					}
				}
			}
		}
	}
	if types > 0 && values == 0 {
		fact.TypeOnly = true
	}
	fact.Erased = f.typed && !fact.TypeOnly && !strings.HasPrefix(fact.Path, ".") && f.erased(fact, locals)
	f.sayImport(n, fact)
}

// ecmaLocal is the name that an imported or exported one has in the file.
func ecmaLocal(specifier syntax.Node) syntax.Node {
	if alias := specifier.Field("alias"); alias.OK() {
		return alias
	}
	return specifier.Field("name")
}

func (f *ecmaFile) readReexport(n syntax.Node) {
	source := n.Field("source")
	if !source.OK() {
		return
	}
	fact := inspect.Import{TypeOnly: n.Has("type")}
	fact.Path, _ = ecmaString(source)
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "export_clause":
			for s := c.First(); s.OK(); s = s.Next() {
				fact.Names = append(fact.Names, ecmaKey(s.Field("name")))
			}
		case "namespace_export":
			fact.Names = []string{"*"}
		}
	}
	if len(fact.Names) == 0 {
		fact.Names = []string{"*"}
	}
	f.sayImport(n, fact)
}

func (f *ecmaFile) readRequire(n syntax.Node) {
	fact := inspect.Import{Path: f.required(n)}
	if fact.Path == "" {
		return
	}
	imported := n.Field("function").Is("import")
	at := n
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case "try_statement", "if_statement", "ternary_expression":
			if at != p.Field("condition") && at != p.Field("handler") {
				fact.Guarded = true
			}
		case "binary_expression":
			fact.Guarded = fact.Guarded || at == p.Field("right") && p.Field("operator").Text() == "&&"
		case "member_expression":
			if imported && at == p.Field("object") && p.Field("property").Text() == "catch" {
				fact.Guarded = true
			}
		}
		at = p
	}
	fact.Dynamic = imported || !ecmaAtModuleLevel(n)
	use := n.Parent()
	for use.Is("await_expression", "parenthesized_expression", "as_expression") {
		use = use.Parent()
	}
	switch use.Kind() {
	case "variable_declarator":
		f.nameRequired(&fact, use.Field("name"))
	case "member_expression":
		if name := use.Field("property").Text(); name != "then" && name != "catch" && name != "finally" {
			fact.Names = []string{name}
		}
	}
	f.sayImport(n, fact)
}

func (f *ecmaFile) nameRequired(fact *inspect.Import, pattern syntax.Node) {
	if pattern.Is("identifier") {
		fact.Alias = pattern.Text()
		return
	}
	for _, c := range ecmaChildren(pattern) {
		switch c.Kind() {
		case "shorthand_property_identifier_pattern":
			fact.Names = append(fact.Names, c.Text())
		case "object_assignment_pattern":
			fact.Names = append(fact.Names, c.Field("left").Text())
		case "pair_pattern":
			fact.Names = append(fact.Names, ecmaKey(c.Field("key")))
		}
	}
}

// ecmaAtModuleLevel reports whether code runs when its file is loaded: not in
// a function, other than one that is called where it stands.
func ecmaAtModuleLevel(n syntax.Node) bool {
	for fn := ecmaEnclosing(n); fn.OK(); fn = ecmaEnclosing(fn) {
		if !ecmaCalledInPlace(fn) {
			return false
		}
	}
	return true
}

// readEntryPoint states what makes a file one that is started.
func (f *ecmaFile) readEntryPoint() {
	f.each(func(n syntax.Node) {
		switch n.Kind() {
		case "hash_bang_line":
			f.say(n, inspect.EntryPoint{Via: strings.TrimSpace(n.Text())})
		case "binary_expression":
			f.readMainTest(n)
		case "member_expression":
			if p := n.Parent(); f.symbol(n) == "import.meta.main" && !p.Is("binary_expression") {
				f.say(n, inspect.EntryPoint{Via: "import.meta.main"})
			}
		}
	}, "hash_bang_line", "binary_expression", "member_expression")
}

func (f *ecmaFile) readMainTest(n syntax.Node) {
	if via := f.mainTest(n); via != "" {
		f.say(n, inspect.EntryPoint{Via: via})
	}
}

// mainTest tells whether an expression asks if the file itself is started.
func (f *ecmaFile) mainTest(n syntax.Node) string {
	n = ecmaBare(n)
	switch n.Kind() {
	case "member_expression":
		if f.symbol(n) == "import.meta.main" {
			return "import.meta.main"
		}
	case "unary_expression":
		if f.symbol(n.Field("argument")) == "module.parent" {
			return "module.parent"
		}
	case "binary_expression":
		a, b := f.symbol(n.Field("left")), f.symbol(n.Field("right"))
		op := n.Field("operator").Text()
		if op != "===" && op != "==" {
			return ""
		}
		switch {
		case a == "require.main" && b == "module", a == "module" && b == "require.main":
			return "require.main"
		case strings.Contains(n.Text(), "import.meta.url") && strings.Contains(n.Text(), "argv"):
			return "import.meta.url"
		}
	}
	return ""
}

// whenMain reports whether code runs only when the file itself is started.
func (f *ecmaFile) whenMain(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		if p.Is("if_statement") && n == p.Field("consequence") && f.mainTest(p.Field("condition")) != "" {
			return true
		}
	}
	return false
}
