package csharp

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// isConfiguration reports whether an expression is .NET's configuration: by its
// type, or, where the file does not tell that, by the name that frameworks give.
func (f *file) isConfiguration(n syntax.Node) bool {
	if !n.OK() {
		return false
	}
	switch name := f.resolve(n); {
	case name == configuration, strings.HasSuffix(name, "IConfigurationSection()"):
		return true
	case name != "" && !strings.HasPrefix(name, "?"):
		return false
	case strings.HasPrefix(name, "?") && n.Is("identifier"):
		return false // a variable of another type
	}
	switch n.Kind() {
	case "identifier", "member_access_expression":
		last := lastName(n)
		return last == "Configuration" || last == "configuration" || last == "_configuration"
	}
	return false
}

// configPath is the key of what a configuration expression stands for: "" for
// the whole of it, "Smtp" for GetSection("Smtp").
func (f *file) configPath(n syntax.Node, depth int) (string, bool) {
	if depth > 6 {
		return "", false
	}
	if n.Is("identifier") {
		if to := f.follow(n); to != n && to.Is("invocation_expression") && isSection(lastName(to)) {
			return f.configPath(to, depth+1)
		}
	}
	if n.Is("invocation_expression") && isSection(lastName(n)) {
		c := f.callOf(n)
		outer, ok := f.configPath(c.object, depth+1)
		key, known := f.literal(c.arg(0, "key"))
		if !ok || !known {
			return "", false
		}
		return joinKey(outer, key), true
	}
	if !f.isConfiguration(n) || strings.HasSuffix(f.resolve(n), "IConfigurationSection()") {
		return "", false
	}
	return "", true
}

func isSection(method string) bool { return method == "GetSection" || method == "GetRequiredSection" }

func joinKey(outer, key string) string {
	if outer == "" {
		return key
	}
	return outer + ":" + key
}

// variableOf is the environment variable that sets a configuration key.
func variableOf(key string) string { return strings.ReplaceAll(key, ":", "__") }

// configRead tells whether an expression reads one key of the configuration.
func (f *file) configRead(n syntax.Node) (read, bool) {
	var object, keyNode syntax.Node
	r := read{via: "IConfiguration"}
	prefix := ""
	switch n.Kind() {
	case "element_access_expression":
		object = n.Field("expression")
		keyNode = n.Field("subscript").Child(0).Child(0)
	case "invocation_expression":
		function := n.Field("function")
		method := lastName(function)
		switch method {
		case "GetConnectionString":
			prefix = "ConnectionStrings:"
		case "GetValue", "GetRequiredValue":
		default:
			return read{}, false
		}
		c := f.callOf(n)
		object, keyNode = c.object, c.arg(0, "key", "name")
		if method == "GetValue" {
			r.fallback = c.arg(1, "defaultValue")
			if keyNode.Is("typeof_expression") {
				keyNode, r.fallback = c.arg(1, "key"), c.arg(2, "defaultValue")
			}
		}
		r.required = method == "GetRequiredValue"
		r.via += "." + method
	default:
		return read{}, false
	}
	outer, ok := f.configPath(object, 0)
	if !ok {
		return read{}, false
	}
	key, known := f.literal(keyNode)
	if !known || key == "" {
		return read{}, false
	}
	r.name = variableOf(joinKey(outer, prefix+key))
	r.fileOnly = f.noEnv && f.builtHere(object)
	return r, plausibleVariable(r.name)
}

// builtHere reports whether a configuration is made by a ConfigurationBuilder
// of this file.
func (f *file) builtHere(n syntax.Node) bool {
	n = f.follow(n)
	for range maxFollows {
		switch n.Kind() {
		case "invocation_expression":
			n = receiver(n.Field("function"))
		case "identifier":
			to := f.follow(n)
			if to == n {
				return false
			}
			n = to
		case "object_creation_expression":
			return simpleName(n.Field("type")) == "ConfigurationBuilder"
		default:
			return false
		}
	}
	return false
}

// configIndexer states configuration["A:B"] where it is read, not set.
func (f *file) configIndexer(n syntax.Node) {
	if n.Parent().Is("assignment_expression") && n.FieldName() == "left" {
		return
	}
	if r, ok := f.configRead(n); ok {
		f.envFact(n, r)
	} else if n.Field("expression").Is("invocation_expression") && f.resolve(n.Field("expression")) == "System.Environment.GetEnvironmentVariables()" {
		if name, ok := f.literal(n.Field("subscript").Child(0).Child(0)); ok && plausibleVariable(name) {
			f.envFact(n, read{name: name, via: "System.Environment.GetEnvironmentVariables"})
		}
	}
}

// configCall states configuration.GetValue<T>("A"), GetSection("A").Value, and
// sections that are bound to a class.
func (f *file) configCall(c call) {
	switch c.method {
	case "GetValue", "GetConnectionString", "GetRequiredValue":
		if r, ok := f.configRead(c.Node); ok {
			f.envFact(c.Node, r)
		}
	case "GetSection", "GetRequiredSection":
		f.sectionRead(c)
	case "Bind":
		if key, ok := f.literal(c.arg(0, "key")); ok && c.arg(1, "instance").OK() && f.isConfiguration(c.object) && !(f.noEnv && f.builtHere(c.object)) {
			f.bound(c.Node, key, "", f.follow(c.arg(1, "instance")).Field("type"), false)
		}
	case "BindConfiguration":
		if key, ok := f.literal(c.arg(0, "configSectionPath")); ok {
			f.bound(c.Node, key, "", optionsType(c.object), f.validated(c))
		}
	}
}

// sectionRead states what becomes of a section: its value, or its keys through
// the class that it is bound to.
func (f *file) sectionRead(c call) {
	key, ok := f.configPath(c.Node, 0)
	constant := ""
	if !ok && f.isConfiguration(c.object) {
		constant = f.symbol(c.arg(0, "key"))
	}
	if !ok && constant == "" || f.noEnv && f.builtHere(c.object) {
		return
	}
	required := c.method == "GetRequiredSection"
	up := c.Parent()
	if up.Is("member_access_expression") {
		switch method := lastName(up); {
		case method == "Value" && ok:
			f.envFact(up, read{name: variableOf(key), via: "IConfiguration.GetSection", required: required})
		case method == "Get" || method == "Bind":
			f.bound(c.Node, key, constant, typeArgument(up), required)
		}
		return
	}
	if !up.Is("argument") {
		return
	}
	outer := up.Parent().Parent()
	switch lastName(outer.Field("function")) {
	case "Configure":
		f.bound(c.Node, key, constant, typeArgument(outer.Field("function")), required)
	case "Bind":
		f.bound(c.Node, key, constant, optionsType(receiver(outer.Field("function"))), required || f.validated(f.callOf(outer)))
	}
}

// optionsType is T of AddOptions<T>() before a chain of calls.
func optionsType(n syntax.Node) syntax.Node {
	for range maxFollows {
		if !n.Is("invocation_expression") {
			return syntax.Node{}
		}
		function := n.Field("function")
		if name := lastName(function); name == "AddOptions" || name == "AddOptionsWithValidateOnStart" {
			return typeArgument(function)
		}
		n = receiver(function)
	}
	return syntax.Node{}
}

// validated reports whether the chain that goes on behind a call checks the
// options when the program starts.
func (f *file) validated(c call) bool {
	n := c.Node
	for range maxFollows {
		up := n.Parent()
		if !up.Is("member_access_expression") || !up.Parent().Is("invocation_expression") {
			return false
		}
		if lastName(up) == "ValidateOnStart" {
			return true
		}
		n = up.Parent()
	}
	return false
}

// bound states the keys of a section that is bound to a class: one for each
// property where the class stands in this file, else all of them together. Of a
// section that another file's constant names it states that alone.
func (f *file) bound(n syntax.Node, key, constant string, typ syntax.Node, required bool) {
	const via = "IConfiguration.Bind"
	f.bindTo(n, key, constant, typ)
	if constant != "" {
		return
	}
	class, own := f.types[simpleName(typ)]
	if !own {
		if plausibleVariable(variableOf(key)) {
			f.state(n, inspect.EnvRead{Name: variableOf(key) + "__*", Via: via})
		}
		return
	}
	for p := class.Field("body").First(); p.OK(); p = p.Next() {
		if !p.Is("property_declaration") || hasModifier(p, "static") || p.Field("value").Is("arrow_expression_clause") {
			continue
		}
		name := p.Field("name").Text()
		secret := inspect.IsSecretName(name)
		v := f.evaluate(p.Field("value"))
		_, marked := attributes(p)["Required"]
		f.state(p, inspect.EnvRead{
			Name: variableOf(key) + "__" + name, Via: via, Secret: secret, Fallback: v.Kept(secret),
			Required: (required && marked || hasModifier(p, "required")) && !given(v),
		})
	}
}
