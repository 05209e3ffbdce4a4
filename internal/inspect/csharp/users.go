package csharp

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// usersTable states the passwords of a table of users that is written in the
// code of what checks them: Dictionary<string, string> users = new() { { "admin", "s3cret" } }.
func (f *file) usersTable(n syntax.Node) {
	name := n.Field("name").Text()
	if !inspect.NamesUsers(name) || !strings.Contains(strings.ReplaceAll(n.Parent().Text(), " ", ""), "Dictionary<string,string>") {
		return
	}
	class := n.Up(typeKinds...)
	if inspect.MakesUpData(class.Field("name").Text()) || !strings.Contains(class.Text(), "assword") {
		return
	}
	state := func(pair, user, password syntax.Node) {
		who, _ := f.literal(user)
		if text, ok := f.secretText(password); ok && who != "" && credentialText("password", text) {
			f.state(pair, inspect.Credential{Name: name + "[" + who + "]", Via: "field", Secret: inspect.NewSecret(text)})
		}
	}
	n.Walk(func(m syntax.Node) bool {
		switch {
		case m.Is("initializer_expression") && m.Child(1).OK() && isText(m.Child(0)) && isText(m.Child(1)) && !m.Child(2).OK():
			state(m, m.Child(0), m.Child(1))
		case m.Is("assignment_expression") && !m.Field("left").Is("identifier"):
			m.Field("left").Walk(func(key syntax.Node) bool {
				if isText(key) {
					state(m, key, m.Field("right"))
					return false
				}
				return true
			})
		}
		return true
	})
}
