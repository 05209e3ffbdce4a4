package logs

import (
	"fmt"
	"regexp"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:      "logs/stdout-logger",
	Aspect:  "a",
	Type:    audit.Positive,
	Title:   "A logger writes to a standard stream",
	Why:     "The platform reads every process's standard output, whoever runs it and however many there are.",
	Sources: []string{"12F", "000", "001", "002", "003", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import logging, os
from flask import Flask
app = Flask(__name__)
logging.basicConfig(filename="app.log")
app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
`,
	Good: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import logging, os, sys
from flask import Flask
app = Flask(__name__)
logging.basicConfig(stream=sys.stdout)
app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		var logger, printed *sink
		for _, s := range sinks(c) {
			if s.Fact.Target != "stdout" && s.Fact.Target != "stderr" {
				continue
			}
			switch found := s; {
			case s.Fact.Via != "console" && s.Fact.Via != "sys.stdout.reconfigure":
				if logger == nil || logger.library && !s.library || besideProgram.MatchString(logger.File.Path) && !besideProgram.MatchString(s.File.Path) {
					logger = &found
				}
			case !inBrowser(c, s.File) && (printed == nil || besideProgram.MatchString(printed.File.Path) && !besideProgram.MatchString(s.File.Path)):
				printed = &found
			}
		}
		if logger != nil {
			strength := 1.0
			if logger.library && !routed(logger.File) && !ofLogging.MatchString(logger.File.Path) {
				strength = 0.5 // a part that logs, perhaps, and not what the program logs by
			}
			report.Pass(logger.At(), strength, fmt.Sprintf("%s writes to %s", program(logger.Fact.Via), logger.Fact.Target))
			return
		}
		by := byServer(c)
		if by.strength < 1 {
			if at, framework, ok := byFramework(c); ok {
				by = toStream{at, 1, framework + " logs to the standard output by itself"}
			}
		}
		if by.strength == 1 || by.strength > 0 && printed == nil {
			report.Pass(by.at, by.strength, by.message)
			return
		}
		if printed != nil {
			report.Pass(printed.At(), 0.5, fmt.Sprintf("%s prints to %s, without a logger", printed.File.Path, printed.Fact.Target))
		}
	},
})

// ofLogging are files of a library that say by their name that they set up the
// log.
var ofLogging = regexp.MustCompile(`(?i)(^|[/_.-])(log|logs|logger|loggers|logging|telemetry|observability)([/_.-]|$)|Logg(er|ing)`)
