package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/factor"
)

// Repository is one repository's page.
type Repository struct {
	Page       Page
	Name       string
	Href       string
	Scored     bool     // false before the first finished audit
	Score      *float64 // nil when nothing can be scored
	Grade      string
	Coverage   float64 // 0 to 1
	Change     *float64
	Strip      Strip
	Latest     AuditLine // the audit that is shown
	Progress   *Progress
	Failure    string
	Components []ComponentRow // those that the score is the mean of; the selected one alone
	Libraries  []ComponentRow // those beside them
	Shown      int            // components that findings are shown of
	Selected   string         // path of the component shown alone; "" for all
	Factors    []FactorSection
	Filter     FindingFilter
	Open       int       // findings of the shown components
	Findings   int       // of them, those that the filter leaves
	Wins       []WinItem // those that gain most, of several
	Warnings   []Warning
	Notes      []Warning   // of the whole repository
	Account    Account     // whose it is
	Waivers    []WaiverRow // those of the dashboard, and those of its file that accept something
	Pulls      []PullRow   // open pull requests that bring findings
	Audits     []AuditLine
	Badge      BadgeSnippet
	Scanning   *Scanning  // nil where the repository is not GitHub's
	Trend      *Trend     // nil where a part of the repository is shown, or nothing was audited
	Again      *AuditForm // nil where the reader can't ask for an audit, or one runs

	Contract     *EnvSum // nil where the audit kept none
	ContractHref string
}

// FindingFilter asks for some of the findings.
type FindingFilter struct {
	Action     string // the page
	Query      string
	Severities []Choice
	States     []Choice
	Component  string // shown alone; "" for all
	Trend      string // what else the address says
	Narrowed   bool
	Clear      string // the page without a filter
	Export     string // the table of what it leaves
}

// AuditForm asks for an audit.
type AuditForm struct {
	Action string
	What   string // would be audited, as the end of a sentence
}

// SelectedName is the component that is shown alone, as a heading has it.
func (v Repository) SelectedName() string {
	if v.Selected == "." {
		return "component at the root"
	}
	return "component " + v.Selected
}

// Several reports whether findings of more than one component are shown.
func (v Repository) Several() bool {
	return v.Selected == "" && v.Shown > 1
}

// Mean reports whether the score is the mean of several components.
func (v Repository) Mean() bool { return v.Selected == "" && len(v.Components) > 1 }

// meansShown is how many components' scores are written out as a sum.
const meansShown = 24

// Sum writes out how the score comes about; "" where that would be too long to read.
func (v Repository) Sum() string {
	if v.Score == nil {
		return ""
	}
	var terms []string
	if v.Mean() {
		for _, c := range v.Components {
			if c.Score != nil {
				terms = append(terms, Tenths(*c.Score))
			}
		}
		if len(terms) > meansShown {
			return ""
		}
		return fmt.Sprintf("(%s) / %d = %s", strings.Join(terms, " + "), len(terms), Tenths(*v.Score))
	}
	weight := 0.0
	for _, s := range v.Factors {
		if s.Level != NotApplicable {
			terms = append(terms, Points(s.Weight)+" × "+Tenths(s.Score))
			weight += s.Weight
		}
	}
	return fmt.Sprintf("(%s) / %s = %s", strings.Join(terms, " + "), Points(weight), Tenths(*v.Score))
}

// AuditLine is one audit in few words.
type AuditLine struct {
	Href      string // its page; "" for none
	Commit    string
	Branch    string
	Trigger   string
	State     string
	Score     *float64
	At        time.Time
	Took      time.Duration
	Files     int
	Inspected int
	Cached    int
	Ruleset   string
	Failure   string
}

// ComponentRow is one deployable unit.
type ComponentRow struct {
	Path     string
	Name     string
	Class    string // in words: "web service"
	Why      string
	Href     string // "" for nowhere
	Selected bool
	Score    *float64
	Grade    string
	Coverage float64
	Strip    Strip
	Findings int // open ones; less than 0 where they are not counted
}

// counted reports whether findings are counted of any of them.
func counted(rows []ComponentRow) bool {
	return slices.ContainsFunc(rows, func(c ComponentRow) bool { return c.Findings >= 0 })
}

// FactorSection is one factor of the shown components.
type FactorSection struct {
	Factor   factor.Factor
	Level    Level
	Score    float64
	Weight   float64 // in the whole score, out of 100
	Coverage float64
	Cards    []FactorCard // one per component to which the factor applies; none when there are too many to read
	Findings []FindingItem
	Passes   []PassItem
	More     More
	Narrowed bool // some of its findings may be left out by a filter
}

// More is what a section leaves out, and where it is.
type More struct {
	Findings int    // of the section, shown or not
	Passes   int    // of the section, shown or not
	Cards    bool   // too many components: their arithmetic is shown one by one
	All      string // the factor's own page
}

// Says is the section's score in words.
func (s FactorSection) Says() string { return Cell{Level: s.Level, Score: s.Score}.Says() }

// FactorCard is the arithmetic of a factor for one component.
type FactorCard struct {
	Component string // path; shown when there are several
	Score     *float64
	Capped    bool
	Loss      float64 // what findings take of the worst aspect, 0 to 1
	Aspects   []AspectRow
}

// AspectRow is one aspect's arithmetic: credit = (0.6 + 0.4·evidence) · Π(1 − penalty).
type AspectRow struct {
	Letter    string
	Title     string
	Weight    float64
	Evidence  float64
	Credit    float64
	Penalties []Taken
	Seen      bool // whether anything was found either way
}

// Sum writes the aspect's arithmetic out.
func (a AspectRow) Sum() string {
	parts := []string{"(0.6 + 0.4 × " + number(a.Evidence) + ")"}
	for _, p := range a.Penalties {
		if p.Amount > 0 {
			parts = append(parts, "(1 − "+number(p.Amount)+")")
		}
	}
	return strings.Join(parts, " × ") + " = " + number(a.Credit)
}

// Taken is what a rule's findings take of an aspect's credit.
type Taken struct {
	Rule    string
	Amount  float64 // 0 to 1
	Formula string  // how it follows from the weights of the findings: "0.7·0.6"; "" where it is one finding's weight
}

// Takes writes out how the amount comes about: "config/secret-default takes 0.42 = 0.7·0.6".
func (t Taken) Takes() string {
	if t.Amount == 0 {
		return t.Rule + " takes nothing: advice alone"
	}
	if t.Formula == "" {
		return t.Rule + " takes " + number(t.Amount)
	}
	return t.Rule + " takes " + number(t.Amount) + " = " + t.Formula
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', 3, 64) }

// FindingItem is one finding with all that helps to mend it.
type FindingItem struct {
	Page       string // its own; "" for none
	Rule       string
	RuleTitle  string
	Severity   string
	Confidence string
	Component  string // shown when there are several
	Message    string
	Location   string // "src/app.js:12"
	Place      Link   // the same; it leads there where that can be
	Related    []Link // further places
	Why        string
	Fix        string
	Gain       float64
	FirstSeen  time.Time
	Opened     Link   // the pull request or commit that brought it; zero where that is not known
	OpenedBy   string // who opened the pull request
	Advisory   bool   // shown, not scored
	Anchor     string
	Fails      bool        // the check of its pull request
	Waived     *Waived     // nil while nobody accepted it
	Form       *WaiverForm // nil where the reader can't waive
	Waive      string      // the page with the form, where it does not stand here; "" for none
}

// PassItem is one piece of positive evidence.
type PassItem struct {
	Rule     string
	Message  string
	Location string
	Full     bool // strength 1 rather than ½
}

// Warning says what an audit left out.
type Warning struct {
	Path    string
	Message string
}
