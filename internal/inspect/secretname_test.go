package inspect_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestNamesOfLimitsAreNoSecrets(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"SESSION_SECRET": true, "dbPassword": true, "apiKey": true, "SECRET_KEY_SECOND": true, "JWT_SECRET_2": true, "SECRET_KEY_MS": true,
		"PASSWORD_RESET_URL": false, "tokenLength": false, "STRIPE_PUBLISHABLE_KEY": false,
		"JWT_RESET_PASSWORD_EXPIRATION_MINUTES": false, "TOKEN_EXPIRES_IN": false, "tokenExpiry": false, "REFRESH_TOKEN_DAYS": false, "AUTH_PASSWORD_BROKER": false, "RESET_TOKEN_TABLE": false, "TOKEN_LEEWAY_SECONDS": false,
	} {
		if got := inspect.IsSecretName(name); got != want {
			t.Errorf("IsSecretName(%q) = %t, want %t", name, got, want)
		}
	}
}
