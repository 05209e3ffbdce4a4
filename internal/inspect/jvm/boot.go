package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Work at the start of the program: migrations, waits, loads.

var (
	// bootAnnotations mark methods that run when the program starts.
	bootAnnotations = map[string]bool{"jakarta.annotation.PostConstruct": true, "org.springframework.context.annotation.Bean": true, "io.quarkus.runtime.Startup": true}
	// bootBases have methods that run then.
	bootBases = map[string]string{
		"org.springframework.boot.CommandLineRunner": "run", "org.springframework.boot.ApplicationRunner": "run", "org.springframework.beans.factory.InitializingBean": "afterPropertiesSet", "jakarta.servlet.ServletContextListener": "contextInitialized",
		"io.vertx.core.AbstractVerticle": "start", "io.vertx.core.Verticle": "start", "io.dropwizard.core.Application": "run initialize", "io.dropwizard.Application": "run initialize", "io.dropwizard.lifecycle.Managed": "start", "jakarta.servlet.http.HttpServlet": "init",
		"org.springframework.context.SmartLifecycle": "start", "com.google.inject.AbstractModule": "configure", "org.springframework.context.ApplicationListener": "onApplicationEvent",
	}
	bootEvents = map[string]bool{
		"org.springframework.boot.context.event.ApplicationReadyEvent": true, "org.springframework.boot.context.event.ApplicationStartedEvent": true, "org.springframework.context.event.ContextRefreshedEvent": true, "io.quarkus.runtime.StartupEvent": true,
	}
)

// atBoot reports whether n runs when the program starts: in main, an
// initialiser, a hook of the framework, or a function that those call.
func (f *file) atBoot(n syntax.Node, depth int) bool {
	if f.handler(n).OK() {
		return false
	}
	fn := enclosingFunction(n)
	if !fn.OK() {
		block := up(n, func(p syntax.Node) bool { return p.Is("static_initializer", "anonymous_initializer") })
		return block.OK() || up(n, func(p syntax.Node) bool { return p.Is("object_declaration") }).OK()
	}
	boot, done := f.boots[fn.Index()]
	if !done {
		f.boots[fn.Index()] = false // while its callers are asked
		boot = f.startsWith(fn, depth)
		f.boots[fn.Index()] = boot
	}
	return boot
}

// startsWith reports whether a function runs when the program starts.
func (f *file) startsWith(fn syntax.Node, depth int) bool {
	name := functionName(fn)
	switch {
	case name == "main" && (f.scopeOf(fn) == 0 || strings.Contains(childOf(fn, "modifiers").Text(), "tatic")):
		return true
	case f.ktorModule(fn):
		return true
	case f.bootMethod(fn, name):
		return true
	case fn.Is("constructor_declaration") && f.isComponent(enclosingClass(fn)):
		return true
	}
	if depth > 3 {
		return false
	}
	calls := f.callers[name]
	for _, c := range calls[:min(len(calls), 8)] {
		if c.Inside(fn) || f.debugOnly(c.Node) {
			continue
		}
		for _, def := range f.called(c) {
			if def == fn && f.atBoot(c.Node, depth+1) {
				return true
			}
		}
	}
	return false
}

func (f *file) isComponent(class syntax.Node) bool {
	_, ok := f.annotated(class, controllerAnnotations)
	return ok
}

func (f *file) bootMethod(fn syntax.Node, name string) bool {
	for _, a := range f.annotationsOf(fn) {
		if bootAnnotations[a.name] {
			return true
		}
		if a.name == "org.springframework.context.event.EventListener" {
			if bootEvents[f.typeName(a.args["value"].Child(0))] || strings.Contains(a.Text(), "ApplicationReadyEvent") || strings.Contains(a.Text(), "ApplicationStartedEvent") {
				return true
			}
		}
	}
	for _, p := range parameters(fn) {
		if bootEvents[f.typeName(p.typ)] {
			return true
		}
	}
	for _, typ := range supertypes(enclosingClass(fn)) {
		if methods := bootBases[f.typeName(typ)]; methods != "" && inspect.ContainsWord(methods, name) {
			return true
		}
	}
	return false
}

// ktorModule reports whether a function is a module of a Ktor application.
func (f *file) ktorModule(fn syntax.Node) bool {
	receiver := childOf(fn, "user_type")
	return fn.Is("function_declaration") && f.kotlin && strings.HasPrefix(receiver.Text(), "Application") && f.imports("io.ktor.")
}

// migrations change the schema when they are called; those that derive it from
// the model are true.
var migrations = map[string]bool{
	"org.flywaydb.core.Flyway.migrate": false, "org.flywaydb.core.Flyway.configure().migrate": false, "liquibase.Liquibase.update": false, "org.hibernate.tool.hbm2ddl.SchemaExport.create": true, "org.hibernate.tool.hbm2ddl.SchemaUpdate.execute": true,
	"org.hibernate.tool.hbm2ddl.SchemaExport.execute": true, "org.jetbrains.exposed.sql.SchemaUtils.create": true, "org.jetbrains.exposed.sql.SchemaUtils.createMissingTablesAndColumns": true, "org.jetbrains.exposed.v1.jdbc.SchemaUtils.create": true,
	"org.jetbrains.exposed.sql.SchemaUtils.createDatabase": true, "org.jetbrains.exposed.sql.SchemaUtils.create.create": true, "org.springframework.jdbc.datasource.init.ScriptUtils.executeSqlScript": false,
	"liquibase.integration.spring.SpringLiquibase": false, "org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter.setGenerateDdl": true, "io.mongock.runner.standalone.MongockStandalone.builder": false, "io.ebean.config.DatabaseConfig.setDdlRun": true,
	"io.ebean.config.DatabaseConfig.ddlRun": true, "org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer": false, "org.springframework.boot.autoconfigure.flyway.FlywayMigrationInitializer": false,
	"org.springframework.jdbc.datasource.init.DataSourceInitializer": false, "org.ktorm.support.migration.Migrator.migrate": false,
}

// migrationCall states code that changes the database's schema.
func (f *file) migrationCall(c call) {
	sync, known := migrations[c.name]
	switch {
	case known && sync && c.method != "" && len(c.args) == 1:
		if v, ok := f.literal(c.arg(0)); ok && v == "false" {
			return
		}
	case known && c.class != "" && c.Is("constructor_invocation", "explicit_constructor_invocation"):
		return
	case !known:
		f.schemaSync(c)
		return
	}
	boot := (f.atBoot(c.Node, 0) || c.class != "" || strings.HasSuffix(c.name, "setGenerateDdl")) && !f.debugOnly(c.Node)
	f.state(c.Node, inspect.Migration{Via: f.via(c.name), Boot: boot, Sync: sync})
}

// schemaSync states Hibernate's own schema being set in code.
func (f *file) schemaSync(c call) {
	if len(c.args) != 2 || c.method != "put" && c.method != "setProperty" && c.method != "applySetting" {
		return
	}
	key, _ := f.literal(c.args[0])
	if key != "hibernate.hbm2ddl.auto" && key != "spring.jpa.hibernate.ddl-auto" && key != "javax.persistence.schema-generation.database.action" && key != "jakarta.persistence.schema-generation.database.action" {
		return
	}
	switch v, ok := f.literal(c.args[1]); {
	case ok && (v == "update" || strings.HasPrefix(v, "create") || v == "drop-and-create"):
		f.state(c.Node, inspect.Migration{Via: "hibernate.hbm2ddl.auto", Boot: !f.debugOnly(c.Node), Sync: true})
	}
}

// startWork states slow work before the program listens or takes its first job.
func (f *file) startWork(c call) {
	work, seconds := f.slowStart(c)
	if work == "" || !f.beforeListen(c.Node) {
		return
	}
	fn := enclosingFunction(c.Node)
	fact := inspect.StartWork{Via: f.via(c.name), Work: work, Seconds: seconds}
	if loop := loopAround(c.Node); loop.OK() && work == "sleep" {
		if fn.Is("method_declaration", "function_declaration") && strings.HasPrefix(condition(loop), "true") && !strings.Contains(loop.Text(), "break") && !strings.Contains(loop.Text(), "return") {
			return // the program's own endless work
		}
		fact.Work, fact.Bounded = "wait", loop.Is("for_statement", "enhanced_for_statement")
	}
	f.state(c.Node, fact)
}

// beforeListen reports whether n runs when the program starts, in the thread
// that starts it, and before it listens.
func (f *file) beforeListen(n syntax.Node) bool {
	fn := enclosingFunction(n)
	if lambda := up(n, isLambda); lambda.OK() && (!fn.OK() || lambda.Inside(fn)) && !f.runsAtOnce(lambda) {
		return false // another thread's
	}
	return f.atBoot(n, 0) && !f.afterListen(n) && !f.afterServer(n, 0) && !f.debugOnly(n)
}

// seeds states data being stored when the program starts, once for each
// function.
func (f *file) seeds(c call) {
	switch c.method {
	case "save", "saveAll", "insert", "insertMany", "persist":
	default:
		return
	}
	typ := f.repository(c)
	late := f.afterServer(c.Node, 0) && !f.debugOnly(c.Node)
	if typ != "" && (late || f.beforeListen(c.Node)) && f.once("seed "+functionName(enclosingFunction(c.Node))) {
		f.state(c.Node, inspect.StartWork{Via: typ + "." + c.method, Work: "seed", Aside: late || f.onlyIfMissing(c.Node)})
	}
}

func condition(loop syntax.Node) string { return bare(loop.Field("condition")).Text() }

func loopAround(n syntax.Node) syntax.Node {
	return up(n, func(p syntax.Node) bool {
		return p.Is("while_statement", "do_statement", "do_while_statement", "for_statement", "enhanced_for_statement")
	})
}

// runsAtOnce reports whether a lambda is the body of a block that runs where it
// stands, or of a try. That of a CommandLineRunner runs when the server listens.
func (f *file) runsAtOnce(lambda syntax.Node) bool {
	p := lambda.Parent()
	for range 3 {
		if isCall(p) {
			break
		}
		p = p.Parent()
	}
	c := f.callOf(p)
	switch c.method {
	case "runBlocking", "run", "apply", "also", "let", "with", "use", "repeat", "forEach", "transaction", "runCatching":
		return true
	}
	return false
}

// afterListen reports whether main already listens when it comes to n: a
// listen call stands before it in the same function.
func (f *file) afterListen(n syntax.Node) bool {
	fn := enclosingFunction(n)
	if functionName(fn) != "main" {
		return false
	}
	found := false
	f.look(bodyOf(fn), func(m syntax.Node) bool {
		if m.Index() >= n.Index() {
			return false
		}
		if c := f.callOf(m); c.ok && (springRun[c.name] || settingsListens[c.name] || listens[c.name] != (listen{}) || c.method == "start") {
			found = true
		}
		return !found
	})
	return found
}

// requests are calls that ask another service and wait for it.
var requests = map[string]bool{
	"org.springframework.web.client.RestTemplate.getForObject": true, "org.springframework.web.client.RestTemplate.getForEntity": true, "org.springframework.web.client.RestTemplate.postForObject": true, "org.springframework.web.client.RestTemplate.postForEntity": true,
	"org.springframework.web.client.RestTemplate.exchange": true, "java.net.http.HttpClient.send": true, "java.net.http.HttpClient.newHttpClient().send": true, "java.net.URL.openStream": true, "io.ktor.client.request.get": true, "io.ktor.client.request.post": true, "org.jsoup.Jsoup.connect": true,
}

// slowStart tells whether a call is slow work, and how long a sleep is.
func (f *file) slowStart(c call) (work string, seconds inspect.Value) {
	switch {
	case c.name == "java.lang.Thread.sleep", c.name == "kotlinx.coroutines.delay":
		return "sleep", f.seconds(c.arg(0), 1000)
	case strings.HasPrefix(c.name, "java.util.concurrent.TimeUnit.") && c.method == "sleep":
		per := map[string]float64{"MILLISECONDS": 1000, "SECONDS": 1, "MINUTES": 1.0 / 60}[lastWord(c.recv)]
		return "sleep", f.seconds(c.arg(0), per)
	case requests[c.name]:
		return "request", inspect.Value{}
	}
	return "", inspect.Value{}
}

// repository names the type of what a call stores with: declared as a
// repository, or Spring's; "" for anything else.
func (f *file) repository(c call) string {
	if strings.HasPrefix(c.on, "org.springframework.data.") {
		return c.on
	}
	if b := f.bindingAt(bare(c.recv)); b != nil {
		if typ := simpleType(b.typ); strings.HasSuffix(typ, "Repository") || strings.HasSuffix(typ, "EntityManager") {
			return typ
		}
	}
	return ""
}
