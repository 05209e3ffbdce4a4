package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// envUse is what the code around a read does when the variable is unset.
type envUse struct {
	fallback fold.Value
	required bool
	debug    bool
}

// envUse climbs from a read through conversions to what replaces it.
func (f *rubyFile) envUse(n syntax.Node, read envRead) envUse {
	var use envUse
	if read.fallback.OK() {
		f.replace(&use, read.fallback)
	}
	for {
		p := n.Parent()
		switch p.Kind() {
		case "parenthesized_statements":
			n = p
			continue
		case "argument_list":
			if c := p.Parent(); c.Is("call") && p.Child(0) == n && same[f.callee(c)] {
				n = c
				continue
			}
		case "call":
			if n.FieldName() == "receiver" {
				method := p.Field("method").Text()
				if sameMethod[method] || shaped[method] && !strings.HasSuffix(method, "?") && method != "==" {
					n = p
					continue
				}
			}
		case "binary":
			if op := p.Field("operator").Text(); op == "||" || op == "or" {
				if n == p.Field("left") {
					f.replace(&use, p.Field("right"))
				}
				n = p
				continue
			}
		case "rescue_modifier":
			if n == p.Field("body") {
				f.replace(&use, p.Field("handler"))
			}
		case "then", "else":
			if d := p.Parent(); d.Is("if", "unless") && lastChild(p) == n {
				f.replaceByBranch(&use, d, p, read.name)
				n = d
				continue
			}
		case "conditional":
			f.replaceByBranch(&use, p, n, read.name)
			if n != p.Field("condition") {
				n = p
				continue
			}
		case "assignment":
			if n == p.Field("right") {
				f.replaceLater(&use, f.variable(p.Field("left")))
			}
		case "operator_assignment":
			if n == p.Field("left") && !read.fallback.OK() && p.Has("||=") {
				f.replace(&use, p.Field("right"))
			}
		}
		return use
	}
}

// replace notes what a read falls back to.
func (f *rubyFile) replace(use *envUse, other syntax.Node) {
	if f.fails(other) {
		use.required = true
		return
	}
	if condition, yes, no := f.branches(f.decision(other)); condition.OK() {
		switch truth := f.debugWhen(condition); {
		case truth > 0 && (!no.OK() || f.fails(no) || f.evaluate(no).Source == inspect.None):
			if use.fallback.Source == inspect.None {
				use.fallback, use.debug = f.evaluate(yes), true
			}
			return
		case truth < 0 && (f.fails(yes) || f.evaluate(yes).Source == inspect.None):
			if use.fallback.Source == inspect.None && no.OK() {
				use.fallback, use.debug = f.evaluate(no), true
			}
			return
		}
	}
	if use.fallback.Source == inspect.None {
		use.fallback = f.evaluate(other)
	} else if use.fallback.Source != inspect.Literal {
		use.fallback = f.orElse(use.fallback, other)
	}
}

// decision is the if or ?: that an expression is, or none.
func (f *rubyFile) decision(n syntax.Node) syntax.Node {
	for n.Is("parenthesized_statements", "block_body", "then", "body_statement") {
		n = lastChild(n)
	}
	if n.Is("if", "unless", "conditional", "if_modifier", "unless_modifier") {
		return n
	}
	return syntax.Node{}
}

// replaceByBranch reads ENV["X"] ? ENV["X"] : "y" and production? ? ENV["X"] : "y".
func (f *rubyFile) replaceByBranch(use *envUse, decision, branch syntax.Node, name string) {
	condition, yes, no := f.branches(decision)
	other := no
	if branch == no {
		other = yes
	}
	if branch == condition || !other.OK() {
		return
	}
	if decision.Is("if", "unless") && !f.usedAsValue(decision) {
		return
	}
	switch {
	case f.reads(condition, name):
		f.replace(use, other)
	case f.debugWhen(condition) != 0:
		if v := f.evaluate(other); v.Source == inspect.Literal && use.fallback.Source == inspect.None {
			use.fallback, use.debug = v, true
		}
	}
}

// usedAsValue reports whether what a decision gives is used.
func (f *rubyFile) usedAsValue(n syntax.Node) bool {
	p := n.Parent()
	return p.Is("assignment", "operator_assignment", "argument_list", "pair", "parenthesized_statements", "binary", "array", "interpolation") ||
		p.Is("body_statement", "block_body") && lastChild(p) == n && !p.Parent().Is("class", "module")
}

// replaceLater looks at a variable that holds the read: x ||= "y", and
// x = "y" if x.nil?.
func (f *rubyFile) replaceLater(use *envUse, b *binding) {
	if b == nil || use.fallback.Source != inspect.None {
		return
	}
	for _, v := range b.ifUnset {
		if v.OK() && !(len(b.values) > 0 && v == b.values[0]) {
			f.replace(use, v)
			use.debug = use.debug || f.debugOnly(v.Up("operator_assignment"))
		}
	}
	if len(b.values) != 2 || len(b.ifUnset) > 0 || !b.values[1].OK() {
		return
	}
	later := b.values[1]
	if test := later.Up("if", "unless", "if_modifier", "unless_modifier"); test.OK() && f.mentions(test.Field("condition"), b) {
		f.replace(use, later)
	}
}

func (f *rubyFile) mentions(n syntax.Node, b *binding) bool {
	found := false
	n.Walk(func(x syntax.Node) bool {
		found = found || x.Is("identifier", "instance_variable", "constant", "global_variable") && f.variable(x) == b
		return !found && f.burn()
	})
	return found
}

// ends are calls that end the program.
var ends = map[string]bool{
	"raise": true, "fail": true, "abort": true, "exit": true, "exit!": true, "Kernel.raise": true, "Kernel.abort": true, "Kernel.exit": true, "Process.exit": true, "Kernel.exit!": true, "Process.exit!": true, "Process.abort": true, "throw": true,
}

// fails reports whether an expression, or a statement of a body, ends the
// program or raises.
func (f *rubyFile) fails(n syntax.Node) bool {
	switch n.Kind() {
	case "call", "identifier":
		return ends[f.callName(n)]
	case "parenthesized_statements", "then", "block_body", "body_statement", "else", "begin", "block", "do_block":
		for c := n.First(); c.OK(); c = c.Next() {
			if c.Is("call", "identifier", "block_body", "body_statement") && f.fails(c) {
				return true
			}
		}
	}
	return false
}

// callName is the resolved name of a call or of a bare word.
func (f *rubyFile) callName(n syntax.Node) string {
	if n.Is("identifier") {
		if f.local(n.Text(), n) != nil || f.ownMethod(n, n.Text()) {
			return ""
		}
		return n.Text()
	}
	return f.callee(n)
}

// findRefusals reads the checks that raise or exit.
func (f *rubyFile) findRefusals() {
	f.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("if", "unless", "elsif", "if_modifier", "unless_modifier", "conditional") {
			condition, yes, no := f.branches(n)
			if yes.OK() && f.fails(yes) && !raisesAgain(yes) && !f.chosen(n) {
				f.refuse(condition, true)
			}
			if no.OK() && f.fails(no) && !raisesAgain(no) && !f.chosen(n) {
				f.refuse(condition, false)
			}
		}
		if n.Is("binary") && (n.Has("||") || n.Has("or")) && f.fails(n.Field("right")) && !raisesAgain(n.Field("right")) && !f.chosen(n) {
			f.refuse(n.Field("left"), false)
		}
		return true
	})
}

// refuse collects what a condition demands; holds says that the program ends
// where the condition holds, else where it does not.
func (f *rubyFile) refuse(n syntax.Node, holds bool) {
	if !f.burn() {
		return
	}
	switch n.Kind() {
	case "parenthesized_statements":
		f.refuse(lastChild(n), holds)
	case "assignment":
		f.refuse(n.Field("right"), holds)
	case "unary":
		if n.Has("!") || n.Has("not") {
			f.refuse(n.Field("operand"), !holds)
		}
	case "binary":
		left, right := n.Field("left"), n.Field("right")
		switch op := n.Field("operator").Text(); op {
		case "||", "or", "&&", "and":
			both := (op == "||" || op == "or") == holds // each side alone ends the program
			if both || f.debugWhen(right) != 0 {
				f.refuse(left, holds)
			}
			if both || f.debugWhen(left) != 0 {
				f.refuse(right, holds)
			}
		case "==", "!=":
			if (op == "==") == holds {
				f.refuseText(left, right)
			}
		}
	case "call":
		receiver := n.Field("receiver")
		switch method := n.Field("method").Text(); method {
		case "nil?", "blank?", "empty?":
			if holds {
				f.refuseUnset(receiver)
			}
		case "present?", "key?", "has_key?", "include?", "presence", "any?", "all?", "none?":
			f.refuseList(n, method, holds)
		default:
			if !holds {
				f.refuseUnset(n)
			}
		}
	default:
		if !holds {
			f.refuseUnset(n)
		}
	}
}

func (f *rubyFile) refuseList(n syntax.Node, method string, holds bool) {
	switch {
	case method == "any?" && holds, method == "all?" && !holds:
		list := n
		if !n.Field("block").OK() {
			list = f.follow(n.Field("receiver"))
		}
		list.Field("block").Walk(func(x syntax.Node) bool {
			switch x.Kind() {
			case "element_reference":
				if f.resolve(x.Field("object")) == "ENV" {
					f.refuseNames(f.envNames(elementKey(x)))
				}
			case "call":
				if envAsks[f.callee(x)] || f.callee(x) == "ENV.fetch" {
					f.refuseNames(f.envNames(x.Field("arguments").Child(0)))
				}
			}
			return f.burn()
		})
	case !holds && envAsks["ENV."+method] && f.resolve(n.Field("receiver")) == "ENV":
		f.refuseNames(f.envNames(n.Field("arguments").Child(0)))
	case !holds && (method == "present?" || method == "presence"):
		f.refuseUnset(n.Field("receiver"))
	}
}

func (f *rubyFile) refuseNames(names []string) {
	for _, name := range names {
		f.refused[name] = true
	}
}

// refuseUnset keeps the variable that an expression reads.
func (f *rubyFile) refuseUnset(n syntax.Node) {
	for n.Is("call") && n.Field("receiver").OK() && (sameMethod[n.Field("method").Text()] || shaped[n.Field("method").Text()]) {
		n = n.Field("receiver")
	}
	if !n.Is("element_reference", "call", "identifier", "constant", "instance_variable", "scope_resolution", "global_variable") {
		return
	}
	if v := f.evaluate(n); v.Source == inspect.Env && len(v.Env) == 1 && !v.Has {
		f.refused[v.Env[0]] = true
	}
}

// refuseText keeps the variable whose fallback a comparison names.
func (f *rubyFile) refuseText(left, right syntax.Node) {
	a, b := f.evaluate(left), f.evaluate(right)
	if a.Source == inspect.Literal && b.Source == inspect.Env {
		a, b = b, a
	}
	if a.Source != inspect.Env || b.Source != inspect.Literal && !right.Is("nil") {
		return
	}
	for _, name := range a.Env {
		switch {
		case a.Has && a.Text == b.Text:
			f.compared[name] = true
		case b.Text == "" && !a.Has:
			f.refused[name] = true
		}
	}
}
