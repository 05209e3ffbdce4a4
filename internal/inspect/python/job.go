package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyConsumers start or declare a consumer, pySchedulers a clock, pyEnqueues
// put a job on a queue.
var (
	pyConsumers = map[string]bool{
		"celery.Celery": true, "rq.Worker": true, "rq.SimpleWorker": true, "rq.worker.Worker": true, "django_rq.get_worker": true, "rq.HerokuWorker": true,
		"kafka.KafkaConsumer": true, "aiokafka.AIOKafkaConsumer": true, "confluent_kafka.Consumer": true, "kafka.consumer.KafkaConsumer": true,
		"paho.mqtt.client.Client().loop_forever": true, "paho.mqtt.subscribe.callback": true, "paho.mqtt.subscribe.simple": true,
		"nats.connect().subscribe": true, "redis.Redis().pubsub().listen": true, "redis.StrictRedis().pubsub().listen": true,
		"redis.from_url().pubsub().listen": true, "redis.Redis.from_url().pubsub().listen": true, "boto3.client().receive_message": true,
		"procrastinate.App().run_worker": true, "faust.App": true, "arq.run_worker": true, "huey.consumer.Consumer": true,
	}
	pySchedulers = map[string]bool{
		"flask_apscheduler.APScheduler": true, "schedule.run_pending": true, "rq_scheduler.Scheduler": true, "aiocron.crontab": true,
		"rocketry.Rocketry": true, "fastapi_utils.tasks.repeat_every": true, "fastapi_restful.tasks.repeat_every": true, "sched.scheduler": true,
		"django_rq.get_scheduler": true, "tornado.ioloop.PeriodicCallback": true, "aioschedule.run_pending": true, "taskiq.TaskiqScheduler": true, "saq.CronJob": true,
		"timeloop.Timeloop": true, "dramatiq_crontab.cron": true, "periodiq.PeriodiqMiddleware": true, "django_q.tasks.schedule": true, "procrastinate.App().periodic": true,
		"fastapi_utilities.repeat_every": true, "fastapi_utilities.repeat_at": true, "celery.task.periodic_task": true, "celery.decorators.periodic_task": true,
		"discord.ext.tasks.loop": true, "rq.cron.CronScheduler": true, "fastapi_crons.Crons": true,
	}
	pyEnqueues = map[string]bool{
		"rq.Queue().enqueue": true, "rq.Queue().enqueue_call": true, "rq.Queue().enqueue_in": true, "rq.Queue().enqueue_at": true, "django_rq.enqueue": true,
		"django_rq.get_queue().enqueue": true, "django_rq.get_queue().enqueue_in": true, "arq.create_pool().enqueue_job": true, "celery.Celery().send_task": true,
		"boto3.client().send_message": true,
	}
	pyWorkerBases  = map[string]bool{"kombu.mixins.ConsumerMixin": true, "rq.Worker": true, "rq.worker.Worker": true, "rq.worker.HerokuWorker": true, "rq.SimpleWorker": true}
	schedulerClass = regexp.MustCompile(`^apscheduler\.(schedulers\.)?[\w.]*Scheduler$`)
	taskModule     = regexp.MustCompile(`(^|\.)(\w*(tasks?|jobs?|workers?|actors?)|\w*celery\w*|background\w*)(\.|$)`)
	taskDecorator  = map[string]string{
		"celery.shared_task": "celery.shared_task", "celery.task": "celery.task", "celery.Celery().task": "celery.Celery.task", "celery.decorators.task": "celery.task",
		"dramatiq.actor": "dramatiq.actor", "huey.contrib.djhuey.task": "huey.task", "huey.contrib.djhuey.db_task": "huey.task", "django_rq.job": "django_rq.job",
		"rq.decorators.job": "rq.job", "procrastinate.App().task": "procrastinate.App.task", "background_task.background": "background_task",
		"taskiq.broker.task": "taskiq.task", "faust.App().agent": "faust.App.agent",
	}
	hueyObject = regexp.MustCompile(`^huey\.(\w+\.)*\w*Huey\(\)\.(task|periodic_task)$`)
)

// taskDecoratorOf names the job library whose task a function is, or "".
func (p *pythonFile) taskDecoratorOf(def syntax.Node) (via string, periodic bool) {
	for _, d := range decorators(def) {
		name := p.decoratorName(d)
		if via, known := taskDecorator[name]; known {
			return via, false
		}
		if m := hueyObject.FindStringSubmatch(name); m != nil {
			return "huey.Huey." + m[2], m[2] == "periodic_task"
		}
		switch {
		case name == "huey.contrib.djhuey.periodic_task" || name == "huey.contrib.djhuey.db_periodic_task":
			return name, true
		case (strings.HasSuffix(name, ".task") || strings.HasSuffix(name, ".job")) && taskModule.MatchString(name[:strings.LastIndex(name, ".")]) && !strings.HasPrefix(name, "locust"):
			return pyVia(name), false // an app that another module makes
		}
	}
	return "", false
}

// taskDeclaration states a function that a worker runs.
func (p *pythonFile) taskDeclaration(def syntax.Node) {
	via, periodic := p.taskDecoratorOf(def)
	if via == "" {
		return
	}
	p.state(def.Field("name"), inspect.Consumer{Via: via, Ack: p.taskAck(def, via)})
	if periodic {
		p.state(def.Field("name"), inspect.Scheduler{Via: via})
	}
}

// workerClass states arq's WorkerSettings and kombu's ConsumerMixin.
func (p *pythonFile) workerClass(n syntax.Node) {
	if n.Field("name").Text() == "WorkerSettings" && p.scopes[n.Index()]["functions"] != nil {
		p.state(n.Field("name"), inspect.Consumer{Via: "arq.WorkerSettings", Ack: "late"})
		if b := p.scopes[n.Index()]["handle_signals"]; b != nil && len(b.values) == 1 && b.values[0].Is("false") {
			p.state(b.first, inspect.SignalHandler{Via: "arq.WorkerSettings.handle_signals", Off: true})
		}
		if p.scopes[n.Index()]["cron_jobs"] != nil {
			p.state(n.Field("name"), inspect.Scheduler{Via: "arq.cron_jobs"})
		}
	}
	for base := n.Field("superclasses").First(); base.OK(); base = base.Next() {
		if name := p.resolve(base); pyWorkerBases[name] {
			p.state(n.Field("name"), inspect.Consumer{Via: name})
		}
	}
}

// jobCall states consumers, clocks and jobs being put on a queue.
func (p *pythonFile) jobCall(c pyCall) {
	if p.insideDecorator(c.Node) {
		return
	}
	method := c.Field("function").Field("attribute").Text()
	switch {
	case strings.HasPrefix(c.name, "boto3.client()") && !p.sqsClient(c):
	case pyConsumers[c.name]:
		p.state(c.Node, inspect.Consumer{Via: pyVia(c.name), Ack: p.consumerAck(c)})
	case redisPop.MatchString(c.name) && (strings.HasPrefix(method, "b") || p.inLoop(c.Node)):
		ack := "early"
		if strings.Contains(method, "push") || strings.Contains(method, "move") {
			ack = "late" // the message stays on a second list
		}
		p.state(c.Node, inspect.Consumer{Via: pyVia(c.name), Ack: ack})
	case method == "basic_consume" && (p.modules["pika"] || p.modules["aio_pika"]):
		p.state(c.Node, inspect.Consumer{Via: "pika.channel.basic_consume", Ack: p.brokerAck(c.args.arg(-1, "auto_ack", "no_ack"))})
	case pyEnqueues[c.name]:
		p.state(c.Node, inspect.Enqueue{Via: pyVia(c.name)})
	case method == "basic_publish" && p.modules["pika"]:
		p.state(c.Node, inspect.Enqueue{Via: "pika.channel.basic_publish"})
	case pySchedulers[c.name] || schedulerClass.MatchString(c.name):
		p.state(c.Node, inspect.Scheduler{Via: pyVia(c.name), Locked: lockedClock(c.name)})
	case c.name == "threading.Timer":
		p.ticksItself(c)
	case c.name == "time.sleep" || c.name == "asyncio.sleep" || c.name == "gevent.sleep" || c.name == "eventlet.sleep" || c.name == "trio.sleep" || c.name == "anyio.sleep":
		p.tick(c)
	case method == "add_periodic_task" && p.modules["celery"]:
		p.state(c.Node, inspect.Scheduler{Via: "celery.add_periodic_task"})
	case method == "delay" || method == "apply_async" || method == "send" || method == "send_with_options":
		p.taskCall(c, method)
	}
}

func (p *pythonFile) insideDecorator(n syntax.Node) bool {
	return n.Parent().Is("decorator") && !pySchedulers[p.callee(n)]
}

// sqsClient reports whether the receiver was made by boto3.client("sqs").
func (p *pythonFile) sqsClient(c pyCall) bool {
	made := p.follow(c.Field("function").Field("object"))
	service, _ := p.literal(made.Field("arguments").Child(0))
	return service == "sqs"
}

// taskCall states task.delay() where task is a task of this file or imported
// from where a project keeps its tasks.
func (p *pythonFile) taskCall(c pyCall, method string) {
	object := c.Field("function").Field("object")
	if fn := object.Field("function"); object.Is("call") && (fn.Field("attribute").Text() == "s" || fn.Field("attribute").Text() == "si" || fn.Field("attribute").Text() == "signature") {
		object = fn.Field("object") // task.s(…).apply_async()
	}
	if def := p.localFunction(object); def.OK() {
		via, _ := p.taskDecoratorOf(def)
		if via != "" && (strings.HasPrefix(method, "send") == strings.HasPrefix(via, "dramatiq")) {
			p.state(c.Node, inspect.Enqueue{Via: via + "." + method})
		}
		return
	}
	if strings.HasPrefix(method, "send") {
		return
	}
	if path := p.resolve(object); path != "" && !strings.Contains(path, "()") && taskModule.MatchString(path) {
		p.state(c.Node, inspect.Enqueue{Via: path + "." + method})
	}
}

// scheduleConfig states celery beat's schedule.
func (p *pythonFile) scheduleConfig(n syntax.Node) {
	switch p.configKey(n.Field("left")) {
	case "beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE", "BEAT_SCHEDULE":
		if right := p.follow(n.Field("right")); right.Is("dictionary") && right.Child(0).OK() || right.Is("call") {
			p.state(n, inspect.Scheduler{Via: "celery.beat_schedule", Locked: p.modules["redbeat"] || p.mentions("redbeat.")})
		}
	}
}
