package engine_test

import (
	"testing"

	"twelvefold/internal/engine"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

// TestOwnAudit: the program is the twelve-factor app that it asks others to be,
// and its tables of other people's names are no findings.
func TestOwnAudit(t *testing.T) {
	t.Parallel()
	snapshot, err := source.OpenDirectory(t.Context(), "../..", source.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	result, inspected, err := engine.Audit(t.Context(), snapshot, rules.All(), engine.Options{Options: files.Options{Inspector: files.InProcess()}})
	if err != nil {
		t.Fatal(err)
	}
	if inspected.Stats.Candidates < 400 || len(result.Scorecards) != 1 {
		t.Fatalf("%d files read in %d components: is this the repository?", inspected.Stats.Candidates, len(result.Scorecards))
	}
	for _, f := range result.Findings {
		t.Errorf("%s %s %s", f.Rule, f.Place, f.Message)
	}
}
