package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyExits end the program.
var pyExits = map[string]bool{"sys.exit": true, "exit": true, "quit": true, "os._exit": true, "os.abort": true}

// endsProgram reports whether a block itself raises or exits.
func (p *pythonFile) endsProgram(block syntax.Node) bool {
	for s := block.First(); s.OK(); s = s.Next() {
		if s.Is("raise_statement") || s.Child(0).Is("call") && pyExits[p.callee(s.Child(0))] {
			return true
		}
	}
	return false
}

// findRejection keeps the names that an if statement ends the program for.
func (p *pythonFile) findRejection(n syntax.Node) {
	if block := n.Field("consequence"); p.endsProgram(block) || p.endsInDeploys(block) {
		p.rejectNames(n.Field("condition"))
	}
}

// endsInDeploys reports whether a block does nothing but end the program outside
// of development: if not DEBUG: raise …
func (p *pythonFile) endsInDeploys(block syntax.Node) bool {
	inner := block.First()
	return inner.Is("if_statement") && !inner.Next().OK() && p.endsProgram(inner.Field("consequence")) && deployCondition.MatchString(inner.Field("condition").Text())
}

// deployCondition is a condition that holds wherever the program is deployed.
var deployCondition = regexp.MustCompile(`(?i)^\(?(not\s+(\w+\.)*(\w*_)?(debug|dev|development|is_dev\w*|local|testing)(_\w+)?|(\w+\.)*(\w*_)?(is_)?prod(uction)?(_\w+)?|\w*env\w*\s*==\s*["']prod\w*["']|\w*env\w*\s*!=\s*["'](dev|local)\w*["'])\)?$`)

// rejectNames keeps the names that a condition tests: not NAME, NAME == x,
// NAME is None, and in an assert NAME itself.
func (p *pythonFile) rejectNames(condition syntax.Node) {
	condition.Walk(func(n syntax.Node) bool {
		if !n.Is("identifier") || inspect.ContainsWord(strings.ToLower(n.Text()), "debug") {
			return true
		}
		if rejects, sole := rejecting(n, condition); rejects {
			if b := p.lookup(n.Text(), n); b != nil {
				p.rejected[b] = p.rejected[b] || sole
			}
		}
		return true
	})
}

// rejecting reports whether a condition that ends the program holds when the
// operand n is empty or has a certain value, and whether that alone suffices.
func rejecting(n, condition syntax.Node) (rejects, sole bool) {
	up := n.Parent()
	switch {
	case up.Is("not_operator"), up.Is("assert_statement"):
		rejects = true
	case up.Is("comparison_operator"):
		rejects = (up.Has("==") || up.Has("is") || up.Has("in")) && !up.Has("!=")
	}
	sole = rejects
	for ; up.OK() && up.Inside(condition); up = up.Parent() {
		sole = sole && !(up.Is("boolean_operator") && up.Has("and"))
	}
	return rejects, sole
}

// isRejected reports whether the program ends when the read at n gives its
// fallback: a check of the name it is assigned to, or around it. sole is false
// when the check asks for something else too.
func (p *pythonFile) isRejected(n syntax.Node) (rejected, sole bool) {
	for up := n.Parent(); up.OK(); up = up.Parent() {
		switch up.Kind() {
		case "parenthesized_expression", "argument_list", "call", "boolean_operator":
			n = up
			continue
		case "not_operator", "comparison_operator":
			s := up.Up("if_statement")
			if !s.OK() || !up.Inside(s.Field("condition")) || !p.endsProgram(s.Field("consequence")) {
				return false, false
			}
			return rejecting(n, s.Field("condition"))
		case "assert_statement":
			return true, true
		case "assignment", "named_expression":
			left := up.Field("left")
			if up.Is("named_expression") {
				left = up.Field("name")
			}
			if left.Is("identifier") {
				sole, rejected = p.rejected[p.lookup(left.Text(), left)]
			}
			if up.Is("named_expression") && !rejected {
				n = up
				continue
			}
			return rejected, sole
		}
		return false, false
	}
	return false, false
}

// pyDebugCondition reports whether a condition holds in debug or test only.
func pyDebugCondition(condition syntax.Node) bool {
	text := condition.Text()
	if condition.Is("not_operator") || strings.HasPrefix(text, "not ") {
		return false
	}
	for _, word := range []string{"DEBUG", "TESTING", "debug", "testing", "TEST", "IS_TEST", "IS_DEV", "IS_DEBUG"} {
		if inspect.ContainsWord(text, word) {
			return condition.Is("identifier", "attribute", "subscript", "call", "boolean_operator") || strings.Contains(text, "True")
		}
	}
	return false
}

// findEnvWrapper keeps the function around a read whose name comes from one
// of the function's parameters.
func (p *pythonFile) findEnvWrapper(n syntax.Node) {
	var nameArg, fallback syntax.Node
	required := false
	if n.Is("subscript") {
		if p.resolve(n.Field("value")) != "os.environ" || n.FieldName() == "left" && n.Parent().Is("assignment") {
			return
		}
		nameArg, required = n.Field("subscript"), !inTry(n, "KeyError", "LookupError")
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
	if !def.OK() || p.wrappers[def.Index()] != nil {
		return
	}
	w := &envWrapper{place: -1, defaultPlace: -1, required: required && !p.raisesNothing(def)}
	if !w.pattern(nameArg, parameters(def)) {
		return
	}
	for i, name := range parameters(def) {
		if i != w.place && (fallback.Is("identifier") && fallback.Text() == name || strings.HasPrefix(name, "default") || name == "fallback") {
			w.defaultPlace, w.defaultParam = i, name
		}
	}
	if w.defaultPlace >= 0 {
		if param := p.scopes[def.Index()][w.defaultParam]; param != nil {
			w.fallback = param.param.Field("value")
		}
		w.required = !w.fallback.OK()
	} else {
		w.fallback = fallback
		w.required = w.required || !fallback.OK() && p.raises(def)
	}
	p.wrappers[def.Index()] = w
}

// raises reports whether a wrapper fails when the variable is unset: in the
// branch of a test for that, or at its end when no such test returns.
func (p *pythonFile) raises(def syntax.Node) bool {
	tested, answers, ends := false, false, p.endsProgram(def.Field("body"))
	def.Field("body").Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "if_statement":
			if condition := n.Field("condition"); condition.Is("not_operator") || condition.Has("is") || condition.Has("not in") {
				tested = tested || p.endsProgram(n.Field("consequence"))
				answers = answers || strings.Contains(n.Field("consequence").Text(), "return")
			}
		case "except_clause":
			for c := n.First(); c.OK(); c = c.Next() {
				ends = ends || c.Is("block") && p.endsProgram(c)
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
func (p *pythonFile) raisesNothing(def syntax.Node) bool {
	return strings.Contains(def.Field("body").Text(), "in os.environ") && !p.raises(def)
}

// pattern reads how a wrapper makes the variable's name of its parameter.
func (w *envWrapper) pattern(n syntax.Node, params []string) bool {
	switch n.Kind() {
	case "identifier":
		for i, name := range params {
			if name == n.Text() {
				w.place, w.param = i, name
				return true
			}
		}
	case "call":
		if fn := n.Field("function"); fn.Field("attribute").Text() == "upper" {
			w.upper = true
			return w.pattern(fn.Field("object"), params)
		}
	case "parenthesized_expression":
		return w.pattern(n.Child(0), params)
	case "binary_operator":
		if left := n.Field("left"); left.Is("string") && n.Has("+") {
			w.prefix = strings.Trim(left.Text(), `"'`)
			return w.pattern(n.Field("right"), params)
		}
	case "string":
		found := false
		for c := n.First(); c.OK(); c = c.Next() {
			switch {
			case c.Is("string_content") && found:
				w.suffix += c.Text()
			case c.Is("string_content"):
				w.prefix += c.Text()
			case c.Is("interpolation") && !found:
				if found = w.pattern(c.Child(0), params); !found {
					return false
				}
			case c.Is("interpolation"):
				return false
			}
		}
		return found
	}
	return false
}

// wrapperRead is the read that a call of a wrapper makes.
func (p *pythonFile) wrapperRead(c pyCall) (pyEnvRead, bool) {
	fn := c.Field("function")
	def := p.localFunction(fn)
	if !def.OK() {
		return pyEnvRead{}, false
	}
	w := p.wrappers[def.Index()]
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
	read := pyEnvRead{name: w.prefix + name + w.suffix, via: fn.Text(), fallback: w.fallback, required: w.required}
	if w.defaultPlace >= 0 {
		if given := c.args.arg(w.defaultPlace, w.defaultParam); given.OK() {
			read.fallback, read.required = given, false
		}
	}
	return read, plausibleVariable(read.name)
}
