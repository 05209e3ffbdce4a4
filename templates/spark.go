package templates

import (
	"fmt"
	"math"
	"strings"
)

// A spark's box, in units of its viewBox.
const (
	sparkWidth  = 160.0
	sparkHeight = 36.0
	sparkEdge   = 3.0
)

// Spark is a small line of scores over time; nil where there is none.
type Spark []*float64

// Drawn reports whether there is a line to draw.
func (s Spark) Drawn() bool {
	n := 0
	for _, score := range s {
		if score != nil {
			n++
		}
	}
	return n > 1
}

// bounds are the scores at the bottom and the top: at least ten points apart, so
// that a wobble looks like one.
func (s Spark) bounds() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, score := range s {
		if score != nil {
			low, high = min(low, *score), max(high, *score)
		}
	}
	if missing := 10 - (high - low); missing > 0 {
		low, high = low-missing/2, high+missing/2
	}
	return low, high
}

func (s Spark) at(i int) (x, y float64) {
	low, high := s.bounds()
	x = sparkEdge
	if len(s) > 1 {
		x += float64(i) * (sparkWidth - 2*sparkEdge) / float64(len(s)-1)
	}
	return x, sparkEdge + (high-*s[i])/(high-low)*(sparkHeight-2*sparkEdge)
}

// Lines are the points of the parts between gaps, for polylines.
func (s Spark) Lines() (lines []string) {
	var part []string
	end := func() {
		if len(part) > 1 {
			lines = append(lines, strings.Join(part, " "))
		}
		part = nil
	}
	for i, score := range s {
		if score == nil {
			end()
			continue
		}
		x, y := s.at(i)
		part = append(part, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	end()
	return lines
}

// End is where the last point is.
func (s Spark) End() (x, y string) {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] != nil {
			a, b := s.at(i)
			return fmt.Sprintf("%.1f", a), fmt.Sprintf("%.1f", b)
		}
	}
	return "0", "0"
}

// Says is the line in words.
func (s Spark) Says() string {
	var first, last *float64
	weeks := 0
	for i, score := range s {
		if score == nil {
			continue
		}
		if first == nil {
			first, weeks = score, len(s)-1-i
		}
		last = score
	}
	if first == nil {
		return "No score yet"
	}
	return fmt.Sprintf("From %s to %s in %s", Points(*first), Points(*last), Count(weeks, "week"))
}
