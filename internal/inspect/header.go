package inspect

import (
	"encoding/base64"
	"regexp"
	"strings"
)

var (
	secretHeader = regexp.MustCompile(`(?i)^(authorization|proxy-authorization|([a-z]+-)+(api-?key|auth-token|access-token|token|secret)|api-key)$`)
	headerScheme = regexp.MustCompile(`(?i)^(?:bearer|token|basic|apikey|key)\s+(?:token=)?["']?([^\s"']+)`)
)

// shortestHeader is less than the secret of a header has, in bytes.
const shortestHeader = 8

// IsSecretHeader reports whether the value of an HTTP header is a secret:
// "Authorization", "X-Api-Key".
func IsSecretHeader(name string) bool {
	return (strings.Contains(name, "-") || len(name) == len("authorization")) && secretHeader.MatchString(name)
}

// HeaderSecret is the secret in the literal value of an HTTP header: of
// "Authorization" what stands behind the scheme. "" where there is none, or a
// placeholder.
func HeaderSecret(name, value string) string {
	if len(value) < shortestHeader || !IsSecretHeader(name) {
		return ""
	}
	if text := value; strings.HasSuffix(strings.ToLower(name), "authorization") {
		m := headerScheme.FindStringSubmatch(value)
		if m == nil {
			return ""
		}
		value = m[1]
		if strings.EqualFold(text[:min(5, len(text))], "basic") && publicClient(value) {
			return ""
		}
	}
	if len(value) < shortestHeader || IsPlaceholder(value) || strings.ContainsAny(value, "{}<>$% ") || !strings.ContainsAny(value, "0123456789") {
		return ""
	}
	return value
}

// publicClient reports whether the value of Basic names somebody without a
// password, as a page's client does to an OAuth server: "browser:".
func publicClient(value string) bool {
	plain, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return false
	}
	_, password, ok := strings.Cut(string(plain), ":")
	return ok && password == ""
}
