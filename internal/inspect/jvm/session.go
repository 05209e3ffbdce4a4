package jvm

import (
	"regexp"
	"strings"
	"unicode"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// sessionCalls are what a program keeps sessions with, by resolved name.
var sessionCalls = map[string]inspect.StoreKind{
	"jakarta.servlet.http.HttpSession.setAttribute": inspect.StoreMemory, "jakarta.servlet.http.HttpSession.putValue": inspect.StoreMemory,
	"io.vertx.ext.web.sstore.LocalSessionStore.create": inspect.StoreMemory, "io.vertx.ext.web.sstore.ClusteredSessionStore.create": inspect.StoreOther,
	"io.vertx.ext.web.sstore.redis.RedisSessionStore.create": inspect.StoreRedis, "io.vertx.ext.web.sstore.cookie.CookieSessionStore.create": inspect.StoreCookie,
	"spark.Request.session().attribute": inspect.StoreMemory, "spark.Session.attribute": inspect.StoreMemory, "io.javalin.http.Context.sessionAttribute": inspect.StoreMemory, "io.javalin.Context.sessionAttribute": inspect.StoreMemory,
	"io.undertow.server.session.InMemorySessionManager": inspect.StoreMemory, "org.eclipse.jetty.server.session.FileSessionDataStore": inspect.StoreFile, "org.eclipse.jetty.server.session.JDBCSessionDataStoreFactory": inspect.StoreDatabase,
	"org.eclipse.jetty.server.session.JDBCSessionDataStore": inspect.StoreDatabase, "org.eclipse.jetty.session.JDBCSessionDataStoreFactory": inspect.StoreDatabase, "org.eclipse.jetty.session.FileSessionDataStore": inspect.StoreFile,
	"org.springframework.session.MapSessionRepository": inspect.StoreMemory, "org.springframework.session.ReactiveMapSessionRepository": inspect.StoreMemory, "org.springframework.session.data.redis.RedisIndexedSessionRepository": inspect.StoreRedis,
	"org.springframework.session.data.redis.RedisSessionRepository": inspect.StoreRedis, "org.springframework.session.jdbc.JdbcIndexedSessionRepository": inspect.StoreDatabase, "org.redisson.tomcat.RedissonSessionManager": inspect.StoreRedis,
	"org.springframework.security.oauth2.provider.token.store.InMemoryTokenStore": inspect.StoreMemory, "org.springframework.security.oauth2.provider.token.store.JdbcTokenStore": inspect.StoreDatabase,
	"org.springframework.security.oauth2.provider.token.store.redis.RedisTokenStore": inspect.StoreRedis, "org.springframework.security.oauth2.provider.token.store.JwtTokenStore": inspect.StoreCookie,
	"org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService": inspect.StoreMemory, "org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService": inspect.StoreDatabase,
	"org.springframework.security.web.authentication.rememberme.InMemoryTokenRepositoryImpl": inspect.StoreMemory, "org.springframework.security.web.authentication.rememberme.JdbcTokenRepositoryImpl": inspect.StoreDatabase,
	"io.ktor.server.sessions.SessionStorageMemory": inspect.StoreMemory, "io.ktor.server.sessions.directorySessionStorage": inspect.StoreFile,
}

// sessionAnnotations are those that keep something for a session, or say where.
var sessionAnnotations = map[string]inspect.StoreKind{
	webBind + "SessionAttributes": inspect.StoreMemory, "org.springframework.web.context.annotation.SessionScope": inspect.StoreMemory, "jakarta.enterprise.context.SessionScoped": inspect.StoreMemory,
	"jakarta.faces.bean.SessionScoped": inspect.StoreMemory, "net.sourceforge.stripes.action.SessionScope": inspect.StoreMemory,
	"org.springframework.session.data.redis.config.annotation.web.http.EnableRedisHttpSession":        inspect.StoreRedis,
	"org.springframework.session.data.redis.config.annotation.web.http.EnableRedisIndexedHttpSession": inspect.StoreRedis,
	"org.springframework.session.data.redis.config.annotation.web.server.EnableRedisWebSession":       inspect.StoreRedis,
	"org.springframework.session.jdbc.config.annotation.web.http.EnableJdbcHttpSession":               inspect.StoreDatabase,
	"org.springframework.session.data.mongo.config.annotation.web.http.EnableMongoHttpSession":        inspect.StoreDatabase,
	"org.springframework.session.hazelcast.config.annotation.web.http.EnableHazelcastHttpSession":     inspect.StoreOther,
	"org.springframework.session.config.annotation.web.http.EnableSpringHttpSession":                  inspect.StoreOther,
}

// sessionCall states where sessions are kept, each way once.
func (f *file) sessionCall(c call) {
	if c.method == "cookie" || c.method == "header" {
		f.ktorSession(c)
		return
	}
	name := c.name
	if f.kotlin && c.set && strings.HasSuffix(name, "HttpSession.put") { // session["x"] = y
		name = "jakarta.servlet.http.HttpSession.setAttribute"
	}
	store, known := sessionCalls[name]
	if !known || !f.once("session "+name) {
		return
	}
	if strings.HasSuffix(name, ".attribute") && len(c.args) < 2 || strings.HasSuffix(name, ".sessionAttribute") && len(c.args) < 2 {
		delete(f.seen, "session "+name)
		return
	}
	via := name
	if strings.HasPrefix(name, "jakarta.servlet.http.HttpSession.") {
		via = "jakarta.servlet.http.HttpSession"
	}
	fact := inspect.Session{Via: f.via(via), Store: store}
	if c.Is("explicit_constructor_invocation", "constructor_invocation") {
		fact.Class = enclosingClass(c.Node).Field("name").Text()
	}
	f.state(c.Node, fact)
}

// madeSession states that a store of sessions is made of a class of another
// file: new InMemorySessionRepository(…).
func (f *file) madeSession(c call) {
	if c.recv.OK() || !sessionStore.MatchString(simple(c)) {
		return
	}
	if _, known := sessionCalls[c.name]; !known && !f.classes[simple(c)].OK() {
		f.state(c.Node, inspect.SessionMade{Class: simple(c)})
	}
}

// simple is the last name of what is made.
func simple(c call) string {
	if !c.Is("object_creation_expression") && !(c.Is("call_expression") && c.method != "" && unicode.IsUpper(rune(c.method[0]))) {
		return ""
	}
	if c.Is("call_expression") {
		return c.method
	}
	name := c.Field("type").Text()
	name, _, _ = strings.Cut(name, "<")
	return name[strings.LastIndexByte(name, '.')+1:]
}

var sessionStore = regexp.MustCompile(`Session(Repository|Store|Storage)$`)

// ktorSession states cookie<T>("name", storage) in install(Sessions): without a
// storage the cookie itself holds the session. A storage is stated where it is
// made.
func (f *file) ktorSession(c call) {
	if !f.imports("io.ktor.server.sessions") && !f.imports("io.ktor.sessions") || c.recv.OK() || c.lambda.OK() && len(c.args) > 2 || !c.lambda.OK() && len(c.args) > 1 {
		return
	}
	if in := up(c.Node, isLambda); in.OK() && f.callOf(in.Parent().Parent()).method == "install" {
		f.state(c.Node, inspect.Session{Via: "io.ktor.server.sessions.Sessions", Store: inspect.StoreCookie})
	}
}

func (f *file) sessionAnnotation(a annotation) {
	store, known := sessionAnnotations[a.name]
	if a.name == "org.springframework.context.annotation.Scope" {
		if text, ok := f.literal(a.args["value"]); ok && text == "session" || strings.HasSuffix(a.args["value"].Text(), "SCOPE_SESSION") {
			store, known = inspect.StoreMemory, true
		}
	}
	if known {
		f.state(a.Node, inspect.Session{Via: f.via(a.name), Store: store})
	}
}

// stores are what a part of the program keeps things in, by resolved name.
var stores = map[string]struct {
	purpose inspect.Purpose
	store   inspect.StoreKind
}{
	"org.springframework.cache.concurrent.ConcurrentMapCacheManager": {inspect.ForCache, inspect.StoreMemory}, "org.springframework.cache.concurrent.ConcurrentMapCache": {inspect.ForCache, inspect.StoreMemory},
	"org.springframework.cache.caffeine.CaffeineCacheManager": {inspect.ForCache, inspect.StoreMemory}, "org.springframework.cache.ehcache.EhCacheCacheManager": {inspect.ForCache, inspect.StoreMemory},
	"com.github.benmanes.caffeine.cache.Caffeine.newBuilder": {inspect.ForCache, inspect.StoreMemory}, "com.google.common.cache.CacheBuilder.newBuilder": {inspect.ForCache, inspect.StoreMemory},
	"net.sf.ehcache.CacheManager.create": {inspect.ForCache, inspect.StoreMemory}, "org.ehcache.config.builders.CacheManagerBuilder.newCacheManagerBuilder": {inspect.ForCache, inspect.StoreMemory}, "io.github.reactivecircus.cache4k.Cache.Builder": {inspect.ForCache, inspect.StoreMemory},
	"org.springframework.data.redis.cache.RedisCacheManager.create": {inspect.ForCache, inspect.StoreRedis}, "org.springframework.data.redis.cache.RedisCacheManager.builder": {inspect.ForCache, inspect.StoreRedis}, "org.springframework.data.redis.cache.RedisCacheManager": {inspect.ForCache, inspect.StoreRedis},
	"org.redisson.spring.cache.RedissonSpringCacheManager": {inspect.ForCache, inspect.StoreRedis}, "com.hazelcast.spring.cache.HazelcastCacheManager": {inspect.ForCache, inspect.StoreOther},
	"io.github.bucket4j.Bucket.builder": {inspect.ForRateLimit, inspect.StoreMemory}, "io.github.bucket4j.Bucket4j.builder": {inspect.ForRateLimit, inspect.StoreMemory}, "com.google.common.util.concurrent.RateLimiter.create": {inspect.ForRateLimit, inspect.StoreMemory},
	"io.github.bucket4j.redis.lettuce.cas.LettuceBasedProxyManager.builderFor": {inspect.ForRateLimit, inspect.StoreRedis}, "io.github.bucket4j.redis.jedis.cas.JedisBasedProxyManager.builderFor": {inspect.ForRateLimit, inspect.StoreRedis},
	"io.github.bucket4j.redis.redisson.cas.RedissonBasedProxyManager.builderFor": {inspect.ForRateLimit, inspect.StoreRedis}, "org.springframework.cloud.gateway.filter.ratelimit.RedisRateLimiter": {inspect.ForRateLimit, inspect.StoreRedis},
	"org.jobrunr.storage.InMemoryStorageProvider": {inspect.ForQueue, inspect.StoreMemory}, "org.quartz.simpl.RAMJobStore": {inspect.ForQueue, inspect.StoreMemory}, "org.jobrunr.storage.sql.common.SqlStorageProviderFactory.using": {inspect.ForQueue, inspect.StoreDatabase},
	"org.springframework.messaging.simp.config.MessageBrokerRegistry.enableSimpleBroker": {inspect.ForPubSub, inspect.StoreMemory}, "org.springframework.messaging.simp.config.MessageBrokerRegistry.enableStompBrokerRelay": {inspect.ForPubSub, inspect.StoreOther},
	"com.corundumstudio.socketio.store.MemoryStoreFactory": {inspect.ForPubSub, inspect.StoreMemory}, "com.corundumstudio.socketio.store.RedissonStoreFactory": {inspect.ForPubSub, inspect.StoreRedis},
}

// fireAndForget hand work to a thread of this process.
var fireAndForget = map[string]bool{
	"java.util.concurrent.ExecutorService.submit": true, "java.util.concurrent.ExecutorService.execute": true, "java.util.concurrent.Executor.execute": true, "java.util.concurrent.CompletableFuture.runAsync": true,
	"org.springframework.core.task.TaskExecutor.execute": true, "org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor.execute": true, "org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor.submit": true,
	"java.util.concurrent.ThreadPoolExecutor.execute": true, "java.util.concurrent.ThreadPoolExecutor.submit": true, "kotlinx.coroutines.GlobalScope.launch": true,
}

// storeCall states where a cache, a limiter, a queue keeps what it has. Work
// handed to a thread is a queue in memory when the request does not wait for it.
func (f *file) storeCall(c call) {
	if s, known := stores[c.name]; known {
		if c.Is("constructor_invocation", "explicit_constructor_invocation") {
			return
		}
		f.state(c.Node, inspect.Store{Purpose: s.purpose, Via: f.via(c.name), Store: s.store, Debug: f.debugOnly(c.Node), Holds: heldBy(s.purpose, c.Node)})
		return
	}
	if c.name == "io.ktor.server.application.install" && strings.HasSuffix(f.resolve(c.arg(0)), ".RateLimit") {
		f.state(c.Node, inspect.Store{Purpose: inspect.ForRateLimit, Via: "io.ktor.server.plugins.ratelimit.RateLimit", Store: inspect.StoreMemory})
		return
	}
	if fireAndForget[c.name] && c.Parent().Is("expression_statement", "block", "lambda_literal") && f.handler(c.Node).OK() {
		f.state(c.Node, inspect.Store{Purpose: inspect.ForQueue, Via: c.name, Store: inspect.StoreMemory})
	}
}

// heldBy names what a cache is kept in.
func heldBy(purpose inspect.Purpose, n syntax.Node) string {
	if purpose != inspect.ForCache {
		return ""
	}
	return syntax.KeptIn(n)
}

// settingCall states what code tells the framework that a settings file could.
func (f *file) settingCall(c call) {
	switch {
	case c.name == "java.lang.System.setProperty":
		key, ok := f.literal(c.arg(0))
		if ok && (key == "server.port" || strings.HasPrefix(key, "spring.") || strings.HasPrefix(key, "management.") || strings.HasPrefix(key, "logging.") || strings.HasPrefix(key, "quarkus.") || strings.HasPrefix(key, "micronaut.")) {
			f.state(c.Node, inspect.Setting{Key: key, Value: f.settingValue(key, c.arg(1))})
		}
	case c.method == "setDefaultProperties" && strings.HasPrefix(c.name, "org.springframework.boot."):
		f.entries(f.follow(c.arg(0)), func(k, v syntax.Node) {
			if key, ok := f.literal(k); ok {
				f.state(c.Node, inspect.Setting{Key: key, Value: f.settingValue(key, v)})
			}
		})
	}
}

func (f *file) settingValue(key string, v syntax.Node) inspect.Value {
	return f.evaluate(v).Kept(inspect.IsSecretName(key[strings.LastIndexByte(key, '.')+1:]))
}
