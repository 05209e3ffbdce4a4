// Package report renders an audit for people and programs. The same audit
// gives the same bytes.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/source"
)

// Schema names the JSON document; docs/audit.v1.schema.json describes it.
const Schema = "twelvefold/audit/v1"

// Document is the JSON form of an audit. Keys stand in this order; lists are
// never null; score and grade are null when there is none.
type Document struct {
	Schema     string           `json:"schema"`
	Ruleset    string           `json:"ruleset"`
	Commit     *string          `json:"commit"` // null for a directory without git
	Dirty      bool             `json:"dirty"`  // files differ from the commit
	Repository string           `json:"repository"`
	Score      *float64         `json:"score"`
	Grade      *string          `json:"grade"`
	Coverage   float64          `json:"coverage"`
	Components []Component      `json:"components"`
	Findings   []Finding        `json:"findings"`
	Passes     []Pass           `json:"passes"`
	Env        []Variable       `json:"env"` // the environment contract of every component
	Warnings   []source.Warning `json:"warnings"`
	Base       *Base            `json:"base,omitempty"` // the findings are only those that are new against it; passes are left out
}

// Base is the commit that an audit is compared with.
type Base struct {
	Commit    string `json:"commit"`
	Unchanged int    `json:"unchanged"` // findings that are as they were there
	Fixed     int    `json:"fixed"`     // findings of it that are gone
}

// Component is one component's scorecard.
type Component struct {
	Path       string      `json:"path"`
	Name       string      `json:"name"`
	Kind       audit.Class `json:"kind"`
	Why        string      `json:"why"` // what decided the kind
	Languages  []string    `json:"languages"`
	Score      *float64    `json:"score"`
	Grade      *string     `json:"grade"`
	Coverage   float64     `json:"coverage"`
	WhollyRead bool        `json:"whollyRead"` // all that it is made of was read, so that what was not found is not there
	Processes  []Process   `json:"processes"`
	Image      *string     `json:"image"`     // where, and from which base
	Datastore  *string     `json:"datastore"` // what says that it keeps data in a database
	Imports    []string    `json:"imports"`   // the repository's libraries that it uses
	Files      int         `json:"files"`     // that it owns or that deploy it
	Factors    []Factor    `json:"factors"`   // always twelve, in canonical order
}

// Process is one process type.
type Process struct {
	Name        string            `json:"name"`
	Kind        audit.ProcessKind `json:"kind"`
	Development bool              `json:"development"` // only developers or CI start it
	Start       string            `json:"start"`
	Path        string            `json:"path"`
	Line        int               `json:"line"`
	Also        []Place           `json:"also"` // what else starts it
}

// Place is a line of a file; line 0 is the file as a whole.
type Place struct {
	Path string `json:"path"`
	Line int    `json:"line"`
}

// Factor is one factor's score.
type Factor struct {
	Factor   factor.Key   `json:"factor"`
	Status   audit.Status `json:"status"`
	Score    *float64     `json:"score"`
	Coverage float64      `json:"coverage"`
	Weight   float64      `json:"weight"`        // in the component's score
	Capped   bool         `json:"capped"`        // a critical finding holds the score at 40
	Loss     float64      `json:"loss"`          // what findings take of the worst examined aspect's credit, 0 to 1
	Why      string       `json:"why,omitempty"` // why it, or part of it, does not apply
	Aspects  []Aspect     `json:"aspects"`       // those that apply
}

// Aspect is the arithmetic of one aspect:
// credit = (0.6 + 0.4·evidence) · Π (1 − amount of each penalty). Evidence is the
// most of the strengths of its passes, 0.75 by absence and 0.75 of what those are
// on the factor's other aspects; none where a rule failed. A factor's score is 100
// times the mean of the examined aspects' credits by their weights, times
// (1 − 0.5·loss), and its coverage the share of all weights where something was
// found for or against and no rule failed.
type Aspect struct {
	Aspect    string    `json:"aspect"`
	Title     string    `json:"title"`
	Weight    float64   `json:"weight"`
	Examined  bool      `json:"examined"` // a rule looks at it; else it is left out of the score
	Failed    bool      `json:"failed"`   // a rule broke down here: the aspect is unknown, and passes prove nothing
	Absence   bool      `json:"absence"`  // nothing stands against it, and all of the component was read
	Evidence  float64   `json:"evidence"`
	Penalties []Penalty `json:"penalties"`
	Credit    float64   `json:"credit"`
	Findings  int       `json:"findings"`
	Passes    int       `json:"passes"`
}

// Penalty is what one rule takes away. With the weights of its findings that
// count, worst first, the amount is: once, the first; each, 0.6 of the first,
// 0.16 of the second and then 0.6 of the share before; by ratio, the first times
// √(bad/(bad+good)) and at least 0.25, where bad is their sum by the first.
type Penalty struct {
	Rule     string         `json:"rule"`
	Amount   float64        `json:"amount"`
	Count    int            `json:"count"`    // findings that count
	Counting audit.Counting `json:"counting"` // how they add up
	Good     int            `json:"good"`     // subjects that do it right, where it is by ratio
	Weights  []Weight       `json:"weights"`
}

// Weight is how many of the findings that count weigh the same.
type Weight struct {
	Weight float64 `json:"weight"`
	Count  int     `json:"count"`
}

// Finding is one finding.
type Finding struct {
	Rule        string           `json:"rule"`
	Factor      factor.Key       `json:"factor"`
	Aspect      string           `json:"aspect"`
	Severity    audit.Severity   `json:"severity"`
	Confidence  audit.Confidence `json:"confidence"`
	Component   string           `json:"component"`
	Path        string           `json:"path"`
	Line        int              `json:"line"`
	EndLine     int              `json:"endLine"`
	Related     []Place          `json:"related"` // further places of the same cause
	Message     string           `json:"message"`
	Fingerprint string           `json:"fingerprint"`
	Weight      float64          `json:"weight"` // of its severity times that of its confidence
	Gain        float64          `json:"gain"`
	Fix         string           `json:"fix,omitempty"`
	Waived      *Waived          `json:"waived,omitempty"` // who accepted it; absent while nobody did
	With        []Same           `json:"with,omitempty"`   // what it stands for beside itself: other components' and rules' findings of the same cause, which scores count where they are
}

// Same is a finding that another one stands for.
type Same struct {
	Rule       string           `json:"rule"`
	Factor     factor.Key       `json:"factor"`
	Aspect     string           `json:"aspect"`
	Severity   audit.Severity   `json:"severity"`
	Confidence audit.Confidence `json:"confidence"`
	Component  string           `json:"component"`
	Path       string           `json:"path"`
	Line       int              `json:"line"`
	Weight     float64          `json:"weight"`
}

func sameOf(list []audit.Same) (with []Same) {
	for _, s := range list {
		with = append(with, Same{s.Rule, s.Factor, s.Aspect, s.Severity, s.Confidence, s.Component, s.Place.Path, s.Place.Line, s.Weight()})
	}
	return with
}

// Waived says who accepted a finding, why, and the last day that it holds.
type Waived struct {
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`
	Expires string `json:"expires"`
}

// Pass is one piece of positive evidence.
type Pass struct {
	Rule      string     `json:"rule"`
	Factor    factor.Key `json:"factor"`
	Aspect    string     `json:"aspect"`
	Strength  float64    `json:"strength"` // 0.5 or 1
	Component string     `json:"component"`
	Path      string     `json:"path"`
	Line      int        `json:"line"`
	Message   string     `json:"message"`
}

// JSON writes the audit as an indented Document. What controls a terminal or
// turns the direction of text around is written as \u009b and the like, which
// says the same to a program.
func JSON(w io.Writer, a *audit.Audit) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(DocumentOf(a)); err != nil {
		return err
	}
	_, err := w.Write(escaped(out.Bytes()))
	return err
}

// escaped is a JSON document whose texts hold no sign that clean would take out;
// between texts there is none but line ends.
func escaped(document []byte) []byte {
	if !bytes.ContainsFunc(document, unprintable) {
		return document
	}
	var out []byte
	for _, r := range string(document) {
		if unprintable(r) {
			out = fmt.Appendf(out, "\\u%04x", r)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// unprintable are the signs that JSON leaves as they are and clean does not.
func unprintable(r rune) bool { return r != '\n' && r != utf8.RuneError && controls(r) }

// DocumentOf is the audit as a Document.
func DocumentOf(a *audit.Audit) Document {
	d := Document{
		Schema: Schema, Ruleset: a.Ruleset, Commit: orNull(a.Commit), Dirty: a.Dirty, Repository: a.Repository,
		Score: a.Score, Grade: orNull(a.Grade), Coverage: a.Coverage,
		Components: []Component{}, Findings: []Finding{}, Passes: []Pass{}, Env: []Variable{}, Warnings: []source.Warning{},
	}
	for _, card := range a.Scorecards {
		d.Components = append(d.Components, ComponentOf(card))
		d.Env = append(d.Env, VariablesOf(card.Path, card.Env)...)
	}
	for _, f := range a.Findings {
		d.Findings = append(d.Findings, Finding{
			Rule: f.Rule, Factor: f.Factor, Aspect: f.Aspect, Severity: f.Severity, Confidence: f.Confidence, Component: f.Component,
			Path: f.Place.Path, Line: f.Place.Line, EndLine: max(f.Place.Line, f.Place.EndLine), Related: placesOf(f.Related),
			Message: f.Message, Fingerprint: f.Fingerprint, Weight: f.Weight(), Gain: f.Gain, Fix: f.Fix, Waived: waivedOf(f), With: sameOf(f.With),
		})
	}
	for _, p := range a.Passes {
		d.Passes = append(d.Passes, Pass{Rule: p.Rule, Factor: p.Factor, Aspect: p.Aspect, Strength: p.Strength, Component: p.Component, Path: p.Place.Path, Line: p.Place.Line, Message: p.Message})
	}
	d.Warnings = append(d.Warnings, a.Warnings...)
	if a.Since != nil {
		d.Base = &Base{a.Since.Commit, a.Since.Unchanged, a.Since.Fixed}
	}
	return d
}

// ComponentOf is a scorecard as the document has it.
func ComponentOf(card audit.Scorecard) Component {
	c := Component{
		Path: card.Path, Name: card.Name, Kind: card.Class, Why: card.Why, Languages: append([]string{}, card.Languages...),
		Score: card.Score, Grade: orNull(card.Grade), Coverage: card.Coverage, WhollyRead: card.Wholly, Factors: []Factor{}, Processes: []Process{},
		Image: orNull(card.Explained.Image), Datastore: orNull(card.Explained.Datastore), Imports: append([]string{}, card.Explained.Imports...),
		Files: card.Explained.Files,
	}
	for _, p := range card.Explained.Processes {
		c.Processes = append(c.Processes, Process{Name: p.Name, Kind: p.Kind, Development: p.Dev, Start: p.Start, Path: p.At.Path, Line: p.At.Line, Also: placesOf(p.Also)})
	}
	for _, f := range card.Factors {
		c.Factors = append(c.Factors, factorOf(f))
	}
	return c
}

func factorOf(score audit.FactorScore) Factor {
	f := Factor{Factor: score.Factor, Status: score.Status, Score: score.Score, Coverage: score.Coverage, Aspects: []Aspect{},
		Weight: audit.FactorWeight(score.Factor), Capped: score.Capped, Loss: math.Round(score.Loss()*1000) / 1000, Why: score.Why}
	for _, a := range score.Aspects {
		aspect := Aspect{
			Aspect: a.Aspect, Title: a.Title, Weight: a.Weight, Examined: a.Ruled, Failed: a.Failed, Absence: a.Absence, Evidence: a.Evidence,
			Penalties: []Penalty{}, Credit: a.Credit, Findings: a.Findings, Passes: a.Passes,
		}
		for _, p := range a.Penalties {
			penalty := Penalty{Rule: p.Rule, Amount: p.Amount, Count: p.Count, Counting: p.Counting, Good: p.Good, Weights: []Weight{}}
			for _, w := range p.Weights {
				penalty.Weights = append(penalty.Weights, Weight(w))
			}
			aspect.Penalties = append(aspect.Penalties, penalty)
		}
		f.Aspects = append(f.Aspects, aspect)
	}
	return f
}

func waivedOf(f audit.Finding) *Waived {
	if f.Waived == nil {
		return nil
	}
	return &Waived{f.Waived.Reason, f.Waived.Owner, f.Waived.Expires}
}

func placesOf(list []audit.Place) []Place {
	places := []Place{}
	for _, at := range list {
		places = append(places, Place{at.Path, at.Line})
	}
	return places
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// Only is the audit with the findings and passes of the given factors alone.
// Scores stay what they are. No factor means all.
func Only(a *audit.Audit, keys ...factor.Key) *audit.Audit {
	if len(keys) == 0 {
		return a
	}
	wanted := map[factor.Key]bool{}
	for _, key := range keys {
		wanted[key] = true
	}
	only := *a
	only.Findings, only.Passes = nil, nil
	for _, f := range a.Findings {
		if wanted[f.Factor] {
			only.Findings = append(only.Findings, f)
		}
	}
	for _, p := range a.Passes {
		if wanted[p.Factor] {
			only.Passes = append(only.Passes, p)
		}
	}
	return &only
}

// Since is the audit with those findings alone that its base lacks, and without
// passes. Scores stay what they are. Waivers are those that hold. Whether findings of
// files that could not be read are fixed, nobody knows: they are not counted.
func Since(base, head *audit.Audit, commit string, waivers []audit.Waiver) *audit.Audit {
	changes := audit.Compare(base, head, waivers)
	var unread []string
	for _, w := range head.Warnings {
		unread = append(unread, w.Path)
	}
	changes.Withhold(unread)
	since := *head
	since.Findings, since.Passes = changes.New, nil
	since.Since = &audit.Since{Commit: commit, Unchanged: len(changes.Unchanged), Fixed: len(changes.Fixed)}
	return &since
}
