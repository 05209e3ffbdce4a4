package main

import (
	"testing"

	"twelvefold/internal/audit"
)

func TestWhatIsWaivedOrAdvisoryFailsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		finding audit.Finding
		want    bool
	}{
		"plain":    {audit.Finding{Severity: audit.High, Confidence: audit.HighConfidence}, true},
		"milder":   {audit.Finding{Severity: audit.Medium, Confidence: audit.HighConfidence}, false},
		"advisory": {audit.Finding{Severity: audit.Critical, Confidence: audit.LowConfidence}, false},
		"waived":   {audit.Finding{Severity: audit.Critical, Confidence: audit.HighConfidence, Waived: &audit.Waiver{}}, false},
	} {
		if got := fails(&audit.Audit{Findings: []audit.Finding{c.finding}}, "high"); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
