package inspect

import (
	"net"
	"regexp"
	"strings"
)

var (
	// endpointName are names of things that say where a service listens. A bare
	// "url" or "link" may be anything that people open.
	endpointName = regexp.MustCompile(`(?i)(endpoint|base_?ur[il]|base_?path|api_?(ur[il]|host|root|base|address)|(service|server|backend|gateway|host|api|auth|webhook|upstream|remote|proxy|target|cdn|storage|search|elastic|payment|collector)_?(ur[il]|uri|host|endpoint|address|addr)|^(api|host|hostname|server|baseurl|upstream|gateway|proxy)$|_(url|uri|host|endpoint|addr|address)$|[a-z](Url|URL|Uri|URI|Endpoint)$)`)
	// endpointNot are names of addresses that people or programs only mention.
	endpointNot = regexp.MustCompile(`(?i)(home_?page|link|docs?_|documentation|help|readme|schema|namespace|xmlns|licen[cs]e|repo|github|avatar|logo|icon|image|img|photo|thumbnail|asset|font|favicon|blog|terms|privacy|support|about|issue|bug|changelog|release|download|redirect|referr?er|canonical|site_?map|share|social|badge|style|script|css|(^|_)(href|src|ref|id|namespace)$)`)
	httpURL     = regexp.MustCompile(`^(?:https?|wss?)://(?:[^@/\s]*@)?([^/?#\s]+)`)
)

// HTTPHost is the host of a literal HTTP or WebSocket URL as a program calls
// it, without its port; "" for any other text, a template or a placeholder.
func HTTPHost(text string) string {
	m := httpURL.FindStringSubmatch(text)
	if m == nil || strings.ContainsAny(m[1], "{}<>%$*,;'\"") {
		return ""
	}
	host := m[1]
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "" || IsPlaceholder(host) || strings.HasPrefix(host, "example.") || strings.Contains(host, ".example.") {
		return ""
	}
	return host
}

// EndpointOf reads a literal that is given to a name: the URL of a service, by
// both. via is "assignment", "field" or "key".
func EndpointOf(via, name, text string) (Endpoint, bool) {
	if HTTPHost(text) == "" || !endpointName.MatchString(name) || endpointNot.MatchString(name) || HandleNot.MatchString(name) {
		return Endpoint{}, false
	}
	return Endpoint{Via: via, Name: name, URL: LitOf(text)}, true
}
