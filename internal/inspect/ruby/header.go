package ruby

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// headerSecret states the secret in the value of an HTTP header, if there is one.
func (f *rubyFile) headerSecret(n syntax.Node, name, text string) bool {
	secret := inspect.HeaderSecret(name, text)
	if secret == "" || !credentialText(name, secret) {
		return false
	}
	f.say(n, inspect.Credential{Name: name, Via: "field", Secret: inspect.NewSecret(secret)})
	return true
}

// basicAuth states request.basic_auth("user", "password").
func (f *rubyFile) basicAuth(c call) {
	if c.method != "basic_auth" || !c.receiver.OK() || len(c.args.positional) != 2 {
		return
	}
	if text, ok := f.secretText(c.args.arg(1)); ok && credentialText("password", text) {
		f.say(c.Node, inspect.Credential{Name: "password", Via: "argument", Secret: inspect.NewSecret(text)})
	}
}
