package jvm

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// consumerAnnotations make a method take messages, by the library as facts
// show it; what they listen to, and how it is called.
var consumerAnnotations = map[string]struct{ what, args string }{
	"org.springframework.amqp.rabbit.annotation.RabbitListener":               {"queue", "queues value"},
	"org.springframework.kafka.annotation.KafkaListener":                      {"topic", "topics value"},
	"org.springframework.jms.annotation.JmsListener":                          {"queue", "destination"},
	"io.awspring.cloud.sqs.annotation.SqsListener":                            {"queue", "value queueNames"},
	"org.springframework.cloud.aws.messaging.listener.annotation.SqsListener": {"queue", "value"},
	"org.springframework.cloud.stream.annotation.StreamListener":              {"", ""},
	"org.springframework.pulsar.annotation.PulsarListener":                    {"topic", "topics"},
	"org.apache.rocketmq.spring.annotation.RocketMQMessageListener":           {"topic", "topic"},
	"org.eclipse.microprofile.reactive.messaging.Incoming":                    {"", ""},
	"jakarta.ejb.MessageDriven":                                               {"", ""},
	"io.micronaut.configuration.kafka.annotation.KafkaListener":               {"", ""},
	"io.micronaut.rabbitmq.annotation.RabbitListener":                         {"", ""},
	"io.nats.client.api.ConsumerConfiguration":                                {"", ""},
}

// clockAnnotations run a method by the clock.
var clockAnnotations = map[string]bool{
	"org.springframework.scheduling.annotation.Scheduled": true, "io.micronaut.scheduling.annotation.Scheduled": true, "io.quarkus.scheduler.Scheduled": true, "jakarta.ejb.Schedule": true,
	"org.jobrunr.jobs.annotations.Recurring": true, "com.xxl.job.core.handler.annotation.XxlJob": true,
}

// enableScheduling turns Spring's clock on: without it no method that is
// scheduled ever runs.
const enableScheduling = "org.springframework.scheduling.annotation.EnableScheduling"

// asyncAnnotation gives a method to another thread.
const asyncAnnotation = "org.springframework.scheduling.annotation.Async"

// lockAnnotations let one process of several run a task.
var lockAnnotations = map[string]bool{
	"net.javacrumbs.shedlock.spring.annotation.SchedulerLock": true, "net.javacrumbs.shedlock.core.SchedulerLock": true, "net.javacrumbs.shedlock.micronaut.SchedulerLock": true,
	"org.springframework.integration.leader.event.OnGrantedEvent": true,
}

// ownLocks are clocks that a database or a server keeps.
var ownLocks = map[string]bool{"org.jobrunr.jobs.annotations.Recurring": true, "com.xxl.job.core.handler.annotation.XxlJob": true}

func (f *file) jobAnnotation(a annotation) {
	if kind, known := consumerAnnotations[a.name]; known {
		f.state(a.Node, inspect.Consumer{Via: "@" + a.simple, Ack: f.listenerAck(a)})
		f.listenerResource(a, kind.what, kind.args)
		return
	}
	if a.name == enableScheduling {
		f.state(a.Node, inspect.Setting{Key: inspect.SchedulingKey, Value: inspect.Lit("true")})
		return
	}
	if !clockAnnotations[a.name] {
		if a.name == asyncAnnotation && target(a.Node).Is("method_declaration", "function_declaration") {
			f.state(a.Node, inspect.Store{Purpose: inspect.ForQueue, Via: "@Async", Store: inspect.StoreMemory})
		}
		return
	}
	if disabledBean(enclosingClass(a.Node)) {
		return
	}
	_, locked := f.annotated(target(a.Node), lockAnnotations)
	f.state(a.Node, inspect.Scheduler{Via: "@" + a.simple, Locked: locked || ownLocks[a.name], Own: syntax.OwnWork(target(a.Node))})
}

// beanComment is an annotation that makes a bean of a class, commented out.
var beanComment = regexp.MustCompile(`^//\s*@(Component|Service|Configuration|Singleton|ApplicationScoped)\b`)

// disabledBean reports whether the comment above a class is the annotation that
// would make a bean of it: nothing runs its schedule.
func disabledBean(class syntax.Node) bool {
	if !class.OK() {
		return false
	}
	above := ""
	for c := class.Parent().First(); c.OK() && c.Index() != class.Index(); c = c.Next() {
		above = c.Text()
	}
	return beanComment.MatchString(above)
}

// listenerAck tells when a listener's message counts as done, where the
// annotation says it.
func (f *file) listenerAck(a annotation) string {
	mode, _ := f.literal(a.args["ackMode"])
	if mode == "" {
		mode, _ = f.literal(a.args["acknowledgementMode"])
	}
	switch strings.ToUpper(mode) {
	case "NONE":
		return "early"
	case "MANUAL", "AUTO", "ON_SUCCESS":
		return "late"
	}
	return ""
}

// listenerResource states a literal queue or topic; one behind ${…} is read.
func (f *file) listenerResource(a annotation, what, names string) {
	for _, name := range strings.Fields(names) {
		v := a.args[name]
		if v.Is("element_value_array_initializer", "collection_literal") {
			v = v.Child(0)
		}
		text, ok := f.literal(v)
		if !ok || text == "" || what == "" {
			continue
		}
		list, _ := placeholders(text, 0)
		for _, p := range list {
			fact := inspect.EnvRead{Name: variableOf(p.name), Via: "@" + a.simple, Required: !p.has && envStyle(p.name)}
			if p.has {
				_, fallback := placeholders(p.fallback, 1)
				fact.Fallback = fallback.Kept(false)
			}
			if plausibleVariable(fact.Name) {
				f.state(a.Node, fact)
			}
		}
		if len(list) == 0 && !strings.Contains(text, "#{") {
			f.state(a.Node, inspect.Resource{Via: "@" + a.simple, What: what, Name: inspect.LitOf(text)})
		}
	}
}

var (
	// consumers start to take messages.
	consumers = map[string]bool{
		"com.rabbitmq.client.Channel.basicConsume": true, "com.rabbitmq.client.Channel.basicGet": true, "org.apache.kafka.clients.consumer.KafkaConsumer.subscribe": true, "org.apache.kafka.clients.consumer.Consumer.subscribe": true,
		"org.apache.kafka.clients.consumer.KafkaConsumer.assign": true, "org.apache.kafka.streams.KafkaStreams.start": true, "redis.clients.jedis.Jedis.blpop": true, "redis.clients.jedis.Jedis.brpop": true, "redis.clients.jedis.JedisPooled.blpop": true,
		"redis.clients.jedis.JedisPooled.brpop": true, "redis.clients.jedis.Jedis.lpop": true, "redis.clients.jedis.Jedis.rpop": true, "jakarta.jms.Session.createConsumer": true, "jakarta.jms.MessageConsumer.setMessageListener": true, "jakarta.jms.JMSContext.createConsumer": true,
		"com.amazonaws.services.sqs.AmazonSQS.receiveMessage": true, "software.amazon.awssdk.services.sqs.SqsClient.receiveMessage": true, "software.amazon.awssdk.services.sqs.SqsAsyncClient.receiveMessage": true,
		"com.google.cloud.pubsub.v1.Subscriber.newBuilder": true, "io.nats.client.Connection.subscribe": true, "io.nats.client.Connection.createDispatcher": true, "io.nats.client.Dispatcher.subscribe": true, "io.temporal.worker.WorkerFactory.newWorker": true,
		"org.eclipse.paho.client.mqttv3.MqttClient.subscribe": true, "org.eclipse.paho.client.mqttv3.MqttAsyncClient.subscribe": true, "org.eclipse.paho.mqttv5.client.MqttClient.subscribe": true, "org.eclipse.paho.mqttv5.client.MqttAsyncClient.subscribe": true,
		"org.eclipse.paho.client.mqttv3.IMqttClient.subscribe": true, "org.eclipse.paho.client.mqttv3.IMqttAsyncClient.subscribe": true, "io.vertx.mqtt.MqttClient.subscribe": true,
		"org.jobrunr.server.BackgroundJobServer": true, "org.apache.pulsar.client.api.PulsarClient.newConsumer": true, "org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer": true,
	}
	// enqueues put a message on a queue.
	enqueues = map[string]bool{
		"org.springframework.amqp.rabbit.core.RabbitTemplate.convertAndSend": true, "org.springframework.amqp.rabbit.core.RabbitTemplate.send": true, "org.springframework.amqp.core.AmqpTemplate.convertAndSend": true, "org.springframework.amqp.core.AmqpTemplate.send": true,
		"org.springframework.amqp.rabbit.core.RabbitTemplate.convertSendAndReceive": true, "org.springframework.kafka.core.KafkaTemplate.send": true, "org.springframework.kafka.core.KafkaOperations.send": true, "org.apache.kafka.clients.producer.KafkaProducer.send": true,
		"org.apache.kafka.clients.producer.Producer.send": true, "com.rabbitmq.client.Channel.basicPublish": true, "org.springframework.jms.core.JmsTemplate.convertAndSend": true, "org.springframework.jms.core.JmsTemplate.send": true, "org.springframework.cloud.stream.function.StreamBridge.send": true,
		"com.amazonaws.services.sqs.AmazonSQS.sendMessage": true, "software.amazon.awssdk.services.sqs.SqsClient.sendMessage": true, "software.amazon.awssdk.services.sqs.SqsAsyncClient.sendMessage": true, "io.awspring.cloud.sqs.operations.SqsTemplate.send": true,
		"org.eclipse.microprofile.reactive.messaging.Emitter.send": true, "org.jobrunr.scheduling.BackgroundJob.enqueue": true, "org.jobrunr.scheduling.JobScheduler.enqueue": true, "jakarta.jms.MessageProducer.send": true, "jakarta.jms.JMSProducer.send": true,
		"com.google.cloud.pubsub.v1.Publisher.publish": true, "com.google.cloud.spring.pubsub.core.PubSubTemplate.publish": true, "io.nats.client.Connection.publish": true, "org.springframework.pulsar.core.PulsarTemplate.send": true,
		"org.apache.rocketmq.spring.core.RocketMQTemplate.convertAndSend": true, "org.apache.rocketmq.spring.core.RocketMQTemplate.syncSend": true,
	}
	// clocks run something again and again.
	clocks = map[string]bool{
		"java.util.Timer.scheduleAtFixedRate": true, "java.util.concurrent.ScheduledExecutorService.scheduleAtFixedRate": true, "java.util.concurrent.ScheduledExecutorService.scheduleWithFixedDelay": true, "java.util.concurrent.ScheduledThreadPoolExecutor.scheduleAtFixedRate": true,
		"java.util.concurrent.ScheduledThreadPoolExecutor.scheduleWithFixedDelay": true, "io.vertx.core.Vertx.setPeriodic": true, "kotlin.concurrent.fixedRateTimer": true, "kotlin.concurrent.timer": true, "kotlin.concurrent.scheduleAtFixedRate": true,
		"org.springframework.scheduling.TaskScheduler.scheduleAtFixedRate": true, "org.springframework.scheduling.TaskScheduler.scheduleWithFixedDelay": true, "org.springframework.scheduling.config.ScheduledTaskRegistrar.addTriggerTask": true,
		"org.springframework.scheduling.config.ScheduledTaskRegistrar.addCronTask": true, "org.quartz.Scheduler.scheduleJob": true, "it.sauronsoftware.cron4j.Scheduler.schedule": true, "org.springframework.scheduling.TaskScheduler.schedule": true,
		"org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler.scheduleAtFixedRate": true, "org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler.scheduleWithFixedDelay": true, "org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler.schedule": true,
		"org.springframework.scheduling.concurrent.ConcurrentTaskScheduler.scheduleAtFixedRate": true, "org.springframework.scheduling.concurrent.ConcurrentTaskScheduler.scheduleWithFixedDelay": true, "org.springframework.scheduling.concurrent.ConcurrentTaskScheduler.schedule": true,
		"org.springframework.scheduling.quartz.SchedulerFactoryBean": true, "org.springframework.scheduling.quartz.CronTriggerFactoryBean": true, "org.springframework.scheduling.quartz.SimpleTriggerFactoryBean": true, "kotlinx.coroutines.channels.ticker": true,
	}
	lockedClocks = regexp.MustCompile(`^(com\.github\.kagkarlsson\.scheduler\.Scheduler\.create|org\.jobrunr\.scheduling\.(BackgroundJob|JobScheduler)\.scheduleRecurrently)$`)
)

// jobCall states consumers, clocks and jobs being put on a queue.
func (f *file) jobCall(c call) {
	switch {
	case consumers[c.name]:
		f.state(c.Node, inspect.Consumer{Via: f.via(c.name), Ack: f.ackOf(c)})
	case enqueues[c.name]:
		f.state(c.Node, inspect.Enqueue{Via: f.via(c.name)})
	case clocks[c.name]:
		if strings.HasSuffix(c.name, "TaskScheduler.schedule") && !strings.Contains(c.Text(), "Trigger") {
			return // once
		}
		f.state(c.Node, inspect.Scheduler{Via: c.name, Locked: strings.Contains(c.name, ".quartz.") && f.quartzClustered()})
	case c.name == "java.util.Timer.schedule" && len(c.args) == 3:
		f.state(c.Node, inspect.Scheduler{Via: c.name})
	case lockedClocks.MatchString(c.name):
		f.state(c.Node, inspect.Scheduler{Via: c.name, Locked: true})
	case c.name == "kotlinx.coroutines.delay" && f.coroutineClock(c):
		f.state(c.Node, inspect.Scheduler{Via: c.name})
	}
}

// coroutineClock reports whether a delay makes a clock of a loop without an
// end, which a coroutine runs from the program's start on. Delays of less than
// five seconds wait for the next message, not for a time.
func (f *file) coroutineClock(c call) bool {
	if !endless(loopAround(c.Node)) || !enclosingFunction(c.Node).OK() && !up(c.Node, func(p syntax.Node) bool { return p.Is("object_declaration") }).OK() || !f.atBoot(c.Node, 0) {
		return false
	}
	for lambda := up(c.Node, isLambda); lambda.OK(); lambda = up(lambda, isLambda) {
		call := up(lambda, isCall)
		if !runsCoroutine[f.callOf(call).method] {
			return false // a session's, a request's
		}
	}
	length, err := strconv.ParseFloat(f.seconds(c.arg(0), 1000).Text, 64)
	return err != nil || length >= 5
}

// runsCoroutine are the calls whose block runs as long as the program does, or
// where it stands.
var runsCoroutine = map[string]bool{
	"launch": true, "async": true, "runBlocking": true, "coroutineScope": true, "supervisorScope": true, "withContext": true, "thread": true, "subscribe": true, "on": true,
	"apply": true, "also": true, "let": true, "run": true, "with": true, "runCatching": true, "embeddedServer": true,
}

// endless reports whether a loop goes on until the program stops.
func endless(loop syntax.Node) bool {
	if !loop.Is("while_statement", "do_statement", "do_while_statement") {
		return false
	}
	condition := bare(loop.Field("condition"))
	if !condition.OK() {
		condition = loop.Child(0)
	}
	text := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(condition.Text(), "this."), "coroutineContext."), "currentCoroutineContext().")
	return text == "true" || text == "isActive"
}

// quartzClustered reports whether the file tells Quartz to agree through its
// database.
func (f *file) quartzClustered() bool {
	found := false
	f.look(f.tree.Root(), func(n syntax.Node) bool {
		if c := f.callOf(n); c.ok && len(c.args) == 2 {
			key, _ := f.literal(c.args[0])
			v, _ := f.literal(c.args[1])
			found = found || key == "org.quartz.jobStore.isClustered" && v == "true"
		}
		return !found
	})
	return found
}

// ackOf tells when a consumer's message counts as done: RabbitMQ's autoAck, a
// pop that takes the message away, Kafka's commits by hand.
func (f *file) ackOf(c call) string {
	switch {
	case strings.HasPrefix(c.name, "com.rabbitmq."):
		switch v, ok := f.literal(c.arg(1, "autoAck")); {
		case ok && v == "true":
			return "early"
		case ok && v == "false":
			return "late"
		}
	case strings.HasPrefix(c.name, "redis.clients."):
		return "early"
	case strings.HasPrefix(c.name, "org.apache.kafka.clients."):
		made := f.follow(c.recv)
		if v := f.entryOf(f.callOf(made).arg(0), "enable.auto.commit"); v.Text == "false" {
			return "late"
		}
		if f.mentions(".commitSync(") {
			return "late"
		}
	case strings.Contains(c.name, "qs.") && strings.HasSuffix(c.name, "receiveMessage"):
		if f.mentions("deleteMessage") {
			return "late"
		}
	}
	return ""
}

// mentions reports whether the file holds a word.
func (f *file) mentions(word string) bool {
	key := "mentions " + word
	if _, done := f.seen[key]; !done {
		f.seen[key] = bytes.Contains(f.tree.Source(), []byte(word))
	}
	return f.seen[key]
}

// slowCalls are work inside a request that belongs on a queue.
var slowCalls = map[string]string{
	"org.springframework.mail.javamail.JavaMailSender.send": "mail", "org.springframework.mail.MailSender.send": "mail", "org.springframework.mail.javamail.JavaMailSenderImpl.send": "mail", "jakarta.mail.Transport.send": "mail",
	"org.apache.commons.mail.SimpleEmail.send": "mail", "org.apache.commons.mail.HtmlEmail.send": "mail", "org.apache.commons.mail.Email.send": "mail", "org.apache.commons.mail.MultiPartEmail.send": "mail", "org.simplejavamail.api.mailer.Mailer.sendMail": "mail",
	"net.sf.jasperreports.engine.JasperExportManager.exportReportToPdf": "pdf", "net.sf.jasperreports.engine.JasperFillManager.fillReport": "report", "net.sf.jasperreports.engine.JasperExportManager.exportReportToPdfStream": "pdf",
	"com.itextpdf.text.pdf.PdfWriter.getInstance": "pdf", "com.lowagie.text.pdf.PdfWriter.getInstance": "pdf", "com.itextpdf.kernel.pdf.PdfDocument": "pdf", "org.apache.pdfbox.pdmodel.PDDocument": "pdf", "com.openhtmltopdf.pdfboxout.PdfRendererBuilder": "pdf",
	"org.xhtmlrenderer.pdf.ITextRenderer": "pdf", "com.itextpdf.html2pdf.HtmlConverter.convertToPdf": "pdf", "net.coobird.thumbnailator.Thumbnails.of": "image", "javax.imageio.ImageIO.read": "image", "org.imgscalr.Scalr.resize": "image",
	"org.apache.poi.xssf.usermodel.XSSFWorkbook": "report", "org.apache.poi.xssf.streaming.SXSSFWorkbook": "report", "org.apache.poi.hssf.usermodel.HSSFWorkbook": "report", "com.alibaba.excel.EasyExcel.write": "report",
	"java.lang.Thread.sleep": "sleep", "java.util.concurrent.TimeUnit.SECONDS.sleep": "sleep", "java.util.concurrent.TimeUnit.MILLISECONDS.sleep": "sleep",
}

// slowWork states such work where the request waits for it.
func (f *file) slowWork(c call) {
	work, known := slowCalls[c.name]
	if !known {
		return
	}
	handler := f.handler(c.Node)
	if work == "mail" && !handler.OK() {
		if fn := enclosingFunction(c.Node); fn.OK() && !f.besideRequests(c.Node, fn) {
			f.state(c.Node, inspect.SlowWork{Via: f.via(c.name), Work: work, Helper: true, In: functionName(fn)})
		}
		return
	}
	if !handler.OK() || f.detached(c.Node, handler) {
		return
	}
	f.state(c.Node, inspect.SlowWork{Via: f.via(c.name), Work: work})
}

// asksForMail states a call of something of the program's own that sends mail by
// its name.
func (f *file) asksForMail(c call) {
	fn := enclosingFunction(c.Node)
	receiver := c.recv.Text()
	receiver = receiver[strings.LastIndexByte(receiver, '.')+1:]
	if receiver == "" || receiver == "this" {
		receiver = enclosingClass(c.Node).Field("name").Text()
	}
	if !fn.OK() || slowCalls[c.name] != "" || !inspect.AsksForMail(receiver, c.method) {
		return
	}
	handler := f.handler(c.Node)
	beside := handler.OK() && f.detached(c.Node, handler) || !handler.OK() && f.besideRequests(c.Node, fn)
	f.state(c.Node, inspect.SlowWork{Via: strings.TrimPrefix(receiver+"."+c.method, "."), Work: "mail", Helper: !handler.OK(), In: functionName(fn), Asks: c.method, Beside: beside})
}

// besideRequests reports whether what a function does is no request's work: other
// threads are given it, messages or the clock start it.
func (f *file) besideRequests(n, fn syntax.Node) bool {
	if f.detached(n, fn) {
		return true
	}
	for _, on := range []syntax.Node{fn, enclosingClass(fn)} {
		for _, a := range f.annotationsOf(on) {
			if _, consumes := consumerAnnotations[a.name]; consumes || clockAnnotations[a.name] || a.name == asyncAnnotation {
				return true
			}
		}
	}
	return false
}

// detached reports whether n runs in a lambda that another thread is given, or
// in an asynchronous method.
func (f *file) detached(n, handler syntax.Node) bool {
	for lambda := up(n, isLambda); lambda.OK() && lambda != handler && lambda.Inside(handler); lambda = up(lambda, isLambda) {
		p := lambda.Parent()
		for range 3 {
			if isCall(p) {
				break
			}
			p = p.Parent()
		}
		c := f.callOf(p)
		if fireAndForget[c.name] || c.method == "launch" || c.method == "async" || c.method == "supplyAsync" || c.class == "Thread" || c.method == "submit" || c.method == "execute" || c.method == "thread" {
			return true
		}
	}
	_, async := f.annotated(enclosingFunction(n), map[string]bool{asyncAnnotation: true})
	return async
}
