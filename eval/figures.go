package main

import (
	"encoding/json"

	"twelvefold/internal/rules"
)

// figures are those of the table "By rule", as the pages of rules embed them.
func (r *report) figures() ([]byte, error) {
	byRule := map[string]rules.Measured{}
	for _, rule := range r.rows() {
		var m rules.Measured
		for _, result := range r.results {
			switch result.set {
			case training:
				m.Training = result.byRule[rule.ID].figures()
			case heldOut:
				m.HeldOut = result.byRule[rule.ID].figures()
			}
		}
		byRule[rule.ID] = m
	}
	encoded, err := json.MarshalIndent(byRule, "", "  ")
	return append(encoded, '\n'), err
}

func (t tally) figures() rules.Figures {
	return rules.Figures{Right: t.right, Wrong: t.wrong, Unclear: t.unclear, Open: t.unjudged, Labels: t.labels, Found: t.found, Exact: t.exact, Traps: t.traps, Fell: t.fell}
}
