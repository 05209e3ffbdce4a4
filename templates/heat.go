package templates

import "time"

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
