package fold

import (
	"path"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
)

// Weaker is the source of a mix of two values: it is Env, Random or Input as
// soon as one of them is, in this order, Literal when both are, else Unknown.
func Weaker(a, b inspect.Source) inspect.Source {
	for _, s := range [...]inspect.Source{inspect.Env, inspect.Random, inspect.Input} {
		if a == s || b == s {
			return s
		}
	}
	if a == inspect.Literal && b == inspect.Literal {
		return inspect.Literal
	}
	return inspect.Unknown
}

// Join is the concatenation of values: a text where all have one, fallbacks in
// the place of what is read. None is an unknown part; see OrText.
func Join(parts ...Value) Value {
	out := Literal("")
	size := 0
	for _, part := range parts {
		out.Source = Weaker(out.Source, part.Source)
		if len(parts) > 1 {
			part.Env = inspect.PartsOf(part.Env)
		}
		out.Env = Names(out.Env, part.Env)
		out.Has = out.Has && part.Has
		out.Secret = out.Secret || part.Secret && part.Text != ""
		size += len(part.Text)
	}
	if !out.Has || size > inspect.MaxText {
		return out.WithoutText()
	}
	out.Text = text(parts, size)
	return out
}

func text(parts []Value, size int) string {
	if len(parts) == 1 {
		return parts[0].Text
	}
	var b strings.Builder
	b.Grow(size)
	for _, part := range parts {
		b.WriteString(part.Text)
	}
	return b.String()
}

// Mix is what a value made of v and part in an unknown way comes from. Literals
// and none do not count.
func (v Value) Mix(part Value) Value {
	switch part.Source {
	case inspect.Literal, inspect.None:
		return v.WithoutText()
	}
	return Value{Source: Weaker(v.Source, part.Source), Env: Names(v.Env, inspect.PartsOf(part.Env))}
}

// Path is the parts of a path with slashes between them, cleaned. Empty parts
// do not count.
func Path(parts ...Value) Value {
	list := make([]Value, 0, 2*len(parts))
	for _, part := range parts {
		if part.Source == inspect.Literal && part.Text == "" && part.Has {
			continue
		}
		if len(list) > 0 {
			list = append(list, Literal("/"))
		}
		list = append(list, part)
	}
	return Join(list...).clean()
}

// Resolve is the parts of a path, each in the directory of those before it: an
// absolute part begins anew.
func Resolve(parts ...Value) Value {
	for i := len(parts) - 1; i > 0; i-- {
		if strings.HasPrefix(parts[i].Text, "/") {
			return Path(parts[i:]...)
		}
	}
	return Path(parts...)
}

// clean is a path without doubled slashes and detours; the slashes behind the
// scheme of a URL stay.
func (v Value) clean() Value {
	if v.Has && v.Text != "" {
		scheme, rest, isURL := strings.Cut(v.Text, "://")
		switch {
		case !isURL:
			v.Text = path.Clean(v.Text)
		case rest != "":
			v.Text = scheme + "://" + path.Clean(rest)
		}
	}
	return v
}

// Sum is the sum of two numbers: a text where the file holds both.
func Sum(a, b Value) Value {
	if x, y, ok := numbers(a, b); ok {
		return Literal(strconv.Itoa(x + y))
	}
	return Unknown.Mix(a).Mix(b)
}

// AreNumbers reports whether the file holds both values, as whole numbers or as
// texts that look like them.
func AreNumbers(a, b Value) bool {
	_, _, ok := numbers(a, b)
	return ok
}

func numbers(a, b Value) (x, y int, ok bool) {
	if !a.IsLiteral() || !b.IsLiteral() {
		return 0, 0, false
	}
	x, errX := strconv.Atoi(a.Text)
	y, errY := strconv.Atoi(b.Text)
	return x, y, errX == nil && errY == nil
}
