package audit

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// shownTerms is how many subjects of a rule that counts each are written out.
// The seventh takes less than a hundredth of its weight.
const shownTerms = 6

// Formula writes out how a rule's amount follows from the weights of the
// findings that count, worst first, so that it can be computed by hand:
// "0.7" once, "0.7·(1 − 0.4·0.6^2)" each, "0.7·√(3/(3+20))" by ratio.
func (c Counting) Formula(weights []float64, good int) string {
	weights = slices.DeleteFunc(slices.Clone(weights), func(w float64) bool { return w == 0 }) // advice
	if len(weights) == 0 {
		return "0"
	}
	worst, n := weights[0], len(weights)
	alike := weights[n-1] == worst
	switch {
	case c == Each && n == 1:
		return fmt.Sprintf("%.3g·0.6", worst)
	case c == Each && alike:
		return fmt.Sprintf("%.3g·(1 − 0.4·0.6^%d)", worst, n-1)
	case c == Each:
		return eachFormula(weights)
	case c == Ratio:
		return ratioFormula(weights, good)
	case n > 1:
		return fmt.Sprintf("%.3g, the worst of %d", worst, n)
	}
	return fmt.Sprintf("%.3g", worst)
}

func eachFormula(weights []float64) string {
	terms, share := []string{fmt.Sprintf("%.3g·0.6", weights[0])}, laterSubjects*(1-saturation)
	for i, w := range weights[1:] {
		if i+1 == shownTerms {
			terms = append(terms, fmt.Sprintf("%d more, each share 0.6 of the one before", len(weights)-shownTerms))
			break
		}
		terms = append(terms, fmt.Sprintf("%.3g·%.4g", w, share))
		share *= saturation
	}
	return strings.Join(terms, " + ")
}

func ratioFormula(weights []float64, good int) string {
	bad := 0.0
	for _, w := range weights {
		bad += w / weights[0]
	}
	root := fmt.Sprintf("√(%.4g/(%.4g+%d))", bad, bad, good)
	if math.Sqrt(bad/(bad+float64(good))) < ratioFloor {
		return fmt.Sprintf("%.3g·0.25, more than %s", weights[0], root)
	}
	return fmt.Sprintf("%.3g·%s", weights[0], root)
}
