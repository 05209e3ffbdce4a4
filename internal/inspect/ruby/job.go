package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// jobBases are classes whose heirs a worker runs.
var jobBases = map[string]string{
	"ApplicationJob": "ActiveJob::Base", "ActiveJob::Base": "ActiveJob::Base", "Que::Job": "Que::Job", "ApplicationConsumer": "Karafka::BaseConsumer", "Karafka::BaseConsumer": "Karafka::BaseConsumer", "Karafka::ApplicationConsumer": "Karafka::BaseConsumer", "Racecar::Consumer": "Racecar::Consumer", "Gush::Job": "Gush::Job", "Struct.new": "",
	"ActionMailer::MailDeliveryJob": "ActiveJob::Base", "GoodJob::BaseJob": "ActiveJob::Base",
}

// resqueModule states a job of Resque that is a module.
func (f *rubyFile) resqueModule(n syntax.Node) {
	if name := n.Field("name"); f.resqueQueue(n) {
		f.Emit(name.Line(), name.EndLine(), inspect.Consumer{Via: "Resque"})
	}
}

// class states what a class declares: a worker, settings.
func (f *rubyFile) class(n syntax.Node) {
	f.typedSettings(n)
	f.resourceClass(n)
	name := n.Field("name")
	via := f.includesJob(n)
	if via == "" {
		via = jobBases[f.superOf(n)]
	}
	if via == "" && f.resqueQueue(n) {
		via = "Resque"
	}
	if via == "" || strings.HasPrefix(constantPath(name), "Application") && n.Field("superclass").OK() && jobBases[f.superOf(n)] != "" && !f.defines(n, "perform") && !f.defines(n, "consume") {
		return // the abstract class of all jobs does nothing
	}
	fact := inspect.Consumer{Via: via}
	if via == "Sneakers::Worker" || via == "Kicks::Worker" {
		fact.Ack = "late"
		for _, c := range f.callsIn(n, "from_queue") {
			if c.args.arg(-1, "ack").Is("false") {
				fact.Ack = "early"
			}
		}
	}
	if via == "Shoryuken::Worker" {
		fact.Ack = "late"
	}
	f.Emit(name.Line(), name.EndLine(), fact)
}

func (f *rubyFile) defines(class syntax.Node, name string) bool {
	for _, def := range f.methods[name] {
		if def.Up(classKinds...) == class {
			return true
		}
	}
	return false
}

// resqueQueue tells a job of Resque: @queue = :x beside def self.perform.
func (f *rubyFile) resqueQueue(class syntax.Node) bool {
	return f.members[class.Index()]["@queue"] != nil && f.defines(class, "perform") && class.Is("class", "module") && !class.Field("superclass").OK()
}

// consumers start to take jobs or messages; the value is when a message counts
// as done.
var consumers = map[string]string{
	"Delayed::Worker.new.start": "late", "Delayed::Worker.new.work_off": "late", "Resque::Worker.new.work": "", "Sidekiq::CLI.instance.run": "", "Sidekiq::Launcher.new.run": "", "Que.mode=": "", "QC::Worker.new.start": "late", "Sneakers::Runner.new.run": "", "Sidekiq.configure_embed": "", "SolidQueue::Supervisor.start": "late", "GoodJob::Capsule.new.start": "late",
	"Kafka.new.consumer": "", "Rdkafka::Config.new.consumer": "", "Karafka::Server.run": "", "Backburner.work": "", "Shoryuken::Runner.instance.run": "late", "Hutch::CLI.new.run": "", "Faktory::CLI.instance.run": "",
}

// queueMethods are destructive reads of Redis' lists.
var queueMethods = map[string]bool{"blpop": true, "brpop": true, "lpop": false, "rpop": false}

// jobCall states consumers that code starts.
func (f *rubyFile) jobCall(c call) {
	if ack, known := consumers[c.name]; known {
		f.say(c.Node, inspect.Consumer{Via: c.name, Ack: ack})
		return
	}
	switch {
	case c.method == "subscribe" && bunnyQueue.MatchString(c.name) || c.name == "Bunny::Consumer.new":
		fact := inspect.Consumer{Via: "Bunny::Queue.subscribe", Ack: "early"}
		if c.args.arg(-1, "manual_ack", "ack").Is("true") {
			fact.Ack = "late"
			if f.acksFirst(c.block) {
				fact.Ack = "early"
			}
		}
		f.say(c.Node, fact)
	case strings.HasPrefix(c.name, "Redis.new.") && queueMethods[c.method], strings.HasPrefix(c.name, "Redis.new.") && (c.method == "lpop" || c.method == "rpop") && c.Up("while", "until", "while_modifier", "until_modifier").OK(), strings.HasPrefix(c.name, "Redis.new.") && (c.method == "lpop" || c.method == "rpop") && inBlockOf(c.Node, "loop").OK():
		f.say(c.Node, inspect.Consumer{Via: "Redis." + c.method, Ack: "early"})
	case strings.HasPrefix(c.name, "Redis.new.") && (c.method == "blmove" || c.method == "brpoplpush" || c.method == "xreadgroup"):
		f.say(c.Node, inspect.Consumer{Via: "Redis." + c.method, Ack: "late"})
	case strings.HasPrefix(c.name, "Aws::SQS::Client.new.receive_message") || c.name == "Aws::SQS::QueuePoller.new.poll":
		f.say(c.Node, inspect.Consumer{Via: c.name, Ack: "late"})
	case c.name == "Kafka.new.each_message":
		f.say(c.Node, inspect.Consumer{Via: c.name})
	}
}

var bunnyQueue = regexp.MustCompile(`^Bunny\.(new|run)(\.\w+)*\.(subscribe|queue\.subscribe|default_channel\.queue\.subscribe)$`)

// acksFirst reports whether a block acknowledges before it does anything else.
func (f *rubyFile) acksFirst(block syntax.Node) bool {
	body := block.Field("body")
	first := body.Child(0)
	return first.Is("call") && (first.Field("method").Text() == "ack" || first.Field("method").Text() == "acknowledge") && body.Child(1).OK()
}

// enqueues put a job on a queue by resolved name.
var enqueues = map[string]bool{
	"Resque.enqueue": true, "Resque.enqueue_to": true, "Resque.enqueue_in": true, "Resque.enqueue_at": true, "Resque::Job.create": true, "Que.enqueue": true, "Delayed::Job.enqueue": true, "Sidekiq::Client.push": true, "Sidekiq::Client.push_bulk": true, "Sidekiq::Client.enqueue": true, "QC.enqueue": true, "Hutch.publish": true, "Sneakers.publish": true, "Backburner.enqueue": true, "Faktory::Client.new.push": true,
	"Karafka.producer.produce_async": true, "Karafka.producer.produce_sync": true, "Karafka.producer.produce_many_async": true, "DeliveryBoy.deliver": true, "DeliveryBoy.deliver_async": true, "Kafka.new.deliver_message": true, "Aws::SQS::Client.new.send_message": true, "Aws::SQS::Client.new.send_message_batch": true, "Delayed::Job.create": false, "ActiveJob.perform_all_later": true, "Kafka.new.producer.produce": true, "Kafka.new.async_producer.produce": true, "Rdkafka::Config.new.producer.produce": true,
	"WaterDrop::Producer.new.produce_async": true, "WaterDrop::Producer.new.produce_sync": true, "WaterDrop::Producer.new.produce_many_async": true, "WaterDrop::Producer.new.produce_many_sync": true, "Bunny::Exchange.new.publish": true, "Sidekiq::Client.new.push": true,
}

// enqueueMethods are methods that nothing but a queue's job has.
var enqueueMethods = map[string]bool{"perform_async": true, "perform_later": true, "perform_in": true, "perform_at": true, "deliver_later": true, "deliver_later!": true, "perform_bulk": true, "handle_asynchronously": true}

// enqueueCall states a job being put on a queue.
func (f *rubyFile) enqueueCall(c call) {
	switch {
	case enqueues[c.name]:
		f.say(c.Node, inspect.Enqueue{Via: c.name})
	case enqueueMethods[c.method] && !f.ownMethod(c.Node, c.method):
		if c.receiver.OK() == (c.method == "handle_asynchronously") && !c.receiver.Is("self") || c.method == "perform_at" && !c.receiver.Is("constant", "scope_resolution", "call") {
			return
		}
		f.say(c.Node, inspect.Enqueue{Via: enqueueVia(c)})
	case c.method == "delay" && c.receiver.OK() && c.Parent().Is("call") && c.FieldName() == "receiver" && (f.requires["delayed_job"] || c.args.arg(-1, "queue", "priority", "run_at").OK() || c.receiver.Is("constant", "scope_resolution") && len(c.args.positional) == 0 && mailerName.MatchString(constantPath(c.receiver))):
		f.say(c.Node, inspect.Enqueue{Via: "Delayed::Job.delay"})
	case c.method == "publish" && (strings.HasPrefix(c.name, "Bunny.new.") || strings.HasPrefix(c.name, "Bunny.run")):
		f.say(c.Node, inspect.Enqueue{Via: "Bunny::Exchange.publish"})
	case (c.method == "lpush" || c.method == "rpush" || c.method == "xadd") && strings.HasPrefix(c.name, "Redis.new."):
		f.say(c.Node, inspect.Enqueue{Via: "Redis." + c.method})
	}
}

var mailerName = regexp.MustCompile(`(Mailer|Notifier|Job|Worker)$`)

// enqueueVia names the library's method: whose job it is, another file says.
func enqueueVia(c call) string {
	switch c.method {
	case "perform_later", "perform_all_later":
		return "ActiveJob.perform_later"
	case "deliver_later", "deliver_later!":
		return "ActionMailer.deliver_later"
	case "handle_asynchronously":
		return "Delayed::Job.handle_asynchronously"
	}
	return "Sidekiq." + c.method
}
