package prefilter_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect/prefilter"
)

// TestOfFileAsksOnce: a condition on a whole file is asked once, however often
// the mark stands there.
func TestOfFileAsksOnce(t *testing.T) {
	t.Parallel()
	asked := 0
	set := prefilter.New(prefilter.OfFile(func(content []byte) bool {
		asked++
		return strings.HasPrefix(string(content), "yes")
	}, prefilter.Words("tick")))
	content := strings.Repeat("tick ", 1000)
	if set.In([]byte(content)) || asked != 1 {
		t.Errorf("asked %d times of a file that is denied", asked)
	}
	if !set.In([]byte("yes " + content)) {
		t.Error("the file that agrees has no mark")
	}
	places := 0
	set.Each([]byte("yes "+content), func(prefilter.Mark, int, int) bool { places++; return true })
	if places != 1000 || asked != 3 {
		t.Errorf("%d places, asked %d times", places, asked)
	}
}
