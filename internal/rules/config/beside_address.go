package config

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// besideAddress reports whether a password of a database stands beside the address of
// a host on the internet, in the variables of the same prefix: it is no container's.
func besideAddress(entries []inspect.EnvEntry, e inspect.EnvEntry) bool {
	prefix, ok := passwordPrefix(e.Name)
	if !ok || strings.Contains(e.Value.Text, "://") {
		return false
	}
	return slices.ContainsFunc(entries, func(other inspect.EnvEntry) bool {
		return other.Value.IsLiteral() && strings.EqualFold(other.Name, prefix+"HOST") && onInternet(other.Value.Text)
	})
}

// passwordPrefix is what stands before PASSWORD in a variable's name, with the line.
func passwordPrefix(name string) (prefix string, ok bool) {
	for _, end := range []string{"PASSWORD", "PASS", "PWD"} {
		if prefix, ok = strings.CutSuffix(strings.ToUpper(name), end); ok && prefix != "" {
			return prefix, true
		}
	}
	return "", false
}

// onInternet reports whether a host is an address that everybody can reach, or the
// name of one under a domain that people buy.
func onInternet(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsGlobalUnicast() && !address.IsPrivate()
	}
	return boughtDomain.MatchString(host) && !strings.Contains(host, "example")
}

var boughtDomain = regexp.MustCompile(`(?i)^([a-z0-9-]+\.)+(com|net|org|io|dev|app|cloud|co|de|fr|uk|eu|us|in|br)$`)
