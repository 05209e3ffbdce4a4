package python

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// debugOnly reports whether code runs in development or tests only.
func (p *pythonFile) debugOnly(n syntax.Node) bool {
	for s := n.Up("if_statement", "elif_clause", "conditional_expression"); s.OK(); s = s.Up("if_statement", "elif_clause", "conditional_expression") {
		condition, met, otherwise := s.Field("condition"), s.Field("consequence"), s.Field("alternative")
		if s.Is("conditional_expression") {
			condition, met, otherwise = s.Child(1), s.Child(0), s.Child(2)
		}
		switch {
		case n.Inside(met):
			if p.debugWhen(condition, 6) > 0 {
				return true
			}
		case otherwise.OK() && n.Inside(otherwise) && (otherwise.Is("else_clause") || s.Is("conditional_expression")):
			if p.debugWhen(condition, 6) < 0 {
				return true
			}
		}
	}
	return false
}

// productionOnly reports whether a statement runs in production and only there,
// by the environment that the conditions around it ask for.
func (p *pythonFile) productionOnly(n syntax.Node) bool {
	found := false
	for s := n.Up("if_statement", "elif_clause", "try_statement"); s.OK(); s = s.Up("if_statement", "elif_clause", "try_statement") {
		otherwise := s.Field("alternative")
		switch {
		case n.Inside(s.Field("consequence")) && p.debugWhen(s.Field("condition"), 6) < 0:
		case otherwise.Is("else_clause") && n.Inside(otherwise) && p.debugWhen(s.Field("condition"), 6) > 0:
		case otherwise.Is("elif_clause") && n.Inside(otherwise) && found:
		default:
			return false
		}
		found = true
	}
	return found
}

// debugWhen tells what a condition says about where the program runs: 1 when
// it holds only in development or tests, -1 when only in production, 0 when it
// says nothing.
func (p *pythonFile) debugWhen(condition syntax.Node, hops int) int {
	if hops == 0 {
		return 0
	}
	hops--
	if pyDebugCondition(condition) {
		return 1
	}
	switch condition.Kind() {
	case "parenthesized_expression":
		return p.debugWhen(condition.Child(0), hops)
	case "not_operator":
		return -p.debugWhen(condition.Field("argument"), hops)
	case "identifier":
		if v := p.follow(condition); v != condition {
			return p.debugWhen(v, hops)
		}
	case "boolean_operator":
		left, right := p.debugWhen(condition.Field("left"), hops), p.debugWhen(condition.Field("right"), hops)
		if condition.Has("and") && left == 0 || left == right {
			return right
		} else if condition.Has("and") {
			return left
		}
	case "comparison_operator":
		return p.debugWhenCompared(condition)
	}
	return 0
}

// debugWhenCompared reads env == "development", env not in ("prod", "staging").
func (p *pythonFile) debugWhenCompared(condition syntax.Node) int {
	q := p.asksCompared(condition)
	if q.name == "" || len(q.values) == 0 {
		return 0
	}
	stage := stageSort[strings.ToLower(q.values[0])]
	for _, value := range q.values[1:] {
		if stageSort[strings.ToLower(value)] != stage {
			return 0
		}
	}
	if !condition.Has("!=") && !condition.Has("not in") {
		return stage
	}
	if stage > 0 {
		return 0 // "not test" is most places
	}
	return -stage
}

// stageSort is 1 for environments of developers, -1 for those that serve.
var stageSort = map[string]int{
	"development": 1, "dev": 1, "develop": 1, "local": 1, "test": 1, "testing": 1, "ci": 1,
	"production": -1, "prod": -1, "staging": -1, "live": -1,
}
