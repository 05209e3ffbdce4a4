package audit

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
)

// Unwrap strips what only leads to a program from a command's words: exec,
// env with assignments, init programs, environment managers and module
// runners. ["exec","poetry","run","python","-m","gunicorn","app:app"] becomes
// ["gunicorn","app:app"].
func Unwrap(argv []string) []string {
	for len(argv) > 0 {
		rest, ok := unwrapOnce(argv)
		if !ok {
			return argv
		}
		argv = rest
	}
	return argv
}

func unwrapOnce(argv []string) ([]string, bool) {
	args := argv[1:]
	switch path.Base(argv[0]) {
	case "exec", "command", "nice", "nohup", "npx", "bunx", "pnpx", "dotenv", "cross-env", "dumb-init", "tini", "catatonit", "env", "gosu", "su-exec", "stdbuf", "time", "sudo":
		return leading(argv[0], args), true
	case "poetry", "uv", "pipenv", "pdm", "hatch", "rye", "conda":
		if len(args) > 1 && args[0] == "run" {
			return skipFlags(args[1:]), true
		}
	case "bundle", "pnpm", "yarn", "npm":
		if len(args) > 1 && (args[0] == "exec" || args[0] == "dlx") {
			return skipFlags(args[1:]), true
		}
	case "doppler", "op", "chamber", "infisical":
		for i, word := range args {
			if word == "--" {
				return args[i+1:], true
			}
		}
	case "python", "python2", "python3", "opentelemetry-instrument", "ddtrace-run", "newrelic-admin":
		return unwrapPython(path.Base(argv[0]), args)
	}
	return argv, false
}

func unwrapPython(tool string, args []string) ([]string, bool) {
	if tool == "ddtrace-run" || tool == "opentelemetry-instrument" {
		return args, len(args) > 0
	}
	if tool == "newrelic-admin" {
		if len(args) > 1 && args[0] == "run-program" {
			return args[1:], true
		}
		return args, false
	}
	for i, word := range args {
		switch {
		case word == "-m" && i+1 < len(args):
			return args[i+1:], true
		case !strings.HasPrefix(word, "-"):
			return args, false
		}
	}
	return args, false
}

// leading drops the flags and assignments in front of the program that a
// wrapper starts. gosu and su-exec take a user first.
func leading(tool string, args []string) []string {
	if base := path.Base(tool); (base == "gosu" || base == "su-exec") && len(args) > 0 {
		args = args[1:]
	}
	for len(args) > 0 && (strings.HasPrefix(args[0], "-") || strings.Contains(args[0], "=")) {
		args = args[1:]
	}
	return args
}

func skipFlags(args []string) []string {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	return args
}

// Program is the base name of the program that a command comes down to, "" for
// none.
func Program(c inspect.Command) string {
	argv := Unwrap(c.Argv)
	if len(argv) == 0 {
		return ""
	}
	return path.Base(argv[0])
}

// webServers are programs that serve HTTP by themselves.
var webServers = map[string]bool{
	"gunicorn": true, "uvicorn": true, "hypercorn": true, "waitress-serve": true, "waitress": true, "daphne": true,
	"uwsgi": true, "granian": true, "puma": true, "unicorn": true, "thin": true, "passenger": true, "rackup": true,
	"streamlit": true, "remix-serve": true, "react-router-serve": true, "json-server": true, "functions-framework": true,
	"apache2-foreground": true, "php-fpm": true, "frankenphp": true,
}

// webCommands are programs that serve HTTP when a later word says so.
var webCommands = map[string][]string{
	"next": {"start", "dev"}, "nuxt": {"start", "dev"}, "nest": {"start"}, "flask": {"run"}, "fastapi": {"run", "dev"},
	"manage.py": {"runserver", "runserver_plus"}, "rails": {"s", "server"}, "strapi": {"start", "develop"}, "medusa": {"start"}, "artisan": {"serve"},
	"directus": {"start"}, "keystone": {"start"}, "sails": {"lift"},
}

// workers are programs that take jobs from a queue.
var workers = map[string]bool{
	"rqworker": true, "dramatiq": true, "arq": true, "huey_consumer": true, "huey_consumer.py": true, "sidekiq": true,
	"faktory_worker": true, "procrastinate": true, "taskiq": true, "good_job": true, "resque": true, "graphile-worker": true,
	"saq": true, "streaq": true, "faust": true,
}

// workerCommands are programs that do so when told by a later word; nil: always.
var workerCommands = map[string][]string{
	"celery": nil, "rq": {"worker"}, "manage.py": {"rqworker", "qcluster", "run_huey", "celery", "db_worker", "procrastinate"},
	"flask": {"rq"}, "artisan": {"queue:work", "horizon"}, "temporal": {"worker"},
}

// ServesHTTP reports whether a command starts a known web server.
func ServesHTTP(c inspect.Command) bool {
	argv := pythonScript(Unwrap(c.Argv))
	return len(argv) > 0 && (webServers[path.Base(argv[0])] || subcommand(webCommands, argv))
}

// TakesJobs reports whether a command starts a known queue worker.
func TakesJobs(c inspect.Command) bool {
	argv := pythonScript(Unwrap(c.Argv))
	return len(argv) > 0 && (workers[path.Base(argv[0])] || subcommand(workerCommands, argv))
}

// pythonScript drops the interpreter in front of a script: python manage.py x.
func pythonScript(argv []string) []string {
	if len(argv) > 1 && (strings.HasPrefix(path.Base(argv[0]), "python") || path.Base(argv[0]) == "php") {
		if rest := skipFlags(argv[1:]); len(rest) > 0 {
			return rest
		}
	}
	return argv
}

func subcommand(table map[string][]string, argv []string) bool {
	words, ok := table[path.Base(argv[0])]
	if !ok {
		return false
	}
	if words == nil {
		return true
	}
	for _, arg := range argv[1:] {
		for _, word := range words {
			if arg == word {
				return true
			}
		}
	}
	return false
}
