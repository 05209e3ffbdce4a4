//go:build cgo

package syntax

import (
	"strings"
	"testing"
)

// TestWhatGrammarsStumbleOver parses what the languages allow and their
// grammars don't: each file whole, with its lines where they are.
func TestWhatGrammarsStumbleOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		grammar Grammar
		source  string
		kind    string // of a node that must be there
		text    string // which it holds
		line    int
	}{
		{"a route behind a property is no getter", Kotlin, "fun f() {\n  routing {\n    val x = a() // why\n\n    get(\"/{id}\") {\n      call.respond(x)\n    }\n  }\n}", "call_expression", `get("/{id}")`, 5},
		{"a route of lambda only", Kotlin, "fun f() {\n  route(\"a\") {\n    val x = 1\n    get {\n      g(x)\n    }\n  }\n}", "call_expression", "get {", 4},
		{"a typed route", Kotlin, "fun f() {\n  val x = 1\n  get<Users> { u -> g(u) }\n}", "lambda_literal", "g(u)", 3},
		{"a getter stays one", Kotlin, "class A { val b = 1\n  val x: Int\n    get() = 1 }", "getter", "get() = 1", 3},
		{"members on one line", Kotlin, "class A {\n  companion object { val log = b<C>() }\n}", "property_declaration", "val log", 2},
		{"an initialiser on one line", Kotlin, "class A : B { init { c() } }", "call_expression", "c()", 1},
		{"a suspending lambda", Kotlin, "val a = suspend {\n  b()\n}", "call_expression", "b()", 2},
		{"context parameters", Kotlin, "context(a: B)\nfun f() {\n  g()\n}", "function_declaration", "fun f()", 2},
		{"several dollars", Kotlin, "val a = $$\"$ref\"\nval b = c()", "call_expression", "c()", 2},
		{"quotes before the quotes", Kotlin, "val a = f(\"\"\"a\nname=\"\"\"\"\", \"b\")\nval b = c()", "call_expression", "c()", 3},
		{"text that looks so stays", Kotlin, "class A { val x = 1 }\nval a = \"\"\"\n  class B { val x = 1 }\n\"\"\"", "multiline_string_literal", "class B { val x = 1 }", 2},
		{"a class without a body", CSharp, "namespace A;\n\npublic class X(int a, string b = null)\n  : Base<int>(a, c => c.D);\n\nclass Y { void M() { N(); } }", "invocation_expression", "N()", 6},
		{"an interface without a body", CSharp, "public interface IX;\npublic class Y : IX { }", "class_declaration", "class Y", 2},
		{"a comma that ends a with", CSharp, "var x = a with { B = 1, C = 2, };\nM();", "invocation_expression", "M()", 2},
		{"a program of one file", CSharp, "#!/usr/bin/env dotnet\n#:package A@1.0\nB.C();", "invocation_expression", "B.C()", 3},
		{"an empty list in a condition", CSharp, "List<int> x = a\n  ? []\n  : b;\nM();", "invocation_expression", "M()", 4},
		{"a directive in a list", CSharp, "M(a\n#if X\n  , b\n#else\n  , c\n#endif\n);\nN();", "invocation_expression", "N()", 8},
		{"a directive in a chain", CSharp, "x.A()\n#if DEBUG\n  .B()\n#endif\n  .C();", "invocation_expression", ".C()", 1},
		{"a directive before a type", CSharp, "#if X\n[Foo]\n#endif\nclass A { }", "class_declaration", "class A", 2},
		{"a directive that grammars know stays", CSharp, "class A {\n#if DEBUG\n  int a;\n#endif\n}\ninterface IX;", "preproc_if", "int a", 2},
	} {
		t.Run(string(c.grammar)+" "+c.name, func(t *testing.T) {
			t.Parallel()
			tree := mustParse(t, c.grammar, c.source)
			found := false
			tree.Root().Walk(func(n Node) bool {
				if n.Is("ERROR") {
					t.Errorf("line %d makes no sense: %q", n.Line(), n.Text())
				}
				found = found || n.Is(c.kind) && strings.Contains(n.Text(), c.text) && n.Line() == c.line
				return true
			})
			if !found {
				t.Errorf("no %s with %q on line %d", c.kind, c.text, c.line)
			}
		})
	}
}

// TestCodeOnly holds that a file without comments and texts has its length.
func TestCodeOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		grammar      Grammar
		source, want string
	}{
		{Kotlin, "a // }\nb /* } */ c", "a     \nb         c"},
		{Kotlin, `a("}\"}", '}', """ "} """")`, `a("    ", ' ', """    """")`},
		{CSharp, `a(@"\", "}", $"{b}") }`, `a(@" ", " ", $"   ") }`},
		{CSharp, `""""a """ } """" }`, `""""        """" }`},
		{Kotlin, `"never ended }` + "\n}", `"             ` + "\n}"},
		{Kotlin, "/* never ended", "              "},
		{Kotlin, `"""`, `"""`},
	} {
		if got := string(codeOnly(c.grammar, []byte(c.source))); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.source, got, c.want)
		}
	}
}
