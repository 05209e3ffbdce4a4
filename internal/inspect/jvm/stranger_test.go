//go:build cgo

package jvm_test

import "testing"

// Cases that a reader who did not write the extractor came with.

func TestStrangersEnv(t *testing.T) {
	check(t, "env-read", []example{
		{java, "a default beside the parameter", `
import org.springframework.boot.context.properties.*;
import org.springframework.boot.context.properties.bind.DefaultValue;
@ConfigurationProperties("shop") record A(@DefaultValue("http://localhost:9000") String paymentUrl, int retries) {}
`, []string{
			`3 {"name":"SHOP_PAYMENTURL","via":"@ConfigurationProperties","fallback":{"source":"literal","text":"http://localhost:9000","hasText":true}}`,
			`3 {"name":"SHOP_RETRIES","via":"@ConfigurationProperties"}`}},
		{java, "SmallRye writes words apart", `
import io.smallrye.config.*;
@ConfigMapping(prefix = "my-server") interface A { @WithDefault("8080") int port(); String authToken(); @WithName("the-host") String host(); }
`, []string{
			`2 {"name":"MY_SERVER_PORT","via":"@ConfigMapping","fallback":{"source":"literal","text":"8080","hasText":true}}`,
			`2 {"name":"MY_SERVER_AUTH_TOKEN","via":"@ConfigMapping","secret":true}`,
			`2 {"name":"MY_SERVER_THE_HOST","via":"@ConfigMapping"}`}},
		{java, "Micronaut writes words apart", `
import io.micronaut.context.annotation.*;
@ConfigurationProperties("team") class A { private String dbUrl; @Value("${team.max-size:5}") int b; }
`, []string{
			`2 {"name":"TEAM_DB_URL","via":"@ConfigurationProperties"}`,
			`2 {"name":"TEAM_B","via":"@ConfigurationProperties"}`,
			`2 {"name":"TEAM_MAX_SIZE","via":"@Value","fallback":{"source":"literal","text":"5","hasText":true}}`}},
		{java, "a secret whose variable keeps no words apart", `
import org.springframework.beans.factory.annotation.Value;
class A { @Value("${app.auth-token:s3cr3tvalue1}") String a; org.springframework.core.env.Environment e; String b = e.getProperty("app.auth-token"); String c = System.getenv("PGPASSWORD"); }
`, []string{
			`2 {"name":"APP_AUTHTOKEN","via":"@Value","fallback":{"source":"literal","text":"s3c…","hasText":true,"secret":{"masked":"s3c…","length":12,"entropy":3.42}},"secret":true}`,
			`2 {"name":"APP_AUTHTOKEN","via":"org.springframework.core.env.Environment.getProperty","secret":true}`,
			`2 {"name":"PGPASSWORD","via":"java.lang.System.getenv","secret":true}`}},
		{java, "an expression's own fallback", `
import org.springframework.beans.factory.annotation.Value;
class A { @Value("#{systemEnvironment['MAIL_HOST'] ?: 'localhost'}") String a; }
`, []string{`2 {"name":"MAIL_HOST","via":"@Value","fallback":{"source":"literal","text":"localhost","hasText":true}}`}},
		{java, "what a child would inherit", `
class A { static int port() { var p = new ProcessBuilder(); return Integer.parseInt(p.environment().get("PORT")); }
  void child() { new ProcessBuilder("a").environment().put("B", "c"); } }
`, []string{`1 {"name":"PORT","via":"java.lang.ProcessBuilder.environment.get"}`}},
		{kotlin, "a variable named like what makes it", `
import io.github.cdimascio.dotenv.dotenv
val dotenv = dotenv { ignoreIfMissing = true }
val a = dotenv["A"]
val b = dotenv.get("B", "c")
`, []string{
			`3 {"name":"A","via":"io.github.cdimascio.dotenv.Dotenv"}`,
			`4 {"name":"B","via":"io.github.cdimascio.dotenv.Dotenv.get","fallback":{"source":"literal","text":"c","hasText":true}}`}},
		{kotlin, "an operator on the environment", `
import org.springframework.core.env.Environment
class A(private val env: Environment, private val map: Map<String, String>) { val b = env["billing.url"] ?: "x"; val c = map["other.url"] }
`, []string{`2 {"name":"BILLING_URL","via":"org.springframework.core.env.Environment","fallback":{"source":"literal","text":"x","hasText":true}}`}},
	})
}

func TestStrangersListen(t *testing.T) {
	check(t, "listen", []example{
		{java, "a field that a verticle inherits", `
import io.vertx.core.AbstractVerticle;
public class A extends AbstractVerticle {
  @Override public void start() {
    vertx.createHttpServer().requestHandler(r -> r.response().end()).listen(8888);
  }
}
class B { Object vertx; void start() { vertx.createHttpServer().listen(1); } }
`, []string{`4 {"via":"io.vertx.core.http.HttpServer.listen","port":{"source":"literal","text":"8888","hasText":true}}`}},
	})
}

func TestStrangersState(t *testing.T) {
	check(t, "shared-state", []example{
		{java, "a counter that starts at nothing", `
import org.springframework.web.bind.annotation.*;
@RestController class A { static int hits; long n; String last; int limit = 3;
  @GetMapping("/") int a(@RequestParam String q) { hits += 1; n++; last = q; return limit; } }
`, []string{
			`2 {"name":"hits","type":"counter","mutations":[3]}`,
			`2 {"name":"n","type":"counter","mutations":[3]}`}},
		{kotlin, "a route behind a val, with a key from the call", `
import io.ktor.client.request.*
import io.ktor.server.application.*
import io.ktor.server.routing.*
val users = mutableMapOf<String, String>()
fun Application.module() {
  routing {
    val greeting = "hi"

    get("/u/{id}") {
      val id = call.parameters["id"]!!
      users[id] = greeting
    }
  }
}
`, []string{`4 {"name":"users","type":"map","mutations":[11],"byRequest":true}`}},
		{kotlin, "a companion on one line", `
import org.springframework.web.bind.annotation.*
@RestController class A {
  companion object { val seen = HashMap<String, String>() }
  @GetMapping("/{id}") fun a(@PathVariable id: String) { seen[id] = "x" }
}
`, []string{`3 {"name":"seen","type":"map","mutations":[4],"byRequest":true}`}},
	})
}

func TestStrangersHandlers(t *testing.T) {
	check(t, "handler", []example{
		{java, "routes imported whole", `
import static spark.Spark.*;
class A { public static void main(String[] a) { get("/x", (req, res) -> "y"); } Object b(java.util.Map<String, String> m) { return m.get("z"); } }
`, []string{`2 {"via":"spark.Spark.get"}`}},
		{kotlin, "a typed route", `
import io.ktor.server.resources.get
import io.ktor.server.routing.*
fun Route.a() {
  val prefix = "b"
  get<Users> { user -> call.respond(prefix) }
}
`, []string{`5 {"via":"io.ktor.server.resources.get"}`}},
	})
}

func TestStrangersBranches(t *testing.T) {
	check(t, "env-branch", []example{
		{kotlin, "several profiles", `
import org.springframework.context.annotation.*
@Configuration class A { @Bean @Profile("dev", "test") fun b() = C() }
`, []string{`2 {"name":"@Profile","values":["dev","test"]}`}},
		{kotlin, "when without a subject", `
import org.springframework.core.env.*
class A(private val env: Environment) {
  fun b() = when {
    "prod" in env.activeProfiles -> "https://a.example.com"
    env.acceptsProfiles(Profiles.of("dev")) -> "http://localhost:1"
    2 > 1 -> "c"
    else -> "d"
  }
}
`, []string{
			`4 {"name":"org.springframework.core.env.Environment.getActiveProfiles","values":["prod"],"chooses":["url"]}`,
			`5 {"name":"org.springframework.core.env.Environment.acceptsProfiles","values":["dev"],"chooses":["url"]}`}},
	})
}

func TestStrangersClients(t *testing.T) {
	check(t, "client", []example{
		{java, "a pool with its settings in place", `
import redis.clients.jedis.*;
class A { JedisPool a = new JedisPool(new JedisPoolConfig(), "cache.internal", 6379, 2000, "pw");
  JedisPoolConfig c = new JedisPoolConfig(); JedisPool b = new JedisPool(c, System.getenv("REDIS_HOST")); }
`, []string{
			`2 {"service":"redis","via":"redis.clients.jedis.JedisPool","handle":{"source":"literal","text":"cache.internal","hasText":true}}`,
			`3 {"service":"redis","via":"redis.clients.jedis.JedisPool","handle":{"source":"env","env":["REDIS_HOST"]}}`}},
	})
}

func TestStrangersSettings(t *testing.T) {
	check(t, "setting", []example{
		{kotlin, "defaults in the lambda that starts", `
import org.springframework.boot.runApplication
fun main(args: Array<String>) {
  runApplication<App>(*args) {
    setDefaultProperties(mapOf("server.port" to "9000"))
  }
}
`, []string{`4 {"key":"server.port","value":{"source":"literal","text":"9000","hasText":true}}`}},
	})
}
