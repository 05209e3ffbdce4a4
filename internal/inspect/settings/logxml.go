package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// LogXML reads the configuration of logback, log4j 1 and 2, NLog and log4net: a
// LogSink for each appender and a LogRoute for each logger that names some.
func LogXML(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadXML(content)
	switch {
	case root == nil:
	case strings.EqualFold(root.Name, "nlog"):
		nlog(e, root)
	case root.Get("nlog") != nil:
		nlog(e, root.Get("nlog"))
	case strings.EqualFold(root.Name, "log4net"):
		appenderClasses(e, root, "log4net")
	case root.Get("log4net") != nil:
		appenderClasses(e, root.Get("log4net"), "log4net")
	case root.Prefix == "log4j" || root.Get("appender", "param") != nil:
		appenderClasses(e, root, "log4j")
	case root.Get("appenders") != nil || root.Get("loggers") != nil || root.Get("properties") != nil:
		log4j2(e, root)
	case strings.EqualFold(root.Name, "configuration") || strings.EqualFold(root.Name, "included"):
		appenderClasses(e, root, "logback")
	}
	return err
}

// appender is one destination while it is read.
type appender struct {
	inspect.LogSink
	line, end int
	refs      []string // of one that hands its lines on to others
}

// logFile is a logger's configuration while it is stated.
type logFile struct {
	*file
	framework string
	appenders []appender
	routes    []route
	names     bool // sets Spring Boot's LOG_FILE itself
}

// route is one logger with the appenders that it names.
type route struct {
	via       string
	sinks     []string
	line, end int
	profile   string
}

// state states the sinks, and the routes with appenders that only hand on
// replaced by those that they hand on to.
func (l *logFile) state() {
	refs := map[string][]string{}
	for _, a := range l.appenders {
		if len(a.refs) > 0 {
			refs[a.Name] = a.refs
		}
		if a.Target != "" {
			l.e.Emit(a.line, a.end, a.LogSink)
		}
	}
	for _, r := range l.routes {
		var sinks []string
		seen := map[string]bool{}
		var follow func(name string, depth int)
		follow = func(name string, depth int) {
			if seen[name] || depth > maxNesting {
				return
			}
			seen[name] = true
			if len(refs[name]) == 0 {
				sinks = append(sinks, name)
			}
			for _, next := range refs[name] {
				follow(next, depth+1)
			}
		}
		for _, name := range r.sinks {
			follow(name, 0)
		}
		l.e.Emit(r.line, r.end, inspect.LogRoute{Via: r.via, Sinks: sinks, Profile: r.profile})
	}
}

// path is where a sink writes. What is known of a file's place is told even
// when a part of it is the container's: ${catalina.base}/logs/app.log.
func (l *logFile) path(text string, line int) inspect.Value {
	x := entry{text: text, line: line, end: line}
	v := l.expand(x)
	l.environment(x, v, false)
	if v.unsure && len(v.reads) == 0 && !onlyReference.MatchString(text) {
		return inspect.LitOf(text)
	}
	return v.value(false)
}

// network are appenders that send lines to a service by their class, shipped
// those of error and trace collectors, which are no logs' way.
var (
	network    = regexp.MustCompile(`(?i)(socket|tcp|udp|http|kafka|smtp|jdbc|db|nosql|gelf|graylog|logstash|loki|fluent|splunk|cloudwatch|awslogs|elastic|redis|jms|amqp|rabbit|mongo|cassandra|flume|zeromq|seq|datadog|azure|stackdriver|logzio|papertrail|mail|email|webservice|eventhub|nats|teams|slack)`)
	shipped    = regexp.MustCompile(`(?i)sentry|opentelemetry|otel|newrelic|rollbar|bugsnag|raygun|applicationinsights|micrometer|metrics|counting`)
	nowhere    = regexp.MustCompile(`(?i)(noop|null|list|memory|countingnoop|test|outputcapture)(appender)?$`)
	handsOn    = regexp.MustCompile(`(?i)(async|failover|rewrite|routing|sifting|buffering|wrapper|delegating|threshold|forwarding)`)
	fileClass  = regexp.MustCompile(`(?i)(file|memorymapped)`)
	structured = regexp.MustCompile(`(?i)(json|logstash|ecs|gelf|stackdriver|xml|structured)\w*(layout|encoder|formatter)|jsontemplate|(logstash|composite)\w*encoder`)
	jsonShape  = regexp.MustCompile(`^\s*\{+\s*\\?"`)
)

// targetOf is the target of a class of appenders, "" for one that writes
// nowhere itself.
func targetOf(class string) (target string, rotates bool) {
	class = class[strings.LastIndexByte(class, '.')+1:]
	class, _, _ = strings.Cut(class, ",")
	switch {
	case shipped.MatchString(class), nowhere.MatchString(class):
		return "", false
	case strings.Contains(strings.ToLower(class), "console"):
		return "stdout", false
	case strings.Contains(strings.ToLower(class), "syslog"), strings.Contains(strings.ToLower(class), "eventlog"):
		return "syslog", false
	case fileClass.MatchString(class):
		return "file", rolls.MatchString(class)
	case network.MatchString(class):
		return "network", false
	}
	return "", false
}

var rolls = regexp.MustCompile(`(?i)rolling|rotat|daily`)
