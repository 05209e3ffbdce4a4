package php

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// question is one test for the name of the environment.
type question struct {
	name   string   // what is asked: "APP_ENV", "App::environment"
	values []string // the names that answer yes
	not    bool     // no is the answer that counts
	at     syntax.Node
}

var (
	stageVariable = regexp.MustCompile(`^([A-Z]+_)*(ENV|ENVIRONMENT|ENVIRONMENT_TYPE|STAGE)$`)
	// stageConstants name the environment in frameworks that define them.
	stageConstants = map[string]bool{"ENVIRONMENT": true, "YII_ENV": true, "APPLICATION_ENV": true, "WP_ENV": true, "WP_ENVIRONMENT_TYPE": true, "APP_ENV": true}
	// stageAnswers are methods of an application that ask for one environment.
	stageAnswers = map[string]string{"isproduction": "production", "islocal": "local", "runningunittests": "testing"}
)

// stageName tells an expression that is the name of the environment.
func (s *script) stageName(n syntax.Node) (string, bool) {
	switch n.Kind() {
	case "name":
		if stageConstants[n.Text()] {
			return n.Text(), true
		}
	case "member_access_expression":
		if n.Field("name").Text() == "environment" && written(n.Field("object")) == "$this" {
			if name := s.resolve(n.Field("object")); strings.HasSuffix(name, "Kernel") {
				return "Kernel->environment", true
			}
		}
	case "function_call_expression", "member_call_expression", "scoped_call_expression", "nullsafe_member_call_expression":
		c := s.callOf(n)
		arg, _ := s.literal(c.args.at(0))
		switch {
		case c.key == "config" && arg == "app.env", c.method == "getparameter" && arg == "kernel.environment":
			return arg, true
		case c.key == "wp_get_environment_type":
			return c.key, true
		case c.method == "environment" && len(c.args.positional) == 0 && s.isApplication(c):
			return "App::environment", true
		case c.method == "getenvironment" && strings.Contains(strings.ToLower(written(c.recv)), "kernel"):
			return "Kernel->getEnvironment", true
		}
	}
	if v := s.evaluate(n); v.Source == inspect.Env {
		for _, name := range v.Env {
			if stageVariable.MatchString(name) {
				return name, true
			}
		}
	}
	return "", false
}

// isApplication reports whether a method is called on Laravel's application.
func (s *script) isApplication(c call) bool {
	switch written(c.recv) {
	case "app()", "$app", "$this->app", "App", `\App`:
		return true
	}
	name := s.resolve(c.recv)
	if c.Is("scoped_call_expression") {
		name = s.className(c.recv)
	}
	return name == facade+"App" || strings.HasPrefix(name, `Illuminate\`) && short(name) == "Application"
}

// questionOf tells an expression that asks for the environment.
func (s *script) questionOf(n syntax.Node) (question, bool) {
	switch n.Kind() {
	case "binary_expression":
		op := n.Field("operator").Text()
		if op != "==" && op != "===" && op != "!=" && op != "!==" && op != "<>" {
			return question{}, false
		}
		for _, pair := range [][2]syntax.Node{{n.Field("left"), n.Field("right")}, {n.Field("right"), n.Field("left")}} {
			if text, ok := s.literal(pair[1]); ok && text != "" && text != "false" {
				if name, stage := s.stageName(pair[0]); stage {
					return question{name, []string{text}, op[0] != '=', n}, true
				}
			}
		}
	case "name":
		if debugConstants[n.Text()] && s.constants[n.Text()] == nil && n.Text() != "DEBUG" {
			return question{name: n.Text(), at: n}, true
		}
	case "variable_name":
		if b := s.lookup(n); b != nil && len(b.values) == 1 && !b.param.OK() && b.values[0].Is("binary_expression", "member_call_expression", "scoped_call_expression") {
			q, ok := s.questionOf(b.values[0])
			q.at = n
			return q, ok
		}
	case "function_call_expression":
		if c := s.callOf(n); c.key == "in_array" {
			if name, stage := s.stageName(c.args.at(0)); stage {
				return question{name, s.texts(c.args.at(1)), false, n}, true
			}
		}
	case "member_call_expression", "scoped_call_expression", "nullsafe_member_call_expression":
		c := s.callOf(n)
		if answer := stageAnswers[c.method]; answer != "" && s.isApplication(c) {
			return question{"App::" + n.Field("name").Text(), []string{answer}, false, n}, true
		}
		if c.method == "environment" && len(c.args.positional) > 0 && s.isApplication(c) {
			q := question{name: "App::environment", at: n}
			for _, arg := range c.args.positional {
				q.values = append(q.values, s.texts(arg)...)
			}
			return q, true
		}
	}
	return question{}, false
}

// maxFollows bounds a chain of names and negations.
const maxFollows = 24

// debugWhen tells what a condition says about where the program runs: 1 when
// it holds only in development or tests, -1 when only in production, 0 when it
// says nothing.
func (s *script) debugWhen(n syntax.Node) int {
	when, done := s.stages[n.Index()]
	if !done {
		when = s.debugWhenAt(n, maxFollows)
		s.stages[n.Index()] = when
	}
	return when
}

func (s *script) debugWhenAt(n syntax.Node, hops int) int {
	if hops <= 0 || !n.OK() {
		return 0
	}
	if n.Is("parenthesized_expression") {
		return s.debugWhenAt(n.Child(0), hops-1)
	}
	if operand, not := isNot(n); not {
		return -s.debugWhenAt(operand, hops-1)
	}
	if q, ok := s.questionOf(n); ok {
		return q.stage()
	}
	switch n.Kind() {
	case "binary_expression":
		left, right := s.debugWhenAt(n.Field("left"), hops-1), s.debugWhenAt(n.Field("right"), hops-1)
		switch n.Field("operator").Text() {
		case "&&", "and":
			if left != 0 {
				return left
			}
			return right
		case "||", "or":
			if left == right {
				return left
			}
		}
	case "variable_name":
		if isDebugName(n.Text()) {
			return 1
		}
	case "member_access_expression":
		if isDebugName(n.Field("name").Text()) {
			return 1
		}
	case "function_call_expression":
		if c := s.callOf(n); c.key == "config" {
			if key, _ := s.literal(c.args.at(0)); key == "app.debug" {
				return 1
			}
		}
	}
	return 0
}

// stage is what a yes to the question says; see debugWhen.
func (q question) stage() int {
	all := 0
	if len(q.values) == 0 {
		all = 1 // a constant that is only true in development
	}
	for i, text := range q.values {
		one := stageOf(text)
		if i > 0 && one != all {
			return 0
		}
		all = one
	}
	if q.not && all > 0 {
		return 0 // "not test" is most places
	}
	if q.not {
		return -all
	}
	return all
}

func stageOf(text string) int {
	switch strings.ToLower(text) {
	case "production", "prod", "staging", "live":
		return -1
	case "development", "dev", "local", "test", "testing", "ci", "debug":
		return 1
	}
	return 0
}

// testingKey names what only tests use in a list of connections and stores.
var testingKey = regexp.MustCompile(`^(testing|tests?|ci|[a-z]+[_-](testing|tests?|ci))$`)

// debugOnly reports whether code runs only in development or tests.
func (s *script) debugOnly(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		truth := 0
		switch p.Kind() {
		case "if_statement", "conditional_expression", "else_if_clause":
			switch {
			case n == p.Field("body"):
				truth = s.debugWhen(p.Field("condition"))
			case n == p.Field("alternative") && n.Is("else_clause") || p.Is("conditional_expression") && n == p.Field("alternative"):
				truth = -s.debugWhen(p.Field("condition"))
			}
		case "binary_expression":
			if op := p.Field("operator").Text(); n == p.Field("right") && (op == "&&" || op == "and") {
				truth = s.debugWhen(p.Field("left"))
			}
		case "array_element_initializer": // 'mysql_testing' => [...], a connection of tests
			if key, value := p.Child(0), p.Child(1); value == n && n.Is("array_creation_expression") && testingKey.MatchString(strings.Trim(key.Text(), `'"`)) {
				truth = 1
			}
		}
		if truth > 0 {
			return true
		}
	}
	return false
}

// questionsIn are the questions that a condition asks.
func (s *script) questionsIn(condition syntax.Node) []question {
	var list []question
	condition.Walk(func(n syntax.Node) bool {
		if q, ok := s.questionOf(n); ok {
			q.not = q.not || n.Parent().Is("unary_op_expression")
			list = append(list, q)
			return false
		}
		return !n.Is("anonymous_function", "arrow_function", "arguments") || n.Parent().Is("function_call_expression")
	})
	return list
}

// branch states a decision by the name of the environment.
func (s *script) branch(n syntax.Node) {
	condition := n.Field("condition")
	if n.Is("switch_statement", "match_expression") {
		s.switchBranch(n, condition)
		return
	}
	for _, q := range s.questionsIn(condition) {
		values := slices.Clone(q.values)
		s.state(condition, inspect.EnvBranch{Name: q.name, Values: values})
		s.awaitChoices(n)
	}
}

// switchBranch states switch ($env) { case 'production': … } and match.
func (s *script) switchBranch(n, condition syntax.Node) {
	name, ok := s.stageName(bare(condition))
	if !ok {
		if s.isTrue(bare(condition)) {
			for _, q := range s.questionsIn(n.Field("body")) {
				s.state(q.at, inspect.EnvBranch{Name: q.name, Values: q.values})
				s.awaitChoices(n)
			}
		}
		return
	}
	var values []string
	for c := n.Field("body").First(); c.OK(); c = c.Next() {
		if text, ok := s.literal(c.Field("value")); ok && c.Is("case_statement") {
			values = append(values, text)
		}
		for v := c.Field("conditional_expressions").First(); v.OK(); v = v.Next() {
			if text, ok := s.literal(v); ok {
				values = append(values, text)
			}
		}
	}
	s.state(condition, inspect.EnvBranch{Name: name, Values: values})
	s.awaitChoices(n)
}

func bare(n syntax.Node) syntax.Node {
	for n.Is("parenthesized_expression") {
		n = n.Child(0)
	}
	return n
}
