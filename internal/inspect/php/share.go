package php

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// What files say of the environment to each other: constants, fields and results
// of classes, functions, files that are included, frameworks' settings.

// referred is a value with what other files may tell of the expression.
func (s *script) referred(n syntax.Node, v fold.Value) fold.Value {
	if v.Source != inspect.Input && v.Source != inspect.Unknown || v.Has || v.Reads() {
		return v
	}
	if symbol := fold.Short(s.symbol(n)); symbol != "" {
		return fold.Refer(v.Source, symbol)
	}
	return v
}

var (
	constantName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^[A-Z]{3,}$`)
	className    = regexp.MustCompile(`^[A-Za-z_][\w\\]*$`)
	// soleInstance is what gives the one instance of a class.
	soleInstance = regexp.MustCompile(`^([\w\\]+)::(getInstance|instance|create|load|make|singleton|fromEnv|fromEnvironment)\(\)$`)
)

// symbol is what an expression names in another file: "DB_HOST",
// "acme\config.dsn", "acme\config.dsn()", "config:mail.host", "include:./x.php|db.host",
// "$host". "" for anything else.
func (s *script) symbol(n syntax.Node) string {
	switch n.Kind() {
	case "name", "qualified_name":
		name := short(n.Text())
		if s.constants[name] == nil && constantName.MatchString(name) && !strings.HasPrefix(name, "PHP_") {
			return name
		}
	case "variable_name":
		return s.variableSymbol(n)
	case "member_access_expression", "nullsafe_member_access_expression":
		if field := n.Field("name"); field.Is("name") {
			return below(s.classBehind(n.Field("object")), field.Text())
		}
	case "scoped_property_access_expression":
		return below(s.otherClass(s.className(n.Field("scope"))), strings.TrimPrefix(n.Field("name").Text(), "$"))
	case "member_call_expression", "nullsafe_member_call_expression", "scoped_call_expression", "function_call_expression":
		return s.callSymbol(s.callOf(n))
	case "subscript_expression":
		return s.elementSymbol(n)
	}
	return ""
}

// below is the symbol of a member, of a class that is known.
func below(class, member string) string {
	if class == "" {
		return ""
	}
	return strings.ToLower(class) + "." + member
}

// variableSymbol is that of a variable which a file that this one includes may
// have.
func (s *script) variableSymbol(n syntax.Node) string {
	name := n.Text()
	if len(s.included) == 0 || strings.HasPrefix(name, "$_") || name == "$this" || s.lookup(n) != nil {
		return ""
	}
	if fn := enclosingFunction(n); fn.OK() && !s.globals[fn.Index()][name] {
		return ""
	}
	return name
}

// classBehind is the class, of another file, of which an expression is an
// instance.
func (s *script) classBehind(object syntax.Node) string {
	if written(object) == "$this" {
		if c := s.enclosingClass(object); c != nil {
			return s.otherClass(s.className(c.parent))
		}
		return ""
	}
	name := s.resolve(object)
	if m := soleInstance.FindStringSubmatch(name); m != nil {
		name = m[1]
	}
	return s.otherClass(name)
}

func (s *script) otherClass(name string) string {
	if !className.MatchString(name) || s.declared(name) != nil {
		return ""
	}
	return name
}

// callSymbol is that of a call without arguments, or of one that asks a framework
// for a setting.
func (s *script) callSymbol(c call) string {
	if symbol := s.settingSymbol(c); symbol != "" {
		return symbol
	}
	if len(c.args.positional)+len(c.args.named) > 0 || c.args.spread || s.localFunction(c.Node).OK() {
		return ""
	}
	switch c.Kind() {
	case "function_call_expression":
		if c.key != "" && !same[c.key] && !randoms[c.key] {
			return s.functionSymbol(c) + "()"
		}
	case "scoped_call_expression":
		return below(s.otherClass(s.className(c.recv)), c.method+"()")
	default:
		return below(s.classBehind(c.recv), c.method+"()")
	}
	return ""
}

// functionSymbol is a function's name, with that of the namespace around where
// the function may be one of it.
func (s *script) functionSymbol(c call) string {
	if fn := c.Field("function"); fn.Is("name") && s.namespace != "" && s.functions[strings.ToLower(fn.Text())] == "" {
		return strings.ToLower(s.inNamespace(fn.Text()))
	}
	return c.key
}

// settingSources are calls that give the setting which their first argument names:
// of Laravel's files, and of Symfony's container.
var settingSources = map[string]string{
	"config": "config:", `illuminate\support\facades\config::get`: "config:", "config()->get": "config:", `illuminate\contracts\config\repository->get`: "config:", `illuminate\config\repository->get`: "config:",
	`symfony\component\dependencyinjection\parameterbag\parameterbaginterface->get`: "parameter:", `symfony\component\dependencyinjection\parameterbag\containerbaginterface->get`: "parameter:",
}

func (s *script) settingSymbol(c call) string {
	kind := settingSources[c.key]
	if kind == "" && c.method == "getparameter" {
		kind = "parameter:"
	}
	if kind == "" || len(c.args.positional) == 0 {
		return ""
	}
	key, ok := s.literal(c.args.at(0))
	if !ok || key == "" {
		return ""
	}
	return kind + key
}

// elementSymbol is that of an element of what a file gives that is included, or
// of a framework's setting: (require 'config.php')['db']['host'].
func (s *script) elementSymbol(n syntax.Node) string {
	var keys []string
	for n.Is("subscript_expression") && len(keys) < maxSettingDepth {
		key, ok := s.literal(n.Child(1))
		if !ok {
			return ""
		}
		keys = append([]string{key}, keys...)
		n = s.follow(n.Child(0))
	}
	path := strings.Join(keys, ".")
	switch n.Kind() {
	case "include_expression", "include_once_expression", "require_expression", "require_once_expression":
		if file, ok := s.literal(n.Child(0)); ok && !strings.HasPrefix(file, "/") {
			return "include:" + file + "|" + path
		}
	case "function_call_expression", "member_call_expression", "scoped_call_expression":
		if symbol := s.settingSymbol(s.callOf(n)); symbol != "" {
			return symbol + "." + path
		}
	}
	return ""
}

// ask is the function of another file that a call may read a variable with:
// required_env('DATABASE_URL').
func (s *script) ask(c call) (symbol, name string, ok bool) {
	if len(c.args.positional) == 0 || !strings.Contains(strings.ToLower(c.name), "env") || s.localFunction(c.Node).OK() {
		return "", "", false
	}
	if _, known := readers[c.key]; known {
		return "", "", false
	}
	if name, ok = plainString(c.args.at(0)); !ok || !inspect.AskedName(name) {
		return "", "", false
	}
	switch c.Kind() {
	case "function_call_expression":
		symbol = s.functionSymbol(c)
	case "scoped_call_expression":
		symbol = below(s.otherClass(s.className(c.recv)), c.method)
	case "member_call_expression":
		symbol = below(s.classBehind(c.recv), c.method)
	}
	return symbol, name, symbol != ""
}

// askFact states such a call.
func (s *script) askFact(c call) {
	if symbol, name, ok := s.ask(c); ok {
		secret := isSecretName(name)
		s.state(c.Node, inspect.EnvAsk{Symbol: symbol, Read: inspect.EnvRead{Name: name, Via: via(c.name), Fallback: s.evaluate(c.args.at(1)).Kept(secret), Secret: secret}})
	}
}

// exports states what the file tells others.
func (s *script) exports() {
	for _, name := range slices.Sorted(maps.Keys(s.constants)) {
		s.export(s.constants[name].first, name, s.bound(s.constants[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(s.scopes[0])) {
		s.export(s.scopes[0][name].first, name, s.bound(s.scopes[0][name]))
	}
	for _, name := range slices.Sorted(maps.Keys(s.defs)) {
		s.exportFunction(s.defs[name], strings.ToLower(s.inNamespace(name)))
	}
	for _, key := range slices.Sorted(maps.Keys(s.classes)) {
		c := s.classes[key]
		class := s.declaredName(c)
		for _, name := range slices.Sorted(maps.Keys(c.fields)) {
			s.export(c.fields[name].first, below(class, name), s.bound(c.fields[name]))
		}
		for _, name := range slices.Sorted(maps.Keys(c.methods)) {
			s.exportFunction(c.methods[name], below(class, name))
		}
	}
}

// export states a value that comes from the environment.
func (s *script) export(at syntax.Node, name string, v fold.Value) {
	if v.Source == inspect.Env && v.Reads() {
		s.state(at, inspect.EnvExport{Name: name, Value: v.Kept(isSecretName(name[strings.LastIndexByte(name, '.')+1:]))})
	}
}

// exportFunction states a function that reads the variable which its first
// argument names, or what a function gives that is one expression.
func (s *script) exportFunction(def syntax.Node, name string) {
	if w := s.wrappers[def.Index()]; w != nil {
		if w.place == 0 && !w.server {
			s.state(def.Field("name"), inspect.EnvWrapper{Name: name, Required: w.required, Prefix: w.prefix, Suffix: w.suffix, Upper: w.upper, Fallback: s.evaluate(w.fallback).Kept(false)})
		}
		return
	}
	if list := s.returnedBy(def); len(list) == 1 && len(parameters(def)) == 0 {
		s.export(def.Field("name"), name+"()", s.evaluate(list[0]))
	}
}
