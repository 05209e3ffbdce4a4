package ruby

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// anyOf is the value of one of several expressions.
func (f *rubyFile) anyOf(list []syntax.Node) value {
	values := make([]value, 0, len(list))
	for _, n := range list {
		if !f.burn() {
			return value{source: inspect.Unknown}
		}
		values = append(values, f.evaluate(n))
	}
	return either(values...)
}

// orElse is a || b: b is the fallback of a read.
func (f *rubyFile) orElse(left value, other syntax.Node) value {
	if left.source == inspect.None {
		return f.evaluate(other)
	}
	if left.source == inspect.Literal && left.text != "false" {
		return left
	}
	right := f.evaluate(other)
	if f.fails(other) {
		right = value{}
	}
	if right.source == inspect.None {
		return left
	}
	out := value{source: weaker(left.source, right.source), env: appended(left.env, right.env)}
	switch {
	case left.source == inspect.Env && left.has:
		out.text, out.has, out.secret = left.text, true, left.secret
	case left.source == inspect.Env && right.has:
		out.text, out.has, out.secret = right.text, true, left.secret || right.secret
	case left.source == inspect.Unknown && right.source == inspect.Literal:
		out.source = inspect.Unknown
	}
	return out
}

func (f *rubyFile) operatorValue(n syntax.Node) value {
	left, right := n.Field("left"), n.Field("right")
	switch n.Field("operator").Text() {
	case "||", "or":
		return f.orElse(f.evaluate(left), right)
	case "+":
		if left.Is("integer") || right.Is("integer") {
			return f.mixed(left, right)
		}
		return join([]value{f.evaluate(left), f.evaluate(right)})
	case "/": // Pathname
		if a := f.evaluate(left); a.has && f.isPath(left) {
			return joinPath(a, f.evaluate(right))
		}
	case "&&", "and":
		if v := f.evaluate(right); v.source == inspect.Env {
			return v
		}
	}
	return f.mixed(left, right)
}
