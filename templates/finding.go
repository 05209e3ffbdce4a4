package templates

import (
	"time"

	"twelvefold/internal/factor"
)

// Finding is one finding's page.
type Finding struct {
	Page       Page
	Repository Link
	Component  Link // the repository's page of it
	Factor     factor.Factor
	FactorHref string
	Item       FindingItem
	Asks       []string // what of the fix is code, to be copied
	Example    Example
	Worth      *Worth // nil when nothing is gained: closed, or shown but not scored
	Place      Link   // the first place
	Commit     string // that the places are at
	Excerpt    *Excerpt
	Code       string // the fragment with the excerpt
	WithCode   string // this page with it
	CodeLines  int    // that it probably has, for which room is kept: at most 13; 0 where it is a sentence
	History    []Event
	Comebacks  int    // times it went and came back that the history leaves out
	Closed     *Event // nil while it is open
	Former     string // the branch it was seen on, where that is the default one no more; "" else
	Related    []RelatedPlace
	More       int // related places that are not listed
}

// RelatedPlace is a further place of a finding.
type RelatedPlace struct {
	Place    Link
	WithCode string // the page with the code there; "" where there is none to show
	Code     string // the fragment
}

// Example is how the rule's own example was mended, as a diff; no lines where it
// is in another language than the finding.
type Example struct {
	File  string
	Lines []DiffLine
}

// DiffLine is a line of a diff.
type DiffLine struct {
	Sign string // "+", "-" or " "
	Text string
}

// Worth is what mending a finding alone brings, with the way there.
type Worth struct {
	Gain          float64
	Before, After float64 // the component's score
	Component     string
	Weighs        string // "high 0.7 × high confidence 1 = 0.7"
	Weight        float64
	Aspect        string
	AspectWeight  float64 // of the factor, out of 100
	Count         int     // findings of the rule that count in the aspect
	Takes         float64 // share that they take of the aspect's credit; 0 to 1
	Formula       string  // how that follows from their weights: "0.7·0.6"; "" where it is one finding's weight
	FactorWeight  float64 // of the whole score, out of 100
	FactorScore   *float64
	Card          FactorCard
}

// Taken writes out what the rule takes: "42 % (0.7·0.6)".
func (w Worth) Taken() string {
	if w.Formula == "" {
		return Share(w.Takes)
	}
	return Share(w.Takes) + " (" + w.Formula + ")"
}

// Event is something in the life of a finding.
type Event struct {
	What  string
	At    time.Time
	Cause Link   // the pull request or the commit
	By    string // who opened the pull request; "" when that is not known
	Audit string // its page
}

// Excerpt is the code around a place.
type Excerpt struct {
	Place  Link
	Commit string
	Lines  []CodeLine // none when there is nothing to show
	Masked bool       // something in it is not shown
	Why    string     // why there are none
	Again  string     // the page that tries once more; "" where that does not help
}

// CodeLine is one line of an excerpt.
type CodeLine struct {
	Number int
	Text   string
	Marked bool
	Cut    bool
}
