package main

import (
	"encoding/json"
	"io"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// judgedFactor is a person's verdict on a factor of a component beside how the
// program came to its own: what the numbers of scoring are fitted on.
type judgedFactor struct {
	Repository string
	Component  string
	Class      audit.Class
	Factor     factor.Key
	Person     judgement
	Program    judgement
	Score      *float64
	Aspects    []audit.AspectScore
}

// writeFactors writes each labelled factor as a line of JSON.
func writeFactors(w io.Writer, outcomes []outcome) error {
	lines := json.NewEncoder(w)
	for _, o := range outcomes {
		for _, c := range o.subject.Components {
			card, ok := scorecardOf(o.audit, c)
			if !ok {
				continue
			}
			for _, score := range card.Factors {
				person, said := c.Factors[score.Factor]
				if !said {
					continue
				}
				err := lines.Encode(judgedFactor{o.subject.Repository, c.Path, card.Class, score.Factor, person, judgementOf(score), score.Score, score.Aspects})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}
