package golang

import (
	"go/ast"
	"reflect"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

// keyTags are the tags that name the keys which a library fills a struct from.
var keyTags = map[string]string{"viper": "mapstructure", "koanf": "koanf"}

// filled is the library and the struct that a call fills, with the key below
// which it looks: viper.UnmarshalKey("db", &c).
func filled(c goCall) (library, key string, target ast.Expr) {
	switch {
	case c.pkg == viperPath && (c.name == "Unmarshal" || c.name == "UnmarshalExact"):
		return "viper", "", c.arg(0)
	case c.pkg == viperPath && c.name == "UnmarshalKey":
		library, target = "viper", c.arg(1)
	case c.pkg == koanfPath && c.method && (c.name == "Unmarshal" || c.name == "UnmarshalWithConf"):
		library, target = "koanf", c.arg(1)
	default:
		return "", "", nil
	}
	if below, known := stringLit(c.arg(0)); known {
		return library, strings.TrimSuffix(below+".", "."), target
	}
	return "", "", nil
}

// keyed states which structs the file has filled, and of its own structs the
// keys that their fields are filled from.
func (x *goExports) keyed() {
	f := x.f
	roots := map[string]bool{}
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		library, key, target := filled(f.resolve(call))
		if target == nil {
			return
		}
		if symbol := f.symbol(target); symbol != "" && !knownSymbol(symbol) {
			own, _ := inspect.OwnSymbol(symbol)
			roots[own] = true
			f.emit(call, inspect.EnvExport{Name: library + ".filled:" + key, Value: fold.Refer(inspect.Input, symbol).Kept(false)})
		}
	})
	k := &keyedStructs{goExports: x, symbols: map[string][]string{}, at: map[string]ast.Node{}}
	for _, s := range f.structs {
		for _, library := range []string{"viper", "koanf"} {
			if roots[s.name] && f.imports[library] != "" || f.tags(s.StructType, library, 4) {
				k.library, k.root = library, s.name
				k.fields(s.StructType, "", []string{s.name}, 4)
			}
		}
	}
	for _, name := range k.names {
		v := fold.Input
		for _, symbol := range k.symbols[name] {
			v.Env = append(v.Env, inspect.ExportOf(symbol))
		}
		x.say(k.at[name], name, goValue{v})
	}
}

// keyedStructs collects the keys that may fill fields, by the names under which
// other files know those: "Config.Server.Port", "ServerConfig.Port".
type keyedStructs struct {
	*goExports
	library, root string
	names         []string
	symbols       map[string][]string
	at            map[string]ast.Node
}

// tags reports whether a struct, or one in it, names keys for a library.
func (f *goFile) tags(s *ast.StructType, library string, depth int) bool {
	for _, field := range s.Fields.List {
		if tagOf(field).Get(keyTags[library]) != "" {
			return true
		}
		if inner := f.structType(field.Type); depth > 0 && inner != nil && inner != s && f.tags(inner, library, depth-1) {
			return true
		}
	}
	return false
}

// fields collects those of a struct that is filled from what stands below a key,
// and of structs in it. names are what the struct is known by.
func (k *keyedStructs) fields(s *ast.StructType, key string, names []string, depth int) {
	f := k.f
	if depth == 0 {
		return
	}
	for _, field := range s.Fields.List {
		tag, squashed := keyTag(tagOf(field), keyTags[k.library])
		inner := f.structType(field.Type)
		if len(field.Names) == 0 && inner != nil && squashed {
			k.fields(inner, key, names, depth-1)
		}
		for _, id := range field.Names {
			if tag == "-" || !id.IsExported() {
				continue
			}
			below := key + tag
			if tag == "" {
				below = key + strings.ToLower(id.Name)
			}
			var known []string
			for _, name := range names {
				known = append(known, name+"."+id.Name)
			}
			switch {
			case inner == nil:
				if f.typeSymbol(field.Type) == "" || isPlain(field.Type) {
					k.field(field, below, known)
				}
			case squashed:
				k.fields(inner, key, known, depth-1)
			default:
				if name, here := inspect.OwnSymbol(f.typeSymbol(field.Type)); here && f.usedOnce(name) {
					known = append(known, name)
				}
				k.fields(inner, below+".", known, depth-1)
			}
		}
	}
}

func (k *keyedStructs) field(field *ast.Field, key string, names []string) {
	symbol := inspect.KeySymbol(k.library, key) + "|" + k.root
	k.f.emit(field, inspect.EnvAsk{Symbol: symbol, Read: inspect.EnvRead{Name: key, Via: k.library + ".Unmarshal"}})
	for _, name := range names {
		if k.at[name] == nil {
			k.at[name] = field
			k.names = append(k.names, name)
		}
		k.symbols[name] = append(k.symbols[name], symbol)
	}
}

// usedOnce reports whether one field of the file's structs has a type.
func (f *goFile) usedOnce(name string) bool {
	count := 0
	for _, s := range f.structs {
		for _, field := range s.Fields.List {
			if symbol, here := inspect.OwnSymbol(f.typeSymbol(field.Type)); here && symbol == name {
				count += max(1, len(field.Names))
			}
		}
	}
	return count == 1
}

// isPlain reports whether a type is one of a library that holds one value.
func isPlain(t ast.Expr) bool {
	sel, ok := t.(*ast.SelectorExpr)
	return ok && (sel.Sel.Name == "Duration" || sel.Sel.Name == "Time")
}

// keyTag is the key that a tag names: mapstructure:"port", mapstructure:",squash".
func keyTag(tag reflect.StructTag, name string) (key string, squashed bool) {
	key, options, _ := strings.Cut(tag.Get(name), ",")
	return key, strings.Contains(options, "squash")
}
