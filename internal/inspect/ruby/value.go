package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// valueOf is the Value of an expression; nil and no expression are no value.
func (f *rubyFile) valueOf(n syntax.Node) inspect.Value { return f.evaluate(n).Kept(false) }

// literal is the text of an expression that the file alone determines.
func (f *rubyFile) literal(n syntax.Node) (string, bool) {
	if !n.OK() {
		return "", false
	}
	v := f.evaluate(n)
	return v.Text, v.IsLiteral()
}

// evaluate follows an expression as far as the file tells.
func (f *rubyFile) evaluate(n syntax.Node) fold.Value {
	if !n.OK() || n.Is("nil") {
		return fold.Value{}
	}
	return f.values.Ask(n.Index(), &f.depth, fold.Unknown, func() fold.Value {
		if !f.burn() {
			return fold.Unknown
		}
		return f.referred(n, f.evaluateFresh(n)).Bounded()
	})
}

func (f *rubyFile) evaluateFresh(n syntax.Node) fold.Value {
	switch n.Kind() {
	case "string", "bare_string", "delimited_symbol", "bare_symbol", "heredoc_body", "subshell":
		if n.Is("subshell") {
			return fold.Unknown
		}
		return f.textValue(n)
	case "heredoc_beginning":
		if body := f.heredocs[n.Index()]; body.OK() {
			return f.textValue(body)
		}
	case "chained_string":
		return f.fold(n.Children())
	case "simple_symbol":
		return fold.Literal(strings.TrimPrefix(n.Text(), ":"))
	case "hash_key_symbol":
		if namesValue(n) {
			return f.nameValue(n)
		}
		return fold.Literal(n.Text())
	case "character":
		return fold.Literal(strings.TrimPrefix(n.Text(), "?"))
	case "integer", "float":
		return fold.Literal(strings.ReplaceAll(n.Text(), "_", ""))
	case "true", "false":
		return fold.Literal(n.Text())
	case "unary":
		if v := f.evaluate(n.Field("operand")); v.Source == inspect.Literal && n.Has("-") {
			v.Text = "-" + v.Text
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
	return fold.Unknown
}

// textValue reads the pieces of a string, symbol or heredoc.
func (f *rubyFile) textValue(n syntax.Node) fold.Value {
	var parts []fold.Value
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content", "heredoc_content":
			parts = append(parts, fold.Literal(c.Text()))
		case "escape_sequence":
			parts = append(parts, fold.Literal(unescape(c.Text())))
		case "interpolation":
			if inner := c.Child(0); inner.OK() {
				parts = append(parts, f.evaluate(inner).OrText())
			}
		}
	}
	if len(parts) == 0 {
		return fold.Literal("")
	}
	return fold.Join(parts...)
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

func (f *rubyFile) fold(parts []syntax.Node) fold.Value {
	var list []fold.Value
	for _, part := range parts {
		if !part.IsComment() {
			list = append(list, f.evaluate(part))
		}
	}
	return fold.Join(list...)
}

// mixed is what a value made of expressions in an unknown way comes from.
func (f *rubyFile) mixed(parts ...syntax.Node) fold.Value {
	out := fold.Unknown
	for _, part := range parts {
		out = out.Mix(f.evaluate(part))
	}
	return out
}

// chosenValue is one of two branches: the one for production where the
// condition asks for the environment.
func (f *rubyFile) chosenValue(n syntax.Node) fold.Value {
	condition, yes, no := f.branches(n)
	switch truth := f.debugWhen(condition); {
	case truth > 0 && no.OK():
		return f.evaluate(no)
	case truth < 0:
		return f.evaluate(yes)
	}
	asked, other := f.evaluate(condition), f.evaluate(no)
	v := fold.Either(f.evaluate(yes), other)
	if v.Source != inspect.Env && asked.Source == inspect.Env && other.IsLiteral() && f.asksIfSet(condition) {
		return fold.OrElse(asked.WithoutText(), other)
	}
	return v.DecidedBy(asked)
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

func (f *rubyFile) caseValue(n syntax.Node) fold.Value {
	var list []fold.Value
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "when":
			list = append(list, f.evaluate(c.Field("body")))
		case "else":
			list = append(list, f.evaluate(c))
		}
	}
	return fold.Either(list...).DecidedBy(f.evaluate(n.Field("value")))
}

func (f *rubyFile) nameValue(n syntax.Node) fold.Value {
	switch n.Text() {
	case "__FILE__", "__dir__", "Rails.root":
		return fold.Here
	case "ARGV", "$*", "params", "request":
		return fold.Input
	}
	b := f.variable(n)
	if b == nil {
		if list := f.returned(n); n.Is("identifier") && len(list) > 0 {
			return f.anyOf(list)
		}
		if n.Is("constant", "scope_resolution") && f.resolve(n) == "File::NULL" {
			return fold.Literal("/dev/null")
		}
		return fold.Unknown
	}
	if b.param.OK() && len(b.values) == 0 {
		return fold.Input
	}
	return f.bound(b)
}

// bound is the value of a variable: those of ||= hold when the others are nil.
func (f *rubyFile) bound(b *binding) fold.Value {
	if len(b.values) == len(b.ifUnset)+1 && len(b.ifUnset) == 1 && b.values[1] == b.ifUnset[0] {
		return f.orElse(f.evaluate(b.values[0]), b.ifUnset[0])
	}
	for _, v := range b.values {
		if !v.OK() {
			return fold.Unknown
		}
	}
	return f.anyOf(b.values)
}
