package python

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyCall is one call with the resolved name of what is called.
type pyCall struct {
	syntax.Node
	name string // "" when unknown
	args pyArgs
}

// pyArgs are the arguments of a call. Positional ones behind *args are left
// out, for their place is not known.
type pyArgs struct {
	positional []syntax.Node
	keyword    map[string]syntax.Node
	spread     bool // *args or **kwargs
}

func pyArgsOf(call syntax.Node) pyArgs {
	var a pyArgs
	for c := call.Field("arguments").First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "comment":
		case "keyword_argument":
			if a.keyword == nil {
				a.keyword = map[string]syntax.Node{}
			}
			a.keyword[c.Field("name").Text()] = c.Field("value")
		case "list_splat", "dictionary_splat":
			a.spread = true
		default:
			if !a.spread {
				a.positional = append(a.positional, c)
			}
		}
	}
	return a
}

// arg is the argument at a place, or by one of its names; place -1 is never.
func (a pyArgs) arg(place int, names ...string) syntax.Node {
	for _, name := range names {
		if v, ok := a.keyword[name]; ok {
			return v
		}
	}
	if place >= 0 && place < len(a.positional) {
		return a.positional[place]
	}
	return syntax.Node{}
}

// callee is the resolved name of what a call calls: "os.getenv", "flask.Flask().run".
func (p *pythonFile) callee(call syntax.Node) string { return p.resolve(call.Field("function")) }

// pyVia is a resolved name as facts show it, without calls and elements;
// a path's method is that of pathlib.Path, however the path was reached.
func pyVia(name string) string {
	if pyPath(name) {
		return "pathlib.Path" + name[strings.LastIndex(name, "."):]
	}
	return strings.ReplaceAll(strings.ReplaceAll(name, "()", ""), "[]", "")
}

// enclosingFunction is the def around n; none at module and class level.
func (p *pythonFile) enclosingFunction(n syntax.Node) syntax.Node { return n.Up("function_definition") }

// decorators are the decorators' expressions of a function or class.
func decorators(def syntax.Node) []syntax.Node {
	var list []syntax.Node
	if outer := def.Parent(); outer.Is("decorated_definition") {
		for c := outer.First(); c.OK(); c = c.Next() {
			if c.Is("decorator") {
				list = append(list, c.Child(0))
			}
		}
	}
	return list
}

// decoratorName is the resolved name of a decorator with or without arguments.
func (p *pythonFile) decoratorName(d syntax.Node) string {
	if d.Is("call") {
		return p.callee(d)
	}
	return p.resolve(d)
}

// parameters are the names of a function's parameters, self and cls left out.
func parameters(def syntax.Node) []string {
	var list []string
	for param := def.Field("parameters").First(); param.OK(); param = param.Next() {
		name := param
		if !param.Is("identifier") {
			if name = param.Field("name"); !name.OK() {
				name = param.Child(0)
			}
		}
		if text := name.Text(); name.Is("identifier") && text != "self" && text != "cls" {
			list = append(list, text)
		}
	}
	return list
}

// findGuard keeps the body of if __name__ == "__main__".
func (p *pythonFile) findGuard(n syntax.Node) {
	condition := n.Field("condition")
	text := strings.NewReplacer(" ", "", "'", "", `"`, "", "(", "", ")", "").Replace(condition.Text())
	if text == "__name__==__main__" || text == "__main__==__name__" {
		p.guard = n.Field("consequence")
	}
}

// startsHere reports whether n runs only when the file itself is started:
// under the guard, or in a function that only the guard calls.
func (p *pythonFile) startsHere(n syntax.Node) bool {
	if !p.guard.OK() {
		return false
	}
	if n.Inside(p.guard) {
		return true
	}
	def := p.enclosingFunction(n)
	return def.OK() && p.calledFrom(def, func(call syntax.Node) bool { return call.Inside(p.guard) })
}

// calledFrom reports whether def is called somewhere in the file, and only
// where the condition holds.
func (p *pythonFile) calledFrom(def syntax.Node, where func(call syntax.Node) bool) bool {
	name, called := def.Field("name").Text(), false
	only := true
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("call") && n.Field("function").Text() == name && p.localFunction(n.Field("function")) == def {
			called = true
			only = only && where(n)
		}
		return true
	})
	return called && only
}

// inTry reports whether n is in the body of a try statement that catches one
// of these exceptions, or everything.
func inTry(n syntax.Node, exceptions ...string) bool {
	for try := n.Up("try_statement"); try.OK(); try = try.Up("try_statement") {
		if !n.Inside(try.Field("body")) {
			continue
		}
		for clause := try.First(); clause.OK(); clause = clause.Next() {
			if !clause.Is("except_clause", "except_group_clause") {
				continue
			}
			caught := clause.Child(0)
			if caught.Is("block") || !caught.OK() {
				return true
			}
			text := caught.Text()
			for _, name := range append(exceptions, "Exception", "BaseException") {
				if inspect.ContainsWord(text, name) {
					return true
				}
			}
		}
	}
	return false
}

// sortedKeywords goes over keyword arguments in order of their names.
func sortedKeywords(a pyArgs) iter.Seq2[string, syntax.Node] {
	return func(yield func(string, syntax.Node) bool) {
		for _, key := range slices.Sorted(maps.Keys(a.keyword)) {
			if !yield(key, a.keyword[key]) {
				return
			}
		}
	}
}
