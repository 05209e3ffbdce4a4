package settings_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

// TestFilesOfSymfony: which paths are the container's configuration.
func TestFilesOfSymfony(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]inspect.Format{
		"config/packages/cache.yaml": inspect.SymfonyYAML, "config/packages/prod/cache.yml": inspect.SymfonyYAML, "api/config/packages/cache.yaml": inspect.SymfonyYAML,
		"config/services.yaml": inspect.SymfonyYAML, "config/services_prod.yaml": inspect.SymfonyYAML, "app/config/config_prod.yml": inspect.SymfonyYAML, "app/config/parameters.yml": inspect.SymfonyYAML,
		"config/config.yaml": inspect.ConfigYAML, "config/security.yml": inspect.YAML, "config/routes.yaml": inspect.YAML, "packages/cache.yaml": inspect.YAML, "k8s/services.yaml": inspect.YAML,
	} {
		if got := inspect.FormatOf(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

// TestSymfonyKeepsNoSecret: whatever form a secret has, it is in no signal.
func TestSymfonyKeepsNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "Zq9xKw3vPlm"
	for _, content := range []string{
		"parameters:\n  database_password: " + secret + "\n", "parameters:\n  env(DB_PASSWORD): " + secret + "\n  x: '%env(DB_PASSWORD)%'\n",
		"framework:\n  secret: " + secret + "\n", "framework:\n  mailer:\n    dsn: 'smtp://u:" + secret + "@mail/'\n",
		"services:\n  App\\X:\n    arguments:\n      $apiKey: " + secret + "\n", "doctrine:\n  dbal:\n    url: '%env(default:fallback:DATABASE_URL)%'\nparameters:\n  fallback: 'mysql://u:" + secret + "@db/x'\n",
		"when@dev:\n  framework:\n    secret: " + secret + "\n",
	} {
		if got := inspecttest.Stated(inspect.SymfonyYAML, content); strings.Contains(got, secret) {
			t.Errorf("%s states the secret:\n%s", content, got)
		}
	}
}
