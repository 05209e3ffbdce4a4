package jvm

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// containers are what a shared variable is made with, or declared as.
var containers = map[string]string{
	"java.util.HashMap": "map", "java.util.LinkedHashMap": "map", "java.util.TreeMap": "map", "java.util.concurrent.ConcurrentHashMap": "map", "java.util.Hashtable": "map", "java.util.WeakHashMap": "map",
	"java.util.concurrent.ConcurrentSkipListMap": "map", "java.util.Collections.synchronizedMap()": "map", "java.util.Map": "map", "java.util.concurrent.ConcurrentMap": "map", "com.google.common.collect.Maps.newHashMap()": "map", "com.google.common.collect.Maps.newConcurrentMap()": "map",
	"java.util.ArrayList": "list", "java.util.LinkedList": "list", "java.util.concurrent.CopyOnWriteArrayList": "list", "java.util.Vector": "list", "java.util.Collections.synchronizedList()": "list", "java.util.List": "list", "java.util.ArrayDeque": "list",
	"java.util.concurrent.ConcurrentLinkedQueue": "list", "java.util.concurrent.LinkedBlockingQueue": "list", "java.util.concurrent.ArrayBlockingQueue": "list", "java.util.concurrent.ConcurrentLinkedDeque": "list", "java.util.concurrent.LinkedBlockingDeque": "list",
	"java.util.HashSet": "set", "java.util.concurrent.ConcurrentHashMap.newKeySet()": "set", "java.util.concurrent.CopyOnWriteArraySet": "set", "java.util.Set": "set", "java.util.TreeSet": "set", "java.util.Collections.synchronizedSet()": "set", "java.util.LinkedHashSet": "set",
	"java.util.concurrent.atomic.AtomicInteger": "counter", "java.util.concurrent.atomic.AtomicLong": "counter", "java.util.concurrent.atomic.LongAdder": "counter",
	"kotlin.collections.mutableMapOf()": "map", "kotlin.collections.hashMapOf()": "map", "kotlin.collections.linkedMapOf()": "map", "kotlin.collections.mutableListOf()": "list", "kotlin.collections.arrayListOf()": "list",
	"kotlin.collections.mutableSetOf()": "set", "kotlin.collections.hashSetOf()": "set", "kotlin.collections.ArrayDeque": "list",
}

// mutators are methods that change a container or a counter.
var mutators = map[string]bool{
	"put": true, "putIfAbsent": true, "putAll": true, "computeIfAbsent": true, "compute": true, "merge": true, "remove": true, "clear": true, "add": true, "addAll": true, "offer": true, "poll": true, "push": true, "pop": true,
	"addFirst": true, "addLast": true, "removeIf": true, "replace": true, "computeIfPresent": true, "set": true, "getOrPut": true, "plusAssign": true, "minusAssign": true, "removeFirst": true, "removeLast": true, "take": true,
	"incrementAndGet": true, "getAndIncrement": true, "decrementAndGet": true, "getAndDecrement": true, "addAndGet": true, "getAndAdd": true, "increment": true, "decrement": true, "updateAndGet": true, "getAndSet": true,
}

// shared is a variable that all requests of a process share, as far as found.
type shared struct {
	binding *binding
	fact    inspect.SharedState
}

// sharedState states the static variables, and the fields of what there is one
// of, that handlers change.
func (f *file) sharedState() {
	var order []*shared
	found := map[*binding]*shared{}
	mutation := func(target, key, at syntax.Node) {
		b := f.bindingAt(bare(target))
		if b == nil || b.param || !b.field || !f.isShared(b) && !f.keptByBean(b) && !f.recordsOfBean(b) {
			return
		}
		typ := f.containerType(b)
		if typ == "" || typ == "counter" && key.Is("index") {
			return
		}
		handler := f.handler(at)
		if fn := enclosingFunction(at); !handler.OK() && typ == "map" && keptName.MatchString(b.name.Text()) && fn.OK() && f.fromRequest(key, fn, 0) {
			handler = fn
		}
		beneath := false
		if fn := enclosingFunction(at); !handler.OK() && fn.OK() && typ != "counter" && f.recordsOfBean(b) && f.isGiven(f.added(at), fn) {
			handler, beneath = fn, true
		}
		if !handler.OK() || f.isSocket(handler) || connections.MatchString(b.typ.Text()) {
			return
		}
		s := found[b]
		if s == nil {
			s = &shared{b, inspect.SharedState{Name: b.name.Text(), Type: typ, Beneath: beneath}}
			found[b] = s
			order = append(order, s)
		}
		if n := len(s.fact.Mutations); n == 0 || s.fact.Mutations[n-1] != at.Line() {
			s.fact.Mutations = append(s.fact.Mutations, at.Line())
		}
		s.fact.ByRequest = s.fact.ByRequest || f.fromRequest(key, handler, 0)
		s.fact.Kept = s.fact.Kept || beneath || f.brings(f.added(at), handler, 6)
		s.fact.Beneath = s.fact.Beneath && beneath
	}
	f.tree.Root().Walk(func(n syntax.Node) bool {
		switch {
		case n.Is("assignment", "assignment_expression"):
			if left := n.Field("left"); left.Is("index_expression", "array_access") {
				mutation(left.Child(0), lastChild(left), n)
			} else {
				mutation(left, syntax.Node{}, n)
			}
		case n.Is("update_expression"), n.Is("unary_expression") && (strings.HasSuffix(n.Text(), "++") || strings.HasSuffix(n.Text(), "--")):
			mutation(n.Child(0), syntax.Node{}, n)
		case n.Is("method_invocation", "call_expression"):
			if c := f.callOf(n); c.ok && c.recv.OK() && mutators[c.method] {
				mutation(c.recv, c.arg(0), n)
			}
		}
		return true
	})
	for _, s := range order {
		f.state(s.binding.at, s.fact)
	}
}

// connections are open connections, which belong to their process.
var connections = regexp.MustCompile(`WebSocketSession|(Grpc|Rpc|Mqtt|Ws|Ssh|Tcp|Transport|Sse|Stomp)\w*Session|\bSession\b|SseEmitter|StreamObserver|\w*Socket\b|\bChannel\b|ChannelHandlerContext|AsyncContext|FluxSink|Sinks\.|WsContext|Thread|Future|Lock\b|CountDownLatch|SendChannel`)

// isSocket reports whether a handler serves a connection that stays open.
func (f *file) isSocket(handler syntax.Node) bool {
	via := f.handlerVia(handler)
	return strings.Contains(via, "WebSocket") || strings.Contains(via, "webSocket") || via == "@OnMessage" || via == "@OnOpen"
}

// isShared reports whether all requests see the same variable: it is static, at
// Kotlin's top level, or a field of an object that there is one of.
func (f *file) isShared(b *binding) bool {
	if childOf(b.at, "modifiers").Has("static") {
		return true
	}
	class := enclosingClass(b.at)
	switch {
	case !class.OK():
		return true
	case class.Is("object_declaration", "companion_object"):
		return true
	case class.Is("class_body", "object_literal"):
		return false
	}
	if _, ok := f.annotated(class, controllerAnnotations); ok {
		return !f.perRequest(class)
	}
	for _, typ := range supertypes(class) {
		base := f.typeName(typ)
		if base == "jakarta.servlet.http.HttpServlet" || base == "com.sun.net.httpserver.HttpHandler" || grpcBase.MatchString(typeText(typ)) {
			return true
		}
	}
	return false
}

// keptName is what belongs to a person who comes back. A map of it for many
// threads, or that is static, is one that all requests share, and a method that
// changes it by what it is given is what they call.
var keptName = regexp.MustCompile(`(?i)(session|token|cart|basket|otp|login|captcha|verificationcode|conversation|chathistor(y|ie))s?(store|storage|data|map|by[a-z]+)?$`)

// keptByBean reports whether a field is such a map of what a container makes one of.
func (f *file) keptByBean(b *binding) bool {
	if !keptName.MatchString(b.name.Text()) || len(b.values) == 0 || !isCall(b.values[0]) || !strings.Contains(f.resolve(b.values[0]), "oncurrent") {
		return false
	}
	class := enclosingClass(b.at)
	for _, a := range f.annotationsOf(class) {
		switch a.simple {
		case "Service", "Component", "Repository", "Singleton", "ApplicationScoped", "ApplicationScope":
			return !f.perRequest(class)
		}
	}
	return false
}

// perRequest reports whether a scope makes an object for each request or
// session.
func (f *file) perRequest(class syntax.Node) bool {
	for _, a := range f.annotationsOf(class) {
		switch a.simple {
		case "RequestScope", "SessionScope", "RequestScoped", "SessionScoped":
			return true
		case "Scope":
			return true
		}
	}
	return false
}

// containerType is "map", "list", "set" or "counter"; "" for what is no
// container, or one that the class is given.
func (f *file) containerType(b *binding) string {
	at := slices.IndexFunc(b.values, syntax.Node.OK)
	if at < 0 {
		switch b.typ.Text() {
		case "int", "long", "Int", "Long": // static int hits;
			return "counter"
		}
		return ""
	}
	v := b.values[at]
	if at > 0 && !v.Is("decimal_integer_literal", "number_literal") {
		return ""
	}
	switch {
	case v.Is("decimal_integer_literal", "number_literal"):
		return "counter"
	case isCall(v):
		name := f.resolve(v)
		if typ := containers[name]; typ != "" {
			return typ
		}
		if strings.HasPrefix(name, "com.github.benmanes.caffeine.") || strings.HasPrefix(name, "com.google.common.cache.") {
			return "" // a bounded cache: see Store
		}
	}
	return ""
}

// fromRequest reports whether a key or element comes from the request: it is
// named so, or is what the handler was given.
func (f *file) fromRequest(key, handler syntax.Node, depth int) bool {
	if !key.OK() {
		return false
	}
	given := map[string]bool{}
	for _, p := range parameters(handler) {
		given[p.name.Text()] = true
	}
	found := false
	f.look(key, func(n syntax.Node) bool {
		if n.Is("identifier") {
			text := n.Text()
			found = found || given[text] || requestDerived.MatchString(strings.ReplaceAll(text, "_", " "))
			if b := f.bindingOf(text, n); !found && b != nil && !b.field && !b.param && len(b.values) == 1 && depth < 2 {
				found = f.fromRequest(b.values[0], handler, depth+1)
			}
		}
		return !found && !n.Is("string_literal")
	})
	return found
}
