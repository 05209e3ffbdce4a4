package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Jobs and clocks.

var (
	queueConsumer = regexp.MustCompile(`^(bull\(\)\.process|bee-queue\(\)\.process|bullmq\.Worker|amqplib(/callback_api)?\.connect\(\)\.(createChannel|createConfirmChannel)\(\)\.consume|kafkajs\.Kafka\(\)\.consumer\(\)\.run|agenda(\.Agenda)?\(\)\.(define|start)|pg-boss\(\)\.work|graphile-worker\.run|sqs-consumer\.Consumer\.create|@temporalio/worker\.Worker\.create|nats\.connect\(\)\.subscribe|(async-)?mqtt\.connect(Async)?\(\)\.subscribe(Async)?|(bull\.Queue|bull\.Bull)\(\)\.process|amqplib\.Channel\(\)\.consume|amqp-connection-manager\.connect\(\)\.createChannel\(\)\.consume)$`)
	queueProducer = regexp.MustCompile(`^(bull\(\)\.(add|addBulk)|(bullmq|bull)\.Queue\(\)\.(add|addBulk)|bullmq\.FlowProducer\(\)\.add|bee-queue\(\)\.createJob\(\)\..*save|amqplib(/callback_api)?\.connect\(\)\.(createChannel|createConfirmChannel)\(\)\.(sendToQueue|publish)|amqplib\.Channel\(\)\.(sendToQueue|publish)|kafkajs\.Kafka\(\)\.producer\(\)\.(send|sendBatch)|agenda(\.Agenda)?\(\)\.(schedule|now)|pg-boss\(\)\.(send|publish|insert)|graphile-worker\.(quickAddJob|makeWorkerUtils\(\)\.addJob)|@aws-sdk/client-sqs\.SendMessageCommand)$`)
	schedulers    = map[string]bool{
		"node-cron.schedule": true, "cron.CronJob": true, "cron.CronJob.from": true, "cron.job": true, "node-schedule.scheduleJob": true,
		"agenda().every": true, "agenda.Agenda().every": true, "croner": true, "croner.Cron": true, "toad-scheduler.SimpleIntervalJob": true,
		"toad-scheduler.CronJob": true, "toad-scheduler.LongIntervalJob": true, "bree().start": true, "later.setInterval": true, "@breejs/later.setInterval": true,
		"node-cron.createTask": true, "cronosjs.scheduleTask": true, "Deno.cron": true, "@elysiajs/cron": true, "@elysiajs/cron.cron": true, "@hokify/agenda.Agenda().every": true,
		"node-resque.Scheduler": true, "meteor/littledata:synced-cron.SyncedCron.add": true, "meteor/percolate:synced-cron.SyncedCron.add": true, "meteor/quave:synced-cron.SyncedCron.add": true,
	}
	// lockedClocks agree by themselves on who runs a task.
	lockedClocks = regexp.MustCompile(`^(@hokify/)?agenda|^node-resque\.|synced-cron`)
)

// readQueue states consumers, producers and clocks.
func (f *ecmaFile) readQueue(c ecmaCall) {
	symbol := c.callee
	if symbol == "" {
		symbol = f.channelByName(c)
	}
	if symbol == "" {
		return
	}
	switch {
	case schedulers[symbol]:
		f.say(c.node, inspect.Scheduler{Via: symbol, Locked: f.locked(c), Own: f.ownTask(c)})
	case queueConsumer.MatchString(symbol):
		f.say(c.node, inspect.Consumer{Via: symbol, Ack: f.ack(c, symbol)})
		if o := f.object(c.arg(0)); symbol == "graphile-worker.run" && (f.property(o, "crontab").OK() || f.property(o, "crontabFile").OK() || f.property(o, "parsedCronItems").OK()) {
			f.say(c.node, inspect.Scheduler{Via: symbol, Locked: true}) // rows of its database say what has run
		}
	case c.method == "register" && strings.HasPrefix(f.symbol(c.arg(0)), "fastify-cron"):
		f.say(c.node, inspect.Scheduler{Via: "fastify-cron"})
	case queueProducer.MatchString(symbol):
		f.say(c.node, inspect.Enqueue{Via: symbol})
		if strings.Contains(symbol, "bull") && (f.property(f.object(c.arg(2)), "repeat").OK() || f.property(f.object(c.arg(1)), "repeat").OK()) {
			f.say(c.node, inspect.Scheduler{Via: symbol, Locked: true}) // one entry in Redis, whoever adds it
		}
	case symbol == "pg-boss().schedule" || symbol == "bullmq.Queue().upsertJobScheduler" || symbol == "bullmq.JobScheduler().upsertJobScheduler":
		f.say(c.node, inspect.Scheduler{Via: symbol, Locked: true})
	case redisPop.MatchString(symbol) && (strings.HasPrefix(c.method, "b") || f.loops(c.node)):
		ack := "early"
		if strings.Contains(strings.ToLower(c.method), "push") || strings.Contains(strings.ToLower(c.method), "move") {
			ack = "late" // the message stays on a second list
		}
		f.say(c.node, inspect.Consumer{Via: symbol, Ack: ack})
	}
}

// redisPop takes a message off a list, whatever becomes of the work.
var redisPop = regexp.MustCompile(`^(redis\.createClient|ioredis|ioredis\.Redis)\(\)\.(b?[lr]pop|b[LR]Pop|[lr]Pop|brpoplpush|bRPopLPush|blmove|bLMove|bzpopmin|bzPopMin)$`)

// loops reports whether code runs again and again in its function.
func (f *ecmaFile) loops(n syntax.Node) bool {
	loop := n.Up("while_statement", "for_statement", "do_statement")
	return loop.OK() && (!ecmaEnclosing(n).OK() || loop.Inside(ecmaEnclosing(n)))
}

// ack tells when a consumer's message counts as done. Queues that keep a job
// until its function has returned are late.
func (f *ecmaFile) ack(c ecmaCall, symbol string) string {
	switch {
	case strings.HasPrefix(symbol, "amqp"):
		options := f.object(c.arg(2))
		switch noAck := f.value(f.property(options, "noAck")); {
		case noAck.Text == "true":
			return "early"
		case c.arg(2).OK() && !options.OK() || noAck.Source == inspect.Unknown:
			return ""
		}
		return f.acksFirst(c)
	case strings.HasPrefix(symbol, "nats."), strings.HasPrefix(symbol, "mqtt."), strings.HasPrefix(symbol, "async-mqtt."), strings.HasPrefix(symbol, "@temporalio"):
		return ""
	}
	return "late"
}

// acksFirst tells a consumer whose function acknowledges before it does
// anything else.
func (f *ecmaFile) acksFirst(c ecmaCall) string {
	fn := f.function(c.arg(1))
	for _, statement := range ecmaChildren(fn.Field("body")) {
		if !statement.Is("expression_statement") {
			continue
		}
		if call := ecmaBare(statement.Child(0)); call.Is("call_expression") && f.callOf(call).method == "ack" {
			if statement.Next().OK() {
				return "early"
			}
		}
		break
	}
	return "late"
}

var lockName = regexp.MustCompile(`(?i:redlock|(acquire|with|try|get|take|obtain)_?lock|run_?exclusive|advisory_?lock|is_?leader|mutex|semaphore)|(^|[._])lock$|[a-z]Lock$`)

// locked reports whether a clock runs its tasks in one process of several: its
// tasks are rows of a database, or take a lock first.
func (f *ecmaFile) locked(c ecmaCall) bool {
	if lockedClocks.MatchString(c.callee) {
		return true
	}
	for _, a := range c.args {
		fn := f.function(a)
		if v := f.property(f.object(a), "onTick"); v.OK() {
			fn = f.function(v)
		}
		held := false
		fn.Field("body").Walk(func(n syntax.Node) bool {
			if n.Is("call_expression") {
				if target := n.Field("function"); target.Is("identifier", "member_expression") {
					from, to := target.Span()
					held = held || to-from < 200 && lockName.MatchString(target.Text())
				}
			}
			return !held && f.burn()
		})
		if held {
			return true
		}
	}
	return false
}

// channelByName accepts an AMQP channel that the file does not make, in a file
// that imports the library.
func (f *ecmaFile) channelByName(c ecmaCall) string {
	if c.method != "consume" && c.method != "sendToQueue" || !f.usesAny("amqplib", "amqplib/callback_api", "amqp-connection-manager") {
		return ""
	}
	_, path := ecmaPath(c.recv)
	name := c.recv.Text()
	if len(path) > 0 {
		name = path[len(path)-1]
	}
	if name = strings.ToLower(name); name == "ch" || strings.HasSuffix(name, "channel") {
		return "amqplib.Channel()." + c.method
	}
	return ""
}

// ownTask reports whether the task that a schedule is given works on nothing but
// the memory of its own process.
func (f *ecmaFile) ownTask(c ecmaCall) bool {
	for _, a := range c.args {
		if fn := f.function(a); fn.OK() {
			return syntax.OwnWork(fn)
		}
	}
	return false
}

// readDecorators states what Nest's decorators declare.
func (f *ecmaFile) readDecorators() {
	f.each(func(n syntax.Node) {
		target := n.Child(0)
		if target.Is("call_expression") {
			target = target.Field("function")
		}
		switch symbol := f.symbol(target); symbol {
		case "@nestjs/schedule.Cron", "@nestjs/schedule.Interval":
			method := n.Next()
			for method.Is("decorator") {
				method = method.Next()
			}
			f.say(n, inspect.Scheduler{Via: symbol, Own: syntax.OwnWork(method)})
		case "@nestjs/bull.Processor", "@nestjs/bullmq.Processor", "@nestjs/bull.Process":
			f.say(n, inspect.Consumer{Via: symbol, Ack: "late"})
		}
	}, "decorator")
}
