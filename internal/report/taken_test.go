package report

import (
	"math"

	"twelvefold/internal/audit"
)

// taken is sev · conf · g of rules.md A4.
func taken(counting audit.Counting, weights []float64, good float64) float64 {
	if len(weights) == 0 || weights[0] == 0 {
		return 0
	}
	switch counting {
	case audit.Each:
		sum := 0.6 * weights[0]
		for i, w := range weights[1:] {
			sum += w * 0.4 * 0.4 * math.Pow(0.6, float64(i))
		}
		return sum
	case audit.Ratio:
		bad := 0.0
		for _, w := range weights {
			bad += w / weights[0]
		}
		return weights[0] * max(0.25, math.Sqrt(bad/(bad+good)))
	}
	return weights[0]
}
