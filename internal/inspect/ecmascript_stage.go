package inspect

import (
	"regexp"
	"slices"
	"strings"
)

// Where code runs: in development and tests only, or in production.

var (
	developmentName = regexp.MustCompile(`(?i)^_*(is_?|in_?)?(dev|develop|development|test|testing|debug|local)(_?(mode|env|environment))?_*$`)
	productionName  = regexp.MustCompile(`(?i)^_*(is_?|in_?)?prod(uction)?(_?(mode|env|environment))?_*$`)
	stageVariable   = regexp.MustCompile(`^(NODE_ENV|APP_ENV|ENV|ENVIRONMENT|DEPLOY_ENV|STAGE)$`)
)

// debugWhen tells what a condition says about where the program runs: 1 when
// it holds only in development or tests, -1 when only in production, 0 when it
// says nothing.
func (f *ecmaFile) debugWhen(n node) int { return f.debugWhenAt(n, maxHops) }

func (f *ecmaFile) debugWhenAt(n node, hops int) int {
	n = ecmaBare(n)
	if hops <= 0 || !f.burn() {
		return 0
	}
	hops--
	switch n.kind() {
	case "unary_expression":
		if n.field("operator").text() == "!" {
			return -f.debugWhenAt(n.field("argument"), hops)
		}
	case "binary_expression":
		return f.debugWhenCompared(n, hops)
	case "identifier":
		if v := f.definition(n); v != n {
			if got := f.debugWhenAt(v, hops); got != 0 {
				return got
			}
		}
		return stageByName(n.text())
	case "member_expression":
		return stageByName(n.field("property").text())
	case "call_expression":
		c := f.callOf(n)
		if c.method == "includes" && f.isStage(c.arg(0)) {
			if list := f.definition(c.recv); list.is("array") && list.child(0).ok() {
				return f.stageOf(list.child(0))
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

func (f *ecmaFile) debugWhenCompared(n node, hops int) int {
	left, right := n.field("left"), n.field("right")
	switch op := n.field("operator").text(); op {
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
func (f *ecmaFile) isStage(n node) bool {
	v := f.fold(n, maxHops)
	return v.source == Env && slices.ContainsFunc(v.env, stageVariable.MatchString)
}

func (f *ecmaFile) stageOf(n node) int {
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
func (f *ecmaFile) debugOnly(n node) bool {
	for p := n.parent(); p.ok(); n, p = p, p.parent() {
		truth := 0
		switch p.kind() {
		case "if_statement", "ternary_expression":
			switch n {
			case p.field("consequence"):
				truth = f.debugWhen(p.field("condition"))
			case p.field("alternative"):
				truth = -f.debugWhen(p.field("condition"))
			}
		case "binary_expression":
			if n == p.field("right") {
				switch p.field("operator").text() {
				case "&&":
					truth = f.debugWhen(p.field("left"))
				case "||":
					truth = -f.debugWhen(p.field("left"))
				}
			}
		}
		if truth > 0 {
			return true
		}
	}
	return false
}
