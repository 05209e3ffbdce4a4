package golang

import (
	"go/ast"
	"go/token"
	"go/types"
)

// removed reports whether the function around a call that writes a file also
// removes that file, other than for an error.
func (f *goFile) removed(c goCall, path ast.Expr) bool {
	fn := c.enclosing()
	if fn == nil {
		return false
	}
	file := f.assignedFrom(fn, c.CallExpr)
	found, deferred := false, token.NoPos
	ast.Inspect(fn, func(n ast.Node) bool {
		if found || !f.step() {
			return false
		}
		switch n := n.(type) {
		case *ast.IfStmt:
			return !errorCheck(n) && !leavesAfterRemoval(f, n)
		case *ast.DeferStmt:
			deferred = n.End()
		case *ast.CallExpr:
			key := f.resolve(n).key()
			if (key == "os.Remove" || key == "os.RemoveAll") && len(n.Args) == 1 && (n.Pos() > c.Pos() || n.Pos() < deferred) {
				found = samePath(n.Args[0], path) || file != nil && nameOf(n.Args[0]) == file
			}
		}
		return !found
	})
	return found
}

// leavesAfterRemoval reports whether a condition's body removes something and
// then leaves the function: what is written before is kept otherwise.
func leavesAfterRemoval(f *goFile, n *ast.IfStmt) bool {
	removes, leaves := false, false
	for _, statement := range n.Body.List {
		if _, ok := statement.(*ast.ReturnStmt); ok {
			leaves = true
		}
		if e, ok := statement.(*ast.ExprStmt); ok {
			if call, ok := e.X.(*ast.CallExpr); ok && f.resolve(call).key() == "os.Remove" {
				removes = true
			}
		}
	}
	return removes && leaves
}

// assignedFrom is what the result of a call is assigned to in a function.
func (f *goFile) assignedFrom(fn ast.Node, call *ast.CallExpr) any {
	var found any
	ast.Inspect(fn, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Rhs) == 1 && a.Rhs[0] == ast.Expr(call) {
			found = objectOf(a.Lhs[0])
		}
		return found == nil && f.step()
	})
	return found
}

// nameOf is the file whose name an expression asks for: file.Name().
func nameOf(e ast.Expr) any {
	if call, ok := e.(*ast.CallExpr); ok {
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Name" {
			return objectOf(sel.X)
		}
	}
	return nil
}

// samePath reports whether two expressions stand for one path: the same
// variable, or the same text of more than a name.
func samePath(a, b ast.Expr) bool {
	if object := objectOf(a); object != nil {
		return object == objectOf(b)
	}
	return types.ExprString(a) == types.ExprString(b)
}
