// Package digest says in a mail how an account's week went, as one person sees
// it: data in, subject, HTML and text out. It asks no store, no clock and no
// network.
package digest

import (
	"time"

	"twelvefold/internal/factor"
	"twelvefold/templates"
)

// Most is how many rows a list of the mail has at the most; the others are counted.
const Most = 5

// Digest is a week of an account. Names, titles and messages are as strangers wrote
// them: Compose cleans them.
type Digest struct {
	Account string    // as GitHub has it
	Chosen  bool      // of some repositories, rather than of all that the reader sees
	From    time.Time // in the reader's zone, as To
	To      time.Time // when it was put together

	Home        string // absolute addresses; "" leaves the link out
	Settings    string // where the reader changes or ends it
	Unsubscribe string

	Doubt bool // the digest before this one may not have arrived
	Lost  bool // it could not be sent

	Repositories int // archived ones left out
	Audited      int // of them
	Scored       int // of them
	Findings     int // open ones
	Severe       int // of them critical or high
	Score        *float64
	Change       *float64 // over the week, of those that had a score then; nil: none had
	Strip        templates.Strip

	Worse  *Turn
	Better *Turn
	Win    *Win

	Opened       Counts
	Closed       Counts
	Worst        []Finding // of those opened, critical and high ones that are still there
	MoreWorst    int
	FirstAudited int // repositories that were audited for the first time; what was found there is not in Opened

	Again   int      // repositories whose score moved without a commit, as when a waiver begins or ends
	AgainBy *float64 // points by which the score moved so, which are not in Change; nil where Again is 0

	Unaudited     []Unaudited
	MoreUnaudited int
	Failing       int // repositories whose newest audit failed within the week, listed or not
	Lapsing       []Waiver
	MoreLapsing   int
	LapseBy       time.Time // the last day that Lapsing is told for

	Rules Rules
}

// Counts are findings by severity, worst first.
type Counts [5]int

// All is their sum.
func (c Counts) All() (n int) {
	for _, count := range c {
		n += count
	}
	return n
}

// Turn is a repository whose score changed, and by what.
type Turn struct {
	Repository string // "owner/name"
	Href       string
	From, To   float64
	Factor     factor.Factor // that moved the most; zero where none did
	FactorFrom float64
	FactorTo   float64
	Commit     string // 40 hex digits; "" where it is not known
	Number     int    // of the pull request that it merged; 0 for none
	Title      string // of that
	By         string // who opened it
}

// Win is the open finding whose mending gains the most.
type Win struct {
	Repository string
	Href       string
	Message    string // with `code`
	Severity   string
	Factor     factor.Factor
	Gain       float64 // points of the repository
}

// Finding is one that was opened.
type Finding struct {
	Repository string
	Href       string
	Message    string // with `code`
	Severity   string
	Factor     factor.Factor
}

// Unaudited is a repository that was never audited, or whose newest audit failed.
type Unaudited struct {
	Repository string
	Href       string
	Never      bool   // no audit of it has succeeded
	Failed     bool   // its newest audit failed
	Why        string // a sentence; "" where there is nothing to say
}

// Waiver is one that soon ends.
type Waiver struct {
	Repository string
	Href       string
	Of         string    // the rule, or what the finding says
	Owner      string    // who answers for it
	Expires    time.Time // the last day that it holds
	File       bool      // of .twelvefold.yml, rather than of the dashboard
}

// Rules is what new rules had to do with the week.
type Rules struct {
	First   int      // repositories that were audited for the first time under other rules than before
	Of      *float64 // points of Change that came with those audits; nil: none did
	Beside  *float64 // points by which the score moved under them without a new commit, which are not in Change; nil: none
	Waiting int      // repositories whose newest audit was made under other rules than today's
}

// moved is the least that counts as a change of a score.
const moved = 0.5

// Changed reports whether anything happened in the week. What merely stands, such as
// what to fix first, is no change.
func (d Digest) Changed() bool {
	return d.Failing+d.Again > 0 || d.Worse != nil || d.Better != nil || d.Opened.All()+d.Closed.All()+d.FirstAudited+len(d.Lapsing)+d.Rules.First > 0 ||
		d.Change != nil && (*d.Change >= moved || *d.Change <= -moved)
}

// quiet reports whether the mail says in one line that nothing moved.
func (d Digest) quiet() bool {
	return d.Worse == nil && d.Better == nil && d.Opened.All()+d.Closed.All()+d.FirstAudited+d.Rules.First+d.Again == 0 && d.Audited > 0
}

// Mail is what is sent.
type Mail struct{ Subject, HTML, Text string }

// Compose writes the mail.
func Compose(d Digest) (Mail, error) {
	l := letterOf(d)
	page, err := render(l)
	return Mail{Subject: l.Subject, HTML: page, Text: l.text()}, err
}
