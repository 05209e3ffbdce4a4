package jvm

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// What a file asks other files for, and properties that a framework's settings
// hold.

// symbol is what an expression names in a file of the program:
// "com.acme.conf:Env.MONGO_URI", "com.acme:RedisProperties.host" for getHost() of
// such an object. Before the colon stand the packages and classes that may hold
// the name, with commas between them and the nearest first. It is "" for
// anything else.
func (f *file) symbol(n syntax.Node) string { return fold.Short(f.symbolFrom(n, 8)) }

func (f *file) symbolFrom(n syntax.Node, hops int) string {
	n = bare(n)
	if hops == 0 || !n.OK() {
		return ""
	}
	below := func(object syntax.Node, name string) string {
		if base := f.symbolFrom(object, hops-1); base != "" && name != "" {
			return base + "." + name
		}
		return ""
	}
	switch n.Kind() {
	case "identifier":
		if b := f.bindingOf(n.Text(), n); b != nil {
			return f.symbolOfBinding(b, hops)
		}
		return f.nameSymbol(n.Text())
	case "field_access", "navigation_expression":
		if b := f.bindingAt(n); b != nil {
			return f.symbolOfBinding(b, hops)
		}
		return below(n.Child(0), lastChild(n).Text())
	case "object_creation_expression":
		return f.typeSymbol(n.Field("type"))
	case "method_invocation", "call_expression":
		c := f.callOf(n)
		switch {
		case c.class != "" && !c.recv.OK():
			return f.nameSymbol(c.class)
		case c.method == "" || len(c.args) > 0 || len(c.named) > 0:
		case c.recv.OK():
			return below(c.recv, property(c.method))
		case len(f.localFunctions(c.method, n)) == 0:
			return f.nameSymbol(property(c.method))
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

// typeSymbol is the symbol of a type of the program's own.
func (f *file) typeSymbol(typ syntax.Node) string {
	text, _, _ := strings.Cut(strings.TrimRight(dotted(typ), "?"), "<")
	first, rest, qualified := strings.Cut(text, ".")
	switch {
	case first == "" || strings.ContainsAny(text, "[@("):
		return ""
	case !capital(first):
		return f.pathSymbol(text)
	}
	symbol := f.nameSymbol(first)
	if symbol != "" && qualified {
		symbol += "." + rest
	}
	return symbol
}

// nameSymbol is the symbol of a name that the file does not bind, or of a class.
func (f *file) nameSymbol(name string) string {
	if class, own := f.classes[name]; own {
		return f.packageName + ":" + ownName(class)
	}
	if path, imported := f.imported[name]; imported {
		return f.pathSymbol(path)
	}
	if f.simpleName(name) != "" || !capital(name) && !f.kotlin && !slices.ContainsFunc(f.packages, isClassPath) {
		return ""
	}
	holders := []string{f.packageName}
	for _, p := range f.packages {
		if !f.foreign(p) && !slices.Contains(holders, p) {
			holders = append(holders, p)
		}
	}
	return strings.Join(holders, ",") + ":" + name
}

// isClassPath tells a class, of which all members are imported, from a package.
func isClassPath(path string) bool { return capital(path[strings.LastIndexByte(path, '.')+1:]) }

// pathSymbol is the symbol of a path as imports write it.
func (f *file) pathSymbol(path string) string {
	if f.foreign(path) {
		return ""
	}
	class := declaredPart(path)
	dot := strings.LastIndexByte(class, '.')
	return path[:max(dot, 0)] + ":" + path[dot+1:]
}

// libraries are beginnings of packages that no program has of its own.
var libraries = regexp.MustCompile(`^(java|javax|jakarta|kotlin|kotlinx|android|androidx|scala|lombok|reactor|io\.(ktor|micronaut|quarkus|smallrye|vertx|netty|grpc|micrometer|swagger)|org\.(springframework|slf4j|junit|mockito|assertj|hibernate|eclipse|apache|jetbrains)|com\.(google|fasterxml|amazonaws|zaxxer|mongodb|rabbitmq)|software\.amazon)\.`)

func (f *file) foreign(path string) bool {
	return libraries.MatchString(path) && !libraries.MatchString(f.packageName+".")
}

// ownName is the name of one of the file's classes below its package; a
// companion object's is its class's.
func ownName(class syntax.Node) string {
	name := ""
	for ; class.OK(); class = enclosingClass(class) {
		if own := class.Field("name").Text(); own != "" && !class.Is("companion_object") {
			name = strings.TrimSuffix(own+"."+name, ".")
		}
	}
	return name
}

// property is the property that a method without parameters gives.
func property(method string) string {
	for _, verb := range [...]string{"get", "is"} {
		if rest, ok := strings.CutPrefix(method, verb); ok && capital(rest) {
			if len(rest) > 1 && capital(rest[1:]) {
				return rest
			}
			return strings.ToLower(rest[:1]) + rest[1:]
		}
	}
	return method
}

// referred is a value with what other files may tell of the expression.
func (f *file) referred(v fold.Value, n syntax.Node) fold.Value {
	if v.Source != inspect.Unknown && v.Source != inspect.Input || v.Reads() {
		return v
	}
	switch n.Kind() {
	case "identifier":
		if f.bindingOf(n.Text(), n) != nil {
			return v
		}
	case "field_access", "navigation_expression":
		if f.bindingAt(n) != nil {
			return v
		}
	case "method_invocation", "call_expression":
		if c := f.callOf(n); c.class != "" || sameText[c.method] {
			return v
		}
	default:
		return v
	}
	if symbol := f.symbol(n); symbol != "" {
		return fold.Refer(v.Source, symbol)
	}
	return v
}

// readProperty is a variable that sets a property, where the framework's
// settings give it no other value.
func readProperty(variable string, secret bool, fallback fold.Value) fold.Value {
	v := fold.Refer(inspect.Env, "spring:"+variable)
	v.Secret = secret
	return fold.OrElse(v, fallback)
}

// configCalls ask an application.conf for a value.
var configCalls = map[string]bool{
	"property": true, "propertyOrNull": true, "getString": true, "getInt": true, "getLong": true, "getBoolean": true, "tryGetString": true,
}

// configured is the value of a key that Ktor's configuration, or Typesafe's, is
// asked for: environment.config.property("mongo.url").
func (f *file) configured(c call) (fold.Value, bool) {
	if !configCalls[c.method] || len(c.args) != 1 || !c.recv.OK() {
		return fold.Value{}, false
	}
	ktor := f.imports("io.ktor.") && strings.HasSuffix(c.recv.Text(), "environment.config")
	if !ktor && !configTypes.MatchString(strings.TrimSuffix(c.on, "()")) {
		return fold.Value{}, false
	}
	key, ok := f.literal(c.args[0])
	if !ok || key == "" || strings.ContainsAny(key, " :,") {
		return fold.Value{}, false
	}
	return fold.Refer(inspect.Input, "conf:"+key), true
}

var configTypes = regexp.MustCompile(`^(io\.ktor\.server\.config\.ApplicationConfig|com\.typesafe\.config\.(Config|ConfigFactory\.load))$`)

// askedOf is the symbol and the variable of a call that reads it if another
// file's method does: Env.get("DATABASE_URL").
func (f *file) askedOf(c call) (symbol, name string, ok bool) {
	if c.method == "" || known[declaredPart(c.name)] || f.foreign(c.name) || len(c.args) == 0 || len(c.args) > 2 || !c.args[0].Is("string_literal") || strings.HasPrefix(c.method, "set") {
		return "", "", false
	}
	if name, ok = f.literal(c.args[0]); !ok || !inspect.AskedName(name) {
		return "", "", false
	}
	written, _, _ := strings.Cut(c.Text(), name)
	if !inspect.AsksFor(written) || strings.HasSuffix(written, `"""`) {
		return "", "", false
	}
	if c.recv.OK() {
		if symbol = f.symbol(c.recv); symbol != "" {
			symbol += "." + c.method
		}
	} else if len(f.called(c)) == 0 {
		symbol = f.nameSymbol(c.method)
	}
	return symbol, name, symbol != ""
}

// ask states such a call.
func (f *file) ask(c call) {
	symbol, name, ok := f.askedOf(c)
	if !ok {
		return
	}
	read := inspect.EnvRead{Name: name, Via: c.method, Secret: inspect.IsSecretName(name), Debug: f.debugOnly(c.Node)}
	read.Fallback = f.evaluate(c.arg(1)).Kept(read.Secret)
	f.state(c.Node, inspect.EnvAsk{Symbol: symbol, Read: read})
}
