package disposability

import (
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// handlers lists the program's subscriptions to signals.
func handlers(c *audit.Component) (list []audit.Located[inspect.SignalHandler]) {
	for h := range audit.FactsIn[inspect.SignalHandler](c.ProgramFiles()) {
		list = append(list, h)
	}
	return list
}

func hears(h audit.Located[inspect.SignalHandler], signal string) bool {
	return !h.Fact.Late && slices.Contains(h.Fact.Signals, signal)
}

// drainingPrograms are servers and workers that finish their work on SIGTERM.
var drainingPrograms = map[string]bool{
	"gunicorn": true, "uvicorn": true, "hypercorn": true, "granian": true, "daphne": true, "puma": true, "sidekiq": true, "functions-framework": true,
	"celery": true, "rq": true, "rqworker": true, "dramatiq": true, "arq": true, "huey_consumer": true, "huey_consumer.py": true, "procrastinate": true,
	"good_job": true, "next": true, "react-router-serve": true, "remix-serve": true, "strapi": true, "graphile-worker": true, "saq": true,
}

// drainingListens are calls that serve, hear SIGTERM themselves and drain.
var drainingListens = map[string]bool{
	"uvicorn.run": true, "uvicorn.Config": true, "uvicorn.config.Config": true, "hypercorn.asyncio.serve": true, "hypercorn.trio.serve": true,
	"aiohttp.web.run_app": true, "sanic.Sanic.run": true, "sanic.app.Sanic.run": true, "github.com/fvbock/endless.ListenAndServe": true,
	"@apollo/server/standalone.startStandaloneServer": true,
}

// drained finds a server or worker that drains by itself among what a deploy
// starts.
func drained(c *audit.Component) (place audit.Place, name string, ok bool) {
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			if p.Built == nil && drains(s.Command) {
				name := audit.Program(s.Command)
				if strings.HasPrefix(name, "python") {
					name = "the worker"
				}
				return audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}, name, true
			}
		}
	}
	for _, l := range c.Listens() {
		if drainingListens[l.Fact.Via] {
			return l.At(), l.Fact.Via, true
		}
	}
	return audit.Place{}, "", false
}

func drains(c inspect.Command) bool {
	return drainingPrograms[audit.Program(c)] && (audit.ServesHTTP(c) || audit.TakesJobs(c)) ||
		strings.HasPrefix(audit.Program(c), "python") && audit.TakesJobs(c) // python manage.py rqworker
}

// shutdownModules are libraries and frameworks that hear signals themselves:
// where one is imported, what happens on SIGTERM is theirs.
var shutdownModules = []string{
	"go.uber.org/fx", "sigs.k8s.io/controller-runtime", "github.com/oklog/run", "github.com/zeromicro/go-zero", "github.com/go-kratos/kratos",
	"github.com/asim/go-micro", "go-micro.dev", "github.com/tylerb/graceful", "github.com/beego/beego", "github.com/gobuffalo/buffalo", "github.com/encoredev",
	"github.com/aws/aws-lambda-go", "gofr.dev", "github.com/go-chi/httpgraceful", "github.com/ory/graceful", "knative.dev/pkg/signals", "k8s.io/apiserver",
	"close-with-grace", "@godaddy/terminus", "lightship", "fastify-graceful-shutdown", "http-graceful-shutdown", "node-graceful-shutdown",
	"@gquittet/graceful-server", "exit-hook", "signal-exit", "death", "async-exit-hook", "node-cleanup", "shutdown-hook", "graceful-shutdown",
	"@apollo/server", "apollo-server", "apollo-server-express", "moleculer", "@adonisjs/core", "@strapi/strapi", "express-graceful-shutdown", "@fastify/restartable",
	"graceful_shutdown", "cotyledon", "oslo_service", "tornado.autoreload", "faust", "nameko", "locust",
	"org.springframework", "io.quarkus", "io.micronaut", "io.dropwizard", "io.ktor.server", "io.helidon", "org.apache.camel", "akka.actor", "org.apache.pekko.actor", "io.vertx.core",
	"jakarta.ejb", "javax.ejb", "jakarta.enterprise", "javax.enterprise", "org.jobrunr", "io.temporal",
	"Microsoft.Extensions.Hosting", "Microsoft.AspNetCore", "NServiceBus", "Topshelf", "Hangfire",
	"sneakers", "hutch", "shoryuken", "karafka", "racecar", "daemons", "sidekiq", "resque", "Symfony", "Illuminate", "Enqueue", "Bernard",
}

// handledElsewhere reports whether something that this program imports may hear
// SIGTERM: a library for it, or the language's own signals used in a way that
// does not tell which.
func handledElsewhere(c *audit.Component) bool {
	subscribes := map[string]bool{}
	for _, h := range handlers(c) {
		subscribes[h.File.Path] = true
	}
	for i := range audit.FactsIn[inspect.Import](c.ProgramFiles()) {
		for _, module := range shutdownModules {
			if rest, found := strings.CutPrefix(i.Fact.Path, module); found && (rest == "" || strings.ContainsAny(rest[:1], `/.\`)) {
				return true
			}
		}
		own := i.File.Format == inspect.Go && i.Fact.Path == "os/signal" || i.File.Format == inspect.Python && i.Fact.Path == "signal"
		if own && !subscribes[i.File.Path] {
			return true
		}
	}
	return false
}

// rawConsumers are the modules of consumers that leave signals to the program.
var rawConsumers = []string{
	"bull", "bullmq", "bee-queue", "amqplib", "kafkajs", "sqs-consumer", "nats", "pika", "kafka", "aiokafka", "confluent_kafka", "aio_pika",
	"github.com/rabbitmq/amqp091-go", "github.com/streadway/amqp", "github.com/nats-io/nats.go", "github.com/IBM/sarama", "github.com/Shopify/sarama",
	"github.com/segmentio/kafka-go", "github.com/confluentinc/confluent-kafka-go", "cloud.google.com/go/pubsub", "github.com/aws/aws-sdk-go-v2/service/sqs",
	"github.com/riverqueue/river", "github.com/gocraft/work",
	"org.apache.kafka.clients", "com.rabbitmq.client", "redis.clients.jedis", "io.nats.client", "jakarta.jms", "javax.jms", "com.amazonaws.services.sqs",
	"software.amazon.awssdk.services.sqs", "com.google.cloud.pubsub.v1", "org.apache.pulsar.client",
	"RabbitMQ.Client", "Confluent.Kafka", "Amazon.SQS", "Azure.Messaging.ServiceBus", "Azure.Storage.Queues",
	"redis", "ioredis", "valkey", "StackExchange.Redis", "github.com/redis/go-redis", "github.com/go-redis/redis", "github.com/gomodule/redigo",
	"Bunny", "Redis", "Kafka", "Aws::SQS", "AMQPChannel", "RdKafka", `Aws\Sqs`,
}

// rawServers are servers of the JVM, of .NET and of Ruby that install no hook of
// their own, by what their names begin with: the runtime ends under them.
var rawServers = []string{
	"com.sun.net.httpserver.", "org.eclipse.jetty.server.", "io.undertow.Undertow", "org.apache.catalina.startup.Tomcat", "io.javalin.Javalin", "io.grpc.",
	"fi.iki.elonen.NanoHTTPD", "org.glassfish.", "org.java_websocket.", "java.net.ServerSocket", "java.nio.channels.",
	"System.Net.HttpListener", "System.Net.Sockets.TcpListener", "WEBrick::", "TCPServer.",
}

func rawServer(via string) bool {
	return slices.ContainsFunc(rawServers, func(prefix string) bool { return strings.HasPrefix(via, prefix) })
}

// rawFormats are the languages whose servers end at SIGTERM without a word. Most
// frameworks of the JVM, of .NET, Ruby and PHP have hooks that run then.
var rawFormats = map[inspect.Format]bool{
	inspect.Go: true, inspect.Python: true, inspect.JavaScript: true, inspect.TypeScript: true, inspect.TSX: true, inspect.Vue: true, inspect.Svelte: true, inspect.Astro: true,
}

// rawLoop is where the program serves or consumes by itself, with no framework
// around it that hears SIGTERM.
func rawLoop(c *audit.Component) (place audit.Place, via string, ok bool) {
	for _, p := range c.Running() {
		if p.Built != nil {
			continue // what another image starts says nothing of this one's program
		}
		for _, s := range c.RunSteps(p) {
			if audit.Program(s.Command) != "nest" && (audit.ServesHTTP(s.Command) || audit.TakesJobs(s.Command)) { // Nest's tool starts the program's own server
				return place, "", false
			}
		}
	}
	for _, l := range c.Listens() {
		if l.Fact.Dev || drainingListens[l.Fact.Via] || !rawFormats[l.File.Format] && !rawServer(l.Fact.Via) {
			continue
		}
		if socket := l.Fact.Via == "net.Listen"; via == "" || !socket { // what serves on a socket says more than the socket
			place, via, ok = l.At(), l.Fact.Via, true
			if !socket {
				return place, via, true
			}
		}
	}
	if ok {
		return place, via, true
	}
	if c.Class != audit.Worker {
		return place, "", false
	}
	for consumer := range audit.FactsIn[inspect.Consumer](c.ProgramFiles()) {
		for _, module := range rawConsumers {
			if rest, found := strings.CutPrefix(consumer.Fact.Via, module); found && (rest == "" || strings.ContainsAny(rest[:1], `./(:-\`)) {
				return consumer.At(), consumer.Fact.Via, true
			}
		}
	}
	return place, "", false
}
