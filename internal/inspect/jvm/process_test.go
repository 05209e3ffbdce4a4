//go:build cgo

package jvm_test

import "testing"

func TestSignalHandlers(t *testing.T) {
	check(t, "signal-handler", []example{
		{java, "hooks that drain, that exit, that only say so", `
class A { Server server;
  void a() {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop()));
    Runtime.getRuntime().addShutdownHook(new Thread() { @Override public void run() { A.this.shutdownAll(); } });
    Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("bye")));
    sun.misc.Signal.handle(new sun.misc.Signal("TERM"), s -> System.exit(0));
    registry.addShutdownHook(x);
  }
  void end() { server.close(); }
  @jakarta.annotation.PreDestroy void destroy() { pool.shutdown(); }
}
`, []string{
			`3 {"via":"java.lang.Runtime.addShutdownHook","signals":["SIGTERM","SIGINT","EXIT"],"drains":true}`,
			`4 {"via":"java.lang.Runtime.addShutdownHook","signals":["SIGTERM","SIGINT","EXIT"],"drains":true}`,
			`5 {"via":"java.lang.Runtime.addShutdownHook","signals":["SIGTERM","SIGINT","EXIT"],"drains":true}`,
			`6 {"via":"java.lang.Runtime.addShutdownHook","signals":["SIGTERM","SIGINT","EXIT"]}`,
			`7 {"via":"sun.misc.Signal.handle","signals":["SIGTERM"],"exits":true}`,
			`11 {"via":"jakarta.annotation.PreDestroy","signals":["SIGTERM","SIGINT","EXIT"],"drains":true}`,
		}},
		{kotlin, "thread, signals and Ktor's events", `
import io.ktor.server.application.*
import kotlin.concurrent.thread
fun main() {
  Runtime.getRuntime().addShutdownHook(thread(start = false) { server.close() })
  Runtime.getRuntime().addShutdownHook(Thread { println("x") })
}
fun Application.m() { monitor.subscribe(ApplicationStopping) { db.close() } }
`, []string{
			`4 {"via":"java.lang.Runtime.addShutdownHook","signals":["SIGTERM","SIGINT","EXIT"],"drains":true}`,
			`5 {"via":"java.lang.Runtime.addShutdownHook","signals":["SIGTERM","SIGINT","EXIT"]}`,
			`7 {"via":"io.ktor.server.application.ApplicationStopping","signals":["SIGTERM","SIGINT","EXIT"],"drains":true}`,
		}},
	})
}

func TestExecs(t *testing.T) {
	check(t, "exec", []example{
		{java, "processes", `
import java.util.*;
class A { void f(String file) throws Exception {
  Runtime.getRuntime().exec("convert " + file + " out.png");
  Runtime.getRuntime().exec(new String[] {"ffmpeg", "-i", file});
  new ProcessBuilder("git", "log").start();
  new ProcessBuilder(Arrays.asList("pdftk", file)).start();
  new ProcessBuilder("sh", "-c", "gs -q x").start();
  new ProcessBuilder(file).start();
  statement.exec("select 1");
} }
`, []string{
			`3 {"via":"java.lang.Runtime.exec","program":"convert"}`,
			`4 {"via":"java.lang.Runtime.exec","program":"ffmpeg"}`,
			`5 {"via":"java.lang.ProcessBuilder","program":"git"}`,
			`6 {"via":"java.lang.ProcessBuilder","program":"pdftk"}`,
			`7 {"via":"java.lang.ProcessBuilder","program":"gs"}`,
		}},
		{kotlin, "processes", `
fun f(x: String) { ProcessBuilder("node", x).start(); Runtime.getRuntime().exec("ls -l $x") }
`, []string{
			`1 {"via":"java.lang.ProcessBuilder","program":"node"}`,
			`1 {"via":"java.lang.Runtime.exec","program":"ls"}`,
		}},
	})
}

func TestMigrations(t *testing.T) {
	check(t, "migration", []example{
		{java, "Flyway in main and elsewhere, Hibernate", `
import org.flywaydb.core.Flyway;
import java.util.*;
class A { public static void main(String[] args) { Flyway.configure().dataSource(u, n, p).load().migrate(); Properties p = new Properties(); p.put("hibernate.hbm2ddl.auto", "update"); p.put("hibernate.hbm2ddl.auto", "validate"); }
  void tool() { Flyway flyway = Flyway.configure().load(); flyway.migrate(); other.migrate(); } }
`, []string{
			`3 {"via":"org.flywaydb.core.Flyway.configure.migrate","boot":true}`,
			`3 {"via":"hibernate.hbm2ddl.auto","boot":true,"sync":true}`,
			`4 {"via":"org.flywaydb.core.Flyway.migrate"}`,
		}},
		{kotlin, "Exposed at the start", `
import org.jetbrains.exposed.sql.SchemaUtils
import org.jetbrains.exposed.sql.transactions.transaction
fun main() { init() }
fun init() { transaction { SchemaUtils.create(Users) } }
`, []string{
			`4 {"via":"org.jetbrains.exposed.sql.SchemaUtils.create","boot":true,"sync":true}`,
		}},
	})
}

func TestStartWork(t *testing.T) {
	check(t, "start-work", []example{
		{java, "runners, main and handlers", `
import org.springframework.boot.*;
import org.springframework.context.annotation.Bean;
import org.springframework.web.client.RestTemplate;
import jakarta.annotation.PostConstruct;
class A implements CommandLineRunner { RestTemplate rest;
  public void run(String... args) throws Exception { Thread.sleep(5000); }
  @PostConstruct void warm() { rest.getForObject("http://x/y", String.class); }
  @Bean CommandLineRunner seed(UserRepository users) { return args -> { users.save(new User("a")); users.save(new User("b")); }; }
  void later() throws Exception { Thread.sleep(1000); }
}
`, []string{
			`7 {"via":"org.springframework.web.client.RestTemplate.getForObject","work":"request"}`,
		}},
		{java, "main waits for its database", `
class A { public static void main(String[] a) throws Exception { for (int i = 0; i < 30; i++) { Thread.sleep(1000); } while (!up()) { Thread.sleep(10); } new Thread(() -> { Thread.sleep(9); }).start(); } }
`, []string{
			`1 {"via":"java.lang.Thread.sleep","work":"wait","seconds":{"source":"literal","text":"1","hasText":true},"bounded":true}`,
			`1 {"via":"java.lang.Thread.sleep","work":"wait","seconds":{"source":"literal","text":"0.01","hasText":true}}`,
		}},
	})
}

func TestSlowWork(t *testing.T) {
	check(t, "slow-work", []example{
		{java, "mail in a handler", `
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.web.bind.annotation.*;
import java.util.concurrent.CompletableFuture;
class A { JavaMailSender mail;
  @PostMapping("/a") void a() throws Exception { mail.send(m); Thread.sleep(10); CompletableFuture.runAsync(() -> mail.send(m)); }
  void b() { mail.send(m); } }
`, []string{
			`5 {"via":"org.springframework.mail.javamail.JavaMailSender.send","work":"mail"}`,
			`5 {"via":"java.lang.Thread.sleep","work":"sleep"}`,
			`6 {"via":"org.springframework.mail.javamail.JavaMailSender.send","work":"mail","helper":true,"in":"b"}`,
		}},
	})
}

func TestLogSinks(t *testing.T) {
	check(t, "log-sink", []example{
		{java, "handlers and appenders", `
import java.util.logging.*;
import ch.qos.logback.core.rolling.RollingFileAppender;
class A { void f() throws Exception {
  logger.addHandler(new FileHandler("app.log", 1000, 3));
  logger.addHandler(new java.util.logging.ConsoleHandler());
  RollingFileAppender appender = new RollingFileAppender();
  appender.setFile("/var/log/app.log");
  System.out.println("x"); System.out.println("y");
} }
`, []string{
			`4 {"via":"java.util.logging.FileHandler","target":"file","path":{"source":"literal","text":"app.log","hasText":true},"rotates":true}`,
			`5 {"via":"java.util.logging.ConsoleHandler","target":"stderr"}`,
			`6 {"via":"ch.qos.logback.core.rolling.RollingFileAppender","target":"file","path":{"source":"literal","text":"/var/log/app.log","hasText":true},"rotates":true}`,
			`8 {"via":"console","target":"stdout"}`,
		}},
		{java, "another FileHandler", `
import com.example.FileHandler;
class A { Object o = new FileHandler("x.log"); }
`, []string{}},
	})
}

func TestFileWrites(t *testing.T) {
	check(t, "file-write", []example{
		{java, "streams, uploads, temporary files", `
import java.io.*;
import java.nio.file.*;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.bind.annotation.PostMapping;
class A {
  static final String DIR = "/srv/uploads";
  @PostMapping("/u") void u(MultipartFile file) throws Exception {
    file.transferTo(new File(DIR, "x.png"));
    Files.copy(file.getInputStream(), Paths.get(DIR).resolve("y"));
    new FileOutputStream(File.createTempFile("a", "b"));
  }
  void f(OutputStream out) throws Exception {
    new FileWriter("audit.log", true);
    Files.write(Paths.get("a", "b.txt"), bytes, StandardOpenOption.APPEND);
    new FileOutputStream(System.getProperty("java.io.tmpdir") + "/x");
    new PrintWriter(out); new RandomAccessFile("r", "r"); Files.readAllBytes(Paths.get("z"));
  }
}
`, []string{
			`8 {"via":"org.springframework.web.multipart.MultipartFile.transferTo","path":{"source":"literal","text":"/srv/uploads/x.png","hasText":true},"handler":true,"upload":true}`,
			`9 {"via":"java.nio.file.Files.copy","path":{"source":"literal","text":"/srv/uploads/y","hasText":true},"handler":true,"upload":true}`,
			`13 {"via":"java.io.FileWriter","path":{"source":"literal","text":"audit.log","hasText":true},"append":true}`,
			`14 {"via":"java.nio.file.Files.write","path":{"source":"literal","text":"a/b.txt","hasText":true},"append":true}`,
		}},
		{kotlin, "File's extensions", `
import java.io.File
fun f(d: String) { File("data/x.json").writeText("x"); File(d, "y").appendText("z"); File("r").readText() }
`, []string{
			`2 {"via":"java.io.File.writeText","path":{"source":"literal","text":"data/x.json","hasText":true}}`,
			`2 {"via":"java.io.File.appendText","path":{"source":"input"},"append":true}`,
		}},
	})
}

func TestEnvBranches(t *testing.T) {
	check(t, "env-branch", []example{
		{java, "names of environments", `
import org.springframework.core.env.*;
import org.springframework.context.annotation.*;
class A { Environment environment;
  String f(String env) {
    String url = "prod".equals(System.getenv("APP_ENV")) ? "https://api.acme.io" : "https://sandbox.acme.io";
    if (environment.acceptsProfiles(Profiles.of("dev"))) { return "x"; }
    if (env.equals("staging")) { client.setPassword("hunter2-hunter2"); }
    if (System.getenv("MODE").equals("fast")) { return "y"; }
    switch (System.getenv("ENVIRONMENT")) { case "production": logger.setLevel(x); break; default: }
    if (name.equals("prod")) {}
    return url;
  }
}
@Profile("test") class FakeMailer implements Mailer {}
@Profile("mysql") class MySQLStore {}
`, []string{
			`5 {"name":"APP_ENV","values":["prod"],"chooses":["url"]}`,
			`6 {"name":"org.springframework.core.env.Environment.acceptsProfiles","values":["dev"]}`,
			`7 {"name":"env","values":["staging"],"chooses":["credential"]}`,
			`9 {"name":"ENVIRONMENT","values":["production"],"chooses":["log"]}`,
			`14 {"name":"@Profile","values":["test"],"chooses":["mock"]}`,
		}},
		{kotlin, "comparisons and when", `
val env = System.getenv("KTOR_ENV") ?: "development"
fun f() { if (env == "production") { install(HSTS) } ; when (env) { "dev" -> println("x"); else -> {} } }
`, []string{
			`2 {"name":"KTOR_ENV","values":["production"],"chooses":["feature"]}`,
			`2 {"name":"KTOR_ENV","values":["dev"]}`,
		}},
	})
}

func TestSettings(t *testing.T) {
	check(t, "setting", []example{
		{java, "settings in code", `
import org.springframework.boot.SpringApplication;
import java.util.*;
class A { static void main(String[] a) { System.setProperty("server.port", "9000"); System.setProperty("x.y", "z"); SpringApplication app = new SpringApplication(A.class); app.setDefaultProperties(Collections.singletonMap("server.port", "8083")); } }
`, []string{
			`3 {"key":"server.port","value":{"source":"literal","text":"9000","hasText":true}}`,
			`3 {"key":"server.port","value":{"source":"literal","text":"8083","hasText":true}}`,
		}},
	})
}
