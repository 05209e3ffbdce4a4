package golang

import "go/ast"

// late reports whether a call stands behind one that serves until it fails, in
// the same block or in one around it: it is not reached while anybody is served.
func (f *goFile) late(c goCall) bool {
	for _, n := range c.stack {
		block, ok := n.(*ast.BlockStmt)
		if !ok {
			continue
		}
		for _, st := range block.List {
			if st.End() > c.Pos() {
				break
			}
			if f.serveStatement(st) {
				return true
			}
		}
	}
	return false
}

// servesAfter reports whether the function around a call goes on to serve: it
// waits for signals, or starts what its name says is a server.
func (f *goFile) servesAfter(c goCall) bool {
	at := -1
	for i, n := range c.stack {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			at = i
		}
	}
	if at < 0 || !c.unconditional(at+1) {
		return false
	}
	found := false
	ast.Inspect(c.stack[at], func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if ok && call.Pos() > c.End() {
			other := f.resolve(call)
			found = found || f.blocks(other) || other.key() == "os/signal.Notify" || other.method && (other.name == "ListenAndServe" || other.name == "Serve")
		}
		return !found
	})
	return found
}

// serveStatement reports whether a statement itself calls what serves, on every
// way through it.
func (f *goFile) serveStatement(st ast.Stmt) bool {
	var list []ast.Expr
	switch st := st.(type) {
	case *ast.ExprStmt:
		list = []ast.Expr{st.X}
	case *ast.AssignStmt:
		list = st.Rhs
	case *ast.IfStmt:
		if st.Init != nil {
			return f.serveStatement(st.Init)
		}
		list = []ast.Expr{st.Cond}
	}
	found := false
	for _, e := range list {
		ast.Inspect(e, func(n ast.Node) bool {
			if _, elsewhere := n.(*ast.FuncLit); elsewhere || found {
				return false
			}
			if call, ok := n.(*ast.CallExpr); ok {
				found = f.blocks(f.resolve(call))
			}
			return !found
		})
	}
	return found
}

// blocks reports whether a call returns only when its server has ended.
func (f *goFile) blocks(c goCall) bool {
	if c.method && c.pkg == "" {
		for _, pkg := range goDistinct[c.name] {
			if f.imported[pkg] {
				c.pkg = pkg
			}
		}
	}
	switch {
	case c.method && (c.name == "Serve" || c.name == "ServeTLS"):
		return c.pkg == "google.golang.org/grpc" || c.pkg == "net/http" || c.pkg == "" && f.imported["google.golang.org/grpc"]
	case c.pkg == "net" || c.pkg == "crypto/tls":
		return false
	}
	return c.key() == "net/http.Serve" || goListenCalls[c.key()] != nil
}
