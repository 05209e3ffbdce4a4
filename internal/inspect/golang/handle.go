package golang

import (
	"go/ast"

	"twelvefold/internal/inspect"
)

// serviceHandle states a literal URL of a service that is given to a name:
// of a backing service, or one that answers HTTP.
func (f *goFile) serviceHandle(name string, target, value ast.Expr, stack []ast.Node) {
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
	via := "assignment"
	switch target.(type) {
	case nil:
		via = "key"
	case *ast.SelectorExpr:
		via = "field"
	}
	if endpoint, ok := inspect.EndpointOf(via, name, text); ok && !f.endpoints[lit] && !f.standsIn(target, stack) {
		f.emit(lit, endpoint)
	}
}

// standsIn reports whether an assignment only fills in what is unset:
// if c.BaseURL == "" { c.BaseURL = "https://…" }.
func (f *goFile) standsIn(target ast.Expr, stack []ast.Node) bool {
	if len(stack) < 2 || target == nil {
		return false
	}
	check, ok := stack[len(stack)-2].(*ast.IfStmt)
	if !ok {
		return false
	}
	cond, ok := check.Cond.(*ast.BinaryExpr)
	return ok && pathOf(cond.X) != "" && pathOf(cond.X) == pathOf(target)
}
