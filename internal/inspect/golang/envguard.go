package golang

import (
	"twelvefold/internal/inspect"

	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// What a test says of a variable: that it alone must be there, or one of two.

// asksEmpty reports whether a condition holds where something is empty.
func asksEmpty(cond ast.Expr) bool {
	switch cond := ast.Unparen(cond).(type) {
	case *ast.UnaryExpr:
		return cond.Op == token.NOT
	case *ast.BinaryExpr:
		if cond.Op == token.LAND || cond.Op == token.LOR {
			return asksEmpty(cond.X) && asksEmpty(cond.Y)
		}
		if cond.Op != token.EQL {
			return false
		}
		text, isText := stringLit(cond.Y)
		lit, isLit := cond.Y.(*ast.BasicLit)
		id, isName := cond.Y.(*ast.Ident)
		return isText && text == "" || isLit && lit.Value == "0" || isName && id.Name == "nil"
	}
	return false
}

// asksError reports whether a condition is err != nil.
func asksError(cond ast.Expr) bool {
	asked, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok || asked.Op != token.NEQ {
		return false
	}
	x, ok := asked.X.(*ast.Ident)
	return ok && strings.HasPrefix(strings.ToLower(x.Name), "err")
}

// eitherOf reports whether one of these joins two tests for emptiness, so that
// one of the two variables suffices.
func eitherOf(around []ast.Node) bool {
	return slices.ContainsFunc(around, func(n ast.Node) bool {
		joined, ok := n.(*ast.BinaryExpr)
		return ok && joined.Op == token.LAND && asksEmpty(joined.X) && asksEmpty(joined.Y)
	})
}

// testedFor reports whether a call stands in the branch of a test that reads
// the same variable: if os.Getenv("X") != "" { must("X") }. Where it reads another
// one, the variable is needed only then.
func (f *goFile) testedFor(name string, stack []ast.Node) bool {
	for i, n := range stack {
		if _, ok := n.(*ast.FuncDecl); !ok && i+1 < len(stack) && f.chosenByVariable(n, stack[i+1]) {
			return true
		}
		check, ok := n.(*ast.IfStmt)
		if !ok || i+1 == len(stack) || stack[i+1] != ast.Node(check.Body) {
			continue
		}
		found := false
		for _, part := range []ast.Node{check.Init, check.Cond} {
			if part == nil || part == ast.Stmt(nil) {
				continue
			}
			ast.Inspect(part, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				found = found || ok && strings.Trim(lit.Value, "`\"") == name
				return !found
			})
		}
		if found {
			return true
		}
	}
	return false
}

// chosenByVariable reports whether a branch is taken for what a variable says that
// does not name the environment: case "mariadb" of switch os.Getenv("DB_KIND").
func (f *goFile) chosenByVariable(n, branch ast.Node) bool {
	var condition ast.Expr
	switch n := n.(type) {
	case *ast.IfStmt:
		if condition = n.Cond; branch != ast.Node(n.Body) && (n.Else == nil || branch != ast.Node(n.Else) || f.exitsItself(n.Body)) {
			return false
		}
	case *ast.SwitchStmt:
		if condition = n.Tag; condition == nil || branch != ast.Node(n.Body) {
			return false
		}
	default:
		return false
	}
	found, stage := false, false
	ast.Inspect(condition, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			if v := f.fold(e).value(); v.Source == inspect.Env && len(v.Env) == 1 {
				found, stage = true, stage || inspect.IsStageVariable(v.Env[0])
			}
		}
		return true
	})
	return found && !stage
}

// exits reports whether a block ends the program or says that it can't go on.
func (f *goFile) exits(block ast.Node) bool { return f.exitsBut(block, false) }

// exitsItself is exits, but for what a call within the block fails with:
// if err := build(); err != nil { return err }.
func (f *goFile) exitsItself(block ast.Node) bool { return f.exitsBut(block, true) }

func (f *goFile) exitsBut(block ast.Node, ofCalls bool) bool {
	found := false
	ast.Inspect(block, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.IfStmt:
			if ofCalls && n != block && asksError(n.Cond) {
				return false
			}
		case *ast.CallExpr:
			switch fun := n.Fun.(type) {
			case *ast.Ident:
				found = found || fun.Name == "panic"
			case *ast.SelectorExpr:
				found = found || exitName.MatchString(fun.Sel.Name)
			}
		case *ast.ReturnStmt:
			if len(n.Results) > 0 {
				last := n.Results[len(n.Results)-1]
				found = found || f.isError(last) && !(ofCalls && asksOn(last))
			}
		case *ast.AssignStmt: // missing = append(missing, "X")
			if name, ok := n.Lhs[0].(*ast.Ident); ok && problemName.MatchString(name.Name) {
				if call, ok := n.Rhs[0].(*ast.CallExpr); ok {
					fn, isName := call.Fun.(*ast.Ident)
					found = found || isName && fn.Name == "append"
				}
			}
		}
		return !found
	})
	return found
}

// asksOn reports whether an error says that there is nothing here, so that the
// caller asks the next source: ErrNotFound.
func asksOn(err ast.Expr) bool {
	switch e := err.(type) {
	case *ast.Ident:
		return nothingHere.MatchString(e.Name)
	case *ast.SelectorExpr:
		return nothingHere.MatchString(e.Sel.Name)
	}
	return false
}

var nothingHere = regexp.MustCompile(`(?i)^err_?(\w*not_?found|no_?(entry|rows|value|credentials?)|not_?exist|skip\w*)$`)
