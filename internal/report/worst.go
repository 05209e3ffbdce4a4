package report

import (
	"cmp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
)

// worstFirst is the findings in the order in which they should be looked at:
// what nobody accepted first, then by severity, what is sure before advice, and
// by place. What is cut off from the end is what matters least.
func worstFirst(findings []audit.Finding) []audit.Finding {
	list := slices.Clone(findings)
	slices.SortStableFunc(list, func(f, g audit.Finding) int {
		return cmp.Or(
			order(f.Waived != nil, g.Waived != nil),
			cmp.Compare(f.Severity.Rank(), g.Severity.Rank()),
			order(f.Confidence == audit.LowConfidence, g.Confidence == audit.LowConfidence),
			strings.Compare(f.Place.Path, g.Place.Path),
			cmp.Compare(f.Place.Line, g.Place.Line),
			strings.Compare(f.Rule, g.Rule),
			strings.Compare(f.Fingerprint, g.Fingerprint),
		)
	})
	return list
}

// order puts false before true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// level is how loud other tools say a finding: "error", "warning" or "note".
// Advice is a note, whatever its severity.
func level(s audit.Severity, c audit.Confidence) string {
	switch {
	case c == audit.LowConfidence || s.Rank() > audit.Medium.Rank():
		return "note"
	case s == audit.Medium:
		return "warning"
	}
	return "error"
}

// cleanLines is clean, but for the ends of lines that we put there ourselves.
func cleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = clean(strings.ReplaceAll(lines[i], "\t", " "))
	}
	return strings.Join(lines, "\n")
}
