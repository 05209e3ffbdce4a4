package templates

import (
	"fmt"
	"time"

	"twelvefold/internal/factor"
)

// Organisation is the page of all repositories that somebody sees, or those of
// one account.
type Organisation struct {
	Page     Page
	Name     string // of the account, or what there is of several
	Accounts []AccountLink
	SignedIn bool
	Install  string // where the App is installed from; "" when that is not known

	Repositories int // archived ones left out
	Audited      int // of them
	Archived     int
	Findings     int        // open ones
	Severe       int        // of them critical or high
	Score        *float64   // mean of the repositories' scores
	Weeks        []*float64 // the score of the past weeks, the oldest first, now last
	Changes      []ChangeOver
	Strip        Strip // means of the factors; each cell orders the heat map by its factor
	Newest       time.Time

	Worse, Better []TurnItem // of the past 7 days
	Wins          []WinItem

	Heads       int // of default branches and open pull requests
	Unaccounted int // of them

	Heat Heat
}

// AccountLink is an account, and where its repositories alone are.
type AccountLink struct {
	Account
	Href   string
	Chosen bool
}

// ChangeOver is by how many points something changed in so many days; nil: there
// was nothing to compare with.
type ChangeOver struct {
	Days   int
	Points *float64
}

// TurnItem is a repository that got worse or better, and by what.
type TurnItem struct {
	Name, Href string
	From, To   float64
	Factor     factor.Factor // that moved the most; zero where none did
	FactorFrom float64
	FactorTo   float64
	Cause      Link // the pull request or commit; zero where that is not known
	By         string
	At         time.Time
}

// Points is by how much it changed, without its sign.
func (t TurnItem) Points() string {
	by := t.To - t.From
	if by < 0 {
		by = -by
	}
	if by < 1 {
		return fmt.Sprintf("%.1f", by)
	}
	return fmt.Sprintf("%.0f", by)
}

// WinItem is a finding that gains the most when it is mended.
type WinItem struct {
	Name, Href string
	Message    string
	Severity   string
	Factor     factor.Factor
	Gain       float64
}

// Heat is the table of repositories by factors.
type Heat struct {
	Now      time.Time
	Href     string // of what is shown
	Export   string // of the files, without their extension
	Filter   HeatFilter
	Columns  []HeatColumn
	Rows     []HeatRow
	Total    int // that are chosen
	First    int // number of the first that is shown, from 1
	Before   string
	After    string
	Narrowed bool   // by a filter
	Clear    string // without it
	Days     int    // that changes are over
	Running  int    // audits queued or running, of the rows
}

// Last is the number of the last row that is shown.
func (h Heat) Last() int { return h.First + len(h.Rows) - 1 }

// HeatFilter is the form that narrows the table.
type HeatFilter struct {
	Account   string // kept
	Sort      string // kept
	Text      string
	Topic     string
	Languages []Choice
	Grades    []Choice
	Classes   []Choice
	Days      []Choice
	Archived  bool
}

// HeatColumn is a column that the table is ordered by when its head is followed.
type HeatColumn struct {
	By, Title, Class string
	Says             string // what the title is short for; "" where it is not
	Href             string
	Sort             string // "ascending" or "descending" where the table is ordered by it
}

// HeatRow is one repository.
type HeatRow struct {
	Name      string // "owner/name"
	Href      string
	Classes   string // "web service, worker"
	Archived  bool
	Score     *float64 // nil until an audit is done, or when nothing can be scored
	Grade     string   // "" when withheld
	Change    *float64 // in points
	Strip     Strip
	Findings  int
	Severe    int // of them critical or high
	Commit    string
	AuditedAt time.Time // zero before the first audit
	Progress  *Progress // nil when no audit runs
	Failure   string    // why the last audit failed, one sentence; "" if it did not
}

// Progress is how far a running audit is.
type Progress struct {
	State string // Asked, "queued" or "running"
	Done  int    // files
	Total int    // files; 0 while they are being listed
	Href  string // the fragment's own address, polled
}

// Asked is the state before it is known which commit is to be audited.
const Asked = "asked"

// Says is the progress in words.
func (p Progress) Says() string {
	switch {
	case p.State == Asked:
		return "Looking where the branch is"
	case p.State == "queued":
		return "Waiting for a worker"
	case p.Total == 0:
		return "Listing files"
	case p.Done < p.Total:
		return Thousands(p.Done) + " of " + Thousands(p.Total) + " files inspected"
	}
	return "Judging"
}
