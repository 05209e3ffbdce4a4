//go:build cgo

package jvm_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// hostile are files that make a careless reader recurse for ever, or look at
// the same thing once for each of many others.
func hostile() map[string]string {
	repeat := strings.Repeat
	spring := "import org.springframework.web.bind.annotation.*;\nimport java.util.*;\n@RestController class A { static Map<String,String> m = new HashMap<>();\n"
	return map[string]string{
		"itself":           "class A { boolean f() { return f(); } void g() { if (f()) {} } int x = x; String s = s + s; }",
		"each other":       "class A { boolean f() { return g(); } boolean g() { return f(); } void h() { if (f() || g()) {} } }",
		"extends itself":   "class A extends B {} class B extends A { void f() { new A().g(); this.h(); } }",
		"chain of names":   "class A { void f() { String a0 = System.getenv(\"A\");\n" + chain(3000) + "} }",
		"doubling":         "class A { String a0 = \"xxxxxxxxxx\";\n" + doubling(60) + "}",
		"nested calls":     "class A { void f() { " + repeat("f(", 2000) + repeat(")", 2000) + "; } }",
		"fluent":           "class A { Object o = X.builder()" + repeat(".a(1)", 5000) + "; }",
		"conditions":       "class A { void f(String env) { if (" + repeat("env.equals(\"prod\") || ", 3000) + "true) {} } }",
		"nested ifs":       "class A { void f(String env) { " + repeat("if (\"prod\".equals(env)) { ", 300) + "x();" + repeat("}", 300) + " } }",
		"functions":        "class A {\n" + functions(1500) + "}",
		"one of a name":    spring + repeat("private void f(String k) { m.put(k, k); f(k); }\n", 1500) + "@GetMapping String g(String k) { f(k); return k; } }",
		"hooks":            "class A { void f() {\n" + repeat("Runtime.getRuntime().addShutdownHook(new Thread(this::f));\n", 1500) + "} }",
		"puts":             "import java.util.*;\nimport org.apache.kafka.clients.producer.*;\nclass A { void f() { Properties p = new Properties();\n" + repeat("p.put(\"bootstrap.servers\", \"k\"); new KafkaProducer<>(p);\n", 1500) + "} }",
		"appenders":        "import org.apache.log4j.*;\nclass A { void f() {\n" + repeat("FileAppender a = new FileAppender(); a.setFile(\"x\");\n", 1500) + "} }",
		"urls":             "class A { Object o = List.of(" + repeat("\"a://u:p4ssw@h\",\n", 5000) + "\"\"); }",
		"sum":              "class A { String s = \"a\"" + repeat(" + \"b\"", 20_000) + "; }",
		"placeholders":     "import org.springframework.beans.factory.annotation.Value;\nclass A { @Value(\"" + repeat("${a:", 3000) + repeat("}", 3000) + "\") String s; }",
		"open placeholder": "import org.springframework.beans.factory.annotation.Value;\nclass A { @Value(\"" + repeat("${", 20_000) + "\") String s; }",
		"half a class":     spring + "@GetMapping(\"/a\") String f(@Value(\"${A:\") { System.getenv(\"",
		"templates":        "val a = \"" + repeat("$a ", 5000) + "\"\nval b = \"${b}${\"",
		"lambdas":          "fun f() { " + repeat("x.apply { ", 300) + "host = \"x\"" + repeat(" }", 300) + " }",
		"generic calls":    "fun f() { " + repeat("a<b>(c)\n", 3000) + "}",
		"no name":          "val a = 1\n=x",
		"percent":          "class A { String s = \"" + repeat("%s", 10_000) + "\".formatted(" + repeat("x,", 5000) + "y); }",
	}
}

func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "String a%d = a%d;\n", i+1, i)
	}
	return b.String()
}

func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "String a%d = a%d + a%d;\n", i+1, i, i)
	}
	return b.String()
}

func functions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "boolean f%d(String env) { g%d(); if (f%d(env) || f%d(env)) { return f%d(env); } return \"prod\".equals(env); } void g%d() { f%d(\"\"); }\n", i, i, i+1, i+2, i+3, i, i+1)
	}
	return b.String()
}

// TestHostileInput must return, without a panic and with lines that the file
// has. A reader that looks at one thing once for each of many others shows in
// BenchmarkHostile.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last := strings.Count(text, "\n") + 1
			for _, s := range files.File(languageOf(text), []byte(text)) {
				if s.Line < 1 || s.EndLine < s.Line || s.EndLine > last {
					t.Fatalf("lines %d to %d of %d: %+v", s.Line, s.EndLine, last, s.Fact)
				}
			}
		})
	}
}

func languageOf(text string) inspect.Format {
	if strings.HasPrefix(text, "fun ") || strings.HasPrefix(text, "val ") {
		return kotlin
	}
	return java
}

func BenchmarkHostile(b *testing.B) {
	for name, text := range hostile() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				files.File(languageOf(text), []byte(text))
			}
		})
	}
}
