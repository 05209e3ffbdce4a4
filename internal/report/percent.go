package report

import (
	"fmt"
	"math"
)

// Percent writes a share from 0 to 1 in whole percent, rounded down: what is
// below a bound is never shown at it, as 49.6 % where a grade needs 50 %.
func Percent(share float64) string {
	const arithmetic = 1e-9 // what sums of decimal fractions are off by
	return fmt.Sprintf("%d %%", int(math.Floor(share*100+arithmetic)))
}
