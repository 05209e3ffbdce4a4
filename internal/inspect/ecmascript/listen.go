package ecmascript

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// servers are the symbols of things whose listen method accepts connections.
var servers = map[string]bool{
	"express()": true, "express.Application()": true, "express.Express()": true, "express.express()": true,
	"http.createServer()": true, "http.Server()": true, "https.createServer()": true, "https.Server()": true,
	"http2.createServer()": true, "http2.createSecureServer()": true, "net.createServer()": true, "net.Server()": true,
	"tls.createServer()": true, "spdy.createServer()": true,
	"koa()": true, "koa.Application()": true, "fastify()": true, "fastify.fastify()": true, "fastify.FastifyInstance()": true,
	"@nestjs/core.NestFactory.create()": true, "@nestjs/common.INestApplication()": true,
	"@nestjs/platform-express.NestExpressApplication()": true, "@nestjs/platform-fastify.NestFastifyApplication()": true,
	"restify.createServer()": true, "polka()": true, "connect()": true, "restana()": true, "micro()": true,
	"json-server.create()": true, "hono.Hono()": true, "elysia.Elysia()": true, "h3.createApp()": true,
	"uWebSockets.js.App()": true, "uWebSockets.js.SSLApp()": true, "hyper-express.Server()": true,
	"socket.io.Server()": true, "socket.io()": true, "@feathersjs/express()": true, "@feathersjs/koa.koa()": true,
	"apollo-server.ApolloServer()": true, "graphql-yoga.GraphQLServer()": true, "@loopback/rest.RestServer()": true,
	"total.js.http()": true, "express-ws().app": true, "moleculer-web()": true, "parse-server.ParseServer()": true,
}

// developmentServers listen for a developer only.
var developmentServers = map[string]bool{
	"vite.createServer()": true, "webpack-dev-server()": true, "browser-sync.create()": true, "live-server()": true,
}

// fluent methods of servers return the server.
var fluentServer = regexp.MustCompile(`(\(\))\.(use|set|register|get|post|put|delete|all|enable|disable|withTypeProvider|decorate|after|addHook|route|attach|on|once)\(\)$`)

// serverOf cuts fluent calls off a symbol: "express().use()" is "express()".
func serverOf(symbol string) string {
	for range maxHops {
		cut := fluentServer.ReplaceAllString(symbol, "$1")
		if cut == symbol {
			break
		}
		symbol = cut
	}
	return symbol
}

var (
	serverName = regexp.MustCompile(`(?i)^_?(app|server|http_?server|https_?server|expressApp|fastify|httpsServer)$`)
	stdServe   = regexp.MustCompile(`^(https://deno\.land/std[^/]*/http/|(jsr:)?@std/http[@/.]|\$?std/http/).*\bserve(Tls|Listener)?$`) // of Deno's standard library, by URL, registry or import map
	portName   = regexp.MustCompile(`(?i)port$`)
	sideName   = regexp.MustCompile(`(?i)(metric|health|prom(etheus)?|debug|probe|inspector|profil|status|admin)`)
)

// readListen states calls that start to accept connections.
func (f *ecmaFile) readListen(c ecmaCall) {
	switch {
	case c.method == "listen" && !c.fresh:
		f.readListenMethod(c)
	case c.callee == "Bun.serve", c.callee == "Deno.serve", c.callee == "Deno.listen", c.callee == "@hono/node-server.serve",
		stdServe.MatchString(c.callee):
		f.readServe(c)
	case hapiServers[c.callee]:
		f.sayOptionsListen(c, c.callee, f.object(c.arg(0)))
	case c.callee == "@grpc/grpc-js.Server().bindAsync":
		host, port := ecmaAddress(f.value(c.arg(0)))
		f.sayListen(c, inspect.Listen{Via: c.callee, Host: host, Port: port})
	case c.callee == "@apollo/server/standalone.startStandaloneServer":
		f.sayOptionsListen(c, c.callee, f.object(f.property(f.object(c.arg(1)), "listen")))
	case webSocketServers[c.callee]:
		if o := f.object(c.arg(0)); f.property(o, "port").OK() {
			f.sayOptionsListen(c, c.callee, o)
		}
	case c.fresh && c.callee == "socket.io.Server", !c.fresh && c.callee == "socket.io":
		if port := f.value(c.arg(0)); port.IsLiteral() || port.FromEnv() {
			f.sayListen(c, inspect.Listen{Via: c.callee, Port: port})
		}
	}
}

// hapiServers are told their port when they are made.
var hapiServers = map[string]bool{
	"@hapi/hapi.server": true, "@hapi/hapi.Server": true, "hapi.server": true, "hapi.Server": true,
}

var webSocketServers = map[string]bool{"ws.Server": true, "ws.WebSocketServer": true}

func (f *ecmaFile) readListenMethod(c ecmaCall) {
	receiver := serverOf(strings.TrimSuffix(c.callee, ".listen"))
	if strings.HasSuffix(receiver, ".Application()") && (strings.HasPrefix(receiver, "https://deno.land/x/oak") || strings.HasPrefix(receiver, "@oak/oak") || strings.HasPrefix(receiver, "jsr:@oak/oak")) {
		f.readServe(c)
		return
	}
	via := receiver
	dev := developmentServers[receiver]
	if !servers[receiver] && !dev {
		if !f.serverByName(c, receiver) {
			return
		}
		via = ecmaBare(c.recv).Text()
		if _, path := ecmaPath(c.recv); len(path) > 0 {
			via = path[len(path)-1]
		}
	}
	listen := inspect.Listen{Via: via + ".listen", Dev: dev}
	if f.fastify(receiver) {
		listen.Host = inspect.Lit("localhost")
	}
	if options := f.object(c.arg(0)); options.OK() {
		if host := f.property(options, "host", "hostname"); host.OK() || spreads(options) {
			listen.Host = f.value(host)
		}
		listen.Port = f.value(f.property(options, "port"))
		if !listen.Port.HasText && f.property(options, "path").OK() {
			return // a Unix socket
		}
	} else if first := c.arg(0); !f.function(first).OK() {
		listen.Port = f.value(first)
		if listen.Port.IsLiteral() && strings.HasPrefix(listen.Port.Text, "/") {
			return
		}
		if !isPort(first, listen.Port) {
			listen.Host = inspect.Value{} // it may be all options, as somebody else made them
		}
		if host := c.arg(1); host.OK() && !f.function(host).OK() && !f.callback(host) {
			if v := f.value(host); v.Source != inspect.Unknown && !isNumber(v.Text) {
				listen.Host = v
			} else if !isNumber(v.Text) {
				listen.Host = inspect.Value{}
			}
		}
	}
	f.sayListen(c, listen)
}

// fastify reports whether a server is Fastify, which listens on localhost when it
// isn't told where: fastify.dev/docs/latest/Reference/Server/#listen. Nest hands
// what it is told on to it.
func (f *ecmaFile) fastify(receiver string) bool {
	switch receiver {
	case "fastify()", "fastify.fastify()", "fastify.FastifyInstance()", "@nestjs/platform-fastify.NestFastifyApplication()":
		return true
	}
	return strings.HasPrefix(receiver, "@nestjs/core.NestFactory.create") && f.usesAny("@nestjs/platform-fastify")
}

// callback reports whether a name is what its function is given to call when
// it is done: resolve of a promise, next, done.
func (f *ecmaFile) callback(n syntax.Node) bool {
	b := f.lookup(ecmaBare(n))
	if b == nil || b.how != ecmaParameter {
		return false
	}
	switch b.name {
	case "cb", "callback", "done", "next", "resolve", "fn":
		return true
	}
	around := b.scope.node.Parent().Parent()
	return around.Is("new_expression") && around.Field("constructor").Text() == "Promise"
}

// isPort reports whether an argument can be nothing but a port: a literal, what
// this file reads of the environment, something of that name.
func isPort(n syntax.Node, v inspect.Value) bool {
	told := v.IsLiteral() || v.FromEnv() && !slices.ContainsFunc(v.Env, func(name string) bool {
		_, export := inspect.Reference(name)
		return export != ""
	})
	return told || portName.MatchString(ecmaLastName(n))
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// serverByName accepts a receiver that the file does not construct: one called
// app or server, in a file that imports a server library or takes the app from
// another file, and only with something that can be a port.
func (f *ecmaFile) serverByName(c ecmaCall, symbol string) bool {
	recv := ecmaBare(c.recv)
	name := recv.Text()
	if _, path := ecmaPath(recv); len(path) > 0 {
		name = path[len(path)-1]
	}
	if !serverName.MatchString(name) {
		return false
	}
	b := f.lookup(recv)
	elsewhere := b != nil && b.how == ecmaImported || strings.HasPrefix(symbol, ".")
	if !elsewhere && !f.usesAny("express", "http", "https", "http2", "koa", "fastify", "@nestjs/core", "next", "restify", "polka", "connect") {
		return false
	}
	first := c.arg(0)
	if options := f.object(first); options.OK() {
		return f.property(options, "port").OK()
	}
	v := f.value(first)
	_, path := ecmaPath(first)
	last := ecmaBare(first).Text()
	if len(path) > 0 {
		last = path[len(path)-1]
	}
	if get := f.callOf(ecmaBare(first)); get.method == "get" {
		asked, _ := ecmaString(get.arg(0))
		last = asked // app.get("port"), config.get("server.port")
	}
	return v.FromEnv() || v.IsLiteral() && isNumber(v.Text) || portName.MatchString(last)
}

func (f *ecmaFile) usesAny(modules ...string) bool {
	for _, m := range modules {
		if f.uses[m] {
			return true
		}
	}
	return false
}

// bunPort is where Bun listens when it isn't told: bun.sh/docs/api/http.
var bunPort = inspect.Value{Source: inspect.Env, Text: "3000", HasText: true, Env: []string{"BUN_PORT", "PORT", "NODE_PORT"}}

// readServe reads Bun.serve({ port }), Deno.serve({ port }, handler).
func (f *ecmaFile) readServe(c ecmaCall) {
	for _, a := range c.args {
		o := f.object(a)
		if c.callee == "Bun.serve" && o.OK() && !f.property(o, "port").OK() && !f.property(o, "unix").OK() && !spreads(o) {
			f.sayListen(c, inspect.Listen{Via: c.callee, Host: f.value(f.property(o, "hostname")), Port: bunPort})
			return
		}
		if o.OK() {
			f.sayOptionsListen(c, c.callee, o)
			return
		}
	}
	f.sayListen(c, inspect.Listen{Via: c.callee})
}

// spreads reports whether an object takes keys over from another.
func spreads(object syntax.Node) bool {
	for _, child := range object.Children() {
		if child.Is("spread_element") {
			return true
		}
	}
	return false
}

func (f *ecmaFile) sayOptionsListen(c ecmaCall, via string, options syntax.Node) {
	f.sayListen(c, inspect.Listen{
		Via: via, Host: f.value(f.property(options, "host", "hostname", "address")), Port: f.value(f.property(options, "port")),
	})
}

func (f *ecmaFile) sayListen(c ecmaCall, listen inspect.Listen) {
	listen.Main = f.whenMain(c.node)
	listen.Dev = listen.Dev || f.debugOnly(c.node)
	name := ""
	if c.recv.OK() {
		root, path := ecmaPath(c.recv)
		if name = root.Text(); len(path) > 0 {
			name = path[len(path)-1]
		}
		if !root.Is("identifier", "this") {
			name = ""
		}
	}
	listen.Side = sideName.MatchString(name) || slices.ContainsFunc(listen.Port.Env, func(name string) bool {
		_, export := inspect.Reference(name)
		return export == "" && sideName.MatchString(name)
	})
	f.say(c.node, listen)
}

// ecmaAddress takes "0.0.0.0:50051" apart.
func ecmaAddress(v inspect.Value) (host, port inspect.Value) {
	i := strings.LastIndex(v.Text, ":")
	if !v.HasText || i < 0 {
		return inspect.Value{}, v
	}
	host, port = v, v
	host.Text, port.Text = v.Text[:i], v.Text[i+1:]
	if v.FromEnv() {
		host = inspect.Value{Source: inspect.Literal, Text: v.Text[:i], HasText: true}
	}
	return host, port
}
