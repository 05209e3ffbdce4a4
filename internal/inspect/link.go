package inspect

import (
	"regexp"
	"strings"
)

// Vias of Endpoints that are no call's.
const (
	// LinkVia is an address that a program hands to people: the beginning of a
	// link which is put together, or a link in a text that is written.
	LinkVia = "link"
	// DefineVia is what a bundler puts into a page for a name.
	DefineVia = "define"
	// RedirectName is the name of a link that a browser is sent to.
	RedirectName = "redirect"
)

var (
	linkName  = regexp.MustCompile(`(?i)(link|ur[li]|href)s?$`)
	linkNot   = regexp.MustCompile(`(?i)(database|db|redis|mongo|amqp|broker|jdbc|test|mock|default|health|proxy|image|avatar|logo|icon|stat(us|ic)|api|service|endpoint|request|fetch|base)`)
	mailPath  = regexp.MustCompile(`(?i)[/?#&=_-](reset|verif|confirm|activat|invit|unsubscribe|forgot|magic|set-?password|new-?password|change-?password|password-?reset|signup|register)`)
	localLink = regexp.MustCompile(`(?i)href\s*=\s*\\?["']?(https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?/[^"'\s>\\]*)`)
)

// LinkOf reads the literal beginning of a link that is put together and given to
// a name: to the developer's own machine, or with a path that mails lead to.
func LinkOf(name, lead string) (Endpoint, bool) {
	host := HTTPHost(lead)
	if host == "" || strings.Count(lead, "/") < 3 || !linkName.MatchString(name) || linkNot.MatchString(name) || HandleNot.MatchString(name) {
		return Endpoint{}, false
	}
	rest := lead[strings.Index(lead, host)+len(host):]
	if !mailPath.MatchString(rest) {
		return Endpoint{}, false
	}
	return Endpoint{Via: LinkVia, Name: name, URL: LitOf(lead)}, true
}

// LinkIn finds a link to the developer's own machine in a page or a mail that is
// written in a program.
func LinkIn(text string) (Endpoint, bool) {
	m := localLink.FindStringSubmatch(text)
	if m == nil {
		return Endpoint{}, false
	}
	return Endpoint{Via: LinkVia, URL: LitOf(m[1])}, true
}
