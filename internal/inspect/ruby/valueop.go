package ruby

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// anyOf is the value of one of several expressions.
func (f *rubyFile) anyOf(list []syntax.Node) fold.Value {
	values := make([]fold.Value, 0, len(list))
	for _, n := range list {
		if !f.burn() {
			return fold.Unknown
		}
		values = append(values, f.evaluate(n))
	}
	return fold.Either(values...)
}

// orElse is a || b: b is the fallback of a read, unless the program ends there.
func (f *rubyFile) orElse(left fold.Value, other syntax.Node) fold.Value {
	switch {
	case left.IsLiteral() && left.Text == "false":
		left = fold.Value{}
	case left.IsLiteral():
		return left
	}
	if f.fails(other) {
		return left
	}
	return fold.OrElse(left, f.evaluate(other))
}

func (f *rubyFile) operatorValue(n syntax.Node) fold.Value {
	left, right := n.Field("left"), n.Field("right")
	switch n.Field("operator").Text() {
	case "||", "or":
		return f.orElse(f.evaluate(left), right)
	case "+":
		if left.Is("integer") || right.Is("integer") {
			return fold.Sum(f.evaluate(left), f.evaluate(right))
		}
		return fold.Join(f.evaluate(left), f.evaluate(right))
	case "/": // Pathname
		if a := f.evaluate(left); a.Has && f.isPath(left) {
			return fold.Resolve(a, f.evaluate(right))
		}
	case "&&", "and":
		if v := f.evaluate(right); v.Source == inspect.Env {
			return v
		}
	}
	return f.mixed(left, right)
}
