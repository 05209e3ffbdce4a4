package audit

import (
	"math"
	"slices"

	"twelvefold/internal/factor"
)

// The numbers of rules.md A4.
const (
	unknownCredit  = 0.6  // of an aspect without positive evidence
	absence        = 0.75 // evidence that nothing was found in what was wholly read
	inherited      = 0.75 // share of a factor's best evidence that its other aspects take on
	worstShare     = 0.5  // share of the worst aspect's loss that the whole factor loses
	criticalCap    = 40   // of a factor with a critical, sure finding
	gradeCoverage  = 0.5  // below it the grade is withheld
	ratioFloor     = 0.25 // least that a rule counting by ratio takes
	firstSubject   = 0.6  // share of a rule's penalty that its first subject takes
	laterSubjects  = 0.4  // share that all later subjects take together
	saturation     = 0.6  // each later subject takes this much of the one before it
	scoringVersion = "3"  // raise it when this file would score the same evidence otherwise
)

func severityWeight(s Severity) float64 {
	switch s {
	case Critical:
		return 1
	case High:
		return 0.7
	case Medium:
		return 0.4
	case Low:
		return 0.15
	}
	return 0
}

func confidenceWeight(c Confidence) float64 {
	switch c {
	case HighConfidence:
		return 1
	case MediumConfidence:
		return 0.7
	}
	return 0
}

// Weight is severity times confidence: what one finding weighs before counting.
func (f Finding) Weight() float64 {
	return roundRatio(severityWeight(f.Severity) * confidenceWeight(f.Confidence))
}

// amount is what one rule takes away in an aspect, 0 to 1, given the weights
// of its findings, worst first, and the number of subjects that do it right.
// It equals weight · g of rules.md A4 when all findings weigh the same. With
// unequal weights each finding counts with its own: Each adds them up in order
// of weight, under the shares that g gives to the first, second … subject.
func (c Counting) amount(weights []float64, good int) float64 {
	if len(weights) == 0 || weights[0] == 0 {
		return 0
	}
	switch worst := weights[0]; c {
	case Each:
		total, share := firstSubject*worst, laterSubjects*(1-saturation)
		for _, w := range weights[1:] {
			total += share * w
			share *= saturation
		}
		return total
	case Ratio:
		bad := 0.0
		for _, w := range weights {
			bad += w / worst
		}
		return worst * math.Max(ratioFloor, math.Sqrt(bad/(bad+float64(good))))
	default:
		return worst
	}
}

// evidence is all that the rules said of one component.
type evidence struct {
	findings []Finding
	passes   []Pass
	good     map[string]int      // rule → subjects that do it right
	wholly   bool                // all of the component was read; see whollyRead
	failed   map[aspectKey]bool  // a rule of the aspect could not be run to its end
	ruled    map[aspectKey]bool  // some registered rule feeds the aspect
	counting map[string]Counting // by rule
	said     map[saidKey][]said  // what findings of several reports were made of
	causes   map[saidKey]string  // of findings that other components may have, too; see SameCause
}

type aspectKey struct {
	factor factor.Key
	letter string
}

// totals is a component's score before rounding.
type totals struct {
	score    float64
	scored   bool    // some applicable aspect is fed by a rule
	coverage float64 // 0 to 1
	factors  []FactorScore
}

// scoreOf computes a component's twelve factors and their mean.
func scoreOf(c *Component, e evidence) totals {
	var t totals
	for _, f := range factor.All() {
		t.factors = append(t.factors, factorScore(f.Key, Applicable(c, f.Key), e.of(f.Key)))
	}
	t.mean()
	return t
}

// mean sets score and coverage from the factors. Aspects that no rule feeds are
// left out of the score (the ruleset does not look at them yet) but not of the
// coverage: what nobody looked at has no evidence.
func (t *totals) mean() {
	var weight, seen, sum, ruled float64
	for _, f := range t.factors {
		if f.Status == NotApplicable {
			continue
		}
		w := FactorWeight(f.Factor)
		weight += w
		seen += w * f.Coverage
		if f.Score != nil {
			sum += w * *f.Score
			ruled += w
		}
	}
	if weight > 0 {
		t.coverage = seen / weight
	}
	if ruled > 0 {
		t.score, t.scored = sum/ruled, true
	}
}

// of is the evidence on one factor.
func (e evidence) of(key factor.Key) evidence {
	all := e
	e.findings, e.passes = nil, nil
	for _, f := range all.findings {
		if f.Factor == key {
			e.findings = append(e.findings, f)
		}
	}
	for _, p := range all.passes {
		if p.Factor == key {
			e.passes = append(e.passes, p)
		}
	}
	return e
}

func factorScore(key factor.Key, applicable []Aspect, e evidence) FactorScore {
	score := FactorScore{Factor: key, Status: NotApplicable}
	if len(applicable) == 0 {
		return score
	}
	score.Status = Unknown
	best := 0.0
	for _, a := range applicable {
		aspect := aspectScore(aspectKey{key, a.Letter}, a, e)
		best = math.Max(best, aspect.Evidence)
		score.Aspects = append(score.Aspects, aspect)
	}
	var weight, covered, ruled, sum float64
	for i := range score.Aspects {
		aspect := &score.Aspects[i]
		aspect.credit(best)
		a := applicable[i]
		weight += a.Weight
		if aspect.Covered() {
			covered += a.Weight
		}
		if aspect.Ruled {
			ruled += a.Weight
			sum += a.Weight * aspect.Credit
		}
	}
	score.Coverage = covered / weight
	if covered > 0 {
		score.Status = Assessed
	}
	if ruled == 0 {
		return score
	}
	total := 100 * sum / ruled * (1 - worstShare*score.Loss())
	score.Uncapped = total
	if total > criticalCap && e.critical(applicable) {
		total, score.Capped = criticalCap, true
	}
	score.Score = &total
	return score
}

// critical reports whether a sure, critical finding stands against what applies.
func (e evidence) critical(applicable []Aspect) bool {
	for _, f := range e.findings {
		if f.Severity != Critical || f.Confidence != HighConfidence {
			continue
		}
		for _, a := range applicable {
			if a.Letter == f.Aspect {
				return true
			}
		}
	}
	return false
}

func aspectScore(key aspectKey, a Aspect, e evidence) AspectScore {
	score := AspectScore{Aspect: a.Letter, Title: a.Title, Weight: a.Weight, Ruled: e.ruled[key], Failed: e.failed[key]}
	for _, p := range e.passes {
		if p.Aspect == key.letter {
			score.Passes++
			score.Evidence = math.Max(score.Evidence, math.Min(p.Strength, 1))
		}
	}
	var own []Finding
	for _, f := range e.findings {
		if f.Aspect == key.letter {
			own = append(own, f)
		}
	}
	score.Findings = len(own)
	score.Penalties, score.Contested = e.penalties(own)
	score.Absence = a.Absence && e.wholly && score.Ruled && !score.Failed && score.loss() == 0
	switch {
	case score.Failed:
		score.Evidence = 0 // what speaks for the aspect proves nothing while a rule could not look
	case score.Absence:
		score.Evidence = math.Max(score.Evidence, absence)
	}
	return score
}

// credit sets the aspect's credit, given the best evidence on any aspect of the
// factor. Who does one thing of a factor right mostly does the others, so an
// aspect takes on a share of it.
func (a *AspectScore) credit(best float64) {
	if !a.Failed {
		a.Evidence = math.Max(a.Evidence, inherited*best)
	}
	a.Credit = unknownCredit + (1-unknownCredit)*a.Evidence
	for _, p := range a.Penalties {
		a.Credit *= 1 - p.Amount
	}
}

// Loss is the share that findings take of the credit of the aspect where they
// take most, 0 to 1. Half of it is taken of the factor: what is broken in one
// place is broken, whatever else is right.
func (f FactorScore) Loss() float64 {
	worst := 0.0
	for _, a := range f.Aspects {
		if a.Ruled {
			worst = math.Max(worst, a.loss())
		}
	}
	return worst
}

// loss is the share that findings take of the aspect's credit.
func (a AspectScore) loss() float64 {
	left := 1.0
	for _, p := range a.Penalties {
		left *= 1 - p.Amount
	}
	return 1 - left
}

// gradeOf is the letter for a score, "" when too little was seen to give one.
// Both are as they are shown: 85.0 is an A.
func gradeOf(score, coverage float64) string {
	if coverage < gradeCoverage {
		return ""
	}
	for _, b := range bounds {
		if score >= b.From {
			return b.Grade
		}
	}
	return ""
}

// GradeBound is a grade and the lowest score that has it.
type GradeBound struct {
	Grade string
	From  float64
}

var bounds = []GradeBound{{"A", 85}, {"B", 70}, {"C", 50}, {"D", 30}, {"F", 0}}

// GradeBounds lists all grades with their bounds, the best first.
func GradeBounds() []GradeBound { return slices.Clone(bounds) }

// GradeCoverage is the share of the weights, 0 to 1, that must have evidence for a
// grade to be given.
const GradeCoverage = gradeCoverage

// Grades lists all grades, the best first.
func Grades() []string {
	names := make([]string, len(bounds))
	for i, b := range bounds {
		names[i] = b.Grade
	}
	return names
}

// round is to one decimal: done once, on what leaves the package.
func round(x float64) float64 { return math.Round(x*10) / 10 }

// roundRatio is to three decimals, for shares and factors of the arithmetic.
func roundRatio(x float64) float64 { return math.Round(x*1000) / 1000 }
