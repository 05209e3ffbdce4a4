package golang

import (
	"go/ast"
	"strings"

	"twelvefold/internal/inspect"
)

// serves are the functions of this file that request handlers call, and what
// those call in turn.
func (f *goFile) serves() map[*ast.FuncDecl]bool {
	if f.serving != nil {
		return f.serving
	}
	f.serving = map[*ast.FuncDecl]bool{}
	var mark func(body ast.Node, receiver string)
	mark = func(body ast.Node, receiver string) {
		ast.Inspect(body, func(n ast.Node) bool {
			if _, beside := n.(*ast.GoStmt); beside {
				return false
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			var decl *ast.FuncDecl
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				decl = f.funcs[fun.Name]
			case *ast.SelectorExpr:
				if of, isName := fun.X.(*ast.Ident); isName && receiver != "" && of.Name == receiver && len(f.methods[fun.Sel.Name]) == 1 {
					decl = f.methods[fun.Sel.Name][0]
				}
			}
			if decl != nil && decl.Body != nil && !f.serving[decl] {
				f.serving[decl] = true
				mark(decl.Body, receiverName(decl))
			}
			return true
		})
	}
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		if t := funcType(n); t == nil || f.handlerVia(t) == "" {
			return
		}
		receiver := ""
		for _, above := range append(stack[:len(stack):len(stack)], n) {
			if decl, ok := above.(*ast.FuncDecl); ok {
				receiver = receiverName(decl)
			}
		}
		mark(n, receiver)
	})
	return f.serving
}

// receiverName is what a method calls the value that it is called on.
func receiverName(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) != 1 || len(decl.Recv.List[0].Names) != 1 {
		return ""
	}
	return decl.Recv.List[0].Names[0].Name
}

// ownState is the map that handlers, methods of one server, keep in a field of
// it under keys of requests: server.sessions[id] = ….
func (f *goFile) ownState(m goMutation, root *ast.Ident, stack []ast.Node, handler *ast.FuncType) (*ast.Field, *inspect.SharedState) {
	target, ok := m.target.(*ast.SelectorExpr)
	if !ok || target.X != root || m.key == nil || !strings.Contains(m.kind, "map") || !f.fromRequest(m.key, handler, 0) {
		return nil, nil
	}
	for _, above := range stack {
		decl, isDecl := above.(*ast.FuncDecl)
		if !isDecl || receiverName(decl) != root.Name {
			continue
		}
		owner := decl.Recv.List[0].Type
		s := f.structType(owner)
		if s == nil {
			return nil, nil
		}
		for _, field := range s.Fields.List {
			kind, holds := f.stateKind(field.Type, nil)
			for _, name := range field.Names {
				if name.Name == target.Sel.Name && holds && (kind == "map" || kind == "set") {
					return field, &inspect.SharedState{Name: typeName(owner) + "." + name.Name, Type: kind, ByRequest: true}
				}
			}
		}
	}
	return nil, nil
}

func typeName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return typeName(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}
