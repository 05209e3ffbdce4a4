package report

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// explain prints the arithmetic of a component's score: each applicable
// factor with its weight, each aspect with its credit and what made it.
func (p *printer) explain(card audit.Scorecard) {
	for i, score := range card.Factors {
		f := factor.All()[i]
		if score.Status == audit.NotApplicable {
			p.line("  " + p.dim(pad(f.Numeral, 5)+"does not apply to this class"))
			continue
		}
		number := "not scored: no rule looks at it yet"
		if score.Score != nil {
			number = fmt.Sprintf("%.1f", *score.Score)
		}
		text := fmt.Sprintf("%s%s = %s, weighs %.0f", pad(f.Numeral, 5), f.Name, number, audit.FactorWeight(f.Key))
		if score.Capped {
			text += ", held at 40 by a critical finding"
		}
		p.line("  " + text)
		for _, a := range score.Aspects {
			p.hanging("       "+a.Aspect+" ", "         ", aspectLine(a))
		}
	}
}

// aspectLine is "no secrets in repo (45): 0.6 · (1 − 0.42 provider-token ×1) = 0.348".
func aspectLine(a audit.AspectScore) string {
	text := fmt.Sprintf("%s (%.0f): ", a.Title, a.Weight)
	if !a.Ruled {
		return text + "no rule looks at it yet, left out"
	}
	product := []string{"0.6"}
	if a.Evidence > 0 {
		product = []string{fmt.Sprintf("(0.6 + 0.4·%g)", a.Evidence)}
	}
	for _, penalty := range a.Penalties {
		_, name, _ := strings.Cut(penalty.Rule, "/")
		product = append(product, fmt.Sprintf("(1 − %.3f %s ×%d)", penalty.Amount, name, penalty.Count))
	}
	text += strings.Join(product, " · ")
	if len(product) > 1 || a.Evidence > 0 {
		text += fmt.Sprintf(" = %.3f", a.Credit)
	}
	switch {
	case a.Failed:
		text += ", unknown: a rule failed here"
	case !a.Covered():
		text += ", nothing seen for or against"
	}
	return text
}
