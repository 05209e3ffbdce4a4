package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// envWrapper is a method of the file that reads the variable whose name it is
// given: prefix + argument + suffix.
type envWrapper struct {
	def            syntax.Node
	place          int // of the name among the arguments
	param          string
	prefix, suffix string
	upper          bool
	defaultPlace   int // -1 without
	defaultParam   string
	fallback       syntax.Node // where the wrapper itself has one
	required       bool
}

// parameters are the names of a method's parameters in order.
func parameters(def syntax.Node) []string {
	var list []string
	for param := def.Field("parameters").First(); param.OK(); param = param.Next() {
		name := param
		if !param.Is("identifier") {
			name = param.Field("name")
		}
		if name.OK() && !param.Is("block_parameter", "splat_parameter", "hash_splat_parameter") {
			list = append(list, name.Text())
		}
	}
	return list
}

// findEnvWrappers keeps the methods around reads whose name comes from one of
// the method's parameters.
func (f *rubyFile) findEnvWrappers() {
	for _, c := range f.calls {
		if c.name == "ENV.fetch" {
			read := envRead{}
			f.fetchFallback(c, &read)
			f.findWrapper(c.Node, c.args.arg(0), read)
		}
	}
	f.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("element_reference") && f.resolve(n.Field("object")) == "ENV" && !(n.FieldName() == "left" && n.Parent().Is("assignment", "operator_assignment")) {
			f.findWrapper(n, elementKey(n), envRead{})
		}
		return true
	})
}

func (f *rubyFile) findWrapper(n, nameArg syntax.Node, read envRead) {
	def := method(n)
	if !def.OK() || f.wrappers[def.Field("name").Text()] != nil || !nameArg.OK() {
		return
	}
	params := parameters(def)
	w := &envWrapper{def: def, place: -1, defaultPlace: -1, required: read.required}
	if !w.pattern(nameArg, params) {
		return
	}
	use := f.envUse(n, envRead{})
	fallback := read.fallback
	if up := n.Parent(); !fallback.OK() && up.Is("binary") && up.Has("||") {
		fallback = up.Field("right")
	}
	w.required = w.required || use.required
	for i, name := range params {
		if i != w.place && (lastWord(fallback) == name || strings.HasPrefix(name, "default") || name == "fallback") {
			w.defaultPlace, w.defaultParam = i, name
		}
	}
	if w.defaultPlace < 0 {
		w.fallback = fallback
	} else if b := f.locals[def.Index()][w.defaultParam]; b != nil {
		w.fallback = b.param.Field("value")
		w.required = w.required || !w.fallback.OK() && read.required
	}
	f.wrappers[def.Field("name").Text()] = w
}

// lastWord is the variable that an expression or a block's body is.
func lastWord(n syntax.Node) string {
	for n.Is("block_body", "body_statement", "parenthesized_statements") {
		n = lastChild(n)
	}
	if n.Is("identifier") {
		return n.Text()
	}
	return ""
}

// pattern reads how a wrapper makes the variable's name of its parameter.
func (w *envWrapper) pattern(n syntax.Node, params []string) bool {
	switch n.Kind() {
	case "identifier":
		for i, name := range params {
			if name == n.Text() {
				w.place, w.param = i, name
				return true
			}
		}
	case "call":
		switch n.Field("method").Text() {
		case "upcase":
			w.upper = true
			return w.pattern(n.Field("receiver"), params)
		case "to_s":
			return w.pattern(n.Field("receiver"), params)
		}
	case "parenthesized_statements":
		return w.pattern(lastChild(n), params)
	case "binary":
		if left := n.Field("left"); left.Is("string") && n.Has("+") {
			w.prefix = strings.Trim(left.Text(), `"'`)
			return w.pattern(n.Field("right"), params)
		}
	case "string":
		found := false
		for c := n.First(); c.OK(); c = c.Next() {
			switch {
			case c.Is("string_content") && found:
				w.suffix += c.Text()
			case c.Is("string_content"):
				w.prefix += c.Text()
			case c.Is("interpolation") && !found:
				if found = w.pattern(c.Child(0), params); !found {
					return false
				}
			default:
				return false
			}
		}
		return found
	}
	return false
}

// wrapperRead is the read that a call of a wrapper makes.
func (f *rubyFile) wrapperRead(c call) (envRead, bool) {
	w := f.wrappers[c.method]
	if w == nil || f.calledMethod(c.Node) != w.def {
		return envRead{}, false
	}
	name, ok := f.literal(c.args.arg(w.place, w.param))
	if !ok {
		return envRead{}, false
	}
	if w.upper {
		name = strings.ToUpper(name)
	}
	read := envRead{name: w.prefix + name + w.suffix, via: c.method, fallback: w.fallback, required: w.required}
	if w.defaultPlace >= 0 {
		if other := c.args.arg(w.defaultPlace, w.defaultParam); other.OK() {
			read.fallback, read.required = other, false
		} else if c.block.OK() {
			read.fallback, read.required = c.block.Field("body"), false
		}
	}
	return read, plausibleVariable(read.name)
}

func snake(name string) string {
	return strings.ToLower(inspect.SplitHumps(name))
}

// typedSettings states the variables that a class of settings declares:
// Anyway Config, Hanami's settings, Heroku's casting helpers.
func (f *rubyFile) typedSettings(class syntax.Node) {
	name := constantPath(class.Field("name"))
	if at := strings.LastIndex(name, "::"); at >= 0 {
		name = name[at+2:]
	}
	switch super := f.resolve(class.Field("superclass").Child(0)); {
	case super == "Anyway::Config" || super == "ApplicationConfig" && strings.HasSuffix(name, "Config"):
		f.anywayConfig(class, strings.TrimSuffix(snake(name), "_config"))
	case super == "Hanami::Settings":
		for _, c := range f.callsIn(class, "setting") {
			key, ok := f.literal(c.args.arg(0))
			if !ok || enclosing(c.Node).OK() {
				continue
			}
			fallback := f.evaluate(c.args.arg(-1, "default"))
			f.sayDeclared(c, "Hanami::Settings", strings.ToUpper(key), fallback, !c.args.arg(-1, "default").OK())
		}
	}
}

func (f *rubyFile) sayDeclared(c call, via, name string, fallback fold.Value, required bool) {
	if !plausibleVariable(name) {
		return
	}
	secret := inspect.IsSecretName(name)
	f.say(c.Node, inspect.EnvRead{Name: name, Via: via, Required: required && !fallback.Given(), Fallback: fallback.Kept(secret), Secret: secret})
}

func (f *rubyFile) anywayConfig(class syntax.Node, prefix string) {
	required := map[string]bool{}
	for _, c := range f.callsIn(class, "config_name", "env_prefix", "required") {
		if c.method == "required" {
			for _, arg := range c.args.positional {
				if key, ok := f.literal(arg); ok {
					required[key] = true
				}
			}
		} else if text, ok := f.literal(c.args.arg(0)); ok {
			prefix = text
		}
	}
	for _, c := range f.callsIn(class, "attr_config") {
		for _, arg := range c.args.positional {
			if key, ok := f.literal(arg); ok {
				f.sayAnyway(class, c, prefix, key, fold.Value{}, required[key])
			}
		}
		for _, pair := range c.args.pairs {
			if key, ok := f.key(pair.Field("key")); ok {
				f.sayAnyway(class, c, prefix, key, f.evaluate(pair.Field("value")), required[key])
			}
		}
	}
}

// sayAnyway states a setting of Anyway Config as what the deploy gives, and as
// what others ask the class for.
func (f *rubyFile) sayAnyway(class syntax.Node, c call, prefix, key string, fallback fold.Value, required bool) {
	name := strings.ToUpper(prefix + "_" + key)
	f.sayDeclared(c, "Anyway::Config", name, fallback, required)
	f.export(c.Node, strings.ReplaceAll(f.fullName(class), "::", "/")+".new."+key, fold.Read(name, inspect.IsSecretName(name), fallback))
}

// castingHelpers states the variables that a module extended by Heroku's
// CastingConfigHelpers declares.
func (f *rubyFile) castingHelpers(c call) {
	if c.name != "extend" || !strings.HasSuffix(constantPath(c.args.arg(0)), "CastingConfigHelpers") {
		return
	}
	for _, d := range f.callsIn(c.Up(classKinds...), "mandatory", "optional", "override") {
		key, ok := f.literal(d.args.arg(0))
		if !ok || enclosing(d.Node).OK() {
			continue
		}
		fallback := fold.Value{}
		if d.method == "override" {
			fallback = f.evaluate(d.args.arg(1))
		}
		f.sayDeclared(d, "CastingConfigHelpers", strings.ToUpper(key), fallback, d.method == "mandatory")
	}
}

// callsIn are the calls of these methods without a receiver inside a node.
func (f *rubyFile) callsIn(outer syntax.Node, methods ...string) []call {
	var list []call
	for _, c := range f.callsWithin(outer) {
		for _, m := range methods {
			if c.method == m && !c.receiver.OK() {
				list = append(list, c)
			}
		}
	}
	return list
}

// minTable is the fewest entries of a table of variables: fewer may be
// anything.
const minTable = 5

var tableName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^[A-Z]{3,}$`)

// envTable states the variables of a table that a project's own loader of
// settings is given: Configurator.run(host: ["APP_HOST"], port: ["APP_PORT", "PORT"]).
func (f *rubyFile) envTable(c call) {
	if !c.receiver.Is("constant", "scope_resolution") || !loaderName.MatchString(constantPath(c.receiver)) {
		return
	}
	pairs := c.args.pairs
	if len(pairs) == 0 && len(c.args.positional) > 0 {
		if hash := f.follow(c.args.positional[0]); hash.Is("hash") {
			pairs = hash.Children()
		}
	}
	var names []syntax.Node
	for _, pair := range pairs {
		before := len(names)
		for _, item := range f.items(pair.Field("value")) {
			text, ok := f.literal(item)
			switch {
			case ok && item.Is("string") && tableName.MatchString(text):
				names = append(names, item)
			case !item.Is("lambda") && item.Field("method").Text() != "lambda":
				return
			}
		}
		if pair.Is("pair") && len(names) == before {
			return
		}
	}
	if len(pairs) < minTable {
		return
	}
	for _, item := range names {
		name, _ := f.literal(item)
		f.say(item, inspect.EnvRead{Name: name, Via: c.name, Secret: inspect.IsSecretName(name), Required: f.refused[name]})
	}
}

var loaderName = regexp.MustCompile(`(?i)(config|setting|environment|env)`)
