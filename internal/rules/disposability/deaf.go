package disposability

import (
	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// deaf finds where a library's own handling of signals is switched off, in a
// program that hears SIGTERM by nothing else.
func deaf(c *audit.Component) (off audit.Located[inspect.SignalHandler], ok bool) {
	for _, h := range handlers(c) {
		if hears(h, "SIGTERM") {
			return off, false
		}
		if h.Fact.Off && !ok {
			off, ok = h, true
		}
	}
	return off, ok
}
