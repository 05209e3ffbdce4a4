package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// redisPop takes a message off a list, whatever becomes of the work.
var redisPop = regexp.MustCompile(`^(redis|aioredis|valkey)\.(asyncio\.|client\.)?((Strict)?Redis|from_url|Valkey)(\.from_url)?\(\)\.(b?[lr]pop|brpoplpush|blmove|bzpopmin)$`)

// inLoop reports whether code runs again and again in its function.
func (p *pythonFile) inLoop(n syntax.Node) bool {
	loop, def := n.Up("while_statement", "for_statement"), p.enclosingFunction(n)
	return loop.OK() && (!def.OK() || loop.Inside(def))
}

// brokerAck reads an option that acknowledges by itself; the default is not to.
func (p *pythonFile) brokerAck(auto syntax.Node) string {
	switch v := p.evaluate(auto); {
	case !auto.OK() || strings.EqualFold(v.Text, "false"):
		return "late"
	case strings.EqualFold(v.Text, "true"):
		return "early"
	}
	return ""
}

// taskAck tells when a task counts as done. Celery's tasks do before they run
// unless acks_late says otherwise, which other files may say for all.
func (p *pythonFile) taskAck(def syntax.Node, via string) string {
	for _, d := range decorators(def) {
		if !d.Is("call") {
			continue
		}
		switch p.literalText(pyArgsOf(d).arg(-1, "acks_late")) {
		case "true":
			return "late"
		case "false":
			return "early"
		}
	}
	switch {
	case strings.HasPrefix(via, "dramatiq."), strings.HasPrefix(via, "procrastinate."):
		return "late"
	case strings.HasPrefix(via, "huey."):
		return "early" // popped off its list before it runs
	}
	return ""
}

// literalText is a literal's text in lower case, "" for anything else.
func (p *pythonFile) literalText(n syntax.Node) string {
	v := p.evaluate(n)
	if v.Source != inspect.Literal {
		return ""
	}
	return strings.ToLower(v.Text)
}

// consumerAck tells when a message counts as done by the consumer's options.
func (p *pythonFile) consumerAck(c pyCall) string {
	switch {
	case strings.HasPrefix(c.name, "kafka.") || strings.HasPrefix(c.name, "aiokafka."):
		if c.args.spread {
			return ""
		}
		return kafkaAck(p.literalText(c.args.arg(-1, "enable_auto_commit")), c.args.arg(-1, "enable_auto_commit").OK())
	case c.name == "confluent_kafka.Consumer":
		config := p.follow(c.args.arg(0))
		if !config.Is("dictionary") {
			return ""
		}
		set := p.entry(config, "enable.auto.commit")
		return kafkaAck(p.literalText(set), set.OK())
	case c.name == "boto3.client().receive_message", strings.HasPrefix(c.name, "procrastinate."), c.name == "arq.run_worker":
		return "late"
	case strings.HasPrefix(c.name, "redis."):
		return "early" // what is published while nobody listens is lost
	}
	return ""
}

// kafkaAck: offsets are committed by the clock unless that is switched off.
func kafkaAck(auto string, set bool) string {
	switch {
	case auto == "true" || !set:
		return "early"
	case auto == "false":
		return "late"
	}
	return ""
}
