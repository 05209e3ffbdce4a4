package report

import (
	"fmt"
	"path"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// labelWidth is the column that the facts of a component stand in.
const labelWidth = 12

// fact prints one labelled fact of a component; further lines hang below it.
func (p *printer) fact(label, text string) {
	p.hanging("  "+p.dim(pad(label, labelWidth)), strings.Repeat(" ", labelWidth+2), text)
}

// anatomy prints why a component is what it is, how it runs and what it keeps.
func (p *printer) anatomy(card audit.Scorecard) {
	e := card.Explained
	p.fact("Why", card.Why)
	if e.Image != "" {
		p.fact("Image", e.Image)
	}
	name, kind := 0, 0
	for _, process := range e.Processes {
		name, kind = max(name, visible(process.Name)), max(kind, visible(kindOf(process)))
	}
	label := "Processes"
	for _, process := range e.Processes {
		first := "  " + p.dim(pad(label, labelWidth)) + pad(process.Name, name) + "  " + p.dim(pad(kindOf(process), kind)) + "  "
		rest := strings.Repeat(" ", visible(first))
		start := process.Start
		if start == "" {
			start = "what its image starts, which nothing here says"
		}
		p.hanging(first, rest, start)
		p.hanging(rest, rest, p.cyan(places(process)))
		label = ""
	}
	if len(e.Processes) == 0 {
		p.fact("Processes", noProcess(card.Class, e.Image != ""))
	}
	if e.Datastore != "" {
		p.fact("Data", e.Datastore)
	}
	if len(e.Imports) > 0 {
		p.fact("Libraries", strings.Join(e.Imports, ", "))
	}
	p.fact("Files", fmt.Sprintf("%d: %s", e.Files, strings.Join(e.Roles, ", ")))
	p.applicable(card)
}

// noProcess says what it means that a component has no process type.
func noProcess(class audit.Class, image bool) string {
	switch class {
	case audit.Library:
		return "none: others import it"
	case audit.StaticFrontend:
		return "none: its files are handed out"
	case audit.Infra:
		return "none of its own"
	case audit.CLI:
		return "none: people start it"
	case audit.Function:
		return "none: the platform calls it"
	}
	if image {
		return "unknown: the image states no command, and no other descriptor here says how it is started"
	}
	return "unknown: no Procfile, image, manifest or other descriptor here says how it is started"
}

func kindOf(process audit.ProcessNote) string {
	if process.Dev {
		return string(process.Kind) + ", development"
	}
	return string(process.Kind)
}

// shownPlaces is how many descriptors of one process type are named.
const shownPlaces = 4

func places(process audit.ProcessNote) string {
	text := process.At.String()
	for i, at := range process.Also {
		if i == shownPlaces {
			return fmt.Sprintf("%s and %d more", text, len(process.Also)-i)
		}
		text += ", " + at.String()
	}
	return text
}

// applicable prints which factors apply, and why others do not.
func (p *printer) applicable(card audit.Scorecard) {
	var apply []string
	var lines [][2]string
	for i, score := range card.Factors {
		f := factor.All()[i]
		if score.Status != audit.NotApplicable {
			apply = append(apply, f.Numeral)
		}
		if score.Why != "" {
			what := "not: "
			if score.Status != audit.NotApplicable {
				what = "in part: "
			}
			lines = append(lines, [2]string{f.Numeral, what + score.Why})
		}
	}
	text := strings.Join(apply, " ")
	if len(apply) == len(card.Factors) {
		text = "all twelve apply"
	}
	p.fact("Factors", text)
	for _, group := range grouped(lines) {
		p.hanging(strings.Repeat(" ", labelWidth+2), strings.Repeat(" ", labelWidth+4), group)
	}
}

// grouped words numerals that have one reason together: "VI VII not: …".
func grouped(lines [][2]string) []string {
	var order []string
	numerals := map[string][]string{}
	for _, line := range lines {
		if numerals[line[1]] == nil {
			order = append(order, line[1])
		}
		numerals[line[1]] = append(numerals[line[1]], line[0])
	}
	list := make([]string, 0, len(order))
	for _, reason := range order {
		list = append(list, strings.Join(numerals[reason], " ")+" "+reason)
	}
	return list
}

// shownDirectories is how many directories without an owner are named.
const shownDirectories = 10

// unowned prints which files belong to no component, by directory.
func (p *printer) unowned(files []string) {
	if len(files) == 0 {
		return
	}
	count := map[string]int{}
	for _, name := range files {
		top, rest, below := strings.Cut(name, "/")
		if second, _, deeper := strings.Cut(rest, "/"); below && deeper {
			top = path.Join(top, second)
		}
		if below {
			top += "/"
		}
		count[top]++
	}
	names := make([]string, 0, len(count))
	for name := range count {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		if count[names[i]] != count[names[j]] {
			return count[names[i]] > count[names[j]]
		}
		return names[i] < names[j]
	})
	p.line("")
	p.line(p.bold("Of no component") + "  " + plural(len(files), "file"))
	for i, name := range names {
		if i == shownDirectories {
			p.line(fmt.Sprintf("  and in %d more places", len(names)-i))
			break
		}
		text := name
		if strings.HasSuffix(name, "/") {
			text = fmt.Sprintf("%s  %d", name, count[name])
		}
		p.line("  " + text)
	}
}

// arithmetic prints how a component's score comes about: each applicable factor
// with its weight, each aspect with its credit and what made it, each finding
// with what fixing it alone would gain.
func (p *printer) arithmetic(card audit.Scorecard, findings []audit.Finding) {
	p.sum(card)
	var lines [][2]string
	for i, score := range card.Factors {
		f := factor.All()[i]
		if score.Status == audit.NotApplicable {
			lines = append(lines, [2]string{f.Numeral, "not applicable: " + score.Why})
			continue
		}
		p.hanging("  "+pad(f.Numeral, 6), strings.Repeat(" ", 8), p.bold(f.Name)+factorLine(score))
		for _, a := range score.Aspects {
			p.hanging("        "+a.Aspect+" ", strings.Repeat(" ", 10), aspectLine(a))
			p.amounts(a)
			p.gains(score.Factor, a, findings)
		}
	}
	for _, group := range grouped(lines) {
		p.hanging("  ", strings.Repeat(" ", 8), p.dim(group))
	}
}

// ReadingTitle heads Reading.
const ReadingTitle = "How to read the arithmetic"

// Reading says how the shown numbers follow from each other: sentences that begin
// with what they are of and a colon.
func Reading() []string {
	return []string{
		"Finding: critical 1, high 0.7, medium 0.4, low 0.15, info 0; times 1 at high confidence, 0.7 at medium, 0 at low, which is advice.",
		"Rule: by its way of counting, the worst finding alone; or 0.6 of the worst, 0.16 of the next, and for each further one 0.6 of the share before; or the worst times √(bad/(bad+good)), at least 0.25.",
		"Evidence: 1 or 0.5 by a pass; 0.75 where nothing stands against an aspect that is kept by leaving something out, and all of the component was read; 0.75 of the best evidence on another aspect of the factor.",
		"Aspect: 0.6 + 0.4 times its evidence, times 1 less what each rule takes. The same line under two rules of an aspect counts under one of them.",
		"Factor: 100 times the mean of its aspects by their weights, those left out aside, times 1 less half of what findings take of its worst aspect; ? where nothing was seen, which counts as 60. A critical finding of high confidence holds it at 40.",
		"Evidence on: the share of the weights of aspects where something was found, for or against, and of factors in turn.",
		"+: by how much the component's score rises when that finding alone is gone.",
	}
}

func (p *printer) legend() {
	p.line("")
	p.line(p.bold(ReadingTitle))
	for _, text := range Reading() {
		p.hanging("  ", "    ", p.dim(text))
	}
}

// sum prints "Score 61.2 = (4 · 60.0 + 10 · 71.4 + …) / 97".
func (p *printer) sum(card audit.Scorecard) {
	if card.Score == nil {
		return
	}
	var terms []string
	weight := 0.0
	for _, score := range card.Factors {
		if score.Score != nil {
			w := audit.FactorWeight(score.Factor)
			terms = append(terms, fmt.Sprintf("%.0f·%.1f", w, *score.Score))
			weight += w
		}
	}
	p.hanging("  ", "      ", fmt.Sprintf("%.1f = (%s) / %.0f: the factors' scores by their weights", *card.Score, strings.Join(terms, " + "), weight))
}

func factorLine(score audit.FactorScore) string {
	weight := audit.FactorWeight(score.Factor)
	if score.Score == nil {
		return fmt.Sprintf(", weighs %.0f: not scored, no rule looks at it yet", weight)
	}
	text := fmt.Sprintf(" = %.1f, weighs %.0f, evidence on %s", *score.Score, weight, Percent(score.Coverage))
	if score.Capped {
		text += fmt.Sprintf(", held at 40 by a critical finding (else %.1f)", score.Uncapped)
	}
	if loss := score.Loss(); loss > 0 {
		text += fmt.Sprintf(", times (1 − 0.5·%.3f) for its worst aspect", loss)
	}
	return text
}

// amounts prints how each rule's amount comes about.
func (p *printer) amounts(a audit.AspectScore) {
	for _, penalty := range a.Penalties {
		_, name, _ := strings.Cut(penalty.Rule, "/")
		p.hanging("          ", strings.Repeat(" ", 17), p.dim(fmt.Sprintf("%s %.3f = %s", name, penalty.Amount, penalty.Formula())))
	}
}

// aspectLine is "no secrets in repo, 45 %: 0.6 · (1 − 0.420 leak ×1) = 0.348".
func aspectLine(a audit.AspectScore) string {
	text := fmt.Sprintf("%s, %.0f %%: ", a.Title, a.Weight)
	if !a.Ruled {
		return text + "no rule looks at it yet, left out"
	}
	inherits := a.Passes == 0 && !a.Absence && a.Evidence > 0
	product := []string{"0.6"}
	if a.Evidence > 0 {
		product = []string{fmt.Sprintf("(0.6 + 0.4·%g)", a.Evidence)}
	}
	for _, penalty := range a.Penalties {
		_, name, _ := strings.Cut(penalty.Rule, "/")
		product = append(product, fmt.Sprintf("(1 − %.3f %s ×%d)", penalty.Amount, name, penalty.Count))
	}
	text += strings.Join(product, " · ")
	if len(product) > 1 || a.Evidence > 0 {
		text += fmt.Sprintf(" = %.3f", a.Credit)
	}
	switch {
	case a.Failed:
		text += ", unknown: a rule failed here"
	case inherits && !a.Covered():
		text += ", nothing seen for or against: like the factor's other aspects"
	case inherits:
		text += ", evidence of the factor's other aspects"
	case !a.Covered():
		text += ", nothing seen for or against"
	case a.Passes > 0:
		text += ", " + plural2(a.Passes, "pass", "passes")
	case a.Absence:
		text += ", nothing against it in all that was read"
	}
	return text
}

// shownGains is how many findings of an aspect are listed; the report below
// lists them all.
const shownGains = 6

func (p *printer) gains(key factor.Key, a audit.AspectScore, findings []audit.Finding) {
	shown, left := 0, 0
	for _, f := range findings {
		if f.Factor != key || f.Aspect != a.Aspect {
			continue
		}
		if shown == shownGains {
			left++
			continue
		}
		shown++
		worth := fmt.Sprintf("+%.1f", f.Gain)
		if f.Weight() == 0 {
			worth = "advice"
		}
		_, name, _ := strings.Cut(f.Rule, "/")
		text := fmt.Sprintf("%s, %s", name, weightOf(f))
		if !a.Counts(f) {
			text += ", its line counts under another rule"
		}
		p.hanging("          "+pad(worth, 7), strings.Repeat(" ", 17), fmt.Sprintf("%s  %s", p.cyan(f.Place.String()), p.dim(text)))
	}
	if left > 0 {
		p.line(fmt.Sprintf("                 and %d more", left))
	}
}

// weightOf words what a finding weighs: "high 0.7", "high at medium confidence
// 0.49".
func weightOf(f audit.Finding) string {
	if f.Confidence == audit.HighConfidence {
		return fmt.Sprintf("%s %g", f.Severity, f.Weight())
	}
	return fmt.Sprintf("%s at %s confidence %g", f.Severity, f.Confidence, f.Weight())
}
