package templates

import (
	"fmt"
	"math"
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
	Scored       int // of them
	Archived     int
	Findings     int        // open ones
	Severe       int        // of them critical or high
	Score        *float64   // mean of the repositories' scores
	Weeks        []*float64 // the score of the past weeks, the oldest first, now last
	Export       string     // of their files, without their extension
	Changes      []ChangeOver
	Strip        Strip // means of the factors; each cell orders the heat map by its factor
	Means        []FactorMean
	Newest       time.Time

	Worse, Better []TurnItem // of the past 7 days
	Wins          []WinItem

	Heads       int // of default branches and open pull requests
	Unaccounted int // of them

	Heat Heat

	Offer *DigestOffer // nil: it was answered, or no mail is sent
}

// weeks is the line of the score, one reading a week until now.
func (v Organisation) weeks() (l line) {
	for i, score := range v.Weeks {
		l = append(l, reading{TrendPoint{At: v.Page.Now.AddDate(0, 0, -7*(len(v.Weeks)-1-i))}, score})
	}
	return l
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
	Of     int // repositories that had a score then
}

// FactorMean is the mean of a factor over the repositories where it is assessed.
type FactorMean struct {
	Factor factor.Factor
	Mean   *float64 // nil: it is assessed in none
	Of     int
}

// sum writes the mean of the scores, cut off like every score.
func (v Organisation) sum() string {
	return fmt.Sprintf("%s / %d = %.2f", Tenths(*v.Score*float64(v.Scored)), v.Scored, math.Floor(*v.Score*100+1e-6)/100)
}

// TurnItem is a repository that got worse or better, and by what.
type TurnItem struct {
	Name, Href string
	From, To   float64
	Factor     factor.Factor // that moved the most; zero where none did
	FactorFrom float64
	FactorTo   float64
	Ruled      bool   // by rules that changed, not by people
	Cause      Link   // the pull request or commit; zero where that is not known, or rules did it
	Audit      string // what opened and closed in it; "" where that is not known
	By         string
	At         time.Time
}

// Points is by how much it changed, without its sign: the difference of what is shown.
func (t TurnItem) Points() string {
	return Tenths(math.Abs(math.Round(t.To*10)-math.Round(t.From*10)) / 10)
}

// WinItem is a finding that gains the most when it is mended.
type WinItem struct {
	Name     string // of its repository, or of its component among several; "" where it goes without saying
	Href     string
	Message  string
	Severity string
	Factor   factor.Factor
	Gain     float64
}
