package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// readLogSink states what a logger writes to.
func (f *ecmaFile) readLogSink(c ecmaCall) {
	switch symbol := c.callee; {
	case symbol == "winston.transports.File":
		f.saySink(c, inspect.LogSink{
			Via: symbol, Target: "file", Path: f.winstonPath(c), Structured: f.winstonJSON(c), Rotates: f.property(f.object(c.arg(0)), "maxsize").OK(),
		})
	case symbol == "winston-daily-rotate-file" || symbol == "winston.transports.DailyRotateFile":
		f.saySink(c, inspect.LogSink{Via: symbol, Target: "file", Path: f.winstonPath(c), Structured: f.winstonJSON(c), Rotates: true})
	case symbol == "winston.transports.Console":
		f.saySink(c, inspect.LogSink{Via: symbol, Target: "stdout", Structured: f.winstonJSON(c)})
	case networkTransports[symbol]:
		f.saySink(c, inspect.LogSink{Via: symbol, Target: "network", Structured: true})
	case symbol == "winston-syslog.Syslog" || symbol == "winston.transports.Syslog":
		f.saySink(c, inspect.LogSink{Via: symbol, Target: "syslog"})
	case symbol == "pino" || symbol == "pino.pino" || symbol == "pino.default":
		f.readPino(c)
	case symbol == "pino-http" || symbol == "express-pino-logger" || symbol == "koa-pino-logger" || symbol == "nestjs-pino.LoggerModule.forRoot":
		f.saySink(c, inspect.LogSink{Via: symbol, Target: "stdout", Structured: true})
	case symbol == "fastify" || symbol == "fastify.fastify":
		if v := f.property(f.object(c.arg(0)), "logger"); v.OK() && (v.Is("true") || f.object(v).OK()) {
			f.saySink(c, inspect.LogSink{Via: "fastify.logger", Target: "stdout", Structured: true})
		}
	case symbol == "log4js.configure":
		f.readLog4js(c)
	case symbol == "bunyan.createLogger" || symbol == "bunyan":
		f.readBunyan(c)
	case symbol == "morgan":
		f.readMorgan(c)
	case symbol == "@nestjs/core.NestFactory.create" || symbol == "@nestjs/core.NestFactory.createMicroservice":
		f.readNest(c)
	case symbol == "hono/logger.logger" || symbol == "koa-logger" || symbol == "consola.createConsola":
		f.saySink(c, inspect.LogSink{Via: symbol, Target: "stdout"})
	case symbol == "roarr.Roarr":
		f.saySink(c, inspect.LogSink{Via: symbol, Target: "stdout", Structured: true})
	case symbol == "tslog.Logger":
		f.saySink(c, inspect.LogSink{Via: symbol, Target: "stdout", Structured: f.value(f.property(f.object(c.arg(0)), "type")).Text == "json"})
	}
}

// readNest states the console logger that Nest has when it is given no other:
// neither by its options nor by useLogger.
func (f *ecmaFile) readNest(c ecmaCall) {
	for _, options := range []syntax.Node{c.arg(1), c.arg(2)} {
		object := f.object(options)
		if f.property(object, "logger").OK() || f.property(object, "bufferLogs").OK() {
			return
		}
	}
	for _, other := range f.calls {
		if strings.HasSuffix(other.callee, ".useLogger") {
			return
		}
	}
	f.saySink(c, inspect.LogSink{Via: "@nestjs/common.ConsoleLogger", Target: "stdout"})
}

var networkTransports = map[string]bool{
	"winston.transports.Http": true, "winston-cloudwatch": true, "winston-loggly-bulk.Loggly": true, "winston-elasticsearch.ElasticsearchTransport": true,
	"winston-logstash": true, "winston3-logstash-transport": true, "winston-logstash-transport": true, "winston-logstash/lib/winston-logstash-latest": true, "winston-transport-http": true, "winston-splunk-httplogger": true,
	"@datadog/winston": true, "datadog-winston": true, "winston-datadog": true, "winston-graylog2": true, "@logtail/winston.LogtailTransport": true, "winston-newrelic-agent-transport": true,
	"bunyan-logstash.createStream": true, "bunyan-cloudwatch": true, "pino-socket": true, "pino-elasticsearch": true, "pino-cloudwatch": true, "@google-cloud/logging-winston.LoggingWinston": true, "winston-loki": true, "winston-papertrail.Papertrail": true,
}

func (f *ecmaFile) saySink(c ecmaCall, sink inspect.LogSink) {
	sink.Debug = f.debugOnly(c.node)
	f.say(c.node, sink)
}

func (f *ecmaFile) sayFileSink(c ecmaCall, via string, path inspect.Value, structured bool) {
	f.saySink(c, inspect.LogSink{Via: via, Target: "file", Path: path, Structured: structured})
}

func (f *ecmaFile) winstonPath(c ecmaCall) inspect.Value {
	options := f.object(c.arg(0))
	name := f.fold(f.property(options, "filename"), maxHops)
	if dir := f.property(options, "dirname"); dir.OK() {
		return fold.Join(f.fold(dir, maxHops), fold.Literal("/"), name).Kept(false)
	}
	return name.Kept(false)
}

// winstonJSON reports whether a transport's format, or that of the logger it
// is given to, is JSON.
func (f *ecmaFile) winstonJSON(c ecmaCall) bool {
	if format := f.property(f.object(c.arg(0)), "format"); format.OK() {
		return f.makesJSON(format)
	}
	for p := c.node.Parent(); p.OK(); p = p.Parent() {
		if p.Is("call_expression") && f.symbol(p.Field("function")) == "winston.createLogger" {
			return f.makesJSON(f.property(f.object(ecmaBare(p.Field("arguments").Child(0))), "format"))
		}
	}
	return false
}

func (f *ecmaFile) makesJSON(format syntax.Node) (found bool) {
	format = f.definition(format)
	format.Walk(func(n syntax.Node) bool {
		if n.Is("call_expression") {
			switch f.symbol(n.Field("function")) {
			case "winston.format.json", "logform.format.json", "winston.format.logstash", "@elastic/ecs-winston-format.ecsFormat", "@elastic/ecs-winston-format":
				found = true
			}
		}
		return !found
	})
	return found
}

func (f *ecmaFile) readPino(c ecmaCall) {
	options := f.object(c.arg(0))
	stream := c.arg(1)
	if !options.OK() && len(c.args) == 1 && f.symbol(c.arg(0)) != "" {
		stream = c.arg(0)
	}
	if transport := f.object(f.property(options, "transport")); transport.OK() {
		f.readPinoTargets(c, transport)
		return
	}
	if !stream.OK() {
		f.saySink(c, inspect.LogSink{Via: "pino", Target: "stdout", Structured: true})
		return
	}
	f.readPinoStream(c, stream)
}

// readPinoStream states one stream that pino writes to, or each of several:
// pino.multistream([{stream: …}, …]).
func (f *ecmaFile) readPinoStream(c ecmaCall, stream syntax.Node) {
	d := f.definition(stream)
	switch call := f.callOf(d); call.callee {
	case "pino.multistream", "pino-multi-stream.multistream":
		for _, each := range ecmaChildren(f.definition(call.arg(0))) {
			if one := f.property(f.object(each), "stream"); one.OK() {
				each = one
			}
			place := c
			if made := f.callOf(f.definition(each)); made.callee != "" {
				place = made
			}
			f.readPinoStream(place, each)
		}
	case "pino.destination":
		path := f.value(call.arg(0))
		if o := f.object(call.arg(0)); o.OK() {
			path = f.value(f.property(o, "dest"))
		}
		f.sayPinoDestination(c, path)
	case "pino.transport":
		f.readPinoTargets(c, f.object(call.arg(0)))
	case "pino-pretty":
		f.saySink(c, inspect.LogSink{Via: "pino", Target: "stdout"})
	case "fs.createWriteStream":
		f.told[d.Index()] = true
		f.sayFileSink(c, "pino", f.value(call.arg(0)), true)
	default:
		if f.symbol(d) == "process.stdout" {
			f.saySink(c, inspect.LogSink{Via: "pino", Target: "stdout", Structured: true})
		}
	}
}

func (f *ecmaFile) sayPinoDestination(c ecmaCall, path inspect.Value) {
	switch {
	case path.Source == inspect.None || path.Text == "1" || path.Text == "/dev/stdout":
		f.saySink(c, inspect.LogSink{Via: "pino", Target: "stdout", Structured: true})
	case path.Text == "2" || path.Text == "/dev/stderr":
		f.saySink(c, inspect.LogSink{Via: "pino", Target: "stderr", Structured: true})
	default:
		f.sayFileSink(c, "pino.destination", path, true)
	}
}

func (f *ecmaFile) readPinoTargets(c ecmaCall, transport syntax.Node) {
	targets := []syntax.Node{transport}
	if list := f.definition(f.property(transport, "targets", "pipeline")); list.Is("array") {
		targets = ecmaChildren(list)
	}
	for _, t := range targets {
		object := f.object(t)
		switch target := f.value(f.property(object, "target")); {
		case target.Text == "pino/file":
			f.sayPinoDestination(c, f.value(f.path(object, "options", "destination")))
		case target.Text == "pino-pretty":
			f.saySink(c, inspect.LogSink{Via: "pino", Target: "stdout"})
		case target.Text == "pino-roll":
			f.saySink(c, inspect.LogSink{Via: "pino-roll", Target: "file", Path: f.value(f.path(object, "options", "file")), Structured: true, Rotates: true})
		case target.Text == "pino-syslog" || target.Text == "pino-syslog-transport":
			f.saySink(c, inspect.LogSink{Via: target.Text, Target: "syslog", Structured: true})
		case target.IsLiteral() && strings.HasPrefix(target.Text, "pino-"):
			f.saySink(c, inspect.LogSink{Via: target.Text, Target: "network", Structured: true})
		}
	}
}

func (f *ecmaFile) readBunyan(c ecmaCall) {
	list := f.definition(f.property(f.object(c.arg(0)), "streams"))
	if !list.Is("array") {
		f.saySink(c, inspect.LogSink{Via: "bunyan", Target: "stdout", Structured: true})
		return
	}
	for _, s := range ecmaChildren(list) {
		object := f.object(s)
		if path := f.property(object, "path"); path.OK() {
			f.saySink(c, inspect.LogSink{Via: "bunyan", Target: "file", Path: f.value(path), Structured: true, Rotates: f.value(f.property(object, "type")).Text == "rotating-file"})
		} else if f.symbol(f.property(object, "stream")) == "process.stdout" {
			f.saySink(c, inspect.LogSink{Via: "bunyan", Target: "stdout", Structured: true})
		}
	}
}

// readMorgan: without a stream it writes to stdout; a stream of its own making
// hands the lines to another logger.
func (f *ecmaFile) readMorgan(c ecmaCall) {
	stream := f.property(f.object(c.arg(1)), "stream")
	if !stream.OK() {
		f.saySink(c, inspect.LogSink{Via: "morgan", Target: "stdout"})
		return
	}
	d := f.definition(stream)
	switch call := f.callOf(d); call.callee {
	case "fs.createWriteStream":
		f.told[d.Index()] = true
		f.sayFileSink(c, "morgan", f.value(call.arg(0)), false)
	case "rotating-file-stream.createStream", "rotating-file-stream", "file-stream-rotator.getStream":
		path := f.value(call.arg(0))
		if options := f.object(call.arg(0)); options.OK() {
			path = f.value(f.property(options, "filename"))
		}
		module, _, _ := strings.Cut(call.callee, ".")
		f.saySink(c, inspect.LogSink{Via: module, Target: "file", Path: path, Rotates: true})
	}
}

// readConsole states once that a file prints.
func (f *ecmaFile) readConsole() {
	for _, c := range f.calls {
		switch c.callee {
		case "console.log", "console.info", "console.warn", "console.error", "console.debug", "console.trace", "console.table":
			f.say(c.node, inspect.LogSink{Via: "console", Target: "stdout"})
			return
		}
	}
}
