package inspect_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestOriginsOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		texts []string
		want  string
	}{
		{[]string{"http://localhost:3000", "https://shop.acme.net"}, "https://shop.acme.net"},
		{[]string{"http://localhost:3000"}, "http://localhost:3000"},
		{[]string{"http://localhost:3000, https://shop.acme.net/"}, "https://shop.acme.net/"},
		{[]string{"https://shop.acme.net", "*"}, ""},
		{[]string{"https://studio.apollographql.com"}, ""},
		{[]string{"https://example.com"}, ""},
		{[]string{"https://shop.acme.net/path"}, ""},
		{nil, ""},
	} {
		if fact, ok := inspect.OriginsOf(test.texts); fact.URL.Text != test.want || ok != (test.want != "") {
			t.Errorf("%q: %q, %v, want %q", test.texts, fact.URL.Text, ok, test.want)
		}
	}
}

func TestOriginNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"allowedOrigins", "ALLOWED_ORIGINS", "allow_origins", "AllowOrigins", "corsOrigins", "CORS_ORIGIN_WHITELIST", "corsAllowedOrigins", "originWhitelist", "allowed_origins"} {
		if !inspect.IsOriginName(name) {
			t.Errorf("%s is the name of such a list", name)
		}
	}
	for _, name := range []string{"origin", "original", "defaultOrigins", "whitelist", "redirectOrigin", "originId"} {
		if inspect.IsOriginName(name) {
			t.Errorf("%s is no name of such a list", name)
		}
	}
	if !inspect.OriginsGrow("const a = [...allowed, x]", "allowed") || !inspect.OriginsGrow("allowed.push(process.env.X)", "allowed") || !inspect.OriginsGrow("x = y || allowed", "allowed") || inspect.OriginsGrow("cors({origin: allowed})", "allowed") {
		t.Error("a list that grows, or stands in for another, isn't told from one that holds")
	}
}
