package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// value is a Value whose text is still as written: secrets are masked when it
// becomes a Value.
type value struct {
	source inspect.Source
	text   string
	has    bool
	env    []string
	secret bool // text is the fallback of a secret-named variable
}

func literalValue(text string) value { return value{source: inspect.Literal, text: text, has: true} }

// kept is what may be kept: secrets are masked. hidden says that the value's
// place makes it a secret.
func (v value) kept(hidden bool) inspect.Value {
	out := inspect.Value{Source: v.source, Env: v.env}
	if !v.has {
		return out
	}
	lit := inspect.LitOf(v.text)
	if (hidden || v.secret) && v.text != "" && lit.Secret == nil {
		lit = inspect.SecretLit(v.text)
	}
	out.Text, out.HasText, out.Secret = lit.Text, true, lit.Secret
	return out
}

// valueOf is the Value of an expression; nil and no expression are no value.
func (f *rubyFile) valueOf(n syntax.Node) inspect.Value { return f.evaluate(n).kept(false) }

// literal is the text of an expression that the file alone determines.
func (f *rubyFile) literal(n syntax.Node) (string, bool) {
	if !n.OK() {
		return "", false
	}
	v := f.evaluate(n)
	return v.text, v.source == inspect.Literal
}

// evaluate follows an expression as far as the file tells.
func (f *rubyFile) evaluate(n syntax.Node) value {
	if !n.OK() || n.Is("nil") {
		return value{}
	}
	if v, done := f.values[n.Index()]; done {
		return v
	}
	if f.busy[^n.Index()] || f.follows > maxFollows || !f.burn() {
		return value{source: inspect.Unknown}
	}
	f.busy[^n.Index()] = true
	f.follows++
	v := f.evaluateFresh(n)
	f.follows--
	delete(f.busy, ^n.Index())
	if len(v.text) > inspect.MaxText {
		v = value{source: inspect.Unknown, env: v.env}
	}
	f.values[n.Index()] = v
	return v
}

func (f *rubyFile) evaluateFresh(n syntax.Node) value {
	switch n.Kind() {
	case "string", "bare_string", "delimited_symbol", "bare_symbol", "heredoc_body", "subshell":
		if n.Is("subshell") {
			return value{source: inspect.Unknown}
		}
		return f.textValue(n)
	case "heredoc_beginning":
		if body := f.heredocs[n.Index()]; body.OK() {
			return f.textValue(body)
		}
	case "chained_string":
		return f.fold(n.Children())
	case "simple_symbol":
		return literalValue(strings.TrimPrefix(n.Text(), ":"))
	case "hash_key_symbol":
		return literalValue(n.Text())
	case "character":
		return literalValue(strings.TrimPrefix(n.Text(), "?"))
	case "integer", "float":
		return literalValue(strings.ReplaceAll(n.Text(), "_", ""))
	case "true", "false":
		return literalValue(n.Text())
	case "unary":
		if v := f.evaluate(n.Field("operand")); v.source == inspect.Literal && n.Has("-") {
			v.text = "-" + v.text
			return v
		}
		return f.mixed(n.Field("operand"))
	case "identifier", "instance_variable", "class_variable", "global_variable", "constant", "scope_resolution":
		return f.nameValue(n)
	case "element_reference":
		return f.elementValue(n)
	case "call":
		return f.callValue(n)
	case "parenthesized_statements", "then", "block_body", "body_statement", "else", "ensure":
		return f.evaluate(lastChild(n))
	case "begin":
		return f.evaluate(lastChild(n))
	case "assignment", "operator_assignment":
		return f.evaluate(n.Field("right"))
	case "binary":
		return f.operatorValue(n)
	case "conditional", "if", "unless":
		return f.chosenValue(n)
	case "rescue_modifier":
		return f.evaluate(n.Field("body"))
	case "case":
		return f.caseValue(n)
	case "array", "string_array", "symbol_array", "right_assignment_list", "interpolation", "range", "hash":
		return f.mixed(n.Children()...)
	case "self", "lambda", "block":
	}
	return value{source: inspect.Unknown}
}

// textValue reads the pieces of a string, symbol or heredoc.
func (f *rubyFile) textValue(n syntax.Node) value {
	var parts []value
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content", "heredoc_content":
			parts = append(parts, literalValue(c.Text()))
		case "escape_sequence":
			parts = append(parts, literalValue(unescape(c.Text())))
		case "interpolation":
			if inner := c.Child(0); inner.OK() {
				parts = append(parts, f.evaluate(inner).inText())
			}
		}
	}
	if len(parts) == 0 {
		return literalValue("")
	}
	return join(parts)
}

// inText is a value put into a string: nil is the empty text.
func (v value) inText() value {
	if v.source == inspect.None {
		return literalValue("")
	}
	return v
}

func unescape(text string) string {
	switch text {
	case `\n`:
		return "\n"
	case `\t`:
		return "\t"
	case `\r`:
		return "\r"
	case "\\\n":
		return ""
	}
	return strings.TrimPrefix(text, `\`)
}

func (f *rubyFile) fold(parts []syntax.Node) value {
	var list []value
	for _, part := range parts {
		if !part.IsComment() {
			list = append(list, f.evaluate(part))
		}
	}
	return join(list)
}

// join is the concatenation of values: with a read it is Env, with a
// parameter Input, with anything else Unknown.
func join(parts []value) value {
	out := value{source: inspect.Literal, has: true}
	for _, part := range parts {
		out.env = appended(out.env, part.env)
		out.secret = out.secret || part.secret
		out.has = out.has && part.has
		out.text += part.text
		if len(out.text) > inspect.MaxText {
			out.has, out.text = false, ""
		}
		out.source = weaker(out.source, part.source)
	}
	if !out.has {
		out.text = ""
	}
	return out
}

// maxEnv bounds the variables that one value lists.
const maxEnv = 16

func appended(list, more []string) []string {
	if len(list) >= maxEnv {
		return list
	}
	return append(list[:len(list):len(list)], more...)
}

// weaker is the source of a mix: Env before Random, Input, Unknown, Literal.
func weaker(a, b inspect.Source) inspect.Source {
	for _, s := range []inspect.Source{inspect.Env, inspect.Random, inspect.Input} {
		if a == s || b == s {
			return s
		}
	}
	if a == inspect.Literal && b == inspect.Literal {
		return inspect.Literal
	}
	return inspect.Unknown
}

// mixed is what a value made of expressions in an unknown way comes from.
func (f *rubyFile) mixed(parts ...syntax.Node) value {
	out := value{source: inspect.Unknown}
	for _, part := range parts {
		if v := f.evaluate(part); v.source != inspect.Literal && v.source != inspect.None {
			out.source = weaker(out.source, v.source)
			out.env = appended(out.env, v.env)
		}
	}
	return out
}

// either is one of several values: a literal only if all agree.
func either(list ...value) value {
	chosen := value{}
	for _, v := range list {
		if v.source == inspect.None {
			continue
		}
		env := appended(chosen.env, v.env)
		same := v.source == chosen.source && v.text == chosen.text && v.has == chosen.has
		switch {
		case chosen.source == inspect.None:
			chosen = v
		case same:
		case v.source == inspect.Unknown && len(v.env) == 0 && chosen.source == inspect.Env:
		case v.source == inspect.Literal && chosen.source == inspect.Literal:
			chosen = value{source: inspect.Unknown}
		case chosen.source == inspect.Env && v.source == inspect.Literal && !chosen.has:
			chosen.text, chosen.has = v.text, true
		case chosen.source == inspect.Literal && v.source == inspect.Env && !v.has:
			chosen.source = inspect.Env
		default:
			chosen = value{source: weaker(chosen.source, v.source), text: chosen.text, has: chosen.has && chosen.source == inspect.Env, secret: chosen.secret}
			if !chosen.has {
				chosen.text = ""
			}
		}
		chosen.env = env
	}
	return chosen
}

// chosenValue is one of two branches: the one for production where the
// condition asks for the environment. A condition on a read makes it Env.
func (f *rubyFile) chosenValue(n syntax.Node) value {
	condition, yes, no := f.branches(n)
	switch truth := f.debugWhen(condition); {
	case truth > 0 && no.OK():
		return f.evaluate(no)
	case truth < 0:
		return f.evaluate(yes)
	}
	v, asked := either(f.evaluate(yes), f.evaluate(no)), f.evaluate(condition)
	if asked.source == inspect.Env && v.source != inspect.Env {
		if other := f.evaluate(no); !v.has && other.source == inspect.Literal && f.asksIfSet(condition) {
			v = other
		}
		v.source, v.env = inspect.Env, asked.env
	}
	return v
}

// asksIfSet reports whether a condition holds when a variable is set to
// anything: ENV["X"], ENV["X"].present?, ENV.key?("X").
func (f *rubyFile) asksIfSet(condition syntax.Node) bool {
	if condition.Is("call") && condition.Field("method").Text() == "present?" {
		condition = condition.Field("receiver")
	}
	if condition.Is("element_reference") {
		_, read := f.envElementRead(condition)
		return read
	}
	return condition.Is("call") && envAsks[f.callee(condition)]
}

// branches are a decision's condition and what is done when it holds and when
// it does not.
func (f *rubyFile) branches(n syntax.Node) (condition, yes, no syntax.Node) {
	condition, yes, no = n.Field("condition"), n.Field("consequence"), n.Field("alternative")
	switch n.Kind() {
	case "unless":
		yes, no = no, yes
	case "if_modifier":
		yes, no = n.Field("body"), syntax.Node{}
	case "unless_modifier":
		yes, no = syntax.Node{}, n.Field("body")
	}
	return condition, yes, no
}

func (f *rubyFile) caseValue(n syntax.Node) value {
	var list []value
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "when":
			list = append(list, f.evaluate(c.Field("body")))
		case "else":
			list = append(list, f.evaluate(c))
		}
	}
	v := either(list...)
	if asked := f.evaluate(n.Field("value")); asked.source == inspect.Env && v.source != inspect.Env {
		v.source, v.env = inspect.Env, asked.env
	}
	return v
}

func (f *rubyFile) nameValue(n syntax.Node) value {
	switch n.Text() {
	case "__FILE__", "__dir__", "Rails.root":
		return here
	case "ARGV", "$*", "params", "request":
		return value{source: inspect.Input}
	}
	b := f.variable(n)
	if b == nil {
		if list := f.returned(n); n.Is("identifier") && len(list) > 0 {
			return f.anyOf(list)
		}
		if n.Is("constant", "scope_resolution") && f.resolve(n) == "File::NULL" {
			return literalValue("/dev/null")
		}
		return value{source: inspect.Unknown}
	}
	if b.param.OK() && len(b.values) == 0 {
		return value{source: inspect.Input}
	}
	return f.bound(b)
}

// bound is the value of a variable: those of ||= hold when the others are nil.
func (f *rubyFile) bound(b *binding) value {
	if len(b.values) == len(b.ifUnset)+1 && len(b.ifUnset) == 1 && b.values[1] == b.ifUnset[0] {
		return f.orElse(f.evaluate(b.values[0]), b.ifUnset[0])
	}
	for _, v := range b.values {
		if !v.OK() {
			return value{source: inspect.Unknown}
		}
	}
	return f.anyOf(b.values)
}
