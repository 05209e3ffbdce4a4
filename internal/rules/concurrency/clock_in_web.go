package concurrency

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "concurrency/clock-in-web",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The web process keeps time",
	Why: "A schedule inside the web process runs once for each instance: the second one doubles every job, and none runs " +
		"while the web is scaled to zero or restarts. So the web can't be scaled freely.",
	Fixes: []audit.Fix{
		{For: "cron", Text: "Run cron's tasks as the platform's scheduled jobs, from the same image."},
		{For: "Spring Boot", Text: "Turn scheduling on by a profile that only one clock process has, or let ShedLock see that one instance runs a task."},
		{For: "Laravel", Text: "Run schedule:work in one process of its own, or give every task onOneServer() with a shared cache."},
		{For: "NestJS", Text: "Import ScheduleModule only in an application of its own that one process starts; or make the tasks repeatable jobs of a queue such as BullMQ."},
		{For: "Celery", Text: "Start celery beat as a process type of its own with one instance."},
		{For: "JavaScript", Text: "Move the schedule of ‹clock› into a file of its own and start it as a process type with one instance; or make the tasks repeatable jobs of a queue such as BullMQ."},
		{For: "Python", Text: "Start ‹clock› in a module of its own as a process type with one instance."},
		{For: "C#", Text: "Host the schedule in a worker service of its own with one instance, or give it a store that locks: Quartz clustering, Hangfire on a database."},
		{For: "Go", Text: "Give the program a subcommand for the clock and start it as a process type of one instance, or elect a leader by a lock in the database."},
		{Text: "Run the schedule as a clock process of its own, of which there is exactly one, or as the platform's scheduled jobs; let it enqueue the work."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Once,
	Sources:    []string{"004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.19.2", "node-cron": "3.0.3"}}
-- server.js --
const app = require("express")();
const cron = require("node-cron");
cron.schedule("0 6 * * *", sendReminders);
app.get("/", (req, res) => res.send("ok"));
app.listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "dependencies": {"express": "4.19.2", "node-cron": "3.0.3"}}
-- server.js --
const app = require("express")();
app.get("/", (req, res) => res.send("ok"));
app.listen(process.env.PORT);
-- clock.js --
const cron = require("node-cron");
cron.schedule("0 6 * * *", sendReminders);
-- Procfile --
web: node server.js
clock: node clock.js
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, k := range webClocks(c) {
			if k.code {
				report.Violation(k.place, "clock", fmt.Sprintf("%s keeps time inside the web process, so each instance runs its jobs", k.name), audit.WithFix(clockFix(k.name)), audit.Naming("clock", k.name))
			} else {
				report.Violation(k.place, "clock", fmt.Sprintf("%s runs beside the web server, so each instance runs its jobs", k.name), audit.WithFix("cron"))
			}
		}
	},
})

// clockFix is whose fix fits a clock, "" for that of the place.
func clockFix(name string) string {
	if strings.Contains(strings.ToLower(name), "celery") {
		return "Celery"
	}
	return ""
}
