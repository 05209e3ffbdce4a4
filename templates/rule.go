package templates

import "twelvefold/internal/factor"

// Rules is the catalogue page.
type Rules struct {
	Page       Page
	All        int // rules of the catalogue
	Count      int // that the filter leaves
	Query      string
	Filtered   bool
	Severities []Choice
	Kinds      []Choice
	Export     string // of the files, without their extension
	Factors    []RuleGroup
}

// RuleGroup is one factor's rules.
type RuleGroup struct {
	Factor factor.Factor
	Rules  []RuleItem
}

// RuleItem is one rule as the catalogue and its own page show it.
type RuleItem struct {
	Page       Page
	ID         string
	Factor     factor.Factor
	Title      string
	Pass       bool // positive evidence rather than a violation
	Severity   string
	Confidence string
	Why        string
	Fixes      []RuleFix
	Gaps       string        // what gaps in them stand for, "" where there are none
	Training   Measured      // in repositories that were read while the rules were written
	HeldOut    Measured      // in repositories that are only ever measured
	Bad, Good  []ExampleFile // on the rule's own page
}

// Measured is what was measured of a rule in one set of repositories.
type Measured struct {
	Right, Judged int // findings that a person called right, of those called right or wrong
	Unclear, Open int // findings called neither, and those that nobody judged
	Found, Labels int // violations that the rule found, of those that people wrote down before
	Fell, Traps   int // places that look like a violation and were taken for one, of such places
}

// Any reports whether anything was measured.
func (m Measured) Any() bool { return m != Measured{} }

// Precision says how many findings are right: "43 of 45 findings right".
func (m Measured) Precision() string { return share(m.Right, m.Judged, "findings right") }

// share writes a share with its cases; "" of none.
func share(n, of int, what string) string {
	if of == 0 {
		return ""
	}
	return Thousands(n) + " of " + Thousands(of) + " " + what
}

// ExampleFile is one file of an example's repository.
type ExampleFile struct {
	Name    string
	Content string
}

// RuleFix is what to do in one language or framework, or in general.
type RuleFix struct {
	For   string
	Texts []string
}
