package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// MarkdownMost is the most bytes of an audit as Markdown: what GitHub takes as a
// comment, and a sixteenth of what it takes as a job's summary.
const MarkdownMost = 65_536

// rowMost is the most bytes of one text in a table: a row that is longer would
// push out those below it.
const rowMost = 600

// Markdown writes the audit for a job's summary or a comment: score, strip,
// factors, and the findings worst first, as many of them as fit.
func Markdown(w io.Writer, a *audit.Audit) error {
	var b strings.Builder
	markdownHead(&b, a)
	if len(a.Scorecards) > 0 {
		markdownFactors(&b, a)
	}
	closing := "\n" + summary(a) + "\n"
	markdownWarnings(&b, a)
	markdownFindings(&b, a, MarkdownMost-len(closing))
	b.WriteString(closing)
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownHead(b *strings.Builder, a *audit.Audit) {
	fmt.Fprintf(b, "## Twelve-factor audit of %s\n\n", row(a.Repository))
	switch {
	case len(a.Scorecards) == 0:
		b.WriteString("Nothing to audit: no program, library or infrastructure was recognised here.")
	case a.Score == nil:
		b.WriteString("**Score unknown**")
	default:
		fmt.Fprintf(b, "**Score %.1f**", *a.Score)
		if a.Grade != "" {
			fmt.Fprintf(b, ", grade %s", a.Grade)
		}
		fmt.Fprintf(b, ", evidence on %s", Percent(a.Coverage))
	}
	if a.Commit != "" {
		fmt.Fprintf(b, " · commit `%s`", code(a.Commit[:min(12, len(a.Commit))]))
	}
	if a.Dirty {
		b.WriteString(" with changes that are not committed")
	}
	fmt.Fprintf(b, " · ruleset `%s`\n", code(a.Ruleset))
}

// markdownFactors is the strip, and the factors in a table.
func markdownFactors(b *strings.Builder, a *audit.Audit) {
	cells := a.Cells()
	PullAudit{Head: Standing{Cells: cells[:]}}.stripLine(b)
	count := map[factor.Key]int{}
	for _, f := range a.Findings {
		count[f.Factor]++
	}
	b.WriteString("\n| Factor | Score | Findings |\n|---|--:|--:|\n")
	for i, f := range factor.All() {
		score := "?"
		switch {
		case cells[i].Status == audit.NotApplicable:
			score = "–"
		case cells[i].Score != nil:
			score = fmt.Sprintf("%.0f", math.Floor(*cells[i].Score)) // points reached, as everywhere
		}
		fmt.Fprintf(b, "| %s %s | %s | %d |\n", f.Numeral, f.Name, score, count[f.Key])
	}
}

// shownWarnings is how many warnings are told.
const shownWarnings = 20

func markdownWarnings(b *strings.Builder, a *audit.Audit) {
	if len(a.Warnings) == 0 {
		return
	}
	b.WriteString("\n### Not read or not understood\n\n")
	for i, w := range a.Warnings {
		if i == shownWarnings {
			fmt.Fprintf(b, "\nand %d more\n", len(a.Warnings)-shownWarnings)
			break
		}
		b.WriteString("- ")
		if w.Path != "" {
			fmt.Fprintf(b, "%s: ", inCode(w.Path))
		}
		b.WriteString(row(w.Message) + "\n")
	}
}

// markdownFindings is as many findings as fit into so many bytes of all.
func markdownFindings(b *strings.Builder, a *audit.Audit, most int) {
	findings := worstFirst(a.Findings)
	if len(findings) == 0 {
		return
	}
	b.WriteString("\n### Findings, worst first\n\n| Severity | Where | What | Fix | Worth |\n|---|---|---|---|--:|\n")
	for i, f := range findings {
		text := markdownFinding(f)
		more := fmt.Sprintf("\nand %d more: `--format json` has them all.\n", len(findings)-i)
		if b.Len()+len(text)+len(more) > most {
			b.WriteString(more)
			return
		}
		b.WriteString(text)
	}
}

func markdownFinding(f audit.Finding) string {
	where := inCode(f.Place.String())
	if f.Place.Path == "" {
		where = "–"
	}
	if n := len(f.Related); n > 0 {
		where += fmt.Sprintf(" and %d more", n)
	}
	what := row(f.Message) + " `" + code(f.Rule) + "`"
	if w := f.Waived; w != nil {
		what += fmt.Sprintf(" · waived until %s by %s: %s", row(w.Expires), row(w.Owner), row(w.Reason))
	} else if f.Confidence == audit.LowConfidence {
		what += " · advisory"
	}
	worth := "–"
	if f.Gain > 0 {
		worth = fmt.Sprintf("+%.1f", f.Gain)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", f.Severity, where, what, row(f.Fix), worth)
}

// row is foreign text in a table's cell.
func row(text string) string { return markdown(clean(oneLine(shortened(text)))) }

// inCode is foreign text in backquotes in a table's cell.
func inCode(text string) string { return "`" + code(clean(oneLine(shortened(text)))) + "`" }

func shortened(text string) string {
	if len(text) <= rowMost {
		return text
	}
	return strings.ToValidUTF8(text[:rowMost], "") + "…"
}
