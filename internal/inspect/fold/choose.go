package fold

import "twelvefold/internal/inspect"

// Either is one of several values, for reasons that the file does not tell: a
// literal only if all agree. None does not count.
//
// One that reads the environment makes it Env, with its fallback, or with the
// literal beside it as the fallback: x = read; if not x: x = "y".
func Either(list ...Value) Value {
	var chosen Value
	for _, v := range list {
		chosen = either(chosen, v)
	}
	return chosen
}

func either(a, b Value) Value {
	switch {
	case b.Source == inspect.None:
		return a
	case a.Source == inspect.None:
		return b
	case a.Source == b.Source && a.Text == b.Text && a.Has == b.Has:
		a.Env, a.Secret = Names(a.Env, b.Env), a.Secret || b.Secret
		return a
	case a.Source == inspect.Literal && b.Source == inspect.Literal:
		return Unknown
	}
	out := Value{Source: Weaker(a.Source, b.Source), Env: Names(a.Env, b.Env)}
	if out.Source == inspect.Env {
		return out.fallingBack(a, b)
	}
	return out
}

// OrElse is a, or b when a is none: b is the fallback of a read. A random
// fallback makes the whole Random, for so it is wherever nobody sets it.
func OrElse(a, b Value) Value {
	switch {
	case a.Source == inspect.None:
		return b
	case a.Source == inspect.Literal, b.Source == inspect.None:
		return a
	}
	out := Value{Source: Weaker(a.Source, b.Source), Env: Names(a.Env, b.Env)}
	switch {
	case a.Source == inspect.Env && !a.Has && b.Source == inspect.Random:
		out.Source = inspect.Random
	case out.Source == inspect.Env:
		return out.fallingBack(a, b)
	}
	return out
}

// OrIfEmpty is a, or b when a is none or an empty text.
func OrIfEmpty(a, b Value) Value {
	if !a.Given() {
		return b
	}
	if a.Source == inspect.Env && a.Text == "" && b.Source != inspect.None {
		a.Has = false
	}
	return OrElse(a, b)
}

// fallingBack gives an Env value the text that is used when its variables are
// unset: the first fallback of its reads, else the literal beside them.
func (v Value) fallingBack(a, b Value) Value {
	v.Secret = a.Secret || b.Secret
	for _, source := range [...]inspect.Source{inspect.Env, inspect.Literal} {
		for _, from := range [...]Value{a, b} {
			if from.Source == source && from.Has {
				v.Text, v.Has = from.Text, true
				return v
			}
		}
	}
	return v
}

// DecidedBy is the value as what is done when condition holds, or not: where
// the environment is asked and the outcomes differ, it is Env without a text.
func (v Value) DecidedBy(condition Value) Value {
	if condition.Source != inspect.Env || v.Source == inspect.Env {
		return v
	}
	return Value{Source: inspect.Env, Env: Names(condition.Env, v.Env)}
}

// WhenSet is yes where the variable that condition reads is set, and else no:
// its fallback, where that is a literal.
func WhenSet(condition, yes, no Value) Value {
	v := Either(yes, no)
	if condition.Source == inspect.Env && v.Source != inspect.Env && no.IsLiteral() {
		return OrElse(condition.WithoutText(), no)
	}
	return v.DecidedBy(condition)
}
