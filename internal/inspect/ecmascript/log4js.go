package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect"
)

// readLog4js states the appenders that a category refers to, and by which
// category: others are defined and never written to.
func (f *ecmaFile) readLog4js(c ecmaCall) {
	options := f.object(c.arg(0))
	appenders := f.object(f.property(options, "appenders"))
	used := map[string]bool{}
	categories := f.object(f.property(options, "categories"))
	for p := categories.First(); p.OK(); p = p.Next() {
		names := f.stringsOf(f.property(f.object(p.Field("value")), "appenders"))
		for _, name := range names {
			used[name] = true
		}
		if len(names) > 0 {
			f.say(p, inspect.LogRoute{Via: "log4js.categories." + ecmaKey(p.Field("key")), Sinks: names})
		}
	}
	for p := appenders.First(); p.OK(); p = p.Next() {
		name := ecmaKey(p.Field("key"))
		if !used[name] {
			continue
		}
		appender := f.object(p.Field("value"))
		kind := f.value(f.property(appender, "type")).Text
		sink := inspect.LogSink{
			Via: "log4js." + kind, Name: name, Structured: strings.Contains(f.value(f.path(appender, "layout", "type")).Text, "json"), Debug: f.debugOnly(c.node),
		}
		switch kind {
		case "file", "dateFile", "multiFile", "fileSync":
			sink.Target, sink.Path = "file", f.value(f.property(appender, "filename"))
			sink.Rotates = kind == "dateFile" || f.property(appender, "maxLogSize").OK()
		case "stdout", "console":
			sink.Target = "stdout"
		case "stderr":
			sink.Target = "stderr"
		case "@log4js-node/logstashudp", "@log4js-node/logstash-http", "@log4js-node/gelf", "@log4js-node/loggly", "tcp", "@log4js-node/rabbitmq":
			sink.Target = "network"
		case "@log4js-node/syslog":
			sink.Target = "syslog"
		default:
			continue
		}
		f.say(p, sink)
	}
}
