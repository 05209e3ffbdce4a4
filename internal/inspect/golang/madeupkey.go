package golang

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"

	"twelvefold/internal/inspect"
)

// keyTakers are calls that are given keys which sign or encrypt what comes
// back, with the places of the keys among their arguments.
var keyTakers = map[string][]int{
	"github.com/gorilla/sessions.NewCookieStore": {0, 1, 2, 3}, "github.com/gorilla/securecookie.New": {0, 1}, "github.com/gorilla/csrf.Protect": {0},
	"github.com/gin-contrib/sessions/cookie.NewStore": {0, 1}, "github.com/zitadel/oidc/pkg/http.NewCookieHandler": {0, 1}, "github.com/go-chi/jwtauth.New": {1, 2},
}

// randomMakers are functions of other packages that make a random text by their
// very name.
var randomMakers = regexp.MustCompile(`(?i)^(get|gen|generate|new|make|create)?_?(secure)?_?rand(om)?_?(str|string|key|secret|bytes|token|hex|alphanumeric|base64)\w*$|^(generate|gen)_?(random)?_?(secret|secretkey)$`)

// madeUpKeys states keys that the program makes up where it starts: given to
// what signs cookies, or to a setting that is empty. One that it then keeps
// somewhere is left out.
func (f *goFile) madeUpKeys() {
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		switch n := n.(type) {
		case *ast.CallExpr:
			call := f.resolve(n)
			for _, at := range keyTakers[call.key()] {
				if at < len(n.Args) && f.isRandom(n.Args[at]) && f.handlerAround(stack) == nil {
					name := "cookie key"
					if id, ok := n.Args[at].(*ast.Ident); ok {
						name = id.Name
					}
					f.emit(n, inspect.MadeUpKey{Name: name, Via: call.via()})
					return
				}
			}
		case *ast.ValueSpec:
			if len(stack) == 2 { // of the package
				f.madeUpForPackage(n)
			}
		case *ast.IfStmt:
			if target := emptied(n.Cond); target != nil && f.handlerAround(stack) == nil {
				f.madeUpWhenEmpty(n, target)
			}
		}
	})
}

// madeUpForPackage states var SessionSecret = uuid.NewString(). Where the name is
// known to other packages, or the file assigns it again, a start may replace it.
func (f *goFile) madeUpForPackage(spec *ast.ValueSpec) {
	for i, name := range spec.Names {
		if i < len(spec.Values) && packageKey.MatchString(name.Name) && f.isRandom(spec.Values[i]) {
			b := f.bindings[name.Obj]
			replaced := name.IsExported() || b != nil && len(b.values) > 1
			f.emit(spec, inspect.MadeUpKey{Name: name.Name, Via: "assignment", Conditional: replaced})
		}
	}
}

// packageKey are names of keys by which sessions and tokens are signed.
var packageKey = regexp.MustCompile(`(?i)(session|cookie|jwt|token|sign(ing)?|hmac|csrf|app|auth|encrypt(ion)?)_?(secret|key)(_?key)?$|secret_?key$`)

// madeUpWhenEmpty states if cfg.SecretKey == "" { cfg.SecretKey = random() }.
func (f *goFile) madeUpWhenEmpty(branch *ast.IfStmt, target ast.Expr) {
	var found ast.Node
	kept := false
	ast.Inspect(branch.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Rhs) == 1 && f.source(n.Lhs[0]) == f.source(target) && f.isRandom(n.Rhs[0]) {
				found = n
			}
		case *ast.CallExpr:
			kept = kept || keeping.MatchString(f.resolve(n).name)
		}
		return true
	})
	if name := nameOfKey(target); found != nil && !kept && name != "" {
		f.emit(found, inspect.MadeUpKey{Name: name, Via: "assignment", Conditional: true})
	}
}

var keeping = regexp.MustCompile(`(?i)^(save|store|write|persist|set|insert|create|update|upsert|put|dump|exec|sync|viper)`)

// emptied is what a condition finds empty: x of x == "", len(x) == 0, x == nil.
func emptied(cond ast.Expr) ast.Expr {
	equal, ok := cond.(*ast.BinaryExpr)
	if !ok || equal.Op != token.EQL {
		return nil
	}
	switch y := equal.Y.(type) {
	case *ast.BasicLit:
		if y.Value == `""` || y.Value == "``" {
			return equal.X
		}
		if call, isCall := equal.X.(*ast.CallExpr); isCall && y.Value == "0" && len(call.Args) == 1 {
			if fn, isName := call.Fun.(*ast.Ident); isName && fn.Name == "len" {
				return call.Args[0]
			}
		}
	case *ast.Ident:
		if y.Name == "nil" {
			return equal.X
		}
	}
	return nil
}

// nameOfKey is what people call what an expression stands for: the key of a map
// in it, or its last name.
func nameOfKey(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if index, ok := e.X.(*ast.IndexExpr); ok {
			return nameOfKey(index)
		}
		return e.Sel.Name
	case *ast.IndexExpr:
		if lit, ok := e.Index.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			name, _ := strconv.Unquote(lit.Value)
			return name
		}
	}
	return ""
}

// source is an expression as far as names, keys and calls tell, the same for
// two that read the same.
func (f *goFile) source(e ast.Expr) string {
	text := ""
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			text += "." + n.Name
		case *ast.BasicLit:
			text += "[" + n.Value
		}
		return true
	})
	return text
}

// isRandom reports whether an expression is drawn anew in each process.
func (f *goFile) isRandom(e ast.Expr) bool {
	for range 4 {
		call, ok := e.(*ast.CallExpr)
		if !ok {
			break
		}
		name := f.resolve(call).name
		if randomMakers.MatchString(name) {
			return true
		}
		if _, bytes := call.Fun.(*ast.ArrayType); !bytes && name != "EncodeToString" && name != "string" || len(call.Args) != 1 {
			break
		}
		e = call.Args[0] // []byte(random), hex.EncodeToString(random)
	}
	if v := f.fold(e).value(); v.Source == inspect.Random && len(v.Env) == 0 {
		return true
	}
	id, ok := e.(*ast.Ident)
	if !ok || id.Obj == nil {
		return false
	}
	if b := f.bindings[id.Obj]; b != nil && len(b.values) == 1 {
		if call, isCall := b.values[0].(*ast.CallExpr); isCall && randomMakers.MatchString(f.resolve(call).name) {
			return true
		}
	}
	return f.filledAtRandom(id.Obj)
}

// filledAtRandom reports whether rand.Read fills what a name stands for.
func (f *goFile) filledAtRandom(object any) bool {
	found := false
	ast.Inspect(f.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || found || !f.step() {
			return !found
		}
		switch f.resolve(call).key() {
		case "crypto/rand.Read", "math/rand.Read":
			found = len(call.Args) == 1 && objectOf(call.Args[0]) == object
		case "io.ReadFull":
			if len(call.Args) == 2 && objectOf(call.Args[1]) == object {
				pkg, _ := f.typeOrigin(call.Args[0])
				found = pkg == "crypto/rand"
			}
		}
		return !found
	})
	return found
}
