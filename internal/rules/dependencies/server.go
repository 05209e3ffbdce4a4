package dependencies

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// startedPackages are the programs of Python that start others, each with the
// packages that bring it along, its own first.
var startedPackages = map[string][]string{
	"gunicorn":       {"gunicorn", "mlflow", "apache-airflow", "apache-superset", "uvicorn-worker"},
	"uvicorn":        {"uvicorn", "standard", "all", "fastapi-cli", "fastapi-standard", "gradio", "chainlit", "mcp", "prefect"}, // fastapi[standard]
	"hypercorn":      {"hypercorn"},
	"daphne":         {"daphne", "channels"}, // channels[daphne], and channels before 4
	"waitress-serve": {"waitress", "pyramid"},
	"celery":         {"celery", "django-celery-beat", "django-celery-results", "flower", "celery-redbeat", "django-celery", "apache-airflow"},
	"uwsgi":          {"uwsgi", "pyuwsgi"},
	"dramatiq":       {"dramatiq", "django-dramatiq"},
}

// reportServer reports a process of which the program that starts it is
// declared nowhere: no import shows it, and the start fails.
func reportServer(c *audit.Component, report *audit.Report) {
	var s scope
	for _, p := range c.Running() {
		if !p.Deployed() {
			continue
		}
		for _, step := range c.RunSteps(p) {
			argv := audit.Unwrap(step.Argv)
			if len(argv) == 0 || startedPackages[argv[0]] == nil || !step.Certain() && !step.Exec {
				continue
			}
			if s.c == nil {
				s = scopeOf(c, inspect.PyPI)
				if r := (pythonResolver{scope: s}); r.silent() || !plainBase(c) {
					return
				}
			}
			names := startedPackages[argv[0]]
			if s.has(names...) || s.lock(names...) != "" || installedByHand(c, []string{argv[0], names[0]}) {
				continue
			}
			at := step.At()
			report.Violation(audit.Place{Path: at.Path, Line: at.Line, EndLine: at.Line}, names[0],
				fmt.Sprintf("%s is started with %s, which no manifest declares", p.Title(), argv[0]), audit.WithFix("Python"), audit.Naming("package", names[0]))
		}
	}
}
