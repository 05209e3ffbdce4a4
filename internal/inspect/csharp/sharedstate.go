package csharp

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	containers = map[string]string{
		"System.Collections.Generic.Dictionary": "map", "System.Collections.Generic.SortedDictionary": "map", "System.Collections.Generic.SortedList": "map", "System.Collections.Generic.List": "list", "System.Collections.Generic.HashSet": "set", "System.Collections.Generic.SortedSet": "set",
		"System.Collections.Generic.Queue": "list", "System.Collections.Generic.Stack": "list", "System.Collections.Generic.LinkedList": "list", "System.Collections.Generic.PriorityQueue": "list", "System.Collections.Concurrent.ConcurrentDictionary": "map",
		"System.Collections.Concurrent.ConcurrentQueue": "list", "System.Collections.Concurrent.ConcurrentBag": "list", "System.Collections.Concurrent.ConcurrentStack": "list", "System.Collections.Concurrent.BlockingCollection": "list", "System.Collections.Hashtable": "map", "System.Collections.ArrayList": "list",
	}
	interfaces = map[string]string{"IDictionary": "map", "IList": "list", "ICollection": "list", "ISet": "set"}
	numbers    = setOf(strings.Fields("int long uint ulong short double decimal"))
	mutators   = setOf(strings.Fields("Add TryAdd AddOrUpdate GetOrAdd TryUpdate Remove TryRemove RemoveAll RemoveAt Clear Enqueue TryDequeue Dequeue Push Pop TryPop Insert AddRange AddLast AddFirst RemoveFirst RemoveLast UnionWith TryTake Set"))
	interlocks = setOf(strings.Fields("Increment Decrement Add Exchange CompareExchange"))
)

// sharedState states the static and top-level collections and counters that
// handlers change.
func (f *file) sharedState() {
	type found struct {
		b    *binding
		fact inspect.SharedState
	}
	var order []*found
	byBinding := map[*binding]*found{}
	change := func(target, key, at syntax.Node) {
		b, typ := f.sharedTarget(target)
		beneath := false
		if b == nil || typ == "counter" || !f.handler(at).OK() {
			if r, of := f.recordsTarget(target, at); r != nil {
				b, typ, beneath = r, of, true
			}
		}
		if b == nil || typ == "counter" && key.OK() {
			return
		}
		handler := f.handler(at)
		if !handler.OK() && typ == "map" && keptName.MatchString(lastName(target)) {
			if fn := enclosingFunction(at); fn.OK() && fromRequest(key, fn) {
				handler = fn
			}
		}
		if !handler.OK() && beneath {
			handler = enclosingFunction(at)
		} else {
			beneath = false
		}
		if !handler.OK() {
			return
		}
		s := byBinding[b]
		if s == nil {
			s = &found{b, inspect.SharedState{Name: lastName(target), Type: typ, Beneath: beneath}}
			byBinding[b] = s
			order = append(order, s)
		}
		if n := len(s.fact.Mutations); n == 0 || s.fact.Mutations[n-1] != at.Line() {
			s.fact.Mutations = append(s.fact.Mutations, at.Line())
		}
		s.fact.ByRequest = s.fact.ByRequest || fromRequest(key, handler)
		s.fact.Kept = s.fact.Kept || beneath || f.brings(f.added(at), handler, 6)
		s.fact.Beneath = s.fact.Beneath && beneath
	}
	f.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "assignment_expression":
			if left := n.Field("left"); left.Is("element_access_expression") {
				change(left.Field("expression"), left.Field("subscript"), n)
			} else if operator(n) != "=" {
				change(left, syntax.Node{}, n)
			}
		case "postfix_unary_expression", "prefix_unary_expression":
			if text := n.Text(); strings.HasSuffix(text, "++") || strings.HasSuffix(text, "--") || strings.HasPrefix(text, "++") || strings.HasPrefix(text, "--") {
				change(n.Child(0), syntax.Node{}, n)
			}
		case "invocation_expression":
			function := n.Field("function")
			name := lastName(function)
			switch {
			case mutators[name] && receiver(function).Is("identifier", "member_access_expression"):
				change(receiver(function), n.Field("arguments"), n)
			case interlocks[name] && receiver(function).Text() == "Interlocked":
				change(f.callOf(n).arg(0), syntax.Node{}, n)
			}
		}
		return true
	})
	for _, s := range order {
		f.state(s.b.first, s.fact)
	}
}

// sharedTarget is the binding of a collection or counter that all requests
// share: static, or declared by a top-level statement.
func (f *file) sharedTarget(n syntax.Node) (*binding, string) {
	for n.Is("parenthesized_expression", "postfix_unary_expression") {
		n = n.Child(0)
	}
	var b *binding
	switch {
	case n.Is("identifier"):
		b = f.lookup(n.Text(), n)
	case n.Is("member_access_expression") && receiver(n).Is("identifier"):
		if class, own := f.types[receiver(n).Text()]; own {
			b = f.scopes[class.Index()][lastName(n)]
		}
	}
	if b == nil || b.param.OK() || b.def.OK() {
		return nil, ""
	}
	topLevel := !b.member && b == f.scopes[0][lastName(n)] && b.first.Up("global_statement").OK()
	if !b.static && !topLevel && !(b.member && keptName.MatchString(lastName(n)) && f.isConcurrentMap(b)) {
		return nil, ""
	}
	if threadLocal(b) {
		return nil, ""
	}
	return b, f.containerType(b)
}

// keptName is what belongs to a person who comes back. An object that keeps it
// in a map for many threads is one that all requests share, and a method of it
// that changes the map by what it is given is what they call.
var keptName = regexp.MustCompile(`(?i)(session|token|cart|basket|otp|login|captcha|verificationcode|conversation|chathistor(y|ie))s?(store|storage|data|map|by[a-z]+)?$`)

// ofProcess are values that have no meaning outside of their process.
var ofProcess = regexp.MustCompile(`Cancellation|Semaphore|Task|Lock|[Ss]ocket|Disposable|Channel|Connection|Timer|Client|Lazy|Func<|Action|Stream|Subscription|(Grpc|Rpc|Mqtt|Ws|Ssh|Tcp|Transport|Sse)\w*Session`)

func (f *file) isConcurrentMap(b *binding) bool {
	text := b.typ.Text()
	if ofProcess.MatchString(text) {
		return false
	}
	const concurrent = "System.Collections.Concurrent.ConcurrentDictionary"
	if b.typ.OK() && f.typeName(b.typ) == concurrent {
		return true
	}
	for _, v := range b.values {
		if strings.TrimSuffix(f.resolve(v), "()") == concurrent {
			return !ofProcess.MatchString(v.Text())
		}
	}
	return false
}

func threadLocal(b *binding) bool {
	_, ok := attributes(b.first.Parent().Parent())["ThreadStatic"]
	return ok
}

func (f *file) containerType(b *binding) string {
	name := ""
	if b.typ.OK() {
		if typ := containers[f.typeName(b.typ)]; typ != "" {
			return typ
		}
		name = simpleName(b.typ)
		if numbers[b.typ.Text()] && b.typ.Is("predefined_type") {
			return "counter"
		}
		if typ := interfaces[name]; typ != "" && len(b.values) > 0 {
			return typ
		}
		return ""
	}
	for _, v := range b.values {
		if v.Is("integer_literal") {
			return "counter"
		}
		if typ := containers[strings.TrimSuffix(f.resolve(v), "()")]; typ != "" {
			return typ
		}
	}
	return ""
}

// fromRequest reports whether a key or element comes from the request: it is
// named so, or is what the handler was given.
func fromRequest(key, handler syntax.Node) bool {
	if !key.OK() {
		return false
	}
	given := map[string]bool{}
	for _, p := range parameters(handler) {
		given[parameterName(p)] = true
	}
	found := false
	key.Walk(func(n syntax.Node) bool {
		if n.Is("identifier") {
			text := n.Text()
			found = found || given[text] || requestNames.MatchString(camelCase.ReplaceAllString(text, "$1 $2"))
		}
		return !found
	})
	return found
}
