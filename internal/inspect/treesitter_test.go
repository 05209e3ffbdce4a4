//go:build cgo

package inspect

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

func mustParse(t *testing.T, g grammar, source string) *syntaxTree {
	t.Helper()
	tree, err := parseSource(g, []byte(source))
	if err != nil {
		t.Fatalf("parsing %s: %v", g, err)
	}
	return tree
}

func TestSyntaxTreeShowsKindsTextLinesAndFields(t *testing.T) {
	t.Parallel()
	tree := mustParse(t, pythonGrammar, "import os\n\nasync def f(a):\n    return g(a,\n             b) + 1  # c")
	def := tree.root().child(1)
	if def.kind() != "function_definition" || def.line() != 3 || def.endLine() != 5 {
		t.Fatalf("got %s at %d-%d", def.kind(), def.line(), def.endLine())
	}
	if name := def.field("name").text(); name != "f" {
		t.Errorf("name is %q", name)
	}
	if !def.has("async") || def.has("lambda") {
		t.Errorf("keyword not seen")
	}
	sum := def.field("body").child(0).child(0)
	if op := sum.field("operator"); sum.kind() != "binary_operator" || op.text() != "+" {
		t.Errorf("got %s with operator %q", sum.kind(), op.text())
	}
	call := sum.field("left")
	if got := call.field("arguments").child(1).text(); got != "b" || call.field("nothing").ok() {
		t.Errorf("second argument is %q", got)
	}
	if !call.inside(def) || def.inside(call) || call.up("function_definition") != def {
		t.Errorf("enclosing nodes are wrong")
	}
	var calls int
	tree.root().walk(func(n node) bool {
		if n.is("call") {
			calls++
		}
		return !n.is("function_definition")
	})
	if calls != 0 {
		t.Errorf("walk went into what visit refused")
	}
}

func TestEveryGrammarParses(t *testing.T) {
	t.Parallel()
	for g, source := range map[grammar]string{
		pythonGrammar:     "x = 1",
		javascriptGrammar: "const x = <a>1</a>",
		typescriptGrammar: "const x = <number>y satisfies T",
		tsxGrammar:        "const x: T = <A b={1}/>",
	} {
		if tree := mustParse(t, g, source); tree.root().child(0).line() != 1 || len(tree.nodes) < 3 {
			t.Errorf("%s gives no tree", g)
		}
	}
}

func TestBrokenSource(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source string
		fails  bool
	}{
		"empty":             {"", false},
		"one broken line":   {"import os\nx = = 3\n" + strings.Repeat("y = os.getenv('A')\n", 5), false},
		"another language":  {strings.Repeat("<html><%= $x {{ %></html> ???\n", 9), true},
		"not text":          {"\x00\xff\xfe\x00\x00\x01", true},
		"deep nesting":      {"x = " + strings.Repeat("[", 1_500) + strings.Repeat("]", 1_500), false},
		"a long expression": {"x = 1" + strings.Repeat(" + 1", 20_000), false},
	} {
		tree, err := parseSource(pythonGrammar, []byte(c.source))
		if (err != nil) != c.fails {
			t.Errorf("%s: error is %v", name, err)
		}
		if tree != nil {
			tree.root().walk(func(n node) bool { return n.line() > 0 })
		}
	}
}

func TestBothWaysOfCopyingAgree(t *testing.T) {
	t.Parallel()
	for g, source := range map[grammar]string{
		pythonGrammar: "async def f(a, *b: int):\n  return f\"{a!r}\" + (lambda: not a)()\nx = = 3\n" + strings.Repeat("(", 600) + strings.Repeat(")", 600),
		tsxGrammar:    "export default async function* f<T>(a: T) { const b = <A {...a}>{`x${a}`}</A>; return a?.b ?? !b }",
	} {
		tables := loadGrammar[g]()
		parsed, err := parseC(tables, []byte(source+"\n"), parseSlice)
		if err != nil {
			t.Fatal(err)
		}
		defer parsed.Close()
		fast, slow := newTree([]byte(source+"\n"), tables), newTree([]byte(source+"\n"), tables)
		fast.copyFrom(parsed, tables)
		slow.copySlowly(parsed, tables)
		if !slices.Equal(fast.nodes, slow.nodes) || len(fast.nodes) < 20 {
			t.Errorf("%s: %d nodes one way, %d the other", g, len(fast.nodes), len(slow.nodes))
		}
	}
}

func TestParsesConcurrently(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if tree, err := parseSource(tsxGrammar, []byte("export const a = () => <b/>")); err != nil || !tree.root().ok() {
					t.Errorf("parse failed: %v", err)
				}
			}
		})
	}
	group.Wait()
}
