package golang

import (
	"go/ast"

	"twelvefold/internal/inspect"
)

// link states where a link that is put together and given to a name leads:
// link := "http://localhost:3000/reset/" + token.
func (f *goFile) link(name string, value ast.Expr) {
	v := f.fold(value)
	if len(v) < 2 || f.debugOnly(value) {
		return
	}
	if fact, ok := inspect.LinkOf(name, f.leadOf(value)); ok {
		f.emit(value, fact)
	}
}
