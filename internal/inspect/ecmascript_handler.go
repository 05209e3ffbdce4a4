package inspect

import (
	"regexp"
	"slices"
	"strings"
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
	var work []node
	mark := func(fn node) {
		if fn.ok() && !f.serving[fn.i] {
			f.serving[fn.i] = true
			work = append(work, fn)
		}
	}
	f.each(func(fn node) {
		if f.takesRequest(fn) {
			mark(fn)
		}
	}, ecmaFunctions...)
	for _, c := range f.calls {
		if f.routes(c) {
			for _, a := range c.args {
				mark(f.function(a))
			}
		}
	}
	for len(work) > 0 {
		fn := work[len(work)-1]
		work = work[:len(work)-1]
		from, _ := slices.BinarySearchFunc(f.calls, fn.i, func(c ecmaCall, i int32) int { return int(c.node.i - i) })
		for _, c := range f.calls[from:] {
			if !c.node.inside(fn) {
				break
			}
			mark(f.function(c.node.field("function")))
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
	name := root.text()
	if len(path) > 0 {
		name = path[len(path)-1]
	}
	return root.is("identifier", "this") && routerName.MatchString(name) && (f.lookup(root) != nil || root.is("this"))
}

// takesRequest tells a request's handler by its parameters or decorator.
func (f *ecmaFile) takesRequest(fn node) bool {
	params := ecmaParameters(fn)
	if fn.is("method_definition") {
		for d := fn.parent().first(); d.ok() && d.i < fn.i; d = d.next() { // TypeScript puts decorators beside the method
			if d.is("decorator") && d.next().orAfterDecorators() == fn && isRouteDecorator(d) {
				return true
			}
		}
	}
	if len(params) == 0 {
		return false
	}
	first := params[0].text()
	if len(params) >= 2 && requestName.MatchString(first) && responseName.MatchString(params[1].text()) {
		return true
	}
	if len(params) >= 2 && params[0].is("object_pattern") && responseName.MatchString(params[1].text()) && params[1].text() != "h" {
		return true
	}
	if len(params) >= 3 && strings.HasPrefix(first, "err") && requestName.MatchString(params[1].text()) {
		return true
	}
	if requestName.MatchString(first) && httpMethod.MatchString(ecmaFunctionName(fn)) {
		return true
	}
	return first == "ctx" && f.usesContext(fn, params[0])
}

func (n node) orAfterDecorators() node {
	for n.is("decorator", "comment") {
		n = n.next()
	}
	return n
}

func isRouteDecorator(d node) bool {
	target := d.child(0)
	if target.is("call_expression") {
		target = target.field("function")
	}
	return routeVerb.MatchString(target.text())
}

// usesContext tells a request's context from a canvas's.
func (f *ecmaFile) usesContext(fn, param node) (found bool) {
	fn.field("body").walk(func(n node) bool {
		if n.is("member_expression") && n.field("object").text() == param.text() && contextUse.MatchString(n.field("property").text()) {
			found = true
		}
		return !found
	})
	return found
}

// servesRequest reports whether code runs while a request is served.
func (f *ecmaFile) servesRequest(n node) bool {
	for fn := ecmaEnclosing(n); fn.ok(); fn = ecmaEnclosing(fn) {
		if f.serving[fn.i] {
			return true
		}
	}
	return false
}

// readHandlers states what a platform calls, rather than a server of the program.
func (f *ecmaFile) readHandlers() {
	f.each(func(n node) {
		switch n.kind() {
		case "assignment_expression":
			if symbol := f.symbol(n.field("left")); symbol == "exports.handler" || symbol == "module.exports.handler" {
				f.readLambda(n, n.field("right"), symbol)
			}
		case "export_statement":
			f.readExport(n)
		}
	}, "assignment_expression", "export_statement")
	for _, c := range f.calls {
		switch {
		case strings.HasPrefix(c.callee, "firebase-functions") && (c.method == "onRequest" || c.method == "onCall" || strings.HasSuffix(c.callee, ".onRequest") || strings.HasSuffix(c.callee, ".onCall")),
			c.callee == "@google-cloud/functions-framework.http", c.callee == "@google-cloud/functions-framework.cloudEvent", c.callee == "@azure/functions.app.http":
			f.say(c.node, Handler{Via: c.callee, Lambda: true})
		}
	}
}

var lambdaEvent = regexp.MustCompile(`(?i)^_?(evt|event|.*event)$`)

// readLambda states an exported handler that takes an event, or wraps an app.
func (f *ecmaFile) readLambda(at, value node, via string) {
	v := ecmaBare(value)
	if c := f.callOf(v); v.is("call_expression") && wrapsLambda(c.callee) {
		f.say(at, Handler{Via: via, Lambda: true})
		return
	}
	params := ecmaParameters(f.function(v))
	if len(params) > 0 && len(params) <= 3 && (lambdaEvent.MatchString(params[0].text()) || params[0].is("object_pattern") && f.usesAny("aws-lambda")) {
		f.say(at, Handler{Via: via, Lambda: true})
	}
}

func wrapsLambda(symbol string) bool {
	return strings.HasPrefix(symbol, "serverless-http") || strings.HasPrefix(symbol, "@middy/core") || strings.HasPrefix(symbol, "middy") ||
		strings.HasPrefix(symbol, "@fastify/aws-lambda") || strings.HasPrefix(symbol, "@vendia/serverless-express") || strings.HasPrefix(symbol, "hono/aws-lambda.handle")
}

// readExport states export const handler = …, and a default export with a
// request and a response, which is a function where the path says so.
func (f *ecmaFile) readExport(n node) {
	declaration := n.field("declaration")
	if n.has("default") {
		value := n.field("value")
		if declaration.is(ecmaFunctions...) {
			value = declaration
		}
		if object := f.object(value); object.ok() {
			if fetch := f.property(object, "fetch"); f.function(fetch).ok() && len(ecmaParameters(f.function(fetch))) >= 2 {
				f.say(n, Handler{Via: "export default.fetch", Lambda: true})
			}
			return
		}
		if params := ecmaParameters(f.function(value)); len(params) == 2 && requestName.MatchString(params[0].text()) && responseName.MatchString(params[1].text()) {
			f.say(n, Handler{Via: "export default"})
		}
		return
	}
	if declaration.is("function_declaration") && declaration.field("name").text() == "handler" {
		f.readLambda(n, declaration, "export handler")
	}
	for d := declaration.first(); d.ok(); d = d.next() {
		if d.is("variable_declarator") && d.field("name").text() == "handler" {
			f.readLambda(n, d.field("value"), "export handler")
		}
	}
}
