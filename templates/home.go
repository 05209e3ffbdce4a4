package templates

import "time"

// Home is the page of all audited repositories.
type Home struct {
	Page         Page
	Repositories []RepositoryRow
	Findings     int // open findings of all of them
	Running      int // audits queued or running
	Accounts     []Account
	SignedIn     bool
	Install      string // where the App is installed from; "" when that is not known
}

// RepositoryRow is one repository of the table.
type RepositoryRow struct {
	Name      string // "owner/name"
	Href      string
	Classes   string   // "web service, 2 workers"
	Score     *float64 // nil until an audit is done, or when nothing can be scored
	Grade     string   // "" when withheld
	Change    *float64 // against the audit before, in points
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
