package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"twelvefold/internal/audit"
)

// Commands writes the findings that nobody accepted as workflow commands of
// GitHub Actions, worst first, a line each, and then a line that counts. What
// could not be read is a warning. rules are those of the audit.
func Commands(w io.Writer, a *audit.Audit, rules []audit.Rule) error {
	titles := map[string]string{}
	for _, r := range rules {
		titles[r.ID] = r.Title
	}
	b := bufio.NewWriter(w)
	for _, f := range worstFirst(a.Findings) {
		if f.Waived == nil {
			b.WriteString(commandOf(f, titles[f.Rule]))
		}
	}
	for _, warning := range a.Warnings {
		b.WriteString("::warning ")
		if warning.Path != "" {
			b.WriteString("file=" + commandProperty(warning.Path) + ",")
		}
		b.WriteString("title=Not read or not understood::" + commandText(warning.Message) + "\n")
	}
	fmt.Fprintln(b, summary(a))
	return b.Flush()
}

// commandLevels are GitHub's names of levels.
var commandLevels = map[string]string{"error": "error", "warning": "warning", "note": "notice"}

func commandOf(f audit.Finding, title string) string {
	var properties []string
	if f.Place.Path != "" {
		properties = append(properties, "file="+commandProperty(f.Place.Path))
	}
	if f.Place.Line > 0 {
		properties = append(properties, fmt.Sprintf("line=%d", f.Place.Line))
		if f.Place.EndLine > f.Place.Line {
			properties = append(properties, fmt.Sprintf("endLine=%d", f.Place.EndLine))
		}
	}
	if title == "" {
		title = f.Rule
	}
	properties = append(properties, "title="+commandProperty(title))
	text := sentenceOf(f.Message)
	if f.Fix != "" {
		text += "\nFix: " + f.Fix
	}
	text += fmt.Sprintf("\n%s, %s", f.Rule, f.Severity)
	if f.Confidence == audit.LowConfidence {
		text += ", advisory"
	}
	return "::" + commandLevels[level(f.Severity, f.Confidence)] + " " + strings.Join(properties, ",") + "::" + commandText(text) + "\n"
}

var (
	commandTextSigns     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandPropertySigns = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// commandText is what a workflow command says. Its lines stay; nothing else in it
// controls a terminal, or begins another command.
func commandText(text string) string { return commandTextSigns.Replace(cleanLines(text)) }

// commandProperty is a value among a command's properties. GitHub decodes line
// ends alone, so that of a name with other controls in it not all is told.
func commandProperty(text string) string {
	encoded := commandPropertySigns.Replace(text)
	return clean(strings.ToValidUTF8(encoded, "\uFFFD"))
}
