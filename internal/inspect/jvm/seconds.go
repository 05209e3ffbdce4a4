package jvm

import (
	"strconv"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// seconds is the length of a sleep, given in units of which per make a second.
func (f *file) seconds(n syntax.Node, per float64) inspect.Value {
	v := f.evaluate(n)
	if v.Source != inspect.Literal || per == 0 {
		return inspect.Value{Source: v.Source, Env: v.Env}
	}
	length, err := strconv.ParseFloat(v.Text, 64)
	if err != nil {
		return inspect.Value{Source: inspect.Unknown}
	}
	return inspect.Lit(strconv.FormatFloat(length/per, 'f', -1, 64))
}
