package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

func (f *file) packageFact(n syntax.Node) {
	if name := dotted(n.Child(0)); name != "" {
		f.state(n, inspect.Package{Name: name})
	}
}

// importFact states an import: of a class, of a member (its path is then the
// class's), of everything in a package.
func (f *file) importFact(n syntax.Node) {
	path, alias, all := importParts(n)
	if path == "" {
		return
	}
	fact := inspect.Import{Path: path, Alias: alias}
	switch {
	case all:
		fact.Names = []string{"*"}
	case n.Has("static"):
		if at := strings.LastIndexByte(path, '.'); at > 0 {
			fact.Path, fact.Names = path[:at], []string{path[at+1:]}
		}
	}
	f.state(n, fact)
}

// importParts reads "import [static] a.b.C[.*] [as D]".
func importParts(n syntax.Node) (path, alias string, all bool) {
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "scoped_identifier", "qualified_identifier":
			path = dotted(c)
		case "identifier":
			if path == "" {
				path = c.Text()
			} else {
				alias = c.Text()
			}
		case "asterisk":
			all = true
		}
	}
	return path, alias, all || strings.HasSuffix(strings.TrimRight(strings.TrimSpace(n.Text()), "; "), ".*")
}

// dotted is a name of several words without the space that may stand in it.
func dotted(n syntax.Node) string {
	text := n.Text()
	if strings.ContainsAny(text, " \t\r\n`") {
		text = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", "`", "").Replace(text)
	}
	return text
}

// bindImport keeps what an import makes known by its simple name. The packages
// that were javax before they were jakarta are kept as jakarta.
func (f *file) bindImport(n syntax.Node) {
	path, alias, all := importParts(n)
	f.modules[path] = true
	path = f.jakarta(path)
	switch {
	case path == "":
	case all:
		f.packages = append(f.packages, path)
	default:
		if alias == "" {
			alias = path[strings.LastIndexByte(path, '.')+1:]
		}
		f.imported[alias] = path
	}
}

// moved are the packages that Jakarta EE 9 renamed.
var moved = []string{"servlet", "inject", "persistence", "mail", "jms", "ws.rs", "annotation", "ejb", "enterprise", "websocket", "validation", "faces"}

func (f *file) jakarta(path string) string {
	rest, old := strings.CutPrefix(path, "javax.")
	if !old {
		return path
	}
	for _, name := range moved {
		if rest == name || strings.HasPrefix(rest, name+".") {
			f.javax = true
			return "jakarta." + rest
		}
	}
	return path
}

// via is a resolved name as facts show it: without calls, and as the file
// itself calls it.
func (f *file) via(name string) string {
	name = strings.ReplaceAll(name, "()", "")
	if rest, ok := strings.CutPrefix(name, "jakarta."); ok && f.javax {
		return "javax." + rest
	}
	return name
}

// imports reports whether something of a package is imported.
func (f *file) imports(prefix string) bool {
	for path := range f.modules {
		if path == prefix || strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
