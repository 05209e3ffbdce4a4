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
	ID:     "logs/buffered",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "What a Python container prints waits in a buffer",
	Why: "Python buffers its standard output when that is no terminal. Lines appear late in the platform's log, and the " +
		"last ones before a crash never do.",
	Fixes: []audit.Fix{
		{For: "Compose", Text: `Set PYTHONUNBUFFERED: "1" in the service's environment; better, in the Dockerfile as ENV PYTHONUNBUFFERED=1.`},
		{Text: "Set ENV PYTHONUNBUFFERED=1 in ‹file›, or log through logging instead of print."},
		{Text: "Set ENV PYTHONUNBUFFERED=1 in the Dockerfile, or log through logging instead of print."},
	},
	Severity:   audit.Low,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F"},
	Bad: `
-- requirements.txt --
pika==1.3.2
-- worker.py --
import pika
def work(channel, method, properties, body):
    print("order", body)
channel = pika.BlockingConnection().channel()
channel.basic_consume("orders", work)
channel.start_consuming()
-- Dockerfile --
FROM python:3.12
COPY . .
CMD ["python", "worker.py"]
`,
	Good: `
-- requirements.txt --
pika==1.3.2
-- worker.py --
import pika
def work(channel, method, properties, body):
    print("order", body)
channel = pika.BlockingConnection().channel()
channel.basic_consume("orders", work)
channel.start_consuming()
-- Dockerfile --
FROM python:3.12
ENV PYTHONUNBUFFERED=1
COPY . .
CMD ["python", "worker.py"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Image == nil || !slices.Contains(c.Languages, "Python") || !plainBase(c.Image.Base) || unbuffered(c) {
			return
		}
		start := pythonStart(c)
		if start == nil {
			return
		}
		printed, logs := printing(c)
		if printed == nil || logs {
			return // a logger's handlers flush after each line
		}
		report.Violation(audit.Place{Path: c.Image.File.Path, Line: c.Image.BaseLine, EndLine: c.Image.BaseLine}, "PYTHONUNBUFFERED",
			fmt.Sprintf("%s prints to a standard output that Python buffers: neither PYTHONUNBUFFERED is set nor -u given", printed.File.Path), audit.Naming("file", path.Base(c.Image.File.Path)))
	},
})

// plainBase reports whether an image is one that is known to leave Python's
// output buffered: Python's own and those of distributions.
func plainBase(base string) bool {
	name, _, _ := audit.SplitImage(strings.ToLower(base))
	switch path.Base(name) {
	case "python", "alpine", "debian", "ubuntu", "fedora", "centos", "rockylinux", "almalinux", "amazonlinux", "ubi8", "ubi9", "ubi-minimal", "miniconda3", "miniconda", "micromamba", "uv", "pypy", "python3", "python3-debian11", "python3-debian12", "cuda", "pytorch":
		return true
	}
	return strings.HasPrefix(path.Base(name), "python-3") // of universal base images
}

// unbuffered reports whether something makes Python write at once: the
// variable, wherever it is given, or the program itself.
func unbuffered(c *audit.Component) bool {
	for _, p := range c.Provided() {
		if p.Name == "PYTHONUNBUFFERED" {
			return true
		}
	}
	for s := range audit.Facts[inspect.Setting](c) {
		if strings.HasSuffix(s.Fact.Key, ".PYTHONUNBUFFERED") {
			return true
		}
	}
	for s := range audit.Facts[inspect.LogSink](c, source.Prod) {
		if s.Fact.Via == "sys.stdout.reconfigure" {
			return true
		}
	}
	for _, p := range c.Processes {
		for _, step := range c.RunSteps(p) {
			for _, word := range append(slices.Clone(step.Argv), step.Assigns...) {
				if strings.HasPrefix(word, "PYTHONUNBUFFERED=") {
					return true // also an entrypoint's export
				}
			}
		}
	}
	return false
}

// pythonStart is the step by which the image runs Python with a buffered
// output, nil when it runs something else or passes -u.
func pythonStart(c *audit.Component) *audit.Step {
	for _, p := range c.Running() {
		for _, step := range c.RunSteps(p) {
			argv := step.Argv
			if slices.ContainsFunc(argv, func(word string) bool { return path.Base(word) == "stdbuf" || path.Base(word) == "unbuffer" }) {
				continue
			}
			at := slices.IndexFunc(argv, isPython)
			if at < 0 {
				if pythonServers[audit.Program(step.Command)] {
					return &step
				}
				continue
			}
			if !flagU(argv[at+1:]) {
				return &step
			}
		}
	}
	return nil
}

func isPython(word string) bool {
	name := strings.TrimRight(path.Base(word), "0123456789.")
	return name == "python" || name == "pypy"
}

// flagU reports whether -u is among the interpreter's own options.
func flagU(args []string) bool {
	for _, word := range args {
		if !strings.HasPrefix(word, "-") || word == "-m" || word == "-c" {
			return false
		}
		if !strings.HasPrefix(word, "--") && strings.Contains(word, "u") {
			return true
		}
	}
	return false
}

// pythonServers are programs of Python that run the component's code.
var pythonServers = map[string]bool{
	"gunicorn": true, "uvicorn": true, "hypercorn": true, "daphne": true, "granian": true, "waitress-serve": true, "flask": true, "fastapi": true, "celery": true, "rq": true, "dramatiq": true, "huey_consumer": true, "huey_consumer.py": true, "arq": true, "faust": true, "manage.py": true, "streamlit": true, "django-admin": true,
}

// printing finds what the program prints and does not flush, and whether its
// lines leave through a logger instead.
func printing(c *audit.Component) (printed *audit.Located[inspect.LogSink], logs bool) {
	for s := range audit.Facts[inspect.LogSink](c, source.Prod) {
		if s.File.Format != inspect.Python && s.File.Format != inspect.GunicornConf || s.Fact.Debug {
			continue
		}
		switch found := s; {
		case s.Fact.Via != "console":
			logs = logs || !besideProgram.MatchString(s.File.Path)
		case s.Fact.Flushed || s.Fact.Target != "stdout" || separate(c, s.File) || besideProgram.MatchString(s.File.Path) || !c.Reaches(s.File.Path):
		case printed == nil:
			printed = &found
		}
	}
	return printed, logs
}
