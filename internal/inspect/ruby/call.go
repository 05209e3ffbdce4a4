package ruby

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// call is one call with the resolved name of what is called. A bare word that
// is no variable is a call without arguments.
type call struct {
	syntax.Node
	name     string // "" when unknown
	method   string
	receiver syntax.Node
	args     args
	block    syntax.Node // block or do_block
}

// args are the arguments of a call. Positional ones behind *args are left out,
// for their place is not known. Keyword arguments, and those of a hash at the
// end, are keyword.
type args struct {
	positional []syntax.Node
	keyword    map[string]syntax.Node
	pairs      []syntax.Node // the pairs of keyword in source order
	spread     bool          // *args, **options or &block
	passed     syntax.Node   // what &block names
}

// callOf is the call that a node makes; false for names and variables.
func (f *rubyFile) callOf(n syntax.Node) (call, bool) {
	switch n.Kind() {
	case "call":
		c := call{Node: n, name: f.callee(n), method: n.Field("method").Text(), receiver: n.Field("receiver"), block: n.Field("block")}
		c.args = f.argsOf(n)
		return c, true
	case "identifier":
		switch n.FieldName() {
		case "", "body", "right", "consequence", "alternative", "value":
		default:
			return call{}, false
		}
		up := n.Parent()
		if up.Is("method_parameters", "block_parameters", "lambda_parameters", "left_assignment_list", "exception_variable", "alias", "undef", "argument_list", "interpolation", "keyword_parameter", "optional_parameter") ||
			f.local(n.Text(), n) != nil {
			return call{}, false
		}
		c := call{Node: n, method: n.Text()}
		if !f.ownMethod(n, n.Text()) {
			c.name = n.Text()
		}
		return c, true
	}
	return call{}, false
}

func (f *rubyFile) argsOf(n syntax.Node) args {
	var a args
	for c := n.Field("arguments").First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "comment", "heredoc_body":
		case "pair":
			a.addPair(f, c)
		case "hash_splat_argument":
			a.spread = true
			a.addHash(f, f.follow(c.Child(0)))
		case "splat_argument":
			a.spread = true
		case "block_argument":
			a.passed = c.Child(0)
		default:
			if !a.spread {
				a.positional = append(a.positional, c)
			}
		}
	}
	if last := len(a.positional) - 1; last >= 0 && len(a.keyword) == 0 {
		if given := a.positional[last]; given.Is("hash", "identifier", "constant") {
			if hash := f.follow(given); hash.Is("hash") {
				a.addHash(f, hash)
				if given.Is("hash") {
					a.positional = a.positional[:last]
				}
			}
		}
	}
	return a
}

func (a *args) addHash(f *rubyFile, hash syntax.Node) {
	if !hash.Is("hash") {
		return
	}
	for c := hash.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "pair":
			a.addPair(f, c)
		case "hash_splat_argument":
			a.spread = true
		}
	}
}

func (a *args) addPair(f *rubyFile, pair syntax.Node) {
	key, ok := f.key(pair.Field("key"))
	if !ok {
		return
	}
	if a.keyword == nil {
		a.keyword = map[string]syntax.Node{}
	}
	v := pair.Field("value")
	if !v.OK() { // {host:} means {host: host}
		v = pair.Field("key")
	}
	a.keyword[key] = v
	a.pairs = append(a.pairs, pair)
}

// key is the text of a hash's key: a symbol or a string without anything put in.
func (f *rubyFile) key(n syntax.Node) (string, bool) {
	switch n.Kind() {
	case "hash_key_symbol":
		return n.Text(), true
	case "simple_symbol":
		return strings.TrimPrefix(n.Text(), ":"), true
	case "string", "delimited_symbol":
		return f.literal(n)
	}
	return "", false
}

// arg is the argument at a place, or by one of its names; place -1 is never.
func (a args) arg(place int, names ...string) syntax.Node {
	for _, name := range names {
		if v, ok := a.keyword[name]; ok {
			return v
		}
	}
	if place >= 0 && place < len(a.positional) {
		return a.positional[place]
	}
	return syntax.Node{}
}

// entry is the value of a key in a hash that the file spells out.
func (f *rubyFile) entry(hash syntax.Node, key string) syntax.Node {
	hash = f.follow(hash)
	if !hash.Is("hash") {
		return syntax.Node{}
	}
	found := syntax.Node{}
	for c := hash.First(); c.OK(); c = c.Next() {
		if c.Is("pair") {
			if name, ok := f.key(c.Field("key")); ok && name == key {
				found = c.Field("value")
			}
		}
	}
	return found
}

// follow is the expression that a name is assigned, if it is the only one.
func (f *rubyFile) follow(n syntax.Node) syntax.Node {
	for range 6 {
		if !f.burn() {
			return n
		}
		switch n.Kind() {
		case "parenthesized_statements":
			n = lastChild(n)
			continue
		case "call":
			if method := n.Field("method").Text(); n.Field("receiver").OK() && (sameThing[method] || keeps[method] && n.Field("receiver").Is("hash", "array", "string_array")) {
				n = n.Field("receiver")
				continue
			}
			if list := f.returned(n); len(list) == 1 {
				n = list[0]
				continue
			}
			return n
		case "identifier", "instance_variable", "class_variable", "global_variable", "constant", "scope_resolution":
			b := f.variable(n)
			if b == nil {
				if list := f.returned(n); n.Is("identifier") && len(list) == 1 {
					n = list[0]
					continue
				}
				return n
			}
			if len(b.values) != 1 || !b.values[0].OK() || b.param.OK() {
				return n
			}
			n = b.values[0]
			continue
		}
		return n
	}
	return n
}

// keeps are methods whose result has what their receiver has.
var keeps = map[string]bool{"freeze": true, "compact": true, "symbolize_keys": true, "with_indifferent_access": true, "merge": true, "stringify_keys": true, "uniq": true}

// body is what a call's block, or the lambda or method given for it, runs.
func (f *rubyFile) body(c call) syntax.Node {
	if c.block.OK() {
		return c.block
	}
	passed := f.follow(c.args.passed)
	if !passed.OK() && len(c.args.positional) > 0 {
		passed = f.follow(c.args.positional[len(c.args.positional)-1])
	}
	switch {
	case passed.Is("lambda"):
		return passed
	case passed.Is("call") && (passed.Field("method").Text() == "lambda" || passed.Field("method").Text() == "proc" || f.callee(passed) == "Proc.new"):
		return passed.Field("block")
	case passed.Is("call") && passed.Field("method").Text() == "method": // &method(:stop)
		if name, ok := f.literal(passed.Field("arguments").Child(0)); ok {
			return f.localMethod(c.Node, name)
		}
	case passed.Is("method", "singleton_method"):
		return passed
	}
	return syntax.Node{}
}

// inBlockOf is the nearest call around n whose block holds it and whose method
// has one of these names, or none.
func inBlockOf(n syntax.Node, methods ...string) syntax.Node {
	for block := n.Up("block", "do_block"); block.OK(); block = block.Up("block", "do_block") {
		giver := block.Parent()
		if !giver.Is("call") {
			continue
		}
		name := giver.Field("method").Text()
		for _, method := range methods {
			if name == method {
				return giver
			}
		}
	}
	return syntax.Node{}
}

// atTop reports whether n stands in no method, class or module, whatever
// blocks and conditions are around it.
func atTop(n syntax.Node) bool { return n.Up(closedScopes...).Is("program") }
