package audit

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"twelvefold/internal/factor"
	"twelvefold/internal/inspect"
)

// world is a repository of several components, and all that the rules will say
// of them: what a random walk changes.
type world struct {
	components []*Component
	rules      []Rule
	words      []words // by component
}

// words are what rules say of one component.
type words struct {
	reports []reported
	passes  []passed
	good    map[string]int  // by rule
	broken  map[string]bool // rules that break down
}

type reported struct {
	rule       string
	at         Place
	subject    string
	severity   Severity
	confidence Confidence
}

type passed struct {
	rule     string
	at       Place
	strength float64
}

// worldPaths are the files of every component that rules point at. Nothing
// started leads to the last (G8).
var worldPaths = []string{"a.py", "b/c.py", "attic/d.py"}

// newWorld makes one to four components of random classes, some with a
// datastore, most with several process types, and rules for half of the
// aspects: violations of every counting and a pass.
func newWorld(t *testing.T, random *rand.Rand) *world {
	t.Helper()
	w := &world{}
	for key, list := range aspects {
		for _, a := range list {
			if random.IntN(2) == 0 { // else nobody looks at it
				w.addRules(key, a.Letter)
			}
		}
	}
	w.rules = sorted(w.rules)
	settings, tree := "components:\n", map[string][]inspect.Fact{}
	for i := range 1 + random.IntN(4) {
		dir := fmt.Sprintf("c%d", i)
		settings += fmt.Sprintf("- {path: %s, class: %s}\n", dir, Classes()[random.IntN(len(Classes()))])
		tree[dir+"/requirements.txt"] = []inspect.Fact{inspect.Dependency{Ecosystem: inspect.PyPI, Name: []string{"flask", "psycopg"}[random.IntN(2)], Group: inspect.Runtime}}
		for _, name := range worldPaths {
			tree[dir+"/"+name] = nil
		}
		if random.IntN(2) == 0 {
			tree[dir+"/native.rs"] = nil // so that it is not wholly read
		}
		for _, name := range []string{"web", "worker", "clock"}[:random.IntN(4)] {
			start := inspect.Process{Name: name, Start: inspect.Start{Shell: true, Text: "python a.py"}}
			tree[dir+"/Procfile"] = append(tree[dir+"/Procfile"], start)
		}
	}
	parsed, warnings := ParseSettings([]byte(settings))
	if len(warnings) > 0 {
		t.Fatal(warnings)
	}
	w.components = newRepository(treeOf(tree), parsed).Components
	for _, c := range w.components {
		c.unreached = map[string]bool{worldPaths[2]: true}
		s := words{good: map[string]int{}, broken: map[string]bool{}}
		if random.IntN(4) == 0 {
			s.broken[w.rules[random.IntN(len(w.rules))].ID] = true
		}
		w.words = append(w.words, s)
	}
	return w
}

func (w *world) addRules(key factor.Key, letter string) {
	add := func(name string, r Rule) {
		r.ID, r.Aspect = fmt.Sprintf("%s/%s-%s", key, letter, name), letter
		r.Judge = func(c *Component, report *Report) { w.judge(r.ID, c, report) }
		w.rules = append(w.rules, r)
	}
	for i, counting := range []Counting{Once, Each, Each, Ratio} {
		add(fmt.Sprint(counting, i), Rule{Type: Violation, Severity: Medium, Confidence: HighConfidence, Counting: counting, Fixes: []Fix{{Text: "mend it"}}})
	}
	add("pass", Rule{Type: Positive})
}

func (w *world) judge(rule string, c *Component, report *Report) {
	s := w.words[slices.Index(w.components, c)]
	if s.broken[rule] {
		panic("broken")
	}
	for _, r := range s.reports {
		if r.rule == rule {
			report.Violation(r.at, r.subject, "m", WithSeverity(r.severity), WithConfidence(r.confidence))
		}
	}
	for _, p := range s.passes {
		if p.rule == rule {
			report.Pass(p.at, p.strength, "m")
		}
	}
	report.Good(s.good[rule])
}

// audited is one component's outcome.
type audited struct {
	totals   totals
	evidence evidence
}

func (w *world) audit(i int) audited {
	e, _ := gather(w.components[i], reports(w.components[i], w.rules), w.components[i].WhollyRead())
	return audited{scoreOf(w.components[i], e), e}
}

// overall is the repository's audit from its components' outcomes.
func (w *world) overall(all []audited) *Audit {
	a := &Audit{}
	for i, one := range all {
		card := Scorecard{Path: w.components[i].Path, Class: w.components[i].Class, Coverage: roundRatio(one.totals.coverage)}
		if one.totals.scored {
			score := round(one.totals.score)
			card.Score = &score
		}
		a.Scorecards = append(a.Scorecards, card)
	}
	a.summarise()
	return a
}

// step is one change of what is said of a component, and its way.
type step struct {
	name string
	way  int // 1: no score may fall; -1: none may rise; 0: nothing may change
}

// change draws a step and carries it out on a copy.
func (w *world) change(random *rand.Rand, s words) (step, words) {
	violations, positives := w.byType(random)
	at := Place{Path: worldPaths[random.IntN(len(worldPaths))], Line: random.IntN(5)}
	switch n := random.IntN(24); {
	case n < 9 && len(s.reports) < 24:
		s.reports = append(slices.Clone(s.reports), reported{violations, at, fmt.Sprint("s", random.IntN(12)),
			Severities()[random.IntN(5)], []Confidence{HighConfidence, MediumConfidence, LowConfidence}[random.IntN(3)]})
		return step{"add a report", -1}, s
	case n < 16 && len(s.reports) > 0:
		i := random.IntN(len(s.reports))
		s.reports = slices.Delete(slices.Clone(s.reports), i, i+1)
		return step{"fix what one report names", 1}, s
	case n < 18:
		s.passes = append(slices.Clone(s.passes), passed{positives, at, []float64{0.5, 1}[random.IntN(2)]})
		return step{"add a pass", 1}, s
	case n < 19 && len(s.passes) > 0:
		i := random.IntN(len(s.passes))
		s.passes = slices.Delete(slices.Clone(s.passes), i, i+1)
		return step{"take a pass away", -1}, s
	case n < 20:
		s.good = moreGood(s.good, violations, 1+random.IntN(9))
		return step{"do more right", 1}, s
	case n < 21 && len(s.reports) > 0:
		i := random.IntN(len(s.reports))
		s.good = moreGood(s.good, s.reports[i].rule, 1)
		s.reports = slices.Delete(slices.Clone(s.reports), i, i+1)
		return step{"turn wrong into right", 1}, s
	case n < 22:
		s.reports, s.passes = slices.Clone(s.reports), slices.Clone(s.passes)
		random.Shuffle(len(s.reports), func(i, j int) { s.reports[i], s.reports[j] = s.reports[j], s.reports[i] })
		random.Shuffle(len(s.passes), func(i, j int) { s.passes[i], s.passes[j] = s.passes[j], s.passes[i] })
		return step{"report in another order", 0}, s
	case n < 23:
		return step{"rename the files and move the lines", 0}, renamed(s)
	}
	if random.IntN(4) > 0 {
		return step{"fix everything", 1}, words{good: s.good, passes: s.passes, broken: s.broken}
	}
	return step{"start again", 2}, words{good: map[string]int{}, broken: s.broken}
}

func moreGood(good map[string]int, rule string, n int) map[string]int {
	good = maps.Clone(good)
	good[rule] += n
	return good
}

// byType draws a violation rule and a pass rule.
func (w *world) byType(random *rand.Rand) (violation, positive string) {
	for violation == "" || positive == "" {
		// A few factors get most of the reports, so that they meet.
		i := random.IntN(len(w.rules))
		if random.IntN(2) == 0 {
			i = random.IntN(min(15, len(w.rules)))
		}
		if r := w.rules[i]; r.Type == Violation {
			violation = r.ID
		} else {
			positive = r.ID
		}
	}
	return violation, positive
}

// renamed swaps the two files that the program reaches and moves all lines.
func renamed(s words) words {
	move := func(p Place) Place {
		switch p.Path {
		case worldPaths[0]:
			p.Path = worldPaths[1]
		case worldPaths[1]:
			p.Path = worldPaths[0]
		}
		if p.Line > 0 {
			p.Line = 100 - p.Line
		}
		return p
	}
	s.reports, s.passes = slices.Clone(s.reports), slices.Clone(s.passes)
	for i := range s.reports {
		s.reports[i].at = move(s.reports[i].at)
	}
	for i := range s.passes {
		s.passes[i].at = move(s.passes[i].at)
	}
	return s
}
