package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"twelvefold/templates"
)

// signInsAMinute is how many sign-ins one client may begin in a minute and not
// finish: each keeps a row until it expires. An office behind one address stays
// far below it.
const signInsAMinute = 30

var errOften = told{http.StatusTooManyRequests, "Too many sign-ins", "Many were begun from your network within a minute. Wait for a minute, then sign in.", templates.Link{Href: "/sign-in", Text: "Sign in"}}

// client names whoever sent a request: the address that the connection comes
// from, or what the platform's router, on a private address, appended as whose
// request it passes on. What was in that header before may be anything. Of IPv6
// it is the network, of which a client has all addresses.
func client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if address = address.Unmap(); address.IsPrivate() || address.IsLoopback() {
		passed := r.Header.Values("X-Forwarded-For")
		list := strings.Split(strings.Join(passed, ","), ",")
		if said, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
			address = said.Unmap()
		}
	}
	if address.Is6() {
		network, _ := address.WithZone("").Prefix(64) // of a valid address
		return network.String()
	}
	return address.String()
}
