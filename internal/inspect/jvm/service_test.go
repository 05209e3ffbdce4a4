//go:build cgo

package jvm_test

import "testing"

func TestClients(t *testing.T) {
	check(t, "client", []example{
		{java, "JDBC", `
import java.sql.*;
import com.zaxxer.hikari.*;
import org.springframework.boot.jdbc.DataSourceBuilder;
class A { void f(String url) throws Exception {
  DriverManager.getConnection("jdbc:postgresql://db:5432/app", "app", "s3cret-pw");
  DriverManager.getConnection(url);
  DriverManager.getConnection(System.getenv("DATABASE_URL"));
  HikariConfig config = new HikariConfig();
  config.setJdbcUrl("jdbc:mysql://" + System.getenv("DB_HOST") + "/app");
  new HikariDataSource(config);
  DataSourceBuilder.create().driverClassName("x").url("jdbc:sqlite:app.db").build();
} }
`, []string{
			`5 {"service":"postgres","via":"java.sql.DriverManager.getConnection","handle":{"source":"literal","text":"jdbc:postgresql://db:5432/app","hasText":true},"user":"app"}`,
			`6 {"service":"database","via":"java.sql.DriverManager.getConnection","handle":{"source":"input"}}`,
			`7 {"service":"database","via":"java.sql.DriverManager.getConnection","handle":{"source":"env","env":["DATABASE_URL"]}}`,
			`9 {"service":"mysql","via":"com.zaxxer.hikari.HikariConfig.setJdbcUrl","handle":{"source":"env","env":["DB_HOST"]}}`,
			`11 {"service":"sqlite","via":"org.springframework.boot.jdbc.DataSourceBuilder.create.url","handle":{"source":"literal","text":"jdbc:sqlite:app.db","hasText":true}}`,
		}},
		{java, "a password in a JDBC URL is masked", `
import java.sql.DriverManager;
class A { void f() throws Exception { DriverManager.getConnection("jdbc:mysql://db.example.org/app?user=app&password=hunter2hunter2"); } }
`, []string{
			`2 {"service":"mysql","via":"java.sql.DriverManager.getConnection","handle":{"source":"literal","text":"jdbc:mysql://db.example.org/app?user=app\u0026password=…","hasText":true,"secret":{"masked":"hun…","length":14,"entropy":2.81}}}`,
		}},
		{java, "Redis, Mongo, Rabbit, NATS, mail, search, cache", `
import redis.clients.jedis.*;
import io.lettuce.core.RedisClient;
import com.mongodb.client.MongoClients;
import com.rabbitmq.client.ConnectionFactory;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;
import org.redisson.config.Config;
import org.springframework.mail.javamail.JavaMailSenderImpl;
class A { static final String HOST = "redis";
 void f(JedisPoolConfig pool) throws Exception {
  new Jedis(HOST, 6379);
  new JedisPool(pool, "cache", 6379);
  RedisClient.create("redis://:p4ssw0rdxx@r:6379");
  MongoClients.create(System.getenv("MONGO_URL"));
  ConnectionFactory factory = new ConnectionFactory();
  factory.setHost("rabbit");
  RestClient.builder(new HttpHost("search", 9200, "http"));
  Config c = new Config();
  c.useSingleServer().setAddress("redis://redisson:6379");
  JavaMailSenderImpl mail = new JavaMailSenderImpl();
  mail.setHost("smtp.example.org");
} }
`, []string{
			`11 {"service":"redis","via":"redis.clients.jedis.Jedis","handle":{"source":"literal","text":"redis","hasText":true}}`,
			`12 {"service":"redis","via":"redis.clients.jedis.JedisPool","handle":{"source":"literal","text":"cache","hasText":true}}`,
			`13 {"service":"redis","via":"io.lettuce.core.RedisClient.create","handle":{"source":"literal","text":"redis://:…@r:6379","hasText":true,"secret":{"masked":"p4…","length":10,"entropy":2.92}}}`,
			`14 {"service":"mongodb","via":"com.mongodb.client.MongoClients.create","handle":{"source":"env","env":["MONGO_URL"]}}`,
			`16 {"service":"amqp","via":"com.rabbitmq.client.ConnectionFactory.setHost","handle":{"source":"literal","text":"rabbit","hasText":true}}`,
			`17 {"service":"elasticsearch","via":"org.elasticsearch.client.RestClient.builder","handle":{"source":"literal","text":"search","hasText":true}}`,
			`19 {"service":"redis","via":"org.redisson.config.Config.useSingleServer.setAddress","handle":{"source":"literal","text":"redis://redisson:6379","hasText":true}}`,
			`21 {"service":"smtp","via":"org.springframework.mail.javamail.JavaMailSenderImpl.setHost","handle":{"source":"literal","text":"smtp.example.org","hasText":true}}`,
		}},
		{java, "Kafka by its properties", `
import java.util.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
class A { void f() {
  Properties props = new Properties();
  props.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "kafka:9092");
  new KafkaProducer<>(props);
  Map<String, Object> m = Map.of("bootstrap.servers", System.getenv("KAFKA"));
  new KafkaConsumer<String, String>(m);
} }
`, []string{
			`7 {"service":"kafka","via":"org.apache.kafka.clients.producer.KafkaProducer","handle":{"source":"literal","text":"kafka:9092","hasText":true}}`,
			`9 {"service":"kafka","via":"org.apache.kafka.clients.consumer.KafkaConsumer","handle":{"source":"env","env":["KAFKA"]}}`,
		}},
		{java, "object stores", `
import software.amazon.awssdk.services.s3.S3Client;
import java.net.URI;
class A { void f() { S3Client.builder().region(r).endpointOverride(URI.create("http://minio:9000")).build(); S3Client.create(); } }
`, []string{
			`3 {"service":"object-store","via":"software.amazon.awssdk.services.s3.S3Client.builder","handle":{"source":"literal","text":"http://minio:9000","hasText":true}}`,
			`3 {"service":"object-store","via":"software.amazon.awssdk.services.s3.S3Client.create"}`,
		}},
		{kotlin, "apply, Exposed, Mongo", `
import com.zaxxer.hikari.*
import org.jetbrains.exposed.sql.Database
import com.rabbitmq.client.ConnectionFactory
fun f() {
  val config = HikariConfig().apply {
    jdbcUrl = "jdbc:postgresql://db/app"
    username = "app"
  }
  Database.connect("jdbc:h2:mem:test", driver = "org.h2.Driver")
  Database.connect(HikariDataSource(config))
  val factory = ConnectionFactory()
  factory.host = System.getenv("RABBIT") ?: "localhost"
}
`, []string{
			`6 {"service":"postgres","via":"com.zaxxer.hikari.HikariConfig.setJdbcUrl","handle":{"source":"literal","text":"jdbc:postgresql://db/app","hasText":true}}`,
			`9 {"service":"embedded-db","via":"org.jetbrains.exposed.sql.Database.connect","handle":{"source":"literal","text":"jdbc:h2:mem:test","hasText":true}}`,
			`12 {"service":"amqp","via":"com.rabbitmq.client.ConnectionFactory.setHost","handle":{"source":"env","text":"localhost","hasText":true,"env":["RABBIT"]}}`,
		}},
		{java, "another Jedis", `
import com.example.Jedis;
class A { void f(Config config) { new Jedis("redis"); config.setJdbcUrl("jdbc:mysql://x/y"); getConnection("jdbc:mysql://x/y"); } }
`, []string{}},
		{java, "in a development profile only", `
import org.springframework.context.annotation.*;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
@Configuration class A { @Bean @Profile("dev") Object ds() { return new DriverManagerDataSource("jdbc:postgresql://localhost/dev"); } }
`, []string{
			`3 {"service":"postgres","via":"org.springframework.jdbc.datasource.DriverManagerDataSource","handle":{"source":"literal","text":"jdbc:postgresql://localhost/dev","hasText":true},"debug":true}`,
		}},
	})
}

func TestServiceHandles(t *testing.T) {
	check(t, "service-handle", []example{
		{java, "assigned, and defaults that are none", `
class A {
  static final String REDIS_URL = "redis://cache:6379/0";
  String mongoUri = "mongodb://db/app";
  static final String DEFAULT_REDIS_URL = "redis://localhost";
  String label = "redis://cache:6379/0";
}
`, []string{
			`2 {"service":"redis","name":"REDIS_URL","handle":{"source":"literal","text":"redis://cache:6379/0","hasText":true}}`,
			`3 {"service":"mongodb","name":"mongoUri","handle":{"source":"literal","text":"mongodb://db/app","hasText":true}}`,
		}},
	})
}

func TestEndpoints(t *testing.T) {
	check(t, "endpoint", []example{
		{java, "clients and names", `
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.cloud.openfeign.FeignClient;
import okhttp3.Request;
import java.net.http.HttpRequest;
import java.net.URI;
class A {
  static final String PAYMENT_URL = "http://payments:8080/api";
  static final String NAMESPACE_URI = "http://www.w3.org/2001/XMLSchema";
  RestTemplate rest = new RestTemplate();
  void f(String id) {
    rest.getForObject("http://orders:8080/orders/" + id, String.class);
    WebClient.builder().baseUrl("https://users.internal").build();
    new Request.Builder().url("https://api.acme.io/v1").build();
    HttpRequest.newBuilder().uri(URI.create("http://stock/x")).build();
    rest.getForObject(System.getenv("URL"), String.class);
    rest.getForObject(PAYMENT_URL, String.class);
  }
}
@FeignClient(name = "stock", url = "http://stock:9000")
interface S {}
@FeignClient(name = "carts", url = "${CARTS_URL:http://carts}")
interface T {}
`, []string{
			`8 {"via":"assignment","name":"PAYMENT_URL","url":{"source":"literal","text":"http://payments:8080/api","hasText":true}}`,
			`12 {"via":"org.springframework.web.client.RestTemplate.getForObject","url":{"source":"literal","text":"http://orders:8080","hasText":true}}`,
			`13 {"via":"org.springframework.web.reactive.function.client.WebClient.builder.baseUrl","url":{"source":"literal","text":"https://users.internal","hasText":true}}`,
			`14 {"via":"okhttp3.Request.Builder.url","url":{"source":"literal","text":"https://api.acme.io/v1","hasText":true}}`,
			`15 {"via":"java.net.http.HttpRequest.newBuilder.uri","url":{"source":"literal","text":"http://stock/x","hasText":true}}`,
			`17 {"via":"org.springframework.web.client.RestTemplate.getForObject","url":{"source":"literal","text":"http://payments:8080/api","hasText":true}}`,
			`20 {"via":"@FeignClient","name":"url","url":{"source":"literal","text":"http://stock:9000","hasText":true}}`,
		}},
		{java, "a map's get is no client", `
import java.util.Map;
class A { void f(Map<String, String> m) { m.get("http://x.y/z"); } }
`, []string{}},
	})
}

func TestResources(t *testing.T) {
	check(t, "resource", []example{
		{java, "buckets, queues, topics, regions", `
import com.amazonaws.services.s3.AmazonS3;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.regions.Region;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.annotation.KafkaListener;
class A { AmazonS3 s3; KafkaTemplate<String, String> kafka;
  void f(String bucket) {
    s3.putObject("invoices", "k", x);
    s3.putObject(bucket, "k", x);
    PutObjectRequest.builder().key("k").bucket("photos").build();
    S3Client.builder().region(Region.EU_WEST_1).build();
    kafka.send("orders", "x");
  }
  @KafkaListener(topics = "payments") void on(String m) {}
  @KafkaListener(topics = "${TOPIC:refunds}") void off(String m) {}
}
`, []string{
			`9 {"via":"com.amazonaws.services.s3.AmazonS3.putObject","what":"bucket","name":{"source":"literal","text":"invoices","hasText":true}}`,
			`11 {"via":"software.amazon.awssdk.services.s3.model.PutObjectRequest.bucket","what":"bucket","name":{"source":"literal","text":"photos","hasText":true}}`,
			`12 {"via":"software.amazon.awssdk.services.s3.S3Client.region","what":"region","name":{"source":"literal","text":"eu-west-1","hasText":true}}`,
			`13 {"via":"org.springframework.kafka.core.KafkaTemplate.send","what":"topic","name":{"source":"literal","text":"orders","hasText":true}}`,
			`15 {"via":"@KafkaListener","what":"topic","name":{"source":"literal","text":"payments","hasText":true}}`,
		}},
	})
}

func TestCredentials(t *testing.T) {
	check(t, "credential", []example{
		{java, "constants, fields, setters, positions", `
import java.sql.DriverManager;
class A {
  private static final String DB_PASSWORD = "kq93-fj2x";
  String apiKey = "a8f5f167f44f4964e6c998dee827110c";
  void f(Config c) throws Exception {
    c.setPassword("tr0ub4dor&3");
    c.builder().password("tr0ub4dor&4").build();
    c.password = "tr0ub4dor&5";
    DriverManager.getConnection("jdbc:mysql://db/x", "root", "tr0ub4dor&6");
    String url = "postgres://app:tr0ub4dor7@db.example.com/app";
  }
}
`, []string{
			`3 {"name":"DB_PASSWORD","via":"assignment","secret":{"masked":"kq…","length":9,"entropy":3.17}}`,
			`4 {"name":"apiKey","via":"assignment","secret":{"masked":"a8f5…","length":32,"entropy":3.63}}`,
			`6 {"name":"password","via":"argument","secret":{"masked":"tr…","length":11,"entropy":3.28}}`,
			`7 {"name":"password","via":"argument","secret":{"masked":"tr…","length":11,"entropy":3.1}}`,
			`8 {"name":"password","via":"field","secret":{"masked":"tr…","length":11,"entropy":3.28}}`,
			`9 {"name":"password","via":"argument","secret":{"masked":"tr…","length":11,"entropy":3.28},"host":"db"}`,
			`10 {"name":"postgres://db.example.com","via":"url","secret":{"masked":"tr…","length":10,"entropy":3.12},"host":"db.example.com"}`,
		}},
		{java, "names, labels, hashes, messages and reads are none", `
import org.springframework.beans.factory.annotation.Value;
class A {
  static final String PASSWORD = "password";
  static final String PASSWORD_FIELD = "user_password";
  static final String TOKEN_URL = "https://host/oauth/token";
  static final String ACCESS_TOKEN = "access_token";
  static final String PASSWORD_RESET_TPL = "email_template_reset.ftl";
  static final String TOKEN_QUERY_PARAM = "tkn-1";
  String passwordHash = "$2a$10$abcdefghijk";
  String secret = System.getenv("SECRET");
  String password = "Please enter your password";
  @Value("${app.password:hunter2hunter2}") String injected;
  void f(Form form) { form.getPassword("abc-123"); form.verifyPassword("abc-123"); form.setPasswordLabel("Passwort-1"); encoder.encode("abc-123"); }
}
enum E { PASSWORD("password"), TOKEN("token-1"); E(String s) {} }
`, []string{}},
		{java, "signing keys", `
import io.jsonwebtoken.*;
import com.auth0.jwt.algorithms.Algorithm;
import javax.crypto.spec.SecretKeySpec;
class A { static final String SECRET_KEY = "named-key-1";
  void f(String given) {
    Jwts.builder().setSubject("x").signWith(SignatureAlgorithm.HS512, "signing-1").compact();
    Algorithm.HMAC256("signing-2");
    new SecretKeySpec("signing-3".getBytes(), "AES");
    Algorithm.HMAC256(SECRET_KEY);
    Algorithm.HMAC256(given);
  }
}
`, []string{
			`4 {"name":"SECRET_KEY","via":"assignment","secret":{"masked":"na…","length":11,"entropy":3.1}}`,
			`6 {"name":"signingKey","via":"argument","secret":{"masked":"si…","length":9,"entropy":2.5}}`,
			`7 {"name":"signingKey","via":"argument","secret":{"masked":"si…","length":9,"entropy":2.5}}`,
			`8 {"name":"encryptionKey","via":"argument","secret":{"masked":"si…","length":9,"entropy":2.5}}`,
		}},
		{java, "settings and headers", `
import java.util.*;
class A { void f(Properties props, Map<String, String> labels, Http http) {
  props.put("mail.smtp.password", "p4ss-word-1");
  props.setProperty("password", "p4ss-word-2");
  labels.put("password", "Passwort");
  http.header("Authorization", "Bearer abcdef123456");
  http.header("Accept", "Bearer abcdef123456");
} }
`, []string{
			`3 {"name":"password","via":"field","secret":{"masked":"p4…","length":11,"entropy":3.1}}`,
			`4 {"name":"password","via":"field","secret":{"masked":"p4…","length":11,"entropy":3.1}}`,
		}},
		{java, "a provider's token under any name, a URL of JDBC", `
class A { String x = "AKIAIOSFODNN7EXAMPL3"; String url = "jdbc:sqlserver://db.acme.io;user=sa;password=Str0ngPass1"; String tpl = "jdbc:mysql://h/d?password=%s"; }
`, []string{
			`1 {"name":"x","via":"assignment","secret":{"masked":"AKIA…","length":20,"entropy":3.78,"format":"aws-access-key"}}`,
			`1 {"name":"jdbc:sqlserver://db.acme.io","via":"url","secret":{"masked":"St…","length":11,"entropy":3.28},"host":"db.acme.io"}`,
		}},
		{kotlin, "properties, named arguments, templates", `
val dbPassword = "kq93-fj2x"
val x = Config(user = "a", password = "kq93-fj2y")
val url = "postgres://app:$pw@db/app"
val y = Config().apply { password = "kq93-fj2z" }
`, []string{
			`1 {"name":"dbPassword","via":"assignment","secret":{"masked":"kq…","length":9,"entropy":3.17}}`,
			`2 {"name":"password","via":"argument","secret":{"masked":"kq…","length":9,"entropy":3.17}}`,
			`4 {"name":"password","via":"assignment","secret":{"masked":"kq…","length":9,"entropy":3.17}}`,
		}},
	})
}
