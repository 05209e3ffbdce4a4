package ruby

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// What files say of the environment to each other: constants, what modules and
// classes answer, settings of Rails and of its YAML. Names have slashes for "::",
// and the namespaces around them before a bar: "Shop/Cart|Settings.redis_url".

// referred is a value with what other files may tell of the expression.
func (f *rubyFile) referred(n syntax.Node, v fold.Value) fold.Value {
	if v.Source != inspect.Input && v.Source != inspect.Unknown || v.Has || v.Reads() {
		return v
	}
	if symbol := f.symbol(n); symbol != "" {
		return fold.Refer(v.Source, symbol)
	}
	return v
}

// foreign are constants whose methods have nothing to do with a program's settings.
var foreign = map[string]bool{"Time": true, "Date": true, "DateTime": true, "File": true, "Dir": true, "URI": true, "JSON": true, "YAML": true, "SecureRandom": true, "Process": true, "Thread": true, "ENV": true, "ARGV": true, "Class": true, "I18n": true}

// symbol is what an expression names in another file, "" for what it does not.
func (f *rubyFile) symbol(n syntax.Node) string {
	if !n.Is("constant", "scope_resolution", "call", "element_reference") {
		return ""
	}
	name := fold.Short(f.member(n, 0))
	if name == "" {
		return ""
	}
	if m := railsConfig.FindStringSubmatch(strings.ReplaceAll(name, "/", "::")); m != nil && m[1]+m[2] != "" {
		return "rails:" + m[1] + m[2]
	}
	first, _, _ := strings.Cut(name, ".")
	if strings.Contains(name, ":") || first == "settings" {
		return name
	}
	if foreign[first] || first == "Rails" {
		return ""
	}
	if around := f.namespace(n); around != "" {
		name = strings.ReplaceAll(around, "::", "/") + "|" + name
	}
	return name
}

// maxMembers bounds a chain of members.
const maxMembers = 10

// member is the name of a constant or of what is asked of one: "Settings.redis.url"
// for Settings.redis.url, Settings[:redis][:url] and Settings.dig(:redis, :url).
func (f *rubyFile) member(n syntax.Node, depth int) string {
	if depth > maxMembers || !f.burn() {
		return ""
	}
	switch n.Kind() {
	case "constant", "scope_resolution":
		if f.variable(n) != nil || f.classNamed(n).OK() && !reopened[constantPath(n)] {
			return ""
		}
		return strings.ReplaceAll(constantPath(n), "::", "/")
	case "identifier":
		if n.Text() == "settings" && f.local("settings", n) == nil {
			return "settings"
		}
	case "element_reference":
		if key, ok := f.key(elementKey(n)); ok {
			return dotted(f.member(n.Field("object"), depth+1), key)
		}
	case "call":
		return f.memberCall(n, depth)
	}
	return ""
}

func dotted(base, key string) string {
	if base == "" || key == "" {
		return ""
	}
	return base + "." + key
}

func (f *rubyFile) memberCall(n syntax.Node, depth int) string {
	method, args := n.Field("method").Text(), f.argsOf(n)
	switch {
	case method == "config_for":
		if name, ok := f.literal(args.arg(0)); ok {
			return "config_for:" + name
		}
		return ""
	case n.Field("block").OK():
		return ""
	}
	base := f.member(n.Field("receiver"), depth+1)
	if len(args.positional) == 0 && len(args.keyword) == 0 {
		return dotted(base, strings.TrimRight(method, "!"))
	}
	if method != "dig" && method != "fetch" {
		return ""
	}
	for _, a := range args.positional {
		key, ok := f.key(a)
		if !ok {
			return ""
		}
		base = dotted(base, key)
		if method == "fetch" {
			break
		}
	}
	return base
}

// asksWord are the names of methods that may read the variable which they are
// asked for, in another file.
var asksWord = regexp.MustCompile(`(?i)env|fetch|get|require|setting|config`)

// ask is such a call: AppConfig.env("DATABASE_URL").
func (f *rubyFile) ask(c call) (symbol, name string, ok bool) {
	if !c.receiver.Is("constant", "scope_resolution") || len(c.args.positional) == 0 || !strings.Contains(strings.ToLower(constantPath(c.receiver)+c.method), "env") || !asksWord.MatchString(c.method) {
		return "", "", false
	}
	if name, ok = f.literal(c.args.arg(0)); !ok || !c.args.arg(0).Is("string") || !tableName.MatchString(name) {
		return "", "", false
	}
	symbol = dotted(f.member(c.receiver, 0), c.method)
	if first, _, _ := strings.Cut(symbol, "."); foreign[first] || first == "Rails" {
		return "", "", false
	}
	return symbol, name, symbol != ""
}

// sayAsk states such a call.
func (f *rubyFile) sayAsk(c call) {
	if symbol, name, ok := f.ask(c); ok {
		secret := inspect.IsSecretName(name)
		f.say(c.Node, inspect.EnvAsk{Symbol: symbol, Read: inspect.EnvRead{Name: name, Via: c.name, Fallback: f.evaluate(c.args.arg(1)).Kept(secret), Secret: secret}})
	}
}

// exports states what the file tells others.
func (f *rubyFile) exports() {
	for _, name := range slices.Sorted(maps.Keys(f.consts)) {
		b := f.consts[name]
		own := strings.ReplaceAll(name, "::", "/")
		f.export(b.first, own, f.bound(b))
		if len(b.values) == 1 {
			f.exportHash(own, b.values[0], 3)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.methods)) {
		for _, def := range f.methods[name] {
			f.exportMethod(def, name)
		}
	}
}

// export states a value that comes from the environment.
func (f *rubyFile) export(at syntax.Node, name string, v fold.Value) {
	if v.Source == inspect.Env && v.Reads() {
		f.say(at, inspect.EnvExport{Name: name, Value: v.Kept(inspect.IsSecretName(settingName(name)))})
	}
}

// exportHash states the entries of a constant's hash.
func (f *rubyFile) exportHash(name string, n syntax.Node, depth int) {
	if n.Is("call") && sameThing[n.Field("method").Text()] {
		n = n.Field("receiver")
	}
	if !n.Is("hash") || depth == 0 {
		return
	}
	for c := n.First(); c.OK(); c = c.Next() {
		if key, ok := f.key(c.Field("key")); ok && c.Is("pair") {
			f.export(c, name+"."+key, f.evaluate(c.Field("value")))
			f.exportHash(name+"."+key, c.Field("value"), depth-1)
		}
	}
}

// exportMethod states what a method of a module or class answers, or that it
// reads the variable which its first argument names.
func (f *rubyFile) exportMethod(def syntax.Node, name string) {
	owner := strings.ReplaceAll(f.namespace(def), "::", "/")
	if owner == "" {
		return
	}
	single := def.Is("singleton_method") || def.Up("singleton_class", "class", "module").Is("singleton_class") || f.answersItself(def)
	if !single {
		owner += ".new"
	}
	if w := f.wrappers[name]; w != nil && w.def == def {
		if w.place == 0 {
			f.say(def.Field("name"), inspect.EnvWrapper{Name: owner + "." + name, Required: w.required, Prefix: w.prefix, Suffix: w.suffix, Upper: w.upper, Fallback: f.evaluate(w.fallback).Kept(false)})
		}
		return
	}
	if list := f.answers(def); len(list) == 1 && len(parameters(def)) == 0 {
		f.export(def.Field("name"), owner+"."+name, f.evaluate(list[0]))
	}
}

// answersItself reports whether a method of a module is the module's own:
// module_function, extend self.
func (f *rubyFile) answersItself(def syntax.Node) bool {
	module := def.Up(classKinds...)
	if !module.Is("module") {
		return false
	}
	body := module.Field("body")
	for c := body.First(); c.OK(); c = c.Next() {
		if text := c.Text(); len(text) < 40 && (text == "module_function" || text == "extend self") {
			return true
		}
	}
	return false
}

// exportSetting states Settings.host = ENV["HOST"] and what is given in a block
// of settings: Shop.configure { |config| config.redis_url = ENV["REDIS_URL"] }.
func (f *rubyFile) exportSetting(n syntax.Node, name string, right syntax.Node) {
	name = strings.Replace(strings.ReplaceAll(name, "::", "/"), ".configure{}.", ".config.", 1)
	if first := strings.TrimRight(name[:1], "ABCDEFGHIJKLMNOPQRSTUVWXYZ"); first == "" && !strings.ContainsAny(name, "({[") {
		f.export(n, name, f.evaluate(right))
	}
}

// exportAll states the entries of a YAML file that come from the environment, by
// their path.
func (y *railsYAML) exportAll(name string, n *yaml.Node, depth int) {
	for _, p := range y.doc.Mapping(n) {
		key := strings.TrimPrefix(name+"."+p.Key.Value, ".")
		if p.Value.Kind == yaml.MappingNode || p.Value.Kind == yaml.AliasNode {
			if depth > 0 {
				y.exportAll(key, p.Value, depth-1)
			}
			continue
		}
		if v := y.value(p.Value); v.Source == inspect.Env && v.Reads() && !strings.Contains(key, ":") {
			y.Emit(p.Key.Line, p.Key.Line, inspect.EnvExport{Name: key, Value: v.Kept(inspect.IsSecretName(p.Key.Value))})
		}
	}
}
