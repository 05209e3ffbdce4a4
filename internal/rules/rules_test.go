package rules

import (
	"slices"
	"testing"

	"twelvefold/internal/factor"
)

// TestCatalogue: every entry is whole, IDs are unique, and rules stand in the
// canonical order of factors, which is that of their packages.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	keys := factor.Keys()
	last := 0
	for _, r := range All() {
		if err := r.Check(); err != nil {
			t.Error(err)
		}
		if seen[r.ID] {
			t.Errorf("%s is registered twice", r.ID)
		}
		seen[r.ID] = true
		at := slices.Index(keys[:], r.Factor())
		if at < last {
			t.Errorf("%s stands in the package of another factor", r.ID)
		}
		last = at
	}
	if len(seen) == 0 {
		t.Error("there are no rules")
	}
}
