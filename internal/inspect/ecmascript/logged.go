package ecmascript

import "twelvefold/internal/inspect/logged"

// readLogged states what a call writes into a log that nobody may read there.
func (f *ecmaFile) readLogged(c ecmaCall) {
	for _, secret := range logged.Call(c.node, logged.JavaScript) {
		secret.Debug = f.debugOnly(c.node)
		f.say(c.node, secret)
	}
}
