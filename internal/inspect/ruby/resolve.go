package ruby

import (
	"strings"

	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// sameThing are methods whose result stands for what they are called on.
var sameThing = map[string]bool{"tap": true, "freeze": true, "dup": true, "clone": true, "itself": true, "instance": false, "presence": true, "to_h": true}

// resolve names what an expression stands for: "Redis.new" for an instance,
// "Rails.application.config", "params[]" for an element, "Sidekiq.configure_server{}"
// for what a call gives to its block. A class of the file stands for the class
// it inherits from. The result is "" where the file does not tell.
func (f *rubyFile) resolve(n syntax.Node) string {
	if !n.OK() {
		return ""
	}
	return f.names.Ask(n.Index(), &f.depth, "", func() string {
		if !f.burn() {
			return ""
		}
		return fold.Short(f.resolveFresh(n))
	})
}

func (f *rubyFile) resolveFresh(n syntax.Node) string {
	switch n.Kind() {
	case "identifier":
		return f.resolveIdentifier(n)
	case "constant", "scope_resolution":
		return f.resolveConstant(n)
	case "instance_variable", "class_variable", "global_variable":
		if b := f.variable(n); b != nil {
			return f.sameName(b.values)
		}
		if n.Is("global_variable") {
			return n.Text()
		}
	case "self":
		return f.resolveSelf(n)
	case "call":
		if method := n.Field("method").Text(); n.Field("receiver").OK() && sameThing[method] {
			return f.resolve(n.Field("receiver"))
		}
		if list := f.returned(n); len(list) > 0 {
			return f.sameName(list)
		}
		return f.callee(n)
	case "element_reference":
		if base := f.resolve(n.Field("object")); base != "" {
			return base + "[]"
		}
	case "parenthesized_statements", "begin", "block_body":
		return f.resolve(lastChild(n))
	case "binary":
		if n.Has("||") || n.Has("or") || n.Has("&&") {
			return f.sameName([]syntax.Node{n.Field("left"), n.Field("right")})
		}
	case "conditional":
		return f.sameName([]syntax.Node{n.Field("consequence"), n.Field("alternative")})
	case "if", "unless":
		return f.sameName([]syntax.Node{lastChild(n.Field("consequence")), lastChild(n.Field("alternative"))})
	case "assignment", "operator_assignment":
		return f.resolve(n.Field("right"))
	}
	return ""
}

func (f *rubyFile) resolveIdentifier(n syntax.Node) string {
	b := f.local(n.Text(), n)
	switch {
	case b == nil:
		if f.methods[n.Text()] != nil {
			return f.sameName(f.returned(n))
		}
		return n.Text() // a method that a framework gives: config, params, settings
	case b.param.OK() && len(b.values) == 0:
		return f.resolveParameter(b.param)
	}
	return f.sameName(b.values)
}

// resolveParameter names what a call gives to its block.
func (f *rubyFile) resolveParameter(param syntax.Node) string {
	block := param.Parent().Parent()
	if !block.Is("block", "do_block") || param.Parent().Child(0) != param {
		return ""
	}
	giver := block.Parent()
	if !giver.Is("call") {
		return ""
	}
	if sameThing[giver.Field("method").Text()] {
		return f.resolve(giver.Field("receiver"))
	}
	if name := f.callee(giver); name != "" {
		return name + "{}"
	}
	return ""
}

// reopened are classes and modules of libraries that programs add to: where a
// file opens one, its name still means the library's.
var reopened = map[string]bool{
	"Rack::Attack": true, "Rails": true, "Sidekiq": true, "ActiveRecord::Base": true, "ActionController::Base": true, "ActionMailer::Base": true, "Kernel": true, "File": true, "Logger": true, "Process": true,
	"Signal": true, "Net::HTTP": true, "URI": true, "Mongoid": true, "IO": true, "FileUtils": true, "Thread": true, "Devise": true, "Delayed::Worker": true, "Delayed::Job": true, "GoodJob": true, "ENV": true,
}

// fullName is a class's or module's name with what is around it.
func (f *rubyFile) fullName(class syntax.Node) string {
	return qualified(f.namespace(class), constantPath(class.Field("name")))
}

func (f *rubyFile) resolveConstant(n syntax.Node) string {
	if class := f.classNamed(n); class.OK() && !reopened[f.fullName(class)] {
		if n == class.Field("name") {
			return constantPath(n)
		}
		if super := class.Field("superclass").Child(0); super.OK() {
			return f.resolve(super)
		}
		return ""
	}
	if name := f.constant(n); name != "" {
		return f.sameName(f.consts[name].values)
	}
	return constantPath(n)
}

// resolveSelf is, in a class's body and in its singleton methods, the class
// that this one inherits from.
func (f *rubyFile) resolveSelf(n syntax.Node) string {
	if m := method(n); m.Is("method") && !m.Up("singleton_class", "class").Is("singleton_class") {
		return ""
	}
	if class := n.Up(classKinds...); class.Is("class") {
		return f.resolve(class.Field("superclass").Child(0))
	}
	return ""
}

// sameName is the one name that expressions stand for, or "" if they differ;
// nil and what has no name do not count.
func (f *rubyFile) sameName(list []syntax.Node) string {
	return fold.Same(list, func(n syntax.Node) string {
		if !f.burn() {
			return ""
		}
		return f.resolve(n)
	})
}

// callee is the resolved name of what a call calls: "Redis.new", "system".
func (f *rubyFile) callee(n syntax.Node) string {
	name := n.Field("method").Text()
	receiver := n.Field("receiver")
	if !receiver.OK() {
		if f.ownMethod(n, name) {
			return ""
		}
		return name
	}
	if name == "" { // proc.(x)
		return ""
	}
	if receiver.Is("self") {
		if base := f.resolveSelf(receiver); base != "" {
			return base + "." + name
		}
		return ""
	}
	if base := f.resolve(receiver); base != "" {
		return base + "." + name
	}
	return ""
}

// ownMethod reports whether a method of this file is meant: one of the class
// around n, or one at the top.
func (f *rubyFile) ownMethod(n syntax.Node, name string) bool {
	return f.localMethod(n, name).OK()
}

// localMethod is the method of this file that a call without a receiver, or
// on self, means.
func (f *rubyFile) localMethod(n syntax.Node, name string) syntax.Node {
	defs := f.methods[name]
	if len(defs) == 0 || len(defs) > 40 {
		return syntax.Node{}
	}
	here := f.namespace(n)
	for _, def := range defs {
		if def == n {
			continue
		}
		there := f.namespace(def)
		if there == here || there == "" || strings.HasPrefix(here, there+"::") {
			return def
		}
	}
	return syntax.Node{}
}

// calledMethod is the method of this file that an expression calls: f, self.f,
// f(x), or Class.f.
func (f *rubyFile) calledMethod(n syntax.Node) syntax.Node {
	switch n.Kind() {
	case "identifier":
		if f.local(n.Text(), n) == nil {
			return f.localMethod(n, n.Text())
		}
	case "call":
		name, receiver := n.Field("method").Text(), n.Field("receiver")
		switch receiver.Kind() {
		case "", "self":
			return f.localMethod(n, name)
		case "constant", "scope_resolution":
			class := f.classNamed(receiver)
			if !class.OK() {
				return syntax.Node{}
			}
			for _, def := range f.methods[name] {
				if def.Is("singleton_method") && def.Inside(class) || def.Up("singleton_class", "class", "module").Is("singleton_class") && def.Inside(class) {
					return def
				}
			}
		}
	}
	return syntax.Node{}
}

// returned are the expressions that a method of this file gives back to a call.
func (f *rubyFile) returned(n syntax.Node) []syntax.Node {
	def := f.calledMethod(n)
	if !def.OK() {
		return nil
	}
	return f.answers(def)
}

// answers are the expressions that a method gives back.
func (f *rubyFile) answers(def syntax.Node) []syntax.Node {
	var list []syntax.Node
	body := def.Field("body")
	if !body.Is("body_statement") { // def x = y
		return append(list, body)
	}
	if end := lastChild(body); end.OK() {
		list = append(list, end)
	}
	body.Walk(func(n syntax.Node) bool {
		if !f.burn() {
			return false
		}
		if n.Is("return") && n.Child(0).Child(0).OK() {
			list = append(list, n.Child(0).Child(0))
		}
		return !n.Is(scopeKinds...)
	})
	return list
}

// lastChild is the last expression of a body; rescue and ensure are none.
func lastChild(n syntax.Node) syntax.Node {
	last := syntax.Node{}
	for c := n.First(); c.OK(); c = c.Next() {
		if !c.IsComment() && !c.Is("rescue", "ensure", "heredoc_body") {
			last = c
		}
	}
	return last
}
