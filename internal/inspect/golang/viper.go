package golang

import (
	"go/ast"
	"strings"

	"twelvefold/internal/inspect"
)

const viperPath = "github.com/spf13/viper"

// goViper is what a file tells viper about the environment.
type goViper struct {
	automatic bool
	prefix    string
	replaced  bool              // dots and dashes of keys become underscores
	bound     map[string]string // key → variable
	defaults  map[string]ast.Expr
}

// reads reports whether a call asks viper for a key.
func (v goViper) reads(c goCall) bool {
	return c.pkg == viperPath && strings.HasPrefix(c.name, "Get") && len(c.Args) == 1
}

// variable is the environment variable that a key is read from, or "".
func (v goViper) variable(key string) string {
	if name, ok := v.bound[key]; ok {
		return name
	}
	if !v.automatic {
		return ""
	}
	return v.derived(key)
}

func (v goViper) derived(key string) string {
	name := strings.ToUpper(key)
	if v.replaced {
		name = strings.NewReplacer(".", "_", "-", "_").Replace(name)
	}
	if v.prefix != "" {
		name = strings.ToUpper(v.prefix) + "_" + name
	}
	return name
}

// readViper notes the file's viper settings and states its bound variables.
func (f *goFile) readViper() {
	f.viper = goViper{bound: map[string]string{}, defaults: map[string]ast.Expr{}}
	if !f.imported[viperPath] {
		return
	}
	var binds, given []goCall
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		c := f.resolve(call)
		if c.pkg != viperPath {
			return
		}
		key, _ := f.constant(c.arg(0), 0)
		switch c.name {
		case "AutomaticEnv":
			f.viper.automatic = true
		case "SetEnvPrefix":
			f.viper.prefix = key
		case "SetEnvKeyReplacer":
			f.viper.replaced = true
		case "SetDefault":
			if key != "" && len(c.Args) == 2 {
				f.viper.defaults[key] = c.Args[1]
				f.markDefault(c.Args[1])
				given = append(given, c)
			}
		case "BindEnv":
			binds = append(binds, c)
		}
	})
	for _, c := range binds {
		f.bindViper(c)
	}
	for _, c := range given {
		f.defaultViper(c)
	}
}

// defaultViper states the variable that a secret's default stands in for, where
// the file takes all settings from the environment: what reads them, by
// Unmarshal or in other files, need not name it.
func (f *goFile) defaultViper(c goCall) {
	key, _ := f.constant(c.arg(0), 0)
	name := f.viper.variable(key)
	if _, bound := f.viper.bound[key]; bound || name == "" || !inspect.IsSecretName(name) {
		return
	}
	f.stateRead(c.CallExpr, goRead{name: name, via: c.via(), fallback: f.fold(c.Args[1]), given: c.Args[1]}, nil)
}

func (f *goFile) bindViper(c goCall) {
	key, ok := f.constant(c.arg(0), 0)
	if !ok {
		return
	}
	name := f.viper.derived(key)
	if given, ok := f.constant(c.arg(1), 0); ok {
		name = given
	}
	f.viper.bound[key] = name
	f.stateRead(c.CallExpr, goRead{name: name, via: c.via(), fallback: f.fold(f.viper.defaults[key]), given: f.viper.defaults[key]}, nil)
}

// viperRead resolves viper.GetString("db.url") to its variable. A bound one
// was stated where it is bound, but its value still comes from it.
func (f *goFile) viperRead(c goCall, depth int) (goRead, bool) {
	key, ok := f.constant(c.arg(0), depth)
	if !ok {
		return goRead{}, false
	}
	name := f.viper.variable(key)
	given := f.viper.defaults[key]
	return goRead{name: name, via: c.via(), fallback: f.foldAt(given, depth+1), given: given}, name != ""
}
