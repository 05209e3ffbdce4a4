package logs

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// railsProduction are the settings by which Rails runs in production.
const railsProduction = "config/environments/production.rb"

// railsLog is the log of a program of Rails that goes to standard output only
// where a variable is set, which nothing sets, or by no line at all: without one
// Rails writes log/production.log (guides.rubyonrails.org/configuring.html,
// config.logger).
func railsLog(c *audit.Component) []sinkFound {
	toStream := slices.ContainsFunc(sinks(c), func(s sink) bool {
		return (s.Fact.Target == "stdout" || s.Fact.Target == "stderr") && s.Fact.Via != "console"
	})
	if _, _, by := byFramework(c); by || toStream {
		return nil
	}
	anySink := false
	for s := range audit.Facts[inspect.LogSink](c, source.Prod) {
		anySink = anySink || s.Fact.Via != "console"
		if c.Image != nil && s.Fact.Target == "stdout" && !s.Fact.Debug && strings.HasSuffix(s.File.Path, railsProduction) && !switched(c, s) {
			name := s.Fact.OnlyWith
			return []sinkFound{{
				at: s.At(), subject: "production.log", confidence: audit.MediumConfidence, severity: audit.Medium,
				message: fmt.Sprintf("Rails writes the log to log/production.log: what sends it to standard output asks for %s, which nothing sets", name),
				fix:     []audit.Option{audit.WithFix("switched off"), audit.Naming("variable", name), audit.Naming("file", path.Base(s.File.Path))},
			}}
		}
	}
	for s := range audit.Facts[inspect.Setting](c, source.Prod) {
		anySink = anySink || s.Fact.Key == "rails.logger" || s.Fact.Key == "rails.log_to"
	}
	if anySink || byImage(c).strength > 0 || audit.Has(c, func(d inspect.Dependency) bool { return d.Ecosystem == inspect.Gem && railsLoggers[d.Name] }) {
		return nil
	}
	f := c.File(path.Join(c.Path, railsProduction))
	if f == nil || f.Role != source.Prod || !audit.Has(c, func(d inspect.Dependency) bool {
		return d.Ecosystem == inspect.Gem && (d.Name == "rails" || d.Name == "railties")
	}) {
		return nil
	}
	return []sinkFound{{
		at: audit.Place{Path: f.Path}, subject: "production.log", confidence: audit.MediumConfidence, severity: audit.High,
		message: "Rails writes the log to log/production.log: nothing gives it a logger for standard output",
		fix:     []audit.Option{audit.WithFix("Rails alone")},
	}}
}

// railsLoggers are gems that give Rails a logger by themselves.
var railsLoggers = map[string]bool{
	"rails_12factor": true, "rails_stdout_logging": true, "rails_semantic_logger": true, "semantic_logger": true, "logstash-logger": true, "ougai": true,
	"syslog-logger": true, "syslogger": true, "remote_syslog_logger": true, "le": true, "logtail-rails": true, "timber-rails": true, "gelf": true, "fluent-logger": true,
	"act-fluent-logger-rails": true, "google-cloud-logging": true, "stackdriver": true,
}
