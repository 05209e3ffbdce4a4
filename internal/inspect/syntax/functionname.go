package syntax

// FunctionName is the name of the function or method around a node, "" at the
// top of a file. A function without a name has that of the variable or property
// that it is given to, else it is the name of the one around it.
func FunctionName(n Node) string {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case "function_definition", "function_declaration", "generator_function_declaration", "method_definition", "method_declaration", "local_function_statement", "method", "singleton_method":
			if name := functionsName(p); name != "" {
				return name
			}
		case "arrow_function", "function_expression":
			switch at := p.Parent(); at.Kind() {
			case "variable_declarator":
				return at.Field("name").Text()
			case "pair":
				return at.Field("key").Text()
			case "public_field_definition", "field_definition":
				return at.Field("name").Text()
			}
		}
	}
	return ""
}

// functionsName is the name that a declaration states; Kotlin's grammar has no
// field for it.
func functionsName(declaration Node) string {
	if name := declaration.Field("name"); name.OK() {
		return name.Text()
	}
	for c := declaration.First(); c.OK(); c = c.Next() {
		if c.Is("simple_identifier") {
			return c.Text()
		}
	}
	return ""
}
