package ecmascript

import (
	"bytes"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// TypeScript drops an import of which every name stands in type positions
// alone, whether it says "type" or not.

var (
	packageImport = regexp.MustCompile(`(?m)^import\s+([^'"();]+?)\s+from\s+['"][^.'"/][^'"]*['"]`)
	localName     = regexp.MustCompile(`(?:\bas\s+)?([\w$]+)\s*(?:[,}]|$)`)
	beforeType    = regexp.MustCompile(`([:<|&,(=]|\b(as|implements|extends|keyof|is))\s*$`)
)

// typesPerhaps reports whether a file of TypeScript may import a package for its types alone: all
// names of an import are written like types, one stands where a type does, and
// none is called, asked for a member or constructed.
func typesPerhaps(content []byte) bool {
	for _, m := range packageImport.FindAllSubmatchIndex(content, 20) {
		typed := 0
		names := localName.FindAllSubmatch(content[m[2]:m[3]], 20)
		for _, name := range names {
			if standsAsType(content[m[1]:], name[1]) {
				typed++
			}
		}
		if typed > 0 && typed == len(names) {
			return true
		}
	}
	return false
}

// standsAsType reports whether a name may stand for nothing but a type in code.
func standsAsType(code, name []byte) bool {
	if name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	typed := false
	for from := 0; ; {
		at := bytes.Index(code[from:], name)
		if at < 0 {
			return typed
		}
		at, from = from+at, from+at+len(name)
		if at > 0 && inspect.WordByte(code[at-1]) || from < len(code) && inspect.WordByte(code[from]) {
			continue
		}
		line := code[bytes.LastIndexByte(code[:at], '\n')+1 : at]
		if from < len(code) && code[from] == '(' || bytes.HasSuffix(line, []byte("new ")) {
			return false
		}
		typed = typed || beforeType.Match(line)
	}
}

// interfaces are names of packages for which nothing is there when a program
// runs, so that even metadata of a decorated method holds none of them.
var interfaces = map[string]*regexp.Regexp{
	"express": regexp.MustCompile(`^(Request|Response|NextFunction|Express|Application|Handler|RequestHandler|ErrorRequestHandler|CookieOptions|RequestParamHandler|Send|IRouter\w*)$`),
	"fastify": regexp.MustCompile(`^Fastify[A-Z]\w*$`),
}

// erased reports whether each of an import's names is used, and as a type alone.
func (f *ecmaFile) erased(fact inspect.Import, names []syntax.Node) bool {
	for _, name := range names {
		b := f.lookup(name)
		if b == nil || b.how != ecmaImported {
			return false
		}
		if f.typeUses == nil {
			f.countUses()
		}
		none := interfaces[fact.Path] != nil && interfaces[fact.Path].MatchString(b.symbol[strings.LastIndexByte(b.symbol, '.')+1:])
		if f.valueUses[b] || !f.typeUses[b] && !f.metadata[b] || f.metadata[b] && !none {
			return false
		}
	}
	return len(names) > 0
}

// countUses notes what imported names stand for in the file: values, types, and
// types that decorators keep for when the program runs.
func (f *ecmaFile) countUses() {
	f.valueUses, f.typeUses, f.metadata = map[*ecmaBinding]bool{}, map[*ecmaBinding]bool{}, map[*ecmaBinding]bool{}
	f.each(func(n syntax.Node) {
		b := f.lookup(n)
		if b == nil || b.how != ecmaImported || n.Up("import_statement").OK() {
			return
		}
		switch {
		case n.Is("type_identifier") && keptByDecorator(n):
			f.metadata[b] = true
		case n.Is("type_identifier"), n.Parent().Is("nested_type_identifier", "type_query"), n.Up("type_query").OK(), n.Up("nested_type_identifier").OK():
			f.typeUses[b] = true
		default:
			f.valueUses[b] = true
		}
	}, "identifier", "type_identifier", "shorthand_property_identifier", "jsx_identifier")
}

// keptByDecorator reports whether a type is one of a parameter or field that
// decorators may ask for: dependency injection constructs what is written there.
func keptByDecorator(n syntax.Node) bool {
	annotation := n.Up("type_annotation")
	if !annotation.OK() || !annotation.Parent().Is("required_parameter", "optional_parameter", "public_field_definition", "method_definition") {
		return false
	}
	class := n.Up("class_declaration", "abstract_class_declaration", "class")
	return class.OK() && decorated(class)
}

// decorated reports whether a class, or anything in it, has a decorator.
func decorated(class syntax.Node) (found bool) {
	at := class
	if p := class.Parent(); p.Is("export_statement") {
		at = p
	}
	at.Walk(func(n syntax.Node) bool {
		found = found || n.Is("decorator")
		return !found
	})
	return found
}
