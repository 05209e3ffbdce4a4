// Package audit is the pure core: from a repository's signals to components,
// findings, passes and scorecards. It reads no file, no clock and no network;
// the same signals and rules give the same audit.
package audit

import (
	"slices"

	"twelvefold/internal/factor"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Status is what is known of a factor.
type Status string

// The statuses of a factor.
const (
	Assessed      Status = "assessed"
	NotApplicable Status = "not-applicable"
	Unknown       Status = "unknown"
)

// Audit is one run over a repository at one commit under one ruleset.
type Audit struct {
	Repository string
	Commit     string
	Dirty      bool // files differ from Commit
	Ruleset    string
	Score      *float64 // 0 to 100; nil when nothing can be scored
	Grade      string   // "" when withheld
	Coverage   float64  // 0 to 1
	Worst      string   // path of the component with the lowest score
	Scorecards []Scorecard
	Findings   []Finding // by component, factor, severity, path, line
	Passes     []Pass
	Warnings   []source.Warning
	Unowned    []string // paths of files that belong to no component, sorted
	Since      *Since   // nil: all findings are there; see report.Since
}

// Since says that the findings of an audit are only those that are new against an
// earlier commit.
type Since struct {
	Commit           string
	Unchanged, Fixed int // findings that are not shown
}

// Scorecard is the scores of one component, in canonical order of factors.
type Scorecard struct {
	Path      string
	Name      string
	Class     Class
	Why       string
	Languages []string
	Starts    []string // how it is started: "web: gunicorn app:app (Procfile:1)"
	Score     *float64
	Grade     string
	Coverage  float64
	Factors   []FactorScore // always twelve
	Explained Explanation   // how it was found and runs
	Env       []Variable    // the environment contract, by name
	Wholly    bool          // all that it is made of was read, so that what was not found is not there; not stored
}

// FactorScore is one factor of one component with its arithmetic.
type FactorScore struct {
	Factor   factor.Key
	Status   Status
	Score    *float64 // nil when not applicable
	Coverage float64  // share of the aspects' weight that has evidence, 0 to 1
	Capped   bool     // a critical finding holds the score at 40
	Uncapped float64  // the score without that cap, 0 to 100
	Aspects  []AspectScore
	Why      string // why it, or part of it, does not apply; "" when all of it does
}

// AspectScore is the credit of one aspect and how it came about:
// Credit = (0.6 + 0.4·Evidence) · Π (1 − Penalty of each rule). A factor's score
// is 100 times the mean of its aspects' credits by weight, times (1 − Loss/2).
type AspectScore struct {
	Aspect    string // letter
	Title     string
	Weight    float64 // within the factor, before leaving out what does not apply
	Ruled     bool    // a registered rule feeds it; else it is left out of the mean
	Failed    bool    // a rule broke down here: passes do not count, the aspect is unknown
	Absence   bool    // nothing stands against it in a component that was wholly read
	Evidence  float64 // the most of: its best pass, ¾ by Absence, ¾ of the best on any aspect of the factor; 0 to 1
	Penalties []Penalty
	Credit    float64 // 0 to 1
	Findings  int
	Passes    int
	Contested []ContestedLine
}

// ContestedLine is a line that several rules of an aspect report, and the one
// that it counts under (guard G9 of rules.md).
type ContestedLine struct {
	Path string
	Line int
	Rule string
}

// Counts reports whether a finding of this aspect counts: one of its lines does
// under its own rule.
func (a AspectScore) Counts(f Finding) bool {
	for _, at := range append([]Place{f.Place}, f.Related...) {
		i := slices.IndexFunc(a.Contested, func(c ContestedLine) bool { return c.Path == at.Path && c.Line == at.Line })
		if i < 0 || a.Contested[i].Rule == f.Rule {
			return true
		}
	}
	return false
}

// Covered reports whether anything was seen of the aspect, for or against.
func (a AspectScore) Covered() bool { return !a.Failed && (a.Absence || a.Findings+a.Passes > 0) }

// Penalty is what one rule takes away in one aspect. Amount follows from the
// weights of the findings that count, from Counting and Good: see Formula.
type Penalty struct {
	Rule     string
	Amount   float64  // severity · confidence · counting, 0 to 1
	Count    int      // findings counted
	Counting Counting // how they add up
	Good     int      // subjects that do it right; 0 where they don't matter
	Weights  []WeightCount
}

// WeightCount is how many of the findings that count weigh the same. A list of
// them is worst first.
type WeightCount struct {
	Weight float64
	Count  int
}

// Tree is a snapshot with its signals: what inspection hands to judgement.
type Tree struct {
	Snapshot *source.Snapshot
	Signals  map[string][]inspect.Signal // by path
	Settings []byte                      // content of .twelvefold.yml, nil without one; of the base branch for a pull request
	Waivers  []Waiver                    // that were given elsewhere than in the settings
	Today    string                      // the day that waivers are held against, "2006-01-02"; "" for none
	Siblings *Siblings                   // the owner's other repositories; nil where nobody looked
}

// Siblings are what is known of the other repositories of an owner: whether one
// app is kept in several. Only who hosts them can tell, so it is optional.
type Siblings struct {
	Root   string    // id of this repository's first commit, "" if unknown
	Others []Sibling // sorted by name
}

// Sibling is another repository of the same owner, at its default branch.
type Sibling struct {
	Name  string   // "owner/name"
	Fork  bool     // the host says that it is a fork
	Root  string   // id of its first commit, "" if unknown
	Blobs []string // ids of its files' contents; nil where nobody looked
}
