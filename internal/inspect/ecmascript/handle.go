package ecmascript

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// readServiceHandles states literal URLs of services that are given to
// variables, fields and keys.
func (f *ecmaFile) readServiceHandles() {
	f.each(func(n syntax.Node) {
		switch n.Kind() {
		case "variable_declarator":
			f.sayHandle(n.Field("name").Text(), n.Field("value"), n)
		case "assignment_expression":
			f.sayHandle(ecmaLastName(n.Field("left")), n.Field("right"), n)
		case "field_definition":
			f.sayHandle(ecmaKey(n.Field("property")), n.Field("value"), n)
		case "public_field_definition":
			f.sayHandle(ecmaKey(n.Field("name")), n.Field("value"), n)
		case "pair":
			f.sayHandle(ecmaKey(n.Field("key")), n.Field("value"), n)
		}
	}, "variable_declarator", "assignment_expression", "field_definition", "public_field_definition", "pair")
}

func (f *ecmaFile) sayHandle(name string, value, at syntax.Node) {
	value = ecmaBare(value)
	f.readOriginName(name, value, at)
	f.readLink(name, value)
	if b := f.lookup(at.Field("name")); b != nil && len(b.writes) > 0 {
		return // replaced, when the environment has one for example
	}
	if name == "" || !value.Is("string", "template_string", "binary_expression") {
		return
	}
	text, ok := f.literalText(value)
	if !ok {
		return
	}
	var fact inspect.Fact
	if handle, ok := inspect.HandleOf(name, text); ok {
		fact = handle
	} else if endpoint, ok := inspect.EndpointOf(givenVia(at), name, text); ok && !f.told[value.Index()] && !fillsIn(at) {
		fact = endpoint
	} else {
		return
	}
	for outer := at.Parent(); outer.OK(); outer = outer.Parent() { // { development: { url: … } }
		if outer.Is("pair") && inspect.HandleNot.MatchString(ecmaKey(outer.Field("key"))) {
			return
		}
	}
	f.say(value, fact)
}

// givenVia says how a value is given to its name.
func givenVia(at syntax.Node) string {
	switch at.Kind() {
	case "pair":
		return "key"
	case "field_definition", "public_field_definition":
		return "field"
	}
	return "assignment"
}

// fillsIn reports whether an assignment only fills in what is unset:
// if (!this.baseUrl) this.baseUrl = "https://…".
func fillsIn(at syntax.Node) bool {
	check := at.Up("if_statement")
	if !at.Is("assignment_expression") || !check.OK() {
		return false
	}
	condition := ecmaBare(check.Field("condition"))
	return condition.Is("unary_expression") && condition.Field("argument").Text() == at.Field("left").Text()
}
