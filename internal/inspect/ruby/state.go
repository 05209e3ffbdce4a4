package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// containers are constructors of what can be shared.
var containers = map[string]string{
	"Hash.new": "map", "Array.new": "list", "Set.new": "set", "Queue.new": "list", "Thread::Queue.new": "list", "SizedQueue.new": "list", "Concurrent::Map.new": "map", "Concurrent::Hash.new": "map", "Concurrent::Array.new": "list", "Concurrent::Set.new": "set",
	"Concurrent::AtomicFixnum.new": "counter", "ThreadSafe::Cache.new": "map", "ThreadSafe::Hash.new": "map", "ActiveSupport::HashWithIndifferentAccess.new": "map", "HashWithIndifferentAccess.new": "map", "OpenStruct.new": "map", "LruRedux::Cache.new": "map", "SortedSet.new": "set",
}

// mutators are methods that change a container.
var mutators = map[string]bool{
	"push": true, "<<": true, "append": true, "prepend": true, "unshift": true, "store": true, "delete": true, "delete_if": true, "merge!": true, "update": true, "clear": true, "pop": true, "shift": true, "add": true, "add?": true, "concat": true, "insert": true,
	"reject!": true, "select!": true, "map!": true, "compact!": true, "increment": true, "decrement": true, "compute": true, "compute_if_absent": true, "put_if_absent": true, "enq": true, "deq": true, "replace": true,
}

var requestWord = regexp.MustCompile(`(?i)(^|[^a-z])(request|session|user|current_user|cart|client|customer|account|remote_addr|remote_ip|ip|token|sid|username|email|cookies?|visitor|params)s?($|[^a-z])`)

// shared is a variable that outlives a request, and its mutations.
type shared struct {
	declared syntax.Node
	fact     inspect.SharedState
}

// sharedState states class variables, globals, constants and Sinatra's settings
// that hold a container which request handlers change.
func (f *rubyFile) sharedState() {
	if len(f.serving) == len(f.jobs) {
		return
	}
	found := map[string]*shared{}
	var order []string
	mutation := func(target, key, at syntax.Node) {
		fn, job := f.servedBy(at)
		if !fn.OK() || job {
			return
		}
		name, declared, typ := f.sharedTarget(target)
		if typ == "" {
			return
		}
		s := found[name]
		if s == nil {
			s = &shared{declared: declared, fact: inspect.SharedState{Name: name, Type: typ}}
			found[name] = s
			order = append(order, name)
		}
		if n := len(s.fact.Mutations); n == 0 || s.fact.Mutations[n-1] != at.Line() {
			s.fact.Mutations = append(s.fact.Mutations, at.Line())
		}
		s.fact.ByRequest = s.fact.ByRequest || f.fromRequest(key, fn)
		s.fact.Kept = s.fact.Kept || f.brings(added(at), 6)
	}
	f.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "assignment", "operator_assignment":
			left := n.Field("left")
			switch {
			case left.Is("element_reference"):
				mutation(left.Field("object"), elementKey(left), n)
			case n.Is("assignment") || !n.Has("||="): // a memo is filled once
				mutation(left, syntax.Node{}, n)
			}
		case "binary":
			if n.Has("<<") {
				mutation(n.Field("left"), n.Field("right"), n)
			}
		case "call":
			if mutators[n.Field("method").Text()] {
				mutation(n.Field("receiver"), n.Field("arguments"), n)
			}
		}
		return true
	})
	for _, name := range order {
		f.say(found[name].declared, found[name].fact)
	}
}

// sharedTarget is the name, the declaration and the type of what outlives a
// request; "" for anything else.
func (f *rubyFile) sharedTarget(n syntax.Node) (name string, declared syntax.Node, typ string) {
	switch n.Kind() {
	case "identifier":
		if b := f.local(n.Text(), n); b != nil && f.outlivesRequests(b) {
			for _, v := range b.values {
				if typ = f.containerType(v); typ != "" {
					return n.Text(), statementOf(b.first), typ
				}
			}
		}
	case "class_variable", "global_variable", "constant", "scope_resolution":
		b := f.variable(n)
		if b == nil {
			return "", n, ""
		}
		for _, v := range b.values {
			if typ = f.containerType(v); typ != "" {
				return n.Text(), statementOf(b.first), typ
			}
		}
	case "call":
		receiver, field := n.Field("receiver"), n.Field("method").Text()
		if n.Field("arguments").Child(0).OK() {
			return "", n, ""
		}
		if declared, typ := f.ofClass(n, receiver, field); typ != "" {
			return field, declared, typ
		}
		for _, c := range f.calls {
			if !sharesState[c.method] || c.receiver.OK() {
				continue
			}
			if key, ok := f.literal(c.args.arg(0)); !ok || key != field {
				continue
			}
			initial := c.args.arg(-1, "default")
			if !initial.OK() {
				initial = c.Field("arguments").Child(1) // a hash there is no list of options
			}
			if c.method == "set" && f.resolve(receiver) != "settings" && !strings.HasPrefix(f.resolve(receiver), "Sinatra::") {
				continue
			}
			if c.method != "set" && receiver.Text() != "self.class" && !receiver.Is("constant", "scope_resolution") {
				continue
			}
			if typ = f.containerType(initial); typ != "" {
				return field, c.Node, typ
			}
		}
	}
	return "", n, ""
}

// ofClass is the container that a class of this file keeps in an instance
// variable of its own and gives away by name: attr_accessor of its singleton
// class, or a method that returns it.
func (f *rubyFile) ofClass(n, receiver syntax.Node, field string) (declared syntax.Node, typ string) {
	class := syntax.Node{}
	switch {
	case receiver.Text() == "self.class":
		class = n.Up("class")
	case receiver.Is("constant", "scope_resolution"):
		class = f.classNamed(receiver)
	}
	if !class.OK() {
		return n, ""
	}
	for _, def := range f.methods[field] {
		if !def.Inside(class) || !def.Is("singleton_method") && !def.Up("singleton_class", "class", "module").Is("singleton_class") {
			continue
		}
		last := lastChild(def.Field("body"))
		if left := last.Field("left"); last.Is("operator_assignment") && last.Has("||=") && left.Is("instance_variable") {
			return last, f.containerType(last.Field("right"))
		}
		if last.Is("instance_variable") {
			return f.classVariable(class, last.Text())
		}
	}
	for _, c := range f.calls {
		if (c.name == "attr_accessor" || c.name == "attr_reader") && c.Inside(class) && c.Up("singleton_class", "class", "module", "method").Is("singleton_class") {
			for _, arg := range c.args.positional {
				if name, ok := f.literal(arg); ok && name == field {
					return f.classVariable(class, "@"+field)
				}
			}
		}
	}
	return n, ""
}

// classVariable is the container that a class's own body gives to one of its
// instance variables.
func (f *rubyFile) classVariable(class syntax.Node, name string) (declared syntax.Node, typ string) {
	for s := class.Field("body").First(); s.OK(); s = s.Next() {
		if left := s.Field("left"); s.Is("assignment") && left.Is("instance_variable") && left.Text() == name {
			return s, f.containerType(s.Field("right"))
		}
	}
	return class, ""
}

var sharesState = map[string]bool{"set": true, "cattr_accessor": true, "mattr_accessor": true, "class_attribute": true, "thread_mattr_accessor": false}

// statementOf is the assignment that a bound name stands in.
func statementOf(n syntax.Node) syntax.Node {
	if a := n.Up("assignment", "operator_assignment"); a.OK() && n.Inside(a.Field("left")) {
		return a
	}
	return n
}

func (f *rubyFile) containerType(v syntax.Node) string {
	switch v.Kind() {
	case "hash":
		return "map"
	case "array":
		return "list"
	case "integer":
		return "counter"
	case "call":
		if v.Field("method").Text() == "freeze" {
			return ""
		}
		return containers[f.callee(v)]
	}
	return ""
}

// fromRequest reports whether a key or element comes from the request: it is
// named so, or is what the handler was given.
func (f *rubyFile) fromRequest(key, handler syntax.Node) bool {
	if !key.OK() {
		return false
	}
	given := parameters(handler)
	found := false
	key.Walk(func(n syntax.Node) bool {
		if n.Is("identifier", "constant", "instance_variable") {
			text := n.Text()
			found = found || requestWord.MatchString(strings.ReplaceAll(text, "_", " "))
			for _, param := range given {
				found = found || text == param
			}
		}
		return !found
	})
	return found
}
