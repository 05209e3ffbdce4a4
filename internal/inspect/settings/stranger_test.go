package settings_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

// TestKeysOfHexadecimalDigits holds that a key of 128 bits is a secret, and the
// MD5 of a password is none.
func TestKeysOfHexadecimalDigits(t *testing.T) {
	t.Parallel()
	const digits = "3cfa76ef14937c1c0ea519f8fc057a80"
	for _, c := range []struct {
		format inspect.Format
		source string
		want   string // name of the credential, "" for none
	}{
		{inspect.SpringYAML, "jwt:\n  secret: " + digits, "jwt.secret"},
		{inspect.SpringProperties, "maps.api-key=" + digits, "maps.api-key"},
		{inspect.SpringProperties, "legacy.user.password=" + digits, ""},
		{inspect.SpringProperties, "jwt.secret=${JWT_SECRET}", ""},
		{inspect.WebXML, `<configuration><appSettings><add key="ApiKey" value="` + digits + `"/></appSettings></configuration>`, "appSettings.ApiKey"},
	} {
		name := ""
		for _, line := range strings.Split(inspecttest.Stated(c.format, c.source), "\n") {
			if _, fact, ok := strings.Cut(line, " credential {'name':'"); ok {
				name, _, _ = strings.Cut(fact, "'")
			}
			if strings.Contains(line, digits) {
				t.Errorf("%s leaves the secret in %s", c.source, line)
			}
		}
		if name != c.want {
			t.Errorf("%s: credential %q, want %q", c.source, name, c.want)
		}
	}
}
