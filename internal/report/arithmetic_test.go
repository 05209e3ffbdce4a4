package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/audit"
)

// TestScoreFollowsFromTheDocument computes every number of the JSON again from
// the JSON alone, with arithmetic of its own.
func TestScoreFollowsFromTheDocument(t *testing.T) {
	t.Parallel()
	list := examples(t)
	fixtures, err := filepath.Glob("../engine/testdata/*.txtar")
	if err != nil || len(fixtures) < 9 {
		t.Fatalf("%d fixtures, error %v", len(fixtures), err)
	}
	for _, name := range fixtures {
		archive, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, auditOf(t, string(archive)))
	}
	counted := map[string]int{}
	for _, a := range list {
		var out bytes.Buffer
		if err := JSON(&out, a); err != nil {
			t.Fatal(err)
		}
		recompute(t, out.Bytes(), counted)
	}
	for _, what := range []string{"once", "each", "ratio", "gain", "pass", "withheld", "with"} {
		if counted[what] == 0 {
			t.Errorf("no document has %q", what)
		}
	}
}

// TestScoreOfDocuments is the same for the documents in the directory
// DOCUMENTS, which `twelvefold audit --format=json` wrote.
func TestScoreOfDocuments(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("DOCUMENTS")
	if dir == "" {
		t.Skip("set DOCUMENTS to a directory of what `twelvefold audit --format=json` wrote (*.json) to compute it again")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%d documents, error %v", len(names), err)
	}
	counted := map[string]int{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		recompute(t, content, counted)
	}
	t.Logf("computed again: %d documents, %v", len(names), counted)
}

// The tables of rules.md A4, written down a second time on purpose.
var (
	severityOf   = map[audit.Severity]float64{"critical": 1, "high": 0.7, "medium": 0.4, "low": 0.15, "info": 0}
	confidenceOf = map[audit.Confidence]float64{"high": 1, "medium": 0.7, "low": 0}
	factorWeight = map[string]float64{"config": 14, "dependencies": 10, "backing-services": 10, "processes": 10, "disposability": 10, "logs": 10,
		"build-release-run": 8, "dev-prod-parity": 8, "port-binding": 7, "concurrency": 6, "codebase": 4, "admin-processes": 3}
)

func recompute(t *testing.T, document []byte, counted map[string]int) {
	t.Helper()
	var d Document
	if err := json.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want, slack float64) {
		if math.Abs(got-want) > slack+1e-9 {
			t.Errorf("%s, %s: printed is %v, computed %v", d.Repository, what, got, want)
		}
	}
	for _, f := range slices.Clone(d.Findings) { // what a finding stands for counts where it is
		for _, s := range f.With {
			d.Findings = append(d.Findings, Finding{Rule: s.Rule, Factor: s.Factor, Aspect: s.Aspect, Severity: s.Severity, Confidence: s.Confidence, Component: s.Component, Path: s.Path, Line: s.Line, Weight: s.Weight})
			counted["with"]++
		}
	}
	var deployable []Component
	for _, left := range []string{"library infra", "library", ""} {
		for _, c := range d.Components {
			if !slices.Contains(strings.Fields(left), string(c.Kind)) {
				deployable = append(deployable, c)
			}
		}
		if deployable != nil {
			break
		}
	}
	n, score, coverage := 0.0, 0.0, 0.0
	for _, c := range d.Components {
		r := recomputed{d: d, c: c, near: near, counted: counted}
		r.component()
	}
	for _, c := range deployable {
		if c.Score != nil {
			n, score, coverage = n+1, score+*c.Score, coverage+c.Coverage
		}
	}
	if (d.Score == nil) != (n == 0) {
		t.Errorf("%s: a score without a component's, or the other way round", d.Repository)
	}
	if n > 0 {
		counted["repository"]++
		near("score", *d.Score, score/n, 0.05)
		near("coverage", d.Coverage, coverage/n, 0.0005)
		if got, want := gradeText(d.Grade), gradeFor(*d.Score, d.Coverage); got != want {
			t.Errorf("%s: grade %q, computed %q", d.Repository, got, want)
		}
	}
}

func gradeText(grade *string) string {
	if grade == nil {
		return ""
	}
	return *grade
}

func gradeFor(score, coverage float64) string {
	if coverage < 0.5 {
		return ""
	}
	for _, g := range []struct {
		letter string
		least  float64
	}{{"A", 85}, {"B", 70}, {"C", 50}, {"D", 30}} {
		if score >= g.least {
			return g.letter
		}
	}
	return "F"
}

type recomputed struct {
	d       Document
	c       Component
	near    func(what string, got, want, slack float64)
	counted map[string]int
}

func (r recomputed) component() {
	weight, score, all, coverage := 0.0, 0.0, 0.0, 0.0
	for _, f := range r.c.Factors {
		if f.Status == audit.NotApplicable {
			continue
		}
		r.near("weight of "+string(f.Factor), f.Weight, factorWeight[string(f.Factor)], 0)
		r.factor(f)
		all, coverage = all+f.Weight, coverage+f.Weight*f.Coverage
		if f.Score != nil {
			weight, score = weight+f.Weight, score+f.Weight**f.Score
		}
	}
	where := r.c.Path
	if weight > 0 {
		r.near("score of "+where, *r.c.Score, score/weight, 0.1) // a mean of tenths, in tenths
		r.near("coverage of "+where, r.c.Coverage, coverage/all, 0.001)
		if got, want := gradeText(r.c.Grade), gradeFor(*r.c.Score, r.c.Coverage); got != want {
			r.near("grade of "+where+" "+got+" "+want, 0, 1, 0)
		} else if got == "" {
			r.counted["withheld"]++
		}
	}
	for _, f := range r.d.Findings {
		if f.Component == r.c.Path && f.Fingerprint != "" {
			r.near("weight of "+f.Rule, f.Weight, severityOf[f.Severity]*confidenceOf[f.Confidence], 1e-6)
			r.gain(f, weight)
		}
	}
}

func (r recomputed) factor(f Factor) {
	seen, all, sum, examined := 0.0, 0.0, 0.0, 0.0
	for _, a := range f.Aspects {
		all += a.Weight
		if !a.Failed && (a.Absence || a.Findings+a.Passes > 0) {
			seen += a.Weight
		}
		if a.Examined {
			examined, sum = examined+a.Weight, sum+a.Weight*r.credit(f, a)
		}
	}
	r.near("coverage of "+string(f.Factor), f.Coverage, seen/all, 0.0005)
	if f.Score == nil {
		r.near("a score that is null", examined, 0, 0)
		return
	}
	loss := lossOf(f.Aspects)
	r.near("loss of "+string(f.Factor), f.Loss, loss, 0.002)
	r.near(string(f.Factor)+" of "+r.c.Path, *f.Score, capped(100*sum/examined*(1-loss/2), r.critical(f)), 0.15) // of amounts in thousandths
}

// lossOf is what findings take of the worst examined aspect.
func lossOf(aspects []Aspect) float64 {
	worst := 0.0
	for _, a := range aspects {
		if a.Examined {
			worst = max(worst, lossIn(a))
		}
	}
	return worst
}

func lossIn(a Aspect) float64 {
	left := 1.0
	for _, p := range a.Penalties {
		left *= 1 - p.Amount
	}
	return 1 - left
}

// proven is the evidence of an aspect's own: passes and absence.
func (r recomputed) proven(f Factor, a Aspect) float64 {
	best := 0.0
	if a.Absence {
		best = 0.75
	}
	for _, p := range r.d.Passes {
		if p.Component == r.c.Path && p.Factor == f.Factor && p.Aspect == a.Aspect {
			best = max(best, p.Strength)
		}
	}
	if a.Failed {
		return 0
	}
	return best
}

func capped(score float64, critical bool) float64 {
	if critical {
		return min(score, 40)
	}
	return score
}

func (r recomputed) critical(f Factor) bool {
	return slices.ContainsFunc(r.d.Findings, func(x Finding) bool {
		return x.Component == r.c.Path && x.Factor == f.Factor && x.Severity == audit.Critical && x.Confidence == audit.HighConfidence
	})
}

// credit computes an aspect from its findings and passes in the document.
func (r recomputed) credit(f Factor, a Aspect) float64 {
	passes, findings := 0, 0
	for _, p := range r.d.Passes {
		if p.Component == r.c.Path && p.Factor == f.Factor && p.Aspect == a.Aspect {
			passes++
			r.counted["pass"]++
		}
	}
	best := r.proven(f, a)
	if !a.Failed {
		for _, other := range f.Aspects {
			best = max(best, 0.75*r.proven(f, other))
		}
	}
	byRule := map[string][]float64{}
	for _, x := range r.d.Findings {
		if x.Component == r.c.Path && x.Factor == f.Factor && x.Aspect == a.Aspect {
			findings++
			byRule[x.Rule] = append(byRule[x.Rule], x.Weight)
		}
	}
	where := fmt.Sprintf("%s %s of %s: ", f.Factor, a.Aspect, r.c.Path)
	r.near(where+"passes", float64(a.Passes), float64(passes), 0)
	r.near(where+"findings", float64(a.Findings), float64(findings), 0)
	r.near(where+"evidence", a.Evidence, best, 0.0005)
	credit := 0.6 + 0.4*best
	for _, p := range a.Penalties {
		var weights []float64
		for _, w := range p.Weights {
			weights = append(weights, slices.Repeat([]float64{w.Weight}, w.Count)...)
		}
		if !r.contested(a, f) {
			slices.Sort(byRule[p.Rule])
			slices.Reverse(byRule[p.Rule])
			if !slices.Equal(weights, byRule[p.Rule]) {
				r.near(where+"weights of "+p.Rule, 0, 1, 0)
			}
		}
		r.near(where+"count", float64(p.Count), float64(len(weights)), 0)
		amount := taken(p.Counting, weights, float64(p.Good))
		r.counted[string(p.Counting)]++
		r.near(where+p.Rule, p.Amount, amount, 0.0005)
		credit *= 1 - amount
	}
	r.near(where+"credit", a.Credit, credit, 0.0005)
	return credit
}

// contested reports whether two rules of an aspect meet on a line.
func (r recomputed) contested(a Aspect, f Factor) bool {
	rule := map[string]string{}
	for _, x := range r.d.Findings {
		if x.Component == r.c.Path && x.Factor == f.Factor && x.Aspect == a.Aspect && x.Line > 0 {
			at := fmt.Sprint(x.Path, x.Line)
			if rule[at] != "" && rule[at] != x.Rule {
				return true
			}
			rule[at] = x.Rule
		}
	}
	return false
}

// gain computes a finding's gain where its line is nobody else's: the same
// document without it.
func (r recomputed) gain(x Finding, weight float64) {
	for _, f := range r.c.Factors {
		if f.Factor != x.Factor {
			continue
		}
		without := f
		without.Aspects = slices.Clone(f.Aspects)
		for i, a := range f.Aspects {
			if a.Aspect == x.Aspect {
				if r.contested(a, f) {
					return
				}
				without.Aspects[i] = r.without(a, f, x)
			}
		}
		others := r
		others.d.Findings = slices.DeleteFunc(slices.Clone(r.d.Findings), func(y Finding) bool { return y.Fingerprint == x.Fingerprint })
		r.near("gain of "+x.Rule+" "+x.Message, x.Gain, max(0, f.Weight*(others.score(without)-r.score(f))/weight), 0.1) // from amounts in thousandths
		r.counted["gain"]++
	}
}

// score is a factor's from its aspects' penalties, passes and absence.
func (r recomputed) score(f Factor) float64 {
	best, sum, weight := 0.0, 0.0, 0.0
	for _, a := range f.Aspects {
		best = max(best, r.proven(f, a))
	}
	for _, a := range f.Aspects {
		if a.Examined {
			evidence := 0.0
			if !a.Failed {
				evidence = max(r.proven(f, a), 0.75*best)
			}
			weight += a.Weight
			sum += a.Weight * (0.6 + 0.4*evidence) * (1 - lossIn(a))
		}
	}
	return capped(100*sum/weight*(1-lossOf(f.Aspects)/2), r.critical(f))
}

// without is an aspect without one of its findings.
func (r recomputed) without(a Aspect, f Factor, x Finding) Aspect {
	penalties := a.Penalties
	a.Penalties = nil
	for _, p := range penalties {
		var weights []float64
		for _, w := range p.Weights {
			n := w.Count
			if p.Rule == x.Rule && w.Weight == x.Weight {
				n--
			}
			weights = append(weights, slices.Repeat([]float64{w.Weight}, n)...)
		}
		a.Penalties = append(a.Penalties, Penalty{Amount: taken(p.Counting, weights, float64(p.Good))})
	}
	for _, kind := range audit.Aspects(f.Factor) {
		if kind.Letter == a.Aspect {
			a.Absence = kind.Absence && r.c.WhollyRead && !a.Failed && lossIn(a) == 0
		}
	}
	return a
}
