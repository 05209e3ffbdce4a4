package golang

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// goWrapper is a function that reads the variable that an argument names:
// getEnv(key, fallback string) string.
type goWrapper struct {
	name     int // index of the argument with the variable's name
	fallback int // index of the argument used when it is unset; -1 for none
	fixed    ast.Expr
	required bool // the program ends when it is unset
}

// goRead is one read of the environment.
type goRead struct {
	name     string
	via      string
	fallback goValue
	given    ast.Expr // the fallback as written, or nil
	required bool
}

var (
	envFunction = regexp.MustCompile(`(?i)^(must|try)?_?(get|lookup|read|load|fetch|from|require)?_?(os)?_?env(iron(ment)?)?(var(iable)?|value)?_?(or|with|as|from)?_?(default|fallback|else|panic|required|string|str|int|int64|bool|duration|float|slice|fatal|die)*$|^(must)?(get|lookup)_?env`)
	envName     = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	envPackage  = regexp.MustCompile(`(?i)^(env|envs|environment|osenv|envutil|envconf|envvar|envvars|envy)$`)
)

// envCall reads a call as a read of the environment.
func (f *goFile) envCall(c goCall, depth int) (goRead, bool) {
	switch c.key() {
	case "os.Getenv", "os.LookupEnv", "syscall.Getenv":
		name, ok := f.constant(c.arg(0), depth)
		return goRead{name: name, via: c.key()}, ok
	}
	if w, ok := f.wrappers[c.name]; ok && c.pkg == "" && !c.method {
		name, ok := f.constant(c.arg(w.name), depth)
		read := goRead{name: name, via: c.name, required: w.required, given: w.fixed}
		if given := c.arg(w.fallback); given != nil {
			read.given = given
		}
		if read.given != nil {
			read.fallback = f.foldAt(read.given, depth+1)
		}
		return read, ok
	}
	if f.viper.reads(c) {
		return f.viperRead(c, depth)
	}
	return f.foreignWrapper(c, depth)
}

// foreignWrapper recognises wrappers of other files by their name and by what
// they are asked for: config.GetEnv("PORT", "8080"), getenv("PORT").
func (f *goFile) foreignWrapper(c goCall, depth int) (goRead, bool) {
	if len(c.Args) == 0 || len(c.Args) > 3 {
		return goRead{}, false
	}
	name, ok := stringLit(c.Args[0])
	if !ok || !envName.MatchString(name) {
		return goRead{}, false
	}
	own := c.pkg == "" && (f.funcs[c.name] != nil || f.methods[c.name] != nil)
	named := envFunction.MatchString(c.name) || envPackage.MatchString(goName(c.pkg)) && !c.method && !f.envLoader()
	if own || !named || c.pkg == koanfEnvPath || strings.HasPrefix(c.name, "Set") || c.key() == "os.Unsetenv" || c.key() == "os.ExpandEnv" {
		return goRead{}, false
	}
	read := goRead{name: name, via: c.via(), required: strings.HasPrefix(strings.ToLower(c.name), "must") || strings.HasPrefix(strings.ToLower(c.name), "require")}
	if len(c.Args) == 2 && !read.required {
		read.given = c.Args[1]
		read.fallback = f.foldAt(c.Args[1], depth+1)
	}
	return read, true
}

// constant is the text of an expression that is literal in this file.
func (f *goFile) constant(e ast.Expr, depth int) (string, bool) {
	if e == nil {
		return "", false
	}
	folded := f.foldAt(e, depth+1)
	text, has := folded.text()
	return text, has && folded.source() == inspect.Literal && text != ""
}

// findWrappers finds functions that hand a parameter to os.Getenv, and
// functions that hand one to such a function.
func (f *goFile) findWrappers() {
	if !f.imported["os"] && !f.imported["syscall"] {
		return
	}
	for range 3 { // getIntEnv calls getEnv calls lookupEnv
		for _, decl := range f.file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv != nil {
				continue
			}
			name := fn.Name.Name
			if _, known := f.wrappers[name]; known || fn.Body == nil {
				continue
			}
			if w, ok := f.wrapper(fn); ok {
				f.wrappers[name] = w
			}
		}
	}
}

func (f *goFile) wrapper(fn *ast.FuncDecl) (goWrapper, bool) {
	params := map[any]int{}
	count := 0
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			params[name.Obj] = count
			count++
		}
		if len(field.Names) == 0 {
			count++
		}
	}
	index := func(e ast.Expr) int {
		id, ok := e.(*ast.Ident)
		if !ok || id.Obj == nil {
			return -1
		}
		if i, isParam := params[id.Obj]; isParam {
			return i
		}
		return -1
	}
	w := goWrapper{name: -1, fallback: -1}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || w.name >= 0 {
			return true
		}
		c := f.resolve(call)
		switch inner, isWrapper := f.wrappers[c.name]; {
		case c.key() == "os.Getenv" || c.key() == "os.LookupEnv" || c.key() == "syscall.Getenv":
			w.name = index(c.arg(0))
		case isWrapper && c.pkg == "" && !c.method:
			w.name = index(c.arg(inner.name))
			w.fallback = index(c.arg(inner.fallback))
			w.required = inner.required
		}
		return true
	})
	if w.name < 0 {
		return w, false
	}
	f.wrapperFallback(fn, &w, index)
	return w, true
}

// wrapperFallback finds what the function returns for an unset variable.
func (f *goFile) wrapperFallback(fn *ast.FuncDecl, w *goWrapper, index func(ast.Expr) int) {
	ends := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			for _, result := range n.Results {
				if i := index(result); i >= 0 && i != w.name {
					w.fallback = i
				} else if text, ok := stringLit(result); ok && text != "" && w.fixed == nil {
					w.fixed = result
				}
			}
		case *ast.AssignStmt:
			for _, value := range n.Rhs {
				if i := index(value); i >= 0 && i != w.name && n.Tok == token.ASSIGN {
					w.fallback = i
				}
			}
		case *ast.IfStmt:
			for _, c := range f.conditions(n.Cond) {
				ends = ends || c.equals == nil && !c.present && !c.either && f.exitsItself(n.Body)
			}
		}
		return true
	})
	w.required = w.required || ends && w.fallback < 0 && w.fixed == nil
}

// env states every read of the environment.
func (f *goFile) env() {
	f.readTags()
	f.readViper()
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			if lit, isLit := n.(*ast.CompositeLit); isLit {
				f.flagLiteral(lit)
			}
			return
		}
		c := f.resolve(call)
		f.processed(c)
		f.koanfProvider(c)
		if c.key() == "os.ExpandEnv" {
			if text, ok := f.constant(c.arg(0), 0); ok {
				for _, name := range expandNames(text) {
					f.emit(call, inspect.EnvRead{Name: name, Via: c.key(), Secret: inspect.IsSecretName(name)})
				}
			}
			return
		}
		if read, ok := f.envCall(c, 0); ok {
			f.stateRead(call, read, stack)
		} else {
			f.loopReads(c, stack)
			f.ask(c)
			f.askKey(c)
		}
	})
}

// stateRead joins a read with the checks on the name that takes its value.
func (f *goFile) stateRead(call *ast.CallExpr, read goRead, stack []ast.Node) {
	fact := inspect.EnvRead{Name: read.name, Via: read.via, Required: read.required && !f.testedFor(read.name, stack), Secret: inspect.IsSecretName(read.name)}
	fallback, given := read.fallback, read.given
	if other := orOf(call, stack, f); other != nil && given == nil {
		given, fallback = other, f.fold(other)
	}
	if b := f.receiver(call, stack); b != nil {
		if b.fallback != nil && given == nil {
			given, fallback = b.fallback, f.fold(b.fallback)
			fact.Debug = b.debug
		}
		if given == nil {
			given, fallback = f.besides(b, call)
		}
		fact.Required = fact.Required || b.required
		if text, has := fallback.text(); has {
			fact.Rejected = b.required && text == ""
			for _, rejected := range b.rejects {
				no, _ := f.fold(rejected).text()
				fact.Rejected = fact.Rejected || no == text
			}
		}
	}
	if compared, ends := f.compared(call, stack); compared {
		fact.Required = fact.Required || ends
		if !ends && given == nil {
			fact.Fallback = inspect.Lit("") // unset is one of the values that it expects
		}
	}
	if given != nil {
		f.markDefault(given)
		fact.Fallback = fallback.value()
		if text, has := fallback.text(); has && fact.Secret && text != "" && fallback.source() == inspect.Literal {
			fact.Fallback = inspect.SecretLit(text)
		}
	}
	f.emit(call, fact)
}

// besides is the literal that a name holds where a read does not replace it:
// port := "8080"; if … { port = os.Getenv("PORT") }.
func (f *goFile) besides(b *goBinding, call ast.Expr) (ast.Expr, goValue) {
	for _, v := range b.values {
		if v == call {
			continue
		}
		if folded := f.fold(v); folded.source() == inspect.Literal {
			return v, folded
		}
	}
	return nil, nil
}

// compared reports whether a read is only compared with a value, and whether
// the program ends when it is unset: if os.Getenv("X") == "" { log.Fatal(…) }.
func (f *goFile) compared(call ast.Expr, stack []ast.Node) (compared, ends bool) {
	if len(stack) == 0 {
		return false, false
	}
	switch parent := stack[len(stack)-1].(type) {
	case *ast.SwitchStmt:
		return parent.Tag == call, false
	case *ast.BinaryExpr:
		if parent.Op != token.EQL && parent.Op != token.NEQ {
			return false, false
		}
		text, isText := stringLit(parent.Y)
		for i := len(stack) - 2; i >= 0; i-- {
			if check, ok := stack[i].(*ast.IfStmt); ok {
				return true, isText && text == "" && parent.Op == token.EQL && f.exitsItself(check.Body) && !eitherOf(stack[i+1:])
			}
		}
		return true, false
	}
	return false, false
}

// markDefault remembers the literals of a default: they are no hard-coded values.
func (f *goFile) markDefault(e ast.Expr) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			f.defaults[n] = true
		case *ast.Ident:
			if n.Obj != nil && f.bindings[n.Obj] != nil {
				for _, v := range f.bindings[n.Obj].values {
					if lit, ok := v.(*ast.BasicLit); ok {
						f.defaults[lit] = true
					}
				}
			}
		}
		return true
	})
}

// receiver is the name or field that takes a call's value, directly or through
// a conversion.
func (f *goFile) receiver(call ast.Expr, stack []ast.Node) *goBinding {
	var value ast.Expr = call
	for i := len(stack) - 1; i >= 0; i-- {
		switch parent := stack[i].(type) {
		case *ast.ParenExpr:
			value = parent
		case *ast.CallExpr:
			c := f.resolve(parent)
			if len(parent.Args) == 0 || parent.Args[0] != value || !goTransparent[c.key()] && !goConversions[c.name] && len(parent.Args) != 1 {
				return nil
			}
			value = parent
		case *ast.AssignStmt:
			for j, r := range parent.Rhs {
				if r == value && j < len(parent.Lhs) {
					return f.binding(parent.Lhs[j])
				}
			}
			return nil
		case *ast.ValueSpec:
			for j, r := range parent.Values {
				if r == value && j < len(parent.Names) {
					return f.binding(parent.Names[j])
				}
			}
			return nil
		case *ast.KeyValueExpr:
			if key, ok := parent.Key.(*ast.Ident); ok && f.ownField(key.Name) {
				return f.fields[key.Name]
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

// orOf is what stands in for a call inside cmp.Or.
func orOf(call ast.Expr, stack []ast.Node, f *goFile) ast.Expr {
	if len(stack) == 0 {
		return nil
	}
	parent, ok := stack[len(stack)-1].(*ast.CallExpr)
	if !ok {
		return nil
	}
	if c := f.resolve(parent); c.key() != "cmp.Or" {
		return nil
	}
	last := parent.Args[len(parent.Args)-1]
	if last == call {
		return nil
	}
	return last
}
