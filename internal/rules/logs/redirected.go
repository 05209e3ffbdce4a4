package logs

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "logs/redirected",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The start command sends the log to a file",
	Why: "The platform collects what a process prints. What its start command diverts into a file reaches nobody and " +
		"fills the container's disk.",
	Fixes: []audit.Fix{
		{For: "Supervisor", Text: "Set stdout_logfile=/dev/fd/1 with stdout_logfile_maxbytes=0, and the same for stderr with /dev/fd/2; better, let the platform start each program."},
		{For: "nginx", Text: "Point access_log at /dev/stdout and error_log at stderr, or link the files to these in the image, as nginx's own does."},
		{For: "Gunicorn", Text: "Pass --access-logfile - and --error-logfile -, which is standard output and error."},
		{For: "a variable", Text: "Unset ‹variable›, so that the log goes to standard output."},
		{Text: "Drop the redirection to ‹path› from the start command, so that the process prints to its own standard output."},
		{Text: "Drop the redirection or the log file option from the start command, so that the process prints to its own standard output."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "003"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- app.py --
from flask import Flask
app = Flask(__name__)
-- Procfile --
web: gunicorn app:app --access-logfile /var/log/app/access.log
`,
	Good: `
-- requirements.txt --
flask==3.0.0
-- app.py --
from flask import Flask
app = Flask(__name__)
-- Procfile --
web: gunicorn app:app --access-logfile -
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		links := streamed(c)
		file := func(target string) bool {
			return target != "" && !stream.MatchString(target) && !links[target] && !strings.HasPrefix(target, "$") && !strings.HasPrefix(target, "/tmp/stdout")
		}
		for _, p := range c.Processes {
			if p.Dev || p.Release {
				continue
			}
			for _, step := range c.RunSteps(p) {
				judgeStep(step, file, report)
			}
		}
		for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
			if server, target := serverLog(c, s); target != "" && file(target) {
				var options []audit.Option
				switch server {
				case "gunicorn":
					options = append(options, audit.WithFix("Gunicorn"))
				case "nginx":
					options = append(options, audit.WithFix("nginx"))
				}
				_, key, _ := strings.Cut(s.Fact.Key, ".")
				report.Violation(s.At(), server, fmt.Sprintf("%s's %s is %s", server, key, target), options...)
				continue
			}
			if s.File.Format != inspect.Supervisor || !file(s.Fact.Value.Text) {
				continue
			}
			if name, ok := strings.CutPrefix(s.Fact.Key, "program:"); ok && strings.HasSuffix(name, "_logfile") && !strings.Contains(s.Fact.Value.Text, "AUTO") {
				name, _, _ = strings.Cut(name, ".")
				report.Violation(s.At(), name, fmt.Sprintf("supervisord sends what %s prints to %s", name, s.Fact.Value.Text), audit.WithFix("Supervisor"))
			}
		}
		swallowed(c, report)
		for _, name := range fileVariables {
			if p, ok := c.ProvidedIn(audit.Production, name); ok && p.Value.IsLiteral() && file(p.Value.Text) && p.File.Role != source.DeployDev {
				report.Violation(p.At(), name, fmt.Sprintf("%s sends the log to %s", name, p.Value.Text), audit.WithFix("a variable"), audit.Naming("variable", name))
			}
		}
	},
})

// fileVariables are variables by which frameworks are told of a log file.
var fileVariables = []string{"LOGGING_FILE_NAME", "LOGGING_FILE_PATH", "LOGGING_FILE", "QUARKUS_LOG_FILE_PATH", "UWSGI_LOGTO", "UWSGI_LOGTO2", "UWSGI_DAEMONIZE", "PM2_LOG_FILE_PATH", "CATALINA_OUT"}

// writers are programs whose redirected output is a file that they make, not
// what a service prints.
var writers = map[string]bool{
	"echo": true, "printf": true, "cat": true, "touch": true, "envsubst": true, "sed": true, "awk": true, "jq": true, "true": true, ":": true, "date": true, "env": true, "curl": true,
}

func judgeStep(step audit.Step, file func(string) bool, report *audit.Report) {
	name := audit.Program(step.Command)
	at := audit.Place{Path: step.File.Path, Line: step.Line, EndLine: step.Line}
	for _, r := range step.Redirects {
		if strings.Contains(r.Op, "<") || strings.HasSuffix(r.Op, "&") || !strings.Contains(r.Op, ">") || writers[name] || !file(r.Target) || !logFile.MatchString(r.Target) {
			continue
		}
		if step.Argv[0] == "exec" && !step.Exec {
			name = "the script"
		}
		report.Violation(at, name, fmt.Sprintf("%s starts %s with its output redirected to %s", path.Base(step.File.Path), name, r.Target), redirectedTo(r.Target))
		return
	}
	if flag, target := logOption(name, audit.Unwrap(step.Argv)); flag != "" && file(target) {
		var options []audit.Option
		if name == "gunicorn" {
			options = append(options, audit.WithFix("Gunicorn"))
		}
		report.Violation(at, name, fmt.Sprintf("%s starts %s with %s %s", path.Base(step.File.Path), name, flag, target), options...)
	}
}

// logOptions are options that name a log file, for any program.
var logOptions = map[string]bool{
	"--log-file": true, "--logfile": true, "--access-logfile": true, "--error-logfile": true, "--access-log-file": true, "--error-log-file": true,
	"--logto": true, "--logto2": true, "--log-path": true, "--access-log": true, "--error-log": true,
	"--logging.file.name": true, "--logging.file.path": true, "--logging.file": true, "-Dlogging.file.name": true, "-Dlogging.file.path": true, "-Dlogging.file": true, "-Dlogging.path": true,
	"-Dquarkus.log.file.path": true, "--access_log_path": true, "--log_file": true, "--daemonize": true, "--daemonize2": true, "--req-logger": true, "--logger": true,
}

// shortLogOptions mean a log file to these programs only.
var shortLogOptions = map[string][]string{
	"celery": {"-f"}, "pm2": {"-o", "-e", "-l", "--output", "--error", "--log"}, "pm2-runtime": {"-o", "-e", "-l", "--output", "--error", "--log"},
}

// logOption finds an option that names a log file, and the file.
func logOption(program string, argv []string) (option, target string) {
	for i := 1; i < len(argv); i++ {
		name, value, joined := strings.Cut(argv[i], "=")
		known := logOptions[name]
		for _, short := range shortLogOptions[program] {
			known = known || name == short
		}
		if !known {
			continue
		}
		if !joined && i+1 < len(argv) && (argv[i+1] == "-" || !strings.HasPrefix(argv[i+1], "-")) {
			value = argv[i+1]
		}
		value = strings.TrimPrefix(value, "file:")
		if strings.ContainsAny(value, "/.") && !strings.Contains(value, ":") && !stream.MatchString(value) {
			return name, value
		}
	}
	return "", ""
}

// redirectedTo names the file of a redirection, where that is one and no command.
func redirectedTo(target string) audit.Option {
	if strings.ContainsAny(target, "()|") {
		target = ""
	}
	return audit.Naming("path", target)
}
