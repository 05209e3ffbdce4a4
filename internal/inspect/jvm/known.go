package jvm

import "strings"

// known are the classes and functions that some table of this package names:
// those that "import a.b.*" can make known by their simple names.
var known = knownNames()

func knownNames() map[string]bool {
	names := map[string]bool{}
	add := func(name string) {
		name, _, _ = strings.Cut(name, "(")
		names[name], names[declaredPart(name)] = true, true
	}
	addKeys(add, listens)
	addKeys(add, clients)
	addKeys(add, readers)
	addKeys(add, sessionCalls)
	addKeys(add, stores)
	addKeys(add, keyMakers)
	add(pairMaker)
	addKeys(add, sinks)
	addKeys(add, writes)
	addKeys(add, resources)
	addKeys(add, endpoints)
	addKeys(add, execs)
	addKeys(add, consumerAnnotations)
	addKeys(add, keyArguments)
	addKeys(add, handlerBases)
	addKeys(add, lambdaBases)
	addKeys(add, stopBases)
	addKeys(add, bootBases)
	addKeys(add, sessionAnnotations)
	addKeys(add, slowCalls)
	addKeys(add, returns)
	addKeys(add, containers)
	addKeys(add, endpointAnnotations)
	addKeys(add, inherited)
	for _, table := range []map[string]bool{
		firstArgument, settings, springRun, bootClasses, settingsListens, settingsAnnotations, routeAnnotations, controllerAnnotations, clockAnnotations, lockAnnotations, enqueues, consumers, clocks, fireAndForget,
		stopAnnotations, bootAnnotations, bootEvents, requests, uploads, profileAnnotations, azureFunction, jsonLayouts, migrations, exits, passesOn,
	} {
		addKeys(add, table)
	}
	addKeys(add, fallbackAnnotations)
	for _, name := range []string{"cookie", "header"} {
		add("io.ktor.server.sessions." + name)
	}
	for _, verb := range []string{"get", "post", "put", "delete", "patch", "head", "options", "handle", "route", "routing"} {
		for _, routes := range []string{"io.ktor.server.routing.", "io.ktor.server.resources.", "spark.Spark.", "spark.kotlin.", "io.javalin.apibuilder.ApiBuilder."} {
			add(routes + verb)
		}
	}
	for _, name := range []string{
		springValue, micronautValue, micronautProp, configProperty, "jakarta.servlet.http.HttpServletRequest", "jakarta.servlet.http.HttpSession", "java.util.concurrent.Executors", "java.util.Optional", "java.util.UUID", "java.util.Properties",
		"io.smallrye.config.WithName", "java.security.SecureRandom", "java.util.Random", "com.rabbitmq.client.ConnectionFactory", "com.rabbitmq.client.Connection", "io.ktor.server.application.install", "io.ktor.server.engine.addShutdownHook", "io.ktor.server.application.Application", "io.vertx.core.Vertx",
		"org.springframework.amqp.core.AmqpTemplate", "org.springframework.scheduling.annotation.Async", "org.springframework.context.annotation.Scope", "java.util.concurrent.TimeUnit", "kotlinx.coroutines.delay", "kotlinx.coroutines.GlobalScope",
		"org.springframework.context.event.EventListener", "spark.Spark", "spark.Request", "io.javalin.http.Context", "java.nio.file.Files", "java.nio.file.Paths", "java.nio.file.Path", "java.io.File", "java.net.URI", "java.net.URL", "java.util.Map", "java.util.Timer",
		"org.springframework.core.env.Environment", "org.springframework.core.env.Profiles",
		"redis.clients.jedis.JedisPoolConfig", "org.apache.kafka.clients.producer.ProducerConfig", "org.apache.kafka.clients.consumer.ConsumerConfig", "org.apache.kafka.clients.CommonClientConfigs",
		"org.apache.kafka.clients.admin.AdminClientConfig", "org.apache.kafka.streams.StreamsConfig", "org.hibernate.cfg.AvailableSettings", "org.hibernate.cfg.Environment",
	} {
		add(name)
	}
	return names
}

// knownChains are the names with calls in them that a table has:
// "io.undertow.Undertow.builder().addHttpListener".
var knownChains = func() map[string]bool {
	names := map[string]bool{}
	add := func(name string) { names[name] = strings.Contains(name, "(") }
	addKeys(add, listens)
	addKeys(add, clients)
	addKeys(add, readers)
	addKeys(add, sessionCalls)
	addKeys(add, resources)
	addKeys(add, endpoints)
	addKeys(add, keyArguments)
	addKeys(add, migrations)
	addKeys(add, requests)
	addKeys(add, writes)
	return names
}()

func addKeys[V any](add func(string), table map[string]V) {
	for name := range table {
		add(name)
	}
}

// declaredPart is the class in a name, or the whole name of a function that no
// class holds.
func declaredPart(name string) string {
	from := 0
	for {
		at := strings.IndexByte(name[from:], '.')
		if at < 0 {
			return name
		}
		if capital(name[from:]) {
			return name[:from+at]
		}
		from += at + 1
	}
}
