package jvm

import (
	"strings"
	"testing"
)

// TestMarks holds the marks to texts that deserve a parse, each with a twin that
// does not. That nothing is overlooked is held by each example of the other
// tests, and by all archives.
func TestMarks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kotlin             bool
		deserves, deserted string
	}{
		{false, "import org.springframework.core.env.Environment;\nclass A { String a(Environment e) { return e.getProperty(\"X\"); } }", "import org.springframework.core.env.Environment;\nclass A { Environment e; String getProperty; }"},
		{false, "import javax.servlet.http.*;\nclass A extends HttpServlet { void doGet() {} }", "import javax.servlet.http.*;\nclass A { Object doGet = HttpServlet; }"},
		{false, "import org.springframework.web.client.RestTemplate;\nclass A { void a(RestTemplate r) { r.getForObject(\"http://stock/1\", A.class); } }", "import org.springframework.web.client.RestTemplate;\nclass A { void a(RestTemplate r) { r.getForObject(\"/1\", A.class); } }"},
		{true, "val config = HikariConfig()\nimport com.zaxxer.hikari.HikariConfig\nfun f() { config.jdbcUrl = x }", "import com.zaxxer.hikari.HikariConfig\nfun f() { val jdbcUrl: HikariConfig }"},
		{true, "import io.vertx.core.Vertx\nfun f(v: Vertx) { v.createHttpServer().listen(1) }", "import io.vertx.core.Vertx\nfun f(v: Vertx) { v.createHttpServer() }"},
		{true, "fun f() { println(1) }", "fun f(out: PrintWriter) { out.println(1) }"},
		{false, "class A { static final String API_KEY = \"x7Gh2kLm\"; }", "class A { static final String API_KEY = \"apiKey\"; }"},
		{false, "class A { void f(B b) { b.setPassword(\"x7Gh2kLm\"); } }", "class A { void f(B b) { b.checkPassword(\"x7Gh2kLm\"); } }"},
		{false, "class A { void f(Map m) { m.put(\"db.password\", \"x7Gh2kLm\"); } }", "class A { void f(Map m) { m.get(\"db.password\", \"x7Gh2kLm\"); } }"},
		{false, "class A { static final String K = \"db.password\"; void f(Map m) { m.put(K, \"x7Gh2kLm\"); } }", "class A { void f(Map m) { m.put(K, \"x7Gh2kLm\"); } }"},
		{false, "class A { void f(B b) { b.header(AUTHORIZATION, \"Bearer abcdefgh\"); } }", "class A { void f(B b) { b.header(AUTHORIZATION, \"Bearer \" + abcdefgh); } }"},
		{false, "class A { String stockUrl = \"http://stock\"; }", "/** @see <a href=\"http://stock\">it</a> */ class A { String docUrl = \"http://stock\"; }"},
		{false, "class A { Object o = f(\"ftp://u:p4ss@h/x\"); }", "class A { Object o = f(\"ftp://h/x\"); }"},
		{false, "class A { void f(String env) { if (\"prod\".equals(env)) {} } }", "class A { void f(String env) { then(\"test\"); is(\"test\", env); } }"},
		{false, "import org.springframework.stereotype.Service;\n@Service class A { A(ARepository r) { r.save(new B()); } }", "import org.springframework.stereotype.Service;\n@Service class A { A(ARepository r) { this.r = r; } void f() { r.save(new B()); } }"},
		{false, "class A { public static void main(String[] args) {} }", "class A { void f() { B.main(args); } }"},
	} {
		reader := javaReader()
		if c.kotlin {
			reader = kotlinReader()
		}
		padding := strings.Repeat("\n", 300)
		if !reader.Deserves([]byte(c.deserves + padding)) {
			t.Errorf("not parsed: %s", c.deserves)
		}
		if reader.Deserves([]byte(c.deserted + padding)) {
			t.Errorf("parsed: %s", c.deserted)
		}
	}
}
