package disposability

import (
	"fmt"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "disposability/early-ack",
	Aspect: "d",
	Type:   audit.Violation,
	Title:  "A message counts as done before its work is",
	Why: "A worker that is killed, scaled in or crashes between taking a message and finishing it loses the message: no " +
		"one ever does that work, and nothing says so.",
	Fixes: []audit.Fix{
		{For: "RabbitMQ", Text: "Consume with autoAck (noAck) false, and ack the delivery when its work is done; nack it when it failed."},
		{For: "Redis", Text: "Take the entry with BLMOVE onto a list of work in hand and remove it when done, or use a stream with a consumer group and XACK."},
		{For: "Kafka", Text: "Turn enable.auto.commit off, or store offsets by hand, and commit the offset after the work is done."},
		{Text: "Acknowledge a message of ‹call› after its work is done, and make the work safe to repeat."},
		{Text: "Acknowledge a message after its work is done, and make the work safe to repeat."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"004"},
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
-- go.mod --
module example.com/worker

go 1.26
-- main.go --
package main

import amqp "github.com/rabbitmq/amqp091-go"

func main() {
	conn, _ := amqp.Dial("")
	ch, _ := conn.Channel()
	orders, _ := ch.Consume("orders", "", false, false, false, false, nil)
	for o := range orders {
		ship(o.Body)
		o.Ack(false)
	}
}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, k := range consumers(c, "early") {
			name, fix := callName(k.Fact.Via)
			report.Violation(k.At(), name, fmt.Sprintf("%s lets go of a message before its work is done", name), audit.WithFix(fix), audit.Naming("call", name))
		}
	},
})
