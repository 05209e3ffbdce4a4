package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

var (
	// headerName are headers of HTTP whose value is a secret.
	headerName = regexp.MustCompile(`(?i)^(authorization|([a-z]+-)+(api-?key|auth-token|access-token|token|secret)|api-key)$`)
	// schemeWord is how an Authorization header begins.
	schemeWord = regexp.MustCompile(`(?i)^(bearer|token|basic|apikey|key|digest)\s+(?:token=)?["']?([^\s"']+)`)
)

// shortestHeader is less than the secret of a header has, in bytes.
const shortestHeader = 8

// headerSecret is the secret in the value of a header, "" without one.
func headerSecret(name, text string) string {
	if len(text) < shortestHeader || !headerName.MatchString(name) {
		return ""
	}
	if strings.EqualFold(name, "authorization") {
		m := schemeWord.FindStringSubmatch(text)
		if m == nil {
			return ""
		}
		text = m[2]
	}
	if len(text) < shortestHeader || inspect.IsPlaceholder(text) || !strings.ContainsAny(text, "0123456789") || !credentialText(name, text) {
		return ""
	}
	return text
}

// basicAuth states request.basic_auth("user", "password").
func (f *rubyFile) basicAuth(c call) {
	if c.method != "basic_auth" || !c.receiver.OK() || len(c.args.positional) != 2 {
		return
	}
	if text, ok := f.secretText(c.args.arg(1)); ok && credentialText("password", text) {
		f.say(c.Node, inspect.Credential{Name: "password", Via: "argument", Secret: inspect.NewSecret(text)})
	}
}
