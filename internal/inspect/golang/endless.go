package golang

import (
	"go/ast"

	"twelvefold/internal/inspect"
)

// endless states the loops of the file that only the end of the process ends, and
// that wait or take work at each round.
func (f *goFile) endless() {
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		loop, ok := n.(*ast.ForStmt)
		if !ok || loop.Cond != nil || loop.Init != nil || loop.Post != nil {
			return
		}
		in := ""
		for _, around := range stack {
			if fn, ok := around.(*ast.FuncDecl); ok {
				in = fn.Name.Name
			}
		}
		if does := f.round(loop.Body); does != "" && !f.leavesWork(loop.Body) {
			f.emit(loop, inspect.EndlessLoop{Via: "for", Does: does, In: in})
		}
	})
}

// round is the call of a loop's round that waits or takes work; "" where there
// is none, or where somebody is asked.
func (f *goFile) round(body *ast.BlockStmt) (does string) {
	asks := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.UnaryExpr:
			if n.Op.String() == "<-" && isTick(n.X) && does == "" {
				does = "<-" + goText(n.X)
			}
		case *ast.CallExpr:
			callee := goText(n.Fun)
			asks = asks || inspect.AsksSomebody(callee)
			if does == "" && inspect.Waits(callee) {
				does = callee
			}
		case *ast.SelectorExpr:
			asks = asks || goText(n) == "os.Stdin"
		}
		return !asks
	})
	if asks {
		return ""
	}
	return does
}

// goText is a name with what it is selected from: "time.Sleep", "c.queue.Pop".
func goText(n ast.Expr) string {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name
	case *ast.SelectorExpr:
		return goText(n.X) + "." + n.Sel.Name
	case *ast.CallExpr:
		return goText(n.Fun) + "()"
	}
	return ""
}

// leavesWork reports whether a loop is left for another reason than that the
// process is to stop: a break or return under no condition that says so.
func (f *goFile) leavesWork(body *ast.BlockStmt) (found bool) {
	var look func(n ast.Node, stops, inner bool)
	look = func(n ast.Node, stops, inner bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			if m == n || found {
				return !found
			}
			switch m := m.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				look(m, stops, true)
				return false
			case *ast.CommClause:
				look(m, stops || m.Comm != nil && f.stopsBy(m.Comm), inner)
				return false
			case *ast.IfStmt:
				look(m, stops || f.stopsBy(m.Cond), inner)
				return false
			case *ast.ReturnStmt:
				found = !stops
			case *ast.BranchStmt:
				found = m.Tok.String() == "break" && !stops && (!inner || m.Label != nil)
			}
			return !found
		})
	}
	look(body, false, false)
	return found
}

// stopsBy reports whether a condition or a received channel is about the end of
// the process.
func (f *goFile) stopsBy(n ast.Node) (found bool) {
	ast.Inspect(n, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok && inspect.StopWord(id.Name) {
			found = true
		}
		if s, ok := m.(*ast.SelectorExpr); ok && (s.Sel.Name == "Done" || s.Sel.Name == "Err") {
			found = true
		}
		return !found
	})
	return found
}
