package rules

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// Figures is what was measured of one rule in one set of repositories.
type Figures struct {
	Right   int `json:"right,omitempty"`   // findings that a person called right
	Wrong   int `json:"wrong,omitempty"`   // and wrong
	Unclear int `json:"unclear,omitempty"` // and neither
	Open    int `json:"open,omitempty"`    // findings that nobody judged
	Labels  int `json:"labels,omitempty"`  // violations that people wrote down before
	Found   int `json:"found,omitempty"`   // of them, those that a finding tells
	Exact   int `json:"exact,omitempty"`   // of them, those that it tells at their line
	Traps   int `json:"traps,omitempty"`   // places that look like a violation and are none
	Fell    int `json:"fell,omitempty"`    // of them, those that a finding tells
}

// Judged is how many findings were called right or wrong.
func (f Figures) Judged() int { return f.Right + f.Wrong }

// Measured is what was measured of one rule.
type Measured struct {
	Training Figures `json:"training"` // repositories that were read while the rules were written
	HeldOut  Figures `json:"held-out"` // repositories that are only ever measured
}

// measured is written by eval together with docs/accuracy.md.
//
//go:embed measured.json
var measured []byte

// MeasuredRules is what was measured, by the rule's id; a rule that is missing
// met nothing to be measured by.
func MeasuredRules() (map[string]Measured, error) {
	var byRule map[string]Measured
	if err := json.Unmarshal(measured, &byRule); err != nil {
		return nil, fmt.Errorf("the measured figures of rules: %w", err)
	}
	return byRule, nil
}
