package logs

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "logs/file-append",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Code appends to a log file itself",
	Why: "With ten instances there are ten such files, and none survives its container. Nothing rotates what the code " +
		"appends, so it ends with a full disk.",
	Fixes: []audit.Fix{
		{For: "Rails", Text: "Call Rails.logger instead of writing to ‹path›."},
		{For: "Python", Text: "Call logging.getLogger(__name__).info(…) with a handler on sys.stdout instead of opening ‹path›."},
		{For: "JavaScript", Text: "Call console.log, or a logger on stdout such as pino, instead of writing to ‹path›."},
		{For: "Go", Text: "Call slog or log, which write to stderr, instead of opening ‹path›."},
		{For: "Ruby", Text: "Call Logger.new($stdout) instead of writing to ‹path›."},
		{For: "Laravel", Text: "Call Log::info(…) with the channel stderr instead of writing to ‹path›."},
		{For: "PHP", Text: "Write to php://stderr, by error_log($message) or a logger, instead of ‹path›."},
		{For: "Java", Text: "Call a logger whose console appender writes to standard output instead of writing to ‹path›."},
		{For: "C#", Text: "Call ILogger with the console provider instead of writing to ‹path›."},
		{Text: "Write the event to standard output through the logger instead of ‹path›, and remove the file."},
		{Text: "Write the event to standard output through the logger and remove the file."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "002"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const fs = require('fs');
require("http").createServer((req, res) => {
  fs.appendFileSync('/var/log/app.log', req.url);
  res.end();
}).listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer((req, res) => {
  console.log(req.url);
  res.end();
}).listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		links := streamed(c)
		for w := range audit.Facts[inspect.FileWrite](c, source.Prod) {
			text := w.Fact.Path.Text
			if isLogger(w) && !separate(c, w.File) {
				report.Violation(w.At(), path.Base(w.File.Path), fmt.Sprintf("%s appends to a file in what writes the program's log", w.Fact.Via), audit.Naming("path", text), audit.WithConfidence(audit.MediumConfidence))
				continue
			}
			if !w.Fact.Path.HasText || !appended.MatchString(text) && !(w.Fact.Append && textLog.MatchString(text)) || dataLog.MatchString(path.Base(text)) ||
				stream.MatchString(text) || links[text] || separate(c, w.File) {
				continue
			}
			if w.Fact.Append || w.Fact.Handler || strings.HasSuffix(w.Fact.Via, "createWriteStream") || strings.HasPrefix(text, "/var/log/") {
				reportAppend(w, report)
			}
		}
	},
})

// reportAppend reports a file by its path. One that somebody has to choose, while
// standard output is what the code takes otherwise, is hardly in use.
func reportAppend(w audit.Located[inspect.FileWrite], report *audit.Report) {
	text := w.Fact.Path.Text
	message := fmt.Sprintf("%s writes to %s", w.Fact.Via, text)
	options := []audit.Option{audit.Naming("path", text)}
	if w.Fact.Chosen {
		message += " where that is chosen over standard output"
		options = append(options, audit.WithSeverity(audit.Low))
	}
	report.Violation(w.At(), path.Base(text), message, options...)
}

// appended are paths of log files; a directory named log may hold anything.
var appended = regexp.MustCompile(`(?i)(^|/)var/log/|\.log$`)

// textLog are text files whose whole name says that they are a log.
var textLog = regexp.MustCompile(`(?i)(^|/)((access|app|error|errors|request|requests|server|system|debug)[_-]?)?logs?([_-](access|errors?|users?|requests?|server|system|\w+s))?\.txt$`)

// isLogger reports whether a file that is named for the program's log, and for
// no choice of several, appends to a file that another part of the program names.
func isLogger(w audit.Located[inspect.FileWrite]) bool {
	name, _, _ := strings.Cut(path.Base(w.File.Path), ".")
	for i := range w.File.Of(inspect.Import{}) {
		if tables[i.Fact.(inspect.Import).Path] {
			return false // measurements, for whoever reads the table
		}
	}
	return w.Fact.Append && !w.Fact.Path.HasText && !w.Fact.Path.FromEnv() && !w.Fact.Temporary && logger.MatchString(name)
}

// tables are libraries that write rows of a table.
var tables = map[string]bool{"csv": true, "encoding/csv": true, "csv-writer": true, "fast-csv": true, "csv-stringify": true}

var logger = regexp.MustCompile(`(?i)^(app|application|error|system|request|access)?[_-]?(log|logger|logging)$`)

// dataLog are files that a program keeps as data of its own: they are read
// back, or kept as evidence.
var dataLog = regexp.MustCompile(`(?i)audit|journal|(^|[._-])(wal|aof|binlog|redo|undo|commit|transactions?|change|changes|changelog)([._-]|$)`)
