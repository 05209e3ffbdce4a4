package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Nest: modules set up by a factory, and transports of microservices.

// settled is a call with the options that its factory makes, where it has one:
// TypeOrmModule.forRootAsync({ useFactory: () => ({ … }) }) is forRoot({ … }).
func (f *ecmaFile) settled(c ecmaCall) ecmaCall {
	base, ok := strings.CutSuffix(c.callee, "Async")
	if !ok || !strings.HasPrefix(c.callee, "@nest") || len(c.args) != 1 {
		return c
	}
	factory := f.function(f.property(f.object(c.args[0]), "useFactory"))
	if made := f.returned(factory); made.OK() {
		c.callee, c.args = base, []syntax.Node{made}
	}
	return c
}

// microservices take a transport and its options at a place; inward ones
// receive what is sent to them.
var microservices = map[string]struct {
	place  int
	inward bool
}{
	"@nestjs/core.NestFactory.createMicroservice": {1, true}, "@nestjs/core.NestFactory.create().connectMicroservice": {0, true},
	"@nestjs/microservices.ClientProxyFactory.create": {0, false},
}

// readTransport states what a microservice listens to or connects to.
func (f *ecmaFile) readTransport(c ecmaCall) {
	if c.callee == "@nestjs/microservices.ClientsModule.register" {
		for _, each := range ecmaChildren(f.definition(c.arg(0))) {
			f.sayTransport(c, each, f.object(each), false)
		}
		return
	}
	if how, ok := microservices[c.callee]; ok {
		f.sayTransport(c, c.node, f.object(c.arg(how.place)), how.inward)
	}
}

func (f *ecmaFile) sayTransport(c ecmaCall, at, options syntax.Node, inward bool) {
	transport := lastOf(f.property(options, "transport"))
	own := f.object(f.property(options, "options"))
	if !options.OK() {
		return
	}
	var service inspect.Service
	handle := f.handle(own)
	switch transport {
	case "GRPC":
		if inward {
			host, port := ecmaAddress(f.value(f.property(own, "url")))
			f.sayListen(c, inspect.Listen{Via: c.callee, Host: host, Port: port})
		}
		return
	case "TCP", "":
		if inward {
			f.sayOptionsListen(c, c.callee, own)
		}
		return
	case "RMQ":
		service, handle = inspect.AMQP, f.value(f.property(own, "urls"))
	case "REDIS":
		service = inspect.Redis
	case "NATS":
		service = inspect.NATS
	case "MQTT":
		service = inspect.MQTT
	case "KAFKA":
		service, handle = inspect.Kafka, f.handle(f.property(own, "client"))
	default:
		return
	}
	f.say(at, inspect.Client{Service: service, Via: c.callee, Handle: handle, Debug: f.debugOnly(at)})
	if inward {
		f.say(at, inspect.Consumer{Via: c.callee})
	}
}
