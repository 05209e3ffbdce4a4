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

// Formula writes out how the amount follows from the weights of the findings
// that count, so that it can be computed by hand: "0.7" once,
// "0.7·(1 − 0.4·0.6^2)" each, "0.7·√(3/(3+20))" by ratio.
func (p Penalty) Formula() string {
	var weights []float64
	for _, w := range p.Weights {
		if w.Weight > 0 { // the others are advice
			weights = append(weights, slices.Repeat([]float64{w.Weight}, w.Count)...)
		}
	}
	if len(weights) == 0 {
		return "0, advice alone"
	}
	worst, n := weights[0], len(weights)
	alike := weights[n-1] == worst
	switch {
	case p.Counting == Each && n == 1:
		return fmt.Sprintf("%.3g·0.6", worst)
	case p.Counting == Each && alike:
		return fmt.Sprintf("%.3g·(1 − 0.4·0.6^%d)", worst, n-1)
	case p.Counting == Each:
		return eachFormula(weights)
	case p.Counting == Ratio:
		return ratioFormula(weights, p.Good)
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
