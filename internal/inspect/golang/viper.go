package golang

import (
	"go/ast"
	"maps"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

const viperPath = "github.com/spf13/viper"

// goViper is what a file tells viper about the environment.
type goViper struct {
	automatic ast.Node // AutomaticEnv, or nil
	prefix    string
	replaced  []string          // what keys have replaced, in pairs: ".", "_"
	bound     map[string]string // key → variable
	defaults  map[string]ast.Expr
	set       map[string]bool     // keys that the program itself sets
	at        map[string]ast.Node // where a key is bound, set, or given a default
	lists     bool                // keys are known beside those that are asked for: of a settings file, of flags, of a struct
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
	if v.automatic == nil {
		return ""
	}
	return v.derived(key)
}

func (v goViper) derived(key string) string {
	return v.before() + strings.NewReplacer(v.replaced...).Replace(strings.ToUpper(key))
}

// before is what stands before the name of every variable.
func (v goViper) before() string {
	if v.prefix == "" {
		return ""
	}
	return strings.ToUpper(v.prefix) + "_"
}

// readViper notes the file's viper settings and states its bound variables.
func (f *goFile) readViper() {
	f.viper = goViper{bound: map[string]string{}, defaults: map[string]ast.Expr{}, set: map[string]bool{}, at: map[string]ast.Node{}}
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
			f.viper.automatic = call
		case "SetEnvPrefix":
			f.viper.prefix = key
		case "SetEnvKeyReplacer":
			f.viper.replaced = f.replacements(c.arg(0))
		case "ReadInConfig", "ReadConfig", "MergeInConfig", "MergeConfig", "MergeConfigMap", "ReadRemoteConfig", "BindPFlags", "BindFlagValues", "ExperimentalBindStruct":
			f.viper.lists = true
		case "Set":
			f.viper.set[key], f.viper.at[key] = true, call
		case "SetDefault":
			if key != "" && len(c.Args) == 2 {
				f.viper.defaults[key], f.viper.at[key] = c.Args[1], call
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

// replacements are the pairs of strings.NewReplacer(".", "_"), or those that are
// usual where the file does not tell.
func (f *goFile) replacements(e ast.Expr) []string {
	usual := []string{".", "_", "-", "_"}
	c, ok := f.is(ast.Unparen(e), "strings.NewReplacer")
	if !ok || len(c.Args)%2 != 0 {
		return usual
	}
	var pairs []string
	for _, a := range c.Args {
		text, known := stringLit(a)
		if !known {
			return usual
		}
		pairs = append(pairs, strings.ToUpper(text))
	}
	return pairs
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
	f.viper.bound[key], f.viper.at[key] = name, c.CallExpr
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

// exportViper states which variables the file has viper read for the keys that
// other files ask for.
func (f *goFile) exportViper() {
	v := f.viper
	for _, key := range slices.Sorted(maps.Keys(v.at)) {
		value := inspect.Value{Source: inspect.Unknown}
		if name := v.variable(key); !v.set[key] {
			if name == "" {
				continue
			}
			secret := inspect.IsSecretName(name)
			value = fold.Read(name, secret, f.fold(v.defaults[key]).whole()).Kept(secret)
		}
		f.emit(v.at[key], inspect.EnvExport{Name: "viper:" + key, Value: value})
	}
	if v.automatic != nil {
		w := inspect.EnvWrapper{Name: "viper:*", Prefix: v.before(), Upper: true, Replaced: v.replaced}
		f.emit(v.automatic, w)
		if v.lists {
			w.Name = "viper.filled:*"
			f.emit(v.automatic, w)
		}
	}
}
