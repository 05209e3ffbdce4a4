package csharp

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// What a file asks other files for: members of types of the program's own.

// symbol is what an expression names in a file of the program: "Shop,Shop.Options:Env.MongoUrl",
// "Shop:RedisOptions.Host" of an object. Before the colon stand the namespaces
// that may hold the type, with commas between them. It is "" for anything else.
func (f *file) symbol(n syntax.Node) string { return fold.Short(f.symbolFrom(n, 8)) }

func (f *file) symbolFrom(n syntax.Node, hops int) string {
	if hops == 0 || !n.OK() {
		return ""
	}
	switch n.Kind() {
	case "parenthesized_expression", "await_expression", "postfix_unary_expression":
		return f.symbolFrom(n.Child(0), hops-1)
	case "identifier":
		if b := f.lookup(n.Text(), n); b != nil {
			return f.symbolOfBinding(b, hops)
		}
		return f.nameSymbol(n.Text(), n)
	case "member_access_expression", "conditional_access_expression":
		if b := f.target(n); b != nil {
			return f.symbolOfBinding(b, hops)
		}
		object, name := receiver(n), lastName(n)
		base := f.symbolFrom(object, hops-1)
		if base == "" || name == "" || (name == "Value" || name == "CurrentValue") && strings.HasPrefix(f.resolve(object), "Microsoft.Extensions.Options.") {
			return base
		}
		return base + "." + name
	case "object_creation_expression", "implicit_object_creation_expression":
		return f.typeSymbol(n.Field("type"))
	case "invocation_expression":
		c := f.callOf(n)
		switch typ := typeArgument(n.Field("function")); {
		case typ.OK() && (c.method == "Get" && isSection(lastName(c.object)) || c.method == "GetService" || c.method == "GetRequiredService"):
			return f.typeSymbol(typ)
		case !typ.OK() && len(c.positional) == 0 && c.object.OK():
			if base := f.symbolFrom(c.object, hops-1); base != "" {
				return base + "." + c.method + "()"
			}
		}
	}
	return ""
}

func (f *file) symbolOfBinding(b *binding, hops int) string {
	switch {
	case b.typ.OK():
		return f.typeSymbol(b.typ)
	case len(b.values) == 1:
		return f.symbolFrom(b.values[0], hops-1)
	}
	return ""
}

// typeSymbol is the symbol of a type of the program's own, and that of T for
// IOptions<T>.
func (f *file) typeSymbol(typ syntax.Node) string {
	if typ.Is("nullable_type") {
		typ = typ.Child(0)
	}
	if typ.Is("generic_name") {
		if !strings.HasPrefix(simpleName(typ), "IOptions") {
			return ""
		}
		typ = typ.Child(1).Child(0)
	}
	if !typ.Is("identifier") {
		return ""
	}
	return f.nameSymbol(typ.Text(), typ)
}

// nameSymbol is the symbol of a type by its simple name at n.
func (f *file) nameSymbol(name string, n syntax.Node) string {
	if class, own := f.types[name]; own {
		return f.ownSymbol(class)
	}
	if path, ok := f.aliases[name]; ok {
		at := strings.LastIndexByte(path, '.')
		return path[:max(at, 0)] + ":" + path[at+1:]
	}
	if f.simpleType(name) != "?"+name || strings.HasSuffix(name, "ConfigurationManager") || name == "" || name[0] < 'A' || name[0] > 'Z' {
		return ""
	}
	var spaces []string
	for space := f.namespaceOf(n); space != ""; {
		spaces = append(spaces, space)
		space = space[:max(strings.LastIndexByte(space, '.'), 0)]
	}
	for _, space := range sortedKeys(f.usings) {
		if !strings.HasPrefix(space, "System") && !strings.HasPrefix(space, "Microsoft.") && !knownSpaces[space] && !slices.Contains(spaces, space) {
			spaces = append(spaces, space)
		}
	}
	return strings.Join(append(spaces, ""), ",") + ":" + name
}

// knownSpaces are the namespaces of known types.
var knownSpaces = func() map[string]bool {
	spaces := map[string]bool{}
	for _, places := range known {
		for _, p := range places {
			spaces[p.namespace] = true
		}
	}
	return spaces
}()

// ownSymbol is the symbol of one of the file's types.
func (f *file) ownSymbol(class syntax.Node) string {
	name := class.Field("name").Text()
	for outer := class.Up(typeKinds...); outer.OK(); outer = outer.Up(typeKinds...) {
		name = outer.Field("name").Text() + "." + name
	}
	return f.namespaceOf(class) + ":" + name
}

// namespaceOf is the namespace around n.
func (f *file) namespaceOf(n syntax.Node) string {
	space := ""
	for outer := n.Up("namespace_declaration"); outer.OK(); outer = outer.Up("namespace_declaration") {
		space = strings.TrimSuffix(dotted(outer.Field("name"))+"."+space, ".")
	}
	for c := f.tree.Root().First(); c.OK() && space == ""; c = c.Next() {
		if c.Is("file_scoped_namespace_declaration") {
			space = dotted(c.Field("name"))
		}
	}
	return space
}

// referred is a value with what other files may tell of the expression.
func (f *file) referred(v fold.Value, n syntax.Node) fold.Value {
	if v.Source != inspect.Unknown && v.Source != inspect.Input || v.Reads() {
		return v
	}
	switch n.Kind() {
	case "identifier":
		b := f.lookup(n.Text(), n)
		if b == nil || !b.settable { // of an options class: what a section gives it
			return v
		}
		if class := b.first.Up(typeKinds...); optionsClass.MatchString(class.Field("name").Text()) {
			return fold.Refer(v.Source, f.ownSymbol(class)+"."+n.Text())
		}
		return v
	case "member_access_expression", "conditional_access_expression", "invocation_expression":
		if f.target(n) != nil || n.Is("invocation_expression") && sameMethods[lastName(n)] {
			return v
		}
	default:
		return v
	}
	if _, name, ok := strings.Cut(f.symbol(n), ":"); ok && strings.Contains(name, ".") {
		return fold.Refer(v.Source, f.symbol(n))
	}
	return v
}

// askedOf is the symbol and the variable of a call that reads it if another
// file's method does: Env.Get("DATABASE_URL").
func (f *file) askedOf(c call) (symbol, name string, ok bool) {
	if c.new || c.name != "" || !c.object.Is("identifier") || len(c.positional) == 0 || len(c.positional) > 2 || !c.positional[0].Is("string_literal") || strings.HasPrefix(c.method, "Set") {
		return "", "", false
	}
	name = stringText(c.positional[0])
	written, _, _ := strings.Cut(c.Text(), name)
	if !inspect.AskedName(name) || !inspect.AsksFor(written) || f.localFunction(c.Field("function")).OK() {
		return "", "", false
	}
	symbol = f.symbol(c.object)
	return symbol + "." + c.method, name, symbol != ""
}

// ask states such a call.
func (f *file) ask(c call) {
	symbol, name, ok := f.askedOf(c)
	if !ok {
		return
	}
	read := inspect.EnvRead{Name: name, Via: c.method, Secret: isSecretVariable(name), Debug: f.inDebugBranch(c.Node)}
	read.Fallback = f.evaluate(c.arg(1)).Kept(read.Secret)
	f.state(c.Node, inspect.EnvAsk{Symbol: symbol, Read: read})
}
