package csharp

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// endsProgram reports whether a branch throws or exits.
func (f *file) endsProgram(branch syntax.Node) bool {
	if branch.Is("throw_statement") {
		return true
	}
	if branch.Is("expression_statement") {
		return f.exits(branch.Child(0))
	}
	for s := branch.First(); s.OK(); s = s.Next() {
		if s.Is("throw_statement") || s.Is("expression_statement") && f.exits(s.Child(0)) {
			return true
		}
	}
	return false
}

func (f *file) exits(n syntax.Node) bool {
	if !n.Is("invocation_expression") {
		return false
	}
	name := f.resolve(n.Field("function"))
	return name == "System.Environment.Exit" || name == "System.Environment.FailFast"
}

// throwsOn are guards that throw when what they are given is not set.
func throwsOn(c call) bool {
	return strings.HasPrefix(c.method, "ThrowIfNull") || lastName(c.object) == "Against" && (c.method == "Null" || c.method == "NullOrEmpty" || c.method == "NullOrWhiteSpace")
}

// findRejections keeps the names that a check ends the program for: true if
// their value alone does.
func (f *file) findRejections() {
	f.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "if_statement":
			if f.endsProgram(n.Field("consequence")) {
				f.rejectNames(n.Field("condition"))
			}
		case "invocation_expression":
			if name := lastName(n.Field("function")); strings.HasPrefix(name, "ThrowIfNull") || strings.HasPrefix(name, "NullOr") || name == "Null" {
				if c := f.callOf(n); throwsOn(c) && c.arg(0).Is("identifier") {
					if b := f.lookup(c.arg(0).Text(), n); b != nil {
						f.rejected[b] = true
					}
				}
			}
		}
		return true
	})
}

func (f *file) rejectNames(condition syntax.Node) {
	condition.Walk(func(n syntax.Node) bool {
		if !n.Is("identifier") {
			return true
		}
		if rejects, sole := rejecting(n, condition); rejects {
			if b := f.lookup(n.Text(), n); b != nil {
				f.rejected[b] = f.rejected[b] || sole
			}
		}
		return true
	})
}

// rejecting reports whether a condition that ends the program holds when the
// operand n is empty or has a certain value, and whether that alone suffices.
func rejecting(n, condition syntax.Node) (rejects, sole bool) {
	up := n.Parent()
	switch up.Kind() {
	case "argument":
		call := up.Parent().Parent()
		name := lastName(call)
		rejects = (name == "IsNullOrEmpty" || name == "IsNullOrWhiteSpace") && !call.Parent().Is("prefix_unary_expression")
	case "binary_expression":
		rejects = operator(up) == "==" || operator(up) == "<"
	case "is_pattern_expression":
		rejects = !strings.Contains(up.Field("pattern").Text(), "not")
	case "member_access_expression":
		rejects = up.Parent().Is("binary_expression") && (operator(up.Parent()) == "<" || operator(up.Parent()) == "==") && lastName(up) == "Length"
	}
	sole = rejects
	for ; up.OK() && up.Inside(condition); up = up.Parent() {
		sole = sole && !(up.Is("binary_expression") && operator(up) == "&&")
	}
	return rejects, sole
}

// isRejected reports whether the program ends when the read at n gives its
// fallback: a check of the name it is assigned to, or around it.
func (f *file) isRejected(n syntax.Node) (rejected, sole bool) {
	if b := f.holder(n); b != nil {
		sole, rejected = f.rejected[b]
		return rejected, sole
	}
	if up := n.Parent(); up.Is("if_statement") && n == up.Field("condition") && f.endsProgram(up.Field("consequence")) {
		return true, true
	}
	return false, false
}

// chosenByVariable reports whether n stands under a condition that reads another
// variable: what is asked for there is needed only then.
func (f *file) chosenByVariable(n syntax.Node) bool {
	for inner, s := n, n.Parent(); s.OK() && !s.Is("method_declaration", "local_function_statement", "lambda_expression"); inner, s = s, s.Parent() {
		condition := s.Field("condition")
		if !s.Is("if_statement", "conditional_expression") || inner == condition || strings.Contains(condition.Text(), "_ENVIRONMENT") {
			continue
		}
		if before := s.Field("consequence"); before != inner && f.endsProgram(before) {
			continue
		}
		for _, read := range f.calls["GetEnvironmentVariable"] {
			if read.Inside(condition) {
				return true
			}
		}
	}
	return false
}

// findWrappers keeps the functions that read the variable named by one of
// their parameters.
func (f *file) findWrappers() {
	for _, n := range f.calls["GetEnvironmentVariable"] {
		c := f.callOf(n)
		def := enclosingMethod(n)
		if c.name != getVariable || !def.OK() || f.wrappers[def.Index()] != nil {
			continue
		}
		w := &envWrapper{place: -1, defaultPlace: -1}
		params := parameters(def)
		if !w.pattern(c.arg(0, "variable"), params) {
			continue
		}
		r := read{}
		outer := n
		for up := outer.Parent(); up.OK() && f.around(up, outer, &r); up = outer.Parent() {
			outer = up
		}
		if !r.fallback.OK() {
			r.fallback = f.otherResult(def, f.holder(outer))
		}
		_, rejected := f.isRejected(outer)
		w.required = rejected || r.fallback.Is("throw_expression")
		if !w.required {
			w.fallback = r.fallback
		}
		for i, p := range params {
			if i == w.place {
				continue
			}
			if name := parameterName(p); r.fallback.Is("identifier") && r.fallback.Text() == name || strings.HasPrefix(strings.ToLower(name), "default") || name == "fallback" {
				w.defaultPlace = i
				w.fallback = defaultOf(p)
				w.required = false
			}
		}
		w.read = n.Index()
		f.wrappers[def.Index()] = w
	}
}

// otherResult is what a wrapper returns where its variable is not set: var v =
// read; return string.IsNullOrEmpty(v) ? fallback : v.
func (f *file) otherResult(def syntax.Node, held *binding) syntax.Node {
	if held == nil {
		return syntax.Node{}
	}
	isHeld := func(n syntax.Node) bool { return n.Is("identifier") && f.lookup(n.Text(), n) == held }
	for _, result := range returnsOf(bodyOf(def)) {
		switch {
		case result.Is("conditional_expression") && isHeld(result.Field("alternative")):
			return result.Field("consequence")
		case result.Is("conditional_expression") && isHeld(result.Field("consequence")):
			return result.Field("alternative")
		case result.Is("binary_expression") && operator(result) == "??" && isHeld(result.Field("left")):
			return result.Field("right")
		}
	}
	return syntax.Node{}
}

// defaultOf is what a parameter is without an argument.
func defaultOf(p syntax.Node) syntax.Node {
	name, typ := p.Field("name"), p.Field("type")
	for c := p.First(); c.OK(); c = c.Next() {
		if c != name && c != typ && !c.Is("attribute_list", "modifier") && !c.IsComment() {
			if c.Is("equals_value_clause") {
				return c.Child(0)
			}
			return c
		}
	}
	return syntax.Node{}
}

// pattern reads how a wrapper makes the variable's name of its parameter.
func (w *envWrapper) pattern(n syntax.Node, params []syntax.Node) bool {
	switch n.Kind() {
	case "identifier":
		for i, p := range params {
			if parameterName(p) == n.Text() {
				w.place = i
				return true
			}
		}
	case "binary_expression":
		if left := n.Field("left"); operator(n) == "+" && left.Is("string_literal") {
			w.prefix = stringText(left)
			return w.pattern(n.Field("right"), params)
		}
	case "interpolated_string_expression":
		var parts []syntax.Node
		for c := n.First(); c.OK(); c = c.Next() {
			if c.Is("string_content", "interpolation") {
				parts = append(parts, c)
			}
		}
		if len(parts) == 2 && parts[0].Is("string_content") && parts[1].Is("interpolation") {
			w.prefix = parts[0].Text()
			return w.pattern(interpolationOf(parts[1]), params)
		}
	}
	return false
}

// wrapperRead is the read that a call of a wrapper makes.
func (f *file) wrapperRead(c call) (read, bool) {
	if len(f.wrappers) == 0 || c.new {
		return read{}, false
	}
	def := f.localFunction(c.Field("function"))
	if !def.OK() {
		return read{}, false
	}
	w := f.wrappers[def.Index()]
	if w == nil {
		return read{}, false
	}
	params := parameters(def)
	name, ok := f.literal(c.arg(w.place, parameterName(params[w.place])))
	if !ok {
		return read{}, false
	}
	r := read{name: w.prefix + name, via: c.method, fallback: w.fallback, required: w.required}
	if w.defaultPlace >= 0 && w.defaultPlace < len(params) {
		if v := c.arg(w.defaultPlace, parameterName(params[w.defaultPlace])); v.OK() {
			r.fallback, r.required = v, false
		}
	}
	return r, plausibleVariable(r.name)
}
