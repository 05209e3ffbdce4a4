package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// readLink states where a link that is put together and given to a name leads:
// const link = `http://localhost:3000/reset/${token}`.
func (f *ecmaFile) readLink(name string, value syntax.Node) {
	if !value.Is("template_string", "binary_expression") || f.debugOnly(value) {
		return
	}
	lead, _, cut := strings.Cut(f.prefix(value, maxHops), "\x00")
	if !cut {
		return
	}
	if fact, ok := inspect.LinkOf(name, lead); ok {
		f.say(value, fact)
	}
}

// readLinkIn states links to the developer's machine in what is written.
func (f *ecmaFile) readLinkIn() {
	f.each(func(n syntax.Node) {
		if fact, ok := inspect.LinkIn(n.Text()); ok && !f.debugOnly(n) {
			f.say(n, fact)
		}
	}, "string", "template_string")
}

// readDefine states the addresses that a bundler puts into a page:
// new DefinePlugin({ "process.env": { API_URL: JSON.stringify("https://…") } }).
func (f *ecmaFile) readDefine(c ecmaCall) {
	if c.callee != "webpack.DefinePlugin" && !strings.HasSuffix(c.callee, ".DefinePlugin") {
		return
	}
	c.node.Walk(func(n syntax.Node) bool {
		if n.Is("pair") && f.burn() {
			value := ecmaBare(n.Field("value"))
			if made := f.callOf(value); value.Is("call_expression") && made.callee == "JSON.stringify" {
				value = made.arg(0)
			}
			key := ecmaKey(n.Field("key"))
			if v := f.value(value); v.IsLiteral() {
				if fact, ok := inspect.EndpointOf(inspect.DefineVia, key[strings.LastIndexByte(key, '.')+1:], strings.Trim(v.Text, `"'`)); ok {
					f.told[ecmaBare(value).Index()] = true
					f.say(n, fact)
				}
			}
		}
		return f.burn()
	})
}
