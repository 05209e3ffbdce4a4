package csharp

import "twelvefold/internal/inspect/logged"

// loggedCall states what a call writes into a log that nobody may read there.
func (f *file) loggedCall(c call) {
	for _, secret := range logged.Call(c.Node, logged.CSharp) {
		secret.Debug = f.inDebugBranch(c.Node)
		f.state(c.Node, secret)
	}
}
