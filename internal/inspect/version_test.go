package inspect

import (
	"bytes"
	"hash/fnv"
	"testing"
)

func TestVersionFollowsCodeAndNotComments(t *testing.T) {
	t.Parallel()
	digest := func(code string) []byte {
		sum := fnv.New64a()
		addTokens(sum, []byte(code))
		return sum.Sum(nil)
	}
	before := digest("package p\n\nvar x = 1 // one\n")
	if !bytes.Equal(before, digest("package p\n// of x\nvar   x = 1\n")) {
		t.Error("a comment or the layout changes the version")
	}
	if bytes.Equal(before, digest("package p\n\nvar x = 2 // one\n")) {
		t.Error("a changed value keeps the version")
	}
	if first, again := Version(), Version(); first <= 0 || first != again {
		t.Errorf("versions %d and %d, want the same positive number each time", first, again)
	}
}
