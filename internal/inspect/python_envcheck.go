package inspect

import "strings"

// pyExits end the program.
var pyExits = map[string]bool{"sys.exit": true, "exit": true, "quit": true, "os._exit": true, "os.abort": true}

// endsProgram reports whether a block itself raises or exits.
func (p *pythonFile) endsProgram(block node) bool {
	for s := block.first(); s.ok(); s = s.next() {
		if s.is("raise_statement") || s.child(0).is("call") && pyExits[p.callee(s.child(0))] {
			return true
		}
	}
	return false
}

// findRejection keeps the names that an if statement ends the program for.
func (p *pythonFile) findRejection(n node) {
	if p.endsProgram(n.field("consequence")) {
		p.rejectNames(n.field("condition"))
	}
}

// rejectNames keeps the names that a condition tests: not NAME, NAME == x,
// NAME is None, and in an assert NAME itself.
func (p *pythonFile) rejectNames(condition node) {
	condition.walk(func(n node) bool {
		if !n.is("identifier") || containsWord(strings.ToLower(n.text()), "debug") {
			return true
		}
		if rejects, sole := rejecting(n, condition); rejects {
			if b := p.lookup(n.text(), n); b != nil {
				p.rejected[b] = p.rejected[b] || sole
			}
		}
		return true
	})
}

// rejecting reports whether a condition that ends the program holds when the
// operand n is empty or has a certain value, and whether that alone suffices.
func rejecting(n, condition node) (rejects, sole bool) {
	up := n.parent()
	switch {
	case up.is("not_operator"), up.is("assert_statement"):
		rejects = true
	case up.is("comparison_operator"):
		rejects = (up.has("==") || up.has("is") || up.has("in")) && !up.has("!=")
	}
	sole = rejects
	for ; up.ok() && up.inside(condition); up = up.parent() {
		sole = sole && !(up.is("boolean_operator") && up.has("and"))
	}
	return rejects, sole
}

// isRejected reports whether the program ends when the read at n gives its
// fallback: a check of the name it is assigned to, or around it. sole is false
// when the check asks for something else too.
func (p *pythonFile) isRejected(n node) (rejected, sole bool) {
	for up := n.parent(); up.ok(); up = up.parent() {
		switch up.kind() {
		case "parenthesized_expression", "argument_list", "call", "boolean_operator":
			n = up
			continue
		case "not_operator", "comparison_operator":
			s := up.up("if_statement")
			if !s.ok() || !up.inside(s.field("condition")) || !p.endsProgram(s.field("consequence")) {
				return false, false
			}
			return rejecting(n, s.field("condition"))
		case "assert_statement":
			return true, true
		case "assignment", "named_expression":
			left := up.field("left")
			if up.is("named_expression") {
				left = up.field("name")
			}
			if left.is("identifier") {
				sole, rejected = p.rejected[p.lookup(left.text(), left)]
			}
			return rejected, sole
		}
		return false, false
	}
	return false, false
}

// pyDebugCondition reports whether a condition holds in debug or test only.
func pyDebugCondition(condition node) bool {
	text := condition.text()
	if condition.is("not_operator") || strings.HasPrefix(text, "not ") {
		return false
	}
	for _, word := range []string{"DEBUG", "TESTING", "debug", "testing", "TEST", "IS_TEST", "IS_DEV", "IS_DEBUG"} {
		if containsWord(text, word) {
			return condition.is("identifier", "attribute", "subscript", "call", "boolean_operator") || strings.Contains(text, "True")
		}
	}
	return false
}

func inDebugBranch(n node) bool {
	for s := n.up("if_statement"); s.ok(); s = s.up("if_statement") {
		condition := s.field("condition")
		if n.inside(s.field("consequence")) && pyDebugCondition(condition) {
			return true
		}
		if condition.is("not_operator") && n.inside(s.field("alternative")) && s.field("alternative").is("else_clause") &&
			pyDebugCondition(condition.field("argument")) {
			return true
		}
	}
	return false
}

// findEnvWrapper keeps the function around a read whose name comes from one
// of the function's parameters.
func (p *pythonFile) findEnvWrapper(n node) {
	var nameArg, fallback node
	required := false
	if n.is("subscript") {
		if p.resolve(n.field("value")) != "os.environ" || n.fieldName() == "left" && n.parent().is("assignment") {
			return
		}
		nameArg, required = n.field("subscript"), !inTry(n, "KeyError", "LookupError")
	} else {
		switch p.callee(n) {
		case "os.environ.get", "os.getenv":
			args := pyArgsOf(n)
			nameArg, fallback = args.arg(0, "key"), args.arg(1, "default")
		default:
			return
		}
	}
	def := p.enclosingFunction(n)
	if !def.ok() || p.wrappers[def.i] != nil {
		return
	}
	w := &envWrapper{place: -1, defaultPlace: -1, required: required && !p.raisesNothing(def)}
	if !w.pattern(nameArg, parameters(def)) {
		return
	}
	for i, name := range parameters(def) {
		if i != w.place && (fallback.is("identifier") && fallback.text() == name || strings.HasPrefix(name, "default") || name == "fallback") {
			w.defaultPlace, w.defaultParam = i, name
		}
	}
	if w.defaultPlace >= 0 {
		if param := p.scopes[def.i][w.defaultParam]; param != nil {
			w.fallback = param.param.field("value")
		}
		w.required = !w.fallback.ok()
	} else {
		w.fallback = fallback
		w.required = w.required || !fallback.ok() && p.raises(def)
	}
	p.wrappers[def.i] = w
}

// raises reports whether a wrapper fails when the variable is unset: in the
// branch of a test for that, or at its end when no such test returns.
func (p *pythonFile) raises(def node) bool {
	tested, answers, ends := false, false, p.endsProgram(def.field("body"))
	def.field("body").walk(func(n node) bool {
		switch n.kind() {
		case "if_statement":
			if condition := n.field("condition"); condition.is("not_operator") || condition.has("is") || condition.has("not in") {
				tested = tested || p.endsProgram(n.field("consequence"))
				answers = answers || strings.Contains(n.field("consequence").text(), "return")
			}
		case "except_clause":
			for c := n.first(); c.ok(); c = c.next() {
				ends = ends || c.is("block") && p.endsProgram(c)
			}
		case "function_definition":
			return false
		}
		return true
	})
	return tested || ends && !answers
}

// raisesNothing reports whether a function answers with a value when the
// variable is unset, because it tests for it.
func (p *pythonFile) raisesNothing(def node) bool {
	return strings.Contains(def.field("body").text(), "in os.environ") && !p.raises(def)
}

// pattern reads how a wrapper makes the variable's name of its parameter.
func (w *envWrapper) pattern(n node, params []string) bool {
	switch n.kind() {
	case "identifier":
		for i, name := range params {
			if name == n.text() {
				w.place, w.param = i, name
				return true
			}
		}
	case "call":
		if fn := n.field("function"); fn.field("attribute").text() == "upper" {
			w.upper = true
			return w.pattern(fn.field("object"), params)
		}
	case "parenthesized_expression":
		return w.pattern(n.child(0), params)
	case "binary_operator":
		if left := n.field("left"); left.is("string") && n.has("+") {
			w.prefix = strings.Trim(left.text(), `"'`)
			return w.pattern(n.field("right"), params)
		}
	case "string":
		found := false
		for c := n.first(); c.ok(); c = c.next() {
			switch {
			case c.is("string_content") && found:
				w.suffix += c.text()
			case c.is("string_content"):
				w.prefix += c.text()
			case c.is("interpolation") && !found:
				if found = w.pattern(c.child(0), params); !found {
					return false
				}
			case c.is("interpolation"):
				return false
			}
		}
		return found
	}
	return false
}

// wrapperRead is the read that a call of a wrapper makes.
func (p *pythonFile) wrapperRead(c pyCall) (pyEnvRead, bool) {
	fn := c.field("function")
	def := p.localFunction(fn)
	if !def.ok() {
		return pyEnvRead{}, false
	}
	w := p.wrappers[def.i]
	if w == nil {
		return pyEnvRead{}, false
	}
	name, ok := p.literal(c.args.arg(w.place, w.param))
	if !ok {
		return pyEnvRead{}, false
	}
	if w.upper {
		name = strings.ToUpper(name)
	}
	read := pyEnvRead{name: w.prefix + name + w.suffix, via: fn.text(), fallback: w.fallback, required: w.required}
	if w.defaultPlace >= 0 {
		if given := c.args.arg(w.defaultPlace, w.defaultParam); given.ok() {
			read.fallback, read.required = given, false
		}
	}
	return read, plausibleVariable(read.name)
}
