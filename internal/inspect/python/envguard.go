package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyGuards are what looks at a variable before something else reads it.
var pyGuards = []string{"if_statement", "elif_clause", "conditional_expression", "boolean_operator", "block"}

// testedFor reports whether n is reached only when the same variable was looked
// at: if "X" in os.environ: os.environ["X"]; environ.get("X") and environ["X"];
// if "X" not in os.environ: return.
func (p *pythonFile) testedFor(n syntax.Node, name string) bool {
	inner := n
	for s := n.Parent(); s.OK() && !s.Is("function_definition", "lambda"); inner, s = s, s.Parent() {
		if !s.Is(pyGuards...) {
			continue
		}
		if s.Is("block") {
			if leftBefore(s, inner, name) {
				return true
			}
			continue
		}
		if condition := pyCondition(s); condition.OK() && inner != condition && (inspect.ContainsWord(condition.Text(), name) || p.asksVariable(condition) && !endsIn(s.Field("consequence"), inner)) {
			return true
		}
	}
	return false
}

// asksVariable reports whether a condition asks what a variable of the environment
// says, but for where the program runs: what stands under it is needed only then.
func (p *pythonFile) asksVariable(condition syntax.Node) bool {
	return readsVariable.MatchString(syntax.FollowedText(condition, p.follow)) && p.debugWhen(condition, 6) == 0
}

var readsVariable = regexp.MustCompile(`\b(os\.)?(environ\b|getenv\s*\()`)

// endsIn reports whether what stands before a branch leaves the function or the
// program: if not a: raise … elif not b: raise ….
func endsIn(consequence, branch syntax.Node) bool {
	if !consequence.OK() || branch == consequence {
		return false
	}
	last := consequence.Child(len(consequence.Children()) - 1)
	return last.Is("raise_statement", "return_statement") || last.Is("expression_statement") && strings.Contains(last.Text(), "exit(")
}

// pyCondition is what decides whether the rest of a statement or expression is
// reached.
func pyCondition(n syntax.Node) syntax.Node {
	switch {
	case n.Is("conditional_expression"):
		return n.Child(1)
	case !n.Is("boolean_operator"):
		return n.Field("condition")
	case n.Has("and"):
		return n.Field("left")
	}
	return syntax.Node{}
}

// leftBefore reports whether a statement before this one, in the same block,
// leaves the block when the variable is unset.
func leftBefore(block, statement syntax.Node, name string) bool {
	for s := block.First(); s.OK() && s != statement; s = s.Next() {
		if s.Is("if_statement") && inspect.ContainsWord(s.Field("condition").Text(), name) && pyLeaves(s.Field("consequence")) {
			return true
		}
	}
	return false
}

// pyLeaves reports whether a block goes elsewhere, without an error.
func pyLeaves(block syntax.Node) bool {
	for s := block.First(); s.OK(); s = s.Next() {
		if s.Is("return_statement", "continue_statement", "break_statement") {
			return true
		}
	}
	return false
}
