package rules

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateMeasured = flag.Bool("update-measured", false, "write measured.json from docs/accuracy.md")

// TestMeasuredIsWhatTheDocumentSays holds what pages show of rules to the table of
// docs/accuracy.md.
func TestMeasuredIsWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "accuracy.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := tableOf(t, string(document))
	if *updateMeasured {
		encoded, err := json.MarshalIndent(want, "", "  ")
		if err == nil {
			err = os.WriteFile("measured.json", append(encoded, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := MeasuredRules()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("measured.json and docs/accuracy.md differ: run make eval (-document +embedded)\n%s", diff)
	}
	known := map[string]bool{}
	for _, rule := range All() {
		known[rule.ID] = true
	}
	for id := range got {
		if !known[id] {
			t.Errorf("%s was measured and is no rule", id)
		}
	}
}

// tableOf reads the table "By rule".
func tableOf(t *testing.T, document string) map[string]Measured {
	t.Helper()
	_, table, found := strings.Cut(document, "\n## By rule\n")
	if !found {
		t.Fatal("docs/accuracy.md has no table by rule")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	byRule := map[string]Measured{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 9 || !strings.Contains(cells[0], "`") {
			continue
		}
		m := Measured{figuresOf(t, cells[1:5]), figuresOf(t, cells[5:9])}
		if m != (Measured{}) {
			byRule[strings.Trim(strings.TrimSpace(cells[0]), "`")] = m
		}
	}
	if len(byRule) < 50 {
		t.Fatalf("the table has %d rules", len(byRule))
	}
	return byRule
}

var beside = regexp.MustCompile(`(\d+) (unclear|open)`)

// figuresOf reads the cells "right of judged", "found", "at the line" and "traps".
func figuresOf(t *testing.T, cells []string) (f Figures) {
	t.Helper()
	of := func(cell string) (n, all int) {
		if cell = strings.TrimSpace(cell); strings.Contains(cell, "/") {
			if _, err := fmt.Sscanf(cell, "%d/%d", &n, &all); err != nil {
				t.Fatalf("%q: %v", cell, err)
			}
		}
		return n, all
	}
	right, judged := of(cells[0])
	f.Right, f.Wrong = right, judged-right
	for _, m := range beside.FindAllStringSubmatch(cells[0], -1) {
		var n int
		if _, err := fmt.Sscan(m[1], &n); err != nil {
			t.Fatal(err)
		}
		if m[2] == "open" {
			f.Open = n
		} else {
			f.Unclear = n
		}
	}
	f.Found, f.Labels = of(cells[1])
	f.Exact, _ = of(cells[2])
	f.Fell, f.Traps = of(cells[3])
	return f
}
