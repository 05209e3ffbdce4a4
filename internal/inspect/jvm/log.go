package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// sink is where an appender or handler writes.
type sink struct {
	target string
	place  int // of the path among the arguments; -1 when a setter has it
	rolls  bool
}

// sinks are appenders and handlers that are made in code.
var sinks = map[string]sink{
	"java.util.logging.FileHandler": {"file", 0, false}, "java.util.logging.ConsoleHandler": {"stderr", -1, false}, "java.util.logging.SocketHandler": {"network", -1, false}, "java.util.logging.StreamHandler": {"stderr", -1, false},
	"ch.qos.logback.core.FileAppender": {"file", -1, false}, "ch.qos.logback.core.rolling.RollingFileAppender": {"file", -1, true}, "ch.qos.logback.core.ConsoleAppender": {"stdout", -1, false},
	"ch.qos.logback.classic.net.SyslogAppender": {"syslog", -1, false}, "ch.qos.logback.classic.net.SocketAppender": {"network", -1, false}, "net.logstash.logback.appender.LogstashTcpSocketAppender": {"network", -1, false},
	"net.logstash.logback.appender.LogstashUdpSocketAppender": {"network", -1, false}, "com.github.loki4j.logback.Loki4jAppender": {"network", -1, false},
	"org.apache.log4j.FileAppender": {"file", 1, false}, "org.apache.log4j.RollingFileAppender": {"file", 1, true}, "org.apache.log4j.DailyRollingFileAppender": {"file", 1, true}, "org.apache.log4j.ConsoleAppender": {"stdout", -1, false},
	"org.apache.log4j.net.SyslogAppender": {"syslog", -1, false}, "org.apache.log4j.net.SocketAppender": {"network", -1, false},
	"org.apache.logging.log4j.core.appender.FileAppender.newBuilder": {"file", -1, false}, "org.apache.logging.log4j.core.appender.RollingFileAppender.newBuilder": {"file", -1, true}, "org.apache.logging.log4j.core.appender.ConsoleAppender.newBuilder": {"stdout", -1, false},
	"org.apache.logging.log4j.core.appender.ConsoleAppender.createDefaultAppenderForLayout": {"stdout", -1, false}, "org.apache.logging.log4j.core.appender.FileAppender.createAppender": {"file", 0, false},
	"org.apache.logging.log4j.core.appender.SocketAppender.newBuilder": {"network", -1, false}, "org.apache.logging.log4j.core.appender.SyslogAppender.newSyslogAppenderBuilder": {"syslog", -1, false},
}

// jsonLayouts write structured lines.
var jsonLayouts = map[string]bool{
	"net.logstash.logback.encoder.LogstashEncoder": true, "net.logstash.logback.encoder.LoggingEventCompositeJsonEncoder": true, "ch.qos.logback.classic.encoder.JsonEncoder": true, "ch.qos.logback.contrib.json.classic.JsonLayout": true,
	"org.apache.logging.log4j.core.layout.JsonLayout.newBuilder": true, "co.elastic.logging.logback.EcsEncoder": true, "net.logstash.log4j.JSONEventLayoutV1": true,
}

// logCall states where a logger is told to write.
func (f *file) logCall(c call) {
	if s, known := sinks[c.name]; known {
		if !c.Is("constructor_invocation", "explicit_constructor_invocation") {
			f.logSink(c, s)
		}
		return
	}
	switch {
	case c.name == "java.lang.System.setOut" || c.name == "java.lang.System.setErr":
		f.redirected(c)
	case printed(c) && f.once("console "+printTarget(c)):
		f.state(c.Node, inspect.LogSink{Via: "console", Target: printTarget(c)})
	}
}

func (f *file) logSink(c call, s sink) {
	fact := inspect.LogSink{Via: strings.ReplaceAll(c.name, ".newBuilder", ""), Target: s.target, Rotates: s.rolls, Structured: f.jsonLogs, Debug: f.debugOnly(c.Node)}
	if s.target == "file" {
		fact.Path = f.valueOf(c.arg(s.place))
		if s.place < 0 {
			fact.Path = f.laterSet(c, "setFile", "setFileName", "withFileName")
		}
		switch fact.Path.Text {
		case "/dev/stdout", "/proc/1/fd/1", "/proc/self/fd/1":
			fact.Target = "stdout"
		case "/dev/stderr", "/proc/1/fd/2", "/proc/self/fd/2":
			fact.Target = "stderr"
		}
		fact.Rotates = fact.Rotates || c.name == "java.util.logging.FileHandler" && len(c.args) > 2
	}
	if at := strings.LastIndexByte(c.on, '.'); s.place < 0 && at < 0 {
		if name := f.laterSet(c, "setName"); name.IsLiteral() {
			fact.Name = name.Text
		}
	}
	f.state(c.Node, fact)
}

// laterSet is what a setter gives the object that c makes, further on or in
// the same chain.
func (f *file) laterSet(c call, setters ...string) inspect.Value {
	is := func(name string) bool {
		for _, s := range setters {
			if s == name {
				return true
			}
		}
		return false
	}
	for n, hops := c.Node, 0; hops < 30; hops++ { // builder().withFileName("…")
		p := n.Parent()
		if p.Is("navigation_expression") {
			p = p.Parent()
		}
		outer := f.callOf(p)
		if !outer.ok || !outer.recv.OK() || !n.Inside(outer.recv) {
			if outer.ok && outer.method == "apply" {
				break
			}
			break
		}
		if is(outer.method) {
			return f.valueOf(outer.arg(0))
		}
		n = p
	}
	decl := up(c.Node, func(p syntax.Node) bool { return p.Is("variable_declarator", "property_declaration") })
	name, _ := declared(decl)
	if !name.OK() {
		return inspect.Value{}
	}
	found := inspect.Value{}
	block := f.tree.At(int(f.scopeOf(decl)))
	f.look(block, func(n syntax.Node) bool {
		e := f.callOf(n)
		if n.Is("assignment") {
			e = f.setterOf(n)
		}
		if e.ok && is(e.method) && (e.recv.Text() == name.Text() || !e.recv.OK() && n.Inside(decl)) && found.Source == inspect.None {
			found = f.valueOf(e.arg(0))
		}
		return true
	})
	return found
}

// redirected states System.setOut(new PrintStream(new FileOutputStream("…"))).
func (f *file) redirected(c call) {
	f.look(c.Node, func(n syntax.Node) bool {
		if made := f.callOf(n); made.ok && (made.name == "java.io.FileOutputStream" || made.name == "java.io.PrintStream" && f.evaluate(made.arg(0)).Has) {
			f.state(c.Node, inspect.LogSink{Via: c.name, Target: "file", Path: f.valueOf(made.arg(0))})
			return false
		}
		return true
	})
}

// printed reports whether a call prints to a standard stream.
func printed(c call) bool {
	switch c.name {
	case "kotlin.io.println", "kotlin.io.print", "java.lang.System.out.println", "java.lang.System.out.print", "java.lang.System.out.printf", "java.lang.System.err.println", "java.lang.System.err.print", "java.lang.System.err.printf":
		return true
	}
	return false
}

func printTarget(c call) string {
	if strings.HasPrefix(c.name, "java.lang.System.err") {
		return "stderr"
	}
	return "stdout"
}
