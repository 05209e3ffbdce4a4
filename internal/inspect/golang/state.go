package golang

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// goHandlerParams are the parameter types that make a function a request handler.
var goHandlerParams = map[string]string{
	"net/http.ResponseWriter":                "net/http",
	ginPath + ".Context":                     ginPath,
	echoPath + ".Context":                    echoPath,
	fiberPath + ".Ctx":                       fiberPath,
	"github.com/kataras/iris.Context":        "github.com/kataras/iris",
	"github.com/valyala/fasthttp.RequestCtx": "github.com/valyala/fasthttp",
}

// handlerVia tells which framework calls a function with these parameters;
// "" for an ordinary function.
func (f *goFile) handlerVia(t *ast.FuncType) string {
	if t.Params == nil {
		return ""
	}
	for _, field := range t.Params.List {
		pkg, name := f.typeOrigin(field.Type)
		if via := goHandlerParams[pkg+"."+name]; via != "" {
			return via
		}
	}
	return ""
}

// funcType is the type of a function declaration or literal.
func funcType(n ast.Node) *ast.FuncType {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return n.Type
	case *ast.FuncLit:
		return n.Type
	}
	return nil
}

// handlerAround is the type of the function around a node that runs while a
// request is served, or nil: a request handler, or a function that one calls.
func (f *goFile) handlerAround(stack []ast.Node) *ast.FuncType {
	if t := f.routeAround(stack); t != nil {
		return t
	}
	for _, n := range stack {
		if decl, ok := n.(*ast.FuncDecl); ok && f.serves()[decl] {
			return decl.Type
		}
	}
	return nil
}

// routeAround is the type of the innermost request handler that encloses a
// node, or nil.
func (f *goFile) routeAround(stack []ast.Node) *ast.FuncType {
	for i := len(stack) - 1; i >= 0; i-- {
		if t := funcType(stack[i]); t != nil && f.handlerVia(t) != "" {
			return t
		}
	}
	return nil
}

// handlers states the file's first request handler, and the package variables
// that handlers change.
func (f *goFile) handlers() {
	f.firstHandler()
	vars, order := f.packageVariables()
	fields := map[*ast.Field]*inspect.SharedState{}
	var owners []*ast.Field
	found := map[any]*inspect.SharedState{}
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		changes := mutations(n)
		if len(changes) == 0 {
			return
		}
		handler := f.handlerAround(stack)
		if handler == nil {
			return
		}
		kept := slices.ContainsFunc(added(n), func(v ast.Expr) bool { return f.brings(v, functionAround(stack, handler), 0) })
		for _, m := range changes {
			root := rootIdent(m.target)
			if root == nil || root.Obj == nil {
				continue
			}
			if vars[root.Obj] == nil {
				if field, state := f.ownState(m, root, stack, handler); field != nil {
					if fields[field] == nil {
						fields[field] = state
						owners = append(owners, field)
					}
					fields[field].Mutations = append(fields[field].Mutations, f.line(n.Pos()))
					fields[field].Kept = fields[field].Kept || kept
				}
				continue
			}
			v := vars[root.Obj]
			if m.kind != "" && v.kind != "" && !strings.Contains(m.kind, v.kind) {
				continue
			}
			if found[root.Obj] == nil {
				kind := v.kind
				if kind == "" {
					kind = strings.Fields(m.kind)[0]
				}
				found[root.Obj] = &inspect.SharedState{Name: root.Name, Type: kind}
			}
			s := found[root.Obj]
			if line := f.line(n.Pos()); !slices.Contains(s.Mutations, line) {
				s.Mutations = append(s.Mutations, line)
			}
			s.Kept = s.Kept || kept
			s.ByRequest = s.ByRequest || m.key != nil && f.fromRequest(m.key, handler, 0)
		}
	})
	for _, field := range owners {
		fields[field].Mutations = slices.Compact(fields[field].Mutations)
		f.emit(field, *fields[field])
		f.hold(field)
	}
	for _, name := range order {
		if state := found[name.Obj]; state != nil {
			slices.Sort(state.Mutations)
			f.emit(name, *state)
		}
	}
}

func (f *goFile) firstHandler() {
	done := false
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		if t := funcType(n); t != nil && !done {
			if via := f.handlerVia(t); via != "" {
				f.e.Emit(f.line(n.Pos()), f.line(t.End()), inspect.Handler{Via: via})
				done = true
			}
		}
	})
}

// goVariable is a package variable that could hold state.
type goVariable struct {
	kind string // "map", "list", "set", "counter"; "" when its type does not tell
}

// packageVariables are the variables that could hold state, and their names in
// source order.
func (f *goFile) packageVariables() (vars map[any]*goVariable, order []*ast.Ident) {
	vars = map[any]*goVariable{}
	for _, decl := range f.file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			spec, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for i, name := range spec.Names {
				var value ast.Expr
				if i < len(spec.Values) {
					value = spec.Values[i]
				}
				if kind, holds := f.stateKind(spec.Type, value); holds && name.Obj != nil {
					vars[name.Obj] = &goVariable{kind}
					order = append(order, name)
				}
			}
		}
	}
	return vars, order
}

// stateKind tells what a variable of this type and initial value could hold.
func (f *goFile) stateKind(t, value ast.Expr) (kind string, holds bool) {
	if t == nil {
		switch v := value.(type) {
		case *ast.CompositeLit:
			t = v.Type
		case *ast.UnaryExpr:
			if lit, ok := v.X.(*ast.CompositeLit); ok {
				t = lit.Type
			}
		case *ast.BasicLit:
			return "counter", v.Kind == token.INT
		case *ast.CallExpr:
			if fn, ok := v.Fun.(*ast.Ident); ok && (fn.Name == "make" || fn.Name == "new") && len(v.Args) > 0 {
				t = v.Args[0]
			} else if ok && goConversions[fn.Name] && fn.Name != "string" {
				return "counter", true
			}
		}
	}
	switch t := t.(type) {
	case *ast.MapType:
		if element, ok := t.Value.(*ast.Ident); ok && element.Name == "bool" {
			return "set", true
		}
		if element, ok := t.Value.(*ast.StructType); ok && len(element.Fields.List) == 0 {
			return "set", true
		}
		return "map", true
	case *ast.ArrayType:
		return "list", true
	case *ast.StarExpr:
		return f.stateKind(t.X, nil)
	case *ast.StructType:
		return "", true
	case *ast.Ident:
		if t.Obj != nil { // a type of this file
			if spec, ok := t.Obj.Decl.(*ast.TypeSpec); ok && spec.Type != t {
				return f.stateKind(spec.Type, nil)
			}
		}
		return "counter", goConversions[t.Name] && t.Name != "string"
	case *ast.SelectorExpr:
		pkg, name := f.typeOrigin(t)
		switch {
		case pkg == "sync" && name == "Map":
			return "map", true
		case pkg == "sync/atomic" && name != "Value" && name != "Bool":
			return "counter", true
		}
	}
	return "", false
}

// goMutation is a change of a variable.
type goMutation struct {
	target ast.Expr
	kind   string   // the kinds of variable that it changes, separated by spaces
	key    ast.Expr // of a map, or nil
}

// mutations are the changes that one node makes, not counting its children.
func mutations(n ast.Node) (list []goMutation) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok == token.DEFINE {
			return nil
		}
		for i, l := range n.Lhs {
			if index, ok := l.(*ast.IndexExpr); ok {
				list = append(list, goMutation{index.X, "map set list", index.Index})
				continue
			}
			if n.Tok == token.ADD_ASSIGN || n.Tok == token.SUB_ASSIGN {
				list = append(list, goMutation{l, "counter", nil})
				continue
			}
			if i < len(n.Rhs) && addsToItself(l, n.Rhs[i]) {
				list = append(list, goMutation{l, "counter", nil})
				continue
			}
			if i < len(n.Rhs) && isAppend(n.Rhs[i]) {
				list = append(list, goMutation{l, "list", nil})
			}
		}
	case *ast.IncDecStmt:
		if index, ok := n.X.(*ast.IndexExpr); ok {
			return []goMutation{{index.X, "map list", index.Index}}
		}
		return []goMutation{{n.X, "counter", nil}}
	case *ast.CallExpr:
		return callMutations(n)
	}
	return list
}

func callMutations(call *ast.CallExpr) []goMutation {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		if fun.Name == "delete" && len(call.Args) == 2 {
			return []goMutation{{call.Args[0], "map set", call.Args[1]}}
		}
	case *ast.SelectorExpr:
		switch fun.Sel.Name {
		case "Store", "LoadOrStore", "Delete", "LoadAndDelete", "Swap":
			if len(call.Args) > 0 && len(call.Args) <= 2 {
				return []goMutation{{fun.X, "map", call.Args[0]}}
			}
		case "Add", "AddInt64", "AddInt32", "AddUint64", "AddUint32":
			if len(call.Args) == 2 { // atomic.AddInt64(&counter, 1)
				if address, ok := call.Args[0].(*ast.UnaryExpr); ok && address.Op == token.AND {
					return []goMutation{{address.X, "counter", nil}}
				}
			}
			if fun.Sel.Name == "Add" && len(call.Args) == 1 {
				return []goMutation{{fun.X, "counter", nil}}
			}
		}
	}
	return nil
}

// addsToItself recognises n = n + 1.
func addsToItself(target, value ast.Expr) bool {
	sum, ok := value.(*ast.BinaryExpr)
	if !ok || sum.Op != token.ADD && sum.Op != token.SUB {
		return false
	}
	name, isName := target.(*ast.Ident)
	first, alsoName := sum.X.(*ast.Ident)
	return isName && alsoName && name.Obj != nil && name.Obj == first.Obj
}

func isAppend(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	fn, ok := call.Fun.(*ast.Ident)
	return ok && fn.Name == "append"
}

// rootIdent is x of x, x.f, x[i], *x.
func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch inner := e.(type) {
		case *ast.Ident:
			return inner
		case *ast.SelectorExpr:
			e = inner.X
		case *ast.IndexExpr:
			e = inner.X
		case *ast.StarExpr:
			e = inner.X
		case *ast.ParenExpr:
			e = inner.X
		default:
			return nil
		}
	}
}

// fromRequest reports whether an expression is made from the handler's
// parameters: directly, through a local name, or filled in from them.
func (f *goFile) fromRequest(e ast.Expr, handler *ast.FuncType, depth int) bool {
	if depth > 3 || !f.step() {
		return false
	}
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || found || id.Obj == nil {
			return !found
		}
		if field, isParam := id.Obj.Decl.(*ast.Field); isParam {
			for _, p := range handler.Params.List {
				found = found || p == field
			}
			return !found
		}
		b := f.bindings[id.Obj]
		if b == nil {
			return true
		}
		found = b.taken && len(b.values) <= 1 // json.NewDecoder(r.Body).Decode(&user)
		for _, v := range b.values {
			found = found || f.fromRequest(v, handler, depth+1)
		}
		return !found
	})
	return found
}
