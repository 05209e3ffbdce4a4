package golang

import (
	"go/ast"
	"go/token"
	"iter"
	"strings"

	"twelvefold/internal/inspect"
)

// flagDefault states the default of a flag that takes a secret:
// flag.String("db-password", "…", "…"). Nobody who starts the program must give
// another.
func (f *goFile) flagDefault(call *ast.CallExpr, state func(e ast.Expr, name, via string)) {
	c := f.resolve(call)
	place, ok := goFlagDefaults[c.name]
	if !ok || !goFlagPackages[c.pkg] {
		return
	}
	name, ok := stringLit(c.arg(place.name))
	if !ok || !inspect.IsSecretName(name) {
		return
	}
	if _, text := f.literalOf(c.arg(place.value)); text != "" && !f.harmless(name, text) {
		state(c.arg(place.value), name, "argument")
	}
}

// goFlagDefaults are where the functions of flag packages take a flag's name and
// its default.
var goFlagDefaults = map[string]struct{ name, value int }{
	"String": {0, 1}, "StringVar": {1, 2}, "StringP": {0, 2}, "StringVarP": {1, 3},
}

// flagCalls are the functions of goFlagDefaults in all packages, and as methods
// of what these make.
func flagCalls() iter.Seq[string] {
	return func(yield func(string) bool) {
		for path := range goFlagPackages {
			for name := range goFlagDefaults {
				if !yield(path+"."+name) || !yield(path+"#"+name) {
					return
				}
			}
		}
	}
}

// headerSecret states Header.Set("Authorization", "Bearer …").
func (f *goFile) headerSecret(call *ast.CallExpr, state func(e ast.Expr, name, via string)) {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 2 || selector.Sel.Name != "Set" && selector.Sel.Name != "Add" && selector.Sel.Name != "SetHeader" {
		return
	}
	if holder := goLastName(selector.X); selector.Sel.Name != "SetHeader" && !strings.Contains(strings.ToLower(holder), "header") {
		return
	}
	key, ok := stringLit(call.Args[0])
	if !ok {
		return
	}
	if lit, text := f.literalOf(call.Args[1]); lit != nil && inspect.HeaderSecret(key, text) != "" {
		state(call.Args[1], key, "argument")
	}
}

// login is the password of username == "…" && password == "…": whoever reads the
// code can log in, however easily it is guessed.
func (f *goFile) login(n *ast.BinaryExpr, stack []ast.Node) (lit ast.Expr, name, text string) {
	each := map[token.Token]token.Token{token.LAND: token.EQL, token.LOR: token.NEQ}[n.Op]
	if outer, ok := outerExpr(stack).(*ast.BinaryExpr); each == token.ILLEGAL || ok && outer.Op == n.Op {
		return nil, "", ""
	}
	var compared []inspect.Comparison
	var texts []ast.Expr
	var add func(e ast.Expr)
	add = func(e ast.Expr) {
		b, ok := ast.Unparen(e).(*ast.BinaryExpr)
		switch {
		case ok && b.Op == n.Op:
			add(b.X)
			add(b.Y)
		case ok && b.Op == each:
			if lit, text := f.literalOf(b.Y); lit != nil {
				compared, texts = append(compared, inspect.Comparison{Left: goLastName(b.X), Text: text}), append(texts, lit)
			} else if lit, text := f.literalOf(b.X); lit != nil {
				compared, texts = append(compared, inspect.Comparison{Left: goLastName(b.Y), Text: text}), append(texts, lit)
			}
		}
	}
	add(n)
	i, name := inspect.Login(compared)
	if i < 0 {
		return nil, "", ""
	}
	return texts[i], name, compared[i].Text
}

// outerExpr is what an expression stands in, past brackets.
func outerExpr(stack []ast.Node) ast.Node {
	for i := len(stack) - 1; i >= 0; i-- {
		if _, brackets := stack[i].(*ast.ParenExpr); !brackets {
			return stack[i]
		}
	}
	return nil
}

// comparedSecret states password == "…": whoever reads the code can log in.
func (f *goFile) comparedSecret(n *ast.BinaryExpr, state func(e ast.Expr, name, via string)) {
	if n.Op != token.EQL && n.Op != token.NEQ {
		return
	}
	name := goLastName(n.X)
	if lit, ok := n.Y.(*ast.BasicLit); ok && inspect.IsSecretName(name) {
		if text, ok := stringLit(lit); ok && inspect.ComparedSecret(text) && !f.harmless(name, text) {
			state(lit, name, "comparison")
		}
	}
}

// namesUser marks the values of a literal that names a user, too.
func namesUser(lit *ast.CompositeLit, paired map[ast.Expr]bool) {
	var values []ast.Expr
	named := false
	for _, element := range lit.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			return
		}
		values = append(values, pair.Value)
		switch strings.ToLower(keyName(pair.Key)) {
		case "user", "username", "name", "login":
			text, ok := stringLit(pair.Value)
			named = named || ok && text != ""
		}
	}
	for _, value := range values {
		paired[value] = named
	}
}
