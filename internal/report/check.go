package report

import (
	"fmt"
	"math"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/source"
)

// PullAudit is the audit of a pull request as its check run tells of it.
type PullAudit struct {
	New, Fixed  []audit.Finding // in the order of the audit
	Fails       map[string]bool // fingerprints of the new findings that fail the gate
	Unchanged   int
	Gate        string // the severity from which on new findings fail, or "none"
	BaseBranch  string
	Base, Head  Standing
	Warnings    []string         // of waivers and of the settings, for whoever reads the check
	Unread      []source.Warning // files that it changes and that could not be read, the first of them, and why
	UnreadFiles int              // all of them
	Unseen      int              // findings of the base there, of which nobody knows
	Link        string           // of the repository's page; "" for none
	Rules       map[string]audit.Rule
	RuleLink    func(id string) string          // nil: rules are not linked
	WaiveLink   func(fingerprint string) string // nil: no page waives findings
}

// Standing is how a repository stands at one commit.
type Standing struct {
	Score *float64
	Cells []audit.Cell // twelve, or none
}

// Check is what a check run shows: plain text as its title, Markdown as its
// summary.
type Check struct {
	Conclusion  string // "success", "neutral" or "failure"
	Title       string
	Summary     string
	Annotations []Annotation // of new findings, worst first
}

// Annotation stands on lines of a file that the pull request leaves behind.
type Annotation struct {
	Path               string
	StartLine, EndLine int    // from 1
	Level              string // "failure", "warning" or "notice"
	Title              string
	Message            string // plain text
}

// shownFixed is how many fixed findings a summary lists.
const shownFixed = 20

// CheckOf words the audit of a pull request. The same audit gives the same check.
func CheckOf(p PullAudit) Check {
	c := Check{Conclusion: p.conclusion(), Title: p.title()}
	var b strings.Builder
	p.verdict(&b)
	p.unread(&b)
	p.stripLine(&b)
	p.moved(&b)
	p.absences(&b)
	p.table(&b, "New findings", placed(p.New), true, len(p.New))
	p.table(&b, "Fixed", p.Fixed, false, shownFixed)
	if len(p.Warnings) > 0 {
		b.WriteString("\n### To know\n\n")
		for _, w := range p.Warnings {
			fmt.Fprintf(&b, "- %s\n", markdown(w))
		}
	}
	if p.Link != "" {
		fmt.Fprintf(&b, "\n[All findings and the arithmetic](%s)\n", p.Link)
	}
	c.Summary, c.Annotations = b.String(), p.Annotations()
	return c
}

// Annotations are those of the new findings that have a line and that nobody
// accepted, worst first.
func (p PullAudit) Annotations() (list []Annotation) {
	for _, severity := range audit.Severities() {
		for _, f := range p.New {
			if f.Severity == severity && f.Place.Line > 0 && f.Waived == nil {
				list = append(list, p.annotation(f))
			}
		}
	}
	return list
}

// conclusion fails by the gate, and is neutral while anything new stands open or
// anything that changed was not read.
func (p PullAudit) conclusion() string {
	if len(p.Fails) > 0 {
		return "failure"
	}
	for _, f := range p.New {
		if f.Waived == nil {
			return "neutral"
		}
	}
	if p.UnreadFiles > 0 {
		return "neutral"
	}
	return "success"
}

// title is "2 new findings, config 62 → 41".
func (p PullAudit) title() string {
	var parts []string
	waived := 0
	for _, f := range p.New {
		if f.Waived != nil {
			waived++
		}
	}
	switch n := len(p.New) - waived; {
	case n > 0:
		parts = append(parts, plural2(n, "new finding", "new findings"))
	case len(p.Fixed) > 0:
		parts = append(parts, "no new findings")
	default:
		parts = append(parts, "nothing new")
	}
	if waived > 0 {
		parts = append(parts, fmt.Sprintf("%d waived", waived))
	}
	if len(p.Fixed) > 0 {
		parts = append(parts, fmt.Sprintf("%d fixed", len(p.Fixed)))
	}
	if p.UnreadFiles > 0 {
		parts = append(parts, plural2(p.UnreadFiles, "file not read", "files not read"))
	}
	if moved := p.farthest(); moved != "" {
		parts = append(parts, moved)
	}
	text := strings.Join(parts, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// farthest is the factor that moved the most by whole points, else the score.
func (p PullAudit) farthest() string {
	name, from, to, most := "", 0.0, 0.0, 1.0
	for i, f := range factor.All() {
		base, head := p.Base.at(i), p.Head.at(i)
		if base != nil && head != nil && math.Abs(*head-*base) >= most {
			name, from, to, most = strings.ToLower(f.Name), *base, *head, math.Abs(*head-*base)
		}
	}
	if name == "" && p.Base.Score != nil && p.Head.Score != nil && math.Abs(*p.Head.Score-*p.Base.Score) >= 1 {
		name, from, to = "score", *p.Base.Score, *p.Head.Score
	}
	if name == "" {
		return ""
	}
	return fmt.Sprintf("%s %.0f → %.0f", name, from, to)
}

func (s Standing) at(i int) *float64 {
	if i >= len(s.Cells) {
		return nil
	}
	return s.Cells[i].Score
}

func (p PullAudit) verdict(b *strings.Builder) {
	switch n := len(p.Fails); {
	case n > 0:
		fmt.Fprintf(b, "**%s this check**: new findings of severity %s or worse do.", plural2(n, "finding fails", "findings fail"), p.Gate)
	case p.Gate == "none":
		b.WriteString("New findings don't fail this check: its gate is open.")
	default:
		fmt.Fprintf(b, "Nothing fails this check: new findings of severity %s or worse would.", p.Gate)
	}
	fmt.Fprintf(b, " %s as on `%s`.", plural2(p.Unchanged, "finding is", "findings are"), code(p.BaseBranch))
	if p.Head.Score != nil {
		fmt.Fprintf(b, " Score **%.0f**", *p.Head.Score)
		if p.Base.Score != nil {
			fmt.Fprintf(b, " (%s)", change(*p.Base.Score, *p.Head.Score))
		}
		b.WriteString(".")
	}
	b.WriteString("\n")
}

// unread names what could not be read, and what nobody knows for that.
func (p PullAudit) unread(b *strings.Builder) {
	if p.UnreadFiles == 0 {
		return
	}
	fmt.Fprintf(b, "\n### Not read\n\n%s could not be read, so that nothing is known of what stands there:\n\n",
		plural2(p.UnreadFiles, "file that this pull request changes", "files that this pull request changes"))
	for _, u := range p.Unread {
		fmt.Fprintf(b, "- `%s`: %s\n", code(u.Path), markdown(u.Message))
	}
	if more := p.UnreadFiles - len(p.Unread); more > 0 {
		fmt.Fprintf(b, "\nand %d more\n", more)
	}
	if p.Unseen > 0 {
		fmt.Fprintf(b, "\n%s not called fixed. Scores leave out what was not read.\n",
			plural2(p.Unseen, "finding of `"+code(p.BaseBranch)+"` stood there and is", "findings of `"+code(p.BaseBranch)+"` stood there and are"))
	}
}

// stripLine is the twelve cells as text, each with its numeral.
func (p PullAudit) stripLine(b *strings.Builder) {
	if len(p.Head.Cells) != 12 {
		return
	}
	var cells []string
	for i, f := range factor.All() {
		cells = append(cells, f.Numeral+" "+blocks(p.Head.Cells[i]))
	}
	fmt.Fprintf(b, "\n```\n%s\n%s\n```\n", strings.Join(cells[:6], "  "), strings.Join(cells[6:], "  "))
}

// blocks is a factor's score as five blocks; dashes where it does not apply,
// question marks where it is unknown.
func blocks(c audit.Cell) string {
	switch {
	case c.Status == audit.NotApplicable:
		return "–––––"
	case c.Score == nil:
		return "?????"
	}
	return Blocks(*c.Score, 5)
}

// moved is the table of factors whose score changed.
func (p PullAudit) moved(b *strings.Builder) {
	var rows []string
	for i, f := range factor.All() {
		base, head := p.Base.at(i), p.Head.at(i)
		if base == nil || head == nil || math.Abs(*head-*base) < 0.05 {
			continue
		}
		rows = append(rows, fmt.Sprintf("| %s %s | %.1f | %.1f | %s |\n", f.Numeral, f.Name, *base, *head, change(*base, *head)))
	}
	if len(rows) > 0 {
		fmt.Fprintf(b, "\n| Factor | `%s` | This pull request | Change |\n|---|--:|--:|--:|\n%s", code(p.BaseBranch), strings.Join(rows, ""))
	}
}

func change(from, to float64) string {
	return strings.Replace(fmt.Sprintf("%+.1f", to-from), "-", "−", 1)
}

// absences are the new findings that have no line: something is missing.
func (p PullAudit) absences(b *strings.Builder) {
	var list []audit.Finding
	for _, f := range p.New {
		if f.Place.Line == 0 {
			list = append(list, f)
		}
	}
	p.table(b, "New findings of the repository", list, true, len(list))
}

func placed(findings []audit.Finding) (list []audit.Finding) {
	for _, f := range findings {
		if f.Place.Line > 0 {
			list = append(list, f)
		}
	}
	return list
}

// table lists findings, at most so many.
func (p PullAudit) table(b *strings.Builder, title string, list []audit.Finding, new bool, most int) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n", title)
	if new {
		b.WriteString("| Severity | Where | What | Worth |\n|---|---|---|--:|\n")
	} else {
		b.WriteString("| Severity | Where | What |\n|---|---|---|\n")
	}
	for i, f := range list {
		if i == most {
			fmt.Fprintf(b, "\nand %d more\n", len(list)-most)
			break
		}
		what := markdown(f.Message) + " " + p.named(f.Rule)
		if w := f.Waived; w != nil {
			what += fmt.Sprintf(" · waived until %s by %s: %s", w.Expires, markdown(w.Owner), markdown(w.Reason))
		} else if f.Confidence == audit.LowConfidence {
			what += " · advisory"
		}
		if p.Fails[f.Fingerprint] && p.WaiveLink != nil {
			what += fmt.Sprintf(" · [waive](%s)", p.WaiveLink(f.Fingerprint))
		}
		fmt.Fprintf(b, "| %s | `%s` | %s |", f.Severity, code(f.Place.String()), what)
		if new {
			worth := "–"
			if f.Gain > 0 {
				worth = fmt.Sprintf("+%.1f", f.Gain)
			}
			fmt.Fprintf(b, " %s |", worth)
		}
		b.WriteString("\n")
	}
}

// named is a rule's id, linked to its page.
func (p PullAudit) named(id string) string {
	if p.RuleLink == nil {
		return "`" + id + "`"
	}
	return fmt.Sprintf("[`%s`](%s)", id, p.RuleLink(id))
}

func (p PullAudit) annotation(f audit.Finding) Annotation {
	a := Annotation{Path: f.Place.Path, StartLine: f.Place.Line, EndLine: max(f.Place.Line, f.Place.EndLine), Level: "notice", Title: p.Rules[f.Rule].Title}
	switch {
	case p.Fails[f.Fingerprint]:
		a.Level = "failure"
	case f.Severity.Rank() <= audit.Medium.Rank() && f.Confidence != audit.LowConfidence:
		a.Level = "warning"
	}
	if a.Title == "" {
		a.Title = f.Rule
	}
	a.Message = sentenceOf(f.Message)
	if f.Fix != "" {
		a.Message += "\nFix: " + f.Fix
	}
	a.Message += "\n" + f.Rule
	if f.Confidence == audit.LowConfidence {
		a.Message += " (advisory)"
	}
	return a
}

// sentenceOf ends a message with a full stop.
func sentenceOf(message string) string {
	if message == "" || strings.HasSuffix(message, ".") {
		return message
	}
	return message + "."
}
