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
