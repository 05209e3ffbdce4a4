package config

import (
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var (
	// sandboxHost is where a vendor lets programs be tried: api.sandbox.paypal.com.
	sandboxHost = regexp.MustCompile(`(?i)(^|[.-])sandbox([.-])`)
	sandboxWord = regexp.MustCompile(`(?i)sandbox|(^|[_.-])test|Test([A-Z_]|$)`)
)

// onlySandbox reports whether a vendor's sandbox is all that a file knows of the
// vendor: production takes a change of code. Where the name says that it is the
// sandbox's, or the vendor's real host stands beside it, something chooses.
func onlySandbox(e audit.Located[inspect.Endpoint], host string) bool {
	if sandboxWord.MatchString(e.Fact.Name) || sandboxWord.MatchString(e.File.Path) {
		return false
	}
	real := sandboxHost.ReplaceAllString(host, "$2")
	real = strings.TrimLeft(real, ".-")
	for other := range audit.FactsIn[inspect.Endpoint]([]*audit.File{e.File}, e.File.Role) {
		if h := inspect.HTTPHost(other.Fact.URL.Text); h == real || h != host && brand(h) == brand(host) {
			return false
		}
	}
	return true
}
