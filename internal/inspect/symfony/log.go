package symfony

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

// logging states the handlers of the log that write somewhere, as production
// and as development have them. All that a file configures are in use: those
// that others hand their records to, too.
func (c *config) logging() {
	for _, environment := range []string{"prod", "dev"} {
		done := map[string]bool{}
		for i, x := range c.entries {
			if len(x.Path) < 4 || x.Path[0] != "monolog" || x.Path[1] != "handlers" || done[x.Path[2]] {
				continue
			}
			profile := c.handlerProfile(environment, x.Path[2])
			if environment == "dev" && profile == "" || IsTest(x.Profile) {
				continue
			}
			if own := environmentOf(x.Profile); own == "" || own == environment {
				done[x.Path[2]] = true
				c.handler(environment, profile, x.Path[2], i)
			}
		}
	}
}

// handlerProfile is the profile that says something of a handler for an
// environment beyond what holds for all, or "".
func (c *config) handlerProfile(environment, name string) string {
	for i, x := range c.entries {
		if environmentOf(x.Profile) == environment && strings.HasPrefix(c.keys[i], join("monolog", "handlers", name)+separator) {
			return x.Profile
		}
	}
	return ""
}

// networkHandlers write to another machine.
var networkHandlers = map[string]bool{"gelf": true, "socket": true, "logentries": true, "loggly": true, "insightops": true, "logdna": true, "elasticsearch": true, "elastic_search": true, "elastica": true, "amqp": true, "redis": true, "predis": true, "mongo": true, "cube": true, "syslogudp": true}

// handler states one handler as an environment has it; first is an entry of it.
func (c *config) handler(environment, profile, name string, first int) {
	field := func(names ...string) (fold.Value, int) {
		for _, n := range names {
			if i, ok := c.at(environment, join("monolog", "handlers", name, n)); ok {
				return c.entries[i].Value, i
			}
		}
		return fold.Value{}, first
	}
	kind, at := field("type")
	if enabled, _ := field("enabled"); enabled.Text == "false" {
		return
	}
	sink := inspect.LogSink{Via: "monolog.handlers", Name: name, Profile: profile, Debug: IsDebug(environment)}
	formatter, _ := field("formatter")
	sink.Structured = strings.Contains(formatter.Text, "json") || strings.Contains(formatter.Text, "logstash") || strings.Contains(formatter.Text, "gelf")
	switch kind := kind.Text; {
	case kind == "stream" || kind == "rotating_file":
		path, where := field("path")
		if !path.Given() {
			path, where = fold.Literal("var/log/"+environment+".log"), at // as the bundle has it
		}
		sink.Path, at = path.Kept(false), where
		sink.Target = target(path.Text)
		sink.Rotates = kind == "rotating_file" && sink.Target == "file"
	case kind == "syslog":
		sink.Target = "syslog"
	case kind == "error_log":
		sink.Target = "stderr"
	case networkHandlers[kind]:
		sink.Target = "network"
	default:
		return // a filter, or one that writes to people
	}
	c.emit(at, sink)
}

// target is "file", or the stream that a path stands for.
func target(path string) string {
	switch path {
	case "/dev/stdout", "/proc/1/fd/1", "/proc/self/fd/1", "/dev/fd/1", "php://stdout", "php://output":
		return "stdout"
	case "/dev/stderr", "/proc/1/fd/2", "/proc/self/fd/2", "/dev/fd/2", "php://stderr":
		return "stderr"
	}
	return "file"
}
