package logs

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "logs/direct-ship",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The program sends its log to a collector itself",
	Why: "Where the log goes is then decided in the code: another collector means another release, and when the " +
		"collector is slow or away, the program waits or loses lines." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "nginx", Text: "Point access_log at /dev/stdout and error_log at stderr."},
		{For: "appenders", Text: "Let the loggers of ‹file› name a console appender, with the same encoder, instead of ‹sink›."},
		{For: "Python", Text: "Replace ‹sink› by logging.StreamHandler() with a JSON formatter."},
		{For: "JavaScript", Text: "Replace ‹sink› by the logger's output to the console, with a JSON format."},
		{Text: "Write the log to standard output instead of sending it by ‹sink›, and let the platform's collector forward it to the same place."},
		{Text: "Write the log to standard output and let the platform's collector forward it to the same place."},
	},
	Severity:   audit.Low,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const winston = require("winston");
const WinstonCloudWatch = require("winston-cloudwatch");
const log = winston.createLogger({ transports: [new WinstonCloudWatch({ logGroupName: "shop" })] });
require("http").createServer(app).listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const winston = require("winston");
const log = winston.createLogger({ transports: [new winston.transports.Console()] });
require("http").createServer(app).listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		shippedByCode(c, report)
		for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
			if via := shippedBy(s.Fact); via != "" && c.InProduction(s.Fact.Profile) {
				fix := ""
				if strings.HasPrefix(s.Fact.Key, "nginx.") {
					fix = "nginx"
				}
				report.Violation(s.At(), via, fmt.Sprintf("%s sends its log to %s", via, "syslog"), audit.WithFix(fix), audit.Naming("sink", "syslog"))
			}
		}
		for _, p := range c.Running() {
			for _, step := range c.RunSteps(p) {
				name := audit.Program(step.Command)
				if agents[name] && !startsNothingElse(c, p) {
					report.Violation(step.At(), name, fmt.Sprintf("%s starts %s beside the program, to send its log away", path.Base(step.File.Path), name), audit.Naming("sink", name))
				} else if option, target := syslogOption(audit.Unwrap(step.Argv)); option != "" {
					report.Violation(step.At(), name, fmt.Sprintf("%s starts %s with %s%s", path.Base(step.File.Path), name, option, target), audit.Naming("sink", option))
				}
			}
		}
	},
})

// shippedByCode reports what loggers send away: the sinks of one file are one
// configuration, and one finding.
func shippedByCode(c *audit.Component, report *audit.Report) {
	type configuration struct{ path, receiver string }
	first, names := map[configuration]sink{}, map[configuration][]string{}
	var found []sink
	for _, s := range sinks(c) {
		if s.Fact.Target != "network" && s.Fact.Target != "syslog" || toPeople.MatchString(s.Fact.Via) {
			continue
		}
		key := configuration{s.File.Path, receiver(s.Fact)}
		if len(names[key]) == 0 {
			first[key] = s
		}
		if name := program(s.Fact.Via); !slices.Contains(names[key], name) {
			names[key] = append(names[key], name)
		}
		found = append(found, s)
	}
	for _, s := range found {
		key := configuration{s.File.Path, receiver(s.Fact)}
		sends := "sends"
		if len(names[key]) > 1 {
			sends = "send"
		}
		via := first[key].Fact.Via
		report.Violation(s.At(), program(via), fmt.Sprintf("%s %s the log to %s", audit.Enumerated(names[key]), sends, receiver(s.Fact)), sinkFix(s.File, "sink", audit.Enumerated(names[key]), via)...)
	}
}

// toPeople are sinks that tell people of what they must look at: no way for a
// log. What errors and traces are sent by is stated as no sink.
var toPeople = regexp.MustCompile(`(?i)slack|mail|smtp|teams|telegram|discord|pushover|hipchat|mattermost|eventlog|rocketchat|sentry|opentelemetry|otel`)

// receiver is what a sentence calls the other end of a sink.
func receiver(s inspect.LogSink) string {
	if s.Target == "syslog" {
		return "syslog"
	}
	return "a collector over the network"
}

// shippedBy is the server whose setting sends its log to syslog, or "".
func shippedBy(s inspect.Setting) string {
	if !s.Value.IsLiteral() {
		return ""
	}
	text := s.Value.Text
	server, key, ok := strings.Cut(s.Key, ".")
	switch {
	case !ok:
	case server == "nginx" && (key == "access_log" || key == "error_log") && strings.HasPrefix(text, "syslog:"):
		return "nginx"
	case server == "uwsgi" && (key == "logger" || key == "req-logger" || key == "logto") && (strings.HasPrefix(text, "syslog") || strings.HasPrefix(text, "rsyslog") || strings.HasPrefix(text, "socket:") || strings.HasPrefix(text, "redislog") || strings.HasPrefix(text, "mongodblog")):
		return "uwsgi"
	case server == "uwsgi" && (key == "log-syslog" || key == "rsyslog"):
		return "uwsgi"
	case server == "gunicorn" && key == "syslog" && strings.EqualFold(text, "true"):
		return "gunicorn"
	}
	return ""
}

// agents are programs that send log files or streams elsewhere.
var agents = map[string]bool{
	"filebeat": true, "fluent-bit": true, "td-agent-bit": true, "fluentd": true, "td-agent": true, "promtail": true, "logstash": true, "logstash-forwarder": true, "remote_syslog": true, "remote_syslog2": true,
	"rsyslogd": true, "syslog-ng": true, "syslogd": true, "busybox-syslogd": true, "awslogs": true, "vector": true, "nxlog": true, "splunkd": true,
}

// startsNothingElse reports whether what a process starts is only agents: it
// is a collector of its own, which is the right way.
func startsNothingElse(c *audit.Component, p audit.Process) bool {
	for _, step := range c.RunSteps(p) {
		if name := audit.Program(step.Command); !agents[name] && !writers[name] && !aids[name] && c.Script(step.Argv[0], step.File) == nil {
			return false
		}
	}
	return true
}

// aids are what scripts run on the way to a program.
var aids = map[string]bool{"set": true, "export": true, "cd": true, "mkdir": true, "chown": true, "chmod": true, "exec": true, "if": true, "test": true, "[": true, "[[": true, "sleep": true, "rm": true, "ln": true, "cp": true, "mv": true, "sh": true, "bash": true, "exit": true, "source": true, ".": true, "trap": true, "wait": true, "shift": true}

// syslogOption finds an option by which a server logs to syslog.
func syslogOption(argv []string) (option, target string) {
	for i := 1; i < len(argv); i++ {
		switch name, value, joined := strings.Cut(argv[i], "="); name {
		case "--log-syslog":
			return name, ""
		case "--log-syslog-to", "--rsyslog", "--syslog-address":
			if !joined && i+1 < len(argv) {
				value = argv[i+1]
			}
			return name, " " + value
		}
	}
	return "", ""
}
