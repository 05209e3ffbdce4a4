package inspect_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestNamesOfLimitsAreNoSecrets(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"SESSION_SECRET": true, "dbPassword": true, "apiKey": true, "SECRET_KEY_SECOND": true, "JWT_SECRET_2": true, "SECRET_KEY_MS": true,
		"PASSWORD_RESET_URL": false, "tokenLength": false, "STRIPE_PUBLISHABLE_KEY": false, "Microsoft.IdentityModel.Tokens": false, "Shop.Mail.Password": true, "org.acme.rules.FetchDeviceCredentialsNode": false, "shop.mail.password": true,
		"JWT_RESET_PASSWORD_EXPIRATION_MINUTES": false, "TOKEN_EXPIRES_IN": false, "tokenExpiry": false, "REFRESH_TOKEN_DAYS": false, "AUTH_PASSWORD_BROKER": false, "RESET_TOKEN_TABLE": false, "TOKEN_LEEWAY_SECONDS": false,
		"tokenPrefixes": false, "tmplUserSettingsPassword": false, "PATH_RESET_PASSWORD": false, "template_password": false, "PAGE_ACCESS_TOKEN": true, "labelerToken": true,
	} {
		if got := inspect.IsSecretName(name); got != want {
			t.Errorf("IsSecretName(%q) = %t, want %t", name, got, want)
		}
	}
}

// TestWhatSurelyIsNoSecret: a weak secret stays one, a name of one is none.
func TestWhatSurelyIsNoSecret(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"ssl.keystore.password": true, "jakarta.persistence.jdbc.password": true, "java.naming.security.credentials": true, "tls/server.key": true, "Geben Sie ein Schlüsselwort ein": true,
		"correct.horse.battery.staple": false, "db.password": false, "k9f8.s7d6.password1": false, "user/settings/password": true, "api/v1/passwords": true, "api/v1x9/q7": false, "auth/reset_passwd": true, "attachments/": true, "agent:main:main": true, "setup_secrets.ps1": true, "user:pass": false, "aZ3/kq9/Tm": false, "qwerty/7": false, "MySecretKey": false,
	} {
		if got := inspect.SaysOtherwise(text); got != want {
			t.Errorf("SaysOtherwise(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestSecretNamesWrittenTogether(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"PGPASSWORD": true, "REDISPASSWORD": true, "app.dbPassword": true, "dbpassword": true, "PGPASSFILE": false, "SMTPPASSWORDFILE": false, "PGHOST": false, "compassword": false} {
		if got := inspect.IsSecretName(name); got != want {
			t.Errorf("IsSecretName(%q) = %t, want %t", name, got, want)
		}
	}
}
