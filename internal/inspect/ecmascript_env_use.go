package inspect

import "strings"

// ecmaEnvUse is what the code around a read does when the variable is unset.
type ecmaEnvUse struct {
	fallback ecmaFolded
	at       node
	required bool
	debug    bool
}

// envUse climbs from a read through conversions to the || or ?: that replaces it.
func (f *ecmaFile) envUse(n node, site ecmaEnvSite) (use ecmaEnvUse) {
	for {
		p := n.parent()
		switch p.kind() {
		case "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression", "type_assertion":
			n = p
			continue
		case "unary_expression":
			if p.field("operator").text() == "+" {
				n = p
				continue
			}
			f.replaceByWrite(&use, p, site.name)
		case "arguments":
			if c := p.parent(); c.is("call_expression") && p.child(0) == n && converters[f.symbol(c.field("function"))] {
				n = c
				continue
			}
		case "member_expression":
			if c := p.parent(); p.field("object") == n && c.is("call_expression") && c.field("function") == p && keepers[p.field("property").text()] {
				n = c
				continue
			}
		case "binary_expression":
			if op := p.field("operator").text(); op == "||" || op == "??" {
				if p.field("left") == n {
					f.replace(&use, p.field("right"))
				}
				n = p
				continue
			}
		case "ternary_expression":
			f.replaceByBranch(&use, p, n, site.name)
		case "augmented_assignment_expression":
			if op := p.field("operator").text(); p.field("left") == n && (op == "||=" || op == "??=") {
				f.replace(&use, p.field("right"))
			}
		case "variable_declarator":
			f.replaceLater(&use, f.lookup(p.field("name")))
		}
		return use
	}
}

// replace notes what a read falls back to.
func (f *ecmaFile) replace(use *ecmaEnvUse, right node) {
	if f.fails(right) && f.neverReturns(right) {
		use.required = true
		return
	}
	value, debug := f.effective(right)
	if value.ok() && use.fallback.source == None {
		use.at, use.debug = value, debug
	}
	use.fallback = orFold(use.fallback, f.fold(value, maxHops))
}

// replaceByWrite reads if (!process.env.X) process.env.X = "default".
func (f *ecmaFile) replaceByWrite(use *ecmaEnvUse, not node, name string) {
	branch := not.up("if_statement")
	if not.field("operator").text() != "!" || !not.inside(branch.field("condition")) {
		return
	}
	branch.field("consequence").walk(func(n node) bool {
		if n.is("assignment_expression") {
			if site, ok := f.envAt(ecmaBare(n.field("left"))); ok && site.name == name {
				f.replace(use, n.field("right"))
			}
		}
		return true
	})
}

// effective is the part of a fallback that holds in production; where only a
// debug branch gives one, that one.
func (f *ecmaFile) effective(n node) (value node, debug bool) {
	n = ecmaBare(n)
	switch n.kind() {
	case "ternary_expression":
		prod, dev := n.field("consequence"), n.field("alternative")
		switch truth := f.debugWhen(n.field("condition")); {
		case truth > 0:
			prod, dev = dev, prod
		case truth == 0:
			return n, false
		}
		if ecmaNothing(prod) || f.neverReturns(prod) {
			return dev, true
		}
		return prod, false
	case "binary_expression":
		if n.field("operator").text() == "&&" && f.debugWhen(n.field("left")) > 0 {
			return n.field("right"), true
		}
	}
	return n, false
}

func (f *ecmaFile) replaceByBranch(use *ecmaEnvUse, ternary, branch node, name string) {
	other := ternary.field("alternative")
	if branch == other {
		other = ternary.field("consequence")
	}
	condition := ternary.field("condition")
	if branch == condition {
		return
	}
	switch {
	case f.reads(condition, name):
		f.replace(use, other)
	case f.debugWhen(condition) != 0:
		if v := f.fold(other, maxHops); v.source == Literal && use.fallback.source == None {
			use.fallback, use.at, use.debug = v, other, true
		}
	}
}

// replaceLater looks at a variable that holds the read: if (!x) x = "default".
func (f *ecmaFile) replaceLater(use *ecmaEnvUse, b *ecmaBinding) {
	if b == nil || use.fallback.source != None {
		return
	}
	for _, w := range b.writes {
		if w.operator == "||=" || w.operator == "??=" {
			f.replace(use, w.value)
		}
		if test := w.site.up("if_statement"); w.operator == "=" && test.ok() && f.testsUnset(test.field("condition"), b) {
			f.replace(use, w.value)
			use.debug = use.debug || f.debugOnly(w.site)
		}
	}
}

func (f *ecmaFile) testsUnset(condition node, b *ecmaBinding) bool {
	found := false
	condition.walk(func(c node) bool {
		found = found || f.lookup(c) == b
		return !found
	})
	return found
}

// ecmaEnvGuards are the variables without which the program refuses to run.
type ecmaEnvGuards struct {
	unset    map[string]bool // refused when unset
	compared map[string]bool // refused when equal to their fallback
}

// findGuards reads the checks that throw or exit.
func (f *ecmaFile) findGuards() {
	f.guards = ecmaEnvGuards{unset: map[string]bool{}, compared: map[string]bool{}}
	f.each(func(n node) {
		if f.fails(n.field("consequence")) {
			f.guard(n.field("condition"), false)
		}
		if alternative := n.field("alternative"); alternative.ok() && f.fails(alternative) {
			f.guard(n.field("condition"), true)
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
func (f *ecmaFile) guard(n node, positive bool) {
	n = ecmaBare(n)
	switch n.kind() {
	case "unary_expression":
		if n.field("operator").text() == "!" {
			f.guard(n.field("argument"), !positive)
		}
	case "binary_expression":
		left, right, op := n.field("left"), n.field("right"), n.field("operator").text()
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

func (f *ecmaFile) guardCompared(left, right node, goesOn bool) {
	if goesOn {
		return
	}
	if left.is("unary_expression") { // typeof x === "undefined"
		left = left.field("argument")
		f.guardName(left)
		return
	}
	if text, ok := ecmaString(right); ecmaNothing(right) || ok && text == "" {
		f.guardName(left)
		return
	}
	value, literal := f.fold(left, maxHops), f.fold(right, maxHops)
	if value.source == Literal && literal.source == Env {
		value, literal = literal, value
	}
	if value.source == Env && value.hasText && literal.source == Literal && literal.text == value.text {
		for _, name := range value.env {
			f.guards.compared[name] = true
		}
	}
}

func (f *ecmaFile) guardName(n node) {
	n = ecmaBare(n)
	if site, ok := f.envAt(n); ok {
		f.guards.unset[site.name] = true
		return
	}
	if v := f.fold(n, maxHops); n.is("identifier") && v.source == Env && !v.hasText && len(v.env) == 1 {
		f.guards.unset[v.env[0]] = true
	}
}

// fails reports whether code throws or ends the process, other than in a
// function that it only defines.
func (f *ecmaFile) fails(n node) (found bool) {
	if !n.ok() {
		return false
	}
	n.walk(func(c node) bool {
		switch {
		case c.is("throw_statement"):
			found = true
		case c.is("call_expression") && f.exits(c):
			found = true
		case c != n && c.is(ecmaFunctions...):
			return ecmaCalledInPlace(c)
		}
		return !found
	})
	return found
}

// exits reports whether a call ends the process or is of a function of this
// file that does nothing but throw or exit.
func (f *ecmaFile) exits(call node) bool {
	target := call.field("function")
	switch f.symbol(target) {
	case "process.exit", "process.abort", "Deno.exit":
		return true
	}
	fn := f.function(target)
	if !fn.ok() || call.inside(fn) || !f.burn() {
		return false
	}
	body := fn.field("body")
	for _, s := range ecmaChildren(body) {
		if s.is("throw_statement") || s.is("expression_statement") && s.child(0).is("call_expression") && f.symbol(s.child(0).field("function")) == "process.exit" {
			return true
		}
	}
	return false
}

// neverReturns reports whether an expression is a call that only throws.
func (f *ecmaFile) neverReturns(n node) bool {
	n = ecmaBare(n)
	return n.is("call_expression") && f.fails(n)
}

// failsNext reports whether the statement after the one around n fails: a list
// of missing variables is collected first and complained about then.
func (f *ecmaFile) failsNext(n node) bool {
	for !n.parent().is("statement_block", "program") {
		if n = n.parent(); !n.ok() {
			return false
		}
	}
	next := n.next()
	return next.is("if_statement") && f.fails(next.field("consequence"))
}
