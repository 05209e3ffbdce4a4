package audit

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/factor"
	"twelvefold/internal/source"
)

// Run judges a tree under the rules. The same tree, settings and rules give the
// same audit. A rule that breaks down costs its own aspect of that component
// and is named in a warning. The only error is that ctx was cancelled.
func Run(ctx context.Context, tree Tree, rules []Rule) (*Audit, error) {
	settings, wrong := ParseSettings(tree.Settings)
	repo := newRepository(tree, settings)
	wrong = append(wrong, repo.accept(tree, settings, rules)...)
	ordered := sorted(rules)
	judged := make([]*judgement, len(repo.Components))
	sideBySide(len(repo.Components), func(i int) {
		if ctx.Err() == nil {
			c := repo.Components[i]
			judged[i] = judge(c, reports(c, ordered), traitsOf(c))
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return repo.conclude(tree, settings, wrong, RulesetVersion(rules), judged), nil
}

// conclude puts the judgements of a repository's components together, under the
// ruleset of a version. Wrong is what is wrong with the settings.
func (r *Repository) conclude(tree Tree, settings Settings, wrong []source.Warning, version string, judged []*judgement) *Audit {
	result := &Audit{Repository: r.Name, Commit: tree.Snapshot.Commit, Dirty: tree.Snapshot.Dirty, Ruleset: version}
	warnings := slices.Concat(tree.Snapshot.Warnings, wrong, r.warnings(settings))
	warnings = slices.DeleteFunc(warnings, func(w source.Warning) bool {
		return w.Path != "" && w.Path != SettingsFile && settings.Ignores(w.Path) // what the file says of itself stays
	})
	var causes []string // of the findings
	for _, j := range judged {
		for _, f := range j.evidence.findings {
			causes = append(causes, j.evidence.causes[saidKey{f.Rule, f.Subject}])
		}
		warnings = append(warnings, j.failures...)
		result.Scorecards = append(result.Scorecards, j.card)
		result.Findings = append(result.Findings, j.evidence.findings...)
		result.Passes = append(result.Passes, j.evidence.passes...)
	}
	warnings = append(warnings, r.idle(result.Findings)...)
	result.Findings = together(result.Findings, causes)
	result.summarise()
	result.Warnings, result.Unowned = distinct(warnings), r.unowned()
	return result
}

// judgement is what is said of one component in the end.
type judgement struct {
	card     Scorecard
	evidence evidence
	failures []source.Warning
}

// judge scores a component by what the rules reported, nil from those whose
// aspect does not apply.
func judge(c *Component, reports []*Report, t traits) *judgement {
	j := &judgement{}
	j.evidence, j.failures = gather(c, reports, t.wholly)
	c.Repo.waive(j.evidence.findings)
	if !c.Repo.unscored {
		j.card = scorecard(c, &j.evidence, t)
		return j
	}
	waived := j.evidence.unscored()
	j.card = scorecard(c, &j.evidence, t)
	j.evidence.findings = append(j.evidence.findings, waived...)
	sortFindings(j.evidence.findings)
	return j
}

// gather puts the reports of a component together.
func gather(c *Component, reports []*Report, wholly bool) (evidence, []source.Warning) {
	e := evidence{
		good: map[string]int{}, counting: map[string]Counting{},
		wholly: wholly, failed: map[aspectKey]bool{}, ruled: map[aspectKey]bool{}, said: map[saidKey][]said{}, causes: map[saidKey]string{},
	}
	var warnings []source.Warning
	for _, report := range reports {
		if report == nil {
			continue
		}
		r := report.rule
		key := aspectKey{r.Factor(), r.Aspect}
		e.ruled[key] = true
		e.counting[r.ID] = r.Counting
		if reason := report.broken; reason != "" {
			e.failed[key] = true
			warnings = append(warnings, source.Warning{Path: c.Manifest,
				Message: fmt.Sprintf("rule %s failed on component %s: %s; what it looks at is unknown here", r.ID, c.Path, reason)})
			continue
		}
		e.findings = append(e.findings, report.findings...)
		e.passes = append(e.passes, report.passes...)
		maps.Copy(e.said, report.said)
		maps.Copy(e.causes, report.causes)
		e.good[r.ID] = report.good
	}
	sortFindings(e.findings)
	sortPasses(e.passes)
	fingerprint(e.findings)
	return e, warnings
}

// reports asks the rules side by side: what each of them says of the component,
// nil for one whose aspect does not apply.
func reports(c *Component, rules []Rule) []*Report {
	list := make([]*Report, len(rules))
	apply := applicable(c)
	for i, r := range rules {
		if apply[aspectKey{r.Factor(), r.Aspect}] {
			list[i] = &Report{rule: r, component: c.judgedAs(r.Factor())}
		}
	}
	sideBySide(len(rules), func(i int) {
		if report := list[i]; report != nil {
			report.broken = attempt(report)
		}
	})
	return list
}

// attempt runs a report's rule and returns why it broke down, or "".
func attempt(report *Report) (reason string) {
	defer func() {
		if p := recover(); p != nil {
			reason = fmt.Sprint(p)
		}
	}()
	report.rule.Judge(report.component, report)
	return ""
}

// scorecard scores a component and writes into each finding what fixing it
// alone would gain.
func scorecard(c *Component, e *evidence, t traits) Scorecard {
	total := scoreOf(c, *e)
	for i, gain := range total.gains(c, *e) {
		e.findings[i].Gain = round(gain)
	}
	card := Scorecard{
		Path: c.Path, Name: c.Name, Class: c.Class, Why: c.Why, Languages: c.Languages, Starts: t.starts,
		Coverage: roundRatio(total.coverage), Factors: total.factors, Explained: t.explained, Env: t.env, Wholly: t.wholly,
	}
	if total.scored {
		score := round(total.score)
		card.Score, card.Grade = &score, gradeOf(score, card.Coverage)
	}
	for i := range card.Factors {
		card.Factors[i].round()
		card.Factors[i].Why = inapplicable(c, card.Factors[i].Factor)
	}
	return card
}

// traits are what a scorecard says of a component itself, whatever the rules say.
type traits struct {
	starts    []string
	explained Explanation
	env       []Variable
	wholly    bool // all of the component was read; see whollyRead
}

func traitsOf(c *Component) traits {
	return traits{starts(c), explain(c), c.whole().Variables(), c.whole().WhollyRead()}
}

func starts(c *Component) []string {
	var list []string
	for _, p := range c.Processes {
		kind := ""
		switch {
		case p.Dev:
			kind = ", development"
		case p.Release:
			kind = ", once per release"
		case p.Scheduled:
			kind = ", by the time of day"
		}
		list = append(list, fmt.Sprintf("%s: %s (%s:%d%s)", p.Name, p.Start.Text, p.File.Path, p.Line, kind))
	}
	return list
}

func (f *FactorScore) round() {
	if f.Score != nil {
		score := round(*f.Score)
		f.Score = &score
	}
	f.Coverage, f.Uncapped = roundRatio(f.Coverage), round(f.Uncapped)
	for i := range f.Aspects {
		a := &f.Aspects[i]
		a.Credit, a.Evidence = roundRatio(a.Credit), roundRatio(a.Evidence)
		for j := range a.Penalties {
			a.Penalties[j].Amount = roundRatio(a.Penalties[j].Amount)
		}
	}
}

// summarise takes the unweighted mean over the deployable components.
func (a *Audit) summarise() {
	var n, score, coverage float64
	lowest := 101.0
	for _, card := range a.Deployable() {
		if card.Score == nil {
			continue
		}
		n++
		score += *card.Score
		coverage += card.Coverage
		if *card.Score < lowest {
			lowest, a.Worst = *card.Score, card.Path
		}
	}
	if n == 0 {
		return
	}
	mean := round(score / n)
	a.Score, a.Coverage = &mean, roundRatio(coverage/n)
	a.Grade = gradeOf(mean, a.Coverage)
}

// Deployable lists the scorecards that the repository's score is the mean of:
// neither libraries nor the descriptors of other components, unless there is
// nothing else.
func (a *Audit) Deployable() []Scorecard {
	for _, left := range [][]Class{{Library, Infra}, {Library}} {
		var list []Scorecard
		for _, card := range a.Scorecards {
			if !slices.Contains(left, card.Class) {
				list = append(list, card)
			}
		}
		if list != nil {
			return list
		}
	}
	return a.Scorecards
}

func sorted(rules []Rule) []Rule {
	list := append([]Rule(nil), rules...)
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}

func factorKeys() []factor.Key {
	keys := factor.Keys()
	return keys[:]
}

// factorOrder is a factor's place in the canonical order.
func factorOrder(key factor.Key) int {
	for i, k := range factor.Keys() {
		if k == key {
			return i
		}
	}
	return len(factor.Keys())
}

// sortFindings orders by factor, severity, path, line, rule, subject. The
// component comes first because findings are sorted component by component.
func sortFindings(list []Finding) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if x, y := factorOrder(a.Factor), factorOrder(b.Factor); x != y {
			return x < y
		}
		if x, y := a.Severity.Rank(), b.Severity.Rank(); x != y {
			return x < y
		}
		if a.Place != b.Place {
			return a.Place.before(b.Place)
		}
		if a.Rule != b.Rule {
			return a.Rule < b.Rule
		}
		return a.Subject < b.Subject
	})
}

func sortPasses(list []Pass) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if x, y := factorOrder(a.Factor), factorOrder(b.Factor); x != y {
			return x < y
		}
		if a.Place != b.Place {
			return a.Place.before(b.Place)
		}
		if a.Rule != b.Rule {
			return a.Rule < b.Rule
		}
		return a.Message < b.Message
	})
}

func (p Place) before(q Place) bool { return p.compare(q) < 0 }

// compare orders by path, line and end.
func (p Place) compare(q Place) int {
	return cmp.Or(strings.Compare(p.Path, q.Path), p.Line-q.Line, p.EndLine-q.EndLine)
}

// distinct drops repeated warnings and sorts by path, then by the line that the
// message begins with, then message.
func distinct(list []source.Warning) []source.Warning {
	seen := map[source.Warning]bool{}
	var kept []source.Warning
	for _, w := range list {
		if !seen[w] {
			seen[w] = true
			kept = append(kept, w)
		}
	}
	sort.Slice(kept, func(i, j int) bool {
		if kept[i].Path != kept[j].Path {
			return kept[i].Path < kept[j].Path
		}
		if a, b := lineSaid(kept[i].Message), lineSaid(kept[j].Message); a != b {
			return a < b
		}
		return kept[i].Message < kept[j].Message
	})
	return kept
}

// lineSaid is the line that a message begins with, "line 7: …"; 0 without one.
func lineSaid(message string) int {
	line := 0
	fmt.Sscanf(message, "line %d:", &line)
	return line
}
