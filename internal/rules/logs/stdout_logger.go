package logs

import (
	"fmt"

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
			report.Pass(logger.At(), 1, fmt.Sprintf("%s writes to %s", program(logger.Fact.Via), logger.Fact.Target))
			return
		}
		if printed != nil {
			report.Pass(printed.At(), 0.5, fmt.Sprintf("%s prints to %s, without a logger", printed.File.Path, printed.Fact.Target))
		}
	},
})
