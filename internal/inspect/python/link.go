package python

import (
	"regexp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// link states where a link that is put together and given to a name leads:
// link = f"http://localhost:3000/reset?token={token}".
func (p *pythonFile) link(n syntax.Node) {
	value := n.Field("right")
	name, _ := p.nameIn(n.Field("left"))
	if !value.Is("string", "concatenated_string", "binary_operator", "call") || p.evaluate(value).Source == inspect.Literal || p.debugOnly(n) {
		return
	}
	if fact, ok := inspect.LinkOf(name, p.lead(value, 6)); ok {
		p.state(n, fact)
	}
}

// linkIn states a link to the developer's machine in what is written.
func (p *pythonFile) linkIn(n syntax.Node) {
	if fact, ok := inspect.LinkIn(n.Text()); ok && !n.Parent().Is("expression_statement") && !p.debugOnly(n) {
		p.state(n, fact)
	}
}

// mailedDomain states the developer's machine as the domain of a mail's context,
// beside the token that the link in it carries: {"domain": "127.0.0.1:8000", "token": …}.
func (p *pythonFile) mailedDomain(n syntax.Node) {
	text, ok := p.literal(n.Field("value"))
	if !ok || !ownDomain.MatchString(text) {
		return
	}
	if key, _ := p.literal(n.Field("key")); key != "domain" && key != "site_domain" || p.debugOnly(n) {
		return
	}
	for _, other := range n.Parent().Children() {
		if key, _ := p.literal(other.Field("key")); other.Is("pair") && linkParts[key] {
			p.state(n, inspect.Endpoint{Via: inspect.LinkVia, Name: "domain", URL: inspect.LitOf("http://" + text)})
			return
		}
	}
}

var (
	ownDomain = regexp.MustCompile(`^(localhost|127\.0\.0\.1)(:\d+)?$`)
	// linkParts are what a link of a mail is put together of, beside the domain.
	linkParts = map[string]bool{"token": true, "uid": true, "uidb64": true}
)
