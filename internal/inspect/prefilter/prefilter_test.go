package prefilter_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"twelvefold/internal/inspect/prefilter"
)

func TestASetFindsWhatASearchFinds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abc\xff"[random.IntN(4)]
		}
		return string(b)
	}
	for range 20_000 {
		var literals []string
		for range random.IntN(5) {
			literals = append(literals, word(random.IntN(5)))
		}
		content := []byte(word(random.IntN(20)))
		want := false
		for _, l := range literals {
			want = want || l != "" && bytes.Contains(content, []byte(l))
		}
		if got := prefilter.New(literals...).In(content); got != want {
			t.Fatalf("%q in %q: %v, want %v", literals, content, got, want)
		}
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, want string }{
		"nothing":      {"x = 1\n", ""},
		"first lines":  {"import a\nimport b\n\nx = 1\n", "import a\nimport b\n\n"},
		"brackets":     {"from a import (\n  b,\n)\nx = 1\n", "from a import (\n  b,\n)\n"},
		"in a block":   {"if x:\n    import a\n    b\ny\nz\n", "if x:\n    import a\n    b\n"},
		"continued":    {"import a, \\\nb\nx\n", "import a, \\\nb\n"},
		"at the end":   {"x\nimport a\n", "x\nimport a\n"},
		"without \\n":  {"import a", "import a"},
		"in a comment": {"x\n# import\ny\nz\n", "x\n# import\n"},
	} {
		if got := string(prefilter.Head([]byte(c.content), "import")); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()
	quotes, comment := [2]string{`"""`, `"""`}, [2]string{"/*", "*/"}
	for text, want := range map[string]bool{"": true, `"""a"""`: true, `"""a`: false, "/* a */": true, "/* a": false, "/* */ /*": false} {
		if got := prefilter.Whole([]byte(text), quotes, comment); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// BenchmarkSet looks for 300 literals in a megabyte that has none.
func BenchmarkSet(b *testing.B) {
	var literals []string
	for i := range 300 {
		literals = append(literals, string([]byte{'q', byte('a' + i%26), byte('a' + i/26), 'z', 'x', 'y'}))
	}
	set := prefilter.New(literals...)
	content := bytes.Repeat([]byte("def total(order):\n    return sum(line.price for line in order.lines)\n"), 15_000)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if set.In(content) {
			b.Fatal("found")
		}
	}
}
