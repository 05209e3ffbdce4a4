package concurrency

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

var _ = set.Add(audit.Rule{
	ID:     "concurrency/worker-not-started",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Jobs are enqueued and nothing takes them",
	Why: "The web puts jobs on a queue, and no process type of the repository runs the worker: as deployed, mails are not " +
		"sent, files are not processed, and the queue grows until someone notices.",
	Fixes: []audit.Fix{
		{For: "Celery", Text: "Add a process type that starts celery worker, from the same artefact as the web."},
		{For: "RQ", Text: "Add a process type that starts rq worker, from the same artefact as the web."},
		{For: "Laravel", Text: "Add a process type that starts php artisan queue:work, from the same artefact as the web."},
		{For: "Sidekiq", Text: "Add a process type that starts bundle exec sidekiq, from the same artefact as the web."},
		{Text: "Add a process type that starts a worker of ‹library›, from the same artefact as the web."},
		{Text: "Add a process type that starts the worker, from the same artefact as the web."},
	},
	Severity:   audit.High,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Once,
	Sources:    []string{"004"},
	Bad: `
-- requirements.txt --
celery==5.4.0
flask==3.0.0
gunicorn==22.0.0
-- tasks.py --
from celery import Celery

app = Celery("shop")


@app.task
def mail(to):
    pass
-- app.py --
from flask import Flask

from tasks import mail

app = Flask(__name__)


@app.route("/order")
def order():
    mail.delay("b")
    return ""
-- Procfile --
web: gunicorn app:app
`,
	Good: `
-- requirements.txt --
celery==5.4.0
flask==3.0.0
gunicorn==22.0.0
-- tasks.py --
from celery import Celery

app = Celery("shop")


@app.task
def mail(to):
    pass
-- app.py --
from flask import Flask

from tasks import mail

app = Flask(__name__)


@app.route("/order")
def order():
    mail.delay("b")
    return ""
-- Procfile --
web: gunicorn app:app
worker: celery -A tasks worker
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Class != audit.WebService || !slices.ContainsFunc(c.Running(), audit.Process.Deployed) || audit.OfRepository(c.Repo, startsWorkers) {
			return
		}
		for _, library := range queueLibraries {
			if !consumed(c, library) || runsAtOnce(c, library) {
				continue
			}
			for e := range audit.FactsIn[inspect.Enqueue](c.ProgramFiles()) {
				if library.enqueues.MatchString(e.Fact.Via) && c.Reaches(e.File.Path) {
					report.Violation(e.At(), library.name, fmt.Sprintf("%s puts a job on %s's queue, and no process type starts a worker", shortName(e.Fact.Via), library.name), audit.WithFix(library.name), audit.Naming("library", library.name))
					break
				}
			}
		}
	},
})

// queueLibrary is one whose jobs only a command of its own takes.
type queueLibrary struct {
	name     string
	enqueues *regexp.Regexp // Enqueue.Via
	consumes *regexp.Regexp // Consumer.Via of a declared task
	inside   *regexp.Regexp // Consumer.Via of a worker inside of the web process
}

var queueLibraries = []queueLibrary{
	{"Celery", regexp.MustCompile(`\.(delay|apply_async)$`), regexp.MustCompile(`^celery\.|(^|\.)celery\w*\.(app\.)?task$`), regexp.MustCompile(`worker_main|Worker\(\)`)},
	{"RQ", regexp.MustCompile(`^(rq|django_rq|flask_rq2?)\b.*enqueue`), regexp.MustCompile(`^(rq|django_rq)\.(job|decorators)`), regexp.MustCompile(`^rq\.(Simple)?Worker`)},
	{"Dramatiq", regexp.MustCompile(`^dramatiq\b`), regexp.MustCompile(`^dramatiq\.actor`), regexp.MustCompile(`^dramatiq\.Worker`)},
	{"Laravel", regexp.MustCompile(`::dispatch(If|Unless)?$|Facades\\(Queue|Bus|Mail)\b|^dispatch$`), regexp.MustCompile(`Queue\\ShouldQueue`), regexp.MustCompile(`Queue\\Worker->daemon`)},
	{"Sidekiq", regexp.MustCompile(`^Sidekiq\b`), regexp.MustCompile(`^Sidekiq::(Job|Worker)$`), regexp.MustCompile(`configure_embed|Launcher|Sidekiq::CLI`)},
}

// consumed reports whether the component declares the library's jobs, and
// nothing in its code starts to take them.
func consumed(c *audit.Component, library queueLibrary) bool {
	declared := false
	for k := range audit.Facts[inspect.Consumer](c) {
		if library.inside.MatchString(k.Fact.Via) {
			return false
		}
		declared = declared || library.consumes.MatchString(k.Fact.Via)
	}
	return declared
}

// runsAtOnce reports whether settings make the web run each job itself.
func runsAtOnce(c *audit.Component, library queueLibrary) bool {
	switch library.name {
	case "Celery":
	case "Laravel":
		return laravelRunsAtOnce(c)
	default:
		return false
	}
	for _, key := range []string{"CELERY_TASK_ALWAYS_EAGER", "CELERY_ALWAYS_EAGER", "task_always_eager"} {
		if e, ok := c.EffectiveSetting(key); ok && !strings.EqualFold(e.Value.Text, "false") {
			return true
		}
	}
	return false
}

// startsWorkers reports whether anything in the repository starts a worker:
// processes of any environment, scripts, targets, workflows.
func startsWorkers(r *audit.Repository) bool {
	for _, c := range r.Components {
		for _, t := range c.ProcessTypes() {
			if t.Kind == audit.WorkerProcess && c.Class == audit.WebService {
				return true
			}
		}
		for _, p := range c.Processes {
			if slices.ContainsFunc(c.RunSteps(p), func(s audit.Step) bool { return takesJobs(s.Command) }) {
				return true
			}
		}
	}
	for s := range audit.AllFacts[inspect.Command](r) {
		if takesJobs(s.Fact) {
			return true
		}
	}
	for t := range audit.AllFacts[inspect.Target](r) {
		if slices.ContainsFunc(t.Fact.Commands, takesJobs) {
			return true
		}
	}
	for s := range audit.AllFacts[inspect.Process](r) {
		if slices.ContainsFunc(s.Fact.Start.Commands, takesJobs) {
			return true
		}
	}
	for i := range audit.AllFacts[inspect.Instruction](r) {
		if i.Fact.Name == "COPY" && slices.ContainsFunc(i.Fact.Args, workerScript.MatchString) {
			return true // who runs the image starts it
		}
	}
	return false
}

// workerScript is what an image is given to start a worker by, though it may not
// be read: it has no extension.
var workerScript = regexp.MustCompile(`(^|[/_-])(start|run|celery)[_-](celery[_-])?worker(\.sh)?$|/celery[_-]?worker[_-]?(start|entrypoint)?(\.sh)?$`)

func takesJobs(c inspect.Command) bool {
	return audit.TakesJobs(c) || slices.ContainsFunc(shell.NestedCommands(c), audit.TakesJobs) || slices.Contains(c.Argv, "celery") && slices.Contains(c.Argv, "worker")
}
