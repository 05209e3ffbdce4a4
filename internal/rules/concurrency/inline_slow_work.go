package concurrency

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "concurrency/inline-slow-work",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A request waits for slow work",
	Why: "While a web process sends mail or draws a document for one user, others wait; a slow mail server makes the whole " +
		"site slow, and work that fails is not tried again.",
	Fixes: []audit.Fix{
		{For: "sleep", Text: "Answer without the pause: let a job, or whoever asks, try again later."},
		{For: "Rails", Text: "Use deliver_later for mail, and jobs (perform_later) for documents and images, instead of ‹call›."},
		{For: "Laravel", Text: "Use Mail::to(…)->queue(…), or dispatch a job that implements ShouldQueue, instead of ‹call›."},
		{For: "Symfony", Text: "Dispatch a message to an asynchronous transport of Messenger (mail goes there by routing SendEmailMessage), instead of ‹call› in the request."},
		{For: "Python", Text: "Make what calls ‹call› a task on a queue (Celery, RQ, Dramatiq), and put it there from the view."},
		{Text: "Put what ‹call› does on a queue, answer at once, and let a worker do it."},
		{Text: "Put the work on a queue, answer at once, and let a worker do it."},
	},
	Severity:   audit.Low,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"004"},
	Bad: `
-- Gemfile --
source "https://rubygems.org"
gem "rails"
-- app/controllers/orders_controller.rb --
class OrdersController < ApplicationController
  def create
    OrderMailer.thanks(params[:mail]).deliver_now
  end
end
-- Procfile --
web: bundle exec puma
`,
	Good: `
-- Gemfile --
source "https://rubygems.org"
gem "rails"
-- app/controllers/orders_controller.rb --
class OrdersController < ApplicationController
  def create
    OrderMailer.thanks(params[:mail]).deliver_later
  end
end
-- Procfile --
web: bundle exec puma
worker: bundle exec sidekiq
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		asks := mailAsks(c)
		for w := range audit.FactsIn[inspect.SlowWork](c.ProgramFiles()) {
			name := strings.TrimSuffix(path.Base(w.File.Path), path.Ext(w.File.Path))
			if w.Fact.Asks != "" || w.Fact.Helper && asideFile.MatchString(w.File.Path) {
				continue
			}
			waiting, served := asks.of(w.Fact.In)
			if w.Fact.Helper && !served && (!waitedFor(c, wasAskedFor(w, waiting)) || toldByAsks[w.File.Format] && !slices.ContainsFunc(waiting, outsideMailer)) {
				continue
			}
			if leftToWorker(c, w.Fact.Of) || triedOut.MatchString(w.Fact.In) || wanted.MatchString(name) && !(w.Fact.Helper && ownMailer.MatchString(name)) || doesOnly[w.Fact.Work].MatchString(path.Base(c.Path)) || w.Fact.Work == "sleep" && yields(w) || opens[w.Fact.Via] {
				continue
			}
			confidence := audit.MediumConfidence
			if w.Fact.Work == "sleep" {
				confidence = audit.LowConfidence // as often a retry, or a delay that someone asks for
			}
			report.Violation(w.At(), w.Fact.Work, fmt.Sprintf("%s: a request waits for %s", shortName(w.Fact.Via), slowWords[w.Fact.Work]), audit.WithConfidence(confidence), audit.WithFix(w.Fact.Work), audit.Naming("call", shortName(w.Fact.Via)))
			for _, a := range waiting {
				report.Violation(a.At(), w.Fact.Work, fmt.Sprintf("%s: a request waits for %s", a.Fact.Via, slowWords[w.Fact.Work]), audit.WithConfidence(confidence), audit.WithFix(w.Fact.Work), audit.Naming("call", a.Fact.Via))
			}
		}
	},
})

// leftToWorker reports whether a class of the program says of its own objects that a
// worker takes them, however they are sent: Laravel's mailables.
func leftToWorker(c *audit.Component, class string) bool {
	class = class[strings.LastIndexByte(class, '\\')+1:]
	if class == "" {
		return false
	}
	for x := range audit.Facts[inspect.Consumer](c) {
		if path.Base(x.File.Path) == class+".php" && strings.HasPrefix(x.Fact.Via, `Illuminate\Contracts\Queue\ShouldQueue`) {
			return true
		}
	}
	return false
}

// waitedFor reports whether what a function of the program does is surely done
// while a request waits: nothing queues, takes jobs, or keeps time. A clock sends
// nothing that somebody has just asked for.
func waitedFor(c *audit.Component, asked bool) bool {
	if c.Class != audit.WebService || audit.Has(c, func(s inspect.Store) bool { return s.Purpose == inspect.ForQueue }) {
		return false
	}
	for _, other := range c.Repo.Components {
		if audit.Has(other, func(inspect.Enqueue) bool { return true }) || audit.Has(other, func(inspect.Consumer) bool { return true }) || !asked && audit.Has(other, func(inspect.Scheduler) bool { return true }) {
			return false
		}
	}
	if slices.ContainsFunc(c.ProcessTypes(), func(t audit.ProcessType) bool { return t.Kind != audit.WebProcess && t.Kind != audit.ReleaseProcess }) {
		return false
	}
	if slices.ContainsFunc(c.Files, func(f *audit.File) bool { return ownCommand.MatchString(f.Path) }) {
		return false
	}
	for _, p := range c.Processes {
		for _, s := range c.RunSteps(p) {
			if audit.TakesJobs(s.Command) || !asked && audit.KeepsTime(s.Command) {
				return false
			}
		}
	}
	return true
}

// ownCommand are files of Django's commands: people and cron run them.
var ownCommand = regexp.MustCompile(`(^|/)management/commands/[^_/]\w*\.py$`)

// asideFile are files of what no request runs: tasks, commands, scripts.
var asideFile = regexp.MustCompile(`(?i)(^|/)(scripts?|tools?|commands?|bin|tasks?|jobs?|workers?|cron|cli|console|management|queues?|examples?|lambda|functions?)(/|[-_.]|$)|(job|worker|task|cron|command|queue|consumer|subscriber|listener)s?\.\w+$`)

// triedOut are names of functions that send a mail to see whether one arrives.
var triedOut = regexp.MustCompile(`(?i)test`)

var slowWords = map[string]string{
	"mail": "a mail to be sent", "pdf": "a PDF to be drawn", "image": "an image to be worked on", "video": "a video to be worked on",
	"sleep": "a pause", "report": "a report to be written",
}

// wanted are names of files where a person waits for the outcome, or for the
// delay itself: checks of settings, debug pages.
var wanted = regexp.MustCompile(`(?i)(^|[-_.])(delay|chunked|debug|chaos|smtp|configuration|smtpsettings|health|mock|test|verify)([-_.]|$)|_settings_|_debug_|verify_`)

// ownMailer are names of files that the program sends its mail in.
var ownMailer = regexp.MustCompile(`(?i)^(smtp|(e?mail|smtp)[-_]?(configuration|smtp|sender|service|provider))$`)

// doesOnly are names of components that are for this work.
var doesOnly = map[string]*regexp.Regexp{
	"mail": regexp.MustCompile(`(?i)mail|notif`), "pdf": regexp.MustCompile(`(?i)pdf|render|report`), "image": regexp.MustCompile(`(?i)image|thumb|media|icon`),
	"video": regexp.MustCompile(`(?i)video|media|transcod`), "report": regexp.MustCompile(`(?i)report|export`), "sleep": regexp.MustCompile(`(?i)^$`),
}

// opens are calls that look into a document as often as they draw one.
var opens = map[string]bool{"HexaPDF::Document.new": true}

// yields reports whether a pause lets the process serve others meanwhile.
func yields(w audit.Located[inspect.SlowWork]) bool {
	switch w.File.Format {
	case inspect.Go, inspect.JavaScript, inspect.TypeScript, inspect.TSX, inspect.Vue, inspect.Svelte, inspect.Astro:
		return true
	}
	via := strings.ToLower(w.Fact.Via)
	return strings.Contains(via, "task.delay") || strings.HasPrefix(via, "asyncio.") || strings.HasPrefix(via, "anyio.") || strings.HasPrefix(via, "kotlinx.")
}
