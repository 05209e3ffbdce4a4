package syntax

import "strings"

// KeptIn is what the result of a call is kept in, as names: the class around it,
// the field or variable, and the type that is declared for it. Calls on the
// result, as builders have them, lead to what their own result is kept in.
func KeptIn(n Node) string {
	class := n.Up("class_declaration", "class_definition", "object_declaration", "record_declaration").Field("name").Text()
	for up, below := n.Parent(), n; up.OK(); up, below = up.Parent(), up {
		switch up.Kind() {
		case "variable_declarator", "field_declaration", "property_declaration", "assignment_expression", "assignment", "variable_declaration", "property_element", "public_field_definition", "field_definition", "named_expression":
			return keptName(up, below, class)
		case "method_invocation", "call_expression", "navigation_expression", "member_expression", "field_access", "call", "attribute", "await_expression", "await", "parenthesized_expression", "new_expression", "object_creation_expression",
			"invocation_expression", "member_access_expression", "cast_expression", "as_expression", "equals_value_clause", "member_call_expression", "expression_list", "variable_initializer":
		default:
			return ""
		}
	}
	return ""
}

// keptName puts together the names of a declaration or assignment whose value is
// below.
func keptName(up, below Node, class string) string {
	name := up.Field("name")
	for _, field := range []string{"left", "property"} {
		if !name.OK() {
			name = up.Field(field)
		}
	}
	if !name.OK() {
		name = up.Child(0)
	}
	if name == below || len(name.Text()) > 200 {
		return ""
	}
	kind := up.Field("type")
	if !kind.OK() {
		kind = up.Parent().Field("type")
	}
	if !kind.OK() && !up.Is("variable_declarator") { // assigned elsewhere: what the class declares
		kind = declaredType(up, name)
	}
	text := kind.Text()
	return strings.TrimSpace(strings.Join([]string{class, name.Text(), text[:min(len(text), 100)]}, " "))
}

// declaredType is the type that the class around n declares for a field.
func declaredType(n, name Node) Node {
	field := name.Text()[strings.LastIndex(name.Text(), ".")+1:]
	var found Node
	n.Up("class_declaration").Walk(func(m Node) bool {
		if m.Is("field_declaration") && m.Field("declarator").Field("name").Text() == field {
			found = m.Field("type")
		}
		return !found.OK()
	})
	return found
}
