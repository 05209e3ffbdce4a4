package golang

import (
	"go/ast"
	"regexp"

	"twelvefold/internal/inspect"
)

var givesDefault = regexp.MustCompile(`(?i)default`)

// originCall states the pages that may call where a call says so:
// w.Header().Set("Access-Control-Allow-Origin", "…"), handlers.AllowedOrigins([]string{…}).
func (f *goFile) originCall(call *ast.CallExpr) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	switch {
	case len(call.Args) == 2 && (sel.Sel.Name == "Set" || sel.Sel.Name == "Add" || sel.Sel.Name == "Header" || sel.Sel.Name == "SetHeader"):
		if v := f.fold(call.Args[0]).value(); v.IsLiteral() && inspect.IsOriginHeader(v.Text) {
			f.sayOrigins(call.Args[1])
		}
	case len(call.Args) == 1 && inspect.IsOriginName(sel.Sel.Name):
		f.sayOrigins(call.Args[0])
	}
}

// originName states the pages that may call where a name says so.
func (f *goFile) originName(name string, value ast.Expr, stack []ast.Node) {
	if !inspect.IsOriginName(name) {
		return
	}
	for _, n := range stack {
		if fn, ok := n.(*ast.FuncDecl); ok && givesDefault.MatchString(fn.Name.Name) {
			return
		}
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) > 0 && givesDefault.MatchString(spec.Names[0].Name) {
			return
		}
	}
	f.sayOrigins(value)
}

// sayOrigins states a list of pages that is written down as a whole.
func (f *goFile) sayOrigins(value ast.Expr) {
	list := ast.Unparen(value)
	if id, ok := list.(*ast.Ident); ok {
		b := f.bindings[objectOf(id)]
		if b == nil || len(b.values) != 1 || b.changed {
			return
		}
		list = ast.Unparen(b.values[0])
	}
	entries := []ast.Expr{list}
	if lit, ok := list.(*ast.CompositeLit); ok {
		if _, ok := lit.Type.(*ast.ArrayType); !ok {
			return
		}
		entries = lit.Elts
	}
	var texts []string
	for _, e := range entries {
		v := f.fold(e).value()
		if !v.IsLiteral() || f.defaults[e] {
			return
		}
		texts = append(texts, v.Text)
	}
	if f.debugOnly(value) || f.holds["origins "+f.position(list)] {
		return
	}
	if fact, ok := inspect.OriginsOf(texts); ok {
		f.holds["origins "+f.position(list)] = true
		f.emit(list, fact)
	}
}

// position tells a node from all others of the file.
func (f *goFile) position(n ast.Node) string { return f.set.Position(n.Pos()).String() }
