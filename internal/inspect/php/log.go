package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

const monolog = `Monolog\Handler\`

// logHandlers are Monolog's handlers by where they write.
var logHandlers = map[string]string{
	"StreamHandler": "file", "RotatingFileHandler": "file", "ErrorLogHandler": "stderr", "SyslogHandler": "syslog", "SyslogUdpHandler": "syslog", "GelfHandler": "network", "SocketHandler": "network",
	"LogglyHandler": "network", "LogEntriesHandler": "network", "ElasticsearchHandler": "network", "ElasticaHandler": "network", "AmqpHandler": "network", "RedisHandler": "network", "LogmaticHandler": "network",
	"SlackWebhookHandler": "network", "SlackHandler": "network", "TelegramBotHandler": "network", "CubeHandler": "network", "InsightOpsHandler": "network", "MongoDBHandler": "network",
}

// jsonFormatters write structured lines.
var jsonFormatters = map[string]bool{
	`Monolog\Formatter\JsonFormatter`: true, `Monolog\Formatter\LogstashFormatter`: true, `Monolog\Formatter\GelfMessageFormatter`: true, `Monolog\Formatter\GoogleCloudLoggingFormatter`: true,
	`Monolog\Formatter\LogglyFormatter`: true, `Monolog\Formatter\ElasticsearchFormatter`: true, `Elastic\Monolog\v2\Formatter\ElasticCommonSchemaFormatter`: true,
}

// logCall states where a logger is told to write.
func (s *script) logCall(c call) {
	class := strings.TrimPrefix(c.name, "new ")
	if name, ok := strings.CutPrefix(class, monolog); ok && c.Is("object_creation_expression") && logHandlers[name] != "" {
		s.monologHandler(c.Node, name, c.args.at(0, "stream", "filename"), "")
		return
	}
	switch c.key {
	case "error_log":
		s.errorLog(c)
	case "ini_set":
		s.iniLog(c)
	case "syslog":
		if s.once("syslog") {
			s.state(c.Node, inspect.LogSink{Via: "syslog", Target: "syslog", Debug: s.debugOnly(c.Node)})
		}
	case strings.ToLower(facade + "Log::build"):
		s.laravelChannel(c.Node, "", s.array(c.args.at(0)))
	case strings.ToLower(facade + "Log::channel"), strings.ToLower(facade + "Log::stack"):
		if names := s.texts(c.args.at(0)); len(names) > 0 && s.once("channel "+strings.Join(names, " ")) {
			s.state(c.Node, inspect.LogRoute{Via: via(c.name), Sinks: names})
		}
	case `new monolog\registry`, `new symfony\component\httpkernel\log\logger`:
		s.state(c.Node, inspect.LogSink{Via: via(c.name), Target: "stderr", Debug: s.debugOnly(c.Node)})
	case `swoole\http\server->set`, `swoole\server->set`, `swoole\websocket\server->set`, `openswoole\http\server->set`, `openswoole\server->set`, `openswoole\websocket\server->set`:
		if at := s.find(s.array(c.args.at(0)), "log_file"); at.OK() {
			path := s.valueOf(at)
			s.state(c.Node, inspect.LogSink{Via: via(c.name), Target: fileTarget(path), Path: path, Debug: s.debugOnly(c.Node)})
		}
	case "file_put_contents", "fopen":
		s.stream(c)
	}
}

// stream states the standard streams being opened to write on.
func (s *script) stream(c call) {
	if text, ok := s.literal(c.args.at(0)); ok && strings.HasPrefix(text, "php://std") && text != "php://stdin" && s.once(text) {
		s.state(c.Node, inspect.LogSink{Via: c.key, Target: strings.TrimPrefix(text, "php://"), Debug: s.debugOnly(c.Node)})
	}
}

func (s *script) monologHandler(n syntax.Node, name string, at syntax.Node, channel string) {
	sink := inspect.LogSink{Via: monolog + name, Target: logHandlers[name], Structured: s.jsonLogs, Name: channel, Debug: s.debugOnly(n), Rotates: name == "RotatingFileHandler"}
	if sink.Target == "file" {
		if streamConstant(at) != "" {
			sink.Target = streamConstant(at)
		} else {
			sink.Path = s.valueOf(at)
			sink.Target = fileTarget(sink.Path)
		}
	}
	if sink.Target != "file" {
		sink.Rotates = false
	}
	s.state(n, sink)
}

func streamConstant(n syntax.Node) string {
	switch strings.TrimPrefix(n.Text(), `\`) {
	case "STDOUT":
		return "stdout"
	case "STDERR":
		return "stderr"
	}
	return ""
}

// fileTarget is "file", or the stream that a path stands for.
func fileTarget(path inspect.Value) string {
	switch path.Text {
	case "/dev/stdout", "/proc/1/fd/1", "/proc/self/fd/1", "php://stdout", "php://output":
		return "stdout"
	case "/dev/stderr", "/proc/1/fd/2", "/proc/self/fd/2", "php://stderr":
		return "stderr"
	}
	return "file"
}

// errorLog states error_log($message), which goes to the server's error stream;
// with type 3 it appends to a file, which is a FileWrite.
func (s *script) errorLog(c call) {
	switch kind, _ := s.literal(c.args.at(1)); kind {
	case "", "0", "4":
		if s.once("error_log") {
			s.state(c.Node, inspect.LogSink{Via: "error_log", Target: "stderr", Debug: s.debugOnly(c.Node)})
		}
	}
}

// iniLog states ini_set('error_log', '/var/log/app.log').
func (s *script) iniLog(c call) {
	if key, _ := s.literal(c.args.at(0)); key != "error_log" {
		return
	}
	path := s.valueOf(c.args.at(1))
	sink := inspect.LogSink{Via: "ini_set(error_log)", Path: path, Target: fileTarget(path), Debug: s.debugOnly(c.Node)}
	if path.Text == "syslog" {
		sink.Target = "syslog"
	}
	s.state(c.Node, sink)
}

// workermanLog states Workerman\Worker::$logFile = '/var/log/app.log'.
func (s *script) workermanLog(n syntax.Node) {
	left := n.Field("left")
	if !left.Is("scoped_property_access_expression") || s.className(left.Field("scope")) != `Workerman\Worker` {
		return
	}
	switch name := left.Field("name").Text(); name {
	case "$logFile", "$stdoutFile":
		path := s.valueOf(n.Field("right"))
		s.state(n, inspect.LogSink{Via: `Workerman\Worker::` + name, Target: fileTarget(path), Path: path, Debug: s.debugOnly(n)})
	}
}
