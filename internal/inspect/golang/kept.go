package golang

import (
	"go/ast"
	"go/token"
	"strings"
)

// added is what a change puts into a container: of list = append(list, v),
// map[k] = v and m.Store(k, v) the part with v; nothing for other changes.
func added(n ast.Node) (values []ast.Expr) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, right := range n.Rhs {
			if call, ok := right.(*ast.CallExpr); ok && isAppend(right) {
				values = append(values, call.Args[min(1, len(call.Args)):]...)
			} else if i < len(n.Lhs) && isElement(n.Lhs[i]) && n.Tok == token.ASSIGN {
				values = append(values, right)
			}
		}
	case *ast.CallExpr:
		if fun, ok := n.Fun.(*ast.SelectorExpr); ok && (fun.Sel.Name == "Store" || fun.Sel.Name == "LoadOrStore") && len(n.Args) == 2 {
			values = n.Args[1:]
		}
	}
	return values
}

func isElement(e ast.Expr) bool {
	_, ok := e.(*ast.IndexExpr)
	return ok
}

// functionAround is the function of a stack that has a type.
func functionAround(stack []ast.Node, t *ast.FuncType) ast.Node {
	for _, n := range stack {
		if funcType(n) == t {
			return n
		}
	}
	return nil
}

// brings reports whether a value holds what the client sent: a variable that is
// decoded from the request's body, or a field of its form. What a function works
// out of it, or fetches by it, is something else.
func (f *goFile) brings(value ast.Expr, handler ast.Node, depth int) (found bool) {
	if depth > 4 || handler == nil {
		return false
	}
	ast.Inspect(value, func(n ast.Node) bool {
		if found || !f.step() {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if fun, ok := n.Fun.(*ast.SelectorExpr); ok && (strings.HasSuffix(fun.Sel.Name, "FormValue") || fun.Sel.Name == "PostForm") {
				found = true
			}
			return found
		case *ast.Ident:
			b := f.bindings[n.Obj]
			if n.Obj == nil || b == nil {
				return true
			}
			found = f.isDecoded(n, handler)
			for _, v := range b.values {
				found = found || len(b.values) <= 3 && f.brings(v, handler, depth+1)
			}
		}
		return !found
	})
	return found
}

// isDecoded reports whether a handler has a variable filled in from its own
// parameters: json.NewDecoder(r.Body).Decode(&task), c.BindJSON(&task).
func (f *goFile) isDecoded(id *ast.Ident, handler ast.Node) (found bool) {
	t := funcType(handler)
	if t == nil || f.bindings[id.Obj] == nil || !f.bindings[id.Obj].taken {
		return false
	}
	ast.Inspect(handler, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || found {
			return !found
		}
		for _, arg := range call.Args {
			address, isAddress := arg.(*ast.UnaryExpr)
			if !isAddress || address.Op != token.AND {
				continue
			}
			if name, isName := address.X.(*ast.Ident); isName && name.Obj == id.Obj {
				found = f.namesParameter(call, t, 1)
			}
		}
		return !found
	})
	return found
}

// namesParameter reports whether a call names one of a function's parameters, or what
// was read from one.
func (f *goFile) namesParameter(call *ast.CallExpr, t *ast.FuncType, depth int) (found bool) {
	ast.Inspect(call, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || found || id.Obj == nil {
			return !found
		}
		if field, isParam := id.Obj.Decl.(*ast.Field); isParam {
			for _, p := range t.Params.List {
				found = found || p == field
			}
			return !found
		}
		if b := f.bindings[id.Obj]; b != nil && depth > 0 && len(b.values) == 1 {
			if read, isCall := b.values[0].(*ast.CallExpr); isCall && strings.Contains(calledName(read), "Read") || isCall && strings.Contains(calledName(read), "NewDecoder") {
				found = f.namesParameter(read, t, depth-1)
			}
		}
		return !found
	})
	return found
}

func calledName(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		return fun.Sel.Name
	case *ast.Ident:
		return fun.Name
	}
	return ""
}
