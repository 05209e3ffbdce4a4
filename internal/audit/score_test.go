package audit

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"twelvefold/internal/factor"
)

// everyAspect is an evidence without findings in which a rule feeds every
// aspect: two violations of each counting mode and a pass.
func everyAspect() evidence {
	e := evidence{good: map[string]int{}, counting: map[string]Counting{}, failed: map[aspectKey]bool{}, ruled: map[aspectKey]bool{}}
	for key, list := range aspects {
		for _, a := range list {
			e.ruled[aspectKey{key, a.Letter}] = true
			for _, mode := range []Counting{Once, Each, Ratio} {
				for i := range 2 {
					e.counting[ruleName(key, a.Letter, mode, i)] = mode
				}
			}
		}
	}
	return e
}

func ruleName(key factor.Key, letter string, mode Counting, i int) string {
	return fmt.Sprintf("%s/%s-%s-%d", key, letter, mode, i)
}

// webWithDatabase is a component that every factor applies to.
func webWithDatabase() *Component {
	return withDependency(&Component{Path: ".", Class: WebService, anchor: &anchor{dir: "."}}, "psycopg")
}

func TestAspectWeightsSumToHundred(t *testing.T) {
	t.Parallel()
	total := 0.0
	for _, key := range factor.Keys() {
		sum := 0.0
		for _, a := range Aspects(key) {
			sum += a.Weight
		}
		if sum != 100 {
			t.Errorf("aspects of %s weigh %v, want 100", key, sum)
		}
		total += FactorWeight(key)
	}
	if total != 100 {
		t.Errorf("factors weigh %v, want 100", total)
	}
}

func TestNoEvidenceIsSixtyAndUnknown(t *testing.T) {
	t.Parallel()
	total := scoreOf(webWithDatabase(), everyAspect())
	if math.Abs(total.score-60) > 1e-9 || total.coverage != 0 {
		t.Errorf("score %v, coverage %v, want 60 and 0", total.score, total.coverage)
	}
	if grade := gradeOf(total.score, total.coverage); grade != "" {
		t.Errorf("grade %q, want it withheld", grade)
	}
	for _, f := range total.factors {
		if f.Status != Unknown {
			t.Errorf("%s is %s, want unknown", f.Factor, f.Status)
		}
	}
}

// TestCounting holds the three modes to the formulas of rules.md A4.
func TestCounting(t *testing.T) {
	t.Parallel()
	many := func(n int, w float64) []float64 {
		list := make([]float64, n)
		for i := range list {
			list[i] = w
		}
		return list
	}
	for n := 1; n < 20; n++ {
		if got, want := Each.amount(many(n, 0.7), 0), 0.7*(1-0.4*math.Pow(0.6, float64(n-1))); math.Abs(got-want) > 1e-12 {
			t.Errorf("each of %d takes %v, want %v", n, got, want)
		}
		if got := Once.amount(many(n, 0.4), 3); got != 0.4 {
			t.Errorf("once of %d takes %v, want 0.4", n, got)
		}
		for good := range 200 {
			want := 0.7 * math.Max(0.25, math.Sqrt(float64(n)/float64(n+good)))
			if got := Ratio.amount(many(n, 0.7), good); math.Abs(got-want) > 1e-12 {
				t.Errorf("ratio of %d to %d takes %v, want %v", n, good, got, want)
			}
		}
	}
	for _, mode := range []Counting{Once, Each, Ratio} {
		if got := mode.amount([]float64{0, 0}, 0); got != 0 {
			t.Errorf("%s of findings that weigh nothing takes %v", mode, got)
		}
	}
}

func TestCriticalFindingCapsItsFactor(t *testing.T) {
	t.Parallel()
	e := everyAspect()
	e.findings = []Finding{{Rule: ruleName(factor.Config, "a", Each, 0), Factor: factor.Config, Aspect: "a",
		Severity: Critical, Confidence: HighConfidence, Subject: "x", Place: Place{"a.py", 1, 1}}}
	for _, letter := range []string{"a", "b", "c"} {
		e.passes = append(e.passes, Pass{Factor: factor.Config, Aspect: letter, Strength: 1})
	}
	config := scoreOf(webWithDatabase(), e).factors[2]
	if *config.Score != 40 || !config.Capped {
		t.Errorf("score %v, capped %v, want 40 and true", *config.Score, config.Capped)
	}
	e.findings[0].Confidence = MediumConfidence
	if config := scoreOf(webWithDatabase(), e).factors[2]; config.Capped {
		t.Error("a finding that is not sure caps the factor")
	}
}

// TestOnlyWhatAppliesCaps: a finding in an aspect that is no question for the
// class holds nothing down.
func TestOnlyWhatAppliesCaps(t *testing.T) {
	t.Parallel()
	for letter, capped := range map[string]bool{"a": true, "b": false} { // of a library only a applies
		c, e := webWithDatabase(), everyAspect()
		c.Class = Library
		e.passes = []Pass{{Factor: factor.Config, Aspect: "a", Strength: 1}}
		e.findings = []Finding{{Rule: ruleName(factor.Config, letter, Each, 0), Factor: factor.Config, Aspect: letter,
			Severity: Critical, Confidence: HighConfidence, Subject: "x", Place: Place{"a.py", 1, 1}}}
		config := scoreOf(c, e).factors[2]
		if want := capped && *config.Score <= 40; !capped && (config.Capped || *config.Score != 100) || capped && !want {
			t.Errorf("aspect %s: score %v, capped %v", letter, *config.Score, config.Capped)
		}
	}
}

// TestNothingIsMoreThanProven, whatever strength a rule gives its pass.
func TestNothingIsMoreThanProven(t *testing.T) {
	t.Parallel()
	e := everyAspect()
	e.passes = []Pass{{Factor: factor.Logs, Aspect: "a", Strength: 2}, {Factor: factor.Logs, Aspect: "b", Strength: 1}}
	if logs := scoreOf(webWithDatabase(), e).factors[10]; *logs.Score != 100 {
		t.Errorf("score %v, want 100", *logs.Score)
	}
}

// TestTooManyContestedLines count under all their rules: what an aspect loses
// may not depend on how much of a search was affordable.
func TestTooManyContestedLines(t *testing.T) {
	t.Parallel()
	e := everyAspect()
	rules := []string{ruleName(factor.Logs, "a", Each, 0), ruleName(factor.Logs, "a", Each, 1)}
	for line := range 12 { // 2^12 ways
		for _, rule := range rules {
			e.findings = append(e.findings, Finding{Rule: rule, Factor: factor.Logs, Aspect: "a", Severity: High, Confidence: HighConfidence,
				Subject: fmt.Sprint(line), Place: Place{"a.py", line + 1, line + 1}})
		}
	}
	penalties, contested := e.penalties(e.findings)
	if len(contested) != 0 || len(penalties) != 2 || penalties[0].Count != 12 || penalties[1].Count != 12 {
		t.Errorf("penalties %+v, contested %v: want both rules to count all twelve lines", penalties, contested)
	}
}

// TestWhatIsRightWeighsAgainstWhatIsWrong of a rule that counts by ratio: one
// of four takes half.
func TestWhatIsRightWeighsAgainstWhatIsWrong(t *testing.T) {
	t.Parallel()
	e := everyAspect()
	rule := ruleName(factor.Logs, "a", Ratio, 0)
	e.findings = []Finding{{Rule: rule, Factor: factor.Logs, Aspect: "a", Severity: High, Confidence: HighConfidence, Subject: "x", Place: Place{"a.py", 1, 1}}}
	for good, want := range map[int]float64{0: 0.7, 3: 0.35, 1000: 0.175} {
		e.good[rule] = good
		penalties, _ := e.penalties(e.findings)
		if len(penalties) != 1 || math.Abs(penalties[0].Amount-want) > 1e-9 || penalties[0].Good != good {
			t.Errorf("%d right: penalties %+v, want %v", good, penalties, want)
		}
	}
}

// TestFactorWeights are those of rules.md A4.
func TestFactorWeights(t *testing.T) {
	t.Parallel()
	want := []float64{4, 10, 14, 10, 8, 10, 7, 6, 10, 8, 10, 3} // I to XII
	for i, f := range factor.All() {
		if got := FactorWeight(f.Key); got != want[i] {
			t.Errorf("%s weighs %v, want %v", f.Numeral, got, want[i])
		}
	}
}

// TestAContestedLineCountsWhereTheProductIsLeast: 0.7 beside nothing leaves 0.3,
// 0.4 beside 0.4 leaves 0.36, though their sum is larger.
func TestAContestedLineCountsWhereTheProductIsLeast(t *testing.T) {
	t.Parallel()
	e := everyAspect()
	one, other := ruleName(factor.Logs, "a", Once, 0), ruleName(factor.Logs, "a", Once, 1)
	finding := func(rule string, severity Severity, line int) Finding {
		return Finding{Rule: rule, Factor: factor.Logs, Aspect: "a", Severity: severity, Confidence: HighConfidence, Subject: fmt.Sprint(line), Place: Place{"a.py", line, line}}
	}
	e.findings = []Finding{finding(one, Medium, 1), finding(one, High, 2), finding(other, Medium, 2)}
	penalties, contested := e.penalties(e.findings)
	if len(contested) != 1 || contested[0].Rule != one || len(penalties) != 1 || math.Abs(penalties[0].Amount-0.7) > 1e-9 {
		t.Errorf("penalties %+v, contested %+v: want the line under %s", penalties, contested, one)
	}
}

func TestAdvisoryFindingTakesNothing(t *testing.T) {
	t.Parallel()
	e := everyAspect()
	e.findings = []Finding{{Rule: ruleName(factor.Logs, "a", Once, 0), Factor: factor.Logs, Aspect: "a",
		Severity: High, Confidence: LowConfidence, Subject: "x", Place: Place{"a.py", 1, 1}}}
	logs := scoreOf(webWithDatabase(), e).factors[10]
	if math.Abs(*logs.Score-60) > 1e-9 || logs.Status != Assessed {
		t.Errorf("score %v, status %s, want 60 and assessed", *logs.Score, logs.Status)
	}
}

// TestLineCountsOncePerAspect is guard G9: the same line under two rules of an
// aspect weighs what the heavier one takes alone; two absences weigh twice.
func TestLineCountsOncePerAspect(t *testing.T) {
	t.Parallel()
	finding := func(i, line int) Finding {
		return Finding{Rule: ruleName(factor.Logs, "a", Once, i), Factor: factor.Logs, Aspect: "a",
			Severity: []Severity{High, Medium}[i], Confidence: HighConfidence, Subject: "x", Place: Place{"a.py", line, line}}
	}
	credit := func(list ...Finding) float64 {
		e := everyAspect()
		e.findings = list
		return scoreOf(webWithDatabase(), e).factors[10].Aspects[0].Credit
	}
	if got, want := credit(finding(0, 3), finding(1, 3)), 0.6*0.3; math.Abs(got-want) > 1e-9 {
		t.Errorf("same line: credit %v, want %v", got, want)
	}
	if got, want := credit(finding(0, 3), finding(1, 4)), 0.6*0.3*0.6; math.Abs(got-want) > 1e-9 {
		t.Errorf("two lines: credit %v, want %v", got, want)
	}
	if got, want := credit(finding(0, 0), finding(1, 0)), 0.6*0.3*0.6; math.Abs(got-want) > 1e-9 {
		t.Errorf("two absences: credit %v, want %v", got, want)
	}
}

// TestUnruledAspectsAreLeftOut: what no rule looks at does not move the mean,
// and counts as not covered.
func TestUnruledAspectsAreLeftOut(t *testing.T) {
	t.Parallel()
	e := everyAspect()
	e.ruled = map[aspectKey]bool{{factor.Logs, "a"}: true}
	e.passes = []Pass{{Factor: factor.Logs, Aspect: "a", Strength: 1}}
	total := scoreOf(webWithDatabase(), e)
	if total.score != 100 || math.Abs(total.coverage-0.06) > 1e-9 {
		t.Errorf("score %v, coverage %v, want 100 and 0.06", total.score, total.coverage)
	}
	if config := total.factors[2]; config.Score != nil || config.Status != Unknown {
		t.Errorf("config has score %v and status %s, want none and unknown", config.Score, config.Status)
	}
}

// TestEverythingProvenIsHundred for every class: what does not apply takes
// nothing away, neither from the score nor from the coverage.
func TestEverythingProvenIsHundred(t *testing.T) {
	t.Parallel()
	for _, class := range Classes() {
		c, e := webWithDatabase(), everyAspect()
		c.Class = class
		for key := range applicable(c) {
			e.passes = append(e.passes, Pass{Factor: key.factor, Aspect: key.letter, Strength: 1}, Pass{Factor: key.factor, Aspect: key.letter, Strength: 0.5})
		}
		total := scoreOf(c, e)
		if math.Abs(total.score-100) > 1e-9 || math.Abs(total.coverage-1) > 1e-9 || gradeOf(100, total.coverage) != "A" {
			t.Errorf("%s: score %v, coverage %v, want 100 and 1", class, total.score, total.coverage)
		}
	}
}

// TestGradesFollowWhatIsShown at the edges.
func TestGradesFollowWhatIsShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		score, coverage float64
		want            string
	}{{85, 0.5, "A"}, {84.9, 1, "B"}, {70, 1, "B"}, {69.9, 1, "C"}, {50, 1, "C"}, {49.9, 1, "D"}, {30, 1, "D"}, {29.9, 1, "F"}, {100, 0.499, ""}} {
		if got := gradeOf(c.score, c.coverage); got != c.want {
			t.Errorf("%v with coverage %v is graded %q, want %q", c.score, c.coverage, got, c.want)
		}
	}
}

// TestWeights holds severities and confidences to the table of rules.md A4.
func TestWeights(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		severity   Severity
		confidence Confidence
		want       float64
	}{{Critical, HighConfidence, 1}, {High, HighConfidence, 0.7}, {Medium, HighConfidence, 0.4}, {Low, HighConfidence, 0.15}, {Info, HighConfidence, 0},
		{Critical, MediumConfidence, 0.7}, {High, MediumConfidence, 0.49}, {Low, MediumConfidence, 0.105}, {Critical, LowConfidence, 0}} {
		if got := (Finding{Severity: c.severity, Confidence: c.confidence}).Weight(); got != c.want {
			t.Errorf("%s with %s confidence weighs %v, want %v", c.severity, c.confidence, got, c.want)
		}
	}
}

// TestFindingOfSeveralLines: a line that another rule reports too takes nothing
// from what the finding weighs on its others, nor the others from it.
func TestFindingOfSeveralLines(t *testing.T) {
	t.Parallel()
	at := func(line int) Place { return Place{"a.py", line, line} }
	for name, c := range map[string]struct {
		lines [2]Place // of a high and a medium report of one subject
		other Severity // of another rule's finding at line 1
		want  []Penalty
	}{
		"the heavy line is met": {[2]Place{at(1), at(2)}, Info, []Penalty{{Rule: "logs/x", Amount: 0.7, Count: 1}}},
		"the light line is met": {[2]Place{at(2), at(1)}, High, []Penalty{{Rule: "logs/x", Amount: 0.7, Count: 1}, {Rule: "logs/y", Amount: 0.7, Count: 1}}},
		"by what weighs more":   {[2]Place{at(1), at(2)}, Critical, []Penalty{{Rule: "logs/x", Amount: 0.4, Count: 1}, {Rule: "logs/y", Amount: 1, Count: 1}}},
	} {
		rules := []Rule{
			{ID: "logs/x", Aspect: "a", Type: Violation, Severity: High, Confidence: HighConfidence, Counting: Once, Judge: func(_ *Component, r *Report) {
				r.Violation(c.lines[0], "s", "m")
				r.Violation(c.lines[1], "s", "m", WithSeverity(Medium))
			}},
			{ID: "logs/y", Aspect: "a", Type: Violation, Severity: c.other, Confidence: HighConfidence, Counting: Once, Judge: func(_ *Component, r *Report) { r.Violation(at(1), "s", "m") }},
		}
		score := run(t, webTree(), rules...).Scorecards[0].Factors[10].Aspects[0]
		var got []Penalty
		for _, p := range score.Penalties {
			got = append(got, Penalty{Rule: p.Rule, Amount: p.Amount, Count: p.Count})
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
