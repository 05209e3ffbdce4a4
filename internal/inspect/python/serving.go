package python

import (
	"twelvefold/internal/inspect/syntax"
)

// findServing marks the functions of this file that request handlers call, and
// what those call in turn: what they do is done while a request is served.
func (p *pythonFile) findServing() map[int32]bool {
	if p.serving != nil {
		return p.serving
	}
	p.serving = map[int32]bool{}
	calls := map[int32][]syntax.Node{} // functions called, by the function around the call
	var work []syntax.Node
	p.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "call":
			around := p.enclosingFunction(n)
			if !around.OK() || n.Parent().Is("argument_list") && besideCalls[p.callee(n.Parent().Parent())] {
				return true // beside the request
			}
			if target := p.calledFunction(n.Field("function")); target.OK() {
				calls[around.Index()] = append(calls[around.Index()], target)
			}
		case "function_definition":
			if p.isHandler(n) {
				work = append(work, n)
			} else if outer := p.enclosingFunction(n); outer.OK() {
				calls[outer.Index()] = append(calls[outer.Index()], n) // a function inside a handler is a part of it
			}
		}
		return true
	})
	for len(work) > 0 {
		def := work[len(work)-1]
		work = work[:len(work)-1]
		if !p.serving[def.Index()] {
			p.serving[def.Index()] = true
			work = append(work, calls[def.Index()]...)
		}
	}
	return p.serving
}

// calledFunction is the function of this file that an expression names: f,
// self.f in its class, or object.f of an object that the module makes.
func (p *pythonFile) calledFunction(n syntax.Node) syntax.Node {
	if def := p.localFunction(n); def.OK() || !n.Is("attribute") {
		return def
	}
	if class := p.instanceOf(n.Field("object")); class.OK() {
		if b := p.scopes[class.Index()][n.Field("attribute").Text()]; b != nil {
			return b.def
		}
	}
	return syntax.Node{}
}

// instanceOf is the class of this file that a name of the module holds the one
// instance of: manager = ConnectionManager().
func (p *pythonFile) instanceOf(n syntax.Node) syntax.Node {
	if !n.Is("identifier") {
		return syntax.Node{}
	}
	b := p.lookup(n.Text(), n)
	if b == nil || b != p.scopes[0][n.Text()] || len(b.values) != 1 || !b.values[0].Is("call") {
		return syntax.Node{}
	}
	return p.localClass(b.values[0].Field("function"))
}

// hasInstance reports whether the module holds an instance of a class.
func (p *pythonFile) hasInstance(class syntax.Node) bool {
	if p.instances == nil {
		p.instances = map[int32]bool{}
		for _, b := range p.scopes[0] {
			if len(b.values) == 1 && b.values[0].Is("call") {
				p.instances[p.localClass(b.values[0].Field("function")).Index()] = true
			}
		}
	}
	return p.instances[class.Index()]
}

// sharedPlace is what requests of one process share: a name of the module, an
// attribute of a class, or one of an object that the module holds.
type sharedPlace struct {
	name     string
	declared syntax.Node // where it is first bound
	value    syntax.Node // what it is first given
}

// sharedAt tells which shared thing an expression is.
func (p *pythonFile) sharedAt(n syntax.Node) (sharedPlace, bool) {
	if n.Is("identifier") {
		b := p.lookup(n.Text(), n)
		if b == nil || b != p.scopes[0][n.Text()] || len(b.values) == 0 || !b.values[0].OK() {
			return sharedPlace{}, false
		}
		return sharedPlace{n.Text(), b.first, b.values[0]}, true
	}
	object, name := n.Field("object"), n.Field("attribute").Text()
	if !n.Is("attribute") || !object.Is("identifier") {
		return sharedPlace{}, false
	}
	class, single := p.localClass(object), false
	switch {
	case class.OK():
	case object.Text() == "self" || object.Text() == "cls":
		class = n.Up("class_definition")
	default:
		class, single = p.instanceOf(object), true
	}
	if !class.OK() {
		return sharedPlace{}, false
	}
	own := p.fields[class.Index()][name]
	if b := p.scopes[class.Index()][name]; b != nil && len(b.values) > 0 && b.values[0].OK() && len(own) == 0 {
		return sharedPlace{class.Field("name").Text() + "." + name, b.first, b.values[0]}, true
	}
	if len(own) == 0 || !own[0].OK() || p.localClass(object).OK() || !single && !p.hasInstance(class) {
		return sharedPlace{}, false
	}
	return sharedPlace{class.Field("name").Text() + "." + name, own[0], own[0]}, true
}
