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
		{"a class without a constructor under annotations", Kotlin, "@A\n@B(C::class)\nclass D {\n  companion object {\n    const val X = 1\n  }\n}\n", "companion_object", "const val X", 4},
		{"a getter stays one", Kotlin, "class A { val b = 1\n  val x: Int\n    get() = 1 }", "getter", "get() = 1", 3},
		{"members on one line", Kotlin, "class A {\n  companion object { val log = b<C>() }\n}", "property_declaration", "val log", 2},
		{"an initialiser on one line", Kotlin, "class A : B { init { c() } }", "call_expression", "c()", 1},
		{"a suspending lambda", Kotlin, "val a = suspend {\n  b()\n}", "call_expression", "b()", 2},
		{"context parameters", Kotlin, "context(a: B)\nfun f() {\n  g()\n}", "function_declaration", "fun f()", 2},
		{"several dollars", Kotlin, "val a = $$\"$ref\"\nval b = c()", "call_expression", "c()", 2},
		{"quotes before the quotes", Kotlin, "val a = f(\"\"\"a\nname=\"\"\"\"\", \"b\")\nval b = c()", "call_expression", "c()", 3},
		{"text that looks so stays", Kotlin, "class A { val x = 1 }\nval a = \"\"\"\n  class B { val x = 1 }\n\"\"\"", "multiline_string_literal", "class B { val x = 1 }", 2},
		{"a guard with brackets", Kotlin, "fun f(x: Any) = when (x) {\n  is A -> if (c) d() else e()\n  !is Long if cond(x) { true } -> g()\n  else -> b()\n}", "call_expression", "g()", 3},
		{"a guard behind else", Kotlin, "fun f(x: Any) = when (x) {\n  is A -> c()\n  else if x.d -> g()\n  else -> b()\n}", "call_expression", "g()", 3},
		{"a guard on lines of its own", Kotlin, "fun f(x: Any) = when (x) {\n  is A\n    if x.a &&\n      x.b\n    -> g()\n  else -> b()\n}", "call_expression", "g()", 5},
		{"guards on one line", Kotlin, "fun f(x: Any) { when (val y = h()) { is A if y.b -> c(); is D -> e(); else -> g() } }", "call_expression", "e()", 1},
		{"a guard reads", Kotlin, "fun f(x: Any) = when (x) {\n  is A if System.getenv(\"B\") == \"c\" -> d()\n  else -> b()\n}", "call_expression", "System.getenv(\"B\")", 2},
		{"context parameters on the same line", Kotlin, "context(_: A, b: () -> Unit) private fun f() {\n  g()\n}", "function_declaration", "fun f()", 1},
		{"a type with a context", Kotlin, "fun f() {\n  val a: context(A) () -> Unit = {}\n  g()\n}", "call_expression", "g()", 3},
		{"a field that a property names", Kotlin, "class A {\n  val a: List<B>\n    field: MutableList<B> = c()\n  fun f() = g()\n}", "function_declaration", "fun f()", 4},
		{"an annotation of all there is", Kotlin, "class A(@all:B val c: D) {\n  fun f() = g()\n}", "function_declaration", "fun f()", 2},
		{"members of another type", CSharp, "static class A {\n  extension(string s)\n  {\n    public bool B => s.C();\n  }\n  extension<T>(List<T>) where T : class\n  {\n    public static int D() => E();\n  }\n}", "invocation_expression", "E()", 8},
		{"a list by its name", CSharp, "class A { void M() {\n  var extension = 1;\n  x?.Y += 2;\n  N(extension);\n} }", "invocation_expression", "N(extension)", 4},
		{"an assignment to what may be null", CSharp, "class A { void M() {\n  a?.B?.C(d)[e].F ??= 1;\n  a?[0] = 5;\n  N();\n} }", "invocation_expression", "N()", 4},
		{"a list of one whose name attributes know", CSharp, "class A { void M() {\n  if (!a) { d[e] = [type]; } else { N(); }\n  return [field, b];\n} }", "invocation_expression", "N()", 2},
		{"a lambda that says how only", CSharp, "class A { void M() {\n  P<int> p = (text, out result) => N(text);\n} }", "invocation_expression", "N(text)", 2},
		{"an operator that assigns", CSharp, "class A {\n  public void operator +=(int a) { N(); }\n}", "invocation_expression", "N()", 2},
		{"a constraint that allows only", CSharp, "class A {\n  static void M<T>() where T : allows ref struct { N(); }\n}", "invocation_expression", "N()", 2},
		{"an annotation of the rest of the arguments", Java, "class A {\n  void f(String @Nullable ... a) {\n    g();\n  }\n}", "method_invocation", "g()", 3},
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

// TestWhatIsNotKnownIsLeftOut parses files with syntax that no grammar here
// has: what else they hold is read, on its lines.
func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		grammar Grammar
		source  string
		reason  string
		kept    map[string]int // text and its line
		gone    string
	}{
		{
			Kotlin, "package a\n\nclass A {\n  fun f() {\n    g()\n    a <~~ (val n = b, x y z) => { q() }\n    h()\n  }\n  val x = i()\n}\n\nfun main() {\n  j()\n}\n",
			"line 6: a declaration", map[string]int{"g()": 5, "h()": 7, "i()": 9, "j()": 13}, "q()",
		},
		{
			Kotlin, "class A {\n  fun f() {\n    if (a) {\n      g()\n    } else {\n      (val n = b, val m ==> c) = d\n      q() }\n    h()\n  }\n}\n",
			"line 6: a declaration", map[string]int{"g()": 4, "q()": 7, "h()": 8}, "d",
		},
		{Kotlin, "%w( %w( %w(", "line 1: most of the file", nil, "none"},
	} {
		tree, err := Parse(c.grammar, []byte(c.source))
		if err == nil || !strings.HasPrefix(err.Error(), c.reason) {
			t.Errorf("error %v, want %q of\n%s", err, c.reason, c.source)
			continue
		}
		at := map[string]int{}
		tree.Root().Walk(func(n Node) bool { at[n.Text()] = n.Line(); return true })
		for text, line := range c.kept {
			if at[text] != line {
				t.Errorf("%s stands on line %d, want %d of\n%s", text, at[text], line, c.source)
			}
		}
		if _, there := at[c.gone]; there {
			t.Errorf("%s is still there", c.gone)
		}
	}
}

// TestMendsAreLinear mends what is made to be searched again and again.
func TestMendsAreLinear(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"when(", "when{a->", "if x ", "if(", "context(", "?.a", "a?[", "(out a,", "extension(", "{get(", "val a:b\nfield", "class A "} {
		code := []byte(strings.Repeat(piece, maxMended/len(piece)))
		for _, mends := range mends {
			for _, mend := range mends {
				if out := apply(code, mend(code)); len(out) > 4*len(code) {
					t.Errorf("%q: %d bytes become %d", piece, len(code), len(out))
				}
			}
		}
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
