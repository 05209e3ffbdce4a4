package ecmascript

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Where code runs: in development and tests only, or in production.

var (
	developmentName = regexp.MustCompile(`(?i)^_*(is_?|in_?)?(dev|develop|development|test|testing|debug|local)(_?(mode|env|environment))?_*$`)
	productionName  = regexp.MustCompile(`(?i)^_*(is_?|in_?)?prod(uction)?(_?(mode|env|environment))?_*$`)
)

// debugWhen tells what a condition says about where the program runs: 1 when
// it holds only in development or tests, -1 when only in production, 0 when it
// says nothing.
func (f *ecmaFile) debugWhen(n syntax.Node) int { return f.debugWhenAt(n, maxHops) }

func (f *ecmaFile) debugWhenAt(n syntax.Node, hops int) int {
	n = ecmaBare(n)
	if hops <= 0 || !f.burn() {
		return 0
	}
	hops--
	switch n.Kind() {
	case "unary_expression":
		if n.Field("operator").Text() == "!" {
			return -f.debugWhenAt(n.Field("argument"), hops)
		}
	case "binary_expression":
		return f.debugWhenCompared(n, hops)
	case "identifier":
		if v := f.definition(n); v != n {
			if got := f.debugWhenAt(v, hops); got != 0 {
				return got
			}
		}
		return stageByName(n.Text())
	case "member_expression":
		return stageByName(n.Field("property").Text())
	case "call_expression":
		c := f.callOf(n)
		if c.method == "includes" && f.isStage(c.arg(0)) {
			if list := f.definition(c.recv); list.Is("array") && list.Child(0).OK() {
				return f.stageOf(list.Child(0))
			}
		}
	}
	return 0
}

func stageByName(name string) int {
	switch {
	case developmentName.MatchString(name):
		return 1
	case productionName.MatchString(name):
		return -1
	}
	return 0
}

func (f *ecmaFile) debugWhenCompared(n syntax.Node, hops int) int {
	left, right := n.Field("left"), n.Field("right")
	switch op := n.Field("operator").Text(); op {
	case "&&":
		if got := f.debugWhenAt(left, hops); got != 0 {
			return got
		}
		return f.debugWhenAt(right, hops)
	case "||":
		if got := f.debugWhenAt(left, hops); got == f.debugWhenAt(right, hops) {
			return got
		}
	case "===", "==", "!==", "!=":
		if f.isStage(right) {
			left, right = right, left
		}
		if !f.isStage(left) {
			return 0
		}
		stage := f.stageOf(right)
		if strings.HasPrefix(op, "!") {
			if text, _ := ecmaString(right); stage > 0 && text != "production" {
				return 0 // "not test" is most places
			}
			return -stage
		}
		return stage
	}
	return 0
}

// isStage reports whether an expression names where the program runs.
func (f *ecmaFile) isStage(n syntax.Node) bool {
	v := f.fold(n, maxHops)
	return v.Source == inspect.Env && slices.ContainsFunc(v.Env, inspect.IsStageVariable)
}

func (f *ecmaFile) stageOf(n syntax.Node) int {
	text, _ := ecmaString(f.definition(n))
	switch strings.ToLower(text) {
	case "production", "prod", "staging", "live":
		return -1
	case "development", "dev", "test", "testing", "local", "ci":
		return 1
	}
	return 0
}

// debugOnly reports whether code runs only in development or tests.
func (f *ecmaFile) debugOnly(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		truth := 0
		switch p.Kind() {
		case "if_statement", "ternary_expression":
			switch n {
			case p.Field("consequence"):
				truth = f.debugWhen(p.Field("condition"))
			case p.Field("alternative"):
				truth = -f.debugWhen(p.Field("condition"))
			}
		case "binary_expression":
			if n == p.Field("right") {
				switch p.Field("operator").Text() {
				case "&&":
					truth = f.debugWhen(p.Field("left"))
				case "||":
					truth = -f.debugWhen(p.Field("left"))
				}
			}
		}
		if truth > 0 {
			return true
		}
	}
	return false
}
