package audit

import (
	"twelvefold/internal/inspect"
)

// minSecretBits tells a credential from the throwaway passwords of local
// databases: length times entropy. "postgres" has 22 bits, "root" 6; eight
// random characters have 24 or more.
const minSecretBits = 24

// OpensDoor reports whether what was kept of a secret shows a credential that
// is worth guessing: a provider's token, or a value that is neither a
// placeholder nor too simple. nil opens none.
func OpensDoor(s *inspect.Secret) bool {
	return s != nil && !s.Placeholder && (s.Format != "" || float64(s.Length)*s.Entropy >= minSecretBits)
}
