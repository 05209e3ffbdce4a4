package prefilter_test

import (
	"slices"
	"testing"

	"twelvefold/internal/inspect/prefilter"
)

// TestTold: the keys of rows that say something, whatever they say.
func TestTold(t *testing.T) {
	t.Parallel()
	if got := slices.Sorted(prefilter.Told(map[string]string{"a": "x", "b": "", "c": "y"})); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("got %v, want a and c", got)
	}
	for range prefilter.Told(map[string]bool{"a": true, "b": true}) {
		break // a caller may stop
	}
	if got := slices.Collect(prefilter.Told(map[string]bool{"a": false})); len(got) > 0 {
		t.Errorf("got %v, want nothing", got)
	}
}
