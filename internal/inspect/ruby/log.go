package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// logClasses are loggers whose first argument says where they write.
var logClasses = map[string]bool{
	"Logger": true, "ActiveSupport::Logger": true, "ActiveSupport::BufferedLogger": true, "Ougai::Logger": true, "MonoLogger": true, "Sidekiq::Logger": true, "Le": false, "TTY::Logger": false, "Hanami::Logger": false, "Log4r::Logger": false, "Lumberjack::Logger": true, "ColorizedLogger": true, "ActiveSupport::TaggedLogging.logger": false, "Mono::Logger": true, "LogStashLogger": false, "Console::Logger": false, "JSONLogger": true, "Twiglet::Logger": false, "LogfmtLogger": true, "Dry::Logger": false,
}

// logTargets are loggers and appenders that write to one sort of place.
var logTargets = map[string]string{
	"Syslog::Logger.new": "syslog", "Logger::Syslog.new": "syslog", "SyslogLogger.new": "syslog", "Syslogger.new": "syslog", "ActFluentLoggerRails::Logger.new": "network", "Fluent::Logger::FluentLogger.new": "network", "GELF::Logger.new": "network", "GELF::Notifier.new": "network", "RemoteSyslogLogger.new": "network", "Logglier.new": "network", "Le.new": "network", "R7Insight.new": "network",
	"Logtail::Logger.create_default_logger": "network", "Timber::Logger.new": "network", "Google::Cloud::Logging::Logger.new": "network", "Aws::CloudWatchLogs::Client.new": "network", "Log4r::StdoutOutputter.new": "stdout", "Log4r::StderrOutputter.new": "stderr", "Log4r::FileOutputter.new": "file", "Log4r::RollingFileOutputter.new": "file", "Log4r::DateFileOutputter.new": "file", "Log4r::SyslogOutputter.new": "syslog", "Log4r::GraylogOutputter.new": "network",
	"Logging.appenders.stdout": "stdout", "Logging.appenders.stderr": "stderr", "Logging.appenders.file": "file", "Logging.appenders.rolling_file": "file", "Logging.appenders.syslog": "syslog", "Yell::Adapters::File.new": "file", "Yell::Adapters::Stdout.new": "stdout", "Datadog::Logger.new": "network", "Mezmo::Logger.new": "network", "Logdna::Ruby.new": "network", "Syslog.open": "syslog", "Lumberjack::Device::RollingLogFile.new": "file",
}

// jsonFormatters write structured lines: classes, and calls by their name.
var jsonFormatters = map[string]bool{
	"Lograge::Formatters::Json": true, "Lograge::Formatters::Logstash": true, "Lograge::Formatters::KeyValue": true, "Lograge::Formatters::Raw": true, "Lograge::Formatters::Json.new": true, "Lograge::Formatters::Logstash.new": true, "JsonLogFormatter.new": true, "JSONFormatter.new": true, "Ougai::Formatters::Bunyan.new": true, "Ougai::Formatters::Pino.new": true, "SemanticLogger::Formatters::Json.new": true, "SemanticLogger::Formatters::Logfmt.new": true,
	"Sidekiq::Logger::Formatters::JSON": true, "Sidekiq::Logger::Formatters::JSON.new": true, "Sidekiq::JobLogger::JSON": true, "JsonFormatter.new": true, "Logging.layouts.json": true, "RailsStructuredLogging.setup": true, "Puma::LogWriter::JSON": true, "Oj::Rails.json_formatter": true,
}

// structuredLoggers write fields whatever they are given.
var structuredLoggers = map[string]bool{"Ougai::Logger": true, "Fluent::Logger::FluentLogger": true, "GELF::Logger": true, "GELF::Notifier": true, "LogfmtLogger": true, "JSONLogger": true, "ActFluentLoggerRails::Logger": true}

// withoutNew is the class that a constructor makes one of.
func withoutNew(name string) string { return strings.TrimSuffix(name, ".new") }

// logCall states where a logger is told to write.
func (f *rubyFile) logCall(c call) {
	if printing[c.name] {
		f.printed(c)
		return
	}
	if f.debugOnly(c.Node) && strings.HasPrefix(c.name, "Logging.") {
		return
	}
	if target := logTargets[c.name]; target != "" {
		sink := inspect.LogSink{Via: c.name, Target: target, Structured: structuredLoggers[withoutNew(c.name)]}
		if target == "file" {
			sink.Path = f.valueOf(c.args.arg(0, "filename", "path"))
			if named := c.args.arg(-1, "filename"); named.OK() {
				sink.Path = f.valueOf(named)
			}
			sink.Target = fileTarget(sink.Path)
			sink.Rotates = strings.Contains(strings.ToLower(c.name), "roll") || strings.Contains(c.name, "DateFile")
		}
		f.saySink(c.Node, sink)
		return
	}
	class, made := strings.CutSuffix(c.name, ".new")
	switch {
	case made && logClasses[class], strings.HasSuffix(c.name, "TaggedLogging.logger"), c.name == "Logger.new":
		f.logger(c)
	case c.name == "LogStashLogger.new":
		f.logstash(c)
	case c.name == "SemanticLogger.add_appender":
		f.appender(c)
	case c.name == "Dry.Logger" || c.name == "Hanami::Logger.new" || c.name == "Yell.new":
		if at := c.args.arg(-1, "stream", "name"); at.OK() {
			f.sinkOf(c, at)
		} else if c.name == "Yell.new" && c.block.OK() {
			f.yell(c)
		} else if c.name == "Yell.new" {
			f.sinkOf(c, c.args.arg(0))
		}
	case c.method == "reopen":
		f.reopenedStream(c)
	case c.name == "set":
		f.cronOutput(c)
	case c.name == "use" && f.resolve(c.args.arg(0)) == "Rack::CommonLogger" && c.args.arg(1).OK():
		f.sinkOf(c, c.args.arg(1))
	}
}

// findJSON tells whether the file's loggers write fields: by a formatter that
// does, by one that the file itself makes of JSON, or by lograge.
func (f *rubyFile) findJSON() {
	for _, c := range f.calls {
		f.jsonLogs = f.jsonLogs || jsonFormatters[c.name]
	}
	f.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "constant", "scope_resolution":
			f.jsonLogs = f.jsonLogs || jsonFormatters[f.resolve(n)]
			return !n.Is("scope_resolution")
		case "assignment":
			left, right := n.Field("left"), n.Field("right")
			switch name := left.Text(); {
			case !left.Is("call"):
			case strings.HasSuffix(name, ".lograge.enabled"):
				f.jsonLogs = f.jsonLogs || !right.Is("false", "nil") && !f.debugOnly(n)
			case strings.HasSuffix(name, "formatter"):
				f.jsonLogs = f.jsonLogs || f.formatsJSON(right)
			}
		case "pair":
			if key := n.Field("key"); key.Text() == "formatter" || key.Text() == ":formatter" {
				f.jsonLogs = f.jsonLogs || f.formatsJSON(n.Field("value"))
			}
		}
		return true
	})
}

func makesJSON(n syntax.Node) bool {
	found := false
	n.Walk(func(x syntax.Node) bool {
		if x.Is("call") {
			method, receiver := x.Field("method").Text(), x.Field("receiver").Text()
			found = found || method == "to_json" || receiver == "JSON" && (method == "generate" || method == "dump")
		}
		return !found
	})
	return found
}

// printing are calls that write to the standard output without a logger.
var printing = map[string]bool{"puts": true, "print": true, "pp": true, "$stdout.puts": true, "STDOUT.puts": true, "$stdout.print": true, "$stdout.write": true, "STDOUT.write": true, "Kernel.puts": true}

// printed states once that what serves requests or jobs prints what it does.
func (f *rubyFile) printed(c call) {
	if fn, _ := f.servedBy(c.Node); fn.OK() && !f.debugOnly(c.Node) && f.once("printed") {
		f.say(c.Node, inspect.LogSink{Via: "console", Target: "stdout"})
	}
}

// saySink states a sink with what the file says of its lines.
func (f *rubyFile) saySink(n syntax.Node, sink inspect.LogSink) {
	sink.Structured = sink.Structured || f.jsonLogs
	sink.Debug = f.debugOnly(n)
	sink.Profile = f.profile(n)
	sink.OnlyWith = f.switchOf(n)
	f.say(n, sink)
}

// switchOf is the variable that has to be set for code to run: the nearest
// decision over it asks for nothing else.
func (f *rubyFile) switchOf(n syntax.Node) string {
	decision := n.Up("if", "unless", "if_modifier", "unless_modifier")
	if !decision.OK() || decision.Up(closedScopes...) != n.Up(closedScopes...) {
		return ""
	}
	condition, yes, _ := f.branches(decision)
	if !yes.OK() || !n.Inside(yes) || !f.asksIfSet(condition) {
		return ""
	}
	if condition.Is("call") && condition.Field("method").Text() == "present?" {
		condition = condition.Field("receiver")
	}
	if condition.Is("element_reference") {
		read, _ := f.envElementRead(condition)
		return read.name
	}
	name, _ := f.literal(condition.Field("arguments").First())
	return name
}

func (f *rubyFile) logger(c call) {
	at := c.args.arg(0)
	if !at.OK() || at.Is("nil") {
		return
	}
	f.sinkOf(c, at)
}

// sinkOf states a logger by the stream or path that it is given. What is
// neither for sure is not stated.
func (f *rubyFile) sinkOf(c call, at syntax.Node) {
	choice := at
	at = f.unsetChoice(at)
	sink := inspect.LogSink{Via: c.name, Target: f.streamTarget(at), Structured: structuredLoggers[withoutNew(c.name)]}
	if sink.Target == "" {
		sink.Path = f.chosenBy(choice, f.valueOf(at))
		inner := f.follow(at)
		switch {
		case f.railsLogFile(at):
			sink.Path = inspect.Value{Source: inspect.Input}
		case strings.HasPrefix(f.resolve(at), "File.") && inner.Is("call") && opens[f.callee(inner)]:
			sink.Path = f.valueOf(inner.Field("arguments").Child(0))
		case sink.Path.HasText && (sink.Path.IsLiteral() || sink.Path.FromEnv()) && !at.Is("simple_symbol"):
		case sink.Path.FromEnv(), f.isPath(at), f.callee(inner) == "File.join", f.callee(inner) == "File.expand_path", logFile(f.leadingOrTrailing(at)):
		default:
			return
		}
		if sink.Path.Text == "/dev/null" {
			return
		}
		sink.Target = fileTarget(sink.Path)
		sink.Rotates = f.rotates(c)
	}
	if sink.Target == "file" && sink.Path.Source == inspect.None {
		return
	}
	f.saySink(c.Node, sink)
}

// rotates reports whether a Logger rolls its file over: its second argument is
// a period or a count.
func (f *rubyFile) rotates(c call) bool {
	at := c.args.arg(1)
	if !at.OK() || at.Is("nil") {
		return c.args.arg(-1, "shift_age").OK()
	}
	v := f.evaluate(at)
	return v.Source != inspect.Literal || v.Text != "0"
}

// leadingOrTrailing is the text that a string surely starts or ends with.
func (f *rubyFile) leadingOrTrailing(n syntax.Node) string {
	n = f.follow(n)
	if !n.Is("string") {
		return ""
	}
	last := syntax.Node{}
	for c := n.First(); c.OK(); c = c.Next() {
		last = c
	}
	if last.Is("string_content") {
		return last.Text()
	}
	return ""
}

func logFile(text string) bool { return strings.HasSuffix(text, ".log") }

// streamTarget names a standard stream; "" for any other expression.
func (f *rubyFile) streamTarget(n syntax.Node) string {
	if n.Is("binary", "conditional") { // a stream or something else is neither
		_, one, other := f.branches(n)
		if n.Is("binary") {
			one, other = n.Field("left"), n.Field("right")
		}
		if target := f.streamTarget(one); target == f.streamTarget(other) {
			return target
		}
		return ""
	}
	switch f.resolve(n) {
	case "STDOUT", "$stdout", "Logger::STDOUT":
		return "stdout"
	case "STDERR", "$stderr":
		return "stderr"
	case "IO.for_fd", "IO.new":
		if fd, _ := f.literal(n.Field("arguments").Child(0)); fd == "1" {
			return "stdout"
		} else if fd == "2" {
			return "stderr"
		}
	}
	return ""
}

// fileTarget is "file", or the stream that a device path stands for.
func fileTarget(path inspect.Value) string {
	switch path.Text {
	case "/dev/stdout", "/proc/1/fd/1", "/proc/self/fd/1", "/dev/fd/1":
		return "stdout"
	case "/dev/stderr", "/proc/1/fd/2", "/proc/self/fd/2", "/dev/fd/2":
		return "stderr"
	}
	return "file"
}

func (f *rubyFile) logstash(c call) {
	sink := inspect.LogSink{Via: c.name, Target: "network", Structured: true}
	switch kind, _ := f.literal(c.args.arg(-1, "type")); kind {
	case "stdout", "stderr", "syslog":
		sink.Target = kind
	case "file":
		sink.Path = f.valueOf(c.args.arg(-1, "path"))
		sink.Target = fileTarget(sink.Path)
	}
	f.saySink(c.Node, sink)
}

// appender states SemanticLogger's appenders.
func (f *rubyFile) appender(c call) {
	sink := inspect.LogSink{Via: c.name}
	switch format, _ := f.literal(c.args.arg(-1, "formatter")); format {
	case "json", "logfmt", "fluentd", "raw", "cee":
		sink.Structured = true
	}
	if at := c.args.arg(-1, "io"); at.OK() {
		sink.Target = f.streamTarget(at)
	}
	if at := c.args.arg(-1, "file_name"); at.OK() {
		sink.Path = f.valueOf(at)
		sink.Target = fileTarget(sink.Path)
	}
	if at := c.args.arg(-1, "appender"); at.OK() && sink.Target == "" {
		switch kind, ok := f.literal(at); {
		case ok && kind == "syslog":
			sink.Target = "syslog"
		case ok && !monitors[kind]:
			sink.Target = "network"
		}
	}
	if sink.Target != "" {
		f.saySink(c.Node, sink)
	}
}

// monitors are appenders of error trackers: what they take are errors, no log.
var monitors = map[string]bool{"sentry": true, "sentry_ruby": true, "bugsnag": true, "honeybadger": true, "new_relic": true, "honeybadger_insights": true, "open_telemetry": true, "signalfx": true}

// logSetting states what Rails' settings say of the log.
func (f *rubyFile) logSetting(n syntax.Node, key string, right syntax.Node) {
	switch key {
	case "log_to":
		for _, item := range append(f.items(right), right) {
			switch text, _ := f.literal(item); text {
			case "stdout", "stderr":
				f.saySink(n, inspect.LogSink{Via: "rails.log_to", Target: text})
			case "file": // the appender that logging-rails names so: Rails' own file
				f.saySink(n, inspect.LogSink{Via: "rails.log_to", Target: text, Path: inspect.Value{Source: inspect.Unknown}})
			}
		}
	}
}
