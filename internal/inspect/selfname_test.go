package inspect_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestNamesItself(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"SessionKey", "auth_session", true},
		{"PROVISION_SECRET", "provisionDeviceSecret", true},
		{"OAuthStateToken", "oauth-state", true},
		{"ACCESS_TOKEN", "accessTokenValue", true},
		{"AUTH_TOKEN", "Authentication", true},
		{"API_KEY", "X-Api-Key", true},
		{"oauthParamTokenRemoteUserID", "token_remote_user", true},
		{"API_KEY_TYPE_SPECIAL_PURPOSE_CALENDAR", "special-purpose-calendar", true},
		{"AWS_SECRET_ACCESS_KEY_KWARG", "aws_secret_access_key", true},
		{"BOX_CLIENT_SECRET_CREDENTIAL_KEY", "client_secret", true},
		{"CREATE_ACCESS_KEY", "AccessKey.Create", true},
		{"USER_TOKEN", "ApolloUserToken", true},
		{"tokenPurpose", "email_verification", true},
		{"client_secret", "bot-context", true},
		{"token", "xoxb-valid", true},
		{"AUTH_TOKEN_KEY", "shop_login", true},
		{"_PASSWORD_KEY", "imap_password", true},
		{"PRIMARY_ADMIN_TOKEN_KEY", "google_primary_admin", true},
		{"SESSION_KEY", "shop_session_signer", false},
		{"TOKEN_KEY", "my-own-key", false},
		{"API_KEY", "correct-horse-battery-9", false},
		{"ADMIN_PASSWORD", "correct-horse-battery", false},
		{"API_TOKEN", "super-secret-token", false},
		{"apiKey", "shop-api-key", false},
		{"clientSecret", "dFwLkqPzRtYuXvBn", false},
		{"_NEW_REFRESH_TOKEN_SESSION_KEY", "_shop_new_long_refresh_token", true},
		{"SHOP_SESSION_KEY", "keyboard_cat_walks", false},
		{"APP_SECRET_KEY", "app-secret-key", false},
		{"JWT_KEY", "Secret", false},
		{"JWT_KEY", "MySigningKey", false},
		{"JWT_SECRET", "my-jwt-secret", false},
		{"jwtSecret", "myJwtSecret", false},
		{"SESSION_SECRET", "session-store", false},
		{"sessionKey", "keyboard-cat", false},
		{"SESSION_KEY", "super-session", false},
		{"apiKey", "api-key-production", false},
		{"signingKey", "signing-horse-battery-staple", false},
		{"DB_PASSWORD", "postgres_shop", false},
	} {
		if got := inspect.NamesItself(c.name, c.text); got != c.want {
			t.Errorf("NamesItself(%q, %q) = %v", c.name, c.text, got)
		}
	}
}
