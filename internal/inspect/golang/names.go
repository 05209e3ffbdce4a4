package golang

import (
	"go/ast"
	"path"
	"regexp"
	"strconv"
	"strings"
)

var (
	majorVersion = regexp.MustCompile(`/v[0-9]+(/|$)`)
	dotVersion   = regexp.MustCompile(`\.v[0-9]+(/|$)`)
)

// movedPackages are packages that moved: old path → present one.
var movedPackages = map[string]string{
	"github.com/go-redis/redis":  "github.com/redis/go-redis",
	"gopkg.in/redis":             "github.com/redis/go-redis",
	"github.com/streadway/amqp":  "github.com/rabbitmq/amqp091-go",
	"github.com/Shopify/sarama":  "github.com/IBM/sarama",
	"github.com/Sirupsen/logrus": "github.com/sirupsen/logrus",
	"github.com/garyburd/redigo": "github.com/gomodule/redigo",
	"gopkg.in/gomail":            "github.com/go-gomail/gomail",
	"gopkg.in/mail":              "github.com/go-mail/mail",
	"gopkg.in/olivere/elastic":   "github.com/olivere/elastic",
	"gopkg.in/robfig/cron":       "github.com/robfig/cron",
	"gopkg.in/urfave/cli":        "github.com/urfave/cli",
}

// goPath is an import path without its major version, under its present name.
func goPath(written string) string {
	p := strings.TrimSuffix(majorVersion.ReplaceAllString(written, "/"), "/")
	p = dotVersion.ReplaceAllString(p, "$1")
	for old, now := range movedPackages {
		if rest, ok := strings.CutPrefix(p, old); ok && (rest == "" || rest[0] == '/') {
			return now + rest
		}
	}
	return p
}

// goName guesses the package name behind an import path: its last segment
// without what repositories add to names.
func goName(p string) string {
	name := path.Base(p)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".go"), "-go")
	name = strings.TrimPrefix(name, "go-")
	if i := strings.LastIndexByte(name, '-'); i >= 0 {
		name = name[i+1:]
	}
	return name
}

func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return ""
	}
	return p
}

func (f *goFile) readImports() {
	for _, spec := range f.file.Imports {
		written := importPath(spec)
		if written == "" {
			continue
		}
		p := goPath(written)
		f.imported[p] = true
		switch {
		case spec.Name == nil:
			// The name of the present package and that of the old one.
			f.imports[goName(p)] = p
			f.imports[goName(strings.TrimSuffix(dotVersion.ReplaceAllString(majorVersion.ReplaceAllString(written, "/"), "$1"), "/"))] = p
		case spec.Name.Name != "_" && spec.Name.Name != ".":
			f.imports[spec.Name.Name] = p
		}
	}
}

// packageOf tells the import path that an expression names, or "".
func (f *goFile) packageOf(e ast.Expr) string {
	id, ok := e.(*ast.Ident)
	if !ok || id.Obj != nil {
		return ""
	}
	return f.imports[id.Name]
}

// goCall is a call with what it calls.
type goCall struct {
	*ast.CallExpr
	pkg    string // import path; of a method: where its receiver comes from; "" if unknown
	name   string
	method bool
	maker  string // of a method: the function or type that made the receiver, if known
	stack  []ast.Node
}

// key is "pkg.Name" of a function, "pkg#Name" of a method.
func (c goCall) key() string {
	if c.method {
		return c.pkg + "#" + c.name
	}
	return c.pkg + "." + c.name
}

// via is the resolved name as people read it.
func (c goCall) via() string {
	if c.pkg == "" {
		return c.name
	}
	return c.pkg + "." + c.name
}

// arg is an argument, or nil.
func (c goCall) arg(i int) ast.Expr {
	if i < 0 || i >= len(c.Args) {
		return nil
	}
	return c.Args[i]
}

// goOrigin is where a value comes from.
type goOrigin struct{ pkg, maker string }

// resolve tells what a call calls.
func (f *goFile) resolve(call *ast.CallExpr) goCall {
	if c, known := f.resolved[call]; known {
		return c
	}
	c := f.resolveAt(call, 0)
	f.resolved[call] = c
	return c
}

func (f *goFile) resolveAt(call *ast.CallExpr, depth int) goCall {
	c := goCall{CallExpr: call}
	fun := ast.Unparen(call.Fun)
	switch generic := fun.(type) {
	case *ast.IndexExpr:
		fun = generic.X
	case *ast.IndexListExpr:
		fun = generic.X
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		c.name = fun.Name
		if pkg, name := f.renamed(fun); pkg != "" {
			c.pkg, c.name = pkg, name
		}
	case *ast.SelectorExpr:
		c.name = fun.Sel.Name
		if c.pkg = f.packageOf(fun.X); c.pkg == "" {
			c.method = true
			c.pkg, c.maker = f.origin(fun.X, depth+1)
		}
	}
	return c
}

// renamed is the package's function that a variable of this file stands for,
// which tests replace: var notify = signal.Notify.
func (f *goFile) renamed(name *ast.Ident) (pkg, function string) {
	if name.Obj == nil {
		return "", ""
	}
	spec, ok := name.Obj.Decl.(*ast.ValueSpec)
	if !ok || len(spec.Values) != len(spec.Names) {
		return "", ""
	}
	for i, declared := range spec.Names {
		if selector, ok := ast.Unparen(spec.Values[i]).(*ast.SelectorExpr); ok && declared.Name == name.Name {
			return f.packageOf(selector.X), selector.Sel.Name
		}
	}
	return "", ""
}

// is reports whether an expression is a call of one of these keys.
func (f *goFile) is(e ast.Expr, keys ...string) (goCall, bool) {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return goCall{}, false
	}
	c := f.resolve(call)
	for _, key := range keys {
		if c.key() == key {
			return c, true
		}
	}
	return c, false
}

const maxDepth = 12 // of following names; real code is followed within four

// origin tells which package a value comes from, and by which constructor or
// type: what a method call on it means.
func (f *goFile) origin(e ast.Expr, depth int) (pkg, maker string) {
	if depth > maxDepth || e == nil || !f.step() {
		return "", ""
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		c := f.resolveAt(e, depth)
		if c.pkg == "" && !c.method {
			if c.name == "new" && len(e.Args) == 1 {
				return f.typeOrigin(e.Args[0])
			}
			if fn := f.funcs[c.name]; fn != nil && fn.Type.Results != nil && len(fn.Type.Results.List) > 0 {
				return f.typeOrigin(fn.Type.Results.List[0].Type)
			}
		}
		if c.method && c.maker != "" {
			return c.pkg, c.maker
		}
		return c.pkg, c.name
	case *ast.CompositeLit:
		return f.typeOrigin(e.Type)
	case *ast.UnaryExpr:
		return f.origin(e.X, depth+1)
	case *ast.StarExpr:
		return f.origin(e.X, depth+1)
	case *ast.TypeAssertExpr:
		return f.typeOrigin(e.Type)
	case *ast.IndexExpr:
		return "", ""
	case *ast.SelectorExpr:
		if p := f.packageOf(e.X); p != "" {
			return p, e.Sel.Name
		}
		return f.fieldOrigin(e, depth)
	case *ast.Ident:
		return f.identOrigin(e, depth)
	}
	return "", ""
}

func (f *goFile) identOrigin(id *ast.Ident, depth int) (pkg, maker string) {
	if id.Obj == nil {
		return "", ""
	}
	switch decl := id.Obj.Decl.(type) {
	case *ast.Field:
		return f.typeOrigin(decl.Type)
	case *ast.ValueSpec:
		if decl.Type != nil {
			return f.typeOrigin(decl.Type)
		}
	}
	b := f.bindings[id.Obj]
	if b == nil {
		return "", ""
	}
	if o, known := f.origins[id.Obj]; known {
		return o.pkg, o.maker
	}
	f.origins[id.Obj] = goOrigin{} // while it is looked for: a value that builds on itself
	for _, v := range b.values {
		if pkg, maker = f.origin(v, depth+1); pkg != "" {
			f.origins[id.Obj] = goOrigin{pkg, maker}
			return pkg, maker
		}
	}
	delete(f.origins, id.Obj) // the depth may have ended it
	return "", ""
}

// fieldOrigin follows x.f to the field's type in this file's structs, or to a
// method's field of the package that x comes from.
func (f *goFile) fieldOrigin(e *ast.SelectorExpr, depth int) (pkg, maker string) {
	for _, s := range f.structs {
		for _, field := range s.Fields.List {
			for _, name := range field.Names {
				if name.Name == e.Sel.Name {
					if pkg, maker = f.typeOrigin(field.Type); pkg != "" {
						return pkg, maker
					}
				}
			}
		}
	}
	return f.origin(e.X, depth+1)
}

func (f *goFile) typeOrigin(t ast.Expr) (pkg, maker string) {
	switch t := t.(type) {
	case *ast.StarExpr:
		return f.typeOrigin(t.X)
	case *ast.SelectorExpr:
		return f.packageOf(t.X), t.Sel.Name
	case *ast.IndexExpr:
		return f.typeOrigin(t.X)
	case *ast.IndexListExpr:
		return f.typeOrigin(t.X)
	case *ast.ParenExpr:
		return f.typeOrigin(t.X)
	}
	return "", ""
}

// composite follows an expression to the composite literal that makes its
// value, when this file has it.
func (f *goFile) composite(e ast.Expr, depth int) *ast.CompositeLit {
	if e == nil || depth > maxDepth || !f.step() {
		return nil
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.CompositeLit:
		return e
	case *ast.UnaryExpr:
		return f.composite(e.X, depth+1)
	case *ast.StarExpr:
		return f.composite(e.X, depth+1)
	case *ast.Ident:
		if e.Obj == nil || f.bindings[e.Obj] == nil {
			return nil
		}
		for _, v := range f.bindings[e.Obj].values {
			if lit := f.composite(v, depth+1); lit != nil {
				return lit
			}
		}
	case *ast.SelectorExpr:
		if b := f.fields[e.Sel.Name]; b != nil {
			for _, v := range b.values {
				if lit := f.composite(v, depth+1); lit != nil {
					return lit
				}
			}
		}
	}
	return nil
}

// key is the value of a composite literal's field, or nil.
func keyed(lit *ast.CompositeLit, name string) ast.Expr {
	if lit == nil {
		return nil
	}
	for _, element := range lit.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
				return pair.Value
			}
		}
	}
	return nil
}
