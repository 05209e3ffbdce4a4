package golang

import (
	"go/ast"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

// goValue is a folded expression: its pieces in order, for what splits it again.
type goValue []fold.Value

func goLit(text string) goValue            { return goValue{fold.Literal(text)} }
func goFrom(source inspect.Source) goValue { return goValue{{Source: source}} }

// whole is the value of all pieces together, none for no pieces.
func (v goValue) whole() fold.Value {
	switch len(v) {
	case 0:
		return fold.Value{}
	case 1:
		return v[0].Bounded()
	}
	return fold.Join(v...).Bounded()
}

// text joins the texts; has is false when a piece has none.
func (v goValue) text() (text string, has bool) {
	whole := v.whole()
	return whole.Text, whole.Has
}

func (v goValue) source() inspect.Source { return v.whole().Source }
func (v goValue) env() []string          { return v.whole().Env }

// told joins the literals, with inspect.Untold for every other piece.
func (v goValue) told() string {
	var b strings.Builder
	for _, p := range v {
		if p.Source == inspect.Literal && p.Has && b.Len() <= inspect.MaxText {
			b.WriteString(p.Text)
		} else {
			b.WriteString(inspect.Untold)
		}
	}
	return b.String()
}

// value is what may be kept of a folded value.
func (v goValue) value() inspect.Value { return v.whole().Kept(false) }

// fold tells what this file tells about an expression.
func (f *goFile) fold(e ast.Expr) goValue { return f.foldAt(e, 0) }

func (f *goFile) foldAt(e ast.Expr, depth int) goValue {
	if e == nil {
		return nil
	}
	if depth > maxDepth || !f.step() {
		return goFrom(inspect.Unknown)
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		if text, ok := stringLit(e); ok {
			return goLit(text)
		}
		return goLit(e.Value)
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return append(slices.Clip(f.foldAt(e.X, depth+1)), f.foldAt(e.Y, depth+1)...)
		}
	case *ast.StarExpr:
		return f.foldAt(e.X, depth+1)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return f.foldAt(e.X, depth+1)
		}
	case *ast.Ident:
		v := f.foldIdent(e, depth)
		if e.Obj != nil {
			if _, isParameter := e.Obj.Decl.(*ast.Field); !isParameter {
				return v
			}
		}
		return f.referred(v, e)
	case *ast.SelectorExpr:
		return f.referred(f.foldSelector(e, depth), e)
	case *ast.IndexExpr:
		if sel, ok := e.X.(*ast.SelectorExpr); ok && f.packageOf(sel.X) == "os" && sel.Sel.Name == "Args" {
			return goFrom(inspect.Input)
		}
	case *ast.CompositeLit: // []string{"one"}
		if len(e.Elts) > 0 {
			if _, isArray := e.Type.(*ast.ArrayType); isArray {
				return f.foldAt(e.Elts[0], depth+1)
			}
		}
	case *ast.CallExpr:
		return f.referred(f.foldCall(f.resolve(e), depth), e)
	}
	return goFrom(inspect.Unknown)
}

func (f *goFile) foldIdent(id *ast.Ident, depth int) goValue {
	if id.Obj == nil {
		return goFrom(inspect.Unknown)
	}
	if _, isParameter := id.Obj.Decl.(*ast.Field); isParameter {
		return goFrom(inspect.Input)
	}
	b := f.bindings[id.Obj]
	if f.folding[id.Obj] {
		return f.partial[b] // port = ":" + port
	}
	f.folding[id.Obj] = true
	defer delete(f.folding, id.Obj)
	return f.foldBinding(b, depth)
}

// foldBinding joins what a name is given in several places: an environment
// read with a literal beside it is a read with a fallback.
func (f *goFile) foldBinding(b *goBinding, depth int) goValue {
	switch {
	case b == nil:
		return goFrom(inspect.Unknown)
	case len(b.values) == 0 && b.taken:
		return goFrom(inspect.Input)
	case len(b.values) == 0:
		return goFrom(inspect.Unknown)
	}
	var env, literal, told goValue
	other := inspect.None
	var builds []ast.Expr // values that build on the name itself
	for _, v := range b.values {
		if f.mentions(v, b) {
			builds = append(builds, v)
			continue
		}
		folded := f.foldAt(v, depth+1)
		switch folded.source() {
		case inspect.Env:
			if env == nil {
				env = folded
			}
		case inspect.Literal:
			if text, _ := literal.text(); text == "" {
				literal = folded
			}
		case inspect.None:
		default:
			if told != nil || other != inspect.None {
				told = goFrom(inspect.Unknown) // one of several
			} else {
				told = folded
			}
			other = folded.source()
		}
	}
	if env == nil && told.whole().Refers() {
		env = told
	}
	if env == nil && b.fallback != nil {
		if folded := f.foldAt(b.fallback, depth+1); folded.source() == inspect.Literal {
			literal = folded
		}
	}
	value := b.merge(env, literal, other)
	for _, v := range builds {
		f.partial[b] = value
		if folded := f.foldAt(v, depth+1); folded != nil {
			value = folded
		}
		delete(f.partial, b)
	}
	return value
}

// merge is a name's value from what it is given in several places.
func (b *goBinding) merge(env, literal goValue, other inspect.Source) goValue {
	switch {
	case env != nil:
		if len(env) == 1 {
			return goValue{fold.OrElse(env[0], literal.whole())}
		}
		return env
	case other != inspect.None:
		return goFrom(other)
	case b.taken && !b.changed:
		return goFrom(inspect.Input)
	case b.changed || literal == nil:
		return goFrom(inspect.Unknown)
	}
	return literal
}

var settingsName = regexp.MustCompile(`(?i)conf|cfg|setting|^(opts?|options|viper|flags?|params?|args|env)$`)

func (f *goFile) foldSelector(e *ast.SelectorExpr, depth int) goValue {
	if p := f.packageOf(e.X); p != "" {
		if settingsName.MatchString(goName(p)) {
			return goFrom(inspect.Input)
		}
		return goFrom(inspect.Unknown)
	}
	if read, ok := f.envTags[e.Sel.Name]; ok {
		return readValue(read)
	}
	b := f.fields[e.Sel.Name]
	if b == nil || len(b.values) == 0 || !f.ownField(e.Sel.Name) || f.folding[b] {
		return goFrom(inspect.Input)
	}
	f.folding[b] = true
	defer delete(f.folding, b)
	return f.foldBinding(b, depth)
}

// ownField reports whether a struct of this file has such a field.
func (f *goFile) ownField(name string) bool {
	for _, s := range f.structs {
		for _, field := range s.Fields.List {
			for _, n := range field.Names {
				if n.Name == name {
					return true
				}
			}
		}
	}
	return false
}

var (
	goConversions = map[string]bool{"string": true, "int": true, "int32": true, "int64": true, "uint": true, "uint16": true, "uint32": true, "uint64": true}
	// transparent calls give their first argument back, more or less.
	goTransparent = map[string]bool{
		"strconv.Itoa": true, "strconv.FormatInt": true, "strconv.FormatUint": true, "strconv.Atoi": true, "strconv.ParseInt": true, "strconv.ParseUint": true,
		"strings.TrimSpace": true, "strings.TrimSuffix": true, "strings.TrimPrefix": true, "strings.Trim": true, "strings.TrimRight": true, "strings.TrimLeft": true,
		"strings.ToLower": true, "strings.Split": true, "strings.ReplaceAll": true, "path/filepath.Clean": true, "path/filepath.Abs": true,
		"path/filepath.FromSlash": true, "path.Clean": true, "net/url.QueryEscape": true, "net/url.PathEscape": true, "net/url.Parse": true,
		"github.com/aws/aws-sdk-go/aws.String": true, "github.com/aws/aws-sdk-go-v2/aws.String": true,
	}
	goFlagPackages = map[string]bool{"flag": true, "github.com/spf13/pflag": true, "github.com/alecthomas/kingpin": true, "github.com/urfave/cli": true, "github.com/spf13/cobra": true}
	goRandom       = map[string]bool{"crypto/rand": true, "math/rand": true, "github.com/google/uuid": true, "github.com/gofrs/uuid": true, "github.com/rs/xid": true}
)

func (f *goFile) foldCall(c goCall, depth int) goValue {
	if read, ok := f.envCall(c, depth); ok {
		return goValue{fold.Read(read.name, inspect.IsSecretName(read.name), read.fallback.whole())}
	}
	if _, name, ok := f.askedBy(c); ok {
		return goValue{{Source: inspect.Unknown, Env: []string{inspect.AskedVariable(name)}}}
	}
	if _, isSlice := c.Fun.(*ast.ArrayType); isSlice && len(c.Args) == 1 {
		return f.foldAt(c.Args[0], depth+1) // []byte(x)
	}
	switch {
	case c.pkg == "" && !c.method:
		if goConversions[c.name] && len(c.Args) == 1 {
			return f.foldAt(c.Args[0], depth+1)
		}
		return f.foldReturns(f.funcs[c.name], depth)
	case goTransparent[c.key()] && len(c.Args) > 0:
		return f.foldAt(c.Args[0], depth+1)
	case c.key() == "fmt.Sprintf":
		return f.sprintf(c, depth)
	case c.key() == "fmt.Sprint":
		var all goValue
		for _, a := range c.Args {
			all = append(all, f.foldAt(a, depth+1)...)
		}
		return all
	case c.key() == "net.JoinHostPort" && len(c.Args) == 2:
		return f.join(":", c.Args, depth)
	case c.key() == "path/filepath.Join" || c.key() == "path.Join":
		return f.join("/", c.Args, depth)
	case c.key() == "os.TempDir":
		return goLit("/tmp")
	case c.key() == "cmp.Or":
		return f.first(c.Args, depth)
	case goFlagPackages[c.pkg]:
		for _, a := range c.Args { // a flag whose default is read from the environment
			if folded := f.foldAt(a, depth+1); folded.source() == inspect.Env {
				return folded
			}
		}
		return goFrom(inspect.Input)
	case goRandom[c.pkg]:
		return goFrom(inspect.Random)
	case c.method && c.pkg == "":
		if own := f.methods[c.name]; len(own) == 1 {
			return f.foldReturns(own[0], depth)
		}
		if sel, ok := c.Fun.(*ast.SelectorExpr); ok && mentionsName(sel.X, settingsName) {
			return goFrom(inspect.Input)
		}
	case settingsName.MatchString(goName(c.pkg)):
		return goFrom(inspect.Input)
	}
	return goFrom(inspect.Unknown)
}

// foldReturns is what a function of this file returns first.
func (f *goFile) foldReturns(fn *ast.FuncDecl, depth int) goValue {
	if fn == nil || fn.Body == nil || f.folding[fn] {
		return goFrom(inspect.Unknown)
	}
	f.folding[fn] = true
	defer delete(f.folding, fn)
	b := &goBinding{}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) > 0 {
				b.values = append(b.values, n.Results[0])
			}
		}
		return true
	})
	return f.foldBinding(b, depth)
}

func (f *goFile) join(separator string, args []ast.Expr, depth int) goValue {
	var all goValue
	for i, a := range args {
		if i > 0 {
			all = append(all, goLit(separator)...)
		}
		all = append(all, f.foldAt(a, depth+1)...)
	}
	return all
}

// first is cmp.Or: the first that is not empty.
func (f *goFile) first(args []ast.Expr, depth int) goValue {
	b := &goBinding{values: args}
	return f.foldBinding(b, depth)
}

// stringLit is the text of a string literal.
func stringLit(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// expandNames lists the variables that os.ExpandEnv reads in a text.
func expandNames(text string) (names []string) {
	os.Expand(text, func(name string) string {
		names = append(names, name)
		return ""
	})
	return names
}
