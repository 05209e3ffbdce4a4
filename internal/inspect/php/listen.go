package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// listen says where the address stands among a call's arguments.
type listen struct {
	host, port int  // places; -1 without
	joined     bool // the argument at host is "scheme://host:port", or a port alone
	side       bool // beside the main listener
}

// listens are the calls that open a listening socket, by resolved name.
var listens = lowered(map[string]listen{
	`new Swoole\Http\Server`: {host: 0, port: 1}, `new Swoole\Server`: {host: 0, port: 1}, `new Swoole\WebSocket\Server`: {host: 0, port: 1}, `new OpenSwoole\Http\Server`: {host: 0, port: 1},
	`new OpenSwoole\Server`: {host: 0, port: 1}, `new OpenSwoole\WebSocket\Server`: {host: 0, port: 1}, `new Swoole\Coroutine\Http\Server`: {host: 0, port: 1}, `new Swoole\Coroutine\Server`: {host: 0, port: 1},
	"new swoole_http_server": {host: 0, port: 1}, "new swoole_websocket_server": {host: 0, port: 1}, "new swoole_server": {host: 0, port: 1}, `Swoole\Http\Server->addlistener`: {host: 0, port: 1, side: true},
	`new React\Socket\SocketServer`: {host: 0, joined: true}, `new React\Socket\Server`: {host: 0, joined: true}, `new React\Socket\TcpServer`: {host: 0, joined: true}, `React\Socket\Server->listen`: {host: 1, port: 0},
	`new Workerman\Worker`: {host: 0, joined: true}, `Amp\Http\Server\SocketHttpServer->expose`: {host: 0, joined: true}, `Amp\Http\Server\SocketHttpServer::createForDirectAccess()->expose`: {host: 0, joined: true},
	`Amp\Socket\listen`: {host: 0, joined: true}, `Amp\Socket\Server::listen`: {host: 0, joined: true}, `new Amp\Socket\InternetAddress`: {host: 0, port: 1},
	`Ratchet\Server\IoServer::factory`: {host: 2, port: 1}, `new Ratchet\App`: {host: 2, port: 1},
	"stream_socket_server": {host: 0, joined: true}, "socket_bind": {host: 1, port: 2}, "socket_create_listen": {host: -1, port: 0},
})

// longLivedRoots are namespaces of servers whose requests share one process.
var longLivedRoots = []string{`Swoole\`, `OpenSwoole\`, `Workerman\`, `React\Http`, `React\Socket`, `Ratchet\`, `Amp\Http\Server`, `Spiral\RoadRunner`, `Hyperf\`, `Laravel\Octane`}

func (s *script) isLongLived() bool {
	for _, path := range s.uses {
		for _, root := range longLivedRoots {
			if strings.HasPrefix(path, root) {
				return true
			}
		}
	}
	for _, root := range []string{`Swoole\`, `OpenSwoole\`, `Workerman\`, `React\Http`, `Ratchet\`} {
		if s.sourceHas("new "+root) || s.sourceHas(`new \`+root) {
			return true
		}
	}
	return false
}

// listenCall states a server that starts to accept connections.
func (s *script) listenCall(c call) {
	l, known := listens[c.key]
	if !known || c.key == "socket_bind" && !s.sourceHas("socket_listen") {
		return
	}
	if strings.HasPrefix(c.key, `new amp\socket`) && !strings.Contains(written(c.Parent().Parent().Parent()), "expose") {
		return // an address to connect to
	}
	fact := inspect.Listen{Via: via(c.name), Side: l.side}
	if l.joined {
		at := c.args.at(l.host, "uri", "address", "socketAddress")
		if !at.OK() {
			return // Workerman's worker without an address only runs
		}
		fact.Host, fact.Port = s.hostPort(at)
	} else {
		fact.Host, fact.Port = s.valueOf(c.args.at(l.host, "host", "address")), s.valueOf(c.args.at(l.port, "port"))
	}
	s.state(c.Node, fact)
}

// hostPort splits "tcp://0.0.0.0:8000" and "0.0.0.0:" . $port; where the parts
// can't be told apart both come from what the whole comes from.
func (s *script) hostPort(n syntax.Node) (host, port inspect.Value) {
	n = s.follow(n)
	lead, rest := syntax.Node{}, syntax.Node{}
	switch {
	case n.Is("binary_expression") && n.Field("operator").Text() == ".":
		lead, rest = n.Field("left"), n.Field("right")
	case n.Is("encapsed_string") && n.Child(0).Is("string_content") && n.Child(1).OK() && !n.Child(2).OK():
		if address, ok := strings.CutSuffix(written(n.Child(0)), ":"); ok {
			return inspect.Lit(bareHost(address)), s.valueOf(n.Child(1))
		}
	}
	if text, ok := s.literal(lead); ok && rest.OK() {
		if address, ok := strings.CutSuffix(text, ":"); ok {
			return inspect.Lit(bareHost(address)), s.valueOf(rest)
		}
	}
	v := s.evaluate(n)
	if !v.Has {
		return inspect.Value{}, v.Kept(false)
	}
	address := v.Text
	at := strings.LastIndex(address, ":")
	if at < 0 || strings.HasPrefix(address[at:], "://") {
		return inspect.Value{}, v.Kept(false)
	}
	h := v
	h.Text, v.Text = bareHost(address[:at]), address[at+1:]
	return h.Kept(false), v.Kept(false)
}

func bareHost(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	return strings.Trim(address, "[]")
}
