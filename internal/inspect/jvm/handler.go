package jvm

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

const webBind = "org.springframework.web.bind.annotation."

var (
	// routeAnnotations make a method a request handler.
	routeAnnotations = map[string]bool{
		webBind + "RequestMapping": true, webBind + "GetMapping": true, webBind + "PostMapping": true, webBind + "PutMapping": true, webBind + "DeleteMapping": true, webBind + "PatchMapping": true,
		"org.springframework.messaging.handler.annotation.MessageMapping": true, "org.springframework.graphql.data.method.annotation.QueryMapping": true, "org.springframework.graphql.data.method.annotation.MutationMapping": true,
		"jakarta.ws.rs.GET": true, "jakarta.ws.rs.POST": true, "jakarta.ws.rs.PUT": true, "jakarta.ws.rs.DELETE": true, "jakarta.ws.rs.PATCH": true, "jakarta.ws.rs.HEAD": true,
		"io.micronaut.http.annotation.Get": true, "io.micronaut.http.annotation.Post": true, "io.micronaut.http.annotation.Put": true, "io.micronaut.http.annotation.Delete": true, "io.micronaut.http.annotation.Patch": true,
		"io.quarkus.vertx.web.Route": true, "com.linecorp.armeria.server.annotation.Get": true, "com.linecorp.armeria.server.annotation.Post": true,
		"net.sourceforge.stripes.action.DefaultHandler": true, "net.sourceforge.stripes.action.HandlesEvent": true, "jakarta.websocket.OnMessage": true, "jakarta.websocket.OnOpen": true,
	}
	// controllerAnnotations make a class's routes one object that all requests
	// share.
	controllerAnnotations = map[string]bool{
		webBind + "RestController": true, "org.springframework.stereotype.Controller": true, "org.springframework.stereotype.Service": true, "org.springframework.stereotype.Component": true,
		"org.springframework.stereotype.Repository": true, "jakarta.inject.Singleton": true, "jakarta.enterprise.context.ApplicationScoped": true, "io.micronaut.http.annotation.Controller": true,
		"jakarta.servlet.annotation.WebServlet": true, "jakarta.ejb.Singleton": true, "org.springframework.context.annotation.Configuration": true,
	}
	// handlerBases are classes whose methods of these names serve requests.
	handlerBases = map[string]string{
		"jakarta.servlet.http.HttpServlet": "doGet doPost doPut doDelete doHead doOptions service", "jakarta.servlet.GenericServlet": "service", "jakarta.servlet.Filter": "doFilter",
		"com.sun.net.httpserver.HttpHandler": "handle", "io.undertow.server.HttpHandler": "handleRequest", "org.eclipse.jetty.server.handler.AbstractHandler": "handle", "org.eclipse.jetty.server.Handler.Abstract": "handle",
		"io.vertx.core.Handler": "handle", "fi.iki.elonen.NanoHTTPD": "serve", "org.springframework.web.servlet.mvc.Controller": "handleRequest", "org.apache.struts.action.Action": "execute",
		"com.opensymphony.xwork2.ActionSupport": "execute", "net.sourceforge.stripes.action.ActionBean": "", "io.netty.channel.SimpleChannelInboundHandler": "channelRead0 messageReceived", "io.netty.channel.ChannelInboundHandlerAdapter": "channelRead",
		"org.springframework.web.socket.handler.TextWebSocketHandler": "handleTextMessage afterConnectionEstablished", "org.springframework.web.filter.OncePerRequestFilter": "doFilterInternal", "org.springframework.web.servlet.HandlerInterceptor": "preHandle postHandle",
	}
	// lambdaBases are handlers of serverless platforms.
	lambdaBases = map[string]string{
		"com.amazonaws.services.lambda.runtime.RequestHandler": "handleRequest", "com.amazonaws.services.lambda.runtime.RequestStreamHandler": "handleRequest", "com.google.cloud.functions.HttpFunction": "service",
		"com.google.cloud.functions.BackgroundFunction": "accept", "com.google.cloud.functions.CloudEventsFunction": "accept",
	}
	azureFunction = map[string]bool{"com.microsoft.azure.functions.annotation.FunctionName": true}
	grpcBase      = regexp.MustCompile(`(^|\.)\w+Grpc(Kt)?\.\w+(ImplBase|CoroutineImplBase)$`)
	// routeCalls take a lambda that serves requests.
	routeCalls     = regexp.MustCompile(`^(io\.ktor\.server\.(routing|resources)\.(get|post|put|delete|patch|head|options|handle)|io\.ktor\.server\.websocket\.webSocket|io\.ktor\.(get|post|put|delete)|spark\.Spark\.(get|post|put|delete|patch|before|after)|spark\.kotlin\.(get|post|put|delete)|io\.javalin\.Javalin\.(get|post|put|delete|patch|before|after|ws)|io\.javalin\.apibuilder\.ApiBuilder\.(get|post|put|delete|patch)|io\.vertx\.ext\.web\.Router\.(router\(\)\.)?(get|post|put|delete|patch|route|handler)(\(\)\.handler)?|io\.vertx\.ext\.web\.Route\.handler|io\.vertx\.core\.http\.HttpServer\.requestHandler|com\.sun\.net\.httpserver\.HttpServer\.createContext|io\.undertow\.Undertow\.builder\(\)\.setHandler|reactor\.netty\.http\.server\.HttpServerRoutes\.(get|post)|ratpack\.handling\.Chain\.(get|post|all)|org\.springframework\.web\.(reactive\.|servlet\.)function\.server?\.?RouterFunctions\.route(\(\))?(\.(GET|POST|PUT|DELETE))?)$`)
	requestDerived = regexp.MustCompile(`(?i)(^|[^a-z])(request|req|session|user|current_user|cart|client|customer|account|remote_addr|ip|token|sid|username|email|cookie|visitor|ctx|call)s?($|[^a-z])`)
)

// handler is the function or lambda that serves requests which n runs in, or
// none.
func (f *file) handler(n syntax.Node) syntax.Node {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if kind := p.Kind(); (functionKinds[kind] || lambdaKinds[kind]) && f.isHandler(p) {
			return p
		}
	}
	return syntax.Node{}
}

func (f *file) isHandler(fn syntax.Node) bool {
	if is, done := f.handlers[fn.Index()]; done {
		return is
	}
	f.handlers[fn.Index()] = false // while its callers are asked
	is := f.handlerVia(fn) != ""
	if !is && functionKinds[fn.Kind()] && (childOf(fn, "modifiers").Has("private") || strings.Contains(childOf(fn, "modifiers").Text(), "private")) {
		is = f.calledByHandler(fn)
	}
	f.handlers[fn.Index()] = is
	return is
}

// calledByHandler reports whether a private method is called from a handler of
// this file.
func (f *file) calledByHandler(fn syntax.Node) bool {
	calls := f.callers[functionName(fn)]
	for _, c := range calls[:min(len(calls), 8)] {
		for _, def := range f.called(c) {
			if def == fn && f.handler(c.Node).OK() {
				return true
			}
		}
	}
	return false
}

// handlerVia names what makes a function serve requests, or "".
func (f *file) handlerVia(fn syntax.Node) string {
	if lambdaKinds[fn.Kind()] {
		return f.lambdaVia(fn)
	}
	if a, ok := f.annotated(fn, routeAnnotations); ok {
		return "@" + a.simple
	}
	class := enclosingClass(fn)
	name := functionName(fn)
	for _, typ := range supertypes(class) {
		base := f.typeName(typ)
		if methods, known := handlerBases[base]; known {
			if methods == "" && resolution(fn) || inspect.ContainsWord(methods, name) && name != "" {
				return f.via(base) + "." + name
			}
		}
		if grpcBase.MatchString(typeText(typ)) && overrides(fn) {
			return "io.grpc.BindableService"
		}
	}
	return ""
}

func typeText(n syntax.Node) string {
	text, _, _ := strings.Cut(n.Text(), "<")
	text, _, _ = strings.Cut(text, "(")
	return text
}

// resolution reports whether a method of a Stripes action bean is an event.
func resolution(fn syntax.Node) bool { return strings.HasSuffix(fn.Field("type").Text(), "Resolution") }

func overrides(fn syntax.Node) bool {
	return strings.Contains(childOf(fn, "modifiers").Text(), "verride")
}

// lambdaVia names the call that serves requests with a lambda.
func (f *file) lambdaVia(lambda syntax.Node) string {
	p := lambda.Parent()
	for range 3 {
		if isCall(p) {
			break
		}
		p = p.Parent()
	}
	c := f.callOf(p)
	if !c.ok || c.name == "" || !routeCalls.MatchString(c.name) {
		return ""
	}
	return f.via(c.name)
}

// handlerFunction states a method that serves requests.
func (f *file) handlerFunction(n syntax.Node) {
	if via := f.handlerVia(n); via != "" && bodyOf(n).OK() {
		f.state(n, inspect.Handler{Via: via})
	}
}

// handlerCall states a route that a lambda or a method reference serves.
func (f *file) handlerCall(c call) {
	if c.name != "" && routeCalls.MatchString(c.name) && len(c.args) > 0 {
		f.state(c.Node, inspect.Handler{Via: f.via(c.name)})
	}
}

// lambdaHandler states a handler of a serverless platform.
func (f *file) lambdaHandler(n syntax.Node) {
	if a, ok := f.annotated(n, azureFunction); ok {
		f.state(n, inspect.Handler{Via: "@" + a.simple, Lambda: true})
		return
	}
	for _, typ := range supertypes(enclosingClass(n)) {
		if base := f.typeName(typ); lambdaBases[base] != "" && lambdaBases[base] == functionName(n) {
			f.state(n, inspect.Handler{Via: base, Lambda: true})
		}
	}
}
