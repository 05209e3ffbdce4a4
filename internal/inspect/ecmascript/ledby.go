package ecmascript

import (
	"slices"

	"twelvefold/internal/inspect/syntax"
)

// ledBy is the function around n that starts something by its name, where
// nothing of this file calls it: whoever does stands in another.
func (f *ecmaFile) ledBy(n syntax.Node) []string {
	for fn := ecmaEnclosing(n); fn.OK(); fn = ecmaEnclosing(fn) {
		if fn.Parent().Is("arguments") || ecmaCalledInPlace(fn) {
			continue
		}
		name := ecmaFunctionName(fn)
		if !startName.MatchString(name) || f.listens(fn) || f.calledBeside(name) {
			return nil
		}
		return []string{name}
	}
	return nil
}

// calledBeside reports whether the file calls what has this name wherever the
// program runs.
func (f *ecmaFile) calledBeside(name string) bool {
	return slices.ContainsFunc(f.calls, func(c ecmaCall) bool {
		return f.burn() && calledName(c) == name && !f.debugOnly(c.node)
	})
}

func calledName(c ecmaCall) string {
	if c.method != "" {
		return c.method
	}
	return c.node.Field("function").Text()
}

// developersCalls are the functions named for a start that branches call in
// development or tests, and that the file calls nowhere else.
func (f *ecmaFile) developersCalls(branches []syntax.Node) []string {
	var names []string
	for _, c := range f.calls {
		inside := func(branch syntax.Node) bool { return branch.OK() && c.node.Inside(branch) }
		if name := calledName(c); startName.MatchString(name) && f.burn() && slices.ContainsFunc(branches, inside) && f.debugOnly(c.node) && !f.calledBeside(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
