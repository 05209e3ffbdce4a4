package disposability

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// expendable are words for messages of which one more or less does not matter.
var expendable = regexp.MustCompile(`(?i)(^|[-_./])(metrics?|stats|statistics|telemetry|logs?|logger|logging|analytics|heartbeats?|traces?|tracing|presence|typing)($|[-_./])`)

// consumers lists where the program takes messages, with when they count as done.
func consumers(c *audit.Component, ack string) (list []audit.Located[inspect.Consumer]) {
	for k := range audit.FactsIn[inspect.Consumer](c.ProgramFiles()) {
		name := strings.TrimSuffix(k.File.Path, path.Ext(k.File.Path))
		if k.Fact.Ack == ack && !(ack == "early" && (broadcast(k.Fact.Via) || expendable.MatchString(name))) {
			list = append(list, k)
		}
	}
	return list
}

// broadcast reports whether a message goes to whoever listens: nobody keeps it,
// and there is nothing to acknowledge.
func broadcast(via string) bool {
	words := strings.FieldsFunc(strings.ToLower(via), func(r rune) bool { return r == '.' || r == '(' || r == ')' || r == '-' || r == '>' || r == ':' })
	return slices.Contains(words, "pubsub") || slices.Contains(words, "subscribe") || slices.Contains(words, "psubscribe")
}

// brokers tell by words of a call which fix it needs.
var brokers = []struct {
	words *regexp.Regexp
	fix   string
}{
	{regexp.MustCompile(`(?i)amqp|rabbit|pika|bunny|kombu`), "RabbitMQ"},
	{regexp.MustCompile(`(?i)kafka|sarama`), "Kafka"},
	{regexp.MustCompile(`(?i)redis|lpop|rpop|listleft|listright`), "Redis"},
}

// callName is a call as people say it, and the broker that it speaks to, or "".
func callName(via string) (name, broker string) {
	for _, b := range brokers {
		if b.words.MatchString(via) {
			broker = b.fix
			break
		}
	}
	if i := strings.LastIndex(via, `\`); i >= 0 {
		return via[i+1:], broker
	}
	name = path.Base(via)
	if parts := strings.Split(name, "."); len(parts) > 2 && !strings.Contains(name, "@") {
		name = strings.Join(parts[len(parts)-2:], ".")
	}
	return name, broker
}
