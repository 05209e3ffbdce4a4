package golang

import (
	"go/ast"
	"regexp"
)

// runsRouter are methods by which routers of frameworks start to serve.
var runsRouter = map[string]bool{"Run": true, "RunTLS": true, "Start": true, "StartTLS": true, "Listen": true, "ListenTLS": true}

// routerMaker is the name of a function of the program that makes its router. One
// that makes a server may make anything, with a stop of its own.
var routerMaker = regexp.MustCompile(`(?i)router|routes|routing|engine|gin|echo|fiber`)

// ownRouter notes the listen call of a program whose main takes its router from
// another file: router := routes.NewRouter(); router.Run(address).
func (f *goFile) ownRouter(c goCall) {
	if !c.method || !runsRouter[c.name] || f.file.Name.Name != "main" || len(c.Args) == 0 {
		return
	}
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	made, ok := ast.Unparen(sel.X).(*ast.CallExpr)
	if id, isName := ast.Unparen(sel.X).(*ast.Ident); isName {
		made, ok = declaredBy(id)
	}
	if !ok {
		return
	}
	maker, name := "", ""
	switch fun := made.Fun.(type) {
	case *ast.Ident:
		maker, name = fun.Name, fun.Name
	case *ast.SelectorExpr:
		if pkg, isName := fun.X.(*ast.Ident); isName {
			maker, name = fun.Sel.Name, pkg.Name+"."+fun.Sel.Name
		}
	}
	if !routerMaker.MatchString(maker) {
		return
	}
	f.listen(c, f.fold(c.arg(0)), "80")
	f.listens[len(f.listens)-1].fact.Via = name + "()." + c.name
}

// declaredBy is the call that a name is given the result of where it is declared.
func declaredBy(id *ast.Ident) (*ast.CallExpr, bool) {
	if id.Obj == nil {
		return nil, false
	}
	var values []ast.Expr
	switch declared := id.Obj.Decl.(type) {
	case *ast.AssignStmt:
		values = declared.Rhs
	case *ast.ValueSpec:
		values = declared.Values
	}
	if len(values) != 1 {
		return nil, false
	}
	call, ok := ast.Unparen(values[0]).(*ast.CallExpr)
	return call, ok
}
