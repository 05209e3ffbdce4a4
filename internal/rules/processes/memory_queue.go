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
		{Text: "Put jobs on a broker or into the database, attached by a variable, and let a worker process take them."},
		{For: "Rails", Text: "Set config.active_job.queue_adapter to :sidekiq, :solid_queue or :good_job and start its worker as a process type of its own."},
		{For: "FastAPI", Text: "Put durable work on a broker (Celery, arq, RQ) with os.environ[\"REDIS_URL\"]; keep BackgroundTasks for what may be lost."},
		{For: "Python", Text: "Make the function a task of Celery, RQ or Dramatiq, and call it with delay() instead of starting a thread."},
		{For: "Java", Text: "Send a message through RabbitMQ, Kafka or a job store (JobRunr, Quartz with JDBC) instead of @Async, and work it in a listener."},
		{For: "Kotlin", Text: "Send a message through RabbitMQ, Kafka or a job store (JobRunr, Quartz with JDBC) instead of @Async, and work it in a listener."},
		{For: "C#", Text: "Use Hangfire with PostgreSQL or Redis, or MassTransit with a broker, whose connection string comes from the environment."},
		{For: "Go", Text: "Insert jobs into a queue (River on Postgres, Asynq on Redis) instead of sending them to a channel."},
		{For: "JavaScript", Text: "Add jobs to BullMQ or pg-boss with a connection of process.env.REDIS_URL or DATABASE_URL instead of an array."},
		{For: "TypeScript", Text: "Add jobs to BullMQ or pg-boss with a connection of process.env.REDIS_URL or DATABASE_URL instead of an array."},
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
			framework, confidence := queueFramework(s.Fact.Via), audit.MediumConfidence
			if framework == "" && !strings.Contains(s.Fact.Via, "Storage") && !strings.HasPrefix(s.Fact.Via, "django.") { // a thread, channel or pool: what it does may be little
				confidence = audit.LowConfidence
			}
			place := "the memory of the process"
			if s.Fact.Store == inspect.StoreFile {
				place = "a file on the disk of one machine"
			}
			report.Violation(s.At(), call(s.Fact.Via), fmt.Sprintf("%s keeps jobs in %s", storeName(s.Fact), place), audit.WithConfidence(confidence), audit.WithFix(framework))
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

// queueFramework is whose jobs these are, "" for what may be any work.
func queueFramework(via string) string {
	switch {
	case strings.HasPrefix(via, "rails."), via == "SuckerPunch::Job":
		return "Rails"
	case strings.Contains(strings.ToLower(via), "background") && (strings.Contains(via, "fastapi") || strings.Contains(via, "starlette")):
		return "FastAPI"
	case via == "@Async", strings.HasPrefix(via, "org.jobrunr."), strings.HasPrefix(via, "org.quartz."):
		return "Java"
	case strings.HasPrefix(via, "Hangfire."), strings.HasPrefix(via, "MassTransit."), strings.Contains(via, "QueueBackgroundWorkItem"):
		return "C#"
	case strings.HasPrefix(via, "thread "):
		return "Python"
	case strings.HasPrefix(via, "chan "):
		return "Go"
	}
	return ""
}
