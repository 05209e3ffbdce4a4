package inspect

import "strings"

// bindImport declares the names of an import statement.
func (f *ecmaFile) bindImport(n node, scope *ecmaScope) {
	for c := n.first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "import_require_clause": // import x = require("m")
			path, _ := ecmaString(c.field("source"))
			f.bind(scope, c.child(0), ecmaBinding{how: ecmaImported, symbol: moduleName(path)})
		case "import_clause":
			path, _ := ecmaString(n.field("source"))
			f.bindImportClause(c, moduleName(path), scope)
		}
	}
}

func (f *ecmaFile) bindImportClause(clause node, module string, scope *ecmaScope) {
	for c := clause.first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "identifier":
			f.bind(scope, c, ecmaBinding{how: ecmaImported, symbol: module})
		case "namespace_import":
			f.bind(scope, c.child(0), ecmaBinding{how: ecmaImported, symbol: module})
		case "named_imports":
			for s := c.first(); s.ok(); s = s.next() {
				name, local := s.field("name"), s.field("alias")
				if !local.ok() {
					local = name
				}
				f.bind(scope, local, ecmaBinding{how: ecmaImported, symbol: joinSymbol(module, ecmaKey(name))})
			}
		}
	}
}

// required is the module that require("m") or import("m") names, or "".
func (f *ecmaFile) required(call node) string {
	target := call.field("function")
	switch target.kind() {
	case "import":
	case "identifier":
		if target.text() != "require" || !f.isRequire(target) {
			return ""
		}
	default:
		return ""
	}
	path, _ := ecmaString(call.field("arguments").child(0))
	return path
}

// isRequire tells Node's require from a function of the same name.
func (f *ecmaFile) isRequire(id node) bool {
	b := f.lookup(id)
	if b == nil {
		return true
	}
	c := f.callOf(ecmaBare(b.value))
	return b.how == ecmaVariable && (c.callee == "module.createRequire" || c.callee == "createRequire")
}

func (f *ecmaFile) readImports() {
	f.each(func(n node) {
		switch n.kind() {
		case "import_statement":
			f.readImport(n)
		case "export_statement":
			f.readReexport(n)
		default:
			f.readRequire(n)
		}
	}, "import_statement", "export_statement", "call_expression")
}

func (f *ecmaFile) sayImport(n node, fact Import) {
	if fact.Path == "" {
		return
	}
	if !fact.TypeOnly {
		f.uses[moduleName(fact.Path)] = true
	}
	f.say(n, fact)
}

func (f *ecmaFile) readImport(n node) {
	fact := Import{TypeOnly: n.has("type")}
	fact.Path, _ = ecmaString(n.field("source"))
	types, values := 0, 0
	for c := n.first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "import_require_clause":
			fact.Path, _ = ecmaString(c.field("source"))
			fact.Alias = c.child(0).text()
			values++
		case "import_clause":
			for part := c.first(); part.ok(); part = part.next() {
				switch part.kind() {
				case "identifier":
					fact.Names, fact.Alias = append(fact.Names, "default"), part.text()
					values++
				case "namespace_import":
					fact.Names, fact.Alias = append(fact.Names, "*"), part.child(0).text()
					values++
				case "named_imports":
					for s := part.first(); s.ok(); s = s.next() {
						if !s.is("import_specifier") {
							continue
						}
						fact.Names = append(fact.Names, ecmaKey(s.field("name")))
						if s.has("type") {
							types++
						} else {
							values++
						}
					}
				}
			}
		}
	}
	if types > 0 && values == 0 {
		fact.TypeOnly = true
	}
	f.sayImport(n, fact)
}

func (f *ecmaFile) readReexport(n node) {
	source := n.field("source")
	if !source.ok() {
		return
	}
	fact := Import{TypeOnly: n.has("type")}
	fact.Path, _ = ecmaString(source)
	for c := n.first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "export_clause":
			for s := c.first(); s.ok(); s = s.next() {
				fact.Names = append(fact.Names, ecmaKey(s.field("name")))
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

func (f *ecmaFile) readRequire(n node) {
	fact := Import{Path: f.required(n)}
	if fact.Path == "" {
		return
	}
	imported := n.field("function").is("import")
	at := n
	for p := n.parent(); p.ok(); p = p.parent() {
		switch p.kind() {
		case "try_statement", "if_statement", "ternary_expression":
			if at != p.field("condition") && at != p.field("handler") {
				fact.Guarded = true
			}
		case "binary_expression":
			fact.Guarded = fact.Guarded || at == p.field("right") && p.field("operator").text() == "&&"
		case "member_expression":
			if imported && at == p.field("object") && p.field("property").text() == "catch" {
				fact.Guarded = true
			}
		}
		at = p
	}
	fact.Dynamic = imported || !ecmaAtModuleLevel(n)
	use := n.parent()
	for use.is("await_expression", "parenthesized_expression", "as_expression") {
		use = use.parent()
	}
	switch use.kind() {
	case "variable_declarator":
		f.nameRequired(&fact, use.field("name"))
	case "member_expression":
		if name := use.field("property").text(); name != "then" && name != "catch" && name != "finally" {
			fact.Names = []string{name}
		}
	}
	f.sayImport(n, fact)
}

func (f *ecmaFile) nameRequired(fact *Import, pattern node) {
	if pattern.is("identifier") {
		fact.Alias = pattern.text()
		return
	}
	for _, c := range ecmaChildren(pattern) {
		switch c.kind() {
		case "shorthand_property_identifier_pattern":
			fact.Names = append(fact.Names, c.text())
		case "object_assignment_pattern":
			fact.Names = append(fact.Names, c.field("left").text())
		case "pair_pattern":
			fact.Names = append(fact.Names, ecmaKey(c.field("key")))
		}
	}
}

// ecmaAtModuleLevel reports whether code runs when its file is loaded: not in
// a function, other than one that is called where it stands.
func ecmaAtModuleLevel(n node) bool {
	for fn := ecmaEnclosing(n); fn.ok(); fn = ecmaEnclosing(fn) {
		if !ecmaCalledInPlace(fn) {
			return false
		}
	}
	return true
}

// readEntryPoint states what makes a file one that is started.
func (f *ecmaFile) readEntryPoint() {
	f.each(func(n node) {
		switch n.kind() {
		case "hash_bang_line":
			f.say(n, EntryPoint{Via: strings.TrimSpace(n.text())})
		case "binary_expression":
			f.readMainTest(n)
		case "member_expression":
			if p := n.parent(); f.symbol(n) == "import.meta.main" && !p.is("binary_expression") {
				f.say(n, EntryPoint{Via: "import.meta.main"})
			}
		}
	}, "hash_bang_line", "binary_expression", "member_expression")
}

func (f *ecmaFile) readMainTest(n node) {
	if via := f.mainTest(n); via != "" {
		f.say(n, EntryPoint{Via: via})
	}
}

// mainTest tells whether an expression asks if the file itself is started.
func (f *ecmaFile) mainTest(n node) string {
	n = ecmaBare(n)
	switch n.kind() {
	case "member_expression":
		if f.symbol(n) == "import.meta.main" {
			return "import.meta.main"
		}
	case "unary_expression":
		if f.symbol(n.field("argument")) == "module.parent" {
			return "module.parent"
		}
	case "binary_expression":
		a, b := f.symbol(n.field("left")), f.symbol(n.field("right"))
		op := n.field("operator").text()
		if op != "===" && op != "==" {
			return ""
		}
		switch {
		case a == "require.main" && b == "module", a == "module" && b == "require.main":
			return "require.main"
		case strings.Contains(n.text(), "import.meta.url") && strings.Contains(n.text(), "argv"):
			return "import.meta.url"
		}
	}
	return ""
}

// whenMain reports whether code runs only when the file itself is started.
func (f *ecmaFile) whenMain(n node) bool {
	for p := n.parent(); p.ok(); n, p = p, p.parent() {
		if p.is("if_statement") && n == p.field("consequence") && f.mainTest(p.field("condition")) != "" {
			return true
		}
	}
	return false
}
