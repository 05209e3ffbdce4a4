package golang

import "go/ast"

// besideOutput reports whether a call stands in a branch that somebody has to
// choose, while the function around it takes standard output or standard error elsewhere.
func besideOutput(c goCall) bool {
	fn := c.enclosing()
	if fn == nil || fn.Body == nil {
		return false
	}
	branch := branchAround(c)
	return branch != nil && takesOutput(fn.Body, branch)
}

// branchAround is the outermost branch of a condition or a choice around a call.
func branchAround(c goCall) ast.Node {
	for i, n := range c.stack {
		switch n := n.(type) {
		case *ast.IfStmt:
			if i+1 < len(c.stack) && (c.stack[i+1] == n.Body || c.stack[i+1] == n.Else) && !errorCheck(n) {
				return c.stack[i+1]
			}
		case *ast.CaseClause:
			if n.List != nil {
				return n
			}
		}
	}
	return nil
}

// takesOutput reports whether a body gives a name standard output or standard
// error, or returns it, outside of one of its branches.
func takesOutput(body, branch ast.Node) bool {
	found := false
	take := func(list []ast.Expr) {
		for _, x := range list {
			if sel, ok := ast.Unparen(x).(*ast.SelectorExpr); ok {
				pkg, _ := sel.X.(*ast.Ident)
				found = found || pkg != nil && pkg.Name == "os" && (sel.Sel.Name == "Stdout" || sel.Sel.Name == "Stderr")
			}
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			take(n.Rhs)
		case *ast.ReturnStmt:
			take(n.Results)
		case *ast.ValueSpec:
			take(n.Values)
		}
		return n != branch
	})
	return found
}
