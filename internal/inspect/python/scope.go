package python

import (
	"strings"

	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// pyBinding is what a name stands for in one scope.
type pyBinding struct {
	path   string        // of an import: "os.environ", ".models.User"
	param  syntax.Node   // a parameter, with its annotation
	def    syntax.Node   // a function_definition
	class  syntax.Node   // a class_definition
	values []syntax.Node // assigned expressions; a zero node where the file does not tell
	loop   syntax.Node   // what a for statement draws the name from
	first  syntax.Node   // where the name is first bound
}

// pyBuiltins are the built-in names that facts are stated for.
var pyBuiltins = map[string]bool{
	"open": true, "print": true, "input": true, "int": true, "str": true, "float": true, "bool": true, "bytes": true,
	"dict": true, "list": true, "set": true, "tuple": true, "exit": true, "quit": true, "__import__": true, "len": true, "sorted": true,
}

// scopeOf is the node whose scope an assignment at n binds names in.
func (p *pythonFile) scopeOf(n syntax.Node) int32 {
	if s := n.Up("function_definition", "lambda", "class_definition"); s.OK() {
		return s.Index()
	}
	return 0
}

func (p *pythonFile) binding(scope int32, name string, at syntax.Node) *pyBinding {
	names := p.scopes[scope]
	if names == nil {
		names = map[string]*pyBinding{}
		p.scopes[scope] = names
	}
	b := names[name]
	if b == nil {
		b = &pyBinding{first: at}
		names[name] = b
	}
	return b
}

// lookup finds what name stands for at n; nil for built-in and unknown names.
func (p *pythonFile) lookup(name string, n syntax.Node) *pyBinding {
	inFunction := false
	for s := n.Parent(); s.OK(); s = s.Parent() {
		if s.Index() == 0 {
			break
		}
		switch s.Kind() {
		case "function_definition", "lambda":
			inFunction = true
		case "class_definition":
			if inFunction {
				continue // a method does not see the names of its class
			}
		default:
			continue
		}
		if b := p.scopes[s.Index()][name]; b != nil {
			return b
		}
	}
	return p.scopes[0][name]
}

// bindNames fills scopes and fields in one pass over the file.
func (p *pythonFile) bindNames() {
	globals := map[int32]map[string]bool{}
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("global_statement") {
			scope := p.scopeOf(n)
			if globals[scope] == nil {
				globals[scope] = map[string]bool{}
			}
			for c := n.First(); c.OK(); c = c.Next() {
				globals[scope][c.Text()] = true
			}
		}
		return true
	})
	bind := func(target, value syntax.Node) {
		p.bindTarget(target, value, func(name string, at syntax.Node) *pyBinding {
			scope := p.scopeOf(at)
			if globals[scope][name] {
				scope = 0
			}
			return p.binding(scope, name, at)
		})
	}
	p.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "import_statement", "import_from_statement":
			p.bindImport(n)
		case "assignment":
			if right := n.Field("right"); right.OK() {
				bind(n.Field("left"), right)
			}
		case "augmented_assignment":
			bind(n.Field("left"), syntax.Node{})
		case "named_expression":
			bind(n.Field("name"), n.Field("value"))
		case "for_statement", "for_in_clause":
			bind(n.Field("left"), syntax.Node{})
			if left := n.Field("left"); left.Is("identifier") {
				if b := p.lookup(left.Text(), left); b != nil {
					b.loop = n.Field("right")
				}
			}
		case "as_pattern":
			bind(n.Field("alias").Child(0), n.Child(0))
		case "function_definition":
			p.binding(p.scopeOf(n), n.Field("name").Text(), n).def = n
			p.bindParameters(n)
		case "lambda":
			p.bindParameters(n)
		case "class_definition":
			p.binding(p.scopeOf(n), n.Field("name").Text(), n).class = n
		}
		return true
	})
}

func (p *pythonFile) bindTarget(target, value syntax.Node, of func(string, syntax.Node) *pyBinding) {
	switch target.Kind() {
	case "identifier":
		b := of(target.Text(), target)
		b.values = append(b.values, value)
	case "pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list":
		parts, values := target.Children(), []syntax.Node(nil)
		if value.Is("expression_list", "tuple", "list") {
			values = value.Children()
		}
		for i, part := range parts {
			var v syntax.Node
			if len(values) == len(parts) {
				v = values[i]
			}
			p.bindTarget(part, v, of)
		}
	case "attribute":
		if target.Field("object").Text() != "self" {
			return
		}
		if class := target.Up("class_definition"); class.OK() {
			if p.fields[class.Index()] == nil {
				p.fields[class.Index()] = map[string][]syntax.Node{}
			}
			name := target.Field("attribute").Text()
			p.fields[class.Index()][name] = append(p.fields[class.Index()][name], value)
		}
	}
}

func (p *pythonFile) bindParameters(fn syntax.Node) {
	for param := fn.Field("parameters").First(); param.OK(); param = param.Next() {
		name := param
		if !param.Is("identifier") {
			if name = param.Field("name"); !name.OK() {
				name = param.Child(0)
			}
		}
		if name.Is("identifier") {
			p.binding(fn.Index(), name.Text(), param).param = param
		}
	}
}

func (p *pythonFile) bindImport(n syntax.Node) {
	scope := p.scopeOf(n)
	from := n.Field("module_name")
	for c := n.First(); c.OK(); c = c.Next() {
		p.star = p.star || c.Is("wildcard_import")
		if c.FieldName() != "name" {
			continue
		}
		name, alias := c.Text(), ""
		if c.Is("aliased_import") {
			name, alias = c.Field("name").Text(), c.Field("alias").Text()
		}
		name = strings.ReplaceAll(name, " ", "")
		local, path := alias, name
		if from.OK() {
			path = joinModule(from.Text(), name)
			if local == "" {
				local = name
			}
		} else if local == "" {
			local, _, _ = strings.Cut(name, ".")
			path = local
		}
		root, _, _ := strings.Cut(path, ".")
		p.modules[root] = true
		if b := p.binding(scope, local, n); b.path == "" {
			b.path = path
		}
	}
}

// joinModule makes "a.b" of "a" and "b", "..b" of ".." and "b".
func joinModule(module, name string) string {
	module = strings.ReplaceAll(module, " ", "")
	if strings.HasSuffix(module, ".") {
		return module + name
	}
	return module + "." + name
}

// resolve names what an expression stands for, by its imports: "os.environ",
// "flask.Flask()" for an instance or result, "flask.request.files[]" for an
// element. A class of the file stands for its first base that has a name. The
// result is "" where the file does not tell.
func (p *pythonFile) resolve(n syntax.Node) string {
	if !n.OK() {
		return ""
	}
	return p.names.Ask(n.Index(), &p.depth, "", func() string { return fold.Short(p.resolveFresh(n)) })
}

func (p *pythonFile) resolveFresh(n syntax.Node) string {
	switch n.Kind() {
	case "identifier":
		return p.resolveName(n)
	case "attribute":
		object, attribute := n.Field("object"), n.Field("attribute").Text()
		if base := p.resolve(object); base != "" {
			return base + "." + attribute
		}
		if object.Text() == "self" || object.Text() == "cls" {
			return p.sameName(p.members(n, attribute))
		}
	case "call":
		if name := p.resolve(n.Field("function")); name != "" {
			return name + "()"
		}
		return p.sameName(p.returned(n))
	case "subscript":
		if base := p.resolve(n.Field("value")); base != "" {
			return base + "[]"
		}
	case "await", "parenthesized_expression":
		return p.resolve(n.Child(0))
	case "binary_operator":
		if left := p.resolve(n.Field("left")); n.Field("operator").Text() == "/" && left != "" && pyPath(left) {
			return left
		}
	case "boolean_operator":
		return p.sameName([]syntax.Node{n.Field("left"), n.Field("right")})
	case "conditional_expression":
		return p.sameName([]syntax.Node{n.Child(0), n.Child(2)})
	case "named_expression":
		return p.resolve(n.Field("value"))
	}
	return ""
}

func (p *pythonFile) resolveName(n syntax.Node) string {
	b := p.lookup(n.Text(), n)
	switch {
	case b == nil:
		if pyBuiltins[n.Text()] {
			return n.Text()
		}
		return ""
	case b.path != "":
		return b.path
	case b.param.OK():
		if typ := b.param.Field("type"); typ.OK() && len(b.values) == 0 {
			if name := p.resolve(typ.Child(0)); name != "" {
				return name + "()"
			}
		}
		return ""
	case b.class.OK():
		for base := b.class.Field("superclasses").First(); base.OK(); base = base.Next() {
			if name := p.resolve(base); name != "" {
				return name
			}
		}
		return ""
	case b.def.OK():
		return ""
	}
	return p.sameName(b.values)
}

// sameName is the one name that expressions stand for, or "" if they differ;
// None and what has no name do not count.
func (p *pythonFile) sameName(list []syntax.Node) string { return fold.Same(list, p.resolve) }

// members are the expressions assigned to self.name in the class around n, or
// to name in the class body.
func (p *pythonFile) members(n syntax.Node, name string) []syntax.Node {
	class := n.Up("class_definition")
	if !class.OK() {
		return nil
	}
	list := p.fields[class.Index()][name]
	if b := p.scopes[class.Index()][name]; b != nil {
		list = append(list[:len(list):len(list)], b.values...)
	}
	return list
}

// returned are the expressions that a function of this file returns to call.
func (p *pythonFile) returned(call syntax.Node) []syntax.Node {
	def := p.localFunction(call.Field("function"))
	if !def.OK() {
		return nil
	}
	var list []syntax.Node
	body := def.Field("body")
	body.Walk(func(n syntax.Node) bool {
		if n.Is("return_statement") && n.Child(0).OK() {
			list = append(list, n.Child(0))
		}
		return !n.Is("function_definition", "class_definition", "lambda")
	})
	return list
}

// localFunction is the function of this file that an expression names: f, or
// self.f in its class.
func (p *pythonFile) localFunction(n syntax.Node) syntax.Node {
	switch n.Kind() {
	case "identifier":
		if b := p.lookup(n.Text(), n); b != nil && b.path == "" {
			return b.def
		}
	case "attribute":
		if class := n.Up("class_definition"); class.OK() && n.Field("object").Text() == "self" {
			if b := p.scopes[class.Index()][n.Field("attribute").Text()]; b != nil {
				return b.def
			}
		}
	}
	return syntax.Node{}
}

func pyPath(name string) bool {
	return strings.HasPrefix(name, "pathlib.") && (strings.Contains(name, "Path()") || strings.HasPrefix(name, "pathlib.Path."))
}
