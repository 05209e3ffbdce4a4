package templates

import (
	"fmt"
	"time"
)

// WaiverForm is what waiving a finding asks for, as it was typed.
type WaiverForm struct {
	Action      string
	Next        string // path that is gone back to
	Key         string // tells the fields of several forms of a page apart
	Finding     string // fingerprint
	Rule        string
	Scope       string // "finding" or "path"
	Path        string // glob
	Reason      string
	MaxReason   int    // bytes
	Expires     string // "2027-01-31"
	First, Last string // days that it may expire on
	Wrongs      Wrongs
}

// Wrongs says what to do about each field; "" where it is right.
type Wrongs struct{ Path, Reason, Expires string }

// Wrong reports whether anything is.
func (f WaiverForm) Wrong() bool { return f.Wrongs != Wrongs{} }

// id names a field of the form.
func (f WaiverForm) id(field string) string { return field + "-" + f.Key }

// Waive is the page of one form.
type Waive struct {
	Page     Page
	Name     string // of the repository
	Href     string
	Severity string
	Title    string // of the rule
	Message  string
	Location string
	Form     WaiverForm
}

// Left is how long a waiver still holds.
type Left struct {
	Days int  // 0 on its last day, less afterwards
	Soon bool // it is announced
}

// Says is the same in words.
func (l Left) Says() string {
	switch {
	case l.Days < -1:
		return fmt.Sprintf("over for %d days", -l.Days)
	case l.Days == -1:
		return "over since yesterday"
	case l.Days == 0:
		return "ends today"
	case l.Days == 1:
		return "ends tomorrow"
	}
	return fmt.Sprintf("%d days left", l.Days)
}

// Over reports whether it holds no more.
func (l Left) Over() bool { return l.Days < 0 }

// Withdraw is the button that ends a waiver; without an action there is none.
type Withdraw struct {
	Action string
	ID     int64
	Next   string // path that is gone back to
}

// Waived says who accepted a finding.
type Waived struct {
	Reason   string
	Owner    string
	Expires  string
	Left     Left
	Where    string // in the repository's file; "" for the dashboard
	Renew    string // where its last day is moved; "" where the reader can't
	Withdraw Withdraw
}

// WaiverRow is a waiver of a table.
type WaiverRow struct {
	ID          int64
	Repository  string // "owner/name"
	Href        string // of the repository
	Rule        string // "" for whatever rule
	Path        string // glob; "" for any
	Finding     string // beginning of a fingerprint; "" for any
	Message     string // what the finding said that it was made at; "" when that is not known
	Where       string // in the repository's file; "" for the dashboard
	Reason      string
	Owner       string
	Expires     string
	Left        Left
	Findings    int // open ones that it accepts
	Created     time.Time
	Withdrawn   time.Time // zero while it stands
	WithdrawnBy string
	Withdraw    Withdraw
}

// PullRow is an open pull request that brings findings.
type PullRow struct {
	Number   int
	Title    string
	Count    int // new findings
	Fails    int // of them, those that fail its check
	Findings []FindingItem
}

// Says is what the pull request brings, in words.
func (p PullRow) Says() string {
	says := Count(p.Count, "new finding")
	switch {
	case p.Fails == 1:
		says += ", 1 fails the check"
	case p.Fails > 1:
		says += fmt.Sprintf(", %d fail the check", p.Fails)
	}
	return says
}
