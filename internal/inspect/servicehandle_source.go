package inspect

import "go/ast"

// readServiceHandles states literal URLs of services that are given to
// variables, fields and keys.
func (f *ecmaFile) readServiceHandles() {
	f.each(func(n node) {
		switch n.kind() {
		case "variable_declarator":
			f.sayHandle(n.field("name").text(), n.field("value"), n)
		case "assignment_expression":
			f.sayHandle(ecmaLastName(n.field("left")), n.field("right"), n)
		case "field_definition":
			f.sayHandle(ecmaKey(n.field("property")), n.field("value"), n)
		case "public_field_definition":
			f.sayHandle(ecmaKey(n.field("name")), n.field("value"), n)
		case "pair":
			f.sayHandle(ecmaKey(n.field("key")), n.field("value"), n)
		}
	}, "variable_declarator", "assignment_expression", "field_definition", "public_field_definition", "pair")
}

func (f *ecmaFile) sayHandle(name string, value, at node) {
	value = ecmaBare(value)
	if b := f.lookup(at.field("name")); b != nil && len(b.writes) > 0 {
		return // replaced, when the environment has one for example
	}
	if name == "" || !value.is("string", "template_string", "binary_expression") {
		return
	}
	text, ok := f.literalText(value)
	if !ok {
		return
	}
	handle, ok := serviceHandle(name, text)
	if !ok {
		return
	}
	for outer := at.parent(); outer.ok(); outer = outer.parent() { // { development: { url: … } }
		if outer.is("pair") && handleNot.MatchString(ecmaKey(outer.field("key"))) {
			return
		}
	}
	f.say(value, handle)
}

// serviceHandle states a literal URL of a service that is given to a name.
func (f *goFile) serviceHandle(name string, target, value ast.Expr) {
	lit, text := f.literalOf(value)
	if lit == nil || f.defaults[lit] || ast.Unparen(value) != ast.Expr(lit) {
		return
	}
	if id, ok := target.(*ast.Ident); ok && f.fold(id).value().FromEnv() {
		return // replaced when the environment has one
	}
	if handle, ok := serviceHandle(name, text); ok {
		f.emit(lit, handle)
	}
}
