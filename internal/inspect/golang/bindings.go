package golang

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// goBinding is what one name is given in this file.
type goBinding struct {
	values   []ast.Expr // initial and assigned values; of a multi-value call, the call
	fallback ast.Expr   // what replaces an empty value: if x == "" { x = "dev" }
	required bool       // an empty value ends the program: if x == "" { log.Fatal(…) }
	rejects  []ast.Expr // values that end the program
	debug    bool       // the fallback is taken in a debug branch only
	changed  bool       // ++, +=, a loop
	taken    bool       // its address is taken: someone else fills it in
	okOf     *goBinding // this is the ok of x, ok := os.LookupEnv(…)
}

// bind records what every name and field of the file is given, then which
// checks stand on them.
func (f *goFile) bind() {
	for _, decl := range f.file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			if fn.Recv == nil {
				f.funcs[fn.Name.Name] = fn
			} else {
				f.methods[fn.Name.Name] = append(f.methods[fn.Name.Name], fn)
			}
		}
	}
	var checks []*ast.IfStmt
	var options []*ast.CallExpr
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		switch n := n.(type) {
		case *ast.TypeSpec:
			if s, ok := n.Type.(*ast.StructType); ok {
				f.structs = append(f.structs, goStruct{n.Name.Name, s})
			}
		case *ast.ValueSpec:
			f.bindAll(identExprs(n.Names), n.Values, token.DEFINE)
		case *ast.AssignStmt:
			f.bindAll(n.Lhs, n.Rhs, n.Tok)
		case *ast.IncDecStmt:
			f.change(n.X)
		case *ast.RangeStmt:
			f.change(n.Key)
			f.change(n.Value)
		case *ast.UnaryExpr:
			if b := f.binding(n.X); b != nil && n.Op == token.AND {
				b.taken = true
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok {
				f.field(key.Name).values = append(f.field(key.Name).values, n.Value)
			}
		case *ast.CallExpr:
			f.bindFlag(n)
			if appliesOption(n) {
				options = append(options, n)
			}
		case *ast.IfStmt:
			checks = append(checks, n)
		}
	})
	for _, call := range options {
		f.applied(call)
	}
	for _, check := range checks {
		f.check(check)
	}
}

// appliesOption reports whether a call hands something to a function that the
// program was given, as the constructors do that take options: for _, o := range
// options { o(server) }.
func appliesOption(call *ast.CallExpr) bool {
	fun := ast.Unparen(call.Fun)
	if sel, ok := fun.(*ast.SelectorExpr); ok && strings.EqualFold(sel.Sel.Name, "apply") {
		fun = sel.X
	}
	id, ok := fun.(*ast.Ident)
	return ok && id.Obj != nil && id.Obj.Kind == ast.Var && len(call.Args) == 1
}

// applied marks the fields that a literal sets, and an option may set anew.
func (f *goFile) applied(call *ast.CallExpr) {
	arg := call.Args[0]
	if address, ok := arg.(*ast.UnaryExpr); ok && address.Op == token.AND {
		arg = address.X
	}
	id, ok := arg.(*ast.Ident)
	if !ok {
		return
	}
	b := f.binding(id)
	if b == nil {
		return
	}
	for _, value := range b.values {
		if address, ok := value.(*ast.UnaryExpr); ok && address.Op == token.AND {
			value = address.X
		}
		lit, ok := value.(*ast.CompositeLit)
		if !ok {
			continue
		}
		for _, element := range lit.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				if key, ok := pair.Key.(*ast.Ident); ok {
					f.field(key.Name).taken = true
				}
			}
		}
	}
}

func identExprs(names []*ast.Ident) []ast.Expr {
	exprs := make([]ast.Expr, len(names))
	for i, name := range names {
		exprs[i] = name
	}
	return exprs
}

func (f *goFile) field(name string) *goBinding {
	if f.fields[name] == nil {
		f.fields[name] = &goBinding{}
	}
	return f.fields[name]
}

// binding is the binding of a name of this file or of a field; nil for any
// other expression.
func (f *goFile) binding(e ast.Expr) *goBinding {
	switch e := e.(type) {
	case *ast.Ident:
		if e.Obj == nil || e.Name == "_" {
			return nil
		}
		if f.bindings[e.Obj] == nil {
			f.bindings[e.Obj] = &goBinding{}
		}
		return f.bindings[e.Obj]
	case *ast.SelectorExpr:
		if f.packageOf(e.X) == "" {
			return f.field(e.Sel.Name)
		}
	}
	return nil
}

func (f *goFile) change(e ast.Expr) {
	if b := f.binding(e); b != nil {
		b.changed = true
	}
}

func (f *goFile) bindAll(left, right []ast.Expr, tok token.Token) {
	for i, l := range left {
		b := f.binding(l)
		switch {
		case b == nil:
		case tok != token.DEFINE && tok != token.ASSIGN:
			b.changed = true
		case len(left) == len(right):
			b.values = append(b.values, right[i])
		case len(right) == 1 && i == 0:
			b.values = append(b.values, right[0])
		case len(right) == 1:
			b.changed = true
			if first := f.binding(left[0]); first != nil && i == 1 {
				b.okOf = first
			}
		}
	}
}

// bindFlag gives the variable behind flag.StringVar(&x, …) that call as value.
func (f *goFile) bindFlag(call *ast.CallExpr) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !strings.Contains(sel.Sel.Name, "Var") || len(call.Args) < 3 {
		return
	}
	if target, ok := call.Args[0].(*ast.UnaryExpr); ok && target.Op == token.AND {
		if b := f.binding(target.X); b != nil {
			b.values = append(b.values, call)
		}
	}
}

var debugName = regexp.MustCompile(`(?i)debug|^is_?(dev|local|test)|development|testing`)

// check records what an if statement says of a name: that it stands in for an
// empty value, or that the program ends.
func (f *goFile) check(stmt *ast.IfStmt) {
	for _, c := range f.conditions(stmt.Cond) {
		b := c.binding
		switch {
		case c.present: // if v := os.Getenv("X"); v != "" { y = v }
			f.override(stmt, b)
		case c.equals != nil:
			if f.exits(stmt.Body) {
				b.rejects = append(b.rejects, c.equals)
			}
		default:
			if value := f.assignedIn(stmt.Body, b); value != nil { // another source
				b.fallback = value
				b.debug = c.debug
			} else if !c.either && f.exitsItself(stmt.Body) {
				b.required = true
			}
		}
	}
}

// goCondition is one comparison of a condition.
type goCondition struct {
	binding *goBinding
	present bool     // it is set: x != "", ok
	equals  ast.Expr // compared with this value; nil for the empty one
	debug   bool     // joined with a check for a debug mode
	either  bool     // joined with the same of another name: x == "" && y == ""
}

func (f *goFile) conditions(cond ast.Expr) []goCondition {
	switch cond := ast.Unparen(cond).(type) {
	case *ast.Ident:
		if b := f.binding(cond); b != nil && b.okOf != nil {
			return []goCondition{{binding: b.okOf, present: true}}
		}
	case *ast.UnaryExpr:
		if b := f.binding(cond.X); cond.Op == token.NOT && b != nil && b.okOf != nil {
			return []goCondition{{binding: b.okOf}}
		}
	case *ast.BinaryExpr:
		switch cond.Op {
		case token.LOR, token.LAND:
			all := append(f.conditions(cond.X), f.conditions(cond.Y)...)
			for i := range all {
				all[i].either = all[i].either || cond.Op == token.LAND && asksEmpty(cond.X) && asksEmpty(cond.Y)
				all[i].debug = all[i].debug || cond.Op == token.LAND && (mentionsName(cond.X, debugName) || mentionsName(cond.Y, debugName))
			}
			return all
		case token.EQL, token.NEQ:
			return f.comparison(cond)
		}
	}
	return nil
}

func (f *goFile) comparison(cond *ast.BinaryExpr) []goCondition {
	x, text, ok := cond.X, "", false
	if call, isCall := x.(*ast.CallExpr); isCall && len(call.Args) == 1 {
		if fn, isName := call.Fun.(*ast.Ident); isName && fn.Name == "len" {
			x = call.Args[0]
			if zero, isLit := cond.Y.(*ast.BasicLit); !isLit || zero.Value != "0" {
				return nil
			}
			ok = true
		}
	}
	if !ok {
		if text, ok = stringLit(cond.Y); !ok {
			return nil
		}
	}
	b := f.binding(x)
	if b == nil || text != "" && cond.Op == token.NEQ {
		return nil
	}
	c := goCondition{binding: b, present: cond.Op == token.NEQ}
	if text != "" {
		c.equals = cond.Y
	}
	return []goCondition{c}
}

// override handles y := "8080"; if v := os.Getenv("PORT"); v != "" { y = v }.
func (f *goFile) override(stmt *ast.IfStmt, b *goBinding) {
	ast.Inspect(stmt.Body, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || assign.Tok != token.ASSIGN || len(assign.Lhs) != len(assign.Rhs) {
			return true
		}
		for i, l := range assign.Lhs {
			target := f.binding(l)
			if target == nil || target == b || !f.mentions(assign.Rhs[i], b) {
				continue
			}
			for _, v := range target.values {
				if v != assign.Rhs[i] && b.fallback == nil {
					b.fallback = v
				}
			}
		}
		return true
	})
	if stmt.Else != nil && f.exits(stmt.Else) {
		b.required = true
	}
}

func (f *goFile) mentions(e ast.Node, b *goBinding) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Obj != nil && f.step() && f.bindings[id.Obj] == b {
			found = true
		}
		return !found
	})
	return found
}

// assignedIn is the last value that a block gives the name, or nil.
func (f *goFile) assignedIn(block *ast.BlockStmt, b *goBinding) (value ast.Expr) {
	for _, stmt := range block.List {
		if check, ok := stmt.(*ast.IfStmt); ok && check.Init != nil {
			stmt = check.Init // if x, err = read(); err != nil
		}
		assign, ok := stmt.(*ast.AssignStmt)
		if !ok || assign.Tok != token.ASSIGN {
			continue
		}
		for i, l := range assign.Lhs {
			if f.binding(l) == b && (i == 0 || len(assign.Lhs) == len(assign.Rhs)) {
				value = assign.Rhs[i]
			}
		}
	}
	return value
}

var (
	exitName    = regexp.MustCompile(`^(Fatal|Panic|Exit)`)
	problemName = regexp.MustCompile(`(?i)missing|errs?$|errors$|problems|invalid`)
)

func (f *goFile) isError(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return strings.HasPrefix(strings.ToLower(e.Name), "err")
	case *ast.SelectorExpr:
		return strings.HasPrefix(e.Sel.Name, "Err")
	case *ast.UnaryExpr:
		return f.isError(e.X)
	case *ast.CompositeLit:
		_, name := f.typeOrigin(e.Type)
		if id, ok := e.Type.(*ast.Ident); ok {
			name = id.Name
		}
		return strings.HasSuffix(name, "Error") || strings.HasPrefix(name, "Err")
	case *ast.CallExpr:
		c := f.resolve(e)
		return c.key() == "errors.New" || strings.HasPrefix(c.name, "Err") || strings.HasPrefix(c.name, "Wrap")
	}
	return false
}

func mentionsName(e ast.Node, name *regexp.Regexp) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name.MatchString(id.Name) {
			found = true
		}
		return !found
	})
	return found
}
