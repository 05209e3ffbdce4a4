package php

import (
	"slices"

	"twelvefold/internal/inspect"
)

// value is an inspect.Value whose text is still as written: secrets are masked
// when it becomes one.
type value struct {
	source inspect.Source
	text   string
	has    bool
	env    []string
	secret bool // text is the fallback of a secret-named variable
}

func literal(text string) value { return value{source: inspect.Literal, text: text, has: true} }

// value is what may be kept: secrets are masked. hidden says that the value's
// place makes it a secret.
func (v value) value(hidden bool) inspect.Value {
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

// maxNames bounds the variables that one value is told to be read from.
const maxNames = 24

// names are the variables of two values, each once.
func names(a, b []string) []string {
	list := a[:len(a):len(a)]
	for _, name := range b {
		if len(list) < maxNames && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// given reports whether the value is anything but none or an empty text.
func (v value) given() bool {
	return v.source != inspect.None && !(v.source == inspect.Literal && v.text == "")
}

// orUnknown is the value, or an unknown one for none.
func (v value) orUnknown() value { return v.orUnless(false) }

// orUnless is the value, or an unknown one for none that is not known to be so.
func (v value) orUnless(known bool) value {
	if v.source == inspect.None && !known {
		return value{source: inspect.Unknown}
	}
	return v
}

// orText is the value, or an empty text for none, as PHP concatenates null.
func (v value) orText() value {
	if v.source == inspect.None {
		return literal("")
	}
	return v
}

func (v value) withoutText() value {
	v.text, v.has = "", false
	return v
}

// join is the concatenation of values: with a read it is Env, with a
// parameter Input, with anything else Unknown.
func join(parts []value) value {
	out := value{source: inspect.Literal, has: true}
	for _, part := range parts {
		out.env = names(out.env, part.env)
		out.secret = out.secret || part.secret
		out.has = out.has && part.has
		out.source = weaker(out.source, part.source)
		if out.has = out.has && len(out.text)+len(part.text) <= inspect.MaxText; out.has {
			out.text += part.text
		}
	}
	if !out.has {
		out.text = ""
	}
	if out.source == inspect.Literal && !out.has {
		out.source = inspect.Unknown
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

// orElse is a default: what a is when it is given, else b.
func orElse(a, b value) value {
	if !a.given() {
		return b
	}
	if a.source == inspect.Literal {
		return a
	}
	out := value{source: weaker(a.source, b.source), env: names(a.env, b.env)}
	if a.source != inspect.Env {
		return out
	}
	if a.has && a.text != "" {
		out.text, out.has, out.secret = a.text, true, a.secret
	} else if b.has {
		out.text, out.has = b.text, true
		out.secret = b.secret || len(a.env) > 0 && isSecretName(a.env[len(a.env)-1])
	}
	return out
}

// either is one of several values: a literal only if all agree.
func either(list ...value) value {
	chosen := list[0]
	for _, v := range list[1:] {
		chosen = eitherOf(chosen, v)
	}
	return chosen
}

func eitherOf(a, b value) value {
	if b.source == inspect.None || b.source == inspect.Literal && b.text == "" && a.source == inspect.Env {
		return a
	}
	if a.source == inspect.None || a.source == inspect.Literal && a.text == "" && b.source == inspect.Env {
		return b
	}
	if a.source == b.source && a.text == b.text && a.has == b.has {
		a.env = names(a.env, b.env)
		return a
	}
	out := value{source: weaker(a.source, b.source), env: names(a.env, b.env), secret: a.secret || b.secret}
	switch {
	case a.source == inspect.Literal && b.source == inspect.Literal:
		return value{source: inspect.Unknown}
	case a.source == inspect.Env && b.source == inspect.Literal && !a.has:
		out.text, out.has = b.text, b.has
	case b.source == inspect.Env && a.source == inspect.Literal && !b.has:
		out.text, out.has = a.text, a.has
	}
	return out
}
