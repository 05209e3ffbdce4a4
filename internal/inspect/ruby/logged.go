package ruby

import "twelvefold/internal/inspect/logged"

// loggedCall states what a call writes into a log that nobody may read there.
func (f *rubyFile) loggedCall(c call) {
	for _, secret := range logged.Call(c.Node, logged.Ruby) {
		secret.Debug = f.debugOnly(c.Node)
		f.say(c.Node, secret)
	}
}
