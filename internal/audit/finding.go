package audit

import (
	"slices"

	"twelvefold/internal/factor"
)

// Finding is a violation at a place.
type Finding struct {
	Rule        string
	Factor      factor.Key
	Aspect      string
	Severity    Severity
	Confidence  Confidence
	Component   string // the component's path
	Subject     string // what is counted: a package, variable, service
	Place       Place
	Related     []Place // further places of the same cause
	Added       int     // how many of its places, the first ones, a pull request adds to it; 0 where all of it is new, or known
	With        []Same  // what it stands for beside itself
	Message     string  // one sentence that names the thing in this repository
	Fix         string  // see Fix
	Fingerprint string  // 32 hex digits; see fingerprint
	Gain        float64 // by how much the component's score rises if this alone is fixed
	Waived      *Waiver // who accepted it and until when; nil while nobody did
}

// Same is what a finding stands for beside itself: another component's, or another
// rule's, of the same cause. Scores count it where it is.
type Same struct {
	Rule       string
	Factor     factor.Key
	Aspect     string
	Severity   Severity
	Confidence Confidence
	Component  string
	Place      Place
}

// same is the finding as one that another stands for, and those that it stood for.
func (f Finding) same() []Same {
	return append([]Same{{f.Rule, f.Factor, f.Aspect, f.Severity, f.Confidence, f.Component, f.Place}}, f.With...)
}

// Weight is what it weighs; see Finding.Weight.
func (s Same) Weight() float64 {
	return Finding{Severity: s.Severity, Confidence: s.Confidence}.Weight()
}

// Pass is positive evidence at a place.
type Pass struct {
	Rule      string
	Factor    factor.Key
	Aspect    string
	Component string
	Place     Place
	Message   string
	Strength  float64 // ½ or 1
}

// Report collects what one rule says of one component.
type Report struct {
	rule      Rule
	component *Component
	findings  []Finding
	passes    []Pass
	good      int
	bySubject map[string]int // subject → index in findings
	said      map[saidKey][]said
	causes    map[saidKey]string // see SameCause
	related   map[relatedPlace]bool
	broken    string // why the rule broke down, or ""
}

// WithSeverity overrides the rule's severity for this finding.
func WithSeverity(s Severity) Option { return func(d *draft) { d.Severity = s } }

// WithConfidence overrides the rule's confidence for this finding.
func WithConfidence(c Confidence) Option { return func(d *draft) { d.Confidence = c } }

// Violation reports a finding. Subject is what is counted and what the
// fingerprint stands on: a package, variable or service name, never a path
// alone nor a line. One cause is one finding: of several reports of a subject
// the one that weighs most is kept, the first of equal ones, and the places of
// the others are related. What a finding weighs depends neither on the order of
// reports nor on a doubtful report beside a sure one. A program's own code stands
// before that of its libraries.
func (r *Report) Violation(at Place, subject, message string, options ...Option) {
	d := draft{Finding: Finding{
		Rule: r.rule.ID, Factor: r.rule.Factor(), Aspect: r.rule.Aspect,
		Severity: r.rule.Severity, Confidence: r.rule.Confidence,
		Component: r.component.Path, Subject: subject, Place: at, Message: message,
	}}
	for _, option := range options {
		option(&d)
	}
	f := d.Finding
	f.Fix = r.component.withOwnExample(r.rule.FixFor(d.named, append(d.wanted, r.component.spokenAt(at)...)...))
	r.component.discountFinding(&f)
	if d.cause == "" && r.component.taken[at.Path] {
		d.cause = ofLibrary + at.String() + " " + subject
	}
	if r.bySubject == nil {
		r.bySubject, r.said, r.causes, r.related = map[string]int{}, map[saidKey][]said{}, map[saidKey]string{}, map[relatedPlace]bool{}
	}
	key := saidKey{f.Rule, subject}
	r.said[key] = append(r.said[key], said{lineOf(at), f.Weight()})
	i, seen := r.bySubject[subject]
	if !seen {
		r.causes[key] = d.cause
		r.bySubject[subject] = len(r.findings)
		r.findings = append(r.findings, f)
		return
	}
	kept := r.findings[i]
	if f.outweighs(kept) || !kept.outweighs(f) && (isBase(at.Path, kept.Place.Path) || r.component.taken[kept.Place.Path] && !r.component.taken[at.Path]) {
		f.Related = withoutLine(append([]Place{kept.Place}, kept.Related...), at)
		r.findings[i], r.causes[key] = f, d.cause
		r.related[relatedPlace{subject, lineOf(kept.Place)}] = true
		return
	}
	if place := (relatedPlace{subject, lineOf(at)}); lineOf(kept.Place) != place.at && !r.related[place] {
		r.related[place] = true
		r.findings[i].Related = append(kept.Related, at)
	}
}

// relatedPlace is a further line of a finding: each is named once.
type relatedPlace struct {
	subject string
	at      Place
}

// withoutLine is the places but for those on one line.
func withoutLine(list []Place, at Place) []Place {
	return slices.DeleteFunc(list, func(p Place) bool { return lineOf(p) == lineOf(at) })
}

// outweighs orders the reports of one subject: by what they take from the
// score, then by severity, then by confidence.
func (f Finding) outweighs(g Finding) bool {
	if f.Weight() != g.Weight() {
		return f.Weight() > g.Weight()
	}
	if f.Severity != g.Severity {
		return f.Severity.Rank() < g.Severity.Rank()
	}
	return confidenceWeight(f.Confidence) > confidenceWeight(g.Confidence)
}

// Pass reports positive evidence; strength is 0.5 or 1.
func (r *Report) Pass(at Place, strength float64, message string) {
	p := Pass{
		Rule: r.rule.ID, Factor: r.rule.Factor(), Aspect: r.rule.Aspect,
		Component: r.component.Path, Place: at, Message: message, Strength: strength,
	}
	r.component.discountPass(&p)
	r.passes = append(r.passes, p)
}

// Good counts n subjects that do it right, for rules that count by Ratio.
func (r *Report) Good(n int) { r.good += n }
