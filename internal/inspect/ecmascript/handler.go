package ecmascript

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	routeMethods = map[string]bool{
		"get": true, "post": true, "put": true, "delete": true, "patch": true, "use": true, "all": true, "options": true, "head": true, "route": true,
	}
	routerName   = regexp.MustCompile(`(?i)^(app|server|api|fastify|io|wss|.*router|.*routes|http_?server)$`)
	requestName  = regexp.MustCompile(`^_{0,2}(req|request)$`)
	responseName = regexp.MustCompile(`^_{0,2}(res|resp|response|reply|rep|h)$`)
	contextUse   = regexp.MustCompile(`^(body|request|req|res|response|status|params|query|state|throw|session|cookies|header|headers|json|text|path|url)$`)
	routeVerb    = regexp.MustCompile(`^(Get|Post|Put|Delete|Patch|All|Options|Head|SubscribeMessage|MessagePattern|EventPattern|Query|Mutation|ResolveField)$`)
	httpMethod   = regexp.MustCompile(`^(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)$`)
)

// findServing marks the functions that run while a request is served: the
// callbacks of routes, functions with a request's parameters, and whatever of
// this file those call.
func (f *ecmaFile) findServing() {
	var work []syntax.Node
	mark := func(fn syntax.Node) {
		if fn.OK() && !f.serving[fn.Index()] {
			f.serving[fn.Index()] = true
			work = append(work, fn)
		}
	}
	f.each(func(fn syntax.Node) {
		if f.takesRequest(fn) {
			mark(fn)
		}
	}, ecmaFunctions...)
	for _, c := range f.calls {
		if f.routes(c) || f.hearsSocket(c) {
			for _, a := range c.args {
				mark(f.function(a))
			}
		}
	}
	for len(work) > 0 {
		fn := work[len(work)-1]
		work = work[:len(work)-1]
		from, _ := slices.BinarySearchFunc(f.calls, fn.Index(), func(c ecmaCall, i int32) int { return int(c.node.Index() - i) })
		for _, c := range f.calls[from:] {
			if !c.node.Inside(fn) {
				break
			}
			mark(f.function(c.node.Field("function")))
		}
	}
}

// routes reports whether a call registers callbacks that serve requests.
func (f *ecmaFile) routes(c ecmaCall) bool {
	recv := serverOf(f.symbol(c.recv))
	switch {
	case c.method == "on" || c.method == "once":
		event, _ := ecmaString(c.arg(0))
		return event == "connection" || event == "request"
	case !routeMethods[c.method] || len(c.args) < 1:
		return strings.HasPrefix(c.callee, "http.createServer") || strings.HasPrefix(c.callee, "https.createServer") || c.callee == "Bun.serve" || c.callee == "Deno.serve"
	case servers[recv] || strings.HasSuffix(recv, "Router()") || strings.HasSuffix(recv, "-router()") || recv == "@koa/router()":
		return true
	}
	root, path := ecmaPath(c.recv)
	name := root.Text()
	if len(path) > 0 {
		name = path[len(path)-1]
	}
	return root.Is("identifier", "this") && routerName.MatchString(name) && (f.lookup(root) != nil || root.Is("this"))
}

// takesRequest tells a request's handler by its parameters or decorator.
func (f *ecmaFile) takesRequest(fn syntax.Node) bool {
	params := ecmaParameters(fn)
	if fn.Is("method_definition") {
		for d := fn.Parent().First(); d.OK() && d.Index() < fn.Index(); d = d.Next() { // TypeScript puts decorators beside the method
			if d.Is("decorator") && orAfterDecorators(d.Next()) == fn && isRouteDecorator(d) {
				return true
			}
		}
	}
	if len(params) == 0 {
		return false
	}
	first := params[0].Text()
	if len(params) >= 2 && requestName.MatchString(first) && responseName.MatchString(params[1].Text()) {
		return true
	}
	if len(params) >= 2 && params[0].Is("object_pattern") && responseName.MatchString(params[1].Text()) && params[1].Text() != "h" {
		return true
	}
	if len(params) >= 3 && strings.HasPrefix(first, "err") && requestName.MatchString(params[1].Text()) {
		return true
	}
	if requestName.MatchString(first) && httpMethod.MatchString(ecmaFunctionName(fn)) || f.exportedForRequests(fn, params[0]) {
		return true
	}
	return first == "ctx" && f.usesContext(fn, params[0])
}

// exportedForRequests tells the functions that frameworks whose routes are files
// call by the name that they are exported under: SvelteKit's POST(event) and
// handle({ event, resolve }), Remix's action({ request }).
func (f *ecmaFile) exportedForRequests(fn, param syntax.Node) bool {
	name, takes := ecmaFunctionName(fn), param.Text()
	if param.Is("required_parameter") {
		takes = param.Field("pattern").Text()
	}
	if !fn.Up("export_statement").OK() || ecmaEnclosing(fn).OK() {
		return false
	}
	destructured := strings.HasPrefix(takes, "{")
	switch {
	case httpMethod.MatchString(name):
		return takes == "event" || destructured
	case name == "handle":
		return destructured && resolvesEvent.MatchString(takes)
	case name == "action", name == "loader":
		return destructured && takesRequestOf.MatchString(takes)
	}
	return false
}

var (
	resolvesEvent  = regexp.MustCompile(`\bevent\b[^}]*\bresolve\b|\bresolve\b[^}]*\bevent\b`)
	takesRequestOf = regexp.MustCompile(`\brequest\b`)
)

func orAfterDecorators(n syntax.Node) syntax.Node {
	for n.Is("decorator", "comment") {
		n = n.Next()
	}
	return n
}

func isRouteDecorator(d syntax.Node) bool {
	target := d.Child(0)
	if target.Is("call_expression") {
		target = target.Field("function")
	}
	return routeVerb.MatchString(target.Text())
}

// usesContext tells a request's context from a canvas's.
func (f *ecmaFile) usesContext(fn, param syntax.Node) (found bool) {
	fn.Field("body").Walk(func(n syntax.Node) bool {
		if n.Is("member_expression") && n.Field("object").Text() == param.Text() && contextUse.MatchString(n.Field("property").Text()) {
			found = true
		}
		return !found
	})
	return found
}

// servesRequest reports whether code runs while a request is served.
func (f *ecmaFile) servesRequest(n syntax.Node) bool {
	for fn := ecmaEnclosing(n); fn.OK(); fn = ecmaEnclosing(fn) {
		if f.serving[fn.Index()] {
			return true
		}
	}
	return false
}

// readHandlers states what a platform calls, rather than a server of the program.
func (f *ecmaFile) readHandlers() {
	f.each(func(n syntax.Node) {
		switch n.Kind() {
		case "assignment_expression":
			if symbol := f.symbol(n.Field("left")); symbol == "exports.handler" || symbol == "module.exports.handler" {
				f.readLambda(n, n.Field("right"), symbol)
			}
		case "export_statement":
			f.readExport(n)
		}
	}, "assignment_expression", "export_statement")
	for _, c := range f.calls {
		switch {
		case strings.HasPrefix(c.callee, "firebase-functions") && (c.method == "onRequest" || c.method == "onCall" || strings.HasSuffix(c.callee, ".onRequest") || strings.HasSuffix(c.callee, ".onCall")),
			c.callee == "@google-cloud/functions-framework.http", c.callee == "@google-cloud/functions-framework.cloudEvent", c.callee == "@azure/functions.app.http":
			f.say(c.node, inspect.Handler{Via: c.callee, Lambda: true})
		}
	}
}

var lambdaEvent = regexp.MustCompile(`(?i)^_?(evt|event|.*event)$`)

// readLambda states an exported handler that takes an event, or wraps an app.
func (f *ecmaFile) readLambda(at, value syntax.Node, via string) {
	v := ecmaBare(value)
	if c := f.callOf(v); v.Is("call_expression") && wrapsLambda(c.callee) {
		f.say(at, inspect.Handler{Via: via, Lambda: true})
		return
	}
	params := ecmaParameters(f.function(v))
	if len(params) > 0 && len(params) <= 3 && (lambdaEvent.MatchString(params[0].Text()) || params[0].Is("object_pattern") && f.usesAny("aws-lambda")) {
		f.say(at, inspect.Handler{Via: via, Lambda: true})
	}
}

func wrapsLambda(symbol string) bool {
	return strings.HasPrefix(symbol, "serverless-http") || strings.HasPrefix(symbol, "@middy/core") || strings.HasPrefix(symbol, "middy") ||
		strings.HasPrefix(symbol, "@fastify/aws-lambda") || strings.HasPrefix(symbol, "@vendia/serverless-express") || strings.HasPrefix(symbol, "hono/aws-lambda.handle")
}

// readExport states export const handler = …, and a default export with a
// request and a response, which is a function where the path says so.
func (f *ecmaFile) readExport(n syntax.Node) {
	declaration := n.Field("declaration")
	if n.Has("default") {
		value := n.Field("value")
		if declaration.Is(ecmaFunctions...) {
			value = declaration
		}
		if object := f.object(value); object.OK() {
			if fetch := f.property(object, "fetch"); f.function(fetch).OK() && len(ecmaParameters(f.function(fetch))) >= 2 {
				f.say(n, inspect.Handler{Via: "export default.fetch", Lambda: true})
			} else if port := f.property(object, "port"); port.OK() && fetch.OK() { // Bun serves it
				f.say(n, inspect.Listen{Via: "export default.fetch", Host: f.value(f.property(object, "hostname")), Port: f.value(port)})
			}
			return
		}
		if params := ecmaParameters(f.function(value)); len(params) == 2 && requestName.MatchString(params[0].Text()) && responseName.MatchString(params[1].Text()) {
			f.say(n, inspect.Handler{Via: "export default"})
		}
		return
	}
	if declaration.Is("function_declaration") && declaration.Field("name").Text() == "handler" {
		f.readLambda(n, declaration, "export handler")
	}
	for d := declaration.First(); d.OK(); d = d.Next() {
		if d.Is("variable_declarator") && d.Field("name").Text() == "handler" {
			f.readLambda(n, d.Field("value"), "export handler")
		}
	}
}
