package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// webServers are programs that serve HTTP by themselves.
var webServers = map[string]bool{
	"gunicorn": true, "uvicorn": true, "hypercorn": true, "waitress-serve": true, "waitress": true, "daphne": true,
	"uwsgi": true, "granian": true, "streamlit": true, "functions-framework": true,
	"puma": true, "unicorn": true, "unicorn_rails": true, "thin": true, "rackup": true, "falcon": true, "iodine": true, "pitchfork": true,
	"remix-serve": true, "react-router-serve": true, "json-server": true,
	"apache2-foreground": true, "php-fpm": true, "frankenphp": true, "heroku-php-apache2": true, "heroku-php-nginx": true,
	"catalina.sh": true, "catalina": true, "standalone.sh": true, "jetty.sh": true, "webapp-runner.jar": true,
}

// webCommands are programs that serve HTTP when a later word says so.
var webCommands = map[string][]string{
	"next": {"start", "dev"}, "nuxt": {"start", "dev"}, "nest": {"start"}, "flask": {"run"}, "fastapi": {"run", "dev"},
	"manage.py": {"runserver", "runserver_plus"}, "strapi": {"start", "develop"}, "medusa": {"start"},
	"directus": {"start"}, "keystone": {"start"}, "sails": {"lift"},
	"rails": {"s", "server"}, "passenger": {"start"}, "hanami": {"server"}, "jekyll": {"serve"},
	"artisan": {"serve", "octane:start", "octane:frankenphp", "octane:swoole", "octane:roadrunner", "reverb:start"}, "rr": {"serve"},
	"symfony": {"serve", "server:start", "local:server:start"}, "console": {"server:run", "server:start"}, "spark": {"serve"}, "cake": {"server"},
	"mvn": mavenServers, "mvnw": mavenServers, "gradle": gradleServers, "gradlew": gradleServers, "func": {"start"},
}

// Goals and tasks that build a Java web application and serve it.
var (
	mavenServers  = []string{"jetty:run", "jetty:run-war", "tomcat7:run", "tomcat7:run-war", "cargo:run", "tomee:run", "liberty:run", "liberty:dev", "wildfly:run", "payara-micro:start", "quarkus:dev", "mn:run"}
	gradleServers = []string{"appRun", "jettyRun", "tomcatRun", "cargoRunLocal", "libertyRun", "quarkusDev", "bootWarRun"}
)

// workers are programs that take jobs from a queue.
var workers = map[string]bool{
	"rqworker": true, "dramatiq": true, "arq": true, "huey_consumer": true, "huey_consumer.py": true, "procrastinate": true,
	"taskiq": true, "saq": true, "streaq": true, "faust": true, "faktory_worker": true, "graphile-worker": true,
	"sidekiq": true, "sidekiqswarm": true, "resque": true, "resque-pool": true, "shoryuken": true, "good_job": true, "sneakers": true, "que": true, "hutch": true,
}

// workerCommands are programs that do so when told by a later word; nil: always.
var workerCommands = map[string][]string{
	"celery": {"worker", "multi"}, "rq": {"worker", "worker-pool"}, "manage.py": {"rqworker", "qcluster", "run_huey", "celery", "db_worker", "procrastinate", "rundramatiq"},
	"flask": {"rq", "celery"}, "temporal": {"worker"}, "karafka": {"server", "s"}, "delayed_job": {"run", "start"},
	"rake": rakeWorkers, "rails": rakeWorkers,
	"artisan": {"queue:work", "queue:listen", "horizon", "pulse:work", "rabbitmq:consume"}, "console": {"messenger:consume", "messenger:consume-messages", "rabbitmq:consumer", "enqueue:consume"},
	"cake": {"queue", "queue:run"},
}

var rakeWorkers = []string{"jobs:work", "resque:work", "resque:workers", "sneakers:run", "solid_queue:start", "que:work", "good_job:start"}

// binstub are workers that a framework's generator names after nothing.
var binstub = regexp.MustCompile(`(^|/)bin/(jobs|delayed_job)$`)

// clocks are programs that start jobs by the time of day.
var clocks = map[string]bool{"clockwork": true, "crond": true, "cron": true, "supercronic": true, "rqscheduler": true, "celerybeat": true, "yacron": true, "go-cron": true, "ofelia": true, "resque-scheduler": true}

// clockCommands are programs that do so when told by a later word.
var clockCommands = map[string][]string{
	"celery": {"beat"}, "manage.py": {"rqscheduler", "celerybeat", "runapscheduler", "runcrons"}, "rq": {"scheduler", "cron"}, "flask": {"scheduler"},
	"rake": {"resque:scheduler"}, "rails": {"resque:scheduler"}, "artisan": {"schedule:work"}, "console": {"scheduler:run"},
}

// PHP's interpreter and its process manager, with a version in their names.
var (
	phpProgram = regexp.MustCompile(`^php[0-9.]*$`)
	phpFPM     = regexp.MustCompile(`^php-?fpm[0-9.]*$`)
)

// ServesHTTP reports whether a command starts a known web server.
func ServesHTTP(c inspect.Command) bool {
	argv := interpreted(Unwrap(c.Argv))
	if len(argv) == 0 {
		return false
	}
	program := path.Base(argv[0])
	switch {
	case webServers[program], phpFPM.MatchString(program), subcommand(webCommands, argv):
		return true
	case program == "php":
		return slices.Contains(argv, "-S")
	case program == "java":
		return slices.ContainsFunc(argv, func(word string) bool {
			return strings.HasPrefix(path.Base(word), "webapp-runner") || strings.HasPrefix(path.Base(word), "jetty-runner")
		})
	}
	return false
}

// TakesJobs reports whether a command starts a known queue worker.
func TakesJobs(c inspect.Command) bool {
	argv := interpreted(Unwrap(c.Argv))
	return len(argv) > 0 && (workers[path.Base(argv[0])] || binstub.MatchString(argv[0]) || subcommand(workerCommands, argv))
}

// KeepsTime reports whether a command starts a known clock: a program that
// starts jobs by the time of day.
func KeepsTime(c inspect.Command) bool {
	argv := interpreted(Unwrap(c.Argv))
	return len(argv) > 0 && (clocks[path.Base(argv[0])] || subcommand(clockCommands, argv))
}

// interpreted drops the interpreter in front of a script: python manage.py x,
// ruby bin/rails server, php artisan serve.
func interpreted(argv []string) []string {
	if len(argv) < 2 {
		return argv
	}
	program := path.Base(argv[0])
	if strings.HasPrefix(program, "python") || program == "ruby" || phpProgram.MatchString(program) {
		if slices.Contains(argv, "-S") {
			return argv
		}
		if rest := skipFlags(argv[1:]); len(rest) > 0 {
			return rest
		}
	}
	return argv
}

// spoken is a command as people call it: the program with the word that makes
// it a server or a worker.
func spoken(c inspect.Command) string {
	argv := interpreted(Unwrap(c.Argv))
	if len(argv) == 0 {
		return ""
	}
	name := path.Base(argv[0])
	for _, table := range []map[string][]string{webCommands, workerCommands} {
		for _, word := range argv[1:] {
			if slices.Contains(table[name], word) {
				return name + " " + word
			}
		}
	}
	return name
}

func subcommand(table map[string][]string, argv []string) bool {
	words, ok := table[path.Base(argv[0])]
	if !ok {
		return false
	}
	return words == nil || slices.ContainsFunc(argv[1:], func(arg string) bool { return slices.Contains(words, arg) })
}
