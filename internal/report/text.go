package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// TextOptions say how an audit is printed for a person.
type TextOptions struct {
	Color             bool
	ExplainComponents bool // why each component is what it is, and how it is started
	ExplainScore      bool // the arithmetic of every aspect
	ExplainEnv        bool // every environment variable: where it is read, given and named
	Width             int  // columns; 0 means 80, or 100 for an explanation
}

// Text prints the audit for a person: the twelve cells of each component, then
// the findings by factor, each rule with its why and fix once. rules are those
// of the audit; they hold the texts.
func Text(w io.Writer, a *audit.Audit, rules []audit.Rule, o TextOptions) error {
	p := newPrinter(w, rules, o)
	p.several = len(a.Scorecards) > 1
	p.audit(printable(a))
	return p.w.Flush()
}

type printer struct {
	w       *bufio.Writer
	o       TextOptions
	rules   map[string]audit.Rule
	several bool // components: name each one's
}

func (p *printer) audit(a *audit.Audit) {
	p.head(a)
	for _, card := range a.Scorecards {
		p.component(card, a.Findings)
	}
	if p.o.ExplainScore && len(a.Scorecards) > 0 {
		p.legend()
	}
	if p.o.ExplainComponents {
		p.unowned(a.Unowned)
	}
	for _, f := range factor.All() {
		p.factor(f, a)
	}
	p.closing(a)
}

func (p *printer) head(a *audit.Audit) {
	title := a.Repository
	if a.Commit != "" {
		title += " @ " + a.Commit[:min(12, len(a.Commit))]
	}
	if a.Dirty {
		title += " with changes that are not committed"
	}
	p.line(p.bold(title) + p.dim("  ruleset "+a.Ruleset))
	switch {
	case len(a.Scorecards) == 0:
		p.line("Nothing to audit: no program, library or infrastructure was recognised here.")
	case p.several:
		p.line(p.verdict(a.Score, a.Grade, a.Coverage))
		p.hanging("", "  ", p.mean(a))
	}
}

// mean says what the repository's score is the mean of.
func (p *printer) mean(a *audit.Audit) string {
	n := len(a.Deployable())
	text := "Mean of " + plural(n, "component")
	if p.o.ExplainScore && a.Score != nil {
		text += fmt.Sprintf(": %.1f = %s", *a.Score, sum(a.Deployable()))
	}
	if left := leftOut(a); left != "" {
		text += "; " + left + " left out"
	}
	if n > 1 && a.Worst != "" {
		worst := a.Worst
		if worst == "." {
			worst = "the root"
		}
		text += "; worst is " + worst
	}
	return text + "."
}

// sum is "(79.5 + 75.7) / 2".
func sum(cards []audit.Scorecard) string {
	var terms []string
	for _, card := range cards {
		if card.Score != nil {
			terms = append(terms, fmt.Sprintf("%.1f", *card.Score))
		}
	}
	return fmt.Sprintf("(%s) / %d", strings.Join(terms, " + "), len(terms))
}

// leftOut counts the components that the mean leaves out: "2 libraries and what
// deploys the others".
func leftOut(a *audit.Audit) string {
	counted := map[string]bool{}
	for _, card := range a.Deployable() {
		counted[card.Path] = true
	}
	libraries, infra := 0, 0
	for _, card := range a.Scorecards {
		switch {
		case counted[card.Path]:
		case card.Class == audit.Library:
			libraries++
		default:
			infra++
		}
	}
	var parts []string
	if libraries > 0 {
		parts = append(parts, plural2(libraries, "library", "libraries"))
	}
	if infra > 0 {
		parts = append(parts, plural(infra, "component")+" of class infra")
	}
	return strings.Join(parts, " and ")
}

func (p *printer) verdict(score *float64, grade string, coverage float64) string {
	if score == nil {
		return "Score unknown"
	}
	text := fmt.Sprintf("Score %.1f", *score)
	if grade != "" {
		text += ", grade " + grade
	}
	text = p.bold(p.byScore(*score, text))
	text += ", evidence on " + Percent(coverage)
	if grade == "" {
		text += " (a grade needs 50 %)"
	}
	return text
}

func (p *printer) component(card audit.Scorecard, findings []audit.Finding) {
	p.line("")
	facts := []string{string(card.Class)}
	facts = append(facts, card.Languages[:min(3, len(card.Languages))]...)
	p.line(p.bold(place(card)) + "  " + strings.Join(facts, ", "))
	if p.o.ExplainComponents {
		p.anatomy(card)
	}
	if p.o.ExplainEnv {
		p.contract(card.Env)
	}
	p.line("  " + p.verdict(card.Score, card.Grade, card.Coverage))
	p.strip(card)
	if p.o.ExplainScore {
		var own []audit.Finding
		for _, f := range findings {
			if f.Component == card.Path {
				own = append(own, f)
			}
		}
		p.arithmetic(card, own)
	}
}

func place(card audit.Scorecard) string {
	if card.Path == "." {
		return card.Name + " (the root)"
	}
	return card.Path
}

// factor prints the findings and passes of one factor, rule by rule.
func (p *printer) factor(f factor.Factor, a *audit.Audit) {
	var findings []audit.Finding
	for _, finding := range a.Findings {
		if finding.Factor == f.Key {
			findings = append(findings, finding)
		}
	}
	var passes []audit.Pass
	for _, pass := range a.Passes {
		if pass.Factor == f.Key {
			passes = append(passes, pass)
		}
	}
	if len(findings)+len(passes) == 0 {
		return
	}
	p.line("")
	title := p.bold(f.Numeral + "  " + f.Name)
	if principle := "  " + f.Principle; visible(title)+visible(principle) <= p.o.Width {
		p.line(title + p.dim(principle))
	} else {
		p.line(title)
		p.line(p.dim(principle))
	}
	for _, rule := range ruleOrder(findings) {
		p.rule(rule, findings)
	}
	for _, pass := range passes {
		p.hanging("  "+p.green("✓")+" ", "    ", fmt.Sprintf("%s  %s  %s", p.where(pass.Place, pass.Component), pass.Message, p.dim(pass.Rule)))
	}
}

// ruleOrder is the rules of findings in order of their first appearance, which
// is by severity.
func ruleOrder(findings []audit.Finding) []string {
	var order []string
	seen := map[string]bool{}
	for _, f := range findings {
		if !seen[f.Rule] {
			seen[f.Rule] = true
			order = append(order, f.Rule)
		}
	}
	return order
}

// rule prints one rule's findings, then once why it matters, and the fix after
// the last finding that has it.
func (p *printer) rule(id string, all []audit.Finding) {
	var own []audit.Finding
	for _, f := range all {
		if f.Rule == id {
			own = append(own, f)
		}
	}
	p.line("  " + id)
	for i, f := range own {
		text := fmt.Sprintf("%s  %s", p.where(f.Place, f.Component), f.Message)
		text += p.dim(also(f.Related))
		if f.Confidence == audit.LowConfidence {
			text += p.dim(" (advisory)")
		}
		if w := f.Waived; w != nil {
			text += p.dim(fmt.Sprintf(" (waived until %s by %s: %s)", w.Expires, w.Owner, w.Reason))
		}
		if f.Gain > 0 {
			text += p.dim(fmt.Sprintf("  +%.1f", f.Gain))
		}
		p.hanging("    "+p.severity(f.Severity)+" ", "             ", text)
		if f.Fix != "" && (i+1 == len(own) || own[i+1].Fix != f.Fix) {
			p.hanging("      fix    ", "             ", f.Fix)
		}
	}
	if why := p.rules[id].Why; why != "" {
		p.hanging("      "+p.dim("why")+"    ", "             ", p.dim(firstSentence(why)))
	}
}

// shownRelated is how many further places of a finding are named.
const shownRelated = 3

// also names the further places of a finding: ", also app.py:9 and 2 more".
func also(related []audit.Place) string {
	var names []string
	for _, at := range related {
		if !slices.Contains(names, at.String()) {
			names = append(names, at.String())
		}
	}
	if len(names) == 0 {
		return ""
	}
	text := ", also " + strings.Join(names[:min(len(names), shownRelated)], ", ")
	if left := len(names) - shownRelated; left > 0 {
		text += fmt.Sprintf(" and %d more", left)
	}
	return text
}

func (p *printer) where(at audit.Place, component string) string {
	text := at.Path
	if at.Line > 0 {
		text += fmt.Sprintf(":%d", at.Line)
	}
	if p.several && component != "." && !strings.HasPrefix(at.Path, component+"/") {
		text += " (" + component + ")"
	}
	return p.cyan(text)
}

func (p *printer) closing(a *audit.Audit) {
	if len(a.Warnings) > 0 {
		p.line("")
		p.line(p.bold("Warnings"))
		for _, w := range a.Warnings {
			text := w.Message
			if w.Path != "" {
				text = w.Path + ": " + text
			}
			p.hanging("  ! ", "    ", text)
		}
	}
	p.line("")
	p.line(summary(a))
}

// summary counts in one line.
func summary(a *audit.Audit) string {
	count := map[audit.Severity]int{}
	for _, f := range a.Findings {
		count[f.Severity]++
	}
	var parts []string
	for _, s := range audit.Severities() {
		if count[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[s], s))
		}
	}
	text := plural(len(a.Findings), "finding")
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	if a.Since != nil {
		return fmt.Sprintf("%s new since %s; %d as there, %d fixed.", text, a.Since.Commit[:min(12, len(a.Since.Commit))], a.Since.Unchanged, a.Since.Fixed)
	}
	return fmt.Sprintf("%s, %s.", text, plural2(len(a.Passes), "pass", "passes"))
}

func plural(n int, noun string) string { return plural2(n, noun, noun+"s") }

func plural2(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// firstSentence is the text up to its first full stop before a space.
func firstSentence(text string) string {
	if i := strings.Index(text, ". "); i > 0 {
		return text[:i+1]
	}
	return text
}
