package ecmascript

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// asksEnv are names of functions that may read a variable.
var asksEnv = regexp.MustCompile(`(?i)(env|conf|setting|secret)`)

// envAsked is the variable that a call of an imported function may read: it is
// named for that, and asked for what looks like a variable.
func (f *ecmaFile) envAsked(c ecmaCall) (name string, ok bool) {
	if len(c.args) == 0 || len(c.args) > 3 || c.callee == "" || c.fresh || strings.Contains(c.callee, "(") {
		return "", false
	}
	root, path := ecmaPath(c.node.Field("function"))
	b := f.lookup(root)
	if b == nil || len(path) > 1 || !ownModule(c.callee) && !strings.Contains(c.callee, "/") {
		return "", false
	}
	if !asksEnv.MatchString(root.Text()) && (len(path) == 0 || !asksEnv.MatchString(path[0])) {
		return "", false
	}
	name, ok = ecmaString(c.args[0])
	return name, ok && variableName.MatchString(name)
}

// readEnvAsk states such a call.
func (f *ecmaFile) readEnvAsk(n syntax.Node) {
	c := f.callOf(n)
	name, ok := f.envAsked(c)
	if !ok {
		return
	}
	site := ecmaEnvSite{name: name, via: c.node.Field("function").Text()}
	use := f.envUse(n, site)
	if d := c.arg(1); d.OK() && !f.object(d).OK() && !f.function(d).OK() && use.fallback.Source == inspect.None {
		use.fallback, use.at = f.fold(d, maxHops), d
	}
	site.required = use.required
	read := f.envRead(site, use.fallback.Kept(inspect.IsSecretName(name)), use.at)
	read.Debug = read.Debug || use.debug
	f.say(n, inspect.EnvAsk{Symbol: c.callee, Read: read})
}

// readExports states what the file exports that reads the environment.
func (f *ecmaFile) readExports() {
	f.eachExport(func(name string, n syntax.Node) { f.sayExport(name, n, 3) })
}

// eachExport visits what the file exports under a name; "" is the module itself.
func (f *ecmaFile) eachExport(visit func(name string, n syntax.Node)) {
	f.each(func(n syntax.Node) {
		switch n.Kind() {
		case "assignment_expression":
			root, path := ecmaPath(n.Field("left"))
			if root.Text() == "module" && len(path) > 0 && path[0] == "exports" {
				visit(strings.Join(path[1:], "."), n.Field("right"))
			} else if root.Text() == "exports" && len(path) > 0 && f.lookup(root) == nil {
				visit(strings.Join(path, "."), n.Field("right"))
			}
		case "export_statement":
			eachExported(n, visit)
		}
	}, "assignment_expression", "export_statement")
}

// eachExported visits what one statement exports.
func eachExported(n syntax.Node, visit func(name string, n syntax.Node)) {
	declaration, value := n.Field("declaration"), n.Field("value")
	if n.Field("source").OK() {
		return
	}
	if n.Has("default") {
		if declaration.OK() {
			value = declaration
		}
		visit("", value)
		return
	}
	if declaration.Is("function_declaration", "class_declaration", "abstract_class_declaration") {
		visit(declaration.Field("name").Text(), declaration)
	}
	for c := declaration.First(); c.OK(); c = c.Next() {
		if c.Is("variable_declarator") && c.Field("name").Is("identifier") {
			visit(c.Field("name").Text(), c.Field("name"))
		}
	}
	for c := n.First(); c.OK(); c = c.Next() {
		if !c.Is("export_clause") {
			continue
		}
		for s := c.First(); s.OK(); s = s.Next() {
			name := ecmaKey(s.Field("alias"))
			if !s.Field("alias").OK() {
				name = ecmaKey(s.Field("name"))
			}
			if name == "default" {
				name = ""
			}
			visit(name, s.Field("name"))
		}
	}
}

// sayExport states an exported value, function or object of such.
func (f *ecmaFile) sayExport(name string, n syntax.Node, depth int) {
	if depth == 0 || !n.OK() || !f.burn() {
		return
	}
	below := func(key string) string {
		if name == "" {
			return key
		}
		return name + "." + key
	}
	if w := f.wrappers[f.function(n).Index()]; w != nil && f.function(n).OK() {
		if w.name == 0 {
			f.say(n, inspect.EnvWrapper{Name: name, Required: w.required})
		}
		return
	}
	made := f.definition(n)
	if fields := f.schemas[made.Index()]; made.OK() && len(fields) > 0 {
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			v := f.foldRead(ecmaEnvSite{name: fields[key].name, fallback: fields[key].fallback}, maxHops)
			f.say(n, inspect.EnvExport{Name: below(key), Value: v.Kept(false)})
		}
		return
	}
	if object := f.object(n); object.OK() {
		for p := object.First(); p.OK(); p = p.Next() {
			switch p.Kind() {
			case "pair":
				f.sayExport(below(ecmaKey(p.Field("key"))), p.Field("value"), depth-1)
			case "shorthand_property_identifier":
				f.sayExport(below(p.Text()), p, depth-1)
			case "method_definition":
				f.sayExport(below(ecmaKey(p.Field("name"))), p, depth-1)
			}
		}
		return
	}
	if v := f.fold(n, maxHops); v.Source == inspect.Env && known(v) {
		f.say(n, inspect.EnvExport{Name: name, Value: v.Kept(false)})
	}
}

// known reports whether a value's variables are known in this file.
func known(v fold.Value) bool {
	return len(v.Env) > 0 && !slices.ContainsFunc(v.Env, func(name string) bool {
		asked, export := inspect.Reference(name)
		return asked != "" || export != ""
	})
}
