package csharp

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// join is the concatenation of values: with a read it is Env, with a
// parameter Input, with anything else Unknown.
func join(parts []value) value {
	out := literalValue("")
	for _, part := range parts {
		out.env = append(out.env[:len(out.env):len(out.env)], part.env...)
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
func (f *file) mixed(parts []syntax.Node) value {
	out := unknown
	for _, part := range parts {
		if !part.OK() || part.IsComment() || part.Is("lambda_expression") {
			continue
		}
		if v := f.evaluate(part); v.source != inspect.Literal {
			out.source = weaker(out.source, v.source)
			out.env = append(out.env[:len(out.env):len(out.env)], v.env...)
		}
	}
	return out
}

// either is one of several values: a literal only if all agree.
func either(list ...value) value {
	chosen := list[0]
	for _, v := range list[1:] {
		if v.source == inspect.None || v.source == inspect.Unknown && len(v.env) == 0 && chosen.source == inspect.Env {
			continue
		}
		same := v.source == chosen.source && v.text == chosen.text && v.has == chosen.has
		env := append(chosen.env[:len(chosen.env):len(chosen.env)], v.env...)
		switch {
		case chosen.source == inspect.None:
			chosen = v
		case same:
		case v.source == inspect.Literal && chosen.source == inspect.Literal:
			chosen = unknown
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

// chosenValue is condition ? a : b; a condition on a read makes it Env.
func (f *file) chosenValue(n syntax.Node) value {
	v, condition := either(f.evaluate(n.Field("consequence")), f.evaluate(n.Field("alternative"))), f.evaluate(n.Field("condition"))
	if condition.source == inspect.Env && v.source != inspect.Env {
		v.source, v.env = inspect.Env, condition.env
	}
	return v
}

// orElse is left ?? right: right is the fallback of a read.
func orElse(left, right value) value {
	if left.source == inspect.None {
		return right
	}
	if left.source == inspect.Literal {
		return left
	}
	out := value{source: weaker(left.source, right.source), env: append(left.env[:len(left.env):len(left.env)], right.env...)}
	switch {
	case right.source == inspect.None || right.source == inspect.Unknown && left.source != inspect.Unknown:
		out.source = left.source
		out.text, out.has, out.secret = left.text, left.has, left.secret
	case left.source == inspect.Env && !(left.has && left.text != "") && right.has:
		out.text, out.has, out.secret = right.text, true, left.secret || right.secret
	case left.source == inspect.Env && left.has:
		out.text, out.has, out.secret = left.text, true, left.secret
	}
	return out
}
