package templates

import "twelvefold/internal/factor"

// Rules is the catalogue page.
type Rules struct {
	Page    Page
	Count   int
	Factors []RuleGroup
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
	Bad, Good  []ExampleFile
}

// ExampleFile is one file of an example's repository.
type ExampleFile struct {
	Name    string
	Content string
}

// RuleFix is what to do in one language or framework.
type RuleFix struct {
	For  string // "" for the general one
	Text string
}
