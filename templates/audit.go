package templates

import (
	"time"

	"twelvefold/internal/factor"
)

// Audit is one audit's page.
type Audit struct {
	Page        Page
	Repository  Link
	Files       string // below which its tables' files are
	State       string // as stored: "done", "failed" …
	Trigger     string // why it was asked for, in words
	Commit      Link
	Hash        string    // of the commit, whole
	Branch      string    // "" for a detached checkout
	HeadAt      time.Time // when the commit came to be the branch's head
	PullRequest *AuditPull
	At          time.Time // when it finished, began, or was asked for
	Took        time.Duration
	Progress    *Progress
	Failure     string // one sentence, of one that failed or was cancelled
	Advice      string // what to do about it
	Latest      Link   // the newest audit of the branch, when this one is older; zero otherwise
	Score       *float64
	Grade       string
	Coverage    float64
	Change      *float64
	Strip       Strip
	Against     *Against // nil for the first of its branch
	Before      Link     // the audits beside it on the branch; zero where there is none
	After       Link
	Components  []ComponentRow
	MoreRows    int // components that are not listed
	Opened      ChangeList
	Closed      ChangeList
	Unchanged   int // findings that base and head of a pull request share
	Reads       []Fact
	Warnings    []Warning
	MoreWarned  int // warnings that are not listed
}

// Scores says what the score was and what it is, both to the tenth: "(84.9, here 85.2)".
func (v Audit) Scores() string {
	switch before := v.Against.Score; {
	case before == nil:
		return ""
	case v.Score == nil:
		return "(" + Tenths(*before) + ")"
	case Tenths(*before) == Tenths(*v.Score):
		return "(" + Tenths(*before) + " both)"
	default:
		return "(" + Tenths(*before) + ", here " + Tenths(*v.Score) + ")"
	}
}

// Done reports whether it came to a result.
func (v Audit) Done() bool { return v.State == "done" }

// AuditPull is the pull request that an audit is of.
type AuditPull struct {
	Link Link
	By   string
}

// Against is what an audit is compared with.
type Against struct {
	What   string // "the audit before", "the base of the pull request"
	Commit string
	Link   Link // its page; no address where it has none
	Score  *float64
	Strip  Strip
	Moved  []Moved
	Rules  bool // another ruleset judged it: what moved may be the rules
}

// Moved is a factor that has another score than before.
type Moved struct {
	Factor        factor.Factor
	Before, After Cell
	Change        float64 // 0 where one of them has no score
}

// ChangeList is what an audit opened or closed: a page of it, by factor.
type ChangeList struct {
	All    int
	First  int // number of the first that is shown, from 1
	Shown  int
	Newer  string
	Older  string
	Groups []ChangeGroup
}

// ChangeGroup is the changes of one factor.
type ChangeGroup struct {
	Factor factor.Factor
	Items  []ChangeItem
}

// ChangeItem is a finding that came or went.
type ChangeItem struct {
	Severity string
	Message  string
	Href     string // its page; "" for none
	Place    Link
	Fails    bool   // the check of its pull request
	Fix      string // what to do; "" where its page says it
	Rule     string
}

// Fact is a name with a value.
type Fact struct{ Name, Value string }
