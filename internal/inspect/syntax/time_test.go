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
	tree, err := parseC(loadGrammar[JavaScript](), source, time.Millisecond)
	if err != nil || tree == nil {
		t.Fatalf("the parse was given up: %v", err)
	}
	defer tree.Close()
	if root := tree.RootNode(); root.HasError() || root.NamedChildCount() != statements {
		t.Errorf("%d statements, errors %v, want %d without errors", root.NamedChildCount(), root.HasError(), statements)
	}
}
