package audit

import "strings"

// Loopback reports whether an address is reached from the same machine only.
func Loopback(host string) bool {
	host = strings.ToLower(strings.TrimSpace(host))
	for _, scheme := range []string{"tcp://", "http://", "https://"} {
		host = strings.TrimPrefix(host, scheme)
	}
	if strings.HasPrefix(host, "[") {
		host, _, _ = strings.Cut(host[1:], "]")
	} else if strings.Count(host, ":") == 1 {
		host, _, _ = strings.Cut(host, ":")
	}
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}
