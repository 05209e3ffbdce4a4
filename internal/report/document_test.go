package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"twelvefold/internal/audit"
)

// TestMarkdownFits, and says truly how many findings it leaves out.
func TestMarkdownFits(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 200, 30_000} {
		a := hostile()
		for i := range n {
			f := found(10+i, audit.Low, fmt.Sprintf("%s/f%d.py", strings.Repeat("deep/", i%40), i), 1)
			f.Message = strings.Repeat("`|<b>@ada ", i%200)
			a.Findings = append(a.Findings, f)
		}
		var out bytes.Buffer
		if err := Markdown(&out, a); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		if len(text) > MarkdownMost || !utf8.ValidString(text) || strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "<b>") {
			t.Errorf("%d findings: %d bytes", n, len(text))
		}
		rows := strings.Count(text, "\n| ") - 1 // but the head
		if said := regexp.MustCompile(`\nand (\d+) more: `).FindStringSubmatch(text); said != nil {
			left, _ := strconv.Atoi(said[1])
			rows += left
		}
		if rows != len(a.Findings) {
			t.Errorf("%d findings, and %d are told of", len(a.Findings), rows)
		}
		for line := range strings.SplitSeq(text, "\n") {
			if cells := regexp.MustCompile(`(^|[^\\])\|`).FindAllString(line, -1); strings.HasPrefix(line, "| ") && len(cells) != 6 {
				t.Fatalf("a row of %d cells: %s", len(cells)-1, line)
			}
		}
	}
}
