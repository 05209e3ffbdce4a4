package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

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
		case c.Is("throw_statement"):
			found = !throwsAgain(c)
		case c.Is("call_expression") && f.exits(c):
			found = true
		}
		return !found
	})
	return found
}

// throwsAgain reports whether a statement throws the error that was caught
// around it.
func throwsAgain(n syntax.Node) bool {
	caught := n.Up(append([]string{"catch_clause"}, ecmaFunctions...)...)
	return caught.Is("catch_clause") && n.Child(0).Is("identifier") && caught.Field("parameter").Text() == n.Child(0).Text()
}

// ecmaEnvGuards are the variables without which the program refuses to run.
type ecmaEnvGuards struct {
	unset    map[string]bool // refused when unset
	compared map[string]bool // refused when equal to their fallback
}

// findGuards reads the checks that throw or exit.
func (f *ecmaFile) findGuards() {
	f.guards = ecmaEnvGuards{unset: map[string]bool{}, compared: map[string]bool{}}
	f.each(func(n syntax.Node) {
		if f.chosenByVariable(n, "") {
			return // refused where another variable asks for it
		}
		if f.failsItself(n.Field("consequence")) {
			f.guard(n.Field("condition"), false)
		}
		if alternative := n.Field("alternative"); alternative.OK() && f.failsItself(alternative) {
			f.guard(n.Field("condition"), true)
		}
	}, "if_statement")
	for _, c := range f.calls {
		switch c.callee {
		case "assert", "assert.ok", "assert.strict", "tiny-invariant", "invariant", "ts-invariant.invariant":
			f.guard(c.arg(0), true)
		}
	}
}

// guard collects what a condition demands; positive says that the program goes
// on where the condition holds.
func (f *ecmaFile) guard(n syntax.Node, positive bool) {
	n = ecmaBare(n)
	switch n.Kind() {
	case "unary_expression":
		if n.Field("operator").Text() == "!" {
			f.guard(n.Field("argument"), !positive)
		}
	case "binary_expression":
		left, right, op := n.Field("left"), n.Field("right"), n.Field("operator").Text()
		switch op {
		case "||", "&&":
			both := (op == "||") != positive // each side alone decides
			if both || f.debugWhen(right) != 0 {
				f.guard(left, positive)
			}
			if both || f.debugWhen(left) != 0 {
				f.guard(right, positive)
			}
		case "===", "==", "!==", "!=":
			if strings.HasPrefix(op, "!") {
				positive = !positive
			}
			f.guardCompared(left, right, positive)
		}
	default:
		if positive {
			f.guardName(n)
		}
	}
}

func (f *ecmaFile) guardCompared(left, right syntax.Node, goesOn bool) {
	if goesOn {
		return
	}
	if left.Is("unary_expression") { // typeof x === "undefined"
		left = left.Field("argument")
		f.guardName(left)
		return
	}
	if text, ok := ecmaString(right); ecmaNothing(right) || ok && text == "" {
		f.guardName(left)
		return
	}
	value, literal := f.fold(left, maxHops), f.fold(right, maxHops)
	if value.Source == inspect.Literal && literal.Source == inspect.Env {
		value, literal = literal, value
	}
	if value.Source == inspect.Env && value.Has && literal.Source == inspect.Literal && literal.Text == value.Text {
		for _, name := range value.Env {
			f.guards.compared[name] = true
		}
	}
}

func (f *ecmaFile) guardName(n syntax.Node) {
	n = ecmaBare(n)
	if site, ok := f.envAt(n); ok {
		f.guards.unset[site.name] = true
		return
	}
	if !n.Is("identifier") || f.definition(n).Is("ternary_expression") {
		return // one of several
	}
	if v := f.fold(n, maxHops); v.Source == inspect.Env && !v.Has && len(v.Env) == 1 {
		f.guards.unset[v.Env[0]] = true
	}
}

// chosenByVariable reports whether n is reached only where another variable than
// name asks for it: if (process.env.DB === "mariadb") { required("DB_HOST") }.
// What stands under the name of an environment is asked of that deploy.
func (f *ecmaFile) chosenByVariable(n syntax.Node, name string) bool {
	for inner, s := n, n.Parent(); s.OK() && !s.Is(ecmaFunctions...); inner, s = s, s.Parent() {
		condition := s.Field("condition")
		switch {
		case s.Is("if_statement", "ternary_expression"):
		case s.Is("switch_statement"):
			condition = s.Field("value")
		default:
			continue
		}
		otherwise := inner != s.Field("consequence") && s.Is("if_statement") && f.failsItself(s.Field("consequence")) // if (!a) throw … else if (!b) throw …
		if inner != condition && !otherwise && f.debugWhen(condition) == 0 && f.readsOther(condition, name) {
			return true
		}
	}
	return false
}

// readsOther reports whether an expression reads a variable that is not called
// name, itself or by a name that was given its value.
func (f *ecmaFile) readsOther(n syntax.Node, name string) (found bool) {
	n.Walk(func(c syntax.Node) bool {
		if site, ok := f.envAt(c); ok && site.name != "" && site.name != name {
			found = true
		} else if c.Is("identifier") {
			if v := f.fold(c, maxHops); v.Source == inspect.Env && len(v.Env) == 1 && v.Env[0] != name {
				found = true
			}
		}
		return !found
	})
	return found
}

// refusesUnset reports whether a function that reads a variable by name throws
// or exits where that is unset, and not for something else. n is the read.
func (f *ecmaFile) refusesUnset(fn, n syntax.Node) bool {
	body := fn.Field("body")
	if !f.fails(body) {
		return false
	}
	holder := f.lookup(n.Up("variable_declarator", "statement_block").Field("name"))
	found := false
	body.Walk(func(c syntax.Node) bool {
		switch {
		case found, c.Is("catch_clause"), c != body && c.Is(ecmaFunctions...) && !ecmaCalledInPlace(c):
			return false
		case c.Is("if_statement"):
			condition := c.Field("condition")
			found = f.failsItself(c.Field("consequence")) && f.asksForUnset(condition, n, holder, true) ||
				f.failsItself(c.Field("alternative")) && f.asksForUnset(condition, n, holder, false)
		case c.Is("throw_statement") && c.Parent() == body:
			found = true // what is left when it was found nowhere
		case c.Is("call_expression") && f.exits(c) && !c.Up("if_statement", "statement_block", "switch_statement").Is("if_statement", "switch_statement"):
			found = c.Up("statement_block") == body
		}
		return !found
	})
	return found
}

// asksForUnset reports whether a condition that holds (or, unless holds, that does
// not) says that a read, or the name that was given it, has no value.
func (f *ecmaFile) asksForUnset(n, read syntax.Node, holder *ecmaBinding, holds bool) bool {
	n = ecmaBare(n)
	is := func(e syntax.Node) bool {
		return e.OK() && (read.Inside(e) || e.Text() == read.Text() || holder != nil && f.testsUnset(e, holder))
	}
	switch n.Kind() {
	case "unary_expression":
		if n.Field("operator").Text() == "!" {
			return f.asksForUnset(n.Field("argument"), read, holder, !holds)
		}
	case "binary_expression":
		left, right, op := n.Field("left"), n.Field("right"), n.Field("operator").Text()
		switch op {
		case "||", "&&":
			return f.asksForUnset(left, read, holder, holds) || f.asksForUnset(right, read, holder, holds)
		case "===", "==", "<", "<=":
			return holds && is(left)
		case "!==", "!=", ">":
			return !holds && is(left)
		case "in":
			return !holds && envObjects[f.symbol(right)]
		}
	case "call_expression":
		name := strings.ToLower(n.Field("function").Text())
		if strings.Contains(name, "nil") || strings.Contains(name, "empty") || strings.Contains(name, "undefined") || strings.Contains(name, "blank") || strings.Contains(name, "missing") {
			return holds && is(n.Field("arguments"))
		}
	}
	return !holds && is(n)
}

// goesOnWithout reports whether what a read gives may be nothing to who takes it:
// read("X")?.trim().
func goesOnWithout(n syntax.Node) bool {
	p := n.Parent()
	return p.Is("member_expression") && p.Field("object") == n && p.Field("optional_chain").OK()
}
