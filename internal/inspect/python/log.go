package python

import (
	"fmt"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyLogHandlers are the standard library's handlers by where they write.
var pyLogHandlers = map[string]string{
	"logging.FileHandler": "file", "logging.handlers.RotatingFileHandler": "file", "logging.handlers.TimedRotatingFileHandler": "file",
	"logging.handlers.WatchedFileHandler": "file", "concurrent_log_handler.ConcurrentRotatingFileHandler": "file", "cloghandler.ConcurrentRotatingFileHandler": "file",
	"logging.StreamHandler": "stderr", "rich.logging.RichHandler": "stderr", "colorlog.StreamHandler": "stderr", "flask.logging.default_handler": "stderr",
	"logging.handlers.SysLogHandler": "syslog", "logging.handlers.SocketHandler": "network", "logging.handlers.DatagramHandler": "network",
	"logging.handlers.HTTPHandler": "network", "logstash.TCPLogstashHandler": "network", "logstash.LogstashHandler": "network",
	"logstash_async.handler.AsynchronousLogstashHandler": "network", "watchtower.CloudWatchLogHandler": "network", "fluent.handler.FluentHandler": "network",
}

// pyJSONFormatters write structured lines.
var pyJSONFormatters = map[string]bool{
	"pythonjsonlogger.jsonlogger.JsonFormatter": true, "pythonjsonlogger.json.JsonFormatter": true, "pythonjsonlogger.JsonFormatter": true,
	"json_log_formatter.JSONFormatter": true, "structlog.stdlib.ProcessorFormatter": true, "logstash_formatter.LogstashFormatterV1": true,
	"ecs_logging.StdlibFormatter": true, "google.cloud.logging.handlers.StructuredLogHandler": true,
}

// logCall states where a logger is told to write.
func (p *pythonFile) logCall(c pyCall) {
	switch {
	case pyLogHandlers[c.name] != "":
		p.logHandler(c)
	case c.name == "logging.basicConfig":
		p.basicConfig(c)
	case c.name == "loguru.logger.add":
		p.loguru(c)
	case c.name == "loguru.logger.configure":
		p.loguruConfigure(c)
	case c.name == "structlog.WriteLoggerFactory" || c.name == "structlog.BytesLoggerFactory":
		p.structlogFile(c)
	case c.name == "logging.config.dictConfig":
		p.dictConfig(p.follow(c.args.arg(0, "config")), c.name)
	case c.name == "print" || pyStreamWrites[c.name] != "":
		p.printed(c)
	case c.name == "sys.stdout.reconfigure":
		if c.args.arg(-1, "line_buffering").Is("true") || c.args.arg(-1, "write_through").Is("true") {
			p.state(c.Node, inspect.LogSink{Via: c.name, Target: "stdout", Flushed: true})
		}
	case c.name == "structlog.configure":
		text := c.Field("arguments").Text()
		if strings.Contains(text, "JSONRenderer") || strings.Contains(text, "LogfmtRenderer") || strings.Contains(text, "KeyValueRenderer") {
			p.sink(c.Node, inspect.LogSink{Via: c.name, Target: "stdout", Structured: true})
		}
	}
}

// pyStreamWrites are writes on the standard streams.
var pyStreamWrites = map[string]string{"sys.stdout.write": "stdout", "sys.stderr.write": "stderr"}

// printed states that a file prints: once for lines that wait in the process's
// buffer, and once for those that don't.
func (p *pythonFile) printed(c pyCall) {
	sink := inspect.LogSink{Via: "console", Target: pyStreamWrites[c.name]}
	if sink.Target == "" {
		sink.Target = "stdout"
		if file := c.args.arg(-1, "file"); file.OK() {
			if sink.Target = p.streamTarget(file); sink.Target == "" {
				return
			}
		}
		sink.Flushed = c.args.arg(-1, "flush").Is("true")
	}
	sink.Flushed = sink.Flushed || sink.Target == "stderr"
	if key := fmt.Sprint("printed ", sink.Flushed); !p.debugOnly(c.Node) && p.once(key) {
		p.state(c.Node, sink)
	}
}

// fileSwitch is a setting by which somebody asks for a log file.
var fileSwitch = regexp.MustCompile(`(?i)(^|[._])(log_?(to_?)?files?|files?_?log(s|ging)?|enable_file_log\w*|write_?logs?)$`)

// switchedOn reports whether a statement runs only where a setting asks for log
// files, which says where they are as little as that there is one.
func switchedOn(n syntax.Node) bool {
	for s := n.Up("if_statement"); s.OK(); s = s.Up("if_statement") {
		if condition := s.Field("condition"); n.Inside(s.Field("consequence")) && condition.Is("identifier", "attribute") && fileSwitch.MatchString(condition.Text()) {
			return true
		}
	}
	return false
}

// sink states a destination, with whether only a branch for debugging has it.
func (p *pythonFile) sink(n syntax.Node, sink inspect.LogSink) {
	sink.Debug = sink.Debug || p.debugOnly(n) || sink.Target == "file" && switchedOn(n)
	class := strings.ToLower(sink.Via)
	sink.Rotates = sink.Rotates || sink.Target == "file" && strings.Contains(class, "rotat")
	p.state(n, sink)
}

func (p *pythonFile) logHandler(c pyCall) {
	sink := inspect.LogSink{Via: pyVia(c.name), Target: pyLogHandlers[c.name], Structured: p.jsonLogs}
	switch sink.Target {
	case "file":
		sink.Path = p.valueOf(c.args.arg(0, "filename"))
		sink.Target = fileTarget(sink.Path)
	case "stderr":
		if target := p.streamTarget(c.args.arg(0, "stream", "strm")); target != "" {
			sink.Target = target
		}
	}
	p.sink(c.Node, sink)
}

// fileTarget is "file", or the stream that a device path stands for.
func fileTarget(path inspect.Value) string {
	switch path.Text {
	case "/dev/stdout", "/proc/1/fd/1", "/proc/self/fd/1":
		return "stdout"
	case "/dev/stderr", "/proc/1/fd/2", "/proc/self/fd/2":
		return "stderr"
	}
	return "file"
}

// streamTarget names a standard stream; "" for any other expression.
func (p *pythonFile) streamTarget(n syntax.Node) string {
	switch p.resolve(n) {
	case "sys.stdout", "sys.__stdout__", "sys.stdout.buffer":
		return "stdout"
	case "sys.stderr", "sys.__stderr__":
		return "stderr"
	}
	return ""
}

func (p *pythonFile) basicConfig(c pyCall) {
	level := c.args.arg(-1, "level")
	if name := p.resolve(level); (name == "logging.DEBUG" || level.Is("string") && strings.EqualFold(strings.Trim(level.Text(), `"'`), "debug")) && !p.debugOnly(c.Node) && !c.Node.Inside(p.guard) {
		p.state(c.Node, inspect.Setting{Key: inspect.LogLevelKey, Value: inspect.Lit("debug")})
	}
	sink := inspect.LogSink{Via: c.name, Target: "stderr", Structured: p.jsonLogs}
	if file := c.args.arg(-1, "filename"); file.OK() && !file.Is("none") {
		sink.Path = p.valueOf(file)
		sink.Target = fileTarget(sink.Path)
	} else if stream := c.args.arg(-1, "stream"); stream.OK() {
		if sink.Target = p.streamTarget(stream); sink.Target == "" {
			return
		}
	} else if c.args.arg(-1, "handlers").OK() || c.args.spread {
		return // the handlers say it themselves
	}
	p.sink(c.Node, sink)
}

func (p *pythonFile) loguru(c pyCall) {
	p.loguruSink(c.Node, c.args.arg(0, "sink"), func(names ...string) syntax.Node { return c.args.arg(-1, names...) })
}

// loguruSink states a sink of Loguru with the options that option finds.
func (p *pythonFile) loguruSink(n, to syntax.Node, option func(names ...string) syntax.Node) {
	sink := inspect.LogSink{Via: "loguru.logger.add", Target: p.streamTarget(to), Structured: option("serialize").Is("true")}
	if sink.Target == "" {
		sink.Path = p.valueOf(to)
		isPath := sink.Path.HasText || option("rotation", "retention", "compression").OK() || pyPath(p.resolve(to))
		if !isPath {
			return
		}
		sink.Target, sink.Rotates = fileTarget(sink.Path), option("rotation").OK()
	}
	p.sink(n, sink)
}

// loguruConfigure states logger.configure(handlers=[{"sink": …}, dict(sink=…)]).
func (p *pythonFile) loguruConfigure(c pyCall) {
	for _, handler := range listed(p.follow(c.args.arg(0, "handlers"))) {
		if to := p.entry(handler, "sink"); to.OK() {
			p.loguruSink(handler, to, func(names ...string) syntax.Node {
				for _, name := range names {
					if v := p.entry(handler, name); v.OK() {
						return v
					}
				}
				return syntax.Node{}
			})
		}
	}
}

// structlogFile states a factory of loggers that write to an open file.
func (p *pythonFile) structlogFile(c pyCall) {
	to := p.follow(c.args.arg(0, "file"))
	sink := inspect.LogSink{Via: c.name, Target: p.streamTarget(to), Structured: true}
	if sink.Target == "" {
		if !to.Is("call") {
			return
		}
		path := pyArgsOf(to).arg(0, "file")
		if name := p.callee(to); pyPath(name) && strings.HasSuffix(name, ".open") {
			path = to.Field("function").Field("object")
		} else if !pyOpens[name] {
			return
		}
		sink.Path = p.valueOf(path)
		sink.Target = fileTarget(sink.Path)
	}
	p.sink(c.Node, sink)
}

// loggingDict states a settings module's LOGGING, which the framework gives to
// dictConfig.
func (p *pythonFile) loggingDict(n syntax.Node) {
	left := n.Field("left")
	if p.enclosingFunction(n).OK() || !left.Is("identifier") || !(left.Text() == "LOGGING" || left.Text() == "LOGGING_CONFIG" && !p.django) {
		return
	}
	p.dictConfig(n.Field("right"), "LOGGING")
}
