// Package fold is the algebra of what a file tells about the values of its
// expressions: how the extractors of all languages put texts together, choose
// between values and fall back from one to another.
package fold

import (
	"slices"

	"twelvefold/internal/inspect"
)

// Value is an inspect.Value in the making: its text is still as written. It
// leaves an extractor through Kept alone, which masks what is secret. The zero
// Value is none: null, or no expression.
type Value struct {
	Source inspect.Source
	Text   string   // "" unless Has
	Has    bool     // tells an empty text from none
	Env    []string // variables read, each once, in source order, at most maxEnv; never written in place
	Secret bool     // Text, or a text that it gets as a fallback, belongs to a secret-named variable
}

// Values that have no text.
var (
	Unknown = Value{Source: inspect.Unknown}
	Input   = Value{Source: inspect.Input}
	Random  = Value{Source: inspect.Random}
)

// Here is a directory of the checkout: the file's own, one above it, the
// working directory. Paths below it are told relative to it.
var Here = Literal(".")

// Literal is a text that the file holds.
func Literal(text string) Value { return Value{Source: inspect.Literal, Text: text, Has: true} }

// Env is a value that the environment decides in a way that the file does not
// tell further.
func Env(names ...string) Value { return Value{Source: inspect.Env, Env: Names(nil, names)} }

// Read is a variable read with what the file gives when it is unset, or the
// zero Value. secret says that the variable's name is a secret's.
func Read(name string, secret bool, fallback Value) Value {
	v := Env(name)
	v.Secret = secret
	return OrElse(v, fallback)
}

// IsLiteral reports whether the file alone determines the text.
func (v Value) IsLiteral() bool { return v.Source == inspect.Literal && v.Has }

// Refer is a value that another file may tell: what symbol names there.
func Refer(source inspect.Source, symbol string) Value {
	return Value{Source: source, Env: []string{inspect.ExportOf(symbol)}}
}

// Reads reports whether v comes from a variable that the file names, not only
// from what other files may tell.
func (v Value) Reads() bool {
	return slices.ContainsFunc(v.Env, func(name string) bool {
		asked, symbol := inspect.Reference(name)
		return asked == "" && symbol == ""
	})
}

// Refers reports whether other files may tell more about the value.
func (v Value) Refers() bool {
	return slices.ContainsFunc(v.Env, func(name string) bool {
		asked, export := inspect.Reference(name)
		return asked != "" || export != ""
	})
}

// Given reports whether the value is anything but none or an empty text.
func (v Value) Given() bool {
	return v.Source != inspect.None && !(v.Source == inspect.Literal && v.Text == "")
}

// Kept is what may be kept of the value. hidden says that its place makes it a
// secret.
func (v Value) Kept(hidden bool) inspect.Value {
	out := inspect.Value{Source: v.Source, Env: v.Env}
	if !v.Has {
		return out
	}
	lit := inspect.LitOf(v.Text)
	if (hidden || v.Secret) && v.Text != "" && lit.Secret == nil {
		lit = inspect.SecretLit(v.Text)
	}
	out.Text, out.HasText, out.Secret = lit.Text, true, lit.Secret
	return out
}

// WithoutText is where the value comes from, when its text was changed in an
// unknown way. A literal without its text is Unknown.
func (v Value) WithoutText() Value {
	v.Text, v.Has, v.Secret, v.Env = "", false, false, inspect.PartsOf(v.Env)
	if v.Source == inspect.Literal {
		v.Source = inspect.Unknown
	}
	return v
}

// Bounded is the value without a text that is longer than any handle, path or
// key.
func (v Value) Bounded() Value {
	if len(v.Text) > inspect.MaxText {
		return v.WithoutText()
	}
	return v
}

// OrText is the value, or the empty text for none: what most languages write
// for null between other texts.
func (v Value) OrText() Value {
	if v.Source == inspect.None {
		return Literal("")
	}
	return v
}

// OrUnknown is the value, or Unknown for none: what is not told.
func (v Value) OrUnknown() Value {
	if v.Source == inspect.None {
		return Unknown
	}
	return v
}

// maxEnv bounds the variables that one value is told to be read from.
const maxEnv = 24

// Names are the variables of both lists, each once. It writes in neither.
func Names(a, b []string) []string {
	list := a[:len(a):len(a)]
	for _, name := range b {
		if len(list) < maxEnv && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
