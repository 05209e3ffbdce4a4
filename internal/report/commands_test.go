package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"twelvefold/internal/audit"
	"twelvefold/internal/rules"
)

// understood reads a workflow command as GitHub's runner does.
func understood(t *testing.T, line string) (level string, properties map[string]string, message string) {
	t.Helper()
	head, message, ok := strings.Cut(strings.TrimPrefix(line, "::"), "::")
	if !ok || !strings.HasPrefix(line, "::") {
		t.Fatalf("%q is no command", line)
	}
	level, list, _ := strings.Cut(head, " ")
	properties = map[string]string{}
	for _, property := range strings.Split(list, ",") {
		name, value, _ := strings.Cut(property, "=")
		properties[name] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(value)
	}
	return level, properties, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(message)
}

func TestCommandsAreUnderstood(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Commands(&out, hostile(), rules.All()); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !utf8.ValidString(text) || strings.ContainsAny(text, "\x1b\r\u202e") {
		t.Errorf("it controls a terminal: %q", text)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 7 || lines[6] != "7 findings (1 critical, 2 high, 2 medium, 1 low, 1 info), 0 passes." {
		t.Fatalf("%q", lines) // six that nobody accepted, and their number
	}
	var levels []string
	for _, line := range lines[:6] {
		level, _, _ := understood(t, line)
		levels = append(levels, level)
	}
	if want := []string{"error", "notice", "warning", "warning", "notice", "notice"}; !slices.Equal(levels, want) {
		t.Errorf("%q, want %q", levels, want)
	}
	_, properties, message := understood(t, lines[0])
	if properties["file"] != "a b/50%: done, really\r\n::error::x\uFFFD[31m\uFFFD`|.py" || properties["line"] != "9" || properties["endLine"] != "12" || properties["title"] != "A secret falls back to a value in the code" {
		t.Errorf("%q", properties)
	}
	if want := "[SESSION](http://evil.example) `x` | <b> %0A ::warning:: {0}.\nFix: Set it:\n  export A=\"1\"\nconfig/secret-default, high"; message != want {
		t.Errorf("%q", message)
	}
}

// TestNoNameEndsACommandsLine: some that read lines end them at U+2028 as well.
func TestNoNameEndsACommandsLine(t *testing.T) {
	t.Parallel()
	a, list := shop()
	a.Findings[0].Place.Path, a.Findings[0].Message = "a\u2028::error::b\n.py", "said\u2029::error::c"
	var out bytes.Buffer
	if err := Commands(&out, a, list); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\u2028\u2029") || strings.Contains(out.String(), "\n::error::") {
		t.Errorf("%q", &out)
	}
}

// TestManyCommands: the worst one is first, however many there are.
func TestManyCommands(t *testing.T) {
	t.Parallel()
	a := &audit.Audit{}
	for i := range 26_000 {
		a.Findings = append(a.Findings, found(i, audit.Low, fmt.Sprintf("f%d.py", i), 1))
	}
	a.Findings = append(a.Findings, found(26_000, audit.Critical, "z.py", 2))
	var out bytes.Buffer
	if err := Commands(&out, a, nil); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != 26_002 || !strings.HasPrefix(out.String(), "::error file=z.py,line=2,") {
		t.Errorf("%d lines, first %.40q", n, out.String())
	}
}
