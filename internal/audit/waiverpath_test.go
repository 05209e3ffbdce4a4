package audit

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

// waiving is a tree whose dashboard waives config/finds below legacy.
func waiving(files map[string]string) Tree {
	tree := reading(files)
	tree.Waivers = []Waiver{{ID: 1, Rule: "config/finds", Path: "legacy/**", Reason: "r", Owner: "o", Expires: "2026-12-01"}}
	tree.Today = "2026-11-01"
	return tree
}

// TestAWaiverOfAPathAcceptsThatPathAlone: a place elsewhere counts, whatever else of
// the same finding stands in the path.
func TestAWaiverOfAPathAcceptsThatPathAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		base, head map[string]string
		fails      int
	}{
		{"in the path", nil, map[string]string{"legacy/db.js": "P"}, 0},
		{"twice in the path", nil, map[string]string{"legacy/db.js": "P", "legacy/old/x.js": "P"}, 0},
		{"elsewhere", nil, map[string]string{"src/db.js": "P"}, 1},
		{"elsewhere, with a decoy", nil, map[string]string{"src/db.js": "P", "legacy/decoy.js": "P"}, 1},
		{"one more in the path", map[string]string{"server.js": "P"}, map[string]string{"server.js": "P", "legacy/db.js": "P"}, 0},
		{"one more elsewhere", map[string]string{"server.js": "P"}, map[string]string{"server.js": "P", "src/db.js": "P"}, 1},
		{"one more elsewhere, with a decoy", map[string]string{"server.js": "P"}, map[string]string{"server.js": "P", "src/db.js": "P", "legacy/decoy.js": "P"}, 1},
		{"beside what is accepted", map[string]string{"legacy/db.js": "P"}, map[string]string{"legacy/db.js": "P", "src/db.js": "P"}, 1},
		{"it leaves the path", map[string]string{"legacy/db.js": "P"}, map[string]string{"src/pay.js": "P"}, 1},
		{"half of it leaves the path", map[string]string{"legacy/a.js": "P", "legacy/b.js": "P"}, map[string]string{"legacy/a.js": "P", "src/b.js": "P"}, 1},
		{"it moves within the path", map[string]string{"legacy/db.js": "P"}, map[string]string{"legacy/old/db.js": "P"}, 0},
		{"it comes into the path", map[string]string{"src/db.js": "P"}, map[string]string{"legacy/db.js": "P"}, 0},
		{"it moves outside of the path", map[string]string{"src/db.js": "P"}, map[string]string{"lib/db.js": "P"}, 0},
	} {
		head := waiving(c.head)
		got := Compare(run(t, waiving(c.base), finds), run(t, head, finds), Holding(head.Today, head.Waivers))
		fails := 0
		for _, f := range got.New {
			if (Gate{}).Fails(f) {
				fails++
			}
			if now := f.WaivedOn(head.Today, head.Waivers); (now == nil) != (f.Waived == nil) {
				t.Errorf("%s: a page would say otherwise than the audit of %+v", c.name, f)
			}
		}
		if fails != c.fails {
			t.Errorf("%s: %d fail, want %d: %+v", c.name, fails, c.fails, got.New)
		}
	}
}

// TestWhatLeavesAWaivedPathSaysSo where it stands now.
func TestWhatLeavesAWaivedPathSaysSo(t *testing.T) {
	t.Parallel()
	base, head := run(t, waiving(map[string]string{"legacy/db.js": "P"}), finds), run(t, waiving(map[string]string{"src/pay.js": "P"}), finds)
	got := Compare(base, head, nil)
	if len(got.New) != 1 || got.New[0].Message != "P is read, which was accepted at legacy/db.js:1 and is not here" || got.New[0].Place.Path != "src/pay.js" || len(got.Fixed) != 0 {
		t.Fatalf("%+v", got)
	}
	again := waiving(map[string]string{"src/pay.js": "P"})
	again.Waivers = append(again.Waivers, Waiver{ID: 2, Fingerprint: got.New[0].Fingerprint, Reason: "r", Owner: "o", Expires: "2026-12-01"})
	if got := Compare(base, run(t, again, finds), nil); len(got.New) != 0 {
		t.Errorf("a waiver of its own does not accept it: %+v", got.New)
	}
}

// TestAWaivedComponentMayMove: its findings were accepted by their fingerprints,
// which hold no path.
func TestAWaivedComponentMayMove(t *testing.T) {
	t.Parallel()
	at := func(dir string) Tree {
		return treeOf(map[string][]inspect.Fact{
			dir + "package.json": {inspect.Manifest{Ecosystem: inspect.NPM, Name: "shop", Private: true}},
			dir + "server.js":    {inspect.EnvRead{Name: "P", Via: "process.env"}, inspect.Listen{Via: "http"}},
		})
	}
	base := at("old/")
	fingerprint := run(t, base, finds).Findings[0].Fingerprint
	base.Today, base.Waivers = "2026-11-01", []Waiver{{Fingerprint: fingerprint, Reason: "r", Owner: "o", Expires: "2026-12-01"}}
	head := at("new/")
	head.Today, head.Waivers = base.Today, base.Waivers
	if got := Compare(run(t, base, finds), run(t, head, finds), base.Waivers); len(got.New) != 0 || len(got.Unchanged) != 1 {
		t.Errorf("%+v", got)
	}
}

// TestAnotherAdditionHasAnotherFingerprint: who accepts the second place that one
// pull request adds has not seen that of the next.
func TestAnotherAdditionHasAnotherFingerprint(t *testing.T) {
	t.Parallel()
	base := run(t, reading(map[string]string{"mail.js": "P"}), finds)
	added := func(name, reads string, waivers ...Waiver) Finding {
		got := Compare(base, run(t, reading(map[string]string{"mail.js": "P", name: reads}), finds), waivers)
		if len(got.New) != 1 {
			t.Fatalf("%s: %+v", name, got)
		}
		return got.New[0]
	}
	accepted := Waiver{Fingerprint: added("db.js", "P").Fingerprint, Reason: "r", Owner: "o", Expires: "2026-12-01"}
	if f := added("payments/card.js", "P", accepted); f.Waived != nil {
		t.Errorf("a waiver of what db.js adds accepts %s", f.Place)
	}
	if f := added("db.js", "  P", accepted); f.Waived == nil {
		t.Error("another line is another addition")
	}
}

// TestAFilesWaiverSaysWhatItLeavesOut, since it accepts nothing then.
func TestAFilesWaiverSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	tree := waived(reading(map[string]string{"legacy/db.js": "P", "src/db.js": "P"}), "waivers: [{path: legacy/**, "+accepts+"}]", "2026-11-01")
	a := run(t, tree, finds)
	want := "line 1: the waiver of config/finds in legacy/** accepts nothing: what it is for stands at src/db.js:1 as well, which it leaves out"
	if len(a.Warnings) != 1 || a.Warnings[0].Message != want || a.Findings[0].Waived != nil {
		t.Errorf("%+v, want %q", a.Warnings, want)
	}
	if dir := a.Findings[0].Directory(); dir != "." {
		t.Errorf("all of it stands in %q", dir)
	}
	deep := Finding{Place: Place{Path: "a/b/c/x.js"}, Related: []Place{{Path: "a/b/d/y.js"}, {Path: "z.js"}}, Added: 2}
	if dir := deep.Directory(); dir != "a/b" || !(Waiver{Path: GlobBelow(dir)}).Accepts(deep) {
		t.Errorf("what is added stands in %q", dir)
	}
	if at, is := (Waiver{Path: "a/b/c/**"}).LeavesOut(deep); !is || !strings.HasPrefix(at.String(), "a/b/d/y.js") {
		t.Errorf("%s is left out", at)
	}
}
