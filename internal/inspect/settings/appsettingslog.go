package settings

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// serilogTargets are Serilog's sinks by where they write.
var serilogTargets = map[string]string{
	"console": "stdout", "file": "file", "rollingfile": "file", "seq": "network", "elasticsearch": "network", "http": "network", "grafanaloki": "network", "splunk": "network", "eventcollector": "network", "graylog": "network",
	"amazoncloudwatch": "network", "datadoglogs": "network", "mssqlserver": "network", "postgresql": "network", "mongodb": "network", "syslog": "syslog", "udpsyslog": "syslog", "tcpsyslog": "syslog", "localsyslog": "syslog",
}

// serilog states the sinks of Serilog:WriteTo, which is a list, or an object
// whose names order it.
func (a *appSettings) serilog(root *document.Node) {
	for _, key := range []string{"WriteTo", "AuditTo"} {
		a.sinks(root.Get("Serilog", key), 0)
	}
}

func (a *appSettings) sinks(list *document.Node, depth int) {
	if depth > maxNesting {
		return
	}
	items := list.List()
	for _, m := range list.Each() {
		items = append(items, m.Value)
	}
	for _, item := range items {
		name := item.Get("Name").Scalar()
		if name == "" {
			name = item.Scalar()
		}
		args := item.Get("Args")
		if strings.EqualFold(name, "Async") || strings.EqualFold(name, "Logger") || strings.EqualFold(name, "Conditional") {
			a.sinks(args.Get("configure"), depth+1)
			a.sinks(args.Get("configureLogger", "WriteTo"), depth+1)
			continue
		}
		target, known := serilogTargets[strings.ToLower(name)]
		if !known {
			continue
		}
		sink := inspect.LogSink{Via: "Serilog:WriteTo:" + name, Target: target, Structured: structuredFormat(args.Get("formatter"))}
		if target == "file" {
			sink.Path = inspect.LitOf(slash(firstText(args, "path", "pathFormat")))
			interval := args.Get("rollingInterval").Scalar()
			sink.Rotates = strings.EqualFold(name, "RollingFile") || interval != "" && !strings.EqualFold(interval, "Infinite") || args.Get("rollOnFileSizeLimit").IsTrue() || args.Get("rollOnFileSizeLimit").Scalar() == "true"
		}
		a.e.Emit(item.Line, item.End, sink)
	}
}

func structuredFormat(n *document.Node) bool {
	text := strings.ToLower(n.Scalar() + n.Get("type").Scalar())
	return strings.Contains(text, "json") || strings.Contains(text, "ecs") || strings.Contains(text, "logstash")
}

func firstText(n *document.Node, keys ...string) string {
	for _, key := range keys {
		if text := n.Get(key).Scalar(); text != "" {
			return text
		}
	}
	return ""
}

// slash is a path of Windows as other systems write it.
func slash(path string) string { return strings.ReplaceAll(path, `\`, "/") }

// nlogTargets states the targets of NLog's section.
func (a *appSettings) nlogTargets(targets *document.Node) {
	for _, m := range targets.Each() {
		kind := strings.ToLower(m.Value.Get("type").Scalar())
		sink := inspect.LogSink{Via: "NLog.Targets." + m.Value.Get("type").Scalar(), Name: m.Key}
		switch kind {
		case "file":
			sink.Target, sink.Path = "file", inspect.LitOf(slash(firstText(m.Value, "fileName", "filename")))
			sink.Rotates = m.Value.Get("archiveEvery") != nil || m.Value.Get("maxArchiveFiles") != nil || m.Value.Get("archiveAboveSize") != nil
		case "console", "coloredconsole":
			sink.Target = "stdout"
			sink.Structured = strings.EqualFold(m.Value.Get("layout", "type").Scalar(), "JsonLayout")
		case "network", "webservice":
			sink.Target = "network"
		default:
			continue
		}
		a.e.Emit(m.Line, m.Value.End, sink)
	}
}

// fileLogger states Logging:File of the file providers for .NET's own logging.
func (a *appSettings) fileLogger(n *document.Node) {
	path := firstText(n, "Path", "PathFormat", "FileName", "RootPath")
	if path == "" {
		return
	}
	a.e.Emit(n.Line, n.End, inspect.LogSink{Via: "Logging:File", Target: "file", Path: inspect.LitOf(slash(path)), Rotates: n.Get("FileSizeLimitBytes") != nil || n.Get("MaxRollingFiles") != nil})
}

// console states the format of .NET's own console logger.
func (a *appSettings) console(n *document.Node) {
	if name := n.Get("FormatterName").Scalar(); name != "" {
		line := n.LineOf("FormatterName")
		a.e.Emit(line, line, inspect.LogSink{Via: "Logging:Console", Target: "stdout", Structured: strings.EqualFold(name, "json")})
	}
}
