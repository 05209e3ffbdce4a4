package audit

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

// reading is a program whose files read these variables, a line each.
func reading(files map[string]string) Tree {
	facts := map[string][]inspect.Fact{
		"package.json": {inspect.Manifest{Ecosystem: inspect.NPM, Name: "shop", Private: true}},
		"server.js":    {inspect.Listen{Via: "http"}},
	}
	for name, names := range files {
		for variable := range strings.SplitSeq(names, "") {
			if variable == " " {
				facts[name] = append(facts[name], inspect.LogSink{Via: "winston", Target: "stdout"}) // another line
				continue
			}
			facts[name] = append(facts[name], inspect.EnvRead{Name: variable, Via: "process.env"})
		}
	}
	return treeOf(facts)
}

// graded is a rule like finds, of a severity and a confidence.
func graded(s Severity, c Confidence) Rule {
	rule := finds
	rule.Severity, rule.Confidence = s, c
	return rule
}

// TestOneMoreOfTheSameIsNew where the base has a finding of that name already.
func TestOneMoreOfTheSameIsNew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		base, head map[string]string
		want       string // places of what is new, with the places that are related
		fixed      int
	}{
		{"as before", map[string]string{"mail.js": "P"}, map[string]string{"mail.js": "P"}, "", 0},
		{"in another file", map[string]string{"mail.js": "P"}, map[string]string{"mail.js": "P", "db.js": "P"}, "db.js:1 mail.js:1", 0},
		{"in a file before it", map[string]string{"mail.js": "P"}, map[string]string{"mail.js": "P", "a.js": " P"}, "a.js:2 mail.js:1", 0},
		{"on another line", map[string]string{"mail.js": "P"}, map[string]string{"mail.js": "P P"}, "mail.js:3 mail.js:1", 0},
		{"moved lines", map[string]string{"mail.js": "P P"}, map[string]string{"mail.js": "  P  P"}, "", 0},
		{"a renamed file", map[string]string{"mail.js": "P", "db.js": "P"}, map[string]string{"post.js": " P", "db.js": "P"}, "", 0},
		{"a moved file and one more", map[string]string{"mail.js": "P"}, map[string]string{"lib/mail.js": " P", "db.js": "P"}, "db.js:1 lib/mail.js:2", 0},
		{"two more", map[string]string{"mail.js": "P"}, map[string]string{"mail.js": "P", "db.js": "P", "x.js": "P"}, "db.js:1 x.js:1 mail.js:1", 0},
		{"one fewer", map[string]string{"mail.js": "P", "db.js": "P"}, map[string]string{"mail.js": "P"}, "", 0},
		{"beside another's end", map[string]string{"mail.js": "PQ"}, map[string]string{"mail.js": "P", "db.js": "P"}, "db.js:1 mail.js:1", 1},
	} {
		got := Compare(run(t, reading(c.base), finds), run(t, reading(c.head), finds), nil)
		var places []string
		for _, f := range got.New {
			for _, p := range f.places() {
				places = append(places, p.String())
			}
		}
		if s := strings.Join(places, " "); s != c.want || len(got.Fixed) != c.fixed {
			t.Errorf("%s: new at %q, want %q; %d fixed", c.name, s, c.want, len(got.Fixed))
		}
		if len(got.New) == 1 && !strings.Contains(got.New[0].Message, "P is read, as ") {
			t.Errorf("%s: it says %q", c.name, got.New[0].Message)
		}
	}
}

// TestWhatGetsWorseIsNew, though it has its name and its place.
func TestWhatGetsWorseIsNew(t *testing.T) {
	t.Parallel()
	tree := reading(map[string]string{"mail.js": "P"})
	for _, c := range []struct {
		base, head Rule
		new        string // how its message ends
	}{
		{graded(Medium, HighConfidence), graded(High, HighConfidence), "P is read: high now, medium before"},
		{graded(High, HighConfidence), graded(Medium, HighConfidence), ""},
		{graded(High, LowConfidence), graded(High, HighConfidence), "P is read: certain now, advisory before"},
		{graded(High, HighConfidence), graded(High, MediumConfidence), ""},
		{graded(High, HighConfidence), graded(High, LowConfidence), ""},
	} {
		got := Compare(run(t, tree, c.base), run(t, tree, c.head), nil)
		message := ""
		for _, f := range got.New {
			message = f.Message
		}
		if message != c.new || len(got.New)+len(got.Unchanged) != 1 || len(got.Fixed) != 0 {
			t.Errorf("%s %s to %s %s: %q, want %q", c.base.Severity, c.base.Confidence, c.head.Severity, c.head.Confidence, message, c.new)
		}
	}
}

// TestAWaiverOfTheOldOneDoesNotAcceptMore: by its fingerprint it is for what stood
// there, by rule and path for what stands in the path.
func TestAWaiverOfTheOldOneDoesNotAcceptMore(t *testing.T) {
	t.Parallel()
	before := reading(map[string]string{"mail.js": "P"})
	base := run(t, before, graded(Medium, HighConfidence))
	old := base.Findings[0].Fingerprint
	more := reading(map[string]string{"mail.js": "P", "lib/db.js": "P"})
	for _, c := range []struct {
		name   string
		tree   Tree
		rule   Rule
		waiver Waiver
		waived bool
	}{
		{"worse, by its fingerprint", before, graded(High, HighConfidence), Waiver{Fingerprint: old}, false},
		{"worse, by its path", before, graded(High, HighConfidence), Waiver{Rule: "config/finds", Path: "*.js"}, true},
		{"one more, by its fingerprint", more, graded(Medium, HighConfidence), Waiver{Fingerprint: old}, false},
		{"one more, by the old path", more, graded(Medium, HighConfidence), Waiver{Rule: "config/finds", Path: "*.js"}, false},
		{"one more, by the new path", more, graded(Medium, HighConfidence), Waiver{Rule: "config/finds", Path: "lib/**"}, true},
	} {
		c.waiver.Reason, c.waiver.Owner, c.waiver.Expires = "r", "o", "2026-12-01"
		c.tree.Waivers, c.tree.Today = []Waiver{c.waiver}, "2026-11-01"
		got := Compare(base, run(t, c.tree, c.rule), Holding(c.tree.Today, c.tree.Waivers))
		if len(got.New) != 1 || (got.New[0].Waived != nil) != c.waived {
			t.Errorf("%s: %+v", c.name, got.New)
		}
		// What is new has a fingerprint of its own, the same at each audit.
		own := got.New[0].Fingerprint
		if again := Compare(base, run(t, c.tree, c.rule), nil); own == old || again.New[0].Fingerprint != own {
			t.Errorf("%s: fingerprints %s and %s", c.name, own, again.New[0].Fingerprint)
		}
		accepting := []Waiver{{Fingerprint: own, Reason: "r", Owner: "o", Expires: "2026-12-01"}}
		if again := Compare(base, run(t, c.tree, c.rule), accepting); again.New[0].Waived == nil {
			t.Errorf("%s: a waiver of its own does not accept it", c.name)
		}
		for _, late := range []string{"2026-12-02", "2024-01-01"} {
			if n := len(Holding(late, accepting)); n != 0 {
				t.Errorf("on %s %d waivers hold", late, n)
			}
		}
	}
}
