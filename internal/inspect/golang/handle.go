package golang

import (
	"go/ast"

	"twelvefold/internal/inspect"
)

// serviceHandle states a literal URL of a service that is given to a name.
func (f *goFile) serviceHandle(name string, target, value ast.Expr) {
	lit, text := f.literalOf(value)
	if lit == nil || f.defaults[lit] || ast.Unparen(value) != ast.Expr(lit) {
		return
	}
	if id, ok := target.(*ast.Ident); ok && f.fold(id).value().FromEnv() {
		return // replaced when the environment has one
	}
	if handle, ok := inspect.HandleOf(name, text); ok {
		f.emit(lit, handle)
	}
}
