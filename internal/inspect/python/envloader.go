package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Reads whose variable's name stands elsewhere than in the call: in a prefix
// around it, in a list that a loop goes over, in the option of a command line.

// prefixed is what the with statements around a read put before its name:
// with env.prefixed("MAIL_"): env.str("HOST").
func (p *pythonFile) prefixed(n syntax.Node) string {
	prefix := ""
	for with := n.Up("with_statement"); with.OK(); with = with.Up("with_statement") {
		for item := with.Child(0).First(); item.OK(); item = item.Next() {
			call := item.Child(0)
			if call.Is("as_pattern") {
				call = call.Child(0)
			}
			if !call.Is("call") || n.Inside(item) {
				continue
			}
			if object, ok := strings.CutSuffix(p.callee(call), ".prefixed"); ok && strings.HasPrefix(object, "environs.") {
				text, _ := p.literal(pyArgsOf(call).arg(0, "prefix"))
				prefix = text + prefix
			}
		}
	}
	return prefix
}

// schemeDefault is the default that the Env object behind a call gives the
// variable: environ.Env(DEBUG=(bool, False)).
func (p *pythonFile) schemeDefault(c pyCall, nameArg syntax.Node) syntax.Node {
	object := c.Field("function")
	if object.Is("attribute") {
		object = object.Field("object")
	}
	name, ok := p.literal(nameArg)
	made := p.follow(object)
	if !ok || !made.Is("call") {
		return syntax.Node{}
	}
	if given := pyArgsOf(made).keyword[name]; given.Is("tuple") {
		return given.Child(1)
	}
	return syntax.Node{}
}

// loopReads states the variables of a list that a loop or a comprehension goes
// over: for name in ("A", "B"): os.environ[name].
func (p *pythonFile) loopReads(n, name syntax.Node, via string, required bool) {
	if !name.Is("identifier") {
		return
	}
	list := p.follow(loopOver(n, name.Text()))
	if !list.Is("list", "tuple", "set") {
		return
	}
	required = required || p.endsWithout(n)
	for e := list.First(); e.OK(); e = e.Next() {
		if variable, ok := p.secretText(e); ok && plausibleVariable(variable) && p.once("loop "+e.Text()) {
			p.state(e, inspect.EnvRead{Name: variable, Via: via, Required: required, Secret: inspect.IsSecretName(variable)})
		}
	}
}

// loopOver is what the loop or comprehension around n draws a name from.
func loopOver(n syntax.Node, name string) syntax.Node {
	for up := n.Parent(); up.OK() && !up.Is("function_definition", "class_definition"); up = up.Parent() {
		switch up.Kind() {
		case "for_statement":
			if up.Field("left").Text() == name {
				return up.Field("right")
			}
		case "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression":
			for c := up.First(); c.OK(); c = c.Next() {
				if c.Is("for_in_clause") && c.Field("left").Text() == name {
					return c.Field("right")
				}
			}
		}
	}
	return syntax.Node{}
}

// endsWithout reports whether the program ends when the variable that n looks
// for is unset: in a test around n, or in the statement after a list of what is
// missing has been made.
func (p *pythonFile) endsWithout(n syntax.Node) bool {
	if s := n.Up("if_statement"); s.OK() && n.Inside(s.Field("condition")) {
		return p.endsProgram(s.Field("consequence"))
	}
	if !n.Up("list_comprehension", "set_comprehension", "generator_expression").OK() {
		return false
	}
	next := n.Up("expression_statement").Next()
	for next.Is("comment") {
		next = next.Next()
	}
	return next.Is("if_statement") && p.endsProgram(next.Field("consequence"))
}

// optionRead states the variable that an option of a command line falls back
// to: click.option("--port", envvar="PORT"), typer.Option(8000, envvar="PORT").
func (p *pythonFile) optionRead(c pyCall) {
	given := c.args.arg(-1, "envvar", "env_var")
	if !given.OK() {
		return
	}
	module, _, _ := strings.Cut(c.name, ".")
	fallback := c.args.arg(-1, "default")
	switch {
	case module == "typer":
		if first := c.args.arg(0, "default"); !first.Is("ellipsis") && !strings.HasPrefix(strings.Trim(first.Text(), `"'`), "-") {
			fallback = first
		}
	case module == "click", module == "asyncclick", module == "rich_click", p.modules["configargparse"]:
	default:
		return
	}
	required := c.args.arg(-1, "required").Is("true") || module == "typer" && c.args.arg(0).Is("ellipsis")
	names := listed(p.follow(given))
	required = required && len(names) == 1
	for _, at := range names {
		if name, ok := p.literal(at); ok && plausibleVariable(name) {
			p.envFact(c.Node, pyEnvRead{name: name, via: pyVia(c.name), fallback: fallback, required: required && !fallback.OK()})
		}
	}
}

// listed are the elements of a list display, or the expression itself.
func listed(n syntax.Node) []syntax.Node {
	if n.Is("list", "tuple", "set") {
		return n.Children()
	}
	return []syntax.Node{n}
}

// dynaconfPrefix is what Dynaconf puts before the names of the settings of an
// object, with its underscore; false for any other object.
func (p *pythonFile) dynaconfPrefix(object syntax.Node) (string, bool) {
	switch p.resolve(object) {
	case "dynaconf.settings":
		return "DYNACONF_", true
	case "dynaconf.Dynaconf()", "dynaconf.LazySettings()":
	default:
		return "", false
	}
	made := p.follow(object)
	if !made.Is("call") {
		return "", false
	}
	prefix := pyArgsOf(made).arg(-1, "envvar_prefix", "ENVVAR_PREFIX_FOR_DYNACONF")
	if prefix.Is("false") {
		return "", true
	}
	if text, ok := p.literal(prefix); ok {
		return strings.ToUpper(text) + "_", true
	}
	return "DYNACONF_", !prefix.OK()
}

var dynaconfMethods = map[string]bool{
	"get": true, "set": true, "configure": true, "reload": true, "validators": true, "from_env": true, "to_dict": true, "as_dict": true, "exists": true,
	"setenv": true, "using_env": true, "load_file": true, "update": true, "current_env": true, "populate_obj": true, "is_overridden": true, "wrap": true,
}

// dynaconfRead states settings.PORT, settings["PORT"] and settings.get("PORT").
func (p *pythonFile) dynaconfRead(n syntax.Node) {
	var fallback, object syntax.Node
	name := ""
	switch n.Kind() {
	case "attribute":
		object, name = n.Field("object"), n.Field("attribute").Text()
		if dynaconfMethods[name] || strings.HasPrefix(name, "_") {
			return
		}
	case "subscript":
		object = n.Field("value")
		name, _ = p.literal(n.Field("subscript"))
	case "call":
		fn, args := n.Field("function"), pyArgsOf(n)
		if fn.Field("attribute").Text() != "get" {
			return
		}
		object, fallback = fn.Field("object"), args.arg(1, "default")
		name, _ = p.literal(args.arg(0, "key"))
	}
	if !object.Is("identifier") || !plausibleVariable(name) || n.FieldName() == "left" && n.Parent().Is("assignment", "augmented_assignment") {
		return
	}
	if prefix, ok := p.dynaconfPrefix(object); ok {
		p.envFact(n, pyEnvRead{name: prefix + strings.ToUpper(name), via: "dynaconf.Dynaconf", fallback: fallback})
	}
}

// dynaconfValidators states the settings that Dynaconf checks when it loads.
func (p *pythonFile) dynaconfValidators(c pyCall) {
	if c.name != "dynaconf.Dynaconf" {
		return
	}
	prefix, ok := p.dynaconfPrefix(c.Node)
	if !ok {
		return
	}
	for _, v := range listed(p.follow(c.args.arg(-1, "validators"))) {
		if !v.Is("call") || p.callee(v) != "dynaconf.Validator" {
			continue
		}
		args := pyArgsOf(v)
		for _, at := range args.positional {
			if name, ok := p.literal(at); ok && plausibleVariable(name) {
				p.envFact(v, pyEnvRead{
					name: prefix + strings.ToUpper(name), via: "dynaconf.Validator", fallback: args.arg(-1, "default"),
					required: args.arg(-1, "must_exist", "required").Is("true"),
				})
			}
		}
	}
}
