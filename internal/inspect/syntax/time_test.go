//go:build cgo

package syntax

import (
	"strings"
	"testing"
	"time"
)

func TestAParseGoesOnWhereItWasStopped(t *testing.T) {
	t.Parallel()
	const statements = 3000
	source := []byte(strings.Repeat("f({a: [1, 2, {b: `x${y}`}]})\n", statements))
	left := parseTime
	tree, err := parseC(loadGrammar[JavaScript](), source, time.Millisecond, &left, func() bool { return true })
	if err != nil || tree == nil {
		t.Fatalf("the parse was given up: %v", err)
	}
	defer tree.Close()
	if root := tree.RootNode(); root.HasError() || root.NamedChildCount() != statements {
		t.Errorf("%d statements, errors %v, want %d without errors", root.NamedChildCount(), root.HasError(), statements)
	}
}

// TestWhatIsNoProgramCostsLittle reads texts from which parsers recover again
// and again.
func TestWhatIsNoProgramCostsLittle(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"{(", "f(f{[", ") ", "a.b(c, "} {
		text := strings.Repeat(piece, (64<<10)/len(piece))
		if paired(Java, []byte(text)) {
			t.Errorf("%q: its brackets count as paired", piece)
		}
		if tree, err := Parse(Java, []byte(text)); tree == nil && !strings.Contains(err.Error(), "brackets") {
			t.Errorf("%q: %v", piece, err)
		}
	}
	for _, text := range []string{"class A { void f() { g(\"(((\"); // ]]]\n} }", "class A { void f() { g(", strings.Repeat("class A { void f() { g(); } }\n", 1000)} {
		if !paired(Java, []byte(text)) {
			t.Errorf("%q: its brackets do not count as paired", text[:20])
		}
	}
	if allowed(10<<20) != parseTime || allowed(8<<10) > parseTime/4 {
		t.Errorf("8 kB are allowed %v, 10 MB %v", allowed(8<<10), allowed(10<<20))
	}
}
