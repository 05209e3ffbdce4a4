package document

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxWrittenLine bounds the bytes of a line in which a scalar is looked for:
// thousands may stand on one.
const maxWrittenLine = 4096

// AsWritten is the text of a folded, plain or quoted scalar with the line
// breaks that it has in the file, which YAML folds into blanks: each becomes a
// continued line of the shell, so that the text means the same. False when the
// file's bytes don't lead to the value: escapes, templates.
func (d *YAML) AsWritten(n *yaml.Node) (text string, ok bool) {
	line, rest := n.Line, ""
	if line < 1 || line > len(d.lines) {
		return "", false
	}
	if len(d.lines[line-1]) > maxWrittenLine {
		return "", false
	}
	switch raw := []rune(d.lines[line-1]); {
	case n.Style&yaml.FoldedStyle != 0: // the text starts on the next line
	case n.Column >= 1 && n.Column <= len(raw):
		rest = strings.TrimLeft(string(raw[n.Column-1:]), `"'`)
	}
	var b strings.Builder
	breaks, blanks := 0, ""
	for _, want := range n.Value {
		if want == ' ' || want == '\t' || want == '\n' {
			blanks += string(want)
			continue
		}
		for rest = strings.TrimLeft(rest, " \t"); rest == ""; rest = strings.TrimLeft(rest, " \t") {
			if line == len(d.lines) {
				return "", false
			}
			rest, line, breaks = d.lines[line], line+1, breaks+1
		}
		if !strings.HasPrefix(rest, string(want)) {
			return "", false
		}
		rest = rest[len(string(want)):]
		b.WriteString(blanksWithBreaks(blanks, breaks))
		b.WriteRune(want)
		breaks, blanks = 0, ""
	}
	return b.String(), true
}

// blanksWithBreaks is white space of the value with as many line breaks as the
// file has there: those that the value lacks are escaped.
func blanksWithBreaks(blanks string, breaks int) string {
	missing := breaks - strings.Count(blanks, "\n")
	if missing <= 0 {
		return blanks
	}
	if strings.Contains(blanks, "\n") {
		return blanks + strings.Repeat("\n", missing)
	}
	return blanks + strings.Repeat("\\\n", missing)
}
