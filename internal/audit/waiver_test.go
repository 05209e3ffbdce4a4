package audit

import (
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

const accepts = "rule: config/finds, reason: it is public, owner: '@ada', expires: 2026-12-01"

func waived(tree Tree, settings, today string) Tree {
	tree.Settings, tree.Today = []byte(settings), today
	return tree
}

// TestWaiversHold has two findings in server.js, A_KEY and B_KEY.
func TestWaiversHold(t *testing.T) {
	t.Parallel()
	plain := run(t, webTree(), finds)
	first := plain.Findings[0].Fingerprint
	for _, c := range []struct {
		name, settings, today string
		want                  string // subjects that are waived
		warning               string
	}{
		{"a rule", "waivers: [{" + accepts + "}]", "2026-11-01", "A_KEY B_KEY", ""},
		{"a path", "waivers: [{path: '*.js', " + accepts + "}]", "2026-11-01", "A_KEY B_KEY", ""},
		{"another path", "waivers: [{path: lib/**, " + accepts + "}]", "2026-11-01", "", "line 1: the waiver of config/finds in lib/** accepts no finding any more: remove it"},
		{"one finding", "waivers: [{fingerprint: " + first + ", reason: r, owner: o, expires: 2026-12-01}]", "2026-11-01", "A_KEY", ""},
		{"the last day", "waivers: [{" + accepts + "}]", "2026-12-01", "A_KEY B_KEY", "line 1: the waiver of config/finds expires on 2026-12-01: fix its findings until then, or have @ada renew it"},
		{"a day late", "waivers: [{" + accepts + "}]", "2026-12-02", "", "line 1: the waiver of config/finds expired on 2026-12-01, so that its findings count again: fix them, or have @ada renew it"},
		{"soon", "waivers: [{" + accepts + "}]", "2026-11-17", "A_KEY B_KEY", "line 1: the waiver of config/finds expires on 2026-12-01"},
		{"not soon", "waivers: [{" + accepts + "}]", "2026-11-16", "A_KEY B_KEY", ""},
		{"for ever", "waivers: [{rule: config/finds, reason: r, owner: o, expires: 2999-01-01}]", "2026-11-01", "", "line 1: the waiver of config/finds does not count: it expires on 2999-01-01, and a waiver may last a year at most"},
		{"no end", "waivers: [{rule: config/finds, reason: r, owner: o}]", "2026-11-01", "", "line 1: a waiver needs a day that it expires on, so it does not count"},
		{"no reason", "waivers: [{rule: config/finds, owner: o, expires: 2026-12-01}]", "2026-11-01", "", "line 1: a waiver needs a reason, so it does not count"},
		{"no owner", "waivers: [{rule: config/finds, reason: r, expires: 2026-12-01}]", "2026-11-01", "", "line 1: a waiver needs an owner, who answers for it, so it does not count"},
		{"of everything", "waivers: [{reason: r, owner: o, expires: 2026-12-01}]", "2026-11-01", "", "line 1: a waiver needs a rule or a fingerprint, so it does not count"},
		{"no day", "waivers: [{rule: config/finds, reason: r, owner: o, expires: soon}]", "2026-11-01", "", `line 1: "soon" is no day: write it as in 2027-01-31, so the waiver does not count`},
		{"no rule", "waivers: [{rule: 'config', reason: r, owner: o, expires: 2026-12-01}]", "2026-11-01", "", `line 1: "config" is no rule: write one as in config/debug-literal, so the waiver does not count`},
		{"a rule that is none", "waivers: [{rule: config/find, reason: r, owner: o, expires: 2026-12-01}]", "2026-11-01", "", "line 1: there is no rule config/find, so its waiver does not count: twelvefold rules lists them all"},
		{"a word too much", "waivers: [{until: x, " + accepts + "}]", "2026-11-01", "A_KEY B_KEY", `line 1: unknown key "until" of a waiver: known are rule, path, fingerprint, reason, owner and expires`},
		{"no list", "waivers: {" + accepts + "}", "2026-11-01", "", `line 1: waivers must be a list: begin each entry with "- "`},
	} {
		a := run(t, waived(webTree(), c.settings, c.today), finds)
		var subjects []string
		for _, f := range a.Findings {
			if f.Waived != nil {
				subjects = append(subjects, f.Subject)
			}
		}
		if got := strings.Join(subjects, " "); got != c.want || len(a.Findings) != 2 {
			t.Errorf("%s: waived are %q of %d findings, want %q of 2", c.name, got, len(a.Findings), c.want)
		}
		var messages []string
		for _, w := range a.Warnings {
			messages = append(messages, w.Message)
		}
		if c.warning == "" && messages != nil || c.warning != "" && !slices.ContainsFunc(messages, func(m string) bool { return strings.HasPrefix(m, c.warning) }) {
			t.Errorf("%s: warnings %q, want %q", c.name, messages, c.warning)
		}
		if *a.Score != *plain.Score {
			t.Errorf("%s: the score is %v instead of %v", c.name, *a.Score, *plain.Score)
		}
	}
}

// TestUnscoredWaiversRaiseTheScore to what it were without the findings.
func TestUnscoredWaiversRaiseTheScore(t *testing.T) {
	t.Parallel()
	settings := "waived: unscored\nwaivers: [{" + accepts + "}]"
	a := run(t, waived(webTree(), settings, "2026-11-01"), finds, passes)
	silent := finds
	silent.Judge = func(*Component, *Report) {}
	if clean := run(t, webTree(), silent, passes); *a.Score != *clean.Score {
		t.Errorf("score %v, want %v", *a.Score, *clean.Score)
	}
	if len(a.Findings) != 2 || a.Findings[0].Waived == nil || a.Findings[0].Gain != 0 {
		t.Errorf("findings %+v", a.Findings)
	}
	if late := run(t, waived(webTree(), settings, "2026-12-02"), finds, passes); *late.Score != *run(t, webTree(), finds, passes).Score {
		t.Errorf("after the last day the score is %v", *late.Score)
	}
}

// TestMemoryKnowsTheDay has the same files on the last day of a waiver and after it.
func TestMemoryKnowsTheDay(t *testing.T) {
	t.Parallel()
	memory := NewMemory([]Rule{finds, passes}, 1000)
	for _, today := range []string{"2026-11-01", "2026-12-01", "2026-12-02", "2026-11-01"} {
		for _, settings := range []string{"waivers: [{" + accepts + "}]", "waived: unscored\nwaivers: [{" + accepts + "}]", ""} {
			tree := waived(webTree(), settings, today)
			got, err := memory.Run(t.Context(), tree)
			if err != nil {
				t.Fatal(err)
			}
			want := run(t, tree, finds, passes)
			if *got.Score != *want.Score || (got.Findings[0].Waived == nil) != (want.Findings[0].Waived == nil) || len(got.Warnings) != len(want.Warnings) {
				t.Errorf("%s, %q: by memory %v, %v", today, settings, *got.Score, got.Warnings)
			}
		}
	}
	given := webTree()
	given.Waivers = []Waiver{{Rule: "config/finds", Reason: "r", Owner: "o", Expires: "2026-12-01"}}
	if got, err := memory.Run(t.Context(), given); err != nil || got.Findings[0].Waived == nil {
		t.Errorf("a waiver from elsewhere: %+v, %v", got, err)
	}
}

func TestTheGate(t *testing.T) {
	t.Parallel()
	for settings, want := range map[string]string{
		"":                                    "critical high",
		"gate: {fail-on: high}":               "critical high",
		"gate: {fail-on: critical}":           "critical",
		"gate: {fail-on: low}":                "critical high medium low",
		"gate: {fail-on: none}":               "",
		"gate: {fail-on: everything}":         "critical high",
		"gate: high":                          "critical high",
		"gate: {fail-on: medium, other: low}": "critical high medium",
	} {
		s, warnings := ParseSettings([]byte(settings))
		var failing []string
		for _, severity := range Severities() {
			if s.Gate.Fails(Finding{Severity: severity, Confidence: HighConfidence}) {
				failing = append(failing, string(severity))
			}
			if s.Gate.Fails(Finding{Severity: severity, Confidence: LowConfidence}) || s.Gate.Fails(Finding{Severity: severity, Confidence: HighConfidence, Waived: &Waiver{}}) {
				t.Errorf("%s: an advisory or waived finding fails", settings)
			}
		}
		if got := strings.Join(failing, " "); got != want {
			t.Errorf("%s: %q fail, want %q", settings, got, want)
		}
		if wrong := strings.Contains(settings, "everything") || strings.Contains(settings, "other") || settings == "gate: high"; wrong != (len(warnings) == 1) {
			t.Errorf("%s: warnings %v", settings, warnings)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	tree := func(dir string, names ...string) Tree {
		var reads []inspect.Fact
		for _, name := range names {
			reads = append(reads, inspect.EnvRead{Name: name, Via: "process.env"})
		}
		return treeOf(map[string][]inspect.Fact{
			dir + "package.json": {inspect.Manifest{Ecosystem: inspect.NPM, Name: "shop", Private: true}},
			dir + "server.js":    append(reads, inspect.Listen{Via: "http"}),
		})
	}
	names := func(list []Finding) (s string) {
		for _, f := range list {
			s += f.Subject
		}
		return s
	}
	for _, c := range []struct {
		name       string
		base, head Tree
		want       string // new, fixed, unchanged
	}{
		{"nothing", tree("", "A", "B"), tree("", "A", "B"), "||AB"},
		{"moved lines", tree("", "A", "B"), tree("", "B", "A"), "||BA"},
		{"opened and fixed", tree("", "A", "B"), tree("", "B", "C"), "C|A|B"},
		{"a renamed component", tree("api/", "A", "B"), tree("services/api/", "B", "C"), "C|A|B"},
		{"the first audit", treeOf(nil), tree("", "A"), "A||"},
		{"all gone", tree("", "A"), treeOf(nil), "|A|"},
	} {
		got := Compare(run(t, c.base, finds), run(t, c.head, finds), nil)
		if s := names(got.New) + "|" + names(got.Fixed) + "|" + names(got.Unchanged); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	a := run(t, webTree(), finds, passes)
	for i, cell := range a.Cells() {
		f := a.Scorecards[0].Factors[i]
		if cell.Factor != f.Factor || cell.Status != f.Status || (cell.Score == nil) != (f.Score == nil) || cell.Score != nil && *cell.Score != *f.Score {
			t.Errorf("%+v instead of %+v", cell, f)
		}
	}
	if cells := run(t, treeOf(nil)).Cells(); cells[0].Status != NotApplicable || cells[0].Score != nil {
		t.Errorf("without components: %+v", cells[0])
	}
}
