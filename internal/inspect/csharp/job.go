package csharp

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// consumerBases are what a class that a queue's library runs is derived from.
var consumerBases = map[string]string{"IConsumer": "MassTransit", "IHandleMessages": "NServiceBus", "ICapSubscribe": "DotNetCore.CAP", "IJobConsumer": "MassTransit", "IInvocable": "Coravel.Invocable"}

// consumerCalls take messages, by resolved name; ack as in inspect.Consumer.
var consumerCalls = map[string]string{
	"Azure.Messaging.ServiceBus.ServiceBusProcessor().StartProcessingAsync": "late", "Azure.Messaging.ServiceBus.ServiceBusReceiver().ReceiveMessagesAsync": "", "Azure.Messaging.ServiceBus.ServiceBusReceiver().ReceiveMessageAsync": "",
	"Azure.Storage.Queues.QueueClient().ReceiveMessages": "", "Azure.Storage.Queues.QueueClient().ReceiveMessagesAsync": "", "Azure.Storage.Queues.QueueClient().ReceiveMessageAsync": "",
	"Amazon.SQS.IAmazonSQS().ReceiveMessageAsync": "", "Amazon.SQS.AmazonSQSClient().ReceiveMessageAsync": "", "Azure.Messaging.EventHubs.EventProcessorClient().StartProcessingAsync": "",
}

// enqueueCalls put a job on a queue, by resolved name.
var enqueueCalls = setOf([]string{
	"Hangfire.BackgroundJob.Enqueue", "Hangfire.BackgroundJob.Schedule", "Hangfire.BackgroundJob.ContinueJobWith", "Hangfire.IBackgroundJobClient().Enqueue", "Hangfire.IBackgroundJobClient().Schedule", "Hangfire.BackgroundJobClient().Enqueue",
	"Hangfire.RecurringJob.AddOrUpdate", "Hangfire.IRecurringJobManager().AddOrUpdate",
	"MassTransit.IPublishEndpoint().Publish", "MassTransit.IBus().Publish", "MassTransit.IBus().Send", "MassTransit.ISendEndpoint().Send", "MassTransit.IBusControl().Publish", "NServiceBus.IMessageSession().Send", "NServiceBus.IMessageSession().Publish", "NServiceBus.IMessageHandlerContext().Send",
	"DotNetCore.CAP.ICapPublisher().PublishAsync", "DotNetCore.CAP.ICapPublisher().Publish",
	"Azure.Messaging.ServiceBus.ServiceBusSender().SendMessageAsync", "Azure.Messaging.ServiceBus.ServiceBusSender().SendMessagesAsync", "Azure.Storage.Queues.QueueClient().SendMessageAsync", "Azure.Storage.Queues.QueueClient().SendMessage",
	"Amazon.SQS.IAmazonSQS().SendMessageAsync", "Amazon.SQS.AmazonSQSClient().SendMessageAsync", "Azure.Messaging.EventHubs.Producer.EventHubProducerClient().SendAsync",
	"Confluent.Kafka.IProducer().ProduceAsync", "Confluent.Kafka.IProducer().Produce", "Confluent.Kafka.ProducerBuilder().Build().ProduceAsync", "Confluent.Kafka.ProducerBuilder().Build().Produce",
	"StackExchange.Redis.IDatabase().ListRightPush", "StackExchange.Redis.IDatabase().ListRightPushAsync", "StackExchange.Redis.IDatabase().ListLeftPush", "StackExchange.Redis.IDatabase().ListLeftPushAsync",
})

// clockCalls start a clock of a library.
var clockCalls = setOf([]string{"FluentScheduler.JobManager.Initialize", "FluentScheduler.JobManager.AddJob"})

// jobCall states consumers, clocks and jobs being put on a queue.
func (f *file) jobCall(c call) {
	if ack, known := consumerCalls[c.name]; known {
		f.state(c.Node, inspect.Consumer{Via: plain(c.name), Ack: f.serviceBusAck(c, ack)})
		return
	}
	if enqueueCalls[c.name] {
		f.state(c.Node, inspect.Enqueue{Via: plain(c.name)})
		return
	}
	if clockCalls[c.name] {
		f.state(c.Node, inspect.Scheduler{Via: plain(c.name)})
		return
	}
	if c.new {
		f.timerCall(c)
		switch c.name {
		case "Confluent.Kafka.ConsumerBuilder":
			f.state(c.Node, inspect.Consumer{Via: c.name, Ack: f.kafkaAck(c)})
		case "Hangfire.BackgroundJobServer":
			f.hangfire(c)
		case "Quartz.Impl.StdSchedulerFactory":
			f.state(c.Node, inspect.Scheduler{Via: c.name})
		}
		return
	}
	if !c.object.OK() || len(f.methods[c.method]) > 0 {
		return
	}
	switch c.method {
	case "BasicConsume", "BasicConsumeAsync":
		ack := ""
		if v, ok := f.literal(c.arg(1, "autoAck", "noAck")); ok && v == "true" {
			ack = "early"
		} else if ok && v == "false" || len(f.calls["BasicAck"]) > 0 || len(f.calls["BasicAckAsync"]) > 0 {
			ack = "late"
		}
		f.state(c.Node, inspect.Consumer{Via: "RabbitMQ.Client.IModel.BasicConsume", Ack: ack})
	case "BasicPublish", "BasicPublishAsync":
		f.state(c.Node, inspect.Enqueue{Via: "RabbitMQ.Client.IModel.BasicPublish"})
	case "ListLeftPop", "ListLeftPopAsync", "ListRightPop", "ListRightPopAsync":
		f.state(c.Node, inspect.Consumer{Via: "StackExchange.Redis.IDatabase." + c.method, Ack: "early"})
	case "AddHangfireServer", "UseHangfireServer":
		f.hangfire(c)
	case "AddConsumer", "AddConsumers", "AddConsumersFromNamespaceContaining":
		if f.usings["MassTransit"] || c.Up("invocation_expression").OK() && f.insideCall(c.Node, "AddMassTransit") {
			f.state(c.Node, inspect.Consumer{Via: "MassTransit." + c.method, Ack: "late"})
		}
	case "AddQuartzHostedService", "AddQuartzServer":
		f.state(c.Node.Field("function"), inspect.Scheduler{Via: "Quartz." + c.method, Locked: len(f.calls["UseClustering"]) > 0})
	case "UseScheduler":
		if f.importsUnder("Coravel") {
			f.state(c.Node.Field("function"), inspect.Scheduler{Via: "Coravel.UseScheduler", Locked: len(f.calls["OnOneServer"]) > 0})
		}
	}
}

// insideCall reports whether n stands among the arguments of a call of that
// name.
func (f *file) insideCall(n syntax.Node, name string) bool {
	for outer := n.Up("invocation_expression"); outer.OK(); outer = outer.Up("invocation_expression") {
		if lastName(outer.Field("function")) == name {
			return true
		}
	}
	return false
}

// hangfire states its server, which runs jobs and is their clock. All storages
// but the one in memory lock the clock's tasks.
func (f *file) hangfire(c call) {
	via := "Hangfire." + c.method
	memory := len(f.calls["UseInMemoryStorage"])+len(f.calls["UseMemoryStorage"]) > 0
	at := c.Node
	if !c.new {
		at = c.Node.Field("function")
	}
	f.state(at, inspect.Consumer{Via: via, Ack: "late"})
	f.state(at, inspect.Scheduler{Via: via, Locked: !memory})
}

// kafkaAck tells from the consumer's configuration whether offsets are
// committed before the work is done: by default they are, every few seconds.
func (f *file) kafkaAck(c call) string {
	made := f.follow(c.arg(0, "config"))
	if !made.Is("object_creation_expression", "implicit_object_creation_expression") {
		return ""
	}
	initializer := f.callOf(made).initializer
	commit, _ := f.literal(property(initializer, "EnableAutoCommit"))
	store, _ := f.literal(property(initializer, "EnableAutoOffsetStore"))
	if commit == "false" || store == "false" {
		return "late"
	}
	return "early"
}

func (f *file) serviceBusAck(c call, ack string) string {
	for _, n := range f.made["ServiceBusProcessorOptions"] {
		if v := property(f.callOf(n).initializer, "ReceiveMode"); strings.HasSuffix(v.Text(), "ReceiveAndDelete") {
			return "early"
		}
	}
	return ack
}

// workerClass states classes that a queue's library or the host runs.
func (f *file) workerClass(n syntax.Node) {
	if hasModifier(n, "abstract") {
		return
	}
	for _, base := range baseNames(n) {
		space := consumerBases[base]
		if space == "" || base == "IInvocable" {
			continue
		}
		if base == "IConsumer" && !f.usings["MassTransit"] || base == "IHandleMessages" && !f.usings["NServiceBus"] && !f.importsUnder("Rebus") {
			continue
		}
		f.state(n.Field("name"), inspect.Consumer{Via: space + "." + base, Ack: "late"})
	}
	if f.hasBase(n, "IJob") && f.usings["Quartz"] {
		f.state(n.Field("name"), inspect.Consumer{Via: "Quartz.IJob"})
	}
	if f.hasBase(n, "BackgroundService", "IHostedService", "IHostedLifecycleService") {
		f.hostedService(n)
	}
}

// hostedService states what a class that runs beside the server does in its
// loop: wait for the time, or for messages.
func (f *file) hostedService(n syntax.Node) {
	const via = "Microsoft.Extensions.Hosting.BackgroundService"
	clock, loop, consumes, locked := false, false, false, false
	n.Walk(func(c syntax.Node) bool {
		switch c.Kind() {
		case "while_statement", "do_statement", "foreach_statement":
			if c.Is("foreach_statement") && !strings.HasPrefix(strings.TrimSpace(c.Text()), "await") {
				return true
			}
			loop = true
			if c.Is("foreach_statement") {
				consumes = true
			}
		case "for_statement":
			loop = loop || !c.Field("condition").OK()
		case "object_creation_expression", "implicit_object_creation_expression":
			switch made := f.callOf(c); made.name {
			case "System.Threading.PeriodicTimer":
				clock = true
			case "System.Threading.Timer", "System.Timers.Timer":
				clock = clock || f.repeats(made)
			}
		case "invocation_expression":
			switch name := lastName(c.Field("function")); name {
			case "Delay":
				clock = clock || endless(c) && f.slowDelay(c)
			case "ReadAsync":
				consumes = consumes || lastName(receiver(c.Field("function"))) == "Reader" // a channel's, not a database's
			case "Consume", "ReadAllAsync", "DequeueAsync", "ReceiveAsync", "WaitToReadAsync", "TakeAsync", "Take", "StreamReadGroupAsync", "ListLeftPopAsync", "ReceiveMessagesAsync", "ReceiveMessageAsync", "BasicConsume", "BasicConsumeAsync", "StartProcessingAsync":
				consumes = true
			case "AcquireLockAsync", "TryAcquireLockAsync", "TryAcquireAsync", "AcquireAsync", "LockTakeAsync", "LockTake":
				locked = true
			}
		}
		return true
	})
	at := n.Field("name")
	switch {
	case consumes:
		f.state(at, inspect.Consumer{Via: via})
	case clock:
		f.state(at, inspect.Scheduler{Via: via, Locked: locked})
	case loop:
		f.state(at, inspect.Consumer{Via: via})
	}
}

// timerCall states a timer that the program itself starts to fire again and
// again. One of a class may belong to a session, a transfer or a page; a
// worker's is told with the worker.
func (f *file) timerCall(c call) {
	if c.name != "System.Threading.PeriodicTimer" && (c.name != "System.Threading.Timer" && c.name != "System.Timers.Timer" || !f.repeats(c)) {
		return
	}
	def := enclosingMethod(c.Node)
	service := def.Field("name").Text() == "OnStart" && f.hasBase(c.Up("class_declaration"), "ServiceBase")
	if !def.OK() && !c.Up("class_declaration").OK() || programStarts[def.Field("name").Text()] || service {
		f.state(c.Node, inspect.Scheduler{Via: c.name})
	}
}

// programStarts are the methods in which a program begins.
var programStarts = map[string]bool{"Main": true, "Application_Start": true}

// endless reports whether the loop around n goes on until the program stops.
func endless(n syntax.Node) bool {
	loop := n.Up("while_statement", "do_statement", "for_statement", "method_declaration")
	condition := strings.ToLower(loop.Field("condition").Text())
	return loop.Is("while_statement", "do_statement", "for_statement") && (condition == "" || condition == "true" || strings.Contains(condition, "cancel") || strings.Contains(condition, "stop"))
}

// repeats reports whether a timer fires more than once.
func (f *file) repeats(c call) bool {
	if c.name == "System.Timers.Timer" {
		v, _ := f.literal(property(c.initializer, "AutoReset"))
		return v != "false"
	}
	period := c.arg(3, "period")
	text := period.Text()
	v, _ := f.literal(period)
	return period.OK() && !strings.Contains(text, "Infinite") && v != "-1" && v != "0" && !strings.HasSuffix(text, "Zero") && !strings.HasSuffix(text, "(-1)")
}

// slowDelay reports whether a delay waits for a time of day rather than for the
// next message: five seconds or more, or as long as settings say.
func (f *file) slowDelay(n syntax.Node) bool {
	c := f.callOf(n)
	if c.name != "System.Threading.Tasks.Task.Delay" {
		return false
	}
	seconds, known := f.seconds(c.arg(0))
	return !known || seconds >= 5 || seconds < 0
}
