package audit

import (
	"twelvefold/internal/inspect"
)

// OpensDoor reports whether what was kept of a secret shows a credential that
// is worth guessing: a provider's token, or a value that is neither a
// placeholder nor too simple. nil opens none.
func OpensDoor(s *inspect.Secret) bool {
	return s != nil && !s.Guessable()
}
