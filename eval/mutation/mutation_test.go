package mutation

import "testing"

// TestMutants is the proof; it prints how many mutants were caught.
func TestMutants(t *testing.T) {
	t.Parallel()
	result, err := Run(t.Context(), ".", "../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, count := range result.Counts {
		t.Logf("%-42s %-16s %3d/%d", count.Rule, count.Language, count.Caught, count.All)
	}
	for _, text := range result.Known {
		t.Log("known miss: " + text)
	}
	for _, text := range result.Wrong {
		t.Error(text)
	}
}
