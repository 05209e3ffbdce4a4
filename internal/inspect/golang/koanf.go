package golang

import (
	"go/ast"
	"strings"

	"twelvefold/internal/inspect"
)

const (
	koanfPath    = "github.com/knadh/koanf"
	koanfEnvPath = koanfPath + "/providers/env"
)

// koanfReads are methods that give the value of a key.
var koanfReads = map[string]bool{
	"Get": true, "String": true, "Strings": true, "StringMap": true, "Bytes": true, "Int": true, "Int64": true, "Ints": true, "Bool": true, "Float64": true, "Duration": true, "Time": true,
	"MustString": true, "MustStrings": true, "MustBytes": true, "MustInt": true, "MustInt64": true, "MustDuration": true, "MustFloat64": true,
}

// koanfProvider is a provider that gives variables as keys: env.Provider("APP_",
// ".", func(s string) string {…}), and since its second version
// env.Provider(".", env.Opt{Prefix: "APP_", TransformFunc: …}).
func (f *goFile) koanfProvider(c goCall) {
	if c.pkg != koanfEnvPath || c.method || !strings.HasPrefix(c.name, "Provider") || len(c.Args) < 2 {
		return
	}
	prefix, delimiter, change := c.arg(0), c.arg(1), c.arg(2)
	if options, ok := ast.Unparen(c.arg(1)).(*ast.CompositeLit); ok {
		prefix, delimiter, change = keyed(options, "Prefix"), c.arg(0), keyed(options, "TransformFunc")
	}
	separator, ok := f.constant(delimiter, 0)
	if !ok {
		return
	}
	wrapper, ok := f.keysOf(change, separator)
	if !ok {
		return
	}
	if all, known := stringLit(prefix); prefix != nil && !known || !strings.HasPrefix(all, wrapper.Prefix) {
		return
	}
	f.emit(c.CallExpr, wrapper)
	wrapper.Name = "koanf.filled:*"
	f.emit(c.CallExpr, wrapper)
}

// keysOf is how a provider's function makes keys of the names of variables, the
// other way round. It is not told where the function does more than to take the
// prefix off, write small letters and replace one text by the separator.
func (f *goFile) keysOf(change ast.Expr, separator string) (w inspect.EnvWrapper, ok bool) {
	w = inspect.EnvWrapper{Name: "koanf:*"}
	if id, named := change.(*ast.Ident); named && id.Name == "nil" || change == nil {
		return w, true
	}
	body := ast.Node(nil)
	switch e := change.(type) {
	case *ast.FuncLit:
		body = e.Body
	case *ast.Ident:
		if fn := f.funcs[e.Name]; fn != nil && fn.Body != nil {
			body = fn.Body
		}
	}
	if body == nil {
		return w, false
	}
	plain := true
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt, *ast.SwitchStmt, *ast.RangeStmt, *ast.ForStmt, *ast.IndexExpr:
			plain = false
		case *ast.CallExpr:
			plain = plain && f.changesKey(f.resolve(n), separator, &w)
		}
		return plain
	})
	return w, plain
}

// changesKey notes one call of such a function.
func (f *goFile) changesKey(c goCall, separator string, w *inspect.EnvWrapper) bool {
	text := func(i int) string {
		text, _ := f.constant(c.arg(i), 0)
		return text
	}
	switch c.key() {
	case "strings.ToLower":
		w.Upper = true
	case "strings.TrimPrefix":
		w.Prefix = text(1)
		return w.Prefix != ""
	case "strings.Replace", "strings.ReplaceAll":
		w.Replaced = append(w.Replaced, text(2), text(1))
		return text(1) != "" && text(2) == separator && len(w.Replaced) == 2
	default:
		return false
	}
	return true
}

// keyOf is the library and the key of a call that asks for a setting by its key.
func (f *goFile) keyOf(c goCall) (symbol, key string, ok bool) {
	library := ""
	switch {
	case f.viper.reads(c):
		library = "viper"
	case c.pkg == koanfPath && c.method && koanfReads[c.name] && len(c.Args) == 1:
		library = "koanf"
	default:
		return "", "", false
	}
	key, ok = f.constant(c.arg(0), 0)
	return inspect.KeySymbol(library, key), key, ok
}

// askKey states such a call, where another file says which variable it reads.
func (f *goFile) askKey(c goCall) {
	if symbol, key, ok := f.keyOf(c); ok {
		f.emit(c.CallExpr, inspect.EnvAsk{Symbol: symbol, Read: inspect.EnvRead{Name: key, Via: c.via()}})
	}
}
