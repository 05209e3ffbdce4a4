package ecmascript

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// ecmaEnvUse is what the code around a read does when the variable is unset.
type ecmaEnvUse struct {
	fallback fold.Value
	at       syntax.Node
	required bool
	debug    bool
}

// envUse climbs from a read through conversions to the || or ?: that replaces it.
func (f *ecmaFile) envUse(n syntax.Node, site ecmaEnvSite) (use ecmaEnvUse) {
	for {
		p := n.Parent()
		switch p.Kind() {
		case "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression", "type_assertion":
			n = p
			continue
		case "unary_expression":
			if p.Field("operator").Text() == "+" {
				n = p
				continue
			}
			f.replaceByWrite(&use, p, site.name)
		case "arguments":
			if c := p.Parent(); c.Is("call_expression") && p.Child(0) == n && converters[f.symbol(c.Field("function"))] {
				n = c
				continue
			}
		case "member_expression":
			if c := p.Parent(); p.Field("object") == n && c.Is("call_expression") && c.Field("function") == p && keepers[p.Field("property").Text()] {
				n = c
				continue
			}
		case "binary_expression":
			if op := p.Field("operator").Text(); op == "||" || op == "??" {
				if p.Field("left") == n {
					f.replace(&use, p.Field("right"))
				}
				n = p
				continue
			}
		case "ternary_expression":
			f.replaceByBranch(&use, p, n, site.name)
		case "augmented_assignment_expression":
			if op := p.Field("operator").Text(); p.Field("left") == n && (op == "||=" || op == "??=") {
				f.replace(&use, p.Field("right"))
			}
		case "variable_declarator":
			f.replaceLater(&use, f.lookup(p.Field("name")))
		}
		return use
	}
}

// replace notes what a read falls back to.
func (f *ecmaFile) replace(use *ecmaEnvUse, right syntax.Node) {
	if f.fails(right) && f.neverReturns(right) {
		use.required = true
		return
	}
	value, debug := f.effective(right)
	if value.OK() && use.fallback.Source == inspect.None {
		use.at, use.debug = value, debug
	}
	use.fallback = orElse(use.fallback, f.fold(value, maxHops))
}

// replaceByWrite reads if (!process.env.X) process.env.X = "default".
func (f *ecmaFile) replaceByWrite(use *ecmaEnvUse, not syntax.Node, name string) {
	branch := not.Up("if_statement")
	if not.Field("operator").Text() != "!" || !not.Inside(branch.Field("condition")) {
		return
	}
	branch.Field("consequence").Walk(func(n syntax.Node) bool {
		if n.Is("assignment_expression") {
			if site, ok := f.envAt(ecmaBare(n.Field("left"))); ok && site.name == name {
				f.replace(use, n.Field("right"))
			}
		}
		return true
	})
}

// effective is the part of a fallback that holds in production; where only a
// debug branch gives one, that one.
func (f *ecmaFile) effective(n syntax.Node) (value syntax.Node, debug bool) {
	n = ecmaBare(n)
	switch n.Kind() {
	case "ternary_expression":
		prod, dev := n.Field("consequence"), n.Field("alternative")
		switch truth := f.debugWhen(n.Field("condition")); {
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
		if n.Field("operator").Text() == "&&" && f.debugWhen(n.Field("left")) > 0 {
			return n.Field("right"), true
		}
	}
	return n, false
}

func (f *ecmaFile) replaceByBranch(use *ecmaEnvUse, ternary, branch syntax.Node, name string) {
	other := ternary.Field("alternative")
	if branch == other {
		other = ternary.Field("consequence")
	}
	condition := ternary.Field("condition")
	if branch == condition {
		return
	}
	switch {
	case f.reads(condition, name):
		f.replace(use, other)
	case f.debugWhen(condition) != 0:
		if v := f.fold(other, maxHops); v.Source == inspect.Literal && use.fallback.Source == inspect.None {
			use.fallback, use.at, use.debug = v, other, true
		}
	}
}

// replaceLater looks at a variable that holds the read: if (!x) x = "default".
func (f *ecmaFile) replaceLater(use *ecmaEnvUse, b *ecmaBinding) {
	if b == nil || use.fallback.Source != inspect.None {
		return
	}
	for _, w := range b.writes[:min(len(b.writes), maxWrites)] {
		if w.operator == "||=" || w.operator == "??=" {
			f.replace(use, w.value)
		}
		if test := w.site.Up("if_statement"); w.operator == "=" && test.OK() && f.testsUnset(test.Field("condition"), b) {
			f.replace(use, w.value)
			use.debug = use.debug || f.debugOnly(w.site)
		}
	}
}

func (f *ecmaFile) testsUnset(condition syntax.Node, b *ecmaBinding) bool {
	found := false
	condition.Walk(func(c syntax.Node) bool {
		found = found || f.lookup(c) == b
		return !found
	})
	return found
}

// fails reports whether code throws or ends the process, other than in a
// function that it only defines.
func (f *ecmaFile) fails(n syntax.Node) (found bool) {
	if !n.OK() {
		return false
	}
	n.Walk(func(c syntax.Node) bool {
		switch {
		case c.Is("throw_statement"):
			found = true
		case c.Is("call_expression") && f.exits(c):
			found = true
		case c != n && c.Is(ecmaFunctions...):
			return ecmaCalledInPlace(c)
		}
		return !found
	})
	return found
}

// exits reports whether a call ends the process or is of a function of this
// file that does nothing but throw or exit.
func (f *ecmaFile) exits(call syntax.Node) bool {
	target := call.Field("function")
	switch f.symbol(target) {
	case "process.exit", "process.abort", "Deno.exit":
		return true
	}
	fn := f.function(target)
	if !fn.OK() || call.Inside(fn) || !f.burn() {
		return false
	}
	body := fn.Field("body")
	for _, s := range ecmaChildren(body) {
		if s.Is("throw_statement") || s.Is("expression_statement") && s.Child(0).Is("call_expression") && f.symbol(s.Child(0).Field("function")) == "process.exit" {
			return true
		}
	}
	return false
}

// neverReturns reports whether an expression is a call that only throws.
func (f *ecmaFile) neverReturns(n syntax.Node) bool {
	n = ecmaBare(n)
	return n.Is("call_expression") && f.fails(n)
}

// failsNext reports whether the statement after the one around n fails: a list
// of missing variables is collected first and complained about then.
func (f *ecmaFile) failsNext(n syntax.Node) bool {
	for !n.Parent().Is("statement_block", "program") {
		if n = n.Parent(); !n.OK() {
			return false
		}
	}
	next := n.Next()
	return next.Is("if_statement") && f.fails(next.Field("consequence"))
}
