package templates

import (
	"fmt"

	"twelvefold/internal/factor"
)

// Factor is one factor of a repository.
type Factor struct {
	Page       Page
	Repository Link
	Factor     factor.Factor
	Scored     bool // false before the first finished audit
	Commit     string
	Strip      Strip // each cell leads to its factor's page
	Before     Link  // the factor before it; zero of the first
	After      Link
	Cell       Cell // of what is shown
	Weight     float64
	Coverage   float64
	Selected   string // path of the component that is shown alone; "" for all
	Whole      string // the page of all components, when one is shown
	Components []FactorComponent
	MoreCards  int  // components that are not listed
	Mean       bool // the score is the mean of several components
	Findings   []FactorFinding
	Total      int // findings, shown or not
	First      int // number of the first that is shown, from 1
	Newer      string
	Older      string
	Passes     []FactorPass
	AllPasses  int
}

// FactorComponent is the factor of one component with its arithmetic.
type FactorComponent struct {
	Name   string
	Path   string
	Class  string
	Href   string // the factor of it alone
	Cell   Cell
	Counts bool // in the mean
	Why    string
	Card   FactorCard
}

// FactorFinding is a finding as a list shows it.
type FactorFinding struct {
	Href      string
	Severity  string
	Message   string
	Fix       string
	Place     Link
	Component string // shown when there are several
	Gain      float64
	Waived    string // until when; "" for not
}

// FactorPass is evidence for a factor.
type FactorPass struct {
	Message string
	Place   Link
	Full    bool // strength 1 rather than ½
}

// Several reports whether components are told apart.
func (v Factor) Several() bool { return v.Selected == "" && len(v.Components)+v.MoreCards > 1 }

// Sum writes the mean of the components out.
func (v Factor) Sum() string {
	sum, n := "", 0
	for _, c := range v.Components {
		if !c.Counts || c.Card.Score == nil {
			continue
		}
		if n++; n > 1 {
			sum += " + "
		}
		sum += Tenths(*c.Card.Score)
	}
	if n < 2 || n > 8 || v.MoreCards > 0 {
		return ""
	}
	return fmt.Sprintf("(%s) / %d = %s", sum, n, Tenths(v.Cell.Score))
}
