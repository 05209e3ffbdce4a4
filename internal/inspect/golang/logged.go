package golang

import (
	"go/token"

	"twelvefold/internal/inspect/logged"
)

// logged states what a call writes into a log that nobody may read there.
func (f *goFile) logged(c goCall) {
	if len(c.Args) == 0 {
		return
	}
	in, body := "", ""
	callee, given := f.text(c.Fun.Pos(), c.Fun.End()), f.text(c.Lparen+1, c.Rparen)
	if fn := c.enclosing(); fn != nil {
		in = fn.Name.Name
		if fn.Body != nil && logged.MayBeHeader(given) {
			body = f.text(fn.Body.Pos(), fn.Body.End())
		}
	}
	for _, secret := range logged.Secrets(logged.Go, callee, given, body) {
		secret.In, secret.Debug = in, f.debugOnly(c.CallExpr)
		f.emit(c.CallExpr, secret)
	}
}

// text is the code between two places.
func (f *goFile) text(from, to token.Pos) string {
	file := f.set.File(from)
	if file == nil || file.Offset(to) > len(f.content) {
		return ""
	}
	return string(f.content[file.Offset(from):file.Offset(to)])
}
