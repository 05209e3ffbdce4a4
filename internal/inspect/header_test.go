package inspect_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestHeaderSecret(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, want string }{
		{"Authorization", "Bearer 0a1b2c3d4e5f6071", "0a1b2c3d4e5f6071"},
		{"authorization", "Token token=\"0a1b2c3d4e5f\"", "0a1b2c3d4e5f"},
		{"Authorization", "Basic dXNlcjpwYTU1d29yZA==", "dXNlcjpwYTU1d29yZA=="},
		{"X-Api-Key", "9f8e7d6c5b4a3928", "9f8e7d6c5b4a3928"},
		{"X-Vault-Token", "s.Hk29dkE8fhs7Dkd2", "s.Hk29dkE8fhs7Dkd2"},
		{"Authorization", "Bearer", ""},
		{"Authorization", "0a1b2c3d4e5f6071", ""},
		{"Authorization", "Bearer {token}", ""},
		{"Authorization", "Bearer <your-token1>", ""},
		{"X-Api-Key", "your-api-key", ""},
		{"X-Request-Id", "0a1b2c3d4e5f6071", ""},
		{"Token", "0a1b2c3d4e5f6071", ""},
		{"secret", "0a1b2c3d4e5f6071", ""},
		{"Accept", "application/json", ""},
	} {
		if got := inspect.HeaderSecret(c.name, c.value); got != c.want {
			t.Errorf("%s: %s: got %q, want %q", c.name, c.value, got, c.want)
		}
	}
}
