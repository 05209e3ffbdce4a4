package inspect

import (
	"fmt"
	"strings"
	"testing"
)

// text is n distinct lines of code, those of changed replaced.
func text(n int, changed func(i int) bool) []byte {
	var b strings.Builder
	for i := range n {
		if changed != nil && changed(i) {
			fmt.Fprintf(&b, "other(%d)\n", i)
			continue
		}
		fmt.Fprintf(&b, "call(%d, value)\n", i)
	}
	return []byte(b.String())
}

func sketch(t *testing.T, content []byte) Sketch {
	t.Helper()
	s, _, lines, ok := SketchOf(content)
	if !ok {
		t.Fatalf("no sketch of %d lines", lines)
	}
	return s
}

// TestLikeness: equal text is alike whatever its indentation, comments and
// imports; a share of other lines shows as such.
func TestLikeness(t *testing.T) {
	t.Parallel()
	whole := sketch(t, text(400, nil))
	for name, c := range map[string]struct {
		other     []byte
		low, high float64
	}{
		"the same":     {text(400, nil), 1, 1},
		"indented":     {[]byte("# a comment\nimport os\n\n  " + strings.ReplaceAll(string(text(400, nil)), "\n", "\r\n\t")), 1, 1},
		"a tenth":      {text(400, func(i int) bool { return i%20 == 0 }), 0.8, 0.98},
		"a half":       {text(400, func(i int) bool { return i%3 == 0 }), 0.35, 0.65},
		"other":        {text(400, func(int) bool { return true }), 0, 0},
		"much shorter": {text(60, nil), 0.05, 0.3},
	} {
		got := whole.Likeness(sketch(t, c.other))
		if back := sketch(t, c.other).Likeness(whole); back != got {
			t.Errorf("%s: %.2f one way, %.2f the other", name, got, back)
		}
		if got < c.low || got > c.high {
			t.Errorf("%s: %.2f, want %.2f to %.2f", name, got, c.low, c.high)
		}
	}
	if got := sketch(t, text(40, nil)).Likeness(sketch(t, text(44, nil))); got < 0.9 || got >= 1 {
		t.Errorf("40 of 44 lines: %.2f", got)
	}
}

// TestSketchOf: short files and rows of the same have none.
func TestSketchOf(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"empty":   nil,
		"short":   text(39, nil),
		"a table": []byte(strings.Repeat("append(list, 1)\n", 200)),
		"imports": []byte(strings.Repeat("import one\n}\n\n# x\n", 50)),
	} {
		if s, _, _, ok := SketchOf(content); ok {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if s := (Sketch{Marks: "!"}); s.Likeness(s) != 0 || len(s.First(4)) != 0 {
		t.Error("broken marks are alike")
	}
	if n := len(sketch(t, text(100, nil)).First(4)); n != 4 {
		t.Errorf("%d marks, want 4", n)
	}
}

func BenchmarkSketch(b *testing.B) {
	content := text(4000, nil)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		SketchOf(content)
	}
}
