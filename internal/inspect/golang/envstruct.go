package golang

import (
	"go/ast"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// Variables named by something else than a call's literal: fields of a struct
// that a loader is given, flags of a command line, lists that a loop goes over.

const envconfigPath = "github.com/kelseyhightower/envconfig"

var (
	gatherWords  = regexp.MustCompile(`([^A-Z]+|[A-Z]+[^A-Z]+|[A-Z]+)`)
	acronymWords = regexp.MustCompile(`([A-Z]+)([A-Z][^A-Z]+)`)
)

// processed states the fields that envconfig.Process(prefix, &spec) fills by
// their own names; those with a tag are stated by it.
func (f *goFile) processed(c goCall) {
	if c.key() != envconfigPath+".Process" && c.key() != envconfigPath+".MustProcess" {
		return
	}
	prefix, known := stringLit(c.arg(0))
	if !known {
		if prefix, known = f.constant(c.arg(0), 0); !known {
			return
		}
	}
	if prefix != "" {
		prefix = strings.ToUpper(prefix) + "_"
	}
	f.specFields(f.structOf(c.arg(1)), prefix, 4)
}

func (f *goFile) specFields(s *ast.StructType, prefix string, depth int) {
	if s == nil || depth == 0 {
		return
	}
	for _, field := range s.Fields.List {
		tag := tagOf(field)
		if tag.Get("ignored") == "true" || tag.Get("envconfig") != "" {
			continue
		}
		inner := f.structType(field.Type)
		if len(field.Names) == 0 {
			f.specFields(inner, prefix, depth-1)
			continue
		}
		for _, name := range field.Names {
			if !name.IsExported() {
				continue
			}
			variable := prefix + specName(name.Name, tag.Get("split_words") == "true")
			if inner != nil {
				f.specFields(inner, variable+"_", depth-1)
				continue
			}
			read := inspect.EnvRead{Name: variable, Via: envconfigPath + ".Process", Required: tag.Get("required") == "true", Secret: inspect.IsSecretName(variable)}
			if text, has := tag.Lookup("default"); has {
				read.Fallback = inspect.LitOf(text)
				if read.Secret && text != "" {
					read.Fallback = inspect.SecretLit(text)
				}
			}
			f.envTags[name.Name], f.tagged[field] = read, read
			f.emit(field, read)
		}
	}
}

// specName is what envconfig makes of a field's name: MULTIWORD, or MULTI_WORD
// when its words are split.
func specName(name string, split bool) string {
	if !split {
		return strings.ToUpper(name)
	}
	var words []string
	for _, word := range gatherWords.FindAllString(name, -1) {
		if m := acronymWords.FindStringSubmatch(word); len(m) == 3 {
			words = append(words, m[1], m[2])
		} else {
			words = append(words, word)
		}
	}
	return strings.ToUpper(strings.Join(words, "_"))
}

// structOf is the struct of this file that an expression is a pointer to.
func (f *goFile) structOf(e ast.Expr) *ast.StructType {
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		return f.structOf(e.X)
	case *ast.CompositeLit:
		return f.structType(e.Type)
	case *ast.CallExpr:
		if fn, ok := e.Fun.(*ast.Ident); ok && fn.Name == "new" && len(e.Args) == 1 {
			return f.structType(e.Args[0])
		}
	case *ast.Ident:
		if e.Obj == nil {
			return nil
		}
		if spec, ok := e.Obj.Decl.(*ast.ValueSpec); ok && spec.Type != nil {
			return f.structType(spec.Type)
		}
		if b := f.bindings[e.Obj]; b != nil && len(b.values) == 1 && b.values[0] != e && f.step() {
			if _, again := b.values[0].(*ast.Ident); !again {
				return f.structOf(b.values[0])
			}
		}
	}
	return nil
}

// structType is the struct of this file that a type is or names, or nil.
func (f *goFile) structType(t ast.Expr) *ast.StructType {
	switch t := t.(type) {
	case *ast.StructType:
		return t
	case *ast.StarExpr:
		return f.structType(t.X)
	case *ast.Ident:
		for _, s := range f.structs {
			if s.name == t.Name {
				return s.StructType
			}
		}
	}
	return nil
}

const cliPath = "github.com/urfave/cli"

// flagLiteral states &cli.StringFlag{EnvVars: []string{"TOKEN"}, Value: "x"},
// of every version of the library.
func (f *goFile) flagLiteral(lit *ast.CompositeLit) {
	if !f.imported[cliPath] {
		return
	}
	pkg, kind := f.typeOrigin(lit.Type)
	if pkg != cliPath && pkg != cliPath+"/altsrc" || !strings.HasSuffix(kind, "Flag") {
		return
	}
	var names []string
	for _, key := range []string{"EnvVars", "EnvVar", "Sources"} {
		switch v := keyed(lit, key).(type) {
		case *ast.CompositeLit:
			for _, e := range v.Elts {
				if name, ok := f.constant(e, 0); ok {
					names = append(names, name)
				}
			}
		case *ast.CallExpr: // cli.EnvVars("A", "B")
			for _, e := range v.Args {
				if name, ok := f.constant(e, 0); ok && f.resolve(v).name == "EnvVars" {
					names = append(names, name)
				}
			}
		case ast.Expr:
			if text, ok := f.constant(v, 0); ok {
				names = append(names, strings.Split(text, ",")...)
			}
		}
	}
	required, _ := keyed(lit, "Required").(*ast.Ident)
	for _, name := range names {
		read := inspect.EnvRead{Name: strings.TrimSpace(name), Via: cliPath + "." + kind, Secret: inspect.IsSecretName(name)}
		read.Required = required != nil && required.Name == "true" && len(names) == 1
		if value := keyed(lit, "Value"); value != nil {
			f.markDefault(value)
			read.Fallback = f.fold(value).value()
			if read.Secret && read.Fallback.IsLiteral() && read.Fallback.Text != "" && read.Fallback.Secret == nil {
				read.Fallback = inspect.SecretLit(read.Fallback.Text)
			}
		}
		f.emit(lit, read)
	}
}

// loopReads states the variables of a list that a loop goes over:
// for _, name := range []string{"A", "B"} { os.Getenv(name) }.
func (f *goFile) loopReads(c goCall, stack []ast.Node) {
	name, ok := c.arg(0).(*ast.Ident)
	if !ok || name.Obj == nil || c.key() != "os.Getenv" && c.key() != "os.LookupEnv" {
		return
	}
	for _, above := range stack {
		loop, isLoop := above.(*ast.RangeStmt)
		if !isLoop {
			continue
		}
		value, isName := loop.Value.(*ast.Ident)
		list := f.composite(loop.X, 0)
		if !isName || value.Obj != name.Obj || list == nil {
			continue
		}
		required := false
		for _, stmt := range loop.Body.List {
			if check, isCheck := stmt.(*ast.IfStmt); isCheck {
				required = required || f.exits(check.Body)
			}
		}
		for _, e := range list.Elts {
			if variable, known := stringLit(e); known && envName.MatchString(variable) {
				f.emit(e, inspect.EnvRead{Name: variable, Via: c.key(), Required: required, Secret: inspect.IsSecretName(variable)})
			}
		}
	}
}
