//go:build cgo

package syntax

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

func mustParse(t *testing.T, g Grammar, source string) *Tree {
	t.Helper()
	tree, err := Parse(g, []byte(source))
	if err != nil {
		t.Fatalf("parsing %s: %v", g, err)
	}
	return tree
}

func TestAStatementWithoutSemicolonEndsOnItsOwnLine(t *testing.T) {
	t.Parallel()
	tree := mustParse(t, TypeScript, "import a from 'a'\n\nimport b from 'b'\n      \n")
	for i, line := range []int{1, 3} {
		if n := tree.Root().Child(i); n.Line() != line || n.EndLine() != line {
			t.Errorf("%s at %d-%d instead of %d", n.Text(), n.Line(), n.EndLine(), line)
		}
	}
}

func TestSyntaxTreeShowsKindsTextLinesAndFields(t *testing.T) {
	t.Parallel()
	tree := mustParse(t, Python, "import os\n\nasync def f(a):\n    return g(a,\n             b) + 1  # c")
	def := tree.Root().Child(1)
	if def.Kind() != "function_definition" || def.Line() != 3 || def.EndLine() != 5 {
		t.Fatalf("got %s at %d-%d", def.Kind(), def.Line(), def.EndLine())
	}
	if name := def.Field("name").Text(); name != "f" {
		t.Errorf("name is %q", name)
	}
	if !def.Has("async") || def.Has("lambda") {
		t.Errorf("keyword not seen")
	}
	sum := def.Field("body").Child(0).Child(0)
	if op := sum.Field("operator"); sum.Kind() != "binary_operator" || op.Text() != "+" {
		t.Errorf("got %s with operator %q", sum.Kind(), op.Text())
	}
	call := sum.Field("left")
	if got := call.Field("arguments").Child(1).Text(); got != "b" || call.Field("nothing").OK() {
		t.Errorf("second argument is %q", got)
	}
	if !call.Inside(def) || def.Inside(call) || call.Up("function_definition") != def {
		t.Errorf("enclosing nodes are wrong")
	}
	var calls int
	tree.Root().Walk(func(n Node) bool {
		if n.Is("call") {
			calls++
		}
		return !n.Is("function_definition")
	})
	if calls != 0 {
		t.Errorf("walk went into what visit refused")
	}
}

func TestEveryGrammarParses(t *testing.T) {
	t.Parallel()
	for g, source := range map[Grammar]string{
		Python:     "x = 1",
		JavaScript: "const x = <a>1</a>",
		TypeScript: "const x = <number>y satisfies T",
		TSX:        "const x: T = <A b={1}/>",
		Ruby:       "x = ENV['A']",
		Java:       "class A { int x = 1; }",
		Kotlin:     "fun main() { val x = 1 }",
		PHP:        "<?php $x = 1;",
		CSharp:     "class A { int x = 1; }",
	} {
		if tree := mustParse(t, g, source); tree.Root().Child(0).Line() != 1 || len(tree.nodes) < 3 {
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
		tree, err := Parse(Python, []byte(c.source))
		if (err != nil) != c.fails {
			t.Errorf("%s: error is %v", name, err)
		}
		if tree != nil {
			tree.Root().Walk(func(n Node) bool { return n.Line() > 0 })
		}
	}
}

func TestBothWaysOfCopyingAgree(t *testing.T) {
	t.Parallel()
	for g, source := range map[Grammar]string{
		Python: "async def f(a, *b: int):\n  return f\"{a!r}\" + (lambda: not a)()\nx = = 3\n" + strings.Repeat("(", 600) + strings.Repeat(")", 600),
		TSX:    "export default async function* f<T>(a: T) { const b = <A {...a}>{`x${a}`}</A>; return a?.b ?? !b }",
	} {
		tables := loadGrammar[g]()
		left := parseTime
		parsed, err := parseC(tables, []byte(source+"\n"), parseSlice, &left, func() bool { return true })
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
				if tree, err := Parse(TSX, []byte("export const a = () => <b/>")); err != nil || !tree.Root().OK() {
					t.Errorf("parse failed: %v", err)
				}
			}
		})
	}
	group.Wait()
}
