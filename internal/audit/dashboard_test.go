package audit

import (
	"strings"
	"testing"
)

// TestWaiversOfTheDashboard counts beside the file's, which come first.
func TestWaiversOfTheDashboard(t *testing.T) {
	t.Parallel()
	tree := waived(webTree(), "", "2026-11-20")
	tree.Waivers = []Waiver{
		{ID: 7, Rule: "config/finds", Path: "**", Reason: "r", Owner: "ada", Expires: "2026-12-01"},
		{ID: 8, Rule: "config/finds", Path: "no/such/**", Reason: "r", Owner: "ada", Expires: "2027-06-01"},
		{ID: 9, Rule: "config/finds", Fingerprint: strings.Repeat("0", 32), Reason: "r", Owner: "ada", Expires: "2026-11-19"},
		{ID: 10, Rule: "config/finds", Path: "**", Reason: "r", Owner: "ada", Expires: "2999-01-01"},
	}
	a := run(t, tree, finds)
	if len(a.Findings) != 2 || a.Findings[0].Waived == nil || a.Findings[0].Waived.ID != 7 {
		t.Errorf("%+v", a.Findings)
	}
	want := []string{
		"the waiver of config/finds in **, made on the dashboard, does not count: it expires on 2999-01-01, and a waiver may last a year at most",
		"the waiver of config/finds in **, made on the dashboard, expires on 2026-12-01: fix its findings until then, or have ada renew it",
		"the waiver of config/finds, finding 000000000000, made on the dashboard, expired on 2026-11-19, so that its findings count again: fix them, or have ada renew it",
	}
	for i, w := range a.Warnings {
		if len(a.Warnings) != len(want) || w.Path != "" || w.Message != want[i] {
			t.Errorf("warning %+v, want %q", w, want)
		}
	}
	tree.Settings = []byte("waivers: [{" + accepts + "}]")
	if a := run(t, tree, finds); a.Findings[0].Waived == nil || a.Findings[0].Waived.ID != 0 {
		t.Errorf("the file's does not come first: %+v", a.Findings[0].Waived)
	}
}

func TestWaivedOnADay(t *testing.T) {
	t.Parallel()
	file := &Waiver{Rule: "r/x", Line: 3, Expires: "2026-12-01"}
	old := &Waiver{Rule: "r/x", ID: 5, Expires: "2027-01-01"}
	dashboard := []Waiver{{ID: 6, Rule: "r/y", Expires: "2027-01-01"}, {ID: 7, Rule: "r/x", Path: "a/**", Expires: "2026-12-24"}}
	for _, c := range []struct {
		name  string
		noted *Waiver
		path  string
		today string
		id    int64 // -1: nobody
	}{
		{"the file's first", file, "a/b", "2026-12-01", 0}, {"then the dashboard's", file, "a/b", "2026-12-02", 7}, {"then none", file, "a/b", "2026-12-25", -1},
		{"withdrawn since the audit", old, "b", "2026-11-01", -1}, {"made since the audit", nil, "a/b", "2026-11-01", 7}, {"another path", nil, "b", "2026-11-01", -1},
	} {
		f := Finding{Rule: "r/x", Place: Place{Path: c.path}, Waived: c.noted}
		got := int64(-1)
		if w := f.WaivedOn(c.today, dashboard); w != nil {
			got = w.ID
		}
		if got != c.id {
			t.Errorf("%s: %d, want %d", c.name, got, c.id)
		}
	}
}

// TestGlobBelow accepts what is in a directory, however that is called.
func TestGlobBelow(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{".", "src", "app/[id]", "a*b/c?", `back\slash`, "été", "src/(group)/[...all]"} {
		glob, wrong := CleanGlob(GlobBelow(dir))
		below := dir + "/file.ts"
		if dir == "." {
			below = "file.ts"
		}
		if wrong != "" || !matchGlob(glob, below) || !matchGlob(glob, strings.TrimSuffix(below, "file.ts")+"deep/file.ts") {
			t.Errorf("%q: %q does not match %q, %s", dir, glob, below, wrong)
		}
		if dir != "." && matchGlob(glob, "elsewhere/file.ts") {
			t.Errorf("%q matches elsewhere", glob)
		}
	}
}

func TestGatesInOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, account Gate
		want          string
	}{
		{Gate{}, Gate{}, "high"}, {Gate{}, Gate{FailOn: Low}, "low"}, {Gate{}, Gate{Open: true}, "none"},
		{Gate{FailOn: High}, Gate{Open: true}, "high"}, {Gate{Open: true}, Gate{FailOn: Info}, "none"},
	} {
		got := c.file.Or(c.account).Name()
		if named, ok := GateNamed(got); got != c.want || !ok || named.Name() != got {
			t.Errorf("%+v: %s", c, got)
		}
	}
	if _, ok := GateNamed(""); ok {
		t.Error("no name is a gate")
	}
}
