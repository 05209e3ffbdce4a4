//go:build cgo

package jvm_test

import "testing"

func TestHandlers(t *testing.T) {
	check(t, "handler", []example{
		{java, "controllers, resources, servlets, lambdas of a platform", `
import org.springframework.web.bind.annotation.*;
import jakarta.ws.rs.GET;
import javax.servlet.http.*;
import com.amazonaws.services.lambda.runtime.RequestHandler;
@RestController class A { @GetMapping("/a") String a() { return ""; } void helper() {} }
class B { @GET public String b() { return ""; } }
class C extends HttpServlet { protected void doGet(HttpServletRequest q, HttpServletResponse s) {} }
class D implements RequestHandler<String, String> { public String handleRequest(String e, Object c) { return e; } }
`, []string{
			`5 {"via":"@GetMapping"}`,
			`6 {"via":"@GET"}`,
			`7 {"via":"javax.servlet.http.HttpServlet.doGet"}`,
			`8 {"via":"com.amazonaws.services.lambda.runtime.RequestHandler","lambda":true}`,
		}},
		{kotlin, "routes", `
import io.ktor.server.routing.*
import io.ktor.server.application.*
fun Application.module() { routing { get("/a") { call.respond("x") } } }
`, []string{
			`3 {"via":"io.ktor.server.routing.get"}`,
		}},
		{java, "other annotations of that name", `
import retrofit2.http.GET;
class A { @GET String a() { return ""; } }
`, []string{}},
	})
}

func TestSharedStates(t *testing.T) {
	check(t, "shared-state", []example{
		{java, "a field of a controller, a static map, a counter", `
import org.springframework.web.bind.annotation.*;
import java.util.*;
import java.util.concurrent.*;
@RestController class A {
  private final Map<String, Cart> carts = new ConcurrentHashMap<>();
  static List<String> log = new ArrayList<>();
  private int hits = 0;
  private final Map<String, String> countries = new HashMap<>();
  @PostMapping("/cart/{user}") void add(@PathVariable String user, @RequestBody Cart cart) { carts.put(user, cart); log.add("x"); hits++; store(user); }
  private void store(String user) { carts.remove(user); }
  @GetMapping("/c") String c(String k) { Map<String, String> local = new HashMap<>(); local.put(k, k); return countries.get(k); }
}
`, []string{
			`5 {"name":"carts","type":"map","mutations":[9,10],"byRequest":true,"kept":true}`,
			`6 {"name":"log","type":"list","mutations":[9]}`,
			`7 {"name":"hits","type":"counter","mutations":[9]}`,
		}},
		{java, "no handler changes it", `
import java.util.*;
class A { static Map<String, String> m = new HashMap<>(); static { m.put("a", "b"); } void f(String k) { m.put(k, k); } }
`, []string{}},
		{kotlin, "at the top level and in an object", `
import io.ktor.server.routing.*
val sessions = mutableMapOf<String, String>()
object Store {
  val items = mutableListOf<String>()
}
fun Route.r() {
  post("/login") {
    sessions[call.parameters["id"]!!] = "x"
    Store.items.add("y")
  }
}
`, []string{
			`2 {"name":"sessions","type":"map","mutations":[8],"byRequest":true}`,
			`4 {"name":"items","type":"list","mutations":[9]}`,
		}},
	})
}

func TestRememberMeKeys(t *testing.T) {
	check(t, "credential", []example{
		{java, "in a lambda, made, and of something else", `
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.authentication.rememberme.TokenBasedRememberMeServices;
class A { void f(HttpSecurity http) {
  http.rememberMe(r -> r.tokenValiditySeconds(1)
    .key("uniqueAndSecret"));
  new TokenBasedRememberMeServices("keep-me-here", users);
  http.anonymous().key("anonymous-key");
} }
`, []string{
			`5 {"name":"rememberMeKey","via":"argument","secret":{"masked":"uni…","length":15,"entropy":3.32}}`,
			`6 {"name":"rememberMeKey","via":"argument","secret":{"masked":"kee…","length":12,"entropy":2.45,"placeholder":true}}`,
		}},
	})
}

func TestSessions(t *testing.T) {
	check(t, "session", []example{
		{java, "servlet sessions, Spring Session, scopes", `
import javax.servlet.http.*;
import org.springframework.session.data.redis.config.annotation.web.http.EnableRedisHttpSession;
import org.springframework.web.context.annotation.SessionScope;
@EnableRedisHttpSession class C {}
@SessionScope class Cart {}
class A { void f(HttpServletRequest request) { request.getSession().setAttribute("user", u); HttpSession s = request.getSession(true); s.setAttribute("b", 1); } }
`, []string{
			`4 {"via":"org.springframework.session.data.redis.config.annotation.web.http.EnableRedisHttpSession","store":"redis"}`,
			`5 {"via":"org.springframework.web.context.annotation.SessionScope","store":"memory"}`,
			`6 {"via":"javax.servlet.http.HttpSession","store":"memory"}`,
		}},
		{java, "a session that is only asked, and another's", `
import javax.servlet.http.*;
import org.hibernate.Session;
class A { void f(HttpServletRequest request, Session session) { request.getSession().getAttribute("user"); session.setAttribute("x", 1); } }
`, []string{}},
		{kotlin, "Ktor", `
import io.ktor.server.application.*
import io.ktor.server.sessions.*
fun Application.m() { install(Sessions) { cookie<S>("a") ; cookie<T>("b", SessionStorageMemory()) { x = 1 } } }
`, []string{
			`3 {"via":"io.ktor.server.sessions.Sessions","store":"cookie"}`,
			`3 {"via":"io.ktor.server.sessions.SessionStorageMemory","store":"memory"}`,
		}},
	})
}

func TestStores(t *testing.T) {
	check(t, "store", []example{
		{java, "caches, limits, brokers, threads", `
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.data.redis.cache.RedisCacheManager;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.springframework.scheduling.annotation.Async;
import org.springframework.web.bind.annotation.PostMapping;
import java.util.concurrent.*;
class A {
  ExecutorService pool = Executors.newFixedThreadPool(4);
  Object a() { return new ConcurrentMapCacheManager("x"); }
  Object b(Object f) { return RedisCacheManager.builder(f).build(); }
  Object c() { return Caffeine.newBuilder().maximumSize(10).build(); }
  @Async public void mail() {}
  @PostMapping("/x") void d() throws Exception { pool.submit(() -> work()); Future<?> w = pool.submit(() -> work()); w.get(); }
  void e() { pool.submit(() -> work()); }
}
`, []string{
			`9 {"purpose":"cache","via":"org.springframework.cache.concurrent.ConcurrentMapCacheManager","store":"memory"}`,
			`10 {"purpose":"cache","via":"org.springframework.data.redis.cache.RedisCacheManager.builder","store":"redis"}`,
			`11 {"purpose":"cache","via":"com.github.benmanes.caffeine.cache.Caffeine.newBuilder","store":"memory"}`,
			`12 {"purpose":"queue","via":"@Async","store":"memory"}`,
			`13 {"purpose":"queue","via":"java.util.concurrent.ExecutorService.submit","store":"memory"}`,
		}},
	})
}

func TestConsumers(t *testing.T) {
	check(t, "consumer", []example{
		{java, "listeners and loops", `
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.kafka.annotation.KafkaListener;
import com.rabbitmq.client.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import redis.clients.jedis.Jedis;
import java.util.Properties;
class A {
  @RabbitListener(queues = "a", ackMode = "NONE") void a(String m) {}
  @KafkaListener(topics = "b") void b(String m) {}
  void c(Channel channel, Jedis jedis, DeliverCallback d) throws Exception {
    channel.basicConsume("q", true, d);
    channel.basicConsume("q", false, d);
    Properties p = new Properties();
    p.put("enable.auto.commit", "false");
    KafkaConsumer<String, String> k = new KafkaConsumer<>(p);
    k.subscribe(list);
    jedis.blpop(0, "jobs");
    other.subscribe(list);
  }
}
`, []string{
			`8 {"via":"@RabbitListener","ack":"early"}`,
			`9 {"via":"@KafkaListener"}`,
			`11 {"via":"com.rabbitmq.client.Channel.basicConsume","ack":"early"}`,
			`12 {"via":"com.rabbitmq.client.Channel.basicConsume","ack":"late"}`,
			`16 {"via":"org.apache.kafka.clients.consumer.KafkaConsumer.subscribe","ack":"late"}`,
			`17 {"via":"redis.clients.jedis.Jedis.blpop","ack":"early"}`,
		}},
	})
}

func TestEnqueues(t *testing.T) {
	check(t, "enqueue", []example{
		{java, "templates and producers", `
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.kafka.core.KafkaTemplate;
class A { private final RabbitTemplate rabbit; KafkaTemplate<String, Order> kafka; A(RabbitTemplate r) { this.rabbit = r; }
  void f() { this.rabbit.convertAndSend("q", m); kafka.send("t", o); mailer.send("x"); } }
`, []string{
			`4 {"via":"org.springframework.amqp.rabbit.core.RabbitTemplate.convertAndSend"}`,
			`4 {"via":"org.springframework.kafka.core.KafkaTemplate.send"}`,
		}},
	})
}

func TestSchedulers(t *testing.T) {
	check(t, "scheduler", []example{
		{java, "annotations, locks, timers", `
import org.springframework.scheduling.annotation.Scheduled;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import java.util.*;
import java.util.concurrent.*;
class A {
  @Scheduled(cron = "0 * * * * *") void a() {}
  @Scheduled(fixedRate = 5) @SchedulerLock(name = "b") void b() {}
  ScheduledExecutorService s = Executors.newSingleThreadScheduledExecutor();
  void c() { s.scheduleAtFixedRate(x, 0, 1, TimeUnit.MINUTES); new Timer().schedule(task, 0, 1000); new Timer().schedule(task, 1000); s.schedule(x, 1, TimeUnit.SECONDS); }
}
`, []string{
			`6 {"via":"@Scheduled"}`,
			`7 {"via":"@Scheduled","locked":true}`,
			`9 {"via":"java.util.concurrent.ScheduledExecutorService.scheduleAtFixedRate"}`,
			`9 {"via":"java.util.Timer.schedule"}`,
		}},
		{java, "Spring's schedulers and Quartz' beans", `
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.scheduling.quartz.SchedulerFactoryBean;
class A {
  void a(ThreadPoolTaskScheduler s) { s.schedule(this::x, new CronTrigger("0 0 * * * *")); s.schedule(this::x, Instant.now()); s.scheduleAtFixedRate(this::x, 1000); }
  SchedulerFactoryBean b() { return new SchedulerFactoryBean(); }
}
`, []string{
			`4 {"via":"org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler.schedule"}`,
			`4 {"via":"org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler.scheduleAtFixedRate"}`,
			`5 {"via":"org.springframework.scheduling.quartz.SchedulerFactoryBean"}`,
		}},
		{kotlin, "coroutines that wait for the time", `
import kotlinx.coroutines.*
import io.ktor.server.application.*
fun main() = runBlocking { launch { while (isActive) { tick(); delay(60_000) } } }
fun Application.module() {
  launch { while (true) { clean(); delay(period) } }
  launch { while (true) { poll(); delay(100) } }
  launch { while (!ready) { delay(60_000) } }
  routing { webSocket("/a") { while (true) { send("ping"); delay(30_000) } } }
}
class Session { init { scope.launch { while (true) { ping(); delay(30_000) } } } }
`, []string{
			`3 {"via":"kotlinx.coroutines.delay"}`,
			`5 {"via":"kotlinx.coroutines.delay"}`,
		}},
		{java, "a bean that is commented out", `
import org.springframework.scheduling.annotation.Scheduled;
/** Nightly. */
//@Component
public class A { @Scheduled(cron = "0 * * * * *") void a() {} }
`, []string{}},
		{java, "another's annotation", `
import com.example.Scheduled;
class A { @Scheduled void a() {} }
`, []string{}},
	})
}
