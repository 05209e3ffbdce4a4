package config

import (
	"fmt"
	"path"
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// judgeLevels looks at levels of the log, and at profilers, that code turns on
// in every deploy.
func judgeLevels(c *audit.Component, report *audit.Report) {
	for s := range audit.Facts[inspect.Setting](c, source.Prod) {
		file := path.Base(s.File.Path)
		if inspect.IsConfig(s.File.Format) || besideProgram.MatchString(s.File.Path) || byHand.MatchString(s.File.Path) || developersSettings.MatchString(file) {
			continue
		}
		switch s.Fact.Key {
		case inspect.LogLevelKey:
			if levelElsewhere(c, s.File) {
				continue
			}
			report.Violation(s.At(), s.Fact.Key, fmt.Sprintf("%s logs at %s in every deploy, and no variable sets the level", file, s.Fact.Value.Text), audit.Naming("level", s.Fact.Value.Text))
		case inspect.ShowsErrorsKey:
			if developersEntry.MatchString(file) {
				continue
			}
			report.Violation(s.At(), s.Fact.Key, fmt.Sprintf("%s shows the inside of the program to whoever meets an error, in every deploy: %s", file, s.Fact.Value.Text), audit.WithFix("pages of errors"), audit.Naming("call", s.Fact.Value.Text))
		case inspect.DebugModeKey:
			if c.CalledInDevelopment(s.Fact.LedBy) {
				continue
			}
			report.Violation(s.At(), s.Fact.Key, fmt.Sprintf("%s runs every deploy in the mode for developers: %s", file, s.Fact.Value.Text), audit.WithSeverity(audit.Low), audit.WithFix("mode"), audit.Naming("call", s.Fact.Value.Text))
		case "MiniProfiler":
			report.Violation(s.At(), s.Fact.Key, fmt.Sprintf("%s turns the profiler on in every deploy, and no variable turns it off", file), audit.WithFix("MiniProfiler"))
		}
	}
}

// developersEntry are front controllers that only developers and tests use.
var developersEntry = regexp.MustCompile(`(?i)(^|[-_.])(dev|debug|tests?)\.php$`)

var levelVariable = regexp.MustCompile(`(?i)log_?(ging_?)?level`)

// levelElsewhere reports whether another file sets the log up too, or a variable
// says its level: the first to be read holds.
func levelElsewhere(c *audit.Component, file *audit.File) bool {
	if audit.Has(c, func(read inspect.EnvRead) bool { return levelVariable.MatchString(read.Name) }) {
		return true
	}
	for sink := range audit.Facts[inspect.LogSink](c, source.Prod) {
		if sink.File != file && (sink.Fact.Via == "logging.basicConfig" || sink.Fact.Via == "logging.config.dictConfig") {
			return true
		}
	}
	return false
}
