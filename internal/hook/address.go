// Package hook tells receivers outside of what happened: HTTPS requests, signed, to
// addresses that people wrote into a form. Nothing that is not public is asked for
// anything, whatever a name resolves to.
package hook

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mostURL bounds an address in bytes.
const mostURL = 2000

// closed are the networks that no public receiver stands in: this machine, private,
// shared and link-local ones, where clouds tell instances their secrets, those for
// documentation and measurement, and what wraps addresses of IPv4.
var closed = func() (list []netip.Prefix) {
	for _, text := range strings.Fields(`
		0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
		192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
		168.63.129.16/32
		2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20`) {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}()

// global are the only addresses of IPv6 that are given to anybody in public.
var global = netip.MustParsePrefix("2000::/3")

// Public reports whether an address may stand anywhere in the internet.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.Is6() && !global.Contains(a) {
		return false
	}
	for _, network := range closed {
		if network.Contains(a) {
			return false
		}
	}
	return true
}

// Normal is an address as it is kept: without spaces around it, scheme and host in
// lower case. The rest is the receiver's, and stays as it was written.
func Normal(raw string) string {
	raw = strings.TrimSpace(raw)
	scheme, rest, found := strings.Cut(raw, "://")
	if !found || !utf8.ValidString(raw) {
		return raw
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if strings.Contains(rest[:end], "@") { // which is refused: a password is not changed, too
		end = 0
	}
	return strings.ToLower(scheme) + "://" + strings.ToLower(rest[:end]) + rest[end:]
}

// WrongURL says in a sentence why a Normal address can't be a receiver's, "" when it can.
// What its name resolves to is only known, and checked, whenever it is asked.
func WrongURL(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return "Write the address of the receiver."
	case len(raw) > mostURL:
		return "The address is longer than 2,000 bytes: shorten it."
	case !utf8.ValidString(raw) || err != nil || strings.Trim(u.Hostname(), ".") == "" || u.Opaque != "" || strings.ContainsAny(raw, " \t\r\n\\"):
		return "Write a whole address, such as https://example.org/hooks/twelvefold."
	case u.Scheme != "https" || !strings.HasPrefix(raw, "https://"):
		return "The address has to begin with https://: what is sent is nobody else’s to read."
	case u.User != nil:
		return "Leave user and password out of the address: the signature proves who sends."
	case u.Fragment != "":
		return "Leave out what stands behind the #: it is never sent."
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "The port has to be a number from 1 to 65535."
		}
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(host); err == nil && !Public(a) || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return "The address is not a public one: this server sends nothing into its own network."
	}
	return ""
}
