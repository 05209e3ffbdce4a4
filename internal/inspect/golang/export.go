package golang

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

// goExports is what a file tells others of the environment.
type goExports struct {
	f     *goFile
	told  map[string]bool
	worth map[string]bool       // types that have something of the environment
	given map[string]*goBinding // what the file gives fields: "Settings.Addr"
	at    map[string]ast.Node   // and where
	calls map[string][]ast.Expr // what it gives other functions: "path:Open(0)"
}

// exports states what the file tells others.
func (f *goFile) exports() {
	x := &goExports{f: f, told: map[string]bool{}, worth: map[string]bool{}, given: map[string]*goBinding{}, at: map[string]ast.Node{}, calls: map[string][]ast.Expr{}}
	x.collect()
	f.exportViper()
	x.keyed()
	for _, name := range slices.Sorted(maps.Keys(x.given)) {
		if v := f.foldBinding(x.given[name], 0); !x.say(x.at[name], name, v) && len(x.given[name].values) == 1 {
			x.alias(x.at[name], name, f.symbol(x.given[name].values[0]))
		}
	}
	for _, s := range f.structs {
		x.fields(s.name, s.StructType, 4)
	}
	for _, name := range slices.Sorted(maps.Keys(x.calls)) {
		if v, known := x.argument(x.calls[name]); known {
			x.say(x.at[name], name, goValue{v})
		} else if v.Source == inspect.Env || x.whole(v) {
			f.emit(x.at[name], inspect.EnvExport{Name: name, Value: inspect.Value{Source: inspect.Unknown}})
		}
	}
	for _, decl := range f.file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			x.function(decl)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if spec, ok := spec.(*ast.ValueSpec); ok && decl.Tok == token.VAR {
					x.variables(spec)
				}
			}
		}
	}
}

// say states a value that comes from the environment, or that other files may
// tell.
func (x *goExports) say(at ast.Node, name string, v goValue) bool {
	whole := v.whole()
	if whole.Source != inspect.Env && !x.whole(whole) || x.told[name] {
		return false
	}
	x.told[name] = true
	_, below, _ := strings.Cut(name, ":")
	root, _, _ := strings.Cut(below, ".")
	x.worth[root] = true
	root, _, _ = strings.Cut(name, ".")
	x.worth[root] = true
	x.f.emit(at, inspect.EnvExport{Name: name, Value: whole.Kept(inspect.IsSecretName(name[strings.LastIndexByte(name, '.')+1:]))})
	return true
}

// whole reports whether another file tells a value that is worth asking for.
func (x *goExports) whole(v fold.Value) bool {
	return len(v.Env) > 0 && (v.Source == inspect.Input || v.Source == inspect.Unknown) && !slices.ContainsFunc(v.Env, func(name string) bool {
		asked, export := inspect.Reference(name)
		return asked == "" && !x.asks(export)
	})
}

// asks reports whether a symbol may lead to the environment.
func (x *goExports) asks(symbol string) bool {
	if _, _, keyed := inspect.KeyOf(symbol); keyed {
		return true
	}
	if symbol == "" || knownSymbol(symbol) {
		return false
	}
	below, here := inspect.OwnSymbol(symbol)
	if !here {
		below = symbol[strings.LastIndexByte(symbol, '/')+1:]
	}
	root, _, _ := strings.Cut(below, ".")
	return here && x.worth[root] || settingsWord.MatchString(below)
}

// alias states that a name stands for what symbols name.
func (x *goExports) alias(at ast.Node, name string, symbols ...string) {
	v := fold.Value{Source: inspect.Input}
	for _, symbol := range symbols {
		if x.asks(symbol) && symbol != inspect.HereSymbol(name) {
			v.Env = append(v.Env, inspect.ExportOf(symbol))
		}
	}
	if len(v.Env) > 0 {
		x.say(at, name, goValue{v})
	}
}

// collect finds what the file gives the fields of types and other functions.
func (x *goExports) collect() {
	f := x.f
	give := func(at ast.Node, owner, field string, value ast.Expr) {
		if owner == "" || knownSymbol(owner) {
			return
		}
		name, _ := inspect.OwnSymbol(owner)
		if name == "" {
			name = owner
		}
		name += "." + field
		if x.given[name] == nil {
			x.given[name], x.at[name] = &goBinding{}, at
		}
		x.given[name].values = append(x.given[name].values, value)
	}
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		switch n := n.(type) {
		case *ast.CompositeLit:
			owner := f.typeSymbol(n.Type)
			for _, element := range n.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok && owner != "" {
					if key, ok := pair.Key.(*ast.Ident); ok {
						give(pair, owner, key.Name, pair.Value)
					}
				}
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if sel, ok := left.(*ast.SelectorExpr); ok && len(n.Lhs) == len(n.Rhs) && n.Tok == token.ASSIGN && f.packageOf(sel.X) == "" {
					give(n, f.symbol(sel.X), sel.Sel.Name, n.Rhs[i])
				}
			}
		case *ast.CallExpr:
			x.call(n, give)
		}
	})
}

// call notes what a call gives another function, or the field of which it is
// given the address: flag.StringVar(&cfg.Addr, "addr", os.Getenv("ADDR"), "").
func (x *goExports) call(call *ast.CallExpr, give func(at ast.Node, owner, field string, value ast.Expr)) {
	f := x.f
	c := f.resolve(call)
	if strings.Contains(c.name, "Var") && len(call.Args) >= 3 {
		if target, ok := call.Args[0].(*ast.UnaryExpr); ok {
			if sel, ok := target.X.(*ast.SelectorExpr); ok {
				give(call, f.symbol(sel.X), sel.Sel.Name, call)
			}
		}
	}
	if c.method || c.name == "" || c.pkg == "" && predeclared[c.name] {
		return
	}
	function := c.name
	if c.pkg != "" {
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return
		}
		if function = f.memberSymbol(sel, 0); function == "" || knownSymbol(function) {
			return
		}
	}
	for i, a := range call.Args {
		name := parameterName(function, i)
		x.calls[name], x.at[name] = append(x.calls[name], a), call
	}
}

// argument is what a function is given for one of its parameters. It is not known
// where the environment gives only some of it, or other files tell several.
func (x *goExports) argument(given []ast.Expr) (v fold.Value, known bool) {
	first := x.f.fold(given[0]).whole()
	v, same, env := first, true, first.Source == inspect.Env
	all := env
	for _, e := range given[1:] {
		next := x.f.fold(e).whole()
		same = same && next.Source == first.Source && slices.Equal(next.Env, first.Env)
		env, all = env || next.Source == inspect.Env, all && next.Source == inspect.Env
		v = fold.Either(v, next)
	}
	return v, same || all || !env && !v.Refers()
}

// knownSymbol reports whether a symbol is one of a library that the tables know.
func knownSymbol(symbol string) bool {
	path, _, imported := strings.Cut(symbol, ":")
	for p := goPath(path); imported && strings.Contains(p, "/"); p = p[:strings.LastIndexByte(p, '/')] {
		if imports()[p] != nil {
			return true
		}
	}
	return false
}

// fields states of a struct what a loader fills, and of which types the others
// are.
func (x *goExports) fields(name string, s *ast.StructType, depth int) {
	f := x.f
	var embedded []string
	for _, field := range s.Fields.List {
		if len(field.Names) == 0 {
			embedded = append(embedded, f.typeSymbol(field.Type))
		}
		for _, id := range field.Names {
			key := name + "." + id.Name
			if read, ok := f.tagged[field]; ok {
				x.say(field, key, readValue(read))
				continue
			}
			if inner, ok := field.Type.(*ast.StructType); ok && depth > 0 {
				x.fields(key, inner, depth-1)
			} else if symbol := f.typeSymbol(field.Type); symbol != "" {
				if settingsWord.MatchString(name) {
					x.worth[strings.TrimPrefix(symbol, "#")] = true
				}
				x.alias(field, key, symbol)
			}
		}
	}
	x.alias(s, name, embedded...)
}

// readValue is what a read of the environment gives.
func readValue(read inspect.EnvRead) goValue {
	fallback := fold.Value{}
	if read.Fallback.HasText && read.Fallback.Secret == nil {
		fallback = fold.Literal(read.Fallback.Text)
	}
	return goValue{fold.Read(read.Name, read.Secret, fallback)}
}

func (x *goExports) function(fn *ast.FuncDecl) {
	f, name := x.f, fn.Name.Name
	if fn.Recv != nil {
		if len(fn.Recv.List) != 1 {
			return
		}
		owner, _ := inspect.OwnSymbol(f.typeSymbol(fn.Recv.List[0].Type))
		if owner == "" {
			return
		}
		name = owner + "." + name
	}
	if w, ok := f.wrappers[name]; ok {
		if w.name == 0 {
			f.emit(fn.Name, inspect.EnvWrapper{Name: name, Required: w.required, Fallback: f.fold(w.fixed).value()})
		}
		return
	}
	result := resultType(fn)
	if result == nil || fn.Body == nil {
		return
	}
	if symbol := f.typeSymbol(result); symbol != "" {
		if !strings.HasSuffix(symbol, "Option") { // a function that sets a field, which nobody reads
			x.alias(fn.Name, name+"()", symbol)
		}
		return
	}
	if id, ok := result.(*ast.Ident); ok && predeclared[id.Name] && id.Name != "error" && id.Name != "bool" {
		x.say(fn.Name, name+"()", f.foldReturns(fn, 0))
	}
}

func (x *goExports) variables(spec *ast.ValueSpec) {
	f := x.f
	for i, id := range spec.Names {
		if id.Name == "_" {
			continue
		}
		if symbol := f.typeSymbol(spec.Type); symbol != "" {
			x.alias(spec, id.Name, symbol)
			continue
		}
		if x.say(spec, id.Name, f.foldIdent(id, 0)) || i >= len(spec.Values) {
			continue
		}
		x.alias(spec, id.Name, f.symbol(spec.Values[i]))
	}
}
