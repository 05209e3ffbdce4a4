package processes

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/memory-queue",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "Jobs wait in the memory of the process that took them",
	Why: "What a request promised to do later is lost with the process: at each deploy, crash or scale-in mails are not sent " +
		"and orders not finished, and nobody notices.",
	Fixes: []audit.Fix{
		{For: "Rails", Text: "Set config.active_job.queue_adapter to :solid_queue, :good_job or :sidekiq, and start its worker as a process type of its own."},
		{For: "SuckerPunch", Text: "Make the work an Active Job on a queue in the database or Redis, and start its worker as a process type of its own."},
		{For: "background tasks", Text: "Put work that must not be lost on a broker (Celery, arq, RQ), attached by a variable; keep BackgroundTasks for what may be lost."},
		{For: "Laravel", Text: "Let production's default connection in config/queue.php be redis, database or sqs, and start php artisan queue:work as a process type of its own."},
		{For: "Symfony", Text: `Route the message to a transport with dsn: "%env(MESSENGER_TRANSPORT_DSN)%" in config/packages/messenger.yaml, and start messenger:consume as a process type of its own.`},
		{For: "@Async", Text: "Where the work must not be lost, put it as a message on RabbitMQ or Kafka, or as a job into the database (JobRunr, db-scheduler), and let a listener do it; @Async forgets it when the process ends."},
		{For: "JobRunr", Text: "Give JobRunr a StorageProvider on the database that the program has."},
		{For: "Quartz", Text: "Give Quartz a JDBC job store (JobStoreTX) on the database that the program has, clustered."},
		{For: "Hangfire", Text: "Give Hangfire a storage in the database or Redis, whose connection string comes from the configuration."},
		{For: "MassTransit", Text: "Give MassTransit a transport (UsingRabbitMq, UsingAzureServiceBus, UsingAmazonSqs) whose address comes from the configuration."},
		{For: "Python", Text: "Make the function a task on a queue (Celery, RQ, Dramatiq) and put it there instead of starting a thread."},
		{For: "channel", Text: "Insert the jobs into a queue (River on Postgres, Asynq on Redis) instead of sending them to ‹store›, where what must not be lost is at stake."},
		{For: "JavaScript", Text: "Add the jobs to a queue in Redis or Postgres (BullMQ, pg-boss), attached by a variable, instead of ‹store›."},
		{Text: "Put jobs on a broker or into the database, attached by a variable, and let a worker process take them."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "004"},
	Bad: `
-- Gemfile --
source "https://rubygems.org"
gem "rails", "8.0.1"
-- Procfile --
web: bundle exec puma
-- config/environments/production.rb --
Rails.application.configure do
  config.active_job.queue_adapter = :async
end
`,
	Good: `
-- Gemfile --
source "https://rubygems.org"
gem "rails", "8.0.1"
-- Procfile --
web: bundle exec puma
worker: bundle exec rake solid_queue:start
-- config/environments/production.rb --
Rails.application.configure do
  config.active_job.queue_adapter = :solid_queue
end
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		list := localStores(c, inspect.ForQueue)
		if len(list) == 0 {
			list = mailThreads(c)
		}
		for _, s := range list {
			fix, confidence := queueFix(s.Fact.Via), audit.MediumConfidence
			if fix == "" && !strings.Contains(s.Fact.Via, "Storage") && !strings.HasPrefix(s.Fact.Via, "django.") { // a thread, channel or pool: what it does may be little
				confidence = audit.LowConfidence
			}
			place := "the memory of the process"
			if s.Fact.Store == inspect.StoreFile {
				place = "a file on the disk of one machine"
			}
			report.Violation(s.At(), call(s.Fact.Via), fmt.Sprintf("%s keeps jobs in %s", storeName(s.Fact), place), audit.WithConfidence(confidence), audit.WithFix(fix), audit.Naming("store", storeName(s.Fact)))
		}
	},
})

// mailThreads are threads that send mail beside a queue that the program has:
// what they have in hand never reaches it. Where the same file puts jobs on the
// queue, they are what stands in for it.
func mailThreads(c *audit.Component) []audit.Located[inspect.Store] {
	queues := map[string]bool{}
	for e := range audit.Facts[inspect.Enqueue](c) {
		queues[e.File.Path] = true
	}
	var list []audit.Located[inspect.Store]
	for s := range audit.Facts[inspect.Store](c, source.Prod) {
		if strings.HasPrefix(s.Fact.Via, "thread ") && holds(c, s) && !queues[s.File.Path] && !byHand.MatchString(s.File.Path) {
			list = append(list, s)
		}
	}
	return list
}

// queueFix is whose jobs these are, "" for what may be any work.
func queueFix(via string) string {
	switch {
	case strings.HasPrefix(via, "rails."):
		return "Rails"
	case via == "SuckerPunch::Job":
		return "SuckerPunch"
	case strings.Contains(strings.ToLower(via), "background") && (strings.Contains(via, "fastapi") || strings.Contains(via, "starlette")):
		return "background tasks"
	case via == "@Async":
		return "@Async"
	case strings.HasPrefix(via, "org.jobrunr."):
		return "JobRunr"
	case strings.HasPrefix(via, "org.quartz."):
		return "Quartz"
	case strings.HasPrefix(via, "Hangfire."):
		return "Hangfire"
	case strings.HasPrefix(via, "MassTransit."):
		return "MassTransit"
	case strings.Contains(via, "QueueBackgroundWorkItem"):
		return "C#"
	case strings.HasPrefix(via, "thread "):
		return "Python"
	case strings.HasPrefix(via, "chan "):
		return "channel"
	}
	return ""
}
