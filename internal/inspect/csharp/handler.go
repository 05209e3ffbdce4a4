package csharp

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// routes are calls that give a request handler to a path.
var routes = setOf(strings.Fields("MapGet MapPost MapPut MapDelete MapPatch MapMethods MapFallback"))

var (
	verbAttributes = strings.Fields("HttpGet HttpPost HttpPut HttpDelete HttpPatch HttpHead HttpOptions Route AcceptVerbs")
	controllerBase = regexp.MustCompile(`^(ControllerBase|Controller|ApiController|ODataController|PageModel|Hub|\w+Controller|\w+ControllerBase)$`)
	endpointBase   = regexp.MustCompile(`^(Endpoint|EndpointWithoutRequest|EndpointBaseAsync|EndpointBaseSync|Ep)$`)
	requestNames   = regexp.MustCompile(`(?i)(^|[^a-z])(request|session|user|cart|basket|client|customer|account|ip|token|username|email|cookie|visitor|connection|remoteip)(id|name|key)?s?($|[^a-z])`)
)

// handlerKind says what makes a class serve requests, or "".
func handlerKind(class syntax.Node) string {
	attrs := attributes(class)
	if _, ok := attrs["ApiController"]; ok {
		return "Microsoft.AspNetCore.Mvc.ControllerBase"
	}
	name := class.Field("name").Text()
	for _, base := range baseNames(class) {
		switch {
		case base == "PageModel":
			return "Microsoft.AspNetCore.Mvc.RazorPages.PageModel"
		case base == "Hub":
			return "Microsoft.AspNetCore.SignalR.Hub"
		case controllerBase.MatchString(base) && (strings.HasSuffix(name, "Controller") || base == "ControllerBase" || base == "Controller"):
			return "Microsoft.AspNetCore.Mvc.ControllerBase"
		case endpointBase.MatchString(base):
			return "FastEndpoints." + base
		}
	}
	return grpcBase(class)
}

// grpcBase recognises the service that protoc's base class makes: class
// CartService : Cart.CartBase.
func grpcBase(class syntax.Node) string {
	for c := class.First(); c.OK(); c = c.Next() {
		if !c.Is("base_list") {
			continue
		}
		for base := c.First(); base.OK(); base = base.Next() {
			if base.Is("qualified_name") {
				outer, inner := simpleName(base.Field("qualifier")), simpleName(base.Field("name"))
				if inner == outer+"Base" {
					return "Grpc.Core." + inner
				}
			}
		}
	}
	return ""
}

// handlerClass states a class that serves requests.
func (f *file) handlerClass(n syntax.Node) {
	if via := handlerKind(n); via != "" && !hasModifier(n, "abstract") {
		f.Emit(n.Field("name").Line(), n.Field("name").Line(), inspect.Handler{Via: via})
	}
}

// routeCall states the first handler that a file gives to a path.
func (f *file) routeCall(c call) {
	if !routes[c.method] || !c.object.OK() || len(c.positional) < 2 || f.aspire {
		return
	}
	if path := c.positional[0]; !isText(path) && !path.Is("identifier", "member_access_expression") {
		return
	}
	if f.once("route") {
		f.state(c.Node.Field("function"), inspect.Handler{Via: "Microsoft.AspNetCore.Builder." + c.method})
	}
}

// handler is the function that serves a request or message around n, or none.
func (f *file) handler(n syntax.Node) syntax.Node {
	for fn := enclosingFunction(n); fn.OK(); fn = enclosingFunction(fn) {
		serves, done := f.serves[fn.Index()]
		if !done {
			serves = f.isHandler(fn)
			f.serves[fn.Index()] = serves
		}
		if serves {
			return fn
		}
	}
	return syntax.Node{}
}

// routedNames are the functions that are given to a path by their names.
func (f *file) routedNames() map[string]bool {
	if f.routed == nil {
		f.routed = map[string]bool{}
		for method := range routes {
			for _, n := range f.calls[method] {
				if to := f.callOf(n).arg(1, "handler"); to.Is("identifier", "member_access_expression") {
					f.routed[lastName(to)] = true
				}
			}
		}
	}
	return f.routed
}

func (f *file) isHandler(fn syntax.Node) bool {
	switch fn.Kind() {
	case "lambda_expression", "anonymous_method_expression":
		arg := fn.Parent()
		outer := arg.Parent().Parent()
		return arg.Is("argument") && outer.Is("invocation_expression") && routes[lastName(outer.Field("function"))]
	case "method_declaration", "local_function_statement":
	default:
		return false
	}
	attrs := attributes(fn)
	for _, name := range verbAttributes {
		if _, ok := attrs[name]; ok {
			return true
		}
	}
	name := fn.Field("name").Text()
	if len(attrs) > 0 && isFunctionAttribute(attrs) {
		return true
	}
	params := parameters(fn)
	if (name == "InvokeAsync" || name == "Invoke") && len(params) > 0 && simpleName(params[0].Field("type")) == "HttpContext" {
		return true // middleware
	}
	if f.routedNames()[name] {
		return true
	}
	class := fn.Up("class_declaration", "record_declaration")
	if !class.OK() || !fn.Is("method_declaration") {
		return false
	}
	kind := handlerKind(class)
	switch {
	case kind == "":
		return false
	case !hasModifier(fn, "public") && !hasModifier(fn, "protected") && !hasModifier(fn, "internal"):
		return true // only the handlers of its class call it
	case hasModifier(fn, "static"):
		return false
	case strings.HasSuffix(kind, "PageModel"):
		return strings.HasPrefix(name, "On")
	case strings.HasPrefix(kind, "FastEndpoints."):
		return strings.HasPrefix(name, "Handle") || strings.HasPrefix(name, "Execute")
	case strings.HasPrefix(kind, "Grpc."):
		return hasModifier(fn, "override")
	}
	return hasModifier(fn, "public")
}

// containers are the collections that can be shared, counters the numbers.
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
		if b == nil || typ == "counter" && key.OK() {
			return
		}
		handler := f.handler(at)
		if !handler.OK() && typ == "map" && keptName.MatchString(lastName(target)) {
			if fn := enclosingFunction(at); fn.OK() && fromRequest(key, fn) {
				handler = fn
			}
		}
		if !handler.OK() {
			return
		}
		s := byBinding[b]
		if s == nil {
			s = &found{b, inspect.SharedState{Name: lastName(target), Type: typ}}
			byBinding[b] = s
			order = append(order, s)
		}
		if n := len(s.fact.Mutations); n == 0 || s.fact.Mutations[n-1] != at.Line() {
			s.fact.Mutations = append(s.fact.Mutations, at.Line())
		}
		s.fact.ByRequest = s.fact.ByRequest || fromRequest(key, handler)
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
var ofProcess = regexp.MustCompile(`Cancellation|Semaphore|Task|Lock|Socket|Channel|Connection|Timer|Client|Lazy|Func<|Action|Stream|Subscription|(Grpc|Rpc|Mqtt|Ws|Ssh|Tcp|Transport|Sse)\w*Session`)

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

func isFunctionAttribute(attrs map[string]syntax.Node) bool {
	for _, name := range []string{"Function", "FunctionName", "LambdaFunction"} {
		if _, ok := attrs[name]; ok {
			return true
		}
	}
	return false
}

// triggers are the parameters' attributes of Azure Functions by what they mean.
var triggers = map[string]bool{"QueueTrigger": true, "ServiceBusTrigger": true, "EventHubTrigger": true, "KafkaTrigger": true, "RabbitMQTrigger": true, "BlobTrigger": true, "CosmosDBTrigger": true}

// functionHandler states a serverless platform's handler, and what starts it.
func (f *file) functionHandler(n syntax.Node) {
	attrs := attributes(n)
	via := ""
	switch {
	case attrs["Function"].OK() && f.importsUnder("Microsoft.Azure.Functions") || attrs["FunctionName"].OK() && f.importsUnder("Microsoft.Azure.WebJobs"):
		via = "Azure Functions"
	case attrs["LambdaFunction"].OK():
		via = "Amazon.Lambda.Annotations"
	default:
		for _, p := range parameters(n) {
			if f.typeName(p.Field("type")) == "Amazon.Lambda.Core.ILambdaContext" && hasModifier(n, "public") {
				via = "Amazon.Lambda.Core"
			}
		}
	}
	if via == "" {
		return
	}
	f.state(n.Field("name"), inspect.Handler{Via: via, Lambda: true})
	for _, p := range parameters(n) {
		f.functionTrigger(n, p)
	}
}

func (f *file) functionTrigger(n, p syntax.Node) {
	attrs := attributes(p)
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		attr := attrs[name]
		switch {
		case name == "TimerTrigger":
			f.state(n.Field("name"), inspect.Scheduler{Via: "Azure Functions TimerTrigger", Locked: true})
		case triggers[name]:
			f.state(n.Field("name"), inspect.Consumer{Via: "Azure Functions " + name, Ack: "late"})
		default:
			continue
		}
		attr.Walk(func(a syntax.Node) bool {
			if a.Is("assignment_expression") && a.Field("left").Text() == "Connection" {
				if text, ok := f.literal(a.Field("right")); ok && plausibleVariable(text) {
					f.state(a, inspect.EnvRead{Name: text, Via: name + ".Connection", Required: true, Secret: inspect.IsSecretName(text)})
				}
			}
			return true
		})
	}
}

// importsUnder reports whether a namespace at or below prefix is opened.
func (f *file) importsUnder(prefix string) bool {
	for space := range f.usings {
		if space == prefix || strings.HasPrefix(space, prefix+".") {
			return true
		}
	}
	return false
}
