package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// converters return their first argument in another type.
var converters = map[string]bool{
	"parseInt": true, "parseFloat": true, "Number": true, "String": true, "Boolean": true, "BigInt": true,
	"Number.parseInt": true, "Number.parseFloat": true, "JSON.parse": true, "encodeURIComponent": true,
	"decodeURIComponent": true, "encodeURI": true, "path.normalize": true, "Buffer.from": true, "url.parse": true,
	"url.fileURLToPath": true, "Object.freeze": true, "Promise.resolve": true, "url.pathToFileURL": true,
}

// generators make a new value in every process.
var generators = map[string]bool{
	"crypto.randomBytes": true, "crypto.randomUUID": true, "crypto.randomInt": true, "crypto.getRandomValues": true,
	"crypto.generateKeyPairSync": true, "uuid.v4": true, "uuid.v1": true, "uuid.v7": true, "uuid": true, "uuid/v4": true,
	"nanoid.nanoid": true, "nanoid": true, "Math.random": true, "uid-safe.sync": true, "crypto-random-string": true,
	"cuid": true, "ulid.ulid": true, "webcrypto.randomUUID": true,
}

// keepers are methods whose result is still what they are called on.
var keepers = map[string]bool{
	"toString": true, "trim": true, "split": true, "replace": true, "replaceAll": true, "toLowerCase": true, "toUpperCase": true,
	"slice": true, "substring": true, "map": true, "filter": true, "at": true, "concat": true, "join": true, "padStart": true,
	"valueOf": true, "trimEnd": true, "trimStart": true, "digest": true, "then": true, "href": true,
}

// ownPlace is an expression for the program's own file: its directory is where
// __dirname is.
var ownPlace = regexp.MustCompile(`^(__filename|process\.mainModule\.filename|require\.main\??\.filename|process\.argv\[1\]|(url\.)?fileURLToPath\(import\.meta\.url\)|new URL\(import\.meta\.url\)\.pathname)$`)

func (f *ecmaFile) foldCall(c ecmaCall, hops int) fold.Value {
	switch {
	case converters[c.callee]:
		return f.fold(c.arg(0), hops)
	case generators[c.callee]:
		return fold.Random
	case c.callee == "path.join" || c.callee == "path.resolve":
		return f.foldPath(c, hops)
	case c.callee == "process.cwd", c.callee == "path.dirname" && ownPlace.MatchString(c.arg(0).Text()):
		return fold.Literal(".")
	case c.callee == "os.tmpdir":
		return fold.Literal("/tmp")
	}
	if c.method == "get" && len(c.args) == 1 && f.isServer(c.recv) {
		if set := f.serverSetting(c); set.OK() {
			return f.fold(set, hops)
		}
	}
	if module := strings.SplitN(c.callee, ".", 2)[0]; settingsModules[strings.TrimSuffix(module, "()")] {
		return fold.Input
	}
	if keepers[c.method] {
		if v := f.fold(c.recv, hops); v.Source != inspect.Unknown {
			return kept(v, c.method)
		}
	}
	return f.foldLocalCall(c, hops)
}

// isServer reports whether a name is a server's: made in this file, or brought
// from another by the name that one has.
func (f *ecmaFile) isServer(n syntax.Node) bool {
	symbol := f.symbol(n)
	if servers[serverOf(symbol)] {
		return true
	}
	name := ecmaBare(n)
	b := f.lookup(name)
	return b != nil && (b.how == ecmaImported || strings.HasPrefix(symbol, ".")) && serverName.MatchString(name.Text())
}

// serverSetting is what app.set("port", …) of this file gives app.get("port").
func (f *ecmaFile) serverSetting(get ecmaCall) syntax.Node {
	name, _ := ecmaString(get.arg(0))
	for _, c := range f.calls {
		if c.method != "set" || len(c.args) != 2 || !f.burn() {
			continue
		}
		if key, ok := ecmaString(c.args[0]); ok && key == name && f.isServer(c.recv) {
			return c.args[1]
		}
	}
	return syntax.Node{}
}

func kept(v fold.Value, method string) fold.Value {
	switch method {
	case "toString", "trim", "trimEnd", "trimStart", "valueOf", "split":
		return v
	}
	if v.Source == inspect.Literal {
		return fold.Unknown
	}
	return fold.Value{Source: v.Source, Env: v.Env}
}

// foldPath joins path segments: of path.join(__dirname, "logs"), "./logs".
func (f *ecmaFile) foldPath(c ecmaCall, hops int) fold.Value {
	out := fold.Literal("")
	for i, a := range c.args {
		v := f.fold(a, hops)
		if i > 0 {
			separator := "/"
			if strings.HasSuffix(out.Text, "/") || strings.HasPrefix(v.Text, "/") {
				separator = ""
			}
			out = fold.Join(out, fold.Literal(separator))
		}
		out = fold.Join(out, v)
	}
	return out
}

// foldLocalCall is the result of a function of this file: what it returns, or
// for a function that only shapes its argument, the argument.
func (f *ecmaFile) foldLocalCall(c ecmaCall, hops int) fold.Value {
	fn := f.function(c.node.Field("function"))
	if !fn.OK() || fn.Is("call_expression") {
		return fold.Unknown
	}
	if result := f.returned(fn); result.OK() {
		if v := f.fold(result, hops); v.Source == inspect.Literal || v.Source == inspect.Env || v.Source == inspect.Random {
			return v
		}
	}
	for _, a := range c.args {
		if v := f.fold(a, hops); v.Source == inspect.Env {
			return v
		}
	}
	return fold.Unknown
}
