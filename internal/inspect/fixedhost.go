package inspect

import (
	"regexp"
	"strings"
)

// Untold stands in a text for what its file does not tell.
const Untold = "…"

// fixedHosts find the host in a connection string: of the Go driver of MySQL,
// of words, of a URL.
var fixedHosts = []*regexp.Regexp{
	regexp.MustCompile(`@tcp\(([^()]*)\)`),
	regexp.MustCompile(`(?i)(?:^|[\s;])(?:host|server|data source)\s*=\s*(?:tcp:)?([^\s;]+)`),
	regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.:-]*://(?:[^@/\s]*@)?([^/?#\s@]+)`),
}

var plainHost = regexp.MustCompile(`^\[?[A-Za-z0-9][A-Za-z0-9.:_-]*\]?$`)

// FixedHost tells the host that a connection string names in any case, however
// the rest of it is put together: "root:…@tcp(db:3306)/shop" is always at db.
// What the file does not tell stands in text as Untold.
func FixedHost(text string) (host string, ok bool) {
	if !strings.Contains(text, Untold) {
		return "", false
	}
	for _, re := range fixedHosts {
		m := re.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		host, port, found := strings.Cut(m[1], ":")
		if found && strings.Trim(port, "0123456789"+Untold) != "" {
			return "", false // several hosts, or an address of IPv6
		}
		return host, plainHost.MatchString(host)
	}
	return "", false
}

// FixedHandle is the handle of a service whose host is fixed, with everything
// else left out; ok is false for any other.
func FixedHandle(text string) (Value, bool) {
	host, ok := FixedHost(text)
	if !ok {
		return Value{}, false
	}
	return Lit(host), true
}
