package inspect

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// pyCall is one call with the resolved name of what is called.
type pyCall struct {
	node
	name string // "" when unknown
	args pyArgs
}

// pyArgs are the arguments of a call. Positional ones behind *args are left
// out, for their place is not known.
type pyArgs struct {
	positional []node
	keyword    map[string]node
	spread     bool // *args or **kwargs
}

func pyArgsOf(call node) pyArgs {
	var a pyArgs
	for c := call.field("arguments").first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "comment":
		case "keyword_argument":
			if a.keyword == nil {
				a.keyword = map[string]node{}
			}
			a.keyword[c.field("name").text()] = c.field("value")
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
func (a pyArgs) arg(place int, names ...string) node {
	for _, name := range names {
		if v, ok := a.keyword[name]; ok {
			return v
		}
	}
	if place >= 0 && place < len(a.positional) {
		return a.positional[place]
	}
	return node{}
}

// callee is the resolved name of what a call calls: "os.getenv", "flask.Flask().run".
func (p *pythonFile) callee(call node) string { return p.resolve(call.field("function")) }

// pyVia is a resolved name as facts show it, without calls and elements;
// a path's method is that of pathlib.Path, however the path was reached.
func pyVia(name string) string {
	if pyPath(name) {
		return "pathlib.Path" + name[strings.LastIndex(name, "."):]
	}
	return strings.ReplaceAll(strings.ReplaceAll(name, "()", ""), "[]", "")
}

// enclosingFunction is the def around n; none at module and class level.
func (p *pythonFile) enclosingFunction(n node) node { return n.up("function_definition") }

// decorators are the decorators' expressions of a function or class.
func decorators(def node) []node {
	var list []node
	if outer := def.parent(); outer.is("decorated_definition") {
		for c := outer.first(); c.ok(); c = c.next() {
			if c.is("decorator") {
				list = append(list, c.child(0))
			}
		}
	}
	return list
}

// decoratorName is the resolved name of a decorator with or without arguments.
func (p *pythonFile) decoratorName(d node) string {
	if d.is("call") {
		return p.callee(d)
	}
	return p.resolve(d)
}

// parameters are the names of a function's parameters, self and cls left out.
func parameters(def node) []string {
	var list []string
	for param := def.field("parameters").first(); param.ok(); param = param.next() {
		name := param
		if !param.is("identifier") {
			if name = param.field("name"); !name.ok() {
				name = param.child(0)
			}
		}
		if text := name.text(); name.is("identifier") && text != "self" && text != "cls" {
			list = append(list, text)
		}
	}
	return list
}

// findGuard keeps the body of if __name__ == "__main__".
func (p *pythonFile) findGuard(n node) {
	condition := n.field("condition")
	text := strings.NewReplacer(" ", "", "'", "", `"`, "", "(", "", ")", "").Replace(condition.text())
	if text == "__name__==__main__" || text == "__main__==__name__" {
		p.guard = n.field("consequence")
	}
}

// startsHere reports whether n runs only when the file itself is started:
// under the guard, or in a function that only the guard calls.
func (p *pythonFile) startsHere(n node) bool {
	if !p.guard.ok() {
		return false
	}
	if n.inside(p.guard) {
		return true
	}
	def := p.enclosingFunction(n)
	return def.ok() && p.calledFrom(def, func(call node) bool { return call.inside(p.guard) })
}

// calledFrom reports whether def is called somewhere in the file, and only
// where the condition holds.
func (p *pythonFile) calledFrom(def node, where func(call node) bool) bool {
	name, called := def.field("name").text(), false
	only := true
	p.tree.root().walk(func(n node) bool {
		if n.is("call") && n.field("function").text() == name && p.localFunction(n.field("function")) == def {
			called = true
			only = only && where(n)
		}
		return true
	})
	return called && only
}

// inTry reports whether n is in the body of a try statement that catches one
// of these exceptions, or everything.
func inTry(n node, exceptions ...string) bool {
	for try := n.up("try_statement"); try.ok(); try = try.up("try_statement") {
		if !n.inside(try.field("body")) {
			continue
		}
		for clause := try.first(); clause.ok(); clause = clause.next() {
			if !clause.is("except_clause", "except_group_clause") {
				continue
			}
			caught := clause.child(0)
			if caught.is("block") || !caught.ok() {
				return true
			}
			text := caught.text()
			for _, name := range append(exceptions, "Exception", "BaseException") {
				if containsWord(text, name) {
					return true
				}
			}
		}
	}
	return false
}

func containsWord(text, word string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(word)
		if (at == 0 || !wordByte(text[at-1])) && (end == len(text) || !wordByte(text[end])) {
			return true
		}
		from = end
	}
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

// sortedKeywords goes over keyword arguments in order of their names.
func sortedKeywords(a pyArgs) iter.Seq2[string, node] {
	return func(yield func(string, node) bool) {
		for _, key := range slices.Sorted(maps.Keys(a.keyword)) {
			if !yield(key, a.keyword[key]) {
				return
			}
		}
	}
}
