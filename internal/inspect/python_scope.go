package inspect

import "strings"

// pyBinding is what a name stands for in one scope.
type pyBinding struct {
	path   string // of an import: "os.environ", ".models.User"
	param  node   // a parameter, with its annotation
	def    node   // a function_definition
	class  node   // a class_definition
	values []node // assigned expressions; a zero node where the file does not tell
	loop   node   // what a for statement draws the name from
	first  node   // where the name is first bound
}

// pyBuiltins are the built-in names that facts are stated for.
var pyBuiltins = map[string]bool{
	"open": true, "print": true, "input": true, "int": true, "str": true, "float": true, "bool": true, "bytes": true,
	"dict": true, "list": true, "set": true, "tuple": true, "exit": true, "quit": true, "__import__": true, "len": true, "sorted": true,
}

// scopeOf is the node whose scope an assignment at n binds names in.
func (p *pythonFile) scopeOf(n node) int32 {
	if s := n.up("function_definition", "lambda", "class_definition"); s.ok() {
		return s.i
	}
	return 0
}

func (p *pythonFile) binding(scope int32, name string, at node) *pyBinding {
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
func (p *pythonFile) lookup(name string, n node) *pyBinding {
	inFunction := false
	for s := n.parent(); s.ok(); s = s.parent() {
		if s.i == 0 {
			break
		}
		switch s.kind() {
		case "function_definition", "lambda":
			inFunction = true
		case "class_definition":
			if inFunction {
				continue // a method does not see the names of its class
			}
		default:
			continue
		}
		if b := p.scopes[s.i][name]; b != nil {
			return b
		}
	}
	return p.scopes[0][name]
}

// bindNames fills scopes and fields in one pass over the file.
func (p *pythonFile) bindNames() {
	globals := map[int32]map[string]bool{}
	p.tree.root().walk(func(n node) bool {
		if n.is("global_statement") {
			scope := p.scopeOf(n)
			if globals[scope] == nil {
				globals[scope] = map[string]bool{}
			}
			for c := n.first(); c.ok(); c = c.next() {
				globals[scope][c.text()] = true
			}
		}
		return true
	})
	bind := func(target, value node) {
		p.bindTarget(target, value, func(name string, at node) *pyBinding {
			scope := p.scopeOf(at)
			if globals[scope][name] {
				scope = 0
			}
			return p.binding(scope, name, at)
		})
	}
	p.tree.root().walk(func(n node) bool {
		switch n.kind() {
		case "import_statement", "import_from_statement":
			p.bindImport(n)
		case "assignment":
			if right := n.field("right"); right.ok() {
				bind(n.field("left"), right)
			}
		case "augmented_assignment":
			bind(n.field("left"), node{})
		case "named_expression":
			bind(n.field("name"), n.field("value"))
		case "for_statement", "for_in_clause":
			bind(n.field("left"), node{})
			if left := n.field("left"); left.is("identifier") {
				if b := p.lookup(left.text(), left); b != nil {
					b.loop = n.field("right")
				}
			}
		case "as_pattern":
			bind(n.field("alias").child(0), n.child(0))
		case "function_definition":
			p.binding(p.scopeOf(n), n.field("name").text(), n).def = n
			p.bindParameters(n)
		case "lambda":
			p.bindParameters(n)
		case "class_definition":
			p.binding(p.scopeOf(n), n.field("name").text(), n).class = n
		}
		return true
	})
}

func (p *pythonFile) bindTarget(target, value node, of func(string, node) *pyBinding) {
	switch target.kind() {
	case "identifier":
		b := of(target.text(), target)
		b.values = append(b.values, value)
	case "pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list":
		parts, values := target.children(), []node(nil)
		if value.is("expression_list", "tuple", "list") {
			values = value.children()
		}
		for i, part := range parts {
			var v node
			if len(values) == len(parts) {
				v = values[i]
			}
			p.bindTarget(part, v, of)
		}
	case "attribute":
		if target.field("object").text() != "self" {
			return
		}
		if class := target.up("class_definition"); class.ok() {
			if p.fields[class.i] == nil {
				p.fields[class.i] = map[string][]node{}
			}
			name := target.field("attribute").text()
			p.fields[class.i][name] = append(p.fields[class.i][name], value)
		}
	}
}

func (p *pythonFile) bindParameters(fn node) {
	for param := fn.field("parameters").first(); param.ok(); param = param.next() {
		name := param
		if !param.is("identifier") {
			if name = param.field("name"); !name.ok() {
				name = param.child(0)
			}
		}
		if name.is("identifier") {
			p.binding(fn.i, name.text(), param).param = param
		}
	}
}

func (p *pythonFile) bindImport(n node) {
	scope := p.scopeOf(n)
	from := n.field("module_name")
	for c := n.first(); c.ok(); c = c.next() {
		if c.fieldName() != "name" {
			continue
		}
		name, alias := c.text(), ""
		if c.is("aliased_import") {
			name, alias = c.field("name").text(), c.field("alias").text()
		}
		name = strings.ReplaceAll(name, " ", "")
		local, path := alias, name
		if from.ok() {
			path = joinModule(from.text(), name)
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

// maxFollows bounds a chain of assignments, maxNameLength a chain of members.
const (
	maxFollows    = 24
	maxNameLength = 160
)

// resolve names what an expression stands for, by its imports: "os.environ",
// "flask.Flask()" for an instance or result, "flask.request.files[]" for an
// element. A class of the file stands for its first base that has a name. The
// result is "" where the file does not tell.
func (p *pythonFile) resolve(n node) string {
	if !n.ok() {
		return ""
	}
	if name, done := p.names[n.i]; done {
		return name
	}
	if p.busy[n.i] || p.follows > maxFollows {
		return ""
	}
	p.busy[n.i] = true
	p.follows++
	name := p.resolveFresh(n)
	p.follows--
	delete(p.busy, n.i)
	if len(name) > maxNameLength {
		name = ""
	}
	p.names[n.i] = name
	return name
}

func (p *pythonFile) resolveFresh(n node) string {
	switch n.kind() {
	case "identifier":
		return p.resolveName(n)
	case "attribute":
		object, attribute := n.field("object"), n.field("attribute").text()
		if base := p.resolve(object); base != "" {
			return base + "." + attribute
		}
		if object.text() == "self" || object.text() == "cls" {
			return p.sameName(p.members(n, attribute))
		}
	case "call":
		if name := p.resolve(n.field("function")); name != "" {
			return name + "()"
		}
		return p.sameName(p.returned(n))
	case "subscript":
		if base := p.resolve(n.field("value")); base != "" {
			return base + "[]"
		}
	case "await", "parenthesized_expression":
		return p.resolve(n.child(0))
	case "binary_operator":
		if left := p.resolve(n.field("left")); n.field("operator").text() == "/" && left != "" && pyPath(left) {
			return left
		}
	case "boolean_operator":
		return p.sameName([]node{n.field("left"), n.field("right")})
	case "conditional_expression":
		return p.sameName([]node{n.child(0), n.child(2)})
	case "named_expression":
		return p.resolve(n.field("value"))
	}
	return ""
}

func (p *pythonFile) resolveName(n node) string {
	b := p.lookup(n.text(), n)
	switch {
	case b == nil:
		if pyBuiltins[n.text()] {
			return n.text()
		}
		return ""
	case b.path != "":
		return b.path
	case b.param.ok():
		if typ := b.param.field("type"); typ.ok() && len(b.values) == 0 {
			if name := p.resolve(typ.child(0)); name != "" {
				return name + "()"
			}
		}
		return ""
	case b.class.ok():
		for base := b.class.field("superclasses").first(); base.ok(); base = base.next() {
			if name := p.resolve(base); name != "" {
				return name
			}
		}
		return ""
	case b.def.ok():
		return ""
	}
	return p.sameName(b.values)
}

// sameName is the one name that expressions stand for, or "" if they differ;
// None and what has no name do not count.
func (p *pythonFile) sameName(list []node) string {
	found := ""
	for _, v := range list {
		name := p.resolve(v)
		if name == "" || name == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = name
	}
	return found
}

// members are the expressions assigned to self.name in the class around n, or
// to name in the class body.
func (p *pythonFile) members(n node, name string) []node {
	class := n.up("class_definition")
	if !class.ok() {
		return nil
	}
	list := p.fields[class.i][name]
	if b := p.scopes[class.i][name]; b != nil {
		list = append(list[:len(list):len(list)], b.values...)
	}
	return list
}

// returned are the expressions that a function of this file returns to call.
func (p *pythonFile) returned(call node) []node {
	def := p.localFunction(call.field("function"))
	if !def.ok() {
		return nil
	}
	var list []node
	body := def.field("body")
	body.walk(func(n node) bool {
		if n.is("return_statement") && n.child(0).ok() {
			list = append(list, n.child(0))
		}
		return !n.is("function_definition", "class_definition", "lambda")
	})
	return list
}

// localFunction is the function of this file that an expression names: f, or
// self.f in its class.
func (p *pythonFile) localFunction(n node) node {
	switch n.kind() {
	case "identifier":
		if b := p.lookup(n.text(), n); b != nil && b.path == "" {
			return b.def
		}
	case "attribute":
		if class := n.up("class_definition"); class.ok() && n.field("object").text() == "self" {
			if b := p.scopes[class.i][n.field("attribute").text()]; b != nil {
				return b.def
			}
		}
	}
	return node{}
}

func pyPath(name string) bool {
	return strings.HasPrefix(name, "pathlib.") && (strings.Contains(name, "Path()") || strings.HasPrefix(name, "pathlib.Path."))
}
