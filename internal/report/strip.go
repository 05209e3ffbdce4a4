package report

import (
	"fmt"
	"math"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// cellBlocks is the width of a factor's cell in the strip.
const cellBlocks = 4

// strip draws the twelve cells: numerals, blocks, scores. An unknown factor is
// hatched, one that does not apply is hollow.
func (p *printer) strip(card audit.Scorecard) {
	var numerals, blocks, scores strings.Builder
	for i, f := range card.Factors {
		numerals.WriteString(pad(factor.All()[i].Numeral, cellBlocks+2))
		text, number := cell(f)
		blocks.WriteString(p.tint(f, text) + "  ")
		scores.WriteString(pad(number, cellBlocks+2))
	}
	p.line("  " + p.dim(strings.TrimRight(numerals.String(), " ")))
	p.line("  " + strings.TrimRight(blocks.String(), " "))
	p.line("  " + strings.TrimRight(scores.String(), " "))
}

func cell(f audit.FactorScore) (blocks, number string) {
	switch {
	case f.Status == audit.NotApplicable:
		return strings.Repeat("·", cellBlocks), "–"
	case f.Status == audit.Unknown || f.Score == nil:
		return strings.Repeat("░", cellBlocks), "?"
	}
	return Blocks(*f.Score, cellBlocks), fmt.Sprintf("%d", int(*f.Score)) // points reached, as on the pages
}

// Blocks is a score from 0 to 100 as so many blocks: "▰▰▰▱".
func Blocks(score float64, width int) string {
	full := int(math.Round(score / 100 * float64(width)))
	return strings.Repeat("▰", full) + strings.Repeat("▱", width-full)
}

func (p *printer) tint(f audit.FactorScore, text string) string {
	if f.Status != audit.Assessed || f.Score == nil {
		return p.dim(text)
	}
	return p.byScore(*f.Score, text)
}

// pad fills text with spaces to a width in characters.
func pad(text string, width int) string {
	if n := width - len([]rune(text)); n > 0 {
		return text + strings.Repeat(" ", n)
	}
	return text
}
