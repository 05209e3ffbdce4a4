package golang

import (
	"go/ast"
	"slices"
	"strings"
)

// ledBy are the functions through which a call is reached from other files: of
// its own and of those that call it in this file, the ones that nothing here
// calls. Nil where the file's main or init is among them.
func (f *goFile) ledBy(c goCall) []string {
	fn := c.enclosing()
	if fn == nil {
		return nil
	}
	var names []string
	seen := map[*ast.FuncDecl]bool{}
	var follow func(fn *ast.FuncDecl) bool
	follow = func(fn *ast.FuncDecl) bool {
		if fn == nil || f.boot[fn] || fn.Name.Name == "main" || fn.Name.Name == "init" {
			return false
		}
		if seen[fn] {
			return true
		}
		seen[fn] = true
		called := false
		for _, by := range f.callsOf(fn.Name.Name) {
			if by.fn == fn || f.debugOnly(by.call) {
				continue
			}
			called = true
			if !follow(by.fn) {
				return false
			}
		}
		if !called {
			names = append(names, fn.Name.Name)
		}
		return true
	}
	if !follow(fn) {
		return nil
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ownCall is a call with the function that makes it, nil for a variable's value.
type ownCall struct {
	call *ast.CallExpr
	fn   *ast.FuncDecl
}

// callsOf are the file's calls of what has this name.
func (f *goFile) callsOf(name string) []ownCall {
	if f.named == nil {
		f.named = map[string][]ownCall{}
		f.walk(f.file, func(n ast.Node, stack []ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			found := ownCall{call: call}
			for _, s := range stack {
				if fn, ok := s.(*ast.FuncDecl); ok {
					found.fn = fn
				}
			}
			f.named[calledName(call)] = append(f.named[calledName(call)], found)
		})
	}
	return f.named[name]
}

// developersCalls are the functions that branches call in development or tests,
// and that the file calls nowhere else. Those of the standard library start nothing.
func (f *goFile) developersCalls(branches []ast.Node) []string {
	var names []string
	for _, branch := range branches {
		ast.Inspect(branch, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !f.debugOnly(call) || f.standard(call) {
				return true
			}
			name := calledName(call)
			if name != "" && !slices.ContainsFunc(f.callsOf(name), func(other ownCall) bool { return !f.debugOnly(other.call) }) {
				names = append(names, name)
			}
			return true
		})
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// standard reports whether a call is one of the language's or of a package whose
// path has a single name: fmt.Println.
func (f *goFile) standard(call *ast.CallExpr) bool {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return builtins[fun.Name]
	case *ast.SelectorExpr:
		from := f.packageOf(fun.X)
		return from != "" && !strings.Contains(from, "/")
	}
	return false
}

var builtins = map[string]bool{"append": true, "cap": true, "close": true, "copy": true, "delete": true, "len": true, "make": true, "new": true, "panic": true, "print": true, "println": true, "recover": true, "string": true}
