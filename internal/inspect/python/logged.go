package python

import "twelvefold/internal/inspect/logged"

// loggedCall states what a call writes into a log that nobody may read there.
func (p *pythonFile) loggedCall(c pyCall) {
	for _, secret := range logged.Call(c.Node, logged.Python) {
		secret.Debug = p.debugOnly(c.Node)
		p.state(c.Node, secret)
	}
}
