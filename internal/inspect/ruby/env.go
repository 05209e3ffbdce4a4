package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// envRead is an expression that reads an environment variable.
type envRead struct {
	name     string
	via      string
	fallback syntax.Node
	required bool
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)

func plausibleVariable(name string) bool { return variableName.MatchString(name) }

// envAsks are methods of ENV that only tell whether a variable is set.
var envAsks = map[string]bool{"ENV.key?": true, "ENV.has_key?": true, "ENV.include?": true, "ENV.member?": true}

// envRead tells whether a call reads a variable whose name the file determines.
func (f *rubyFile) envRead(c call) (envRead, bool) {
	read := envRead{via: c.name}
	switch {
	case c.name == "ENV.fetch" || c.name == "ENV.delete":
		name, ok := f.literal(c.args.arg(0))
		if !ok {
			return envRead{}, false
		}
		read.name = name
		f.fetchFallback(c, &read)
	case strings.HasPrefix(c.name, "Figaro.env.") && !strings.Contains(c.method, "."):
		read.via = "Figaro.env"
		read.name = strings.ToUpper(strings.TrimRight(c.method, "!?"))
		read.required = strings.HasSuffix(c.method, "!")
	case strings.HasPrefix(c.name, "ENVied."):
		if c.method == "require" || c.args.arg(0).OK() || strings.ToUpper(c.method) != c.method {
			return envRead{}, false
		}
		read.via, read.name, read.required = "ENVied", c.method, true
	default:
		return f.wrapperRead(c)
	}
	return read, plausibleVariable(read.name)
}

// fetchFallback reads the default of a fetch: its second argument or its block.
func (f *rubyFile) fetchFallback(c call, read *envRead) {
	switch {
	case c.block.OK():
		body := c.block.Field("body")
		if f.fails(body) {
			read.required = true
			return
		}
		read.fallback = body
	case len(c.args.positional) > 1:
		read.fallback = c.args.positional[1]
	case len(c.args.pairs) > 0 || c.args.spread:
	default:
		read.required = c.method == "fetch" && !rescues(c.Node, "KeyError", "IndexError", "StandardError") && !f.testedFor(c.Node, read.name)
	}
}

// envElementRead is ENV["X"] where it is read.
func (f *rubyFile) envElementRead(n syntax.Node) (envRead, bool) {
	if f.resolve(n.Field("object")) != "ENV" {
		return envRead{}, false
	}
	name, ok := f.literal(elementKey(n))
	return envRead{name: name, via: "ENV[]"}, ok && plausibleVariable(name)
}

// envElement states ENV["X"], but not where it is set. ENV["X"] ||= "y" is a
// read with what it falls back to.
func (f *rubyFile) envElement(n syntax.Node) {
	if f.resolve(n.Field("object")) != "ENV" || n.FieldName() == "left" && n.Parent().Is("assignment") || n.Parent().Is("left_assignment_list") {
		return
	}
	set := n.FieldName() == "left" && n.Parent().Is("operator_assignment")
	if set && !n.Parent().Has("||=") {
		return
	}
	for _, name := range f.envNames(elementKey(n)) {
		read := envRead{name: name, via: "ENV[]"}
		if set {
			read.fallback = n.Parent().Field("right")
		}
		f.sayRead(n, read)
	}
}

// envNames are the names that an expression can be: a literal, or those of the
// literal list that a block is given one after the other.
func (f *rubyFile) envNames(n syntax.Node) []string {
	if name, ok := f.literal(n); ok {
		if plausibleVariable(name) {
			return []string{name}
		}
		return nil
	}
	if n.Is("call") && sameMethod[n.Field("method").Text()] {
		n = n.Field("receiver")
	}
	b := f.variable(n)
	if b == nil || !b.param.OK() || !n.Is("identifier") {
		return nil
	}
	giver := b.param.Parent().Parent().Parent() // parameter, parameters, block, call
	if !giver.Is("call") || !iterates[giver.Field("method").Text()] {
		return nil
	}
	var names []string
	for _, item := range f.items(giver.Field("receiver")) {
		if name, ok := f.literal(item); ok && plausibleVariable(name) {
			names = append(names, name)
		}
	}
	return names
}

var iterates = map[string]bool{
	"each": true, "map": true, "select": true, "reject": true, "filter": true, "all?": true, "any?": true, "none?": true, "find": true, "filter_map": true, "each_with_object": true,
	"each_with_index": true, "to_h": true, "find_all": true, "detect": true, "flat_map": true,
}

// items are the items of an array that the file spells out.
func (f *rubyFile) items(n syntax.Node) []syntax.Node {
	n = f.follow(n)
	if !n.Is("array", "string_array", "symbol_array", "right_assignment_list") {
		return nil
	}
	var list []syntax.Node
	for c := n.First(); c.OK() && len(list) < 200; c = c.Next() {
		if !c.IsComment() {
			list = append(list, c)
		}
	}
	return list
}

// envCall states the variables that a call reads.
func (f *rubyFile) envCall(c call) {
	switch {
	case c.name == "":
		if read, ok := f.wrapperRead(c); ok {
			f.sayRead(c.Node, read)
		}
	case envAsks[c.name]:
		for _, name := range f.envNames(c.args.arg(0)) {
			f.sayRead(c.Node, envRead{name: name, via: c.name})
		}
	case c.name == "ENV.values_at" || c.name == "ENV.slice" || c.name == "ENV.fetch_values":
		for _, arg := range c.args.positional {
			if name, ok := f.literal(arg); ok && plausibleVariable(name) {
				f.sayRead(arg, envRead{name: name, via: c.name, required: c.name == "ENV.fetch_values" && !c.block.OK()})
			}
		}
	case c.name == "Figaro.require_keys" || c.name == "Dotenv.require_keys" || c.name == "Dotenv.require_key":
		for _, arg := range c.args.positional {
			if name, ok := f.literal(arg); ok && plausibleVariable(name) {
				f.say(arg, inspect.EnvRead{Name: name, Via: c.name, Required: true, Secret: inspect.IsSecretName(name)})
			}
		}
	case c.name == "ENV.fetch":
		for _, name := range f.envNames(c.args.arg(0)) {
			read := envRead{name: name, via: c.name}
			f.fetchFallback(c, &read)
			f.sayRead(c.Node, read)
		}
	case c.name == "ENV.delete" && c.Parent().Is("body_statement", "block_body", "then", "ensure", "program", "if_modifier", "else"):
	default:
		if read, ok := f.envRead(c); ok {
			f.sayRead(c.Node, read)
		} else {
			f.sayAsk(c)
		}
	}
}

// reads reports whether an expression looks at a variable of the environment.
func (f *rubyFile) reads(n syntax.Node, name string) bool {
	found := false
	n.Walk(func(x syntax.Node) bool {
		if !f.burn() {
			return false
		}
		switch x.Kind() {
		case "element_reference":
			read, ok := f.envElementRead(x)
			found = found || ok && read.name == name
		case "call":
			if callee := f.callee(x); callee == "ENV.fetch" || envAsks[callee] {
				text, _ := f.literal(x.Field("arguments").Child(0))
				found = found || text == name
			}
		case "identifier", "constant", "instance_variable":
			if v := f.evaluate(x); v.Source == inspect.Env && len(v.Env) == 1 && v.Env[0] == name {
				found = true
			}
		}
		return !found
	})
	return found
}

// sayRead states a read with what surrounds it: fallback, check, branch.
func (f *rubyFile) sayRead(n syntax.Node, read envRead) {
	use := f.envUse(n, read)
	secret := inspect.IsSecretName(read.name)
	fact := inspect.EnvRead{
		Name: read.name, Via: read.via, Fallback: use.fallback.Kept(secret), Secret: secret,
		Debug: use.debug || f.debugOnly(n), Required: (read.required || use.required || f.refused[read.name]) && !use.fallback.Given(),
	}
	fact.Rejected = use.fallback.Given() && (f.compared[read.name] || f.refused[read.name])
	end := n.EndLine()
	if block := n.Field("block"); block.OK() {
		end = max(n.Line(), block.EndLine())
	}
	f.Emit(n.Line(), end, fact)
}
