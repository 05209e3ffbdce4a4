package ruby

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// rubyTests are what decides whether something in it is reached.
var rubyTests = []string{"if", "unless", "if_modifier", "unless_modifier", "conditional", "elsif", "binary", "case"}

// testedFor reports whether n stands under a condition that looks at the same
// variable: ENV.fetch("X") if ENV.key?("X").
func (f *rubyFile) testedFor(n syntax.Node, name string) bool {
	for s := n.Up(rubyTests...); s.OK(); s = s.Up(rubyTests...) {
		condition := s.Field("condition")
		if s.Is("binary") {
			if !s.Has("&&") && !s.Has("and") {
				continue
			}
			condition = s.Field("left")
		}
		if condition.OK() && !n.Inside(condition) && f.reads(condition, name) {
			return true
		}
	}
	return f.chosen(n)
}

// chosen reports whether n is reached only where a variable of the environment
// or a file that is there asks for it: what stands there is needed only then.
// The name of an environment is no such question.
func (f *rubyFile) chosen(n syntax.Node) bool {
	for s := n.Up(rubyTests...); s.OK(); s = s.Up(rubyTests...) {
		condition := s.Field("condition")
		if s.Is("case") {
			condition = s.Field("value")
		}
		if !condition.OK() || n.Inside(condition) || f.debugWhen(condition) != 0 || f.endsOtherwise(s, n) {
			continue
		}
		if f.asksElsewhere(condition) {
			return true
		}
	}
	return false
}

// endsOtherwise reports whether n stands beside a branch that ends the program:
// raise "no key" unless ENV["KEY"] … else ENV.fetch("OTHER").
func (f *rubyFile) endsOtherwise(test, n syntax.Node) bool {
	_, yes, no := f.branches(test)
	return yes.OK() && !n.Inside(yes) && f.fails(yes) || no.OK() && !n.Inside(no) && f.fails(no)
}

// asksElsewhere reports whether a condition asks the environment or the disk.
func (f *rubyFile) asksElsewhere(condition syntax.Node) (found bool) {
	condition.Walk(func(x syntax.Node) bool {
		switch {
		case found || !f.burn():
			return false
		case x.Is("element_reference"):
			_, found = f.envElementRead(x)
		case x.Is("call"):
			callee := f.callee(x)
			found = envAsks[callee] || callee == "ENV.fetch" || fileAsks[callee]
		case x.Is("identifier", "constant", "instance_variable"):
			v := f.evaluate(x)
			found = v.Source == inspect.Env && len(v.Env) == 1
		}
		return !found
	})
	return found
}

// fileAsks are methods that tell whether a file is there.
var fileAsks = map[string]bool{"File.exist?": true, "File.file?": true, "File.readable?": true, "Pathname.exist?": true}

// raisesAgain reports whether all that a branch raises is the error that was
// caught around it: raise, or raise error after rescue => error.
func raisesAgain(branch syntax.Node) bool {
	clause := branch.Up("rescue", "method", "singleton_method", "class", "module")
	if !clause.Is("rescue") {
		return false
	}
	caught := clause.Field("variable").Child(0).Text()
	again, other := false, false
	branch.Walk(func(x syntax.Node) bool {
		switch {
		case x.Is("identifier") && x.Text() == "raise" && !x.Parent().Is("call"):
			again = true
		case x.Is("call") && ends[x.Field("method").Text()]:
			first := x.Field("arguments").Child(0)
			if x.Field("method").Text() == "raise" && (!first.OK() || caught != "" && first.Text() == caught) {
				again = true
			} else {
				other = true
			}
		}
		return true
	})
	return again && !other
}
