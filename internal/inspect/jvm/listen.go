package jvm

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// listen says where the address stands among a call's arguments: -1 for by
// name only.
type listen struct {
	host, port int
	address    bool // the first argument may be an InetSocketAddress or a URI
	side       bool // metrics beside the main listener
}

// listens are the calls that open a listening socket, by resolved name.
var listens = map[string]listen{
	"com.sun.net.httpserver.HttpServer.create":          {host: -1, port: -1, address: true},
	"com.sun.net.httpserver.HttpsServer.create":         {host: -1, port: -1, address: true},
	"java.net.ServerSocket":                             {host: 2, port: 0},
	"java.net.ServerSocket.bind":                        {host: -1, port: -1, address: true},
	"java.nio.channels.ServerSocketChannel.open().bind": {host: -1, port: -1, address: true}, "java.nio.channels.ServerSocketChannel.bind": {host: -1, port: -1, address: true},
	"java.nio.channels.AsynchronousServerSocketChannel.open().bind":    {host: -1, port: -1, address: true},
	"io.netty.bootstrap.ServerBootstrap.bind":                          {host: -1, port: 0, address: true},
	"org.eclipse.jetty.server.Server":                                  {host: -1, port: 0, address: true},
	"org.eclipse.jetty.server.ServerConnector.setPort":                 {host: -1, port: 0},
	"io.undertow.Undertow.builder().addHttpListener":                   {host: 1, port: 0},
	"io.undertow.Undertow.builder().addHttpsListener":                  {host: 1, port: 0},
	"io.undertow.Undertow.Builder.addHttpListener":                     {host: 1, port: 0},
	"org.apache.catalina.startup.Tomcat.setPort":                       {host: -1, port: 0},
	"io.javalin.Javalin.start":                                         {host: -1, port: 0},
	"spark.Spark.port":                                                 {host: -1, port: 0},
	"spark.kotlin.port":                                                {host: -1, port: 0},
	"io.vertx.core.http.HttpServer.listen":                             {host: 1, port: 0},
	"io.vertx.core.Vertx.createHttpServer().listen":                    {host: 1, port: 0},
	"io.vertx.core.net.NetServer.listen":                               {host: 1, port: 0},
	"io.vertx.core.http.HttpServerOptions.setPort":                     {host: -1, port: 0},
	"io.vertx.rxjava3.core.http.HttpServer.listen":                     {host: 1, port: 0},
	"io.vertx.mutiny.core.http.HttpServer.listen":                      {host: 1, port: 0},
	"io.ktor.server.engine.embeddedServer":                             {host: 2, port: 1},
	"arrow.continuations.ktor.server":                                  {host: 2, port: 1},
	"io.helidon.webserver.WebServer.builder().port":                    {host: -1, port: 0},
	"io.grpc.ServerBuilder.forPort":                                    {host: -1, port: 0},
	"io.grpc.netty.NettyServerBuilder.forPort":                         {host: -1, port: 0},
	"io.grpc.netty.NettyServerBuilder.forAddress":                      {host: -1, port: -1, address: true},
	"io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder.forPort":    {host: -1, port: 0},
	"io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder.forAddress": {host: -1, port: -1, address: true},
	"io.grpc.Grpc.newServerBuilderForPort":                             {host: -1, port: 0},
	"reactor.netty.http.server.HttpServer.create().port":               {host: -1, port: 0},
	"reactor.netty.tcp.TcpServer.create().port":                        {host: -1, port: 0},
	"com.linecorp.armeria.server.Server.builder().http":                {host: -1, port: 0, address: true},
	"com.linecorp.armeria.server.Server.builder().port":                {host: -1, port: 0},
	"com.linecorp.armeria.server.ServerBuilder.http":                   {host: -1, port: 0, address: true},
	"org.http4k.server.SunHttp":                                        {host: -1, port: 0}, "org.http4k.server.Jetty": {host: -1, port: 0}, "org.http4k.server.Undertow": {host: -1, port: 0},
	"org.http4k.server.Netty": {host: -1, port: 0}, "org.http4k.server.KtorCIO": {host: -1, port: 0}, "org.http4k.server.ApacheServer": {host: -1, port: 0}, "org.http4k.server.KtorNetty": {host: -1, port: 0},
	"fi.iki.elonen.NanoHTTPD": {host: -2, port: -2},
	"org.glassfish.grizzly.http.server.HttpServer.createSimpleServer":                    {host: -1, port: 1},
	"org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory.createHttpServer": {host: -1, port: -1, address: true},
	"org.glassfish.jersey.jdkhttp.JdkHttpServerFactory.createHttpServer":                 {host: -1, port: -1, address: true},
	"org.glassfish.jersey.jetty.JettyHttpContainerFactory.createServer":                  {host: -1, port: -1, address: true},
	"org.glassfish.jersey.netty.httpserver.NettyHttpContainerProvider.createHttp2Server": {host: -1, port: -1, address: true},
	"org.java_websocket.server.WebSocketServer":                                          {host: -1, port: -1, address: true},
	"com.corundumstudio.socketio.Configuration.setPort":                                  {host: -1, port: 0},
	"akka.http.javadsl.Http.get().newServerAt":                                           {host: 0, port: 1},
	"org.apache.pekko.http.javadsl.Http.get().newServerAt":                               {host: 0, port: 1},
	"ratpack.server.ServerConfig.builder().port":                                         {host: -1, port: 0},
	"io.prometheus.client.exporter.HTTPServer":                                           {host: -1, port: 0, side: true},
	"io.prometheus.metrics.exporter.httpserver.HTTPServer.builder().port":                {host: -1, port: 0, side: true},
	"io.prometheus.jmx.shaded.io.prometheus.client.exporter.HTTPServer":                  {host: -1, port: 0, side: true},

	"org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory":              {host: -1, port: 0},
	"org.springframework.boot.web.embedded.jetty.JettyServletWebServerFactory":                {host: -1, port: 0},
	"org.springframework.boot.web.embedded.undertow.UndertowServletWebServerFactory":          {host: -1, port: 0},
	"org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory":               {host: -1, port: 0},
	"org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory.setPort":      {host: -1, port: 0},
	"org.springframework.boot.web.server.ConfigurableWebServerFactory.setPort":                {host: -1, port: 0},
	"org.springframework.boot.web.servlet.server.ConfigurableServletWebServerFactory.setPort": {host: -1, port: 0},
}

// settingsListens start a server whose address stands in the framework's own
// configuration: a file, an option, a variable.
var settingsListens = map[string]bool{
	"io.ktor.server.netty.EngineMain.main": true, "io.ktor.server.cio.EngineMain.main": true, "io.ktor.server.jetty.EngineMain.main": true, "io.ktor.server.tomcat.EngineMain.main": true,
	"io.ktor.server.jetty.jakarta.EngineMain.main": true, "io.ktor.server.tomcat.jakarta.EngineMain.main": true,
	"io.micronaut.runtime.Micronaut.run": true, "io.micronaut.runtime.Micronaut.build().start": true, "io.micronaut.runtime.startApplication": true,
	"io.helidon.microprofile.server.Server.create": true, "io.helidon.microprofile.server.Main.main": true, "play.core.server.ProdServerStart.main": true,
}

// listenCall states a server that starts to accept connections. Methods of
// builders that no server is made of in this file are settings of one all the
// same.
func (f *file) listenCall(c call) {
	if settingsListens[c.name] {
		port := fold.Input
		if strings.HasPrefix(c.name, "io.ktor.") {
			port = fold.Refer(inspect.Input, "conf:ktor.deployment.port")
		}
		f.state(c.Node, inspect.Listen{Via: f.via(c.name), Port: port.Kept(false)})
		return
	}
	l, known := listens[c.name]
	if !known || c.name == "org.eclipse.jetty.server.Server" && !f.jettyPort(c) {
		return
	}
	fact := inspect.Listen{Via: f.via(strings.ReplaceAll(c.name, ".builder()", "")), Side: l.side}
	switch {
	case c.Is("constructor_invocation") && len(c.args) == 0 && len(c.named) == 0, l.port == 0 && strings.HasPrefix(c.name, "java.net.ServerSocket") && len(c.args) == 0:
		return // bound later, if at all
	case l.port == -2: // NanoHTTPD([host,] port)
		fact.Port = f.valueOf(c.arg(len(c.args) - 1))
		if len(c.args) > 1 {
			fact.Host = f.valueOf(c.args[0])
		}
	case l.address && f.addressOf(&fact, c):
	case l.address && l.port < 0:
		v := f.evaluate(c.arg(0))
		if fact.Port = (inspect.Value{Source: v.Source, Env: v.Env}); v.Source == inspect.None || v.Source == inspect.Literal {
			fact.Port.Source = inspect.Unknown
		}
	case c.method == "bind" && len(c.args) == 2 && strings.HasPrefix(c.name, "io.netty"), c.name == "io.javalin.Javalin.start" && len(c.args) == 2:
		fact.Host, fact.Port = f.valueOf(c.args[0]), f.valueOf(c.args[1])
	default:
		if host := c.arg(l.host, "host", "hostname"); !isLambda(host) {
			fact.Host = f.valueOf(host)
		}
		fact.Port = f.valueOf(c.arg(l.port, "port"))
	}
	f.listenOptions(c, &fact)
	f.state(c.Node, fact)
}

// jettyPort reports whether Jetty's server is given its port when it is made:
// else a connector has it.
func (f *file) jettyPort(c call) bool {
	v := f.resolve(c.arg(0))
	return len(c.args) > 0 && !strings.HasPrefix(v, "org.eclipse.jetty.util.thread.") && len(c.args) == 1
}

// listenOptions reads what Ktor and Vert.x are told in a block or an object.
func (f *file) listenOptions(c call, fact *inspect.Listen) {
	if fact.Port.Source != inspect.None || fact.Host.Source != inspect.None {
		return
	}
	if strings.HasPrefix(c.name, "io.vertx.") && strings.HasSuffix(c.name, ".listen") {
		fact.Port = inspect.Value{Source: inspect.Unknown} // HttpServerOptions has it
		return
	}
	if c.name != "io.ktor.server.engine.embeddedServer" && c.name != "arrow.continuations.ktor.server" {
		return
	}
	// embeddedServer(Netty, configure = { connector { port = 8080 } })
	f.look(c.Node, func(n syntax.Node) bool {
		if n.Is("assignment") {
			switch n.Field("left").Text() {
			case "port":
				fact.Port = f.valueOf(n.Field("right"))
			case "host":
				fact.Host = f.valueOf(n.Field("right"))
			}
		}
		return !n.Is("function_declaration")
	})
	if fact.Port.Source == inspect.None && len(c.named) == 0 && len(c.args) > 1 && f.resolve(c.args[1]) != "" {
		fact.Port = inspect.Value{Source: inspect.Input}
	}
}

// uriAddress splits http://0.0.0.0:8080/api.
var uriAddress = regexp.MustCompile(`^(?:[a-z]+://)([^/:]*)(?::([0-9]+))?`)

// addressOf reads new InetSocketAddress([host,] port) and URI.create("…").
func (f *file) addressOf(fact *inspect.Listen, c call) bool {
	for _, arg := range c.args {
		made := f.follow(arg)
		if !isCall(made) {
			continue
		}
		switch a := f.callOf(made); {
		case a.name == "java.net.InetSocketAddress" || strings.HasSuffix(a.name, "SocketAddress.inetSocketAddress") && len(a.args) == 1:
			if len(a.args) > 1 {
				fact.Host = f.valueOf(a.args[0])
			}
			fact.Port = f.valueOf(a.arg(len(a.args) - 1))
			return true
		case a.name == "java.net.URI.create" || strings.HasSuffix(a.name, ".UriBuilder.fromUri") || a.name == "java.net.URI":
			v := f.evaluate(a.arg(0))
			f.splitURI(fact, v)
			return true
		case a.on == "jakarta.ws.rs.core.UriBuilder.fromUri()" && a.method == "build":
			fact.Port = inspect.Value{Source: inspect.Unknown}
			return true
		}
	}
	return false
}

func (f *file) splitURI(fact *inspect.Listen, v fold.Value) {
	m := uriAddress.FindStringSubmatch(v.Text)
	if !v.Has || m == nil {
		fact.Port = v.WithoutText().Kept(false)
		return
	}
	host, port := v, v
	host.Text, port.Text = m[1], m[2]
	fact.Host, fact.Port = host.Kept(false), port.Kept(false)
	if m[2] == "" {
		fact.Port = inspect.Value{}
	}
}

// follow is the expression that a local name stands for, or n itself.
func (f *file) follow(n syntax.Node) syntax.Node {
	for range 6 {
		n = bare(n)
		b := f.bindingAt(n)
		if b == nil || b.param || len(b.values) != 1 || !b.values[0].OK() {
			return n
		}
		n = b.values[0]
	}
	return n
}

// springMarks are what makes a Spring program one that serves.
var (
	springRun   = map[string]bool{"org.springframework.boot.SpringApplication.run": true, "org.springframework.boot.runApplication": true, "org.springframework.boot.builder.SpringApplicationBuilder.run": true}
	bootClasses = map[string]bool{"org.springframework.boot.autoconfigure.SpringBootApplication": true, "org.springframework.boot.autoconfigure.EnableAutoConfiguration": true}
)

// entryCall states the start of a framework, and of its server. A Spring
// program listens if its dependencies hold a web server, which another file
// says: Via tells the fact from one that is sure.
func (f *file) entryCall(c call) {
	name := c.name
	if strings.HasPrefix(name, "org.springframework.boot.builder.SpringApplicationBuilder") && c.method == "run" {
		name = "org.springframework.boot.builder.SpringApplicationBuilder.run"
	}
	switch {
	case springRun[name]:
		if !f.once(name) {
			return
		}
		f.state(c.Node, inspect.EntryPoint{Via: name})
		if f.servesHTTP() {
			f.state(c.Node, inspect.Listen{Via: name, Port: f.springPort()})
		}
	case name == "io.quarkus.runtime.Quarkus.run", settingsListens[name]:
		f.state(c.Node, inspect.EntryPoint{Via: f.via(name)})
	case c.method == "run" && (strings.HasPrefix(c.on, "io.dropwizard.core.Application") || strings.HasPrefix(c.on, "io.dropwizard.Application")):
		f.state(c.Node, inspect.Listen{Via: f.via(name), Port: inspect.Value{Source: inspect.Input}})
	}
}

// servesHTTP reports whether a file that starts Spring says that it serves:
// its class is configured by what is there, or it imports what handlers need.
// One that says that it does not is believed.
func (f *file) servesHTTP() bool {
	source := string(f.tree.Source())
	if strings.Contains(source, "WebApplicationType.NONE") || strings.Contains(source, ".web(false)") {
		return false
	}
	if f.imports("org.springframework.web.") || f.imports("jakarta.servlet.") || f.imports("org.springframework.boot.web.") {
		return true
	}
	for _, class := range f.classes {
		if _, ok := f.annotated(class, bootClasses); ok {
			return true
		}
	}
	return false
}

// springPort is server.port: settings of the deploy, unless the file sets it.
func (f *file) springPort() inspect.Value {
	port := inspect.Value{Source: inspect.Input}
	f.look(f.tree.Root(), func(n syntax.Node) bool {
		if c := f.callOf(n); c.ok && (c.name == "java.lang.System.setProperty" || c.method == "put" || c.method == "setProperty" || c.name == "java.util.Collections.singletonMap" || c.name == "java.util.Map.of") {
			if key, ok := f.literal(c.arg(0)); ok && key == "server.port" {
				if v := f.valueOf(c.arg(1)); v.FromEnv() {
					port = v
				}
			}
		}
		return true
	})
	return port
}

// sparkRoutes are Spark's verbs: it listens when the first route is made.
var sparkRoutes = map[string]bool{"get": true, "post": true, "put": true, "delete": true, "patch": true, "before": true}

// implicitListen states Spark's server where only its routes are.
func (f *file) implicitListen() {
	if f.seen["spark.Spark.port"] || !f.imports("spark.") || f.imports("org.apache.spark") {
		return
	}
	f.tree.Root().Walk(func(n syntax.Node) bool {
		if c := f.callOf(n); c.ok && strings.HasPrefix(c.name, "spark.Spark.") && sparkRoutes[c.method] && f.once("spark listens") && !f.portGiven() {
			f.state(n, inspect.Listen{Via: "spark.Spark." + c.method})
		}
		return true
	})
}

func (f *file) portGiven() bool {
	for _, name := range []string{"port", "setPort"} {
		if len(f.callers[name]) > 0 {
			return true
		}
	}
	return false
}

// mainFunction states what the JVM starts: static void main(String[]), fun main.
func (f *file) mainFunction(n syntax.Node) {
	if functionName(n) != "main" {
		return
	}
	list := parameters(n)
	switch {
	case n.Is("function_declaration"):
		static := f.scopeOf(n) == 0 || strings.Contains(childOf(n, "modifiers").Text(), "JvmStatic")
		if static && len(list) <= 1 && !childOf(n, "user_type").Is("user_type") || static && f.scopeOf(n) != 0 {
			f.state(n, inspect.EntryPoint{Via: "fun main"})
		}
	case childOf(n, "modifiers").Has("static") && len(list) == 1 && strings.Contains(list[0].node.Text(), "String"):
		f.state(n, inspect.EntryPoint{Via: "main"})
	}
}
