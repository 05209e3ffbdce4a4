package php

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// wrapper is a function of the file that reads the variable whose name it is
// given: prefix + argument + suffix.
type wrapper struct {
	place          int
	param          string // without $
	prefix, suffix string
	upper          bool
	defaultPlace   int // -1 without
	defaultParam   string
	fallback       syntax.Node // where the wrapper itself has one
	required       bool
	server         bool // it reads $_SERVER, which holds the request, too
}

// ends reports whether an expression or statement ends the program, or the
// request, instead of giving a value.
func (s *script) ends(n syntax.Node) bool {
	switch n.Kind() {
	case "throw_expression", "exit_statement":
		return true
	case "expression_statement", "parenthesized_expression":
		return s.ends(n.Child(0))
	case "function_call_expression":
		switch s.functionName(n.Field("function")) {
		case "die", "exit", "abort", "wp_die":
			return true
		}
	case "compound_statement":
		for c := n.First(); c.OK(); c = c.Next() {
			if s.ends(c) {
				return true
			}
		}
	}
	return false
}

// findRejection keeps the variables that an if statement ends the program for.
func (s *script) findRejection(n syntax.Node) {
	if !s.ends(n.Field("body")) {
		return
	}
	condition := n.Field("condition")
	condition.Walk(func(v syntax.Node) bool {
		if !v.Is("variable_name") || v.FieldName() == "scope" {
			return true
		}
		if rejects, sole := s.rejecting(v, condition); rejects {
			if b := s.lookup(v); b != nil {
				s.rejected[b] = s.rejected[b] || sole
			}
		}
		return false
	})
}

// rejecting reports whether a condition that ends the program holds when the
// operand n is empty or has a certain value, and whether that alone suffices.
func (s *script) rejecting(n, condition syntax.Node) (rejects, sole bool) {
	up := n.Parent()
	if up.Is("argument") { // empty($x), !isset($x), is_null($x)
		call := up.Up("function_call_expression")
		name := s.functionName(call.Field("function"))
		rejects = name == "empty" || name == "is_null" || name == "isset" && call.Parent().Is("unary_op_expression")
		up = call
	} else {
		switch up.Kind() {
		case "unary_op_expression":
			rejects = up.Field("operator").Text() == "!"
		case "binary_expression":
			op := up.Field("operator").Text()
			rejects = op == "==" || op == "==="
		}
	}
	sole = rejects
	for ; up.OK() && up.Inside(condition); up = up.Parent() {
		if op := up.Field("operator").Text(); up.Is("binary_expression") && (op == "&&" || op == "and") {
			sole = false
		}
	}
	return rejects, sole
}

// isRejected reports whether the program ends when the read at n gives its
// fallback: a check of the variable that it is assigned to, or around it.
func (s *script) isRejected(n syntax.Node) (rejected, sole bool) {
	for up := n.Parent(); up.OK(); up = up.Parent() {
		switch up.Kind() {
		case "parenthesized_expression", "cast_expression":
			n = up
			continue
		case "unary_op_expression", "binary_expression":
			condition := up.Up("if_statement")
			if !condition.OK() || !up.Inside(condition.Field("condition")) || !s.ends(condition.Field("body")) {
				return false, false
			}
			return s.rejecting(n, condition.Field("condition"))
		case "assignment_expression":
			if or := up.Parent(); or.Is("binary_expression") && or.Field("left") == up && s.ends(or.Field("right")) {
				return true, true // $x = getenv('X') or die()
			}
			if b := s.lookup(up.Field("left")); b != nil && up.Field("left").Is("variable_name") {
				sole, rejected = s.rejected[b]
			}
			if !rejected && up.Parent().Is("parenthesized_expression", "unary_op_expression") {
				n = up
				continue
			}
			return rejected, sole
		}
		return false, false
	}
	return false, false
}

// findWrapper keeps the function around a read whose name comes from one of the
// function's parameters.
func (s *script) findWrapper(n syntax.Node) {
	var nameArg, fallback syntax.Node
	if n.Is("subscript_expression") {
		if object := written(n.Child(0)); object != "$_ENV" && object != "$_SERVER" || n.FieldName() == "left" && n.Parent().Is("assignment_expression") {
			return
		}
		nameArg = n.Child(1)
	} else {
		name := s.functionName(n.Field("function"))
		withDefault, known := readers[name]
		if !known {
			return
		}
		args := argsOf(n)
		nameArg = args.at(0)
		if withDefault {
			fallback = args.at(1)
		}
	}
	def := n.Up("function_definition", "method_declaration", "anonymous_function")
	if !def.OK() || s.wrappers[def.Index()] != nil || nameArg.Is("string") {
		return
	}
	params := parameters(def)
	w := &wrapper{place: -1, defaultPlace: -1, server: n.Is("subscript_expression") && written(n.Child(0)) == "$_SERVER"}
	if !w.pattern(s.nameExpression(nameArg), params) {
		return
	}
	for i, name := range params {
		if i != w.place && (written(fallback) == "$"+name || strings.HasPrefix(strings.ToLower(name), "default") || name == "fallback") {
			w.defaultPlace, w.defaultParam = i, name
			if b := s.scopes[def.Index()]["$"+name]; b != nil {
				w.fallback = b.param.Field("default_value")
			}
		}
	}
	if w.defaultPlace < 0 {
		w.fallback = fallback
		w.required = s.throws(def)
	} else {
		w.required = !w.fallback.OK() && s.throws(def)
	}
	s.wrappers[def.Index()] = w
}

// nameExpression follows a local name to the expression that makes it.
func (s *script) nameExpression(n syntax.Node) syntax.Node {
	if n.Is("variable_name") {
		return s.follow(n)
	}
	return n
}

// throws reports whether a wrapper ends when the variable is unset.
func (s *script) throws(def syntax.Node) bool {
	found := false
	def.Field("body").Walk(func(n syntax.Node) bool {
		found = found || n.Is("throw_expression") || n.Is("exit_statement")
		return !found && !n.Is("anonymous_function", "catch_clause")
	})
	return found
}

// parameters are the names of a function's parameters, without $.
func parameters(def syntax.Node) []string {
	var list []string
	for p := def.Field("parameters").First(); p.OK(); p = p.Next() {
		if p.Is("simple_parameter", "property_promotion_parameter", "variadic_parameter") {
			list = append(list, strings.TrimPrefix(p.Field("name").Text(), "$"))
		}
	}
	return list
}

// pattern reads how a wrapper makes the variable's name of its parameter.
func (w *wrapper) pattern(n syntax.Node, params []string) bool {
	switch n.Kind() {
	case "variable_name":
		for i, name := range params {
			if "$"+name == n.Text() {
				w.place, w.param = i, name
				return true
			}
		}
	case "function_call_expression":
		if strings.EqualFold(written(n.Field("function")), "strtoupper") {
			w.upper = true
			return w.pattern(argsOf(n).at(0), params)
		}
	case "parenthesized_expression":
		return w.pattern(n.Child(0), params)
	case "binary_expression":
		if n.Field("operator").Text() != "." {
			return false
		}
		if text, ok := plainString(n.Field("left")); ok {
			w.prefix = text + w.prefix
			return w.pattern(n.Field("right"), params)
		}
		if text, ok := plainString(n.Field("right")); ok {
			w.suffix = text + w.suffix
			return w.pattern(n.Field("left"), params)
		}
	case "encapsed_string":
		found := false
		for c := n.First(); c.OK(); c = c.Next() {
			switch {
			case c.Is("string_content") && found:
				w.suffix += c.Text()
			case c.Is("string_content"):
				w.prefix += c.Text()
			case found || !w.pattern(c, params):
				return false
			default:
				found = true
			}
		}
		return found
	}
	return false
}

// wrapperRead is the read that a call of a wrapper makes.
func (s *script) wrapperRead(c call) (read, bool) {
	if len(s.wrappers) == 0 {
		return read{}, false
	}
	def := s.localFunction(c.Node)
	if !def.OK() || s.wrappers[def.Index()] == nil {
		return read{}, false
	}
	w := s.wrappers[def.Index()]
	name, ok := s.literal(c.args.at(w.place, w.param))
	if !ok {
		return read{}, false
	}
	if w.upper {
		name = strings.ToUpper(name)
	}
	r := read{name: w.prefix + name + w.suffix, via: s.wrapperName(c), fallback: w.fallback, required: w.required}
	if w.defaultPlace >= 0 {
		if given := c.args.at(w.defaultPlace, w.defaultParam); given.OK() {
			r.fallback, r.required = given, false
		}
	}
	return r, plausible(r.name) && !(w.server && requestKeys.MatchString(r.name))
}

func (s *script) wrapperName(c call) string {
	if fn := c.Field("function"); fn.OK() {
		return written(fn)
	}
	return c.Field("name").Text()
}

// debugConstants are constants that frameworks set for development.
var debugConstants = map[string]bool{"WP_DEBUG": true, "YII_DEBUG": true, "YII_ENV_DEV": true, "YII_ENV_TEST": true, "APP_DEBUG": true, "DEBUG": true}

// isDebugName reports whether a name says that something is for debugging.
func isDebugName(name string) bool {
	switch strings.ToLower(strings.TrimLeft(name, "$_")) {
	case "debug", "isdebug", "is_debug", "isdev", "is_dev", "dev", "development", "isdevelopment", "is_development", "testing", "istesting", "islocal", "is_local", "test", "debugmode", "devmode", "dev_mode":
		return true
	}
	return false
}

// isNot reports whether n negates its operand, and the operand.
func isNot(n syntax.Node) (syntax.Node, bool) {
	if n.Is("unary_op_expression") && n.Field("operator").Text() == "!" {
		return n.Field("argument"), true
	}
	return n, false
}
