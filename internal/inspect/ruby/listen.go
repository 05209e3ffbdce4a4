package ruby

import (
	"net/url"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// listener says which arguments of a call are the host and the port: by name
// first, then by place (-1: none).
type listener struct {
	hostPlace, portPlace int
	hostNames, portNames []string
	side                 bool
}

var (
	webHost = []string{"Host", "host", "BindAddress", "bind", "address"}
	webPort = []string{"Port", "port"}
	web     = listener{-1, -1, webHost, webPort, false}
)

// listeners are calls that start to accept connections.
var listeners = map[string]listener{
	"Rack::Handler::WEBrick.run": web, "Rack::Handler::Puma.run": web, "Rack::Handler::Thin.run": web, "Rack::Handler::Falcon.run": web, "Rack::Handler::Unicorn.run": web, "Rack::Handler::Mongrel.run": web,
	"Rackup::Handler::WEBrick.run": web, "Rackup::Handler::Puma.run": web, "Rackup::Handler::Falcon.run": web, "Rackup::Handler::Thin.run": web, "Rack::Handler.get.run": web, "Rackup::Handler.get.run": web,
	"Rack::Handler.default.run": web, "Rackup::Handler.default.run": web, "Rack::Handler.pick.run": web, "Rackup::Handler.pick.run": web, "Rack::Server.start": web, "Rackup::Server.start": web, "Rack::Server.new": web, "Rackup::Server.new": web,
	"WEBrick::HTTPServer.new": web, "WEBrick::GenericServer.new": web, "WEBrick::HTTPProxyServer.new": web,
	"TCPServer.new": {0, 1, nil, nil, false}, "TCPServer.open": {0, 1, nil, nil, false}, "Socket.tcp_server_loop": {0, 1, nil, nil, false}, "Socket.tcp_server_sockets": {0, 1, nil, nil, false},
	"Thin::Server.start": {0, 1, nil, nil, false}, "Thin::Server.new": {0, 1, nil, nil, false}, "EventMachine.start_server": {0, 1, nil, nil, false}, "EM.start_server": {0, 1, nil, nil, false}, "EventMachine::WebSocket.run": web, "EM::WebSocket.run": web, "EM::WebSocket.start": web,
	"Puma::Server.new.add_tcp_listener": {0, 1, nil, nil, false}, "Agoo::Server.init": {-1, 0, nil, nil, false}, "Iodine.listen": {-1, -1, []string{"address"}, []string{"port"}, false}, "Iodine.listen2http": {-1, -1, []string{"address"}, []string{"port"}, false},
	"GRPC::RpcServer.new.add_http2_port": {-1, 0, nil, nil, false}, "Gruf::Server.new": {-1, -1, nil, []string{"hostname"}, false}, "Async::HTTP::Endpoint.parse": {-1, 0, nil, nil, false}, "DRb.start_service": {-1, 0, nil, nil, false}, "XMLRPC::Server.new": {1, 0, nil, nil, false},
	"PrometheusExporter::Server::WebServer.new": {-1, -1, []string{"bind"}, []string{"port"}, true}, "PrometheusExporter::Server::Runner.new": {-1, -1, []string{"bind"}, []string{"port"}, true}, "Yabeda::Prometheus::Exporter.start_metrics_server!": {-1, -1, nil, nil, true}, "SidekiqAlive.start": {-1, -1, nil, []string{"port"}, true},
}

// listenCall states a server that code itself starts.
func (f *rubyFile) listenCall(c call) {
	l, known := listeners[c.name]
	if !known {
		f.frameworkListen(c)
		return
	}
	host, port := c.args.arg(l.hostPlace, l.hostNames...), c.args.arg(l.portPlace, l.portNames...)
	if strings.HasPrefix(c.name, "TCPServer.") && len(c.args.positional) == 1 {
		host, port = syntax.Node{}, c.args.positional[0]
	}
	fact := inspect.Listen{Via: c.name, Host: f.valueOf(host), Port: f.valueOf(port), Main: startsHere(c.Node), Side: l.side || f.aside(c.Node), Dev: f.debugOnly(c.Node)}
	if strings.HasPrefix(c.name, "Async::HTTP") && !f.requires["falcon"] && !f.says("Falcon::Environment") && !f.serves("Async::HTTP::Server", "Falcon::Server") {
		return // an endpoint to connect to
	}
	if fact.Port.Text == "0" && fact.Port.IsLiteral() || c.name == "GRPC::RpcServer.new.add_http2_port" && fact.Port.IsLiteral() && strings.HasSuffix(fact.Port.Text, ":0") {
		return
	}
	fact.Host, fact.Port = splitAddress(fact.Host, fact.Port)
	f.say(c.Node, fact)
}

// sideName are names of code that listens beside the main server.
var sideName = regexp.MustCompile(`(?i)(health|metrics|prometheus|probe|debug|profil|liveness|exporter)`)

// aside reports whether a listener stands in code that is named for a side
// purpose.
func (f *rubyFile) aside(n syntax.Node) bool {
	return sideName.MatchString(f.namespace(n)) || sideName.MatchString(method(n).Field("name").Text())
}

func (f *rubyFile) serves(classes ...string) bool {
	for _, c := range f.calls {
		for _, class := range classes {
			if c.name == class+".new" || c.name == class+".run" {
				return true
			}
		}
	}
	return false
}

// splitAddress parts "0.0.0.0:50051" and "tcp://0.0.0.0:3000" given as a port.
func splitAddress(host, port inspect.Value) (inspect.Value, inspect.Value) {
	text := port.Text
	if !port.HasText || host.Source != inspect.None {
		return host, port
	}
	if u, err := url.Parse(text); err == nil && u.Scheme != "" && u.Host != "" {
		text = u.Host
	}
	at := strings.LastIndex(text, ":")
	if at < 0 {
		return host, port
	}
	host = port
	host.Text, port.Text = text[:at], text[at+1:]
	return host, port
}

// frameworkListen states run! of a Sinatra application.
func (f *rubyFile) frameworkListen(c call) {
	sinatra := c.method == "run!" && (strings.HasPrefix(c.name, "Sinatra::") || c.name == "run!" && f.sinatra)
	if !sinatra || c.method != "run!" {
		return
	}
	host, port := f.sinatraSetting("bind"), f.sinatraSetting("port")
	if at := c.args.arg(-1, "port"); at.OK() {
		port = f.valueOf(at)
	}
	if at := c.args.arg(-1, "host", "bind"); at.OK() {
		host = f.valueOf(at)
	}
	if port.Source == inspect.None {
		port = sinatraPort
	}
	f.once("sinatra listen")
	f.say(c.Node, inspect.Listen{Via: "Sinatra::Base.run!", Host: host, Port: port, Main: startsHere(c.Node) || c.Up("if", "if_modifier").OK() && strings.Contains(c.Up("if", "if_modifier").Field("condition").Text(), "app_file")})
}

// sinatraPort is what Sinatra listens on when nothing is set.
var sinatraPort = inspect.Value{Source: inspect.Env, Text: "4567", HasText: true, Env: []string{"PORT"}}

// sinatraSetting is what set gives to a setting, outside development.
func (f *rubyFile) sinatraSetting(name string) inspect.Value {
	found := inspect.Value{}
	for _, c := range f.calls {
		if c.name != "set" && c.name != "Sinatra::Base.set" && c.name != "Sinatra::Application.set" || f.debugOnly(c.Node) {
			continue
		}
		if key, ok := f.literal(c.args.arg(0)); ok && key == name && len(c.args.positional) == 2 {
			found = f.valueOf(c.args.positional[1])
		} else if v := c.args.arg(-1, name); v.OK() {
			found = f.valueOf(v)
		}
	}
	return found
}

// sinatraListen states what a Sinatra application sets, and the server that a
// classic one starts when its file is run.
func (f *rubyFile) sinatraListen() {
	if !f.sinatra || f.seen["sinatra listen"] {
		return
	}
	host, port := f.sinatraSetting("bind"), f.sinatraSetting("port")
	for _, c := range f.calls {
		key, _ := f.literal(c.args.arg(0))
		_, named := c.args.keyword["port"]
		switch {
		case c.name == "set" && (key == "port" || named):
			f.say(c.Node, inspect.Listen{Via: "Sinatra.set", Host: host, Port: port, Main: true})
			return
		case c.name == "require" && key == "sinatra" && f.hasRoutes():
			if port.Source == inspect.None {
				port = sinatraPort
			}
			f.say(c.Node, inspect.Listen{Via: "sinatra", Host: host, Port: port, Main: true})
			return
		}
	}
}

// hasRoutes reports whether the file has routes at its top, as a classic
// Sinatra application does.
func (f *rubyFile) hasRoutes() bool {
	for _, c := range f.calls {
		if routeVerbs[c.name] && c.block.OK() && atTop(c.Node) {
			return true
		}
	}
	return false
}
