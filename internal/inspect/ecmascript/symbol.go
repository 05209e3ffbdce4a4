package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// maxHops bounds how far a name is followed: files may assign in circles.
const maxHops = 24

// maxWrites bounds how many assignments to one name are looked at.
const maxWrites = 16

// symbol spells where an expression comes from: "process.env",
// "express().listen", "pg.Pool()". "" when the file does not tell.
func (f *ecmaFile) symbol(n syntax.Node) string { return f.symbolAt(n, maxHops) }

func (f *ecmaFile) symbolAt(n syntax.Node, hops int) string {
	n = ecmaBare(n)
	if !n.OK() || hops <= 0 {
		return ""
	}
	if s, ok := f.symbols[n.Index()]; ok {
		return s
	}
	if !f.burn() {
		return ""
	}
	f.symbols[n.Index()] = "" // of a value defined by itself
	f.symbols[n.Index()] = f.spell(n, hops-1)
	return f.symbols[n.Index()]
}

func (f *ecmaFile) spell(n syntax.Node, hops int) string {
	switch n.Kind() {
	case "identifier", "shorthand_property_identifier", "type_identifier":
		if b := f.lookup(n); b != nil {
			return f.symbolOfBinding(b, hops)
		}
		return n.Text()
	case "meta_property":
		return n.Text()
	case "member_expression":
		return f.symbolOfMember(n, n.Field("property").Text(), hops)
	case "subscript_expression":
		if name, ok := ecmaString(n.Field("index")); ok {
			return f.symbolOfMember(n, name, hops)
		}
	case "call_expression":
		return f.symbolOfCall(n, hops)
	case "new_expression":
		return f.symbolOfNew(n, hops)
	case "assignment_expression":
		return f.symbolAt(n.Field("right"), hops)
	case "sequence_expression":
		list := ecmaChildren(n)
		return f.symbolAt(list[len(list)-1], hops)
	case "ternary_expression":
		return made(f.symbolAt(n.Field("consequence"), hops), f.symbolAt(n.Field("alternative"), hops))
	case "binary_expression":
		switch n.Field("operator").Text() {
		case "||", "??":
			return made(f.symbolAt(n.Field("left"), hops), f.symbolAt(n.Field("right"), hops))
		case "&&":
			return f.symbolAt(n.Field("right"), hops)
		}
	}
	return ""
}

// made prefers the symbol of something constructed.
func made(a, b string) string {
	if a == "" || !strings.HasSuffix(a, "()") && strings.HasSuffix(b, "()") {
		return b
	}
	return a
}

// moduleName is a module as tables spell it: "node:fs" and "fs" are one, and
// the module "bun" holds what the global Bun does.
func moduleName(path string) string {
	if path == "bun" {
		return "Bun"
	}
	path = strings.TrimPrefix(path, "node:")
	if rest, ok := strings.CutPrefix(path, "npm:"); ok {
		if at := strings.LastIndex(rest, "@"); at > 0 {
			rest = rest[:at]
		}
		return rest
	}
	return path
}

func (f *ecmaFile) symbolOfBinding(b *ecmaBinding, hops int) string {
	switch b.how {
	case ecmaImported:
		return b.symbol
	case ecmaParameter:
		if s := f.symbolOfType(b.typ); s != "" && len(b.path) == 0 {
			return s
		}
		if s := f.symbolAt(b.fallback, hops); envObjects[s] { // function load(env = process.env)
			return s
		}
		return f.symbolOfCallback(b, hops)
	case ecmaVariable:
	default:
		return ""
	}
	best := ""
	for _, v := range b.values() {
		if s := f.symbolThrough(v, b.path, hops); s != "" {
			best = made(best, s)
		}
	}
	if best == "" && len(b.path) == 0 {
		best = f.symbolOfType(b.typ)
	}
	return best
}

// values are what the declaration and plain assignments give a variable,
// without null and undefined.
func (b *ecmaBinding) values() []syntax.Node {
	var list []syntax.Node
	if b.value.OK() && !ecmaNothing(b.value) {
		list = append(list, b.value)
	}
	for _, w := range b.writes[:min(len(b.writes), maxWrites)] {
		if w.operator == "=" && !ecmaNothing(w.value) {
			list = append(list, w.value)
		}
	}
	return list
}

func ecmaNothing(n syntax.Node) bool {
	n = ecmaBare(n)
	return n.Is("null", "undefined") || n.Is("unary_expression") && n.Field("operator").Text() == "void"
}

// symbolThrough is the symbol of what a destructuring takes out of a value.
func (f *ecmaFile) symbolThrough(value syntax.Node, path []string, hops int) string {
	for len(path) > 0 {
		object := f.object(value)
		next := f.property(object, path[0])
		if !next.OK() {
			break
		}
		value, path = next, path[1:]
	}
	s := f.symbolAt(value, hops)
	for _, step := range path {
		if s == "" || step == "..." || strings.HasPrefix(step, "[") {
			return ""
		}
		s = joinSymbol(s, step)
	}
	return s
}

func joinSymbol(s, name string) string {
	if name == "default" {
		return s // what a module exports by default is spelled as the module
	}
	return s + "." + name
}

func (f *ecmaFile) symbolOfMember(n syntax.Node, name string, hops int) string {
	object := ecmaBare(n.Field("object"))
	if object.Is("this") {
		return f.symbolOfOwn(n, name, hops)
	}
	if v := f.property(f.object(object), name); v.OK() {
		return f.symbolAt(v, hops)
	}
	s := f.symbolAt(object, hops)
	if s == "" {
		return ""
	}
	return joinSymbol(s, name)
}

// symbolOfOwn is the symbol of this.name.
func (f *ecmaFile) symbolOfOwn(n syntax.Node, name string, hops int) string {
	body := n.Up("class_body")
	if !body.OK() {
		return ""
	}
	m := f.classes[body.Index()][name]
	if m == nil {
		return ""
	}
	best := ""
	for _, v := range m.values {
		if !ecmaNothing(v) {
			best = made(best, f.symbolAt(v, hops))
		}
	}
	if best == "" {
		best = f.symbolOfType(m.typ)
	}
	return best
}

// symbolOfType is the symbol of a value that is only known by its type
// annotation: of "app: express.Application", "express.Application()".
func (f *ecmaFile) symbolOfType(annotation syntax.Node) string {
	t := annotation
	for t.Is("type_annotation", "generic_type", "union_type", "parenthesized_type") {
		t = t.Child(0)
	}
	switch t.Kind() {
	case "type_identifier":
		if b := f.lookup(t); b != nil && b.how == ecmaImported {
			return b.symbol + "()"
		}
	case "nested_type_identifier":
		module := t.Field("module")
		if t.Text() == "NodeJS.ProcessEnv" {
			return "process.env"
		}
		if b := f.lookup(module); b != nil && b.how == ecmaImported {
			return joinSymbol(b.symbol, t.Field("name").Text()) + "()"
		}
	}
	return ""
}

// transparent calls return what they are given.
var transparent = map[string]bool{
	"util.promisify": true, "promisify": true, "Object.freeze": true, "Promise.resolve": true, "bluebird.promisifyAll": true,
}

func (f *ecmaFile) symbolOfCall(n syntax.Node, hops int) string {
	if module := f.required(n); module != "" {
		return moduleName(module)
	}
	target := ecmaBare(n.Field("function"))
	args := ecmaArgs(n)
	if fn := f.function(target); fn.OK() {
		return f.symbolAt(f.returned(fn), hops)
	}
	s := f.symbolAt(target, hops)
	if transparent[s] && len(args) > 0 {
		return f.symbolAt(args[0], hops)
	}
	if target.Is("member_expression") {
		switch target.Field("property").Text() {
		case "verbose", "bind", "catch", "finally":
			return f.symbolAt(target.Field("object"), hops)
		case "then":
			if len(args) > 0 {
				return f.symbolAt(f.returned(f.function(args[0])), hops)
			}
		}
	}
	if s == "" {
		return ""
	}
	if len(args) > 0 && strings.HasPrefix(s, "@nestjs/core.NestFactory.create") && (strings.HasSuffix(s, "().get") || strings.HasSuffix(s, "().resolve")) {
		if made := f.symbolAt(args[0], hops); made != "" { // app.get(ConfigService)
			return made + "()"
		}
	}
	return s + "()"
}

func (f *ecmaFile) symbolOfNew(n syntax.Node, hops int) string {
	target := n.Field("constructor")
	if b := f.lookup(ecmaBare(target)); b != nil && b.how == ecmaClass {
		if target = heritage(b.value); !target.OK() {
			return ""
		}
	}
	if s := f.symbolAt(target, hops); s != "" {
		return s + "()"
	}
	return ""
}

// heritage is the name of what a class extends, or none.
func heritage(class syntax.Node) syntax.Node {
	heritage := class.Child(1)
	for c := class.First(); c.OK(); c = c.Next() {
		if c.Is("class_heritage") {
			heritage = c.Child(0)
		}
	}
	if heritage.Is("extends_clause") {
		heritage = heritage.Field("value")
	}
	if !heritage.Is("identifier", "member_expression") {
		return syntax.Node{}
	}
	return heritage
}

// symbolOfCallback is the symbol of a callback's parameter: what a promise or
// a call with (error, result) hands over.
func (f *ecmaFile) symbolOfCallback(b *ecmaBinding, hops int) string {
	fn := b.scope.node
	list := fn.Parent()
	call := list.Parent()
	if !list.Is("arguments") || !call.Is("call_expression") || len(b.path) > 0 {
		return ""
	}
	params := ecmaParameters(fn)
	target := ecmaBare(call.Field("function"))
	if target.Is("member_expression") && target.Field("property").Text() == "then" && len(params) > 0 && params[0] == b.at {
		return f.symbolAt(target.Field("object"), hops)
	}
	if len(params) == 2 && params[1] == b.at && strings.HasPrefix(strings.ToLower(strings.TrimLeft(params[0].Text(), "_")), "err") {
		if s := f.symbolAt(target, hops); s != "" {
			return s + "()"
		}
	}
	return ""
}
