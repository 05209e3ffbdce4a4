package adminprocesses

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "admin-processes/isolation-mismatch",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "An admin task runs outside the program's dependencies",
	Why: "The program loads its locked packages through a tool (bundle exec, poetry run, a virtual environment); a task " +
		"without it takes what the system happens to have installed, or fails with what is missing." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{Text: "Start ‹task› with ‹prefix›, as the program is."},
		{Text: "Start admin tasks with the same prefix as the program."},
	},
	Severity:   audit.Low,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F"},
	Bad: `
-- Gemfile --
source "https://rubygems.org"
gem "sinatra"
gem "sequel"
gem "pg"
-- config.ru --
run Sinatra::Application
-- Procfile --
web: bundle exec puma -p $PORT
release: rake db:migrate
`,
	Good: `
-- Gemfile --
source "https://rubygems.org"
gem "sinatra"
gem "sequel"
gem "pg"
-- config.ru --
run Sinatra::Application
-- Procfile --
web: bundle exec puma -p $PORT
release: bundle exec rake db:migrate
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		prefixes := map[string]string{} // of what runs all the time, by language
		for _, p := range c.Running() {
			for _, step := range c.RunSteps(p) {
				if language, prefix, _ := isolation(step.Argv); prefix != "" && (step.Exec || step.Last || audit.ServesHTTP(step.Command) || audit.TakesJobs(step.Command)) {
					prefixes[language] = prefix
				}
			}
		}
		if len(prefixes) == 0 {
			return
		}
		for _, p := range c.Processes {
			if !p.Dev {
				judgeIsolation(c, p, prefixes, report)
			}
		}
	},
})

// judgeIsolation looks for admin tasks of a process that run bare.
func judgeIsolation(c *audit.Component, p audit.Process, prefixes map[string]string, report *audit.Report) {
	steps := c.RunSteps(p)
	if isolatesAll(c, steps) {
		return
	}
	for _, step := range steps {
		language, prefix, program := isolation(step.Argv)
		if prefix != "" || program == "" || prefixes[language] == "" {
			continue
		}
		if by, _, found := migrates(step.Command); found || p.Release || p.Scheduled {
			if by == "" {
				by = program
			}
			report.Violation(step.At(), by, fmt.Sprintf("%s runs without %s, which the program is started with", by, prefixes[language]), audit.Naming("task", by), audit.Naming("prefix", prefixes[language]))
		}
	}
}

var (
	virtualEnvironment = regexp.MustCompile(`(^|/)(\.?venv|\.?env|virtualenv|venv-[\w.]+)/bin/[^/]+$`)
	rubyPrograms       = regexp.MustCompile(`^(rake|puma|sidekiq|unicorn|rackup|thin|clockwork|sequel|ruby|resque|hanami|good_job|que)$`)
	pythonPrograms     = regexp.MustCompile(`^(python[0-9.]*|gunicorn|uvicorn|hypercorn|daphne|celery|flask|alembic|django-admin|manage\.py|aerich|rq|dramatiq|huey_consumer|aiohttp|waitress-serve|uwsgi)$`)
)

// isolation tells by what a command gets the program's own packages: the
// language, the prefix ("" for none) and the program itself. Binstubs and rails
// load Bundler by themselves.
func isolation(argv []string) (language, prefix, program string) {
	for len(argv) > 0 && (argv[0] == "exec" || argv[0] == "env" || strings.Contains(argv[0], "=") && !strings.Contains(argv[0], "/")) {
		argv = argv[1:]
	}
	if len(argv) == 0 {
		return "", "", ""
	}
	name := path.Base(argv[0])
	switch {
	case virtualEnvironment.MatchString(argv[0]):
		return "Python", path.Dir(argv[0]) + "/", name
	case len(argv) > 2 && argv[1] == "exec" && name == "bundle":
		return "Ruby", "bundle exec", path.Base(argv[2])
	case len(argv) > 2 && argv[1] == "run" && slices.Contains([]string{"poetry", "pipenv", "uv", "pdm", "hatch", "rye", "conda"}, name):
		return "Python", name + " run", path.Base(argv[2])
	case strings.Contains(argv[0], "/") && !strings.HasPrefix(argv[0], "/usr/"):
		return "", "", "" // a binstub, or a place that somebody chose
	case rubyPrograms.MatchString(name):
		if name == "ruby" && len(argv) > 1 && strings.HasPrefix(argv[1], "bin/") {
			return "", "", ""
		}
		return "Ruby", "", name
	case pythonPrograms.MatchString(name):
		return "Python", "", name
	}
	return "", "", ""
}

// isolatesAll reports whether a script or the image makes the environment the
// program's own for all that follows.
func isolatesAll(c *audit.Component, steps []audit.Step) bool {
	for _, step := range steps {
		line := strings.Join(step.Argv, " ")
		if strings.Contains(line, "/activate") || strings.HasPrefix(line, "export PATH=") || strings.HasPrefix(line, "export VIRTUAL_ENV") || strings.HasPrefix(line, "eval ") {
			return true
		}
	}
	if c.Image == nil {
		return false
	}
	for _, i := range c.Image.Instructions {
		for _, e := range i.Fact.Pairs {
			text := e.Value.Text + e.Written
			if i.Fact.Name != "ENV" {
				continue
			}
			switch e.Name {
			case "VIRTUAL_ENV", "BUNDLE_BIN", "POETRY_VIRTUALENVS_CREATE", "UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT", "RUBYOPT":
				return true
			case "PATH":
				if strings.Contains(text, "venv") || strings.Contains(text, "env/bin") || strings.Contains(text, "/bin:") && c.Image.Base != "" && strings.Contains(text, "/app") {
					return true
				}
			}
		}
		if i.Fact.Name == "RUN" && i.Fact.Start != nil && systemWide.MatchString(i.Fact.Start.Text) {
			return true
		}
	}
	return false
}

// systemWide are commands by which an image's packages are the system's own.
var systemWide = regexp.MustCompile(`poetry config virtualenvs\.create false|pipenv (install|sync) .*--system|uv pip install .*--system|bundle (install )?.*--system|bundle binstubs|pip3? install .*-r `)
