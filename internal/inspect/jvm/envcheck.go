package jvm

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// exits end the program.
var exits = map[string]bool{
	"java.lang.System.exit": true, "java.lang.Runtime.exit": true, "java.lang.Runtime.halt": true, "kotlin.system.exitProcess": true, "kotlin.error": true,
}

// endsHere reports whether a statement or expression itself throws or exits.
func (f *file) endsHere(n syntax.Node) bool {
	switch n.Kind() {
	case "throw_statement", "throw_expression":
		return true
	case "expression_statement":
		n = n.Child(0)
	case "block", "lambda_literal":
		for s := n.First(); s.OK(); s = s.Next() {
			if !s.Is("block") && f.endsHere(s) {
				return true
			}
		}
		return false
	}
	if isCall(n) {
		if c := f.callOf(n); c.ok {
			if c.method == "run" && c.lambda.OK() {
				return f.endsHere(c.lambda)
			}
			return exits[c.name]
		}
	}
	return false
}

// findRejection keeps the names that an if statement ends the program for.
func (f *file) findRejection(n syntax.Node) {
	condition, then, _ := branchesOf(n)
	if !f.endsHere(then) {
		return
	}
	condition.Walk(func(name syntax.Node) bool {
		if !name.Is("identifier") || isNull(name) || strings.Contains(strings.ToLower(name.Text()), "debug") {
			return true
		}
		if rejects, sole := f.rejecting(name, condition); rejects {
			if b := f.bindingOf(name.Text(), name); b != nil {
				f.rejected[b] = f.rejected[b] || sole
			}
		}
		return true
	})
}

// emptyChecks are methods that ask whether a text is there.
var emptyChecks = map[string]bool{"isEmpty": true, "isBlank": true, "isNullOrEmpty": true, "isNullOrBlank": true, "equals": true, "isNull": true, "contentEquals": true, "equalsIgnoreCase": true}

// rejecting reports whether a condition that ends the program holds when the
// operand n is empty or has a certain value, and whether that alone suffices.
func (f *file) rejecting(n, condition syntax.Node) (rejects, sole bool) {
	at := n
	p := n.Parent()
	for p.Is("parenthesized_expression", "argument_list", "value_arguments", "value_argument", "navigation_expression") {
		at, p = p, p.Parent()
	}
	switch {
	case isCall(p):
		rejects = emptyChecks[f.callOf(p).method]
		at = p
		if q := p.Parent(); q.Is("unary_expression") && strings.HasPrefix(q.Text(), "!") {
			rejects = false
		}
	case p.Is("binary_expression"):
		op := f.operator(p)
		rejects = op == "==" || op == "==="
		at = p
	}
	sole = rejects
	for q := at.Parent(); q.OK() && q.Inside(condition); q = q.Parent() {
		sole = sole && !(q.Is("binary_expression") && f.operator(q) == "&&")
	}
	return rejects, sole
}

// isRejected reports whether the program ends when the read at n gives its
// fallback: a check of the name it is assigned to, or around it. sole is false
// when the check asks for something else too.
func (f *file) isRejected(n syntax.Node) (rejected, sole bool) {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case "parenthesized_expression", "argument_list", "value_arguments", "value_argument", "navigation_expression", "method_invocation", "call_expression", "binary_expression", "unary_expression":
			n = p
			continue
		case "if_statement", "if_expression":
			condition, then, _ := branchesOf(p)
			if !n.Inside(p.Field("condition")) || !f.endsHere(then) {
				return false, false
			}
			return f.conditionRejects(condition)
		case "assignment_expression", "assignment":
			if b := f.bindingAt(p.Field("left")); b != nil {
				sole, rejected = f.rejected[b]
			}
			return rejected, sole
		case "variable_declarator", "property_declaration":
			name, _ := declared(p)
			if b := f.names[scopedName{f.scopeOf(p), name.Text()}]; b != nil && name.OK() {
				sole, rejected = f.rejected[b]
			}
			return rejected, sole
		}
		return false, false
	}
	return false, false
}

// conditionRejects tells x == null and x.isEmpty() from their opposites.
func (f *file) conditionRejects(condition syntax.Node) (rejects, sole bool) {
	condition.Walk(func(n syntax.Node) bool {
		if n.Is("identifier", "string_literal") && !isNull(n) {
			if r, s := f.rejecting(n, condition); r {
				rejects, sole = true, sole || s
			}
		}
		return true
	})
	if !rejects { // System.getenv("X") == null
		condition.Walk(func(n syntax.Node) bool {
			if n.Is("binary_expression") && f.operator(n) == "==" && (isNull(n.Field("right")) || isNull(n.Field("left"))) {
				rejects, sole = true, true
			}
			return !rejects
		})
	}
	return rejects, sole
}

// envWrapper is a function of the file that reads the variable whose name it
// is given: prefix + argument + suffix.
type envWrapper struct {
	place          int // of the name among the arguments
	param          string
	prefix, suffix string
	upper          bool
	defaultPlace   int // -1 without
	defaultParam   string
	fallback       syntax.Node // where the wrapper itself has one
	required       bool
	spring         bool
}

// findWrapper keeps the function around a read whose name comes from one of
// the function's parameters.
func (f *file) findWrapper(c call) {
	r, known := readers[c.name]
	if !known || c.method == "containsKey" {
		return
	}
	fn := enclosingFunction(c.Node)
	if !fn.OK() || f.wrappers[fn.Index()] != nil {
		return
	}
	w := &envWrapper{place: -1, defaultPlace: -1, required: r.required, spring: r.spring}
	list := parameters(fn)
	if !f.wrapperPattern(w, c.arg(r.place), list) {
		return
	}
	fallback := c.arg(r.fallback)
	for i, p := range list {
		name := strings.ToLower(p.name.Text())
		if i != w.place && (fallback.Is("identifier") && fallback.Text() == p.name.Text() || strings.HasPrefix(name, "def") || strings.Contains(name, "fallback")) {
			w.defaultPlace, w.defaultParam, w.fallback = i, p.name.Text(), p.fallback
		}
	}
	if w.defaultPlace < 0 {
		w.fallback = fallback
		w.required = w.required || !fallback.OK() && f.fails(fn)
	} else if !w.fallback.OK() {
		w.required = false
	}
	f.wrappers[fn.Index()] = w
}

// wrapperPattern reads how a wrapper makes the variable's name of its parameter.
func (f *file) wrapperPattern(w *envWrapper, n syntax.Node, list []parameter) bool {
	switch n.Kind() {
	case "identifier":
		for i, p := range list {
			if p.name.Text() == n.Text() {
				w.place, w.param = i, n.Text()
				return true
			}
		}
	case "parenthesized_expression":
		return f.wrapperPattern(w, n.Child(0), list)
	case "method_invocation", "call_expression":
		if c := f.callOf(n); c.ok && strings.HasPrefix(c.method, "toUpperCase") || c.method == "uppercase" {
			w.upper = true
			return f.wrapperPattern(w, c.recv, list)
		}
	case "binary_expression":
		if f.operator(n) != "+" {
			return false
		}
		if text, ok := f.literal(n.Field("left")); ok {
			w.prefix += text
			return f.wrapperPattern(w, n.Field("right"), list)
		}
		if text, ok := f.literal(n.Field("right")); ok && f.wrapperPattern(w, n.Field("left"), list) {
			w.suffix += text
			return true
		}
	}
	return false
}

// fails reports whether a function throws when what it looks up is missing.
func (f *file) fails(fn syntax.Node) bool {
	found := false
	f.look(bodyOf(fn), func(n syntax.Node) bool {
		found = found || n.Is("throw_statement", "throw_expression") || isCall(n) && exits[f.callOf(n).name] ||
			n.Is("method_invocation") && (n.Field("name").Text() == "orElseThrow" || n.Field("name").Text() == "requireNonNull")
		return !found
	})
	return found
}

// wrapperRead is the read that a call of a wrapper makes.
func (f *file) wrapperRead(c call) (envRead, bool) {
	if len(f.wrappers) == 0 || c.set {
		return envRead{}, false
	}
	for _, fn := range f.called(c) {
		w := f.wrappers[fn.Index()]
		if w == nil {
			continue
		}
		name, ok := f.literal(c.arg(w.place, w.param))
		if !ok {
			continue
		}
		if w.upper {
			name = strings.ToUpper(name)
		}
		read := envRead{name: w.prefix + name + w.suffix, via: c.method, fallback: w.fallback, required: w.required}
		if w.spring {
			read.name = variableOf(read.name)
		}
		if w.defaultPlace >= 0 {
			if given := c.arg(w.defaultPlace, w.defaultParam); given.OK() {
				read.fallback, read.required = given, false
			}
		}
		return read, plausibleVariable(read.name)
	}
	return envRead{}, false
}
