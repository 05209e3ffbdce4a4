package main

import (
	"slices"
	"strconv"

	"twelvefold/internal/audit"
)

// outcome is what became of one subject: which labels were found, and what each
// finding is.
type outcome struct {
	subject *subject
	audit   *audit.Audit
	found   []hit  // per violation of the subject
	said    []said // per finding of the audit
	trapped []int  // per trap: the findings that fell for it
}

// hit is how a labelled violation was found.
type hit int

const (
	missed    hit = iota
	elsewhere     // the same rule on the same component, at a line of another file
	sameFile      // in the file, at another line
	exact         // at the line that a reviewer would point at, or one of the cause's
)

// said is what a finding turned out to be.
type said int

const (
	unjudged said = iota
	right
	wrong
	unclear
)

// near is how many lines a place may be off: the first or the last of a
// statement of several lines.
const near = 2

// match compares an audit with the labels. A finding that a label tells is
// right, one that a verdict tells is as it says, and one at a trap is wrong.
func match(s *subject, result *audit.Audit, counting map[string]audit.Counting, verdicts []verdict) outcome {
	o := outcome{subject: s, audit: result, found: make([]hit, len(s.Violations)), said: make([]said, len(result.Findings)), trapped: make([]int, len(s.Traps))}
	for i, v := range s.Violations {
		for j, f := range result.Findings {
			h := v.foundBy(f, counting[f.Rule])
			o.found[i] = max(o.found[i], h)
			if h != missed {
				o.said[j] = right
			}
		}
	}
	for j, f := range result.Findings {
		for _, v := range verdicts {
			if o.said[j] == unjudged && v.of(s, f) {
				o.said[j] = map[string]said{"true": right, "false": wrong, "unclear": unclear}[v.Verdict]
			}
		}
		if o.said[j] == right {
			continue // also where a trap is in the next line
		}
		for i, t := range s.Traps {
			if t.Rule == f.Rule && slices.ContainsFunc(placesOf(f), func(at audit.Place) bool { return at.Path == t.Path && close(at.Line, t.Line) }) {
				o.said[j] = wrong
				o.trapped[i]++
			}
		}
	}
	return o
}

func (v violation) foundBy(f audit.Finding, counting audit.Counting) hit {
	if f.Rule != v.Rule && !slices.Contains(v.Or, f.Rule) {
		return missed
	}
	best := missed
	for _, at := range placesOf(f) {
		for _, wanted := range v.places() {
			switch {
			case at.Path != wanted.Path:
			case at.Line == 0 || wanted.Line == 0 || close(at.Line, wanted.Line):
				best = max(best, exact)
			default:
				best = max(best, sameFile)
			}
		}
	}
	if best == missed && counting == audit.Once && f.Component == v.Component {
		return elsewhere // a component has it once, wherever it is shown
	}
	return best
}

func close(a, b int) bool { return a-b <= near && b-a <= near }

func placesOf(f audit.Finding) []audit.Place {
	return append([]audit.Place{f.Place}, f.Related...)
}

func (v violation) places() []audit.Place {
	list := []audit.Place{{Path: v.Path, Line: v.Line}}
	for _, text := range v.Also {
		if m := place.FindStringSubmatch(text); m != nil {
			line, _ := strconv.Atoi(m[2])
			list = append(list, audit.Place{Path: m[1], Line: line})
		}
	}
	return list
}

func (v verdict) of(s *subject, f audit.Finding) bool {
	if v.Repository != s.Repository || v.Rule != f.Rule || v.Path != f.Place.Path {
		return false
	}
	if v.Subject != "" {
		return v.Subject == f.Subject
	}
	return close(v.Line, f.Place.Line)
}

// judgementOf is what a factor's score says in a person's words.
func judgementOf(score audit.FactorScore) judgement {
	switch {
	case score.Status == audit.NotApplicable:
		return notApplicable
	case score.Score == nil || score.Status == audit.Unknown:
		return unknown
	case *score.Score >= 85:
		return satisfied
	case *score.Score >= 50:
		return partly
	}
	return violated
}

// scorecardOf is the scorecard of a labelled component: the one at its path,
// else the only deployable one below or above it.
func scorecardOf(result *audit.Audit, c component) (audit.Scorecard, bool) {
	var related []audit.Scorecard
	for _, card := range result.Scorecards {
		if card.Path == c.Path {
			return card, true
		}
		if card.Class != audit.Library && (within(card.Path, c.Path) || within(c.Path, card.Path)) {
			related = append(related, card)
		}
	}
	if len(related) == 1 {
		return related[0], true
	}
	return audit.Scorecard{}, false
}

func within(path, dir string) bool {
	return dir == "." || len(path) > len(dir) && path[:len(dir)] == dir && path[len(dir)] == '/'
}
