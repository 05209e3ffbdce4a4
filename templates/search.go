package templates

// Search is the page of what was found.
type Search struct {
	Page             Page
	Query            string
	Repositories     []FoundRepository
	MoreRepositories string // where all of them are; "" when all are shown
	Findings         []FoundFinding
	CutFindings      bool   // there are more than are shown
	MoreFindings     string // where more of them are; "" for nowhere
	FoundRules       []RuleItem
	Rules            int    // that match, shown or not
	MoreRules        string // where all of them are; "" when all are shown
}

// Nothing reports whether nothing was found.
func (v Search) Nothing() bool { return len(v.Repositories)+len(v.Findings)+len(v.FoundRules) == 0 }

// FoundRepository is a repository that was found.
type FoundRepository struct {
	Name    string // "owner/name"
	Href    string
	Audited bool
	Score   *float64
	Grade   string
	Strip   Strip
}

// FoundFinding is an open finding that was found.
type FoundFinding struct {
	Severity   string
	Message    string
	Href       string
	Location   string
	Repository string
	Rule       string
}

// Says is what was found, for who hears it.
func (v Search) Says() string {
	switch {
	case v.Query == "":
		return ""
	case v.Nothing():
		return "Nothing found"
	}
	some := func(n int, one string, more bool) string {
		if more {
			return "more than " + Count(n, one)
		}
		return Count(n, one)
	}
	return some(len(v.Repositories), "repository", v.MoreRepositories != "") + ", " + some(len(v.Findings), "open finding", v.CutFindings) + ", " + Count(v.Rules, "rule")
}
