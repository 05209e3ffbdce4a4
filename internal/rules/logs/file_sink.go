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

var _ = set.Add(audit.Rule{
	ID:     "logs/file-sink",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A logger writes to a file",
	Why: "The file is on one machine, fills its disk, and is gone with the container. Whoever looks for an error must " +
		"first find the instance that had it.",
	Fixes: []audit.Fix{
		{For: "Puma", Text: "Drop stdout_redirect from ‹file›: Puma prints to standard output by itself."},
		{For: "logging.file", Text: "Unset ‹key› in ‹file›; the console has the same lines."},
		{For: "appenders", Text: "Let the loggers of ‹file› name a console appender alone, and remove the one that writes ‹path›."},
		{For: "appenders", Text: "Let the loggers of ‹file› name a console appender alone, and remove the one that writes files."},
		{For: "Laravel", Text: "Let the default of config/logging.php be the channel stderr (LOG_CHANNEL), instead of one that writes ‹path›."},
		{For: "Laravel", Text: "Let the default of config/logging.php be the channel stderr (LOG_CHANNEL)."},
		{For: "Symfony", Text: `Write path: "php://stderr" for this handler of Monolog instead of ‹path›.`},
		{For: "Symfony", Text: `Give this handler of Monolog path: "php://stderr".`},
		{For: "switched off", Text: "Set ‹variable› in the image (ENV ‹variable›=1), or let ‹file› make the logger for $stdout without asking for it."},
		{For: "Rails alone", Text: "Set config.logger to ActiveSupport::TaggedLogging.new(ActiveSupport::Logger.new($stdout)) in config/environments/production.rb."},
		{For: "Rails", Text: "Set config.logger to ActiveSupport::Logger.new($stdout) in config/environments/production.rb, and drop ‹path›."},
		{For: "Rails", Text: "Set config.logger to ActiveSupport::Logger.new($stdout) in config/environments/production.rb, and drop the file."},
		{For: "Python", Text: "Let the handler be logging.StreamHandler instead of one that writes ‹path›."},
		{For: "Python", Text: "Let the handler be logging.StreamHandler instead of one that writes a file."},
		{For: "JavaScript", Text: "Let the logger write to the console alone, and drop what writes ‹path›."},
		{For: "Go", Text: "Give the logger os.Stdout or os.Stderr instead of ‹path›, and remove its rotation."},
		{For: "Ruby", Text: "Give the logger $stdout instead of ‹path›."},
		{For: "PHP", Text: "Give the logger php://stderr instead of ‹path›."},
		{Text: "Let the logger write to standard output alone instead of ‹path›, and leave collecting, rotating and storing to the platform."},
		{Text: "Let the logger write to standard output alone, and leave collecting, rotating and storing to the platform."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "002", "003", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import logging, os
from logging.handlers import RotatingFileHandler
from flask import Flask
app = Flask(__name__)
app.logger.addHandler(RotatingFileHandler("logs/app.log", maxBytes=10_000_000))
app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
`,
	Good: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import logging, os, sys
from flask import Flask
app = Flask(__name__)
app.logger.addHandler(logging.StreamHandler(sys.stdout))
app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, s := range configured(fileSinks(c)) {
			for _, at := range s.places {
				report.Violation(at, s.subject, s.message, append(s.fix, audit.WithConfidence(s.confidence), audit.WithSeverity(s.severity))...)
			}
		}
	},
})

// configured are sinks as one configuration has them: those of one file, and of
// one weight, are one cause with several places.
func configured(list []sinkFound) []sinkFound {
	type configuration struct {
		path     string
		severity audit.Severity
	}
	var together []sinkFound
	at := map[configuration]int{}
	for _, s := range list {
		key := configuration{s.at.Path, s.severity}
		i, known := at[key]
		if !known {
			at[key] = len(together)
			s.places = []audit.Place{s.at}
			together = append(together, s)
			continue
		}
		first := &together[i]
		if first.subject != s.subject && !slices.Contains(first.others, s.subject) {
			first.others = append(first.others, s.subject)
		}
		first.places = append(first.places, s.at)
		if s.confidence == audit.HighConfidence {
			first.confidence = s.confidence
		}
	}
	for i := range together {
		if n := len(together[i].others); n == 1 {
			together[i].message += ", and one more log file is written beside it"
		} else if n > 1 {
			together[i].message += fmt.Sprintf(", and %d more log files are written beside it", n)
		}
	}
	return together
}

// sinkFound is a log file that a logger of production writes.
type sinkFound struct {
	at               audit.Place
	subject, message string
	confidence       audit.Confidence
	severity         audit.Severity
	fix              []audit.Option

	places []audit.Place // with those of the same configuration
	others []string      // log files beside the one that the message names
}

// fileSinks are the log files that production's loggers write. A path that
// only a variable, flag or parameter gives is the operator's choice.
func fileSinks(c *audit.Component) []sinkFound { return audit.OfComponent(c, findFileSinks) }

func findFileSinks(c *audit.Component) []sinkFound {
	var list []sinkFound
	links := streamed(c)
	for _, s := range sinks(c) {
		text := underKernel(c, s)
		if s.Fact.Target != "file" || stream.MatchString(text) || links[text] {
			continue
		}
		sure := audit.HighConfidence
		if s.library && !routed(s.File) {
			sure = audit.MediumConfidence // which parts of a library the program calls is not known
		}
		severity, beside := audit.High, ""
		if copied(c, s) {
			severity, beside = audit.Medium, ", beside the console"
		}
		fix := sinkFix(s.File, "path", text, s.Fact.Via)
		switch {
		case s.Fact.Path.HasText && text == "": // no file unless a variable names one
		case s.Fact.Path.HasText:
			message := fmt.Sprintf("%s writes the log to %s", program(s.Fact.Via), text)
			if s.Fact.Path.FromEnv() {
				message += " unless a variable says otherwise"
			}
			list = append(list, sinkFound{at: s.At(), subject: path.Base(text), message: message + beside, confidence: sure, severity: severity, fix: fix})
		case always(s.Fact):
			list = append(list, sinkFound{at: s.At(), subject: program(s.Fact.Via), message: fmt.Sprintf("%s writes the log to a file%s", program(s.Fact.Via), beside), confidence: audit.MediumConfidence, severity: severity, fix: fix})
		}
	}
	return append(list, railsLog(c)...)
}

// copied reports whether the console has what a log file gets, too: a platform
// then sees it. Spring Boot and Quarkus only add the file, unless a configuration
// of the logger replaces theirs.
func copied(c *audit.Component, s sink) bool {
	if strings.HasPrefix(s.Fact.Via, "logging.file") || strings.HasPrefix(s.Fact.Via, "quarkus.log.file") {
		if !slices.ContainsFunc(c.Files, func(f *audit.File) bool { return routed(f) && f.Role == source.Prod }) {
			return true
		}
		return slices.ContainsFunc(sinks(c), func(other sink) bool {
			return routed(other.File) && (other.Fact.Target == "stdout" || other.Fact.Target == "stderr")
		})
	}
	return slices.ContainsFunc(sinks(c), func(other sink) bool {
		return other.File == s.File && (other.Fact.Target == "stdout" || other.Fact.Target == "stderr") && other.Fact.Via != "console" && !other.Fact.Severe && sameLogger(s, other)
	})
}

// sameLogger reports whether every logger of a configuration of Python's logging
// that writes to a file writes to the console, too: that other loggers do helps
// none of its records.
func sameLogger(s, console sink) bool {
	if s.File.Format != inspect.Python || s.Fact.Name == "" || console.Fact.Name == "" {
		return true
	}
	for r := range audit.FactsIn[inspect.LogRoute]([]*audit.File{s.File}, s.File.Role) {
		if slices.Contains(r.Fact.Sinks, s.Fact.Name) && !slices.Contains(r.Fact.Sinks, console.Fact.Name) {
			return false
		}
	}
	return true
}

// sinkFix names a sink, or the path that it writes, and the file that sets it up.
func sinkFix(f *audit.File, name, value, via string) []audit.Option {
	options := []audit.Option{audit.Naming(name, value), audit.Naming("file", path.Base(f.Path))}
	switch {
	case f.Format == inspect.LogXML:
		return append(options, audit.WithFix("appenders"))
	case strings.HasPrefix(via, "logging.file"), strings.HasPrefix(via, "quarkus.log.file"):
		return append(options, audit.WithFix("logging.file"), audit.Naming("key", via))
	case strings.Contains(strings.ToLower(via), "puma"):
		return append(options, audit.WithFix("Puma"))
	}
	return options
}

// used reports whether production's loggers write to a sink: the settings that
// define it are the ones that hold, and some logger names it there.
func used(c *audit.Component, s audit.Located[inspect.LogSink]) bool {
	if strings.EqualFold(path.Base(s.File.Path), "web.config") && c.Image != nil {
		return false // of IIS, which no image runs
	}
	if strings.HasPrefix(s.Fact.Via, "LOGGING:") && s.Fact.Name != "" && audit.Has(c, func(set inspect.Setting) bool { return set.Key == "ROOT_URLCONF" || set.Key == "INSTALLED_APPS.0" }) {
		for _, class := range []string{"class", "()"} {
			if effective, ok := c.EffectiveSetting("LOGGING.handlers." + s.Fact.Name + "." + class); ok {
				return effective.At.Path == s.File.Path
			}
		}
		return !audit.Has(c, func(set inspect.Setting) bool { return strings.HasPrefix(set.Key, "LOGGING.handlers.") })
	}
	if s.Fact.Via == "monolog.handlers" { // Symfony's: a file of the environment stands above the others
		if path, ok := c.EffectiveSetting("monolog.handlers." + s.Fact.Name + ".path"); ok && path.Framework == "symfony" && path.At.Path != s.File.Path {
			return path.Value.Source == inspect.Unknown
		}
		return true
	}
	if s.File.Format != inspect.LogXML || s.Fact.Name == "" {
		return true
	}
	if !c.InProduction(s.Fact.Profile) {
		return false
	}
	routes := 0
	for r := range audit.FactsIn[inspect.LogRoute]([]*audit.File{s.File}, s.File.Role) {
		routes++
		if slices.Contains(r.Fact.Sinks, s.Fact.Name) && c.InProduction(r.Fact.Profile) {
			return true
		}
	}
	return routes == 0
}

// always reports whether a sink whose path the file doesn't tell writes in any
// case: to a place that the program works out, or as a handler of a whole
// configuration that a logger uses.
func always(s inspect.LogSink) bool {
	return s.Path.Source == inspect.Unknown || s.Path.Source == inspect.Random || s.Path.Source != inspect.Input && strings.HasPrefix(s.Via, "LOGGING:")
}

// underKernel is the path of a sink; in Symfony's log directory, that of the
// program's own kernel where it says another.
func underKernel(c *audit.Component, s sink) string {
	text := s.Fact.Path.Text
	rest, inside := strings.CutPrefix(text, "var/log/")
	if s.File.Format != inspect.SymfonyYAML || !inside {
		return text
	}
	for set := range audit.Facts[inspect.Setting](c, source.Prod) {
		if set.Fact.Key == "kernel.logs_dir" && set.File.Format == inspect.PHP && set.Fact.Value.Text != "" {
			dir := set.Fact.Value.Text
			if strings.HasPrefix(dir, "../") { // from the kernel's own directory
				dir = strings.TrimPrefix(path.Join(path.Dir(set.File.Path), dir), c.Path+"/")
			}
			return path.Join(dir, rest)
		}
	}
	return text
}
