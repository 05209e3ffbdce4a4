package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// flaskConfig states what an application's config is filled from:
// app.config.from_object(Config), from_mapping(X=…), update(X=…),
// from_prefixed_env("SHOP").
func (p *pythonFile) flaskConfig(c pyCall) {
	fn := c.Field("function")
	if object := fn.Field("object"); !fn.Is("attribute") || object.Field("attribute").Text() != "config" {
		return
	}
	switch fn.Field("attribute").Text() {
	case "from_object":
		p.groupByParameter(c)
		if symbol := p.configObject(c.args.arg(0, "obj")); symbol != "" {
			p.state(c.Node, inspect.EnvExport{Name: "flask:*", Value: fold.Refer(inspect.Input, symbol).Kept(false)})
		}
	case "from_pyfile":
		if name, ok := p.literal(c.args.arg(0, "filename")); ok && strings.HasSuffix(name, ".py") && !strings.HasPrefix(name, "/") {
			symbol := strings.ReplaceAll(strings.TrimSuffix(strings.TrimLeft(name, "./"), ".py"), "/", ".")
			p.state(c.Node, inspect.EnvExport{Name: "flask:*", Value: fold.Refer(inspect.Input, symbol).Kept(false)})
		}
	case "from_prefixed_env":
		prefix := "FLASK"
		if given := c.args.arg(0, "prefix"); given.OK() {
			text, ok := p.literal(given)
			if !ok {
				return
			}
			prefix = text
		}
		p.state(c.Node, inspect.EnvExport{Name: "flask:*", Value: fold.Env(prefix + "_").Kept(false)})
	case "from_mapping", "update":
		for key, value := range sortedKeywords(c.args) {
			p.flaskEntry(c.Node, key, value)
		}
		p.entries(p.follow(c.args.arg(0)), func(key string, pair, value syntax.Node) { p.flaskEntry(pair, key, value) })
	}
}

// configObject is the symbol of what a config is filled from: a class, a module
// by its name, one of several in a dict.
func (p *pythonFile) configObject(n syntax.Node) string {
	n = p.follow(n)
	switch n.Kind() {
	case "string":
		text, ok := p.literal(n)
		if ok && !strings.ContainsAny(text, " /:{") {
			return strings.TrimSuffix(text, "()")
		}
	case "subscript":
		if base := p.symbol(n.Field("value")); base != "" {
			if key, ok := p.literal(n.Field("subscript")); ok {
				return base + "." + key
			}
			return base + ".*"
		}
		if dict := n.Field("value"); dict.Is("identifier") && p.follow(dict).Is("dictionary") {
			return inspect.HereSymbol(dict.Text()) + ".*"
		}
	default:
		return p.symbol(n)
	}
	return ""
}

// flaskAssigned states app.config["X"] = value, and a signing key that each
// process makes up: app.secret_key = os.urandom(32).
func (p *pythonFile) flaskAssigned(n syntax.Node) {
	left := n.Field("left")
	if left.Is("attribute") && left.Field("attribute").Text() == "secret_key" {
		p.madeUpKey(n)
	}
	if !left.Is("subscript") || !n.Field("right").OK() {
		return
	}
	if key, ok := p.literal(left.Field("subscript")); ok && flaskKey(left.Field("value"), key) != "" {
		p.flaskEntry(n, key, n.Field("right"))
		if key == "SECRET_KEY" {
			p.madeUpKey(n)
		}
	}
}

func (p *pythonFile) madeUpKey(n syntax.Node) {
	if v := p.evaluate(n.Field("right")); v.Source == inspect.Random && len(v.Env) == 0 {
		p.state(n, inspect.Setting{Key: "SECRET_KEY", Value: v.Kept(true)})
	}
}

func (p *pythonFile) flaskEntry(at syntax.Node, key string, value syntax.Node) {
	v := p.evaluate(value)
	if !isUpper(key) || v.Source != inspect.Env && !v.Refers() {
		return
	}
	for _, name := range v.Env {
		if _, symbol := inspect.Reference(name); symbol == "flask:"+key {
			return // itself
		}
	}
	p.state(at, inspect.EnvExport{Name: "flask:" + key, Value: v.Kept(inspect.IsSecretName(key))})
}
