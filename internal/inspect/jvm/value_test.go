//go:build cgo

package jvm_test

import "testing"

func TestImports(t *testing.T) {
	check(t, "import", []example{
		{java, "plain, static and whole", `
package a.b;
import java.util.Map;
import static java.lang.System.getenv;
import org.springframework.web.bind.annotation.*;
class A {}
`, []string{
			`2 {"path":"java.util.Map"}`,
			`3 {"path":"java.lang.System","names":["getenv"]}`,
			`4 {"path":"org.springframework.web.bind.annotation","names":["*"]}`,
		}},
		{kotlin, "plain, aliased and whole", `
package a.b
import io.ktor.server.netty.Netty
import redis.clients.jedis.Jedis as Client
import java.util.*
`, []string{
			`2 {"path":"io.ktor.server.netty.Netty"}`,
			`3 {"path":"redis.clients.jedis.Jedis","alias":"Client"}`,
			`4 {"path":"java.util","names":["*"]}`,
		}},
	})
}

func TestEntryPoints(t *testing.T) {
	check(t, "entry-point", []example{
		{java, "main", `
class A { public static void main(String[] args) { } }
`, []string{
			`1 {"via":"main"}`,
		}},
		{java, "a method of that name that nothing starts", `
class A { void main() { } static void main(int a) { } }
`, []string{}},
		{java, "Spring", `
import org.springframework.boot.SpringApplication;
class A { public static void main(String... args) { SpringApplication.run(A.class, args); } }
`, []string{
			`2 {"via":"main"}`,
			`2 {"via":"org.springframework.boot.SpringApplication.run"}`,
		}},
		{kotlin, "main", `
fun main(args: Array<String>) { }
`, []string{
			`1 {"via":"fun main"}`,
		}},
		{kotlin, "main in a companion", `
class A {
  companion object {
    @JvmStatic fun main(args: Array<String>) { }
  }
}
`, []string{
			`3 {"via":"fun main"}`,
		}},
		{kotlin, "a method of that name", `
class A { fun main(a: Int, b: Int) { } }
`, []string{}},
	})
}

func TestEnvReads(t *testing.T) {
	check(t, "env-read", []example{
		{java, "getenv, with a default by ternary and by Optional", `
import java.util.Optional;
class A {
  String a = System.getenv("A");
  String b = System.getenv("B") != null ? System.getenv("B") : "b";
  String c = Optional.ofNullable(System.getenv("C")).orElse("c");
  String d = System.getenv().getOrDefault("D", "d");
  int e = Integer.parseInt(System.getenv().get("E"));
  String f = java.util.Objects.requireNonNull(System.getenv("F_TOKEN"));
  String g = Optional.ofNullable(System.getenv("G")).orElseThrow();
}
`, []string{
			`3 {"name":"A","via":"java.lang.System.getenv"}`,
			`4 {"name":"B","via":"java.lang.System.getenv","fallback":{"source":"literal","text":"b","hasText":true}}`,
			`4 {"name":"B","via":"java.lang.System.getenv","fallback":{"source":"literal","text":"b","hasText":true}}`,
			`5 {"name":"C","via":"java.lang.System.getenv","fallback":{"source":"literal","text":"c","hasText":true}}`,
			`6 {"name":"D","via":"java.lang.System.getenv.getOrDefault","fallback":{"source":"literal","text":"d","hasText":true}}`,
			`7 {"name":"E","via":"java.lang.System.getenv.get"}`,
			`8 {"name":"F_TOKEN","via":"java.lang.System.getenv","required":true,"secret":true}`,
			`9 {"name":"G","via":"java.lang.System.getenv","required":true}`,
		}},
		{java, "static import and a check that ends the program", `
import static java.lang.System.getenv;
class A {
  void f() {
    String a = getenv("A");
    if (a == null || a.isEmpty()) { throw new IllegalStateException("A"); }
    String b = getenv("B");
    if (b == null) { System.exit(1); }
    String c = getenv("C");
    if (c != null) { throw new IllegalStateException("C"); }
  }
}
`, []string{
			`4 {"name":"A","via":"java.lang.System.getenv","required":true,"rejected":true}`,
			`6 {"name":"B","via":"java.lang.System.getenv","required":true,"rejected":true}`,
			`8 {"name":"C","via":"java.lang.System.getenv"}`,
		}},
		{java, "a wrapper of the file", `
class A {
  static String env(String name, String fallback) {
    String v = System.getenv("APP_" + name);
    return v == null ? fallback : v;
  }
  static String need(String name) {
    String v = System.getenv(name);
    if (v == null) throw new IllegalStateException(name);
    return v;
  }
  String a = env("HOST", "localhost");
  String b = need("KEY");
}
`, []string{
			`11 {"name":"APP_HOST","via":"env","fallback":{"source":"literal","text":"localhost","hasText":true}}`,
			`12 {"name":"KEY","via":"need","required":true}`,
		}},
		{java, "Spring's placeholders", `
import org.springframework.beans.factory.annotation.Value;
class A {
  @Value("${PORT:8080}") int port;
  @Value("${DB_PASSWORD}") String password;
  @Value("${app.cache-size:10}") int size;
  @Value("${jwt.secret:s3cr3t-value}") String secret;
  @Value("http://${HOST:${FALLBACK_HOST:db}}/x") String url;
  @Value("${local.server.port}") int local;
  @Value("#{systemEnvironment['REGION']}") String region;
  @Value("plain") String plain;
  A(@Value("${NAME}") String name) {}
}
`, []string{
			`3 {"name":"PORT","via":"@Value","fallback":{"source":"literal","text":"8080","hasText":true}}`,
			`4 {"name":"DB_PASSWORD","via":"@Value","required":true,"secret":true}`,
			`5 {"name":"APP_CACHESIZE","via":"@Value","fallback":{"source":"literal","text":"10","hasText":true}}`,
			`6 {"name":"JWT_SECRET","via":"@Value","fallback":{"source":"literal","text":"s3c…","hasText":true,"secret":{"masked":"s3c…","length":12,"entropy":3.42}},"secret":true}`,
			`7 {"name":"HOST","via":"@Value","fallback":{"source":"env","text":"db","hasText":true,"env":["FALLBACK_HOST"]}}`,
			`7 {"name":"FALLBACK_HOST","via":"@Value","fallback":{"source":"literal","text":"db","hasText":true}}`,
			`9 {"name":"REGION","via":"@Value"}`,
			`11 {"name":"NAME","via":"@Value","required":true}`,
		}},
		{java, "drawn when the program starts", `
import org.springframework.beans.factory.annotation.Value;
class A {
  @Value("${jwt.key:${random.uuid}}") String a;
  @Value("${APP_SECRET:#{T(java.util.UUID).randomUUID().toString()}}") String b;
  String c = System.getenv("C") != null ? System.getenv("C") : java.util.UUID.randomUUID().toString();
  @Value("${MAYBE:#{null}}") String d;
}
`, []string{
			`3 {"name":"JWT_KEY","via":"@Value","fallback":{"source":"random"},"secret":true}`,
			`4 {"name":"APP_SECRET","via":"@Value","fallback":{"source":"random"},"secret":true}`,
			`5 {"name":"C","via":"java.lang.System.getenv","fallback":{"source":"random"}}`,
			`5 {"name":"C","via":"java.lang.System.getenv","fallback":{"source":"random"}}`,
			`6 {"name":"MAYBE","via":"@Value"}`,
		}},
		{java, "another Value", `
import lombok.Value;
class A { @Value("${PORT}") int port; }
`, []string{}},
		{java, "Spring's environment, imported whole", `
import org.springframework.core.env.*;
class A {
  Environment env;
  String a() { return env.getProperty("app.name", "x") + env.getRequiredProperty("APP_KEY"); }
}
`, []string{
			`4 {"name":"APP_NAME","via":"org.springframework.core.env.Environment.getProperty","fallback":{"source":"literal","text":"x","hasText":true}}`,
			`4 {"name":"APP_KEY","via":"org.springframework.core.env.Environment.getRequiredProperty","required":true}`,
		}},
		{java, "MicroProfile", `
import org.eclipse.microprofile.config.inject.ConfigProperty;
import java.util.Optional;
class A {
  @ConfigProperty(name = "greeting.to-whom", defaultValue = "you") String a;
  @ConfigProperty(name = "API_KEY") String b;
  @ConfigProperty(name = "OTHER") Optional<String> c;
}
`, []string{
			`4 {"name":"GREETING_TO_WHOM","via":"@ConfigProperty","fallback":{"source":"literal","text":"you","hasText":true}}`,
			`5 {"name":"API_KEY","via":"@ConfigProperty","required":true,"secret":true}`,
			`6 {"name":"OTHER","via":"@ConfigProperty"}`,
		}},
		{java, "a class of settings", `
import org.springframework.boot.context.properties.ConfigurationProperties;
@ConfigurationProperties(prefix = "app.mail")
class A {
  private static final String X = "x";
  private String host = "localhost";
  private String apiKey;
}
`, []string{
			`5 {"name":"APP_MAIL_HOST","via":"@ConfigurationProperties","fallback":{"source":"literal","text":"localhost","hasText":true}}`,
			`6 {"name":"APP_MAIL_APIKEY","via":"@ConfigurationProperties","secret":true}`,
		}},
		{kotlin, "elvis, not-null, index, wrapper", `
val a = System.getenv("A") ?: "a"
val b = System.getenv("B")!!
val c = System.getenv("C") ?: error("C is missing")
val d = System.getenv("D") ?: throw IllegalStateException("D")
val e = System.getenv()["E"]
val f = requireNotNull(System.getenv("F")) { "F" }
val port = System.getenv("PORT")?.toInt() ?: 8080
val secret by lazy { System.getenv("JWT_SECRET") ?: "change-the-key" }
fun env(name: String, default: String = "x") = System.getenv(name) ?: default
val g = env("G")
val h = env("H", "h")
`, []string{
			`1 {"name":"A","via":"java.lang.System.getenv","fallback":{"source":"literal","text":"a","hasText":true}}`,
			`2 {"name":"B","via":"java.lang.System.getenv","required":true}`,
			`3 {"name":"C","via":"java.lang.System.getenv","required":true}`,
			`4 {"name":"D","via":"java.lang.System.getenv","required":true}`,
			`5 {"name":"E","via":"java.lang.System.getenv"}`,
			`6 {"name":"F","via":"java.lang.System.getenv","required":true}`,
			`7 {"name":"PORT","via":"java.lang.System.getenv","fallback":{"source":"literal","text":"8080","hasText":true}}`,
			`8 {"name":"JWT_SECRET","via":"java.lang.System.getenv","fallback":{"source":"literal","text":"cha…","hasText":true,"secret":{"masked":"cha…","length":14,"entropy":3.18,"placeholder":true}},"secret":true}`,
			`10 {"name":"G","via":"env","fallback":{"source":"literal","text":"x","hasText":true}}`,
			`11 {"name":"H","via":"env","fallback":{"source":"literal","text":"h","hasText":true}}`,
		}},
		{kotlin, "Spring and settings", `
import org.springframework.beans.factory.annotation.Value
import org.springframework.boot.context.properties.ConfigurationProperties
class A(@Value("\${APP_TOKEN}") private val token: String, @Value("\${rate.limit:5}") val limit: Int)
@ConfigurationProperties("shop")
data class B(val url: String, val size: Int = 3)
`, []string{
			`3 {"name":"APP_TOKEN","via":"@Value","required":true,"secret":true}`,
			`3 {"name":"RATE_LIMIT","via":"@Value","fallback":{"source":"literal","text":"5","hasText":true}}`,
			`5 {"name":"SHOP_URL","via":"@ConfigurationProperties"}`,
			`5 {"name":"SHOP_SIZE","via":"@ConfigurationProperties","fallback":{"source":"literal","text":"3","hasText":true}}`,
		}},
		{java, "dotenv", `
import io.github.cdimascio.dotenv.Dotenv;
class A { Dotenv dotenv = Dotenv.configure().ignoreIfMissing().load(); String a = dotenv.get("A", "b"); }
`, []string{
			`2 {"name":"A","via":"io.github.cdimascio.dotenv.Dotenv.get","fallback":{"source":"literal","text":"b","hasText":true}}`,
		}},
		{java, "in development only", `
class A { void f() { if ("dev".equals(System.getenv("APP_ENV"))) { String k = System.getenv("K"); } } }
`, []string{
			`1 {"name":"APP_ENV","via":"java.lang.System.getenv"}`,
			`1 {"name":"K","via":"java.lang.System.getenv","debug":true}`,
		}},
		{java, "comments, strings and other getenvs are none", `
class A { String s = "System.getenv(\"X\")"; /* System.getenv("Y") */ void f(Env e) { e.getenv("Z"); System.getProperty("W"); } }
`, []string{}},
	})
}

func TestListens(t *testing.T) {
	check(t, "listen", []example{
		{java, "the platform's server", `
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
class A { void f() throws Exception {
  int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
  HttpServer.create(new InetSocketAddress("0.0.0.0", port), 0);
  InetSocketAddress at = new InetSocketAddress(9000);
  HttpServer server = HttpServer.create(at, 0);
} }
`, []string{
			`5 {"via":"com.sun.net.httpserver.HttpServer.create","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"env","text":"8080","hasText":true,"env":["PORT"]}}`,
			`7 {"via":"com.sun.net.httpserver.HttpServer.create","port":{"source":"literal","text":"9000","hasText":true}}`,
		}},
		{java, "Spring with and without a web server", `
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
@SpringBootApplication class A { public static void main(String[] a) { SpringApplication.run(A.class, a); } }
`, []string{
			`3 {"via":"org.springframework.boot.SpringApplication.run","port":{"source":"input"}}`,
		}},
		{kotlin, "Spring under two annotations, the last with arguments", `
import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.context.properties.EnableConfigurationProperties
import org.springframework.boot.runApplication

@SpringBootApplication
@EnableConfigurationProperties(ShopProperties::class)
class ShopApplication {
    companion object {
        const val NAME = "shop"
    }
}

fun main(args: Array<String>) {
    runApplication<ShopApplication>(*args)
}
`, []string{
			`14 {"via":"org.springframework.boot.runApplication","port":{"source":"input"}}`,
		}},
		{java, "Spring that says it does not serve", `
import org.springframework.boot.*;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
@SpringBootApplication class A { public static void main(String[] a) { new SpringApplicationBuilder(A.class).web(WebApplicationType.NONE).run(a); } }
`, []string{}},
		{java, "Spring that takes its port from the environment itself", `
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
@SpringBootApplication class A { public static void main(String[] a) { System.setProperty("server.port", System.getenv("PORT")); SpringApplication.run(A.class, a); } }
`, []string{
			`3 {"via":"org.springframework.boot.SpringApplication.run","port":{"source":"env","env":["PORT"]}}`,
		}},
		{java, "Netty, Undertow, Jetty, Javalin, Spark, Vert.x, gRPC, Helidon", `
import io.netty.bootstrap.ServerBootstrap;
import io.undertow.Undertow;
import org.eclipse.jetty.server.Server;
import io.javalin.Javalin;
import static spark.Spark.*;
import io.vertx.core.Vertx;
import io.grpc.ServerBuilder;
import io.helidon.webserver.WebServer;
class A { void f(Vertx vertx, int given) {
  ServerBootstrap b = new ServerBootstrap();
  b.bind("127.0.0.1", 1).sync();
  Undertow.builder().setIoThreads(4).addHttpListener(2, "localhost").setHandler(x -> {}).build();
  Server server = new Server(3);
  Javalin app = Javalin.create(config -> {}).start(4);
  port(5);
  vertx.createHttpServer().requestHandler(r -> {}).listen(given);
  ServerBuilder.forPort(7).addService(s).build().start();
  WebServer.builder().routing(r).port(8).build();
} }
`, []string{
			`11 {"via":"io.netty.bootstrap.ServerBootstrap.bind","host":{"source":"literal","text":"127.0.0.1","hasText":true},"port":{"source":"literal","text":"1","hasText":true}}`,
			`12 {"via":"io.undertow.Undertow.addHttpListener","host":{"source":"literal","text":"localhost","hasText":true},"port":{"source":"literal","text":"2","hasText":true}}`,
			`13 {"via":"org.eclipse.jetty.server.Server","port":{"source":"literal","text":"3","hasText":true}}`,
			`14 {"via":"io.javalin.Javalin.start","port":{"source":"literal","text":"4","hasText":true}}`,
			`15 {"via":"spark.Spark.port","port":{"source":"literal","text":"5","hasText":true}}`,
			`16 {"via":"io.vertx.core.http.HttpServer.listen","port":{"source":"input"}}`,
			`17 {"via":"io.grpc.ServerBuilder.forPort","port":{"source":"literal","text":"7","hasText":true}}`,
			`18 {"via":"io.helidon.webserver.WebServer.port","port":{"source":"literal","text":"8","hasText":true}}`,
		}},
		{java, "things that only look like it", `
import java.util.List;
class A { void f(List<String> l, Bus bus) { l.listen(80); bus.bind(81); new Server(82); port(83); start(84); } }
`, []string{}},
		{java, "NanoHTTPD and metrics beside it", `
import fi.iki.elonen.NanoHTTPD;
import io.prometheus.client.exporter.HTTPServer;
class A extends NanoHTTPD { A() throws Exception { super(8080); new HTTPServer(9090); } }
`, []string{
			`3 {"via":"fi.iki.elonen.NanoHTTPD","port":{"source":"literal","text":"8080","hasText":true}}`,
			`3 {"via":"io.prometheus.client.exporter.HTTPServer","port":{"source":"literal","text":"9090","hasText":true},"side":true}`,
		}},
		{kotlin, "Ktor", `
import io.ktor.server.engine.*
import io.ktor.server.netty.*
fun main() {
  embeddedServer(Netty, port = System.getenv("PORT")?.toInt() ?: 8080, host = "0.0.0.0") { module() }.start(wait = true)
  embeddedServer(Netty, 8081) {}.start()
}
`, []string{
			`4 {"via":"io.ktor.server.engine.embeddedServer","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"env","text":"8080","hasText":true,"env":["PORT"]}}`,
			`5 {"via":"io.ktor.server.engine.embeddedServer","port":{"source":"literal","text":"8081","hasText":true}}`,
		}},
		{kotlin, "Ktor by its file", `
import io.ktor.server.netty.EngineMain
fun main(args: Array<String>) = EngineMain.main(args)
`, []string{
			`2 {"via":"io.ktor.server.netty.EngineMain.main","port":{"source":"input","env":["@conf:ktor.deployment.port"]}}`,
		}},
		{kotlin, "Spring", `
import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.runApplication
@SpringBootApplication class App
fun main(args: Array<String>) { runApplication<App>(*args) }
`, []string{
			`4 {"via":"org.springframework.boot.runApplication","port":{"source":"input"}}`,
		}},
		{java, "Jersey at a URI", `
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import java.net.URI;
class A { static final String BASE = "http://localhost:8080/api/"; void f() { GrizzlyHttpServerFactory.createHttpServer(URI.create(BASE), rc); } }
`, []string{
			`3 {"via":"org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory.createHttpServer","host":{"source":"literal","text":"localhost","hasText":true},"port":{"source":"literal","text":"8080","hasText":true}}`,
		}},
	})
}
