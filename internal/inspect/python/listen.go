package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// pyListen says where the address stands among a call's arguments.
type pyListen struct {
	host, port int  // places; -1 for keyword only
	pair       bool // the first argument is a (host, port) tuple
	joined     bool // the first argument is "host:port"
	dev        bool // a development server
	side       bool // metrics beside the main listener
}

// pyListens are the calls that open a listening socket, by resolved name.
var pyListens = map[string]pyListen{
	"flask.Flask().run":                        {host: 0, port: 1, dev: true},
	"flask.app.Flask().run":                    {host: 0, port: 1, dev: true},
	"quart.Quart().run":                        {host: 0, port: 1, dev: true},
	"dash.Dash().run":                          {host: -1, port: -1, dev: true},
	"dash.Dash().run_server":                   {host: -1, port: -1, dev: true},
	"connexion.App().run":                      {host: -1, port: 0, dev: true},
	"connexion.FlaskApp().run":                 {host: -1, port: 0, dev: true},
	"werkzeug.serving.run_simple":              {host: 0, port: 1, dev: true},
	"werkzeug.run_simple":                      {host: 0, port: 1, dev: true},
	"bottle.run":                               {host: 2, port: 3},
	"bottle.Bottle().run":                      {host: -1, port: -1},
	"flask_socketio.SocketIO().run":            {host: 1, port: 2},
	"sanic.Sanic().run":                        {host: 0, port: 1},
	"sanic.app.Sanic().run":                    {host: 0, port: 1},
	"aiohttp.web.run_app":                      {host: -1, port: -1},
	"aiohttp.web.TCPSite":                      {host: 1, port: 2},
	"uvicorn.run":                              {host: -1, port: -1},
	"uvicorn.Config":                           {host: 1, port: 2},
	"uvicorn.config.Config":                    {host: 1, port: 2},
	"waitress.serve":                           {host: -1, port: -1},
	"hypercorn.asyncio.serve":                  {host: -1, port: -1},
	"hypercorn.trio.serve":                     {host: -1, port: -1},
	"gevent.pywsgi.WSGIServer":                 {pair: true},
	"gevent.wsgi.WSGIServer":                   {pair: true},
	"gevent.server.StreamServer":               {pair: true},
	"gevent.server.DatagramServer":             {pair: true},
	"eventlet.listen":                          {pair: true},
	"wsgiref.simple_server.make_server":        {host: 0, port: 1},
	"http.server.HTTPServer":                   {pair: true},
	"http.server.ThreadingHTTPServer":          {pair: true},
	"BaseHTTPServer.HTTPServer":                {pair: true},
	"socketserver.TCPServer":                   {pair: true},
	"socketserver.ThreadingTCPServer":          {pair: true},
	"socketserver.UDPServer":                   {pair: true},
	"socketserver.ThreadingUDPServer":          {pair: true},
	"SocketServer.TCPServer":                   {pair: true},
	"SocketServer.ThreadingTCPServer":          {pair: true},
	"xmlrpc.server.SimpleXMLRPCServer":         {pair: true},
	"tornado.web.Application().listen":         {host: 1, port: 0},
	"tornado.httpserver.HTTPServer().listen":   {host: 1, port: 0},
	"tornado.httpserver.HTTPServer().bind":     {host: 1, port: 0},
	"asyncio.start_server":                     {host: 1, port: 2},
	"asyncio.get_event_loop().create_server":   {host: 1, port: 2},
	"asyncio.get_running_loop().create_server": {host: 1, port: 2},
	"asyncio.new_event_loop().create_server":   {host: 1, port: 2},
	"websockets.serve":                         {host: 1, port: 2},
	"websockets.server.serve":                  {host: 1, port: 2},
	"websockets.asyncio.server.serve":          {host: 1, port: 2},
	"grpc.server().add_insecure_port":          {joined: true},
	"grpc.server().add_secure_port":            {joined: true},
	"grpc.aio.server().add_insecure_port":      {joined: true},
	"grpc.aio.server().add_secure_port":        {joined: true},
	"twisted.internet.reactor.listenTCP":       {host: -1, port: 0},
	"cheroot.wsgi.Server":                      {pair: true},
	"cheroot.server.HTTPServer":                {pair: true},
	"granian.Granian":                          {host: -1, port: -1},
	"granian.server.Granian":                   {host: -1, port: -1},
	"robyn.Robyn().start":                      {host: 0, port: 1},
	"bjoern.run":                               {host: 1, port: 2},
	"meinheld.listen":                          {pair: true},
	"nicegui.ui.run":                           {host: -1, port: -1},
	"flet.app":                                 {host: -1, port: -1},
	"hug.API().http.serve":                     {host: 0, port: 1},
	"japronto.Application().run":               {host: 0, port: 1},
	"blacksheep.Application().start":           {host: -1, port: -1},
	"socket.socket().bind":                     {pair: true},
	"grpclib.server.Server().start":            {host: 0, port: 1},
	"twisted.internet.reactor.listenSSL":       {host: -1, port: 0},
	"prometheus_client.start_http_server":      {host: 1, port: 0, side: true},
	"prometheus_client.start_wsgi_server":      {host: 1, port: 0, side: true},
}

// listenCall states a server that starts to accept connections.
func (p *pythonFile) listenCall(c pyCall) {
	if c.name == "django.core.management.call_command" || c.name == "django.core.management.execute_from_command_line" {
		p.runserver(c)
		return
	}
	l, known := pyListens[c.name]
	if !known {
		p.listenSetting(c)
		return
	}
	if c.name == "socket.socket().bind" && !p.mentions(".listen(") {
		return // receives no connections
	}
	fact := inspect.Listen{Via: pyVia(c.name), Dev: l.dev, Side: l.side, Main: p.startsHere(c.Node)}
	switch {
	case l.pair:
		address := p.follow(c.args.arg(0, "server_address", "listener", "addr"))
		if !address.Is("tuple") {
			fact.Port = p.valueOf(address)
			break
		}
		fact.Host, fact.Port = p.valueOf(address.Child(0)), p.valueOf(address.Child(1))
	case l.joined:
		fact.Host, fact.Port = p.hostPort(c.args.arg(0, "address"))
	default:
		fact.Host = p.valueOf(c.args.arg(l.host, "host", "address", "interface", "addr", "hostname", "server_name"))
		fact.Port = p.valueOf(c.args.arg(l.port, "port", "server_port"))
		if config := p.follow(c.args.arg(1, "config")); strings.HasPrefix(c.name, "hypercorn.") && config.Is("call") {
			if bind := listed(p.follow(p.hypercornBind(c.args.arg(1, "config"), config)))[0]; bind.OK() {
				fact.Host, fact.Port = p.hostPort(bind)
			}
		}
		if listen := c.args.arg(-1, "listen", "bind"); listen.OK() {
			fact.Host, fact.Port = p.hostPort(listen)
		}
		fact.Debug = c.args.arg(-1, "debug", "use_debugger").Is("true")
	}
	p.state(c.Node, fact)
}

// hostPort splits "[::]:8000" and "[::]:" + port; where the parts can't be told
// apart both come from what the whole comes from.
func (p *pythonFile) hostPort(n syntax.Node) (host, port inspect.Value) {
	n = p.follow(n)
	lead, rest := n.Field("left"), n.Field("right")
	if n.Is("string") && n.Child(1).Is("string_content") && n.Child(2).Is("interpolation") && n.Child(3).Is("string_end") {
		lead, rest = n.Child(1), n.Child(2).Child(0)
	}
	text := lead.Text()
	if lead.Is("string") {
		text, _ = p.literal(lead)
	}
	if address, ok := strings.CutSuffix(text, ":"); ok && rest.OK() {
		return inspect.Lit(strings.Trim(address, "[]")), p.valueOf(rest)
	}
	v := p.evaluate(n)
	if !v.Has {
		return inspect.Value{}, v.Kept(false)
	}
	at := strings.LastIndex(v.Text, ":")
	if at < 0 {
		return inspect.Value{}, v.Kept(false)
	}
	h := fold.Value{Source: v.Source, Text: strings.Trim(v.Text[:at], "[]"), Has: true, Env: v.Env}
	v.Text = v.Text[at+1:]
	return h.Kept(false), v.Kept(false)
}

// runserver states Django's development server started from code.
func (p *pythonFile) runserver(c pyCall) {
	words := c.args.positional
	if list := p.follow(c.args.arg(0, "argv")); list.Is("list", "tuple") && list.Child(1).OK() {
		words = list.Children()[1:]
	}
	if len(words) == 0 {
		return
	}
	if command, ok := p.literal(words[0]); !ok || command != "runserver" {
		return
	}
	fact := inspect.Listen{Via: pyVia(c.name), Dev: true, Main: p.startsHere(c.Node)}
	if len(words) > 1 {
		fact.Host, fact.Port = p.hostPort(words[1])
	}
	p.state(c.Node, fact)
}
