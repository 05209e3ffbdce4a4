package ecmascript

import "twelvefold/internal/inspect/syntax"

// testedFor reports whether n is reached only when the same variable was looked
// at: if (process.env.X) { required("X") }, process.env.X && required("X").
func (f *ecmaFile) testedFor(n syntax.Node, name string) bool {
	for inner, s := n, n.Parent(); s.OK() && !s.Is(ecmaFunctions...); inner, s = s, s.Parent() {
		var condition syntax.Node
		switch {
		case s.Is("if_statement") && inner == s.Field("consequence"), s.Is("ternary_expression"):
			condition = s.Field("condition")
		case s.Is("binary_expression") && s.Field("operator").Text() == "&&":
			condition = s.Field("left")
		}
		if condition.OK() && inner != condition && f.reads(condition, name) {
			return true
		}
	}
	return false
}

// failsItself reports whether a branch throws or ends the process for what its
// own condition asks, not for the failure of something that it tries.
func (f *ecmaFile) failsItself(branch syntax.Node) (found bool) {
	if !branch.OK() || !f.fails(branch) {
		return false
	}
	branch.Walk(func(c syntax.Node) bool {
		switch {
		case found, c.Is("catch_clause"), c != branch && c.Is(ecmaFunctions...) && !ecmaCalledInPlace(c):
			return false
		case c.Is("if_statement") && c.Parent() != branch.Parent() && !branch.Is("else_clause") && f.debugWhen(c.Field("condition")) == 0:
			return false
		case c.Is("throw_statement"), c.Is("call_expression") && f.exits(c):
			found = true
		}
		return !found
	})
	return found
}
