package report_test

import (
	"testing"

	"twelvefold/internal/report"
)

func TestAShareBelowABoundIsNotShownAtIt(t *testing.T) {
	t.Parallel()
	for share, want := range map[float64]string{
		0: "0 %", 0.465: "46 %", 0.496: "49 %", 0.4999: "49 %", 0.5: "50 %", 0.1 + 0.2: "30 %", 0.29: "29 %", 0.999: "99 %", 1: "100 %",
	} {
		if got := report.Percent(share); got != want {
			t.Errorf("%v is shown as %s instead of %s", share, got, want)
		}
	}
}
