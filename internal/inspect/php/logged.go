package php

import "twelvefold/internal/inspect/logged"

// loggedCall states what a call writes into a log that nobody may read there.
func (s *script) loggedCall(c call) {
	for _, secret := range logged.Call(c.Node, logged.PHP) {
		secret.Debug = s.debugOnly(c.Node)
		s.state(c.Node, secret)
	}
}
