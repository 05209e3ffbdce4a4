package audit

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"twelvefold/internal/factor"
)

// Severity is how much a violation matters.
type Severity string

// Severities, worst first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
)

// Severities lists all severities, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// Rank orders severities: 0 is the worst. An unknown severity ranks last.
func (s Severity) Rank() int {
	for i, known := range Severities() {
		if s == known {
			return i
		}
	}
	return len(Severities())
}

// Confidence is how sure a rule is of what it found.
type Confidence string

// Confidences. LowConfidence findings are advisory: shown, not scored.
const (
	HighConfidence   Confidence = "high"
	MediumConfidence Confidence = "medium"
	LowConfidence    Confidence = "low"
)

// Type tells violations from positive evidence.
type Type string

// The two types of rule.
const (
	Violation Type = "violation"
	Positive  Type = "pass"
)

// Counting is how several findings of one rule add up in the score (rules.md A4).
type Counting string

// Counting modes.
const (
	Once  Counting = "once"  // any number counts as one
	Each  Counting = "each"  // distinct subjects, saturating
	Ratio Counting = "ratio" // bad subjects against good ones
)

// Example is a minimal repository as a txtar archive; tests execute it.
type Example string

// Rule is one entry of the catalogue: its documentation and its matcher.
// ID is "<factor>/<name>" and never changes.
type Rule struct {
	ID         string
	Aspect     string // letter of the factor's aspect that it feeds; see Aspects
	Type       Type
	Title      string // the violation or the evidence in a few words
	Why        string // what goes wrong in production, one or two sentences
	Fixes      []Fix  // violations only; see Fix
	Severity   Severity
	Confidence Confidence
	Counting   Counting
	Sources    []string // who names it: "12F", "000" … "004", "ext"
	Revision   int      // raised when Judge changes its verdicts and nothing else of the entry does
	Bad, Good  Example  // Bad makes the rule fire (for a pass rule: not), Good the contrary

	// Judge looks at one component and reports. It reads signals only.
	Judge func(c *Component, report *Report)
}

// Factor is the factor that the ID names.
func (r Rule) Factor() factor.Key {
	key, _, _ := strings.Cut(r.ID, "/")
	return factor.Key(key)
}

// Name is the ID without its factor.
func (r Rule) Name() string {
	_, name, _ := strings.Cut(r.ID, "/")
	return name
}

// Set is the rules of one factor. Each rule file adds its rule in a package
// variable's initialisation, so that no other file need name it.
type Set struct{ rules []Rule }

// Add registers a rule and returns it.
func (s *Set) Add(r Rule) Rule {
	s.rules = append(s.rules, r)
	return r
}

// All returns the rules sorted by ID.
func (s *Set) All() []Rule {
	sorted := append([]Rule(nil), s.rules...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].ID < sorted[j].ID })
	return sorted
}

var ruleID = regexp.MustCompile(`^[a-z-]+/[a-z0-9-]+$`)

// Check says what is wrong with a rule's entry, or nil.
func (r Rule) Check() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("rule %s: %s", r.ID, fmt.Sprintf(format, args...))
	}
	if !ruleID.MatchString(r.ID) {
		return fail("the ID is not <factor>/<name>")
	}
	if _, err := factor.Of(r.Factor()); err != nil {
		return fail("%v", err)
	}
	if _, ok := aspectOf(r.Factor(), r.Aspect); !ok {
		return fail("%s has no aspect %q", r.Factor(), r.Aspect)
	}
	if r.Title == "" || r.Why == "" || r.Judge == nil || len(r.Sources) == 0 || r.Bad == "" || r.Good == "" {
		return fail("title, why, sources, examples and judge are required")
	}
	switch r.Type {
	case Violation:
		if r.FixFor(nil) == "" {
			return fail("a violation needs a general fix that names nothing")
		}
		if r.Severity.Rank() >= len(Severities()) {
			return fail("unknown severity %q", r.Severity)
		}
		if r.Confidence != HighConfidence && r.Confidence != MediumConfidence && r.Confidence != LowConfidence {
			return fail("unknown confidence %q", r.Confidence)
		}
		if r.Counting != Once && r.Counting != Each && r.Counting != Ratio {
			return fail("unknown counting %q", r.Counting)
		}
	case Positive:
		if len(r.Fixes) > 0 {
			return fail("a pass has nothing to fix")
		}
	default:
		return fail("unknown type %q", r.Type)
	}
	return nil
}
