package report

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
)

// Explained is the arithmetic of every component's factors as Markdown.
func Explained(cards []audit.Scorecard) string {
	var b strings.Builder
	for _, card := range cards {
		fmt.Fprintf(&b, "### `%s`, %s\n\n", code(card.Path), card.Class)
		for _, f := range card.Factors {
			if f.Status == audit.NotApplicable {
				fmt.Fprintf(&b, "- **%s** does not apply: %s\n", f.Factor, markdown(f.Why))
				continue
			}
			fmt.Fprintf(&b, "- **%s**%s\n", f.Factor, markdown(factorLine(f)))
			for _, a := range f.Aspects {
				fmt.Fprintf(&b, "  - %s\n", markdown(aspectLine(a)))
				for _, p := range a.Penalties {
					fmt.Fprintf(&b, "    - %s\n", markdown(fmt.Sprintf("%s %.3f = %s", p.Rule, p.Amount, p.Formula())))
				}
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
