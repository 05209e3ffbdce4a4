package disposability

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:      "disposability/safe-jobs",
	Aspect:  "d",
	Type:    audit.Positive,
	Title:   "A killed worker loses no job",
	Why:     "A job counts as done after its work, so what a killed worker had in hand is done by another.",
	Sources: []string{"12F", "004"},
	Bad: `
-- go.mod --
module example.com/worker

go 1.26
-- main.go --
package main

import amqp "github.com/rabbitmq/amqp091-go"

func main() {
	conn, _ := amqp.Dial("")
	ch, _ := conn.Channel()
	orders, _ := ch.Consume("orders", "", true, false, false, false, nil)
	for o := range orders {
		ship(o.Body)
	}
}
`,
	Good: `
-- package.json --
{"name": "worker", "private": true, "scripts": {"start": "node worker.js"}, "dependencies": {"bullmq": "5.0.0"}}
-- worker.js --
const { Worker } = require("bullmq");
new Worker("mails", async (job) => send(job.data));
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if len(consumers(c, "early")) > 0 {
			return
		}
		for _, k := range consumers(c, "late") {
			if strings.HasPrefix(k.Fact.Via, "Hangfire.") && inMemory(c) {
				continue
			}
			name, _ := callName(k.Fact.Via)
			report.Pass(k.At(), 1, fmt.Sprintf("%s counts a job as done after its work", name))
			return
		}
		for _, p := range c.Running() {
			for _, s := range c.RunSteps(p) {
				if name := audit.Program(s.Command); !s.Captured && transactional[name] && audit.TakesJobs(s.Command) {
					report.Pass(audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}, 1, fmt.Sprintf("%s keeps a job in the database until its work is done", name))
					return
				}
			}
		}
	},
})

// inMemory reports whether Hangfire keeps its jobs in the process: then its
// clock has no lock to share.
func inMemory(c *audit.Component) bool {
	for s := range audit.FactsIn[inspect.Scheduler](c.ProgramFiles()) {
		if strings.HasPrefix(s.Fact.Via, "Hangfire.") && !s.Fact.Locked {
			return true
		}
	}
	return false
}

// transactional are workers whose jobs are rows of the database until they are
// done.
var transactional = map[string]bool{"good_job": true, "que": true, "procrastinate": true, "graphile-worker": true, "delayed_job": true}
