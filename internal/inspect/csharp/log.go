package csharp

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// serilogSinks are Serilog's sinks by where they write.
var serilogSinks = map[string]string{
	"Console": "stdout", "ColoredConsole": "stdout", "LiterateConsole": "stdout", "SystemdConsole": "stdout", "File": "file", "RollingFile": "file", "RollingFileAlternate": "file", "PersistentFile": "file",
	"Seq": "network", "Elasticsearch": "network", "Http": "network", "DurableHttpUsingFileSizeRolledBuffers": "network", "GrafanaLoki": "network", "LokiHttp": "network", "Splunk": "network", "EventCollector": "network", "Graylog": "network", "AmazonCloudWatch": "network", "DatadogLogs": "network",
	"NewRelicLogs": "network", "AzureAnalytics": "network", "LogstashHttp": "network", "TCPSink": "network", "UDPSink": "network", "Udp": "network", "Slack": "network", "MSSqlServer": "network", "PostgreSQL": "network", "MongoDB": "network", "Syslog": "syslog", "LocalSyslog": "syslog", "UdpSyslog": "syslog", "TcpSyslog": "syslog",
}

var jsonFormatter = regexp.MustCompile(`(?i)(json|ecs|logfmt|expressiontemplate|logstash)`)

// frameworkLogs are providers of Microsoft.Extensions.Logging.
var frameworkLogs = map[string]inspect.LogSink{
	"AddConsole": {Target: "stdout"}, "AddSimpleConsole": {Target: "stdout"}, "AddSystemdConsole": {Target: "stdout"}, "AddJsonConsole": {Target: "stdout", Structured: true}, "AddZLoggerConsole": {Target: "stdout"},
	"AddFile": {Target: "file"}, "AddZLoggerFile": {Target: "file"}, "AddZLoggerRollingFile": {Target: "file", Rotates: true}, "AddAWSProvider": {Target: "network"}, "AddSeq": {Target: "network"}, "AddSyslog": {Target: "syslog"},
}

// appenders are log4net's and NLog's destinations made in code.
var appenders = map[string]inspect.LogSink{
	"log4net.Appender.RollingFileAppender": {Target: "file", Rotates: true}, "log4net.Appender.FileAppender": {Target: "file"}, "log4net.Appender.ConsoleAppender": {Target: "stdout"}, "log4net.Appender.RemoteSyslogAppender": {Target: "syslog"},
	"NLog.Targets.FileTarget": {Target: "file"}, "NLog.Targets.ConsoleTarget": {Target: "stdout"}, "NLog.Targets.ColoredConsoleTarget": {Target: "stdout"}, "NLog.Targets.NetworkTarget": {Target: "network"},
}

// defaultHosts log to the console unless the program clears the providers.
var defaultHosts = setOf([]string{
	"Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder", "Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder", "Microsoft.AspNetCore.Builder.WebApplication.Create", "Microsoft.Extensions.Hosting.Host.CreateDefaultBuilder", "Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder",
	"Microsoft.AspNetCore.WebHost.CreateDefaultBuilder",
})

// logCall states where a logger is told to write.
func (f *file) logCall(c call) {
	if c.new {
		f.appender(c)
		return
	}
	if f.serilogSink(c) || f.nlogTarget(c) {
		return
	}
	switch {
	case defaultHosts[c.name]:
		if len(f.calls["ClearProviders"])+len(f.calls["UseSerilog"])+len(f.calls["AddSerilog"])+len(f.calls["UseNLog"]) == 0 {
			f.state(c.Node, inspect.LogSink{Via: "Microsoft.Extensions.Logging.Console", Target: "stdout"})
		}
		return
	case c.name == "System.Console.SetOut":
		if made := f.follow(c.arg(0)); made.Is("object_creation_expression") && simpleName(made.Field("type")) == "StreamWriter" {
			f.state(c.Node, inspect.LogSink{Via: c.name, Target: "file", Path: f.valueOf(f.callOf(made).arg(0))})
		}
		return
	}
	sink, known := frameworkLogs[c.method]
	if !known || !c.object.OK() || len(f.methods[c.method]) > 0 || !f.isLogging(c) {
		return
	}
	sink.Via, sink.Debug = "Microsoft.Extensions.Logging."+c.method, f.inDebugBranch(c.Node)
	if sink.Target == "file" {
		path := c.arg(0, "pathFormat", "path", "fileName")
		if !path.OK() && len(c.positional) == 0 {
			return
		}
		sink.Path = f.valueOf(path)
	}
	f.state(c.Node.Field("function"), sink)
}

// isLogging reports whether a provider is added to loggers: by the receiver's
// type or name, or by the lambda that ConfigureLogging is given.
func (f *file) isLogging(c call) bool {
	n := c.object
	for n.Is("invocation_expression") {
		if lastName(n.Field("function")) == "AddLogging" {
			return true
		}
		n = receiver(n.Field("function"))
	}
	if strings.HasPrefix(f.resolve(n), "Microsoft.Extensions.Logging.") || strings.Contains(strings.ToLower(lastName(n)), "logg") {
		return true
	}
	return f.insideCall(c.Node, "ConfigureLogging") || f.insideCall(c.Node, "AddLogging") || strings.HasSuffix(f.resolve(receiver(c.Up("invocation_expression").Field("function"))), "LoggerFactory")
}

// serilogSink states WriteTo.File("…"), and the same within WriteTo.Async.
func (f *file) serilogSink(c call) bool {
	target, known := serilogSinks[c.method]
	if !known || !(lastName(c.object) == "WriteTo" || lastName(c.object) == "AuditTo" || f.wrappedSink(c)) {
		return false
	}
	sink := inspect.LogSink{Via: "Serilog.WriteTo." + c.method, Target: target, Debug: f.inDebugBranch(c.Node)}
	for i := range min(2, len(c.positional)) {
		if made := f.follow(c.positional[i]); made.Is("object_creation_expression") {
			sink.Structured = sink.Structured || jsonFormatter.MatchString(simpleName(made.Field("type")))
		}
	}
	if formatter := c.arg(-1, "formatter"); formatter.OK() {
		sink.Structured = jsonFormatter.MatchString(formatter.Text())
	}
	if target == "file" {
		sink.Path = f.sinkPath(c)
		interval := c.arg(-1, "rollingInterval").Text()
		bySize, _ := f.literal(c.arg(-1, "rollOnFileSizeLimit"))
		sink.Rotates = strings.HasPrefix(c.method, "Rolling") || interval != "" && !strings.HasSuffix(interval, "Infinite") || bySize == "true"
		for _, arg := range c.positional {
			sink.Rotates = sink.Rotates || strings.HasPrefix(arg.Text(), "RollingInterval.") && !strings.HasSuffix(arg.Text(), "Infinite")
		}
	}
	f.state(lastPart(c), sink)
	return true
}

// nlogTarget states NLog's fluent targets: builder.ForLogger().WriteToFile("…").
func (f *file) nlogTarget(c call) bool {
	target, known := nlogTargets[c.method]
	if !known || !c.object.OK() || len(f.methods[c.method]) > 0 || !f.importsUnder("NLog") {
		return false
	}
	sink := inspect.LogSink{Via: "NLog." + c.method, Target: target, Debug: f.inDebugBranch(c.Node)}
	if target == "file" {
		sink.Path = f.valueOf(c.arg(0, "fileName"))
		sink.Rotates = c.arg(-1, "archiveAboveSize").OK() || c.arg(-1, "maxArchiveFiles").OK() || c.arg(-1, "maxArchiveDays").OK()
	}
	f.state(lastPart(c), sink)
	return true
}

// nlogTargets are the methods of NLog's fluent configuration that add a target.
var nlogTargets = map[string]string{"WriteToFile": "file", "WriteToConsole": "stdout", "WriteToColoredConsole": "stdout"}

// lastPart is the name and arguments at the end of a chain of calls: the lines
// that are the call's own.
func lastPart(c call) syntax.Node {
	if function := c.Field("function"); function.Is("member_access_expression") {
		return function.Field("name")
	}
	return c.Node
}

// sinkPath is the file of a sink: its first argument, or the second behind a
// formatter.
func (f *file) sinkPath(c call) inspect.Value {
	path := c.arg(0, "path", "pathFormat")
	if made := f.follow(path); made.Is("object_creation_expression", "implicit_object_creation_expression") {
		path = c.arg(1, "path")
	}
	return f.valueOf(path)
}

// wrappedSink reports whether a sink's receiver is the parameter of the lambda
// that WriteTo.Async, Map or Conditional is given.
func (f *file) wrappedSink(c call) bool {
	if !c.object.Is("identifier") {
		return false
	}
	b := f.lookup(c.object.Text(), c.object)
	if b == nil || !b.param.OK() {
		return false
	}
	outer := b.param.Up("invocation_expression")
	return lastName(receiver(outer.Field("function"))) == "WriteTo"
}

func (f *file) appender(c call) {
	if c.name == "System.Diagnostics.TextWriterTraceListener" {
		if path := c.arg(0); isText(path) || f.evaluate(path).Has {
			f.state(c.Node, inspect.LogSink{Via: c.name, Target: "file", Path: f.valueOf(path)})
		}
		return
	}
	sink, known := appenders[c.name]
	if !known {
		return
	}
	sink.Via, sink.Debug = c.name, f.inDebugBranch(c.Node)
	if sink.Target == "file" {
		sink.Path = f.valueOf(property(c.initializer, "FileName", "File"))
		sink.Rotates = sink.Rotates || property(c.initializer, "ArchiveEvery", "MaxArchiveFiles", "ArchiveAboveSize", "ArchiveFileName").OK()
	}
	f.state(c.Node, sink)
}

// consoleOutput states once that a file prints: half a log to stdout.
func (f *file) consoleOutput() {
	for _, name := range []string{"WriteLine", "Write"} {
		for _, n := range f.calls[name] {
			if full := f.resolve(n.Field("function")); full == "System.Console."+name || full == "System.Console.Out."+name || full == "System.Console.Error."+name {
				target := "stdout"
				if strings.Contains(full, "Error") {
					target = "stderr"
				}
				f.state(n, inspect.LogSink{Via: "console", Target: target})
				return
			}
		}
	}
}
