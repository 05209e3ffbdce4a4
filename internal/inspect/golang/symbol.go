package golang

import (
	"go/ast"
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

// What a file asks other files for: names of its own package and of packages
// that it imports.

// symbol is what an expression names in another file, or in this one as others
// see it: "example.com/shop/config:Config.Port", "#Settings.Addr". "" for
// anything else.
func (f *goFile) symbol(e ast.Expr) string { return fold.Short(f.symbolAt(e, 0)) }

func (f *goFile) symbolAt(e ast.Expr, depth int) string {
	if e == nil || depth > maxDepth || !f.step() {
		return ""
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return f.symbolOfName(e, depth)
	case *ast.StarExpr:
		return f.symbolAt(e.X, depth+1)
	case *ast.UnaryExpr:
		return f.symbolAt(e.X, depth+1)
	case *ast.CompositeLit:
		return f.typeSymbol(e.Type)
	case *ast.TypeAssertExpr:
		return f.typeSymbol(e.Type)
	case *ast.SelectorExpr:
		return f.memberSymbol(e, depth)
	case *ast.CallExpr:
		return f.callSymbol(e, depth)
	}
	return ""
}

func (f *goFile) symbolOfName(id *ast.Ident, depth int) string {
	switch {
	case id.Obj == nil && (f.imports[id.Name] != "" || predeclared[id.Name]):
		return ""
	case id.Obj == nil:
		return inspect.HereSymbol(id.Name)
	case f.folding[id.Obj]:
		return ""
	}
	switch decl := id.Obj.Decl.(type) {
	case *ast.Field:
		if symbol := f.typeSymbol(decl.Type); symbol != "" {
			return symbol
		}
		return f.parameters()[id.Obj]
	case *ast.ValueSpec:
		if decl.Type != nil {
			return f.typeSymbol(decl.Type)
		}
	}
	b := f.bindings[id.Obj]
	if b == nil {
		return ""
	}
	f.folding[id.Obj] = true
	defer delete(f.folding, id.Obj)
	return fold.Same(b.values, func(v ast.Expr) string { return f.symbolAt(v, depth+1) })
}

// parameters are the symbols of the parameters of the file's functions, which
// are those that their callers give: "#Open(0)".
func (f *goFile) parameters() map[any]string {
	if f.params == nil {
		f.params = map[any]string{}
		for name, fn := range f.funcs {
			at := 0
			for _, field := range fn.Type.Params.List {
				for _, id := range field.Names {
					f.params[id.Obj] = inspect.HereSymbol(parameterName(name, at))
					at++
				}
			}
		}
	}
	return f.params
}

func parameterName(function string, at int) string {
	return function + "(" + strconv.Itoa(at) + ")"
}

// memberSymbol is the symbol of a package's name or of a field. Fields of this
// file's structs are followed to their types, but for settings, which others may
// fill.
func (f *goFile) memberSymbol(e *ast.SelectorExpr, depth int) string {
	if id, ok := e.X.(*ast.Ident); ok && f.packageOf(id) != "" {
		return f.importSymbol(id.Name, e.Sel.Name)
	}
	base := f.symbolAt(e.X, depth+1)
	if base == "" {
		return ""
	}
	if own, here := inspect.OwnSymbol(base); here && !settingsWord.MatchString(own) {
		if s := f.structType(ast.NewIdent(own)); s != nil {
			if symbol := f.typeSymbol(fieldType(s, e.Sel.Name)); symbol != "" {
				return symbol
			}
		}
	}
	return base + "." + e.Sel.Name
}

func (f *goFile) callSymbol(call *ast.CallExpr, depth int) string {
	c := f.resolve(call)
	if symbol, _, ok := f.keyOf(c); ok {
		return symbol
	}
	switch {
	case c.pkg == "" && !c.method && c.name == "new" && len(call.Args) == 1:
		return f.typeSymbol(call.Args[0])
	case c.name == "" || predeclared[c.name] && c.pkg == "" && !c.method:
		return ""
	case c.pkg == "" && !c.method:
		if fn := f.funcs[c.name]; fn != nil {
			if symbol := f.typeSymbol(resultType(fn)); symbol != "" {
				return symbol
			}
		}
		return inspect.HereSymbol(c.name) + "()"
	}
	if generic, ok := call.Fun.(*ast.IndexExpr); ok { // env.ParseAs[Config]()
		return f.typeSymbol(generic.Index)
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if base := f.memberSymbol(sel, depth+1); base != "" {
		return base + "()"
	}
	return ""
}

// typeSymbol is the symbol of a type with a name, or "".
func (f *goFile) typeSymbol(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return f.typeSymbol(t.X)
	case *ast.ParenExpr:
		return f.typeSymbol(t.X)
	case *ast.Ident:
		if !predeclared[t.Name] {
			return inspect.HereSymbol(t.Name)
		}
	case *ast.SelectorExpr:
		if id, ok := t.X.(*ast.Ident); ok {
			return f.importSymbol(id.Name, t.Sel.Name)
		}
	}
	return ""
}

// importSymbol is the symbol of an import's name; "" for one of the standard
// library.
func (f *goFile) importSymbol(local, name string) string {
	if f.written == nil {
		f.written = map[string]string{}
		for _, spec := range f.file.Imports {
			path := importPath(spec)
			if first, _, _ := strings.Cut(path, "/"); standardLibrary[first] {
				continue
			}
			for local, p := range f.imports {
				if p == goPath(path) && (spec.Name == nil || spec.Name.Name == local) {
					f.written[local] = path
				}
			}
		}
	}
	if path := f.written[local]; path != "" {
		return path + ":" + name
	}
	return ""
}

func resultType(fn *ast.FuncDecl) ast.Expr {
	if fn.Type.Results == nil || len(fn.Type.Results.List) == 0 {
		return nil
	}
	return fn.Type.Results.List[0].Type
}

func fieldType(s *ast.StructType, name string) ast.Expr {
	for _, field := range s.Fields.List {
		for _, id := range field.Names {
			if id.Name == name {
				return field.Type
			}
		}
	}
	return nil
}

// referred is a value with what other files may tell of the expression.
func (f *goFile) referred(v goValue, e ast.Expr) goValue {
	if whole := v.whole(); len(v) != 1 || whole.Source != inspect.Input && whole.Source != inspect.Unknown || len(whole.Env) > 0 {
		return v
	}
	symbol := f.symbol(e)
	if symbol == "" {
		return v
	}
	return goValue{fold.Refer(v[0].Source, symbol)}
}

var (
	settingsWord = regexp.MustCompile(`(?i)conf|cfg|setting|option|opts|env|flag|profile`)
	predeclared  = map[string]bool{
		"nil": true, "true": true, "false": true, "iota": true, "string": true, "bool": true, "byte": true, "rune": true, "int": true, "int8": true, "int16": true, "int32": true, "int64": true,
		"uint": true, "uint8": true, "uint16": true, "uint32": true, "uint64": true, "uintptr": true, "float32": true, "float64": true, "complex64": true, "complex128": true, "error": true, "any": true,
		"append": true, "cap": true, "clear": true, "close": true, "copy": true, "delete": true, "len": true, "make": true, "max": true, "min": true, "new": true, "panic": true, "print": true, "println": true, "recover": true,
	}
	standardLibrary = map[string]bool{
		"archive": true, "bufio": true, "bytes": true, "cmp": true, "compress": true, "container": true, "context": true, "crypto": true, "database": true, "debug": true, "embed": true, "encoding": true, "errors": true,
		"expvar": true, "flag": true, "fmt": true, "go": true, "hash": true, "html": true, "image": true, "index": true, "io": true, "iter": true, "log": true, "maps": true, "math": true, "mime": true, "net": true, "os": true,
		"path": true, "plugin": true, "reflect": true, "regexp": true, "runtime": true, "slices": true, "sort": true, "strconv": true, "strings": true, "sync": true, "syscall": true, "testing": true, "text": true, "time": true,
		"unicode": true, "unique": true, "unsafe": true, "weak": true, "C": true,
	}
)

// askedBy is the symbol and the variable of a call that may read it in another
// file: conf.Must("DATABASE_URL").
func (f *goFile) askedBy(c goCall) (symbol, name string, ok bool) {
	if c.method || len(c.Args) == 0 || len(c.Args) > 3 || f.funcs[c.name] != nil || c.pkg == viperPath || strings.HasPrefix(c.name, "Set") || !asksName.MatchString(c.name) {
		return "", "", false
	}
	if name, ok = stringLit(c.Args[0]); !ok || !envName.MatchString(name) || len(name) < 3 {
		return "", "", false
	}
	if c.pkg == "" {
		return inspect.HereSymbol(c.name), name, true
	}
	sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if !ok {
		return "", "", false
	}
	symbol = f.memberSymbol(sel, 0)
	return symbol, name, symbol != ""
}

var asksName = regexp.MustCompile(`(?i)(get|env|conf|must|requir|lookup|read|var|str|int|bool|value|load|fetch|setting|secret|option|default|or)`)

// ask states such a call.
func (f *goFile) ask(c goCall) {
	symbol, name, ok := f.askedBy(c)
	if !ok {
		return
	}
	read := inspect.EnvRead{Name: name, Via: c.via(), Secret: inspect.IsSecretName(name)}
	if len(c.Args) == 2 {
		read.Fallback = f.fold(c.Args[1]).value()
		if text := read.Fallback.Text; read.Secret && text != "" && read.Fallback.IsLiteral() && read.Fallback.Secret == nil {
			read.Fallback = inspect.SecretLit(text)
		}
	}
	f.emit(c.CallExpr, inspect.EnvAsk{Symbol: symbol, Read: read})
}
