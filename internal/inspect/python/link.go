package python

import (
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
