package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// pairs are calls that make a map of what they are given.
	pairs = map[string]bool{"java.util.Map.of": true, "kotlin.collections.mapOf": true, "kotlin.collections.mutableMapOf": true, "kotlin.collections.hashMapOf": true}
)

// usersTable states the passwords of a table of users that is written in the
// code of what checks them: Map.of("admin", "s3cret"), mapOf("admin" to "s3cret").
func (f *file) usersTable(n, name, v syntax.Node) {
	if !inspect.NamesUsers(name.Text()) || !isCall(v) {
		return
	}
	c := f.callOf(v)
	if class := enclosingClass(n); !c.ok || !pairs[c.name] || inspect.MakesUpData(class.Field("name").Text()) || class.OK() && !strings.Contains(class.Text(), "assword") {
		return
	}
	state := func(at, user, password syntax.Node) {
		who, named := f.plainText(user)
		if text, ok := f.plainText(password); ok && named && who != "" && credentialText("password", text) {
			f.state(at, inspect.Credential{Name: name.Text() + "[" + who + "]", Via: "field", Secret: inspect.NewSecret(text)})
		}
	}
	if c.name == "java.util.Map.of" {
		for i := 0; i+1 < len(c.args); i += 2 {
			state(c.args[i], c.args[i], c.args[i+1])
		}
		return
	}
	for _, pair := range c.args {
		if pair = bare(pair); pair.Is("infix_expression") {
			state(pair, pair.Child(0), lastChild(pair))
		}
	}
}
