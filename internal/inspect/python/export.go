package python

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// What a file tells others of the environment, and what it asks them for.

// symbol is what an expression names in another file, or of this file's own:
// "app.config.settings.port", "#Settings().port". "" for anything else.
func (p *pythonFile) symbol(n syntax.Node) string { return fold.Short(p.symbolFrom(n, 8)) }

func (p *pythonFile) symbolFrom(n syntax.Node, hops int) string {
	if hops == 0 || !n.OK() {
		return ""
	}
	below := func(object syntax.Node, name string) string {
		if base := p.symbolFrom(object, hops-1); base != "" && name != "" {
			return base + "." + name
		}
		return ""
	}
	switch n.Kind() {
	case "identifier":
		return p.symbolOfName(n, hops)
	case "attribute":
		if object := n.Field("object"); object.Text() != "self" && object.Text() != "cls" {
			return below(object, n.Field("attribute").Text())
		}
		if list := p.members(n, n.Field("attribute").Text()); len(list) == 1 {
			return p.symbolFrom(list[0], hops-1)
		}
	case "subscript":
		key, ok := p.literal(n.Field("subscript"))
		if flask := flaskKey(n.Field("value"), key); ok && flask != "" {
			return flask
		}
		if ok && symbolName.MatchString(key) {
			return below(n.Field("value"), key)
		}
	case "call":
		fn := n.Field("function")
		if fn.Field("attribute").Text() == "get" {
			key, ok := p.literal(pyArgsOf(n).arg(0))
			if flask := flaskKey(fn.Field("object"), key); ok && flask != "" {
				return flask
			}
			if ok && symbolName.MatchString(key) {
				return below(fn.Field("object"), key)
			}
			return ""
		}
		if base := p.symbolFrom(fn, hops-1); base != "" {
			return base + "()"
		}
	case "await", "parenthesized_expression":
		return p.symbolFrom(n.Child(0), hops-1)
	case "type":
		return p.symbolFrom(n.Child(0), hops-1)
	}
	return ""
}

var symbolName = regexp.MustCompile(`^[A-Za-z_]\w*$`)

// flaskKey is the symbol of an entry of a Flask application's config: of
// app.config, in capitals as Flask wants them.
func flaskKey(object syntax.Node, key string) string {
	if object.Is("attribute") && object.Field("attribute").Text() == "config" && isUpper(key) && symbolName.MatchString(key) {
		return "flask:" + key
	}
	return ""
}

func (p *pythonFile) symbolOfName(n syntax.Node, hops int) string {
	b := p.lookup(n.Text(), n)
	switch {
	case b == nil:
		if p.star && !pyBuiltins[n.Text()] {
			return inspect.HereSymbol(n.Text())
		}
		return ""
	case b.param.OK():
		if typ := b.param.Field("type"); typ.OK() && len(b.values) == 0 {
			if base := p.symbolFrom(typ, hops-1); base != "" {
				return base + "()"
			}
		}
		return ""
	case b.path != "":
		if len(b.values) > 0 || foreignModule(b.path) {
			return ""
		}
		return b.path
	case b.class.OK() || b.def.OK():
		return inspect.HereSymbol(n.Text())
	case len(b.values) == 1:
		return p.symbolFrom(b.values[0], hops-1)
	}
	return ""
}

// foreignModule reports whether a module is surely none of the program's own.
func foreignModule(path string) bool {
	root, _, _ := strings.Cut(path, ".")
	return foreignModules[root] && !strings.HasPrefix(path, "django.conf.settings")
}

var foreignModules = map[string]bool{
	"os": true, "sys": true, "re": true, "json": true, "logging": true, "typing": true, "pathlib": true, "datetime": true, "collections": true, "functools": true, "subprocess": true,
	"time": true, "random": true, "uuid": true, "socket": true, "threading": true, "asyncio": true, "dataclasses": true, "enum": true, "urllib": true, "http": true, "math": true, "itertools": true,
	"tempfile": true, "shutil": true, "string": true, "hashlib": true, "argparse": true, "django": true, "flask": true, "fastapi": true, "pydantic": true, "pydantic_settings": true, "sqlalchemy": true,
	"redis": true, "celery": true, "requests": true, "httpx": true, "numpy": true, "pandas": true, "boto3": true, "pytest": true, "click": true, "typer": true, "decouple": true, "environ": true, "environs": true,
	"rest_framework": true, "aiohttp": true, "uvicorn": true, "starlette": true, "yaml": true, "jwt": true, "psycopg2": true, "psycopg": true, "pymongo": true, "kombu": true, "elasticsearch": true, "dynaconf": true, "pika": true, "alembic": true, "configargparse": true, "prettyconf": true, "tortoise": true, "werkzeug": true,
}

// referred is a value with what other files may tell of the expression.
func (p *pythonFile) referred(v fold.Value, n syntax.Node) fold.Value {
	if v.Source != inspect.Unknown && v.Source != inspect.Input || len(v.Env) > 0 {
		return v
	}
	if symbol := p.symbol(n); symbol != "" && symbol != inspect.HereSymbol(n.Text()) && (!strings.HasSuffix(symbol, "()") || ownSymbol(symbol)) {
		return fold.Refer(v.Source, symbol)
	}
	if n.Is("identifier") && p.star && p.lookup(n.Text(), n) == nil && isUpper(n.Text()) {
		return fold.Refer(v.Source, inspect.HereSymbol(n.Text()))
	}
	return v
}

// ownSymbol reports whether a symbol is surely the program's own.
func ownSymbol(symbol string) bool {
	return symbol[0] == '.' || symbol[0] == '#' || pySettingsModule(symbol)
}

var variableName = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

// envAsked is the variable that a call of another file's function may read.
func (p *pythonFile) envAsked(c pyCall) (symbol, name string, ok bool) {
	fn := c.Field("function")
	if len(c.args.positional) == 0 || len(c.args.positional) > 3 || !fn.Is("identifier", "attribute") || !c.args.positional[0].Is("string") {
		return "", "", false
	}
	if name, ok = p.literal(c.args.positional[0]); !ok || !variableName.MatchString(name) {
		return "", "", false
	}
	if !asksName.MatchString(fn.Text()) {
		return "", "", false
	}
	root := fn
	for root.Is("attribute") {
		root = root.Field("object")
	}
	b := p.lookup(root.Text(), root)
	if !root.Is("identifier") || b == nil && !p.star || b != nil && b.path == "" {
		return "", "", false
	}
	symbol = p.symbol(fn)
	return symbol, name, symbol != "" && !strings.Contains(symbol, "(") && !strings.HasPrefix(symbol, "django.")
}

// askedValue is what such a call gives.
func askedValue(name string) fold.Value {
	return fold.Value{Source: inspect.Unknown, Env: []string{inspect.AskedVariable(name)}}
}

// envAsk states such a call.
func (p *pythonFile) envAsk(c pyCall, symbol, name string) {
	fallback := c.args.arg(-1, "default")
	if second := c.args.arg(1); !fallback.OK() && !second.Is("identifier") {
		fallback = second
	}
	stated := len(p.stated)
	p.envFact(c.Node, pyEnvRead{name: name, via: c.Field("function").Text(), fallback: fallback})
	if len(p.stated) == stated+1 {
		if read, ok := p.Signals[len(p.Signals)-1].Fact.(inspect.EnvRead); ok {
			ask := inspect.EnvAsk{Symbol: symbol, Read: read, Optional: fallback.OK()}
			p.Signals[len(p.Signals)-1].Fact, p.stated[stated].fact = ask, ask
		}
	}
}

// exports states what the file tells others.
func (p *pythonFile) exports() {
	x := pyExports{p: p, told: map[string]bool{}, classes: map[string]bool{}, makes: sync.OnceValue(p.makes)}
	names := p.scopes[0]
	ordered := slices.SortedFunc(maps.Keys(names), func(a, b string) int { return int(names[a].first.Index()) - int(names[b].first.Index()) })
	for _, name := range ordered {
		if names[name].class.OK() {
			x.class(name, names[name].class)
		}
	}
	for _, name := range ordered {
		switch b := names[name]; {
		case b.param.OK() || b.class.OK() || b.path != "" && len(b.values) == 0:
		case b.def.OK():
			x.function(name, b.def)
		default:
			x.variable(name, b)
		}
	}
}

// pyExports is what of a file's names has been told.
type pyExports struct {
	p       *pythonFile
	told    map[string]bool
	classes map[string]bool // classes and other names that have something of the environment
	makes   func() map[string][]syntax.Node
}

func (x *pyExports) say(at syntax.Node, name string, v fold.Value) bool {
	if v.Source != inspect.Env && !x.whole(v) || x.told[name] {
		return false
	}
	root, _, _ := strings.Cut(strings.ReplaceAll(name, "()", ""), ".")
	x.told[name], x.classes[root] = true, true
	x.p.state(at, inspect.EnvExport{Name: name, Value: v.Kept(inspect.IsSecretName(settingName(name)))})
	return true
}

// whole reports whether another file tells a value, and not only a part of it:
// a client is not the address that it is given.
func (x *pyExports) whole(v fold.Value) bool {
	return len(v.Env) > 0 && !slices.ContainsFunc(v.Env, func(name string) bool {
		asked, export := inspect.Reference(name)
		return asked == "" && !x.worth(export) || inspect.IsPart(name)
	})
}

// alias states that a name stands for what symbols name.
func (x *pyExports) alias(at syntax.Node, name string, symbols ...string) {
	v := fold.Value{Source: inspect.Input}
	for _, symbol := range symbols {
		if x.worth(symbol) && symbol != inspect.HereSymbol(name) {
			v.Env = append(v.Env, inspect.ExportOf(symbol))
		}
	}
	x.say(at, name, v)
}

// worth reports whether a symbol may lead to the environment.
func (x *pyExports) worth(symbol string) bool {
	if own, ok := inspect.OwnSymbol(symbol); ok {
		root, _, _ := strings.Cut(strings.ReplaceAll(own, "()", ""), ".")
		return x.classes[root]
	}
	return symbol != "" && (strings.HasPrefix(symbol, ".") || pySettingsModule(symbol))
}

func (x *pyExports) variable(name string, b *pyBinding) {
	p := x.p
	if v := p.oneOf(b.values); x.say(b.first, name, v) || v.Source == inspect.Env {
		return
	}
	if len(b.values) != 1 || !b.values[0].OK() {
		return
	}
	value := b.values[0]
	switch resolved := p.resolve(value); {
	case value.Is("dictionary"):
		x.entries(value, name, 3)
		return
	case slices.Contains(pyEnvObjects, resolved), pyConfigCalls[resolved] != "":
		p.state(b.first, inspect.EnvWrapper{Name: name, Required: true, Methods: true})
		return
	}
	x.alias(b.first, name, p.symbol(value))
}

func (x *pyExports) entries(dict syntax.Node, name string, depth int) {
	x.p.entries(dict, func(key string, pair, value syntax.Node) {
		if !symbolName.MatchString(key) {
			return
		}
		if value = x.p.follow(value); value.Is("dictionary") && depth > 0 {
			x.entries(value, name+"."+key, depth-1)
		} else if !x.say(pair, name+"."+key, x.p.evaluate(value)) {
			x.alias(pair, name+"."+key, x.p.symbol(value))
		}
	})
}

func (x *pyExports) function(name string, def syntax.Node) {
	p := x.p
	if w := p.wrappers[def.Index()]; w != nil {
		if w.place == 0 {
			p.state(def, inspect.EnvWrapper{
				Name: name, Required: w.required, Prefix: w.prefix, Suffix: w.suffix, Upper: w.upper, Fallback: p.evaluate(w.fallback).Kept(false),
			})
		}
		return
	}
	if !x.answers(def, name+"()") {
		if typ := def.Field("return_type"); typ.OK() {
			x.alias(def, name+"()", p.symbol(typ))
		}
	}
}

// answers states what a function without a choice gives.
func (x *pyExports) answers(def syntax.Node, name string) bool {
	var list []syntax.Node
	def.Field("body").Walk(func(n syntax.Node) bool {
		if n.Is("return_statement") && n.Child(0).OK() {
			list = append(list, n.Child(0))
		}
		return !n.Is("function_definition", "class_definition", "lambda")
	})
	if len(list) != 1 {
		return false
	}
	if x.say(def, name, x.p.evaluate(list[0])) {
		return true
	}
	if x.p.symbol(list[0]) == "" {
		return false
	}
	x.alias(def, name, x.p.symbol(list[0]))
	return x.told[name]
}
