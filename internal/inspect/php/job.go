package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// enqueues put a job on a queue.
	enqueues = lowered(map[string]bool{
		facade + "Queue::push": true, facade + "Queue::later": true, facade + "Queue::bulk": true, facade + "Queue::pushOn": true, facade + "Queue::laterOn": true, facade + "Queue::connection()->push": true,
		facade + "Bus::dispatch": true, facade + "Bus::batch": true, facade + "Bus::chain": true, facade + "Bus::dispatchToQueue": true, facade + "Mail::queue": true, facade + "Mail::later": true,
		facade + "Mail::to()->queue": true, facade + "Mail::to()->later": true, `Symfony\Component\Messenger\MessageBusInterface->dispatch`: true, `Symfony\Component\Messenger\MessageBus->dispatch`: true,
		`Aws\Sqs\SqsClient->sendMessage`: true, `PhpAmqpLib\Channel\AMQPChannel->basic_publish`: true, `PhpAmqpLib\Connection\AMQPStreamConnection->channel()->basic_publish`: true,
		`Illuminate\Contracts\Bus\Dispatcher->dispatch`: true, `Illuminate\Contracts\Queue\Queue->push`: true, `Pheanstalk\Pheanstalk->put`: true, "AMQPExchange->publish": true,
		`RdKafka\Producer->newTopic()->produce`: true, "Resque::enqueue": true, `Yii::$app->queue->push`: true, "as_enqueue_async_action": true, "as_schedule_single_action": true,
		`Hyperf\AsyncQueue\Driver\DriverInterface->push`: true, `Interop\Queue\Producer->send`: true,
	})
	// consumers start or declare a consumer.
	consumers = lowered(map[string]string{
		`PhpMqtt\Client\MqttClient->subscribe`: "", `Bluerhinos\phpMQTT->subscribe`: "", `Mosquitto\Client->subscribe`: "", `Mosquitto\Client->loopForever`: "",
		"new RdKafka\\KafkaConsumer": "", `Pheanstalk\Pheanstalk->reserve`: "late", `Aws\Sqs\SqsClient->receiveMessage`: "late", "Redis->subscribe": "", "Redis->psubscribe": "", `Predis\Client->pubSubLoop`: "",
		"Redis->blPop": "early", "Redis->brPop": "early", `Predis\Client->blpop`: "early", `Predis\Client->brpop`: "early", "new Resque_Worker": "", `Illuminate\Queue\Worker->daemon`: "late", `new Symfony\Component\Messenger\Worker`: "late",
		"Redis->brpoplpush": "late", "Redis->xReadGroup": "late", facade + "Redis::blpop": "early", facade + "Redis::brpop": "early", facade + "Redis::subscribe": "",
	})
	jobNamespace = regexp.MustCompile(`\\(Jobs?|Messages?|Commands?)\\`)
	queueable    = []string{`Illuminate\Contracts\Queue\ShouldQueue`, `Illuminate\Contracts\Queue\ShouldQueueAfterCommit`}
	handlerFace  = []string{`Symfony\Component\Messenger\Handler\MessageHandlerInterface`, `Symfony\Component\Messenger\Handler\MessageSubscriberInterface`}
)

// consumerClass states a class whose objects a worker runs.
func (s *script) consumerClass(n syntax.Node) {
	c := s.classOf[n.Index()]
	if c == nil { // an abstract class stands for those that other files derive
		return
	}
	at := n.Field("name")
	if !at.OK() {
		at = n
	}
	switch {
	case s.isA(c, queueable...):
		s.state(at, inspect.Consumer{Via: queueable[0], Ack: "late"})
	case s.isA(c, handlerFace...):
		s.state(at, inspect.Consumer{Via: handlerFace[0], Ack: "late"})
	case s.isA(c, `Hyperf\AsyncQueue\Job`), s.isA(c, `yii\queue\JobInterface`):
		s.state(at, inspect.Consumer{Via: s.className(c.parent), Ack: "late"})
	}
}

// jobCall states consumers and jobs being put on a queue.
func (s *script) jobCall(c call) {
	switch {
	case enqueues[c.key]:
		s.state(c.Node, inspect.Enqueue{Via: via(c.name)})
		return
	case c.method == "basic_consume" && s.amqpChannel(c):
		s.state(c.Node, inspect.Consumer{Via: "AMQPChannel->basic_consume", Ack: s.ackOf(c.args.at(3, "no_ack"))})
		return
	case c.method == "basic_publish" && s.amqpChannel(c):
		s.state(c.Node, inspect.Enqueue{Via: "AMQPChannel->basic_publish"})
		return
	case c.method == "consume" && c.key == "amqpqueue->consume":
		ack := "late"
		if strings.Contains(written(c.args.at(1)), "AMQP_AUTOACK") {
			ack = "early"
		}
		s.state(c.Node, inspect.Consumer{Via: via(c.name), Ack: ack})
		return
	case strings.HasPrefix(c.method, "dispatch"):
		s.dispatch(c)
		return
	}
	if ack, known := consumers[c.key]; known {
		if s.autoCommits(c) {
			ack = "early"
		}
		s.state(c.Node, inspect.Consumer{Via: via(c.name), Ack: ack})
		return
	}
	// a destructive pop in a loop is how a worker takes jobs
	switch c.key {
	case "redis->lpop", "redis->rpop", `predis\client->lpop`, `predis\client->rpop`:
		if c.Up("while_statement", "for_statement", "do_statement").OK() {
			s.state(c.Node, inspect.Consumer{Via: via(c.name), Ack: "early"})
		}
	}
}

// amqpChannel reports whether a method is called on a channel of php-amqplib.
func (s *script) amqpChannel(c call) bool {
	if name := s.resolve(c.recv); name != "" {
		return strings.HasPrefix(name, `PhpAmqpLib\`)
	}
	for _, path := range s.uses {
		if strings.HasPrefix(path, `PhpAmqpLib\`) {
			return true
		}
	}
	return false
}

func (s *script) ackOf(noAck syntax.Node) string {
	if s.isTrue(noAck) {
		return "early"
	}
	if !noAck.OK() || strings.EqualFold(written(noAck), "false") {
		return "late"
	}
	return ""
}

// autoCommits reports whether the configuration of a Kafka consumer commits
// before the work is done.
func (s *script) autoCommits(c call) bool {
	if c.key != `new rdkafka\kafkaconsumer` {
		return false
	}
	return s.sourceHas(`'enable.auto.commit', 'true'`) || s.sourceHas(`"enable.auto.commit", "true"`)
}

// dispatch states Job::dispatch(), dispatch(new Job) and $this->dispatch(new Job).
func (s *script) dispatch(c call) {
	switch c.method {
	case "dispatch", "dispatchif", "dispatchunless", "dispatchafterresponse":
	default:
		return // dispatchSync does the work at once
	}
	switch c.Kind() {
	case "scoped_call_expression":
		name := s.className(c.recv)
		class := s.declared(name)
		if class != nil && s.isA(class, queueable...) || class == nil && jobNamespace.MatchString(name) {
			s.state(c.Node, inspect.Enqueue{Via: name + "::" + c.Field("name").Text()})
		}
	case "function_call_expression":
		if c.key == "dispatch" && s.made(c.args.at(0)) != "" {
			s.state(c.Node, inspect.Enqueue{Via: "dispatch"})
		}
	case "member_call_expression", "nullsafe_member_call_expression":
		if written(c.recv) == "$this" && jobNamespace.MatchString(s.made(c.args.at(0))) {
			s.state(c.Node, inspect.Enqueue{Via: "$this->dispatch"})
			return
		}
		if recv := strings.ToLower(written(c.recv)); strings.HasSuffix(recv, "bus") && s.resolve(c.recv) == "" && s.made(c.args.at(0)) != "" {
			s.state(c.Node, inspect.Enqueue{Via: written(c.recv) + "->dispatch"})
		}
	}
}

// made is the class of the object that an expression makes, or "".
func (s *script) made(n syntax.Node) string {
	n = s.follow(n)
	for n.Is("parenthesized_expression", "member_call_expression") {
		if n.Is("member_call_expression") {
			n = n.Field("object")
		} else {
			n = n.Child(0)
		}
	}
	if n.Is("object_creation_expression") {
		return s.className(n.Child(0))
	}
	return ""
}

// schedulers are clocks inside a process; true where only one of several
// processes runs their tasks.
var schedulers = lowered(map[string]bool{
	`Swoole\Timer::tick`: false, `OpenSwoole\Timer::tick`: false, "swoole_timer_tick": false, `Workerman\Timer::add`: false, `Workerman\Lib\Timer::add`: false, `React\EventLoop\Loop::addPeriodicTimer`: false,
	`React\EventLoop\LoopInterface->addPeriodicTimer`: false, `React\EventLoop\Factory::create()->addPeriodicTimer`: false, `React\EventLoop\Loop::get()->addPeriodicTimer`: false, `Revolt\EventLoop::repeat`: false,
	"wp_schedule_event": true, "as_schedule_recurring_action": true, "as_schedule_cron_action": true, `new GO\Scheduler`: false, `new Crunz\Schedule`: false,
	`Symfony\Component\Scheduler\RecurringMessage::every`: false, `Symfony\Component\Scheduler\RecurringMessage::cron`: false, `new Workerman\Crontab\Crontab`: false,
})

// scheduleTasks are methods of Laravel's schedule that give it a task.
var scheduleTasks = map[string]bool{"command": true, "job": true, "call": true, "exec": true}

// ownTick reports whether all that a timer's function calls is for the process
// itself: $meterProvider->forceFlush().
func ownTick(c call) bool {
	calls, own := 0, 0
	for _, arg := range c.args.positional {
		if !arg.Is("anonymous_function", "anonymous_function_creation_expression", "arrow_function") {
			continue
		}
		arg.Walk(func(n syntax.Node) bool {
			if n.Is("member_call_expression", "scoped_call_expression", "nullsafe_member_call_expression") {
				calls++
				if inspect.OwnTick(n.Field("name").Text()) {
					own++
				}
			}
			return true
		})
	}
	return calls > 0 && own == calls
}

// scheduleCall states a clock, or a task given to Laravel's.
func (s *script) scheduleCall(c call) {
	if locked, known := schedulers[c.key]; known {
		if ownTick(c) {
			return
		}
		s.state(c.Node, inspect.Scheduler{Via: via(c.name), Locked: locked || strings.HasPrefix(c.key, "symfony") && s.locksSchedule()})
		return
	}
	class := c.class()
	if !scheduleTasks[c.method] || class != `illuminate\console\scheduling\schedule` && class != strings.ToLower(facade+"Schedule") {
		return
	}
	fact, last := inspect.Scheduler{Via: via(c.name)}, c.Node
	for up := c.Parent(); up.Is("member_call_expression"); up = up.Parent() {
		switch strings.ToLower(up.Field("name").Text()) {
		case "ononeserver", "withoutoverlapping":
			fact.Locked = true
		}
		last = up
	}
	s.state(last, fact)
}

// locksSchedule reports whether the file gives Symfony's schedule a lock.
func (s *script) locksSchedule() bool {
	return s.sourceHas("->lock(")
}
