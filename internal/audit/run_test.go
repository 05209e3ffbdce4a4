package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/factor"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// webTree is a small web service with two environment reads and a log file.
func webTree() Tree {
	return treeOf(map[string][]inspect.Fact{
		"package.json": {inspect.Manifest{Ecosystem: inspect.NPM, Name: "shop", Private: true}},
		"server.js": {
			inspect.Listen{Via: "http.Server().listen"},
			inspect.EnvRead{Name: "A_KEY", Via: "process.env"},
			inspect.EnvRead{Name: "B_KEY", Via: "process.env"},
		},
		"lib/log.js": {inspect.LogSink{Via: "winston", Target: "file"}},
	})
}

// finds is a rule that reports every environment read by its name.
var finds = Rule{ID: "config/finds", Aspect: "a", Type: Violation, Severity: High, Confidence: HighConfidence, Counting: Each,
	Fixes: []Fix{{Text: "Do it."}, {For: "JavaScript", Text: "Do it in JavaScript."}},
	Judge: func(c *Component, report *Report) {
		for e := range Facts[inspect.EnvRead](c) {
			report.Violation(e.At(), e.Fact.Name, e.Fact.Name+" is read")
		}
	}}

var passes = Rule{ID: "logs/passes", Aspect: "a", Type: Positive, Judge: func(c *Component, report *Report) {
	for e := range Facts[inspect.LogSink](c) {
		report.Pass(e.At(), 1, "it logs")
	}
}}

var panics = Rule{ID: "logs/panics", Aspect: "a", Type: Violation, Severity: High, Confidence: HighConfidence, Counting: Once,
	Judge: func(*Component, *Report) { panic("index out of range") }}

func TestRunFindsAndScores(t *testing.T) {
	t.Parallel()
	a := run(t, webTree(), finds, passes)
	if len(a.Scorecards) != 1 || len(a.Findings) != 2 || len(a.Passes) != 1 {
		t.Fatalf("%d components, %d findings, %d passes, want 1, 2 and 1", len(a.Scorecards), len(a.Findings), len(a.Passes))
	}
	f := a.Findings[0]
	if f.Subject != "A_KEY" || f.Place.Line != 2 || f.Fix != "Do it in JavaScript." || len(f.Fingerprint) != 32 || f.Component != "." {
		t.Errorf("finding %+v", f)
	}
	// III: 0.6 · (1 − loss) · (1 − loss/2), and each loses 0.7·0.76; XI: 1. They weigh 14 and 10.
	config := func(loss float64) float64 { return 14 * 60 * (1 - loss) * (1 - loss/2) }
	if got, want := *a.Score, round((config(0.7*0.76)+10*100)/24); got != want {
		t.Errorf("score %v, want %v", got, want)
	}
	// Without one of them it loses 0.7 · 0.6.
	if got, want := f.Gain, round((config(0.7*0.6)-config(0.7*0.76))/24); got != want {
		t.Errorf("gain %v, want %v", got, want)
	}
	if a.Grade != "" || a.Worst != "." {
		t.Errorf("grade %q, worst %q, want it withheld, and the root", a.Grade, a.Worst)
	}
}

// TestBrokenRuleCostsItsAspect: the audit goes on, the aspect is unknown, and
// what another rule has for it does not count.
func TestBrokenRuleCostsItsAspect(t *testing.T) {
	t.Parallel()
	a := run(t, webTree(), finds, passes, panics)
	logs := a.Scorecards[0].Factors[10]
	if logs.Status != Unknown || *logs.Score != 60 {
		t.Errorf("logs are %s with %v, want unknown with 60", logs.Status, *logs.Score)
	}
	if len(a.Findings) != 2 {
		t.Errorf("%d findings, want the 2 of the other rule", len(a.Findings))
	}
	want := "rule logs/panics failed on component .: index out of range; what it looks at is unknown here"
	if len(a.Warnings) != 1 || a.Warnings[0].Message != want {
		t.Errorf("warnings %v, want %q", a.Warnings, want)
	}
}

func TestRuleOfAnotherClassDoesNotRun(t *testing.T) {
	t.Parallel()
	tree := webTree()
	tree.Settings = []byte("components: [{path: ., class: cli}]")
	a := run(t, tree, finds, panics)
	if len(a.Warnings) != 0 || len(a.Findings) != 2 {
		t.Errorf("warnings %v, %d findings, want none and 2: secrets apply to a command, logs do not", a.Warnings, len(a.Findings))
	}
	if s := a.Scorecards[0].Factors[10]; s.Status != NotApplicable || s.Score != nil {
		t.Errorf("logs are %s with score %v, want not applicable without", s.Status, s.Score)
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, webTree(), []Rule{finds}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// TestSameTreeGivesSameBytes shuffles files and rules: the audit is the same.
func TestSameTreeGivesSameBytes(t *testing.T) {
	t.Parallel()
	first, err := json.Marshal(run(t, webTree(), finds, passes, panics))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewSource(3))
	for range 10 {
		rules := []Rule{panics, finds, passes}
		random.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
		tree := webTree()
		random.Shuffle(len(tree.Snapshot.Files), func(i, j int) {
			tree.Snapshot.Files[i], tree.Snapshot.Files[j] = tree.Snapshot.Files[j], tree.Snapshot.Files[i]
		})
		again, err := json.Marshal(run(t, tree, rules...))
		if err != nil {
			t.Fatal(err)
		}
		if string(again) != string(first) {
			t.Fatalf("another order gives another audit:\n%s\n%s", first, again)
		}
	}
}

// TestFingerprintSurvivesMoves: other lines, another file of the component,
// other severity; it differs for another subject, rule or component.
func TestFingerprintSurvivesMoves(t *testing.T) {
	t.Parallel()
	of := func(rule, component, subject, path string, line int) string {
		list := []Finding{{Rule: rule, Component: component, Subject: subject, Place: Place{path, line, line}}}
		fingerprint(list)
		return list[0].Fingerprint
	}
	first := of("config/x", ".", "A_KEY", "a.js", 1)
	if moved := of("config/x", ".", "A_KEY", "b/c.js", 70); moved != first {
		t.Error("a moved finding has another fingerprint")
	}
	for _, other := range []string{of("config/y", ".", "A_KEY", "a.js", 1), of("config/x", "api", "A_KEY", "a.js", 1), of("config/x", ".", "B_KEY", "a.js", 1)} {
		if other == first {
			t.Error("different findings share a fingerprint")
		}
	}
	twice := []Finding{{Rule: "config/x", Subject: "A"}, {Rule: "config/x", Subject: "A"}}
	fingerprint(twice)
	if twice[0].Fingerprint == twice[1].Fingerprint {
		t.Error("two equal findings share a fingerprint")
	}
}

// TestALineIsRelatedOnce, however many reports of one subject it has, and never
// beside itself.
func TestALineIsRelatedOnce(t *testing.T) {
	t.Parallel()
	report := &Report{component: &Component{Path: ".", Repo: &Repository{}}, rule: Rule{ID: "logs/file-sink", Aspect: "a", Severity: Medium, Confidence: HighConfidence}}
	for _, line := range []int{35, 36, 39, 35, 36, 39} {
		report.Violation(Place{"uwsgi.ini", line, line}, "x", "m")
	}
	report.Violation(Place{"uwsgi.ini", 36, 37}, "x", "worse", WithSeverity(High))
	report.Violation(Place{"uwsgi.ini", 36, 36}, "x", "again")
	want := []Place{{"uwsgi.ini", 35, 35}, {"uwsgi.ini", 39, 39}}
	if len(report.findings) != 1 || report.findings[0].Place.Line != 36 || !reflect.DeepEqual(report.findings[0].Related, want) {
		t.Errorf("findings %+v, want one at line 36, related to 35 and 39", report.findings)
	}
}

func TestSecondReportOfASubjectIsARelatedPlace(t *testing.T) {
	t.Parallel()
	report := &Report{rule: finds, component: &Component{Path: ".", Repo: &Repository{}}}
	report.Violation(Place{"a.js", 1, 1}, "KEY", "first", WithSeverity(Low))
	report.Violation(Place{"b.js", 2, 2}, "KEY", "second", WithSeverity(Critical))
	if len(report.findings) != 1 || report.findings[0].Severity != Critical || report.findings[0].Place.Path != "b.js" || !reflect.DeepEqual(report.findings[0].Related, []Place{{"a.js", 1, 1}}) {
		t.Errorf("findings %+v, want one, critical, related to a.js:1", report.findings)
	}
}

func TestRulesetVersionFollowsEntries(t *testing.T) {
	t.Parallel()
	first := RulesetVersion([]Rule{finds, passes})
	if len(first) != 12 || RulesetVersion([]Rule{passes, finds}) != first {
		t.Errorf("version %q depends on the order of rules", first)
	}
	changed := finds
	changed.Severity = Low
	revised := finds
	revised.Revision = 1
	for _, other := range [][]Rule{{finds}, {changed, passes}, {revised, passes}} {
		if RulesetVersion(other) == first {
			t.Error("other rules have the same version")
		}
	}
}

// TestApplicabilityMatrix spells the table of rules.md A3 out, a letter string
// for each of the twelve factors; the datastore is there.
func TestApplicabilityMatrix(t *testing.T) {
	t.Parallel()
	table := map[Class][12]string{
		WebService:     {"abc", "abc", "abc", "ab", "abc", "abc", "ab", "abc", "abcd", "abc", "ab", "ab"},
		Worker:         {"abc", "abc", "abc", "ab", "abc", "abc", "", "abc", "abcd", "abc", "ab", "ab"},
		Function:       {"abc", "abc", "abc", "ab", "abc", "abc", "", "", "", "abc", "ab", "ab"},
		StaticFrontend: {"abc", "abc", "ab", "", "abc", "", "", "", "", "ab", "", ""},
		CLI:            {"abc", "abc", "a", "", "", "", "", "", "", "", "", ""},
		Library:        {"abc", "ac", "a", "", "", "", "", "", "", "", "", ""},
		Infra:          {"abc", "b", "a", "", "b", "", "", "", "", "ab", "", ""},
	}
	for _, class := range Classes() {
		c := withDependency(&Component{Class: class}, "sqlalchemy")
		for i, key := range factor.Keys() {
			letters := ""
			for _, a := range Applicable(c, key) {
				letters += a.Letter
			}
			if letters != table[class][i] {
				t.Errorf("%s × %s: %q, want %q", class, key, letters, table[class][i])
			}
		}
	}
	if got := Applicable(&Component{Class: WebService}, factor.AdminProcesses); len(got) != 0 {
		t.Errorf("admin processes apply without a datastore: %v", got)
	}
}

func TestRepositoryScoreLeavesOutLibraries(t *testing.T) {
	t.Parallel()
	score := func(x float64) *float64 { return &x }
	a := &Audit{Scorecards: []Scorecard{
		{Path: "lib", Class: Library, Score: score(10), Coverage: 1},
		{Path: "api", Class: WebService, Score: score(90), Coverage: 1},
		{Path: "job", Class: Worker, Score: score(70), Coverage: 0.5},
	}}
	a.summarise()
	if *a.Score != 80 || a.Worst != "job" || a.Grade != "B" || a.Coverage != 0.75 {
		t.Errorf("score %v, worst %s, grade %s, coverage %v", *a.Score, a.Worst, a.Grade, a.Coverage)
	}
	libraries := &Audit{Scorecards: a.Scorecards[:1]}
	if libraries.summarise(); *libraries.Score != 10 {
		t.Errorf("score %v of a repository of libraries, want theirs", *libraries.Score)
	}
	nothing := &Audit{}
	if nothing.summarise(); nothing.Score != nil {
		t.Error("a repository without components has a score")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content string
		components    int
		ignore        int
		warnings      []string
	}{
		{"none", "", 0, 0, nil},
		{"all", "components:\n- path: ./api/\n  class: worker\nignore: [a/**, b]\n", 1, 2, nil},
		{"unknown keys", "gates: 70\ncomponents:\n- path: api\n  kind: worker\n", 1, 0, []string{"line 1: unknown key \"gates\"", "line 4: unknown key \"kind\""}},
		{"unknown class", "components:\n- {path: api, class: daemon}\n", 1, 0, []string{"line 2: unknown class \"daemon\": use web-service, worker, function, cli, library, static-frontend or infra"}},
		{"outside", "components:\n- {path: ../other}\n", 0, 0, []string{"line 2: a component needs a path"}},
		{"twice", "components:\n- {path: api, class: worker}\n- {path: api/, class: cli}\nroles:\n- {path: a, role: test}\n- {path: a, role: docs}\n", 1, 0,
			[]string{"line 3: the component \"api\" is declared in line 2 already, which counts", "line 5: line 6 gives \"a\" a role too, which decides"}},
		{"globs", "components:\n- {path: services/*}\n", 0, 0, []string{"line 2: a component's path is one directory, and \"services/*\" is a glob"}},
		{"no role", "roles:\n- {path: a}\n", 0, 0, []string{"line 2: \"a\" is given no role: use prod, test, "}},
		{"dots in a name", "components:\n- {path: ..hidden}\n", 1, 0, nil},
		{"wrong shapes", "components: api\nignore: [{a: b}]\n", 0, 0, []string{"line 1: components must be a list", "line 2: an ignored path"}},
		{"roles", "roles:\n- {path: a/**, role: example}\n", 0, 0, nil},
		{"unknown role", "roles:\n- {path: a/**, role: sample}\n- {role: test}\n- {path: b, rule: test}\n", 0, 0,
			[]string{"line 2: unknown role \"sample\": use prod, test, ", "line 3: a role needs a path", "line 4: unknown key \"rule\"", "line 4: \"b\" is given no role"}},
		{"a list", "- a\n", 0, 0, []string{"line 1: the file must be keys"}},
		{"no YAML", "a: b\n c: [\n", 0, 0, []string{"line 2: is not valid YAML, so nothing of the file counts: mapping values are not allowed"}},
		{"not closed", "components: [\n", 0, 0, []string{"line 1: is not valid YAML, so nothing of the file counts: did not find"}},
		{"words", "components: [api]\nroles: [b]\n", 0, 0, []string{"line 1: a component must be keys with values", "line 2: a role must be keys with values"}},
		{"bytes", "\x00\xff\xfe", 0, 0, []string{"line 1: is not UTF-8"}},
		{"control characters", "a: \x00\n", 0, 0, []string{"line 1: is not valid YAML"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, warnings := ParseSettings([]byte(c.content))
			if len(s.Components) != c.components || len(s.Ignore) != c.ignore {
				t.Errorf("%d components and %d globs, want %d and %d", len(s.Components), len(s.Ignore), c.components, c.ignore)
			}
			if len(warnings) != len(c.warnings) {
				t.Fatalf("warnings %v, want %q", warnings, c.warnings)
			}
			for i, w := range warnings {
				if w.Path != SettingsFile || !strings.HasPrefix(w.Message, c.warnings[i]) {
					t.Errorf("warning %v, want %q", w, c.warnings[i])
				}
			}
		})
	}
}

// TestWarningsOfARepository come in the order of lines, say which file is not
// read for its name, and leave out what is ignored.
func TestWarningsOfARepository(t *testing.T) {
	t.Parallel()
	snapshot := source.New("acme/thing", "", []source.File{{Path: ".twelvefold.yaml"}, {Path: "old/mod", Mode: source.Submodule}}, nil, nil)
	snapshot.Warnings = []source.Warning{{Path: "old/mod", Message: "left out"}, {Path: "b", Message: "left out"}}
	result, err := Run(context.Background(), Tree{Snapshot: snapshot, Settings: []byte("a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\nh: 1\ni: 1\nj: 1\nignore: [old]\n")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range result.Warnings {
		got = append(got, w.Path+": "+w.Message[:min(7, len(w.Message))])
	}
	want := []string{".twelvefold.yaml: is not ", ".twelvefold.yml: line 1:"}
	for line := 2; line <= 10; line++ {
		want = append(want, fmt.Sprintf(".twelvefold.yml: line %d:", line)[:len(".twelvefold.yml: line 1:")])
	}
	if want = append(want, "b: left ou"); !slices.Equal(got, want) {
		t.Errorf("warnings %q, want %q", got, want)
	}
}

func TestSettingsThatNameNothing(t *testing.T) {
	t.Parallel()
	settings, warnings := ParseSettings([]byte(`components:
- {path: api, class: worker}
- {path: gone, class: worker}
- {path: api/app.py, class: worker}
- {path: old, class: worker}
- {path: notes}
roles:
- {path: api/*.rb, role: test}
ignore: [old/**, never/**]
`))
	if len(warnings) != 0 {
		t.Fatalf("warnings %v", warnings)
	}
	list := []source.File{{Path: "api/app.py", Role: source.Prod}, {Path: "old/app.py", Role: source.Prod}, {Path: "notes/a.txt", Role: source.Prod}}
	repo := newRepository(Tree{Snapshot: source.New("acme/thing", "", list, nil, nil)}, settings)
	want := []string{
		`line 3: there is no directory "gone" with files`,
		`line 4: "api/app.py" is a file: a component is a directory`,
		`line 5: all of the component "old" is ignored by this file`,
		`line 6: nothing tells what "notes" is: give it a class`,
		`line 8: no file matches "api/*.rb", which is given the role test`,
		`line 9: no file matches "never/**", which is to be ignored`,
	}
	var got []string
	for _, w := range repo.warnings(settings) {
		got = append(got, w.Message)
	}
	if !slices.Equal(got, want) {
		t.Errorf("warnings %q, want %q", got, want)
	}
	if len(repo.Components) != 1 || repo.Components[0].Path != "api" || repo.Components[0].Class != Worker {
		t.Errorf("components %+v, want api alone", repo.Components)
	}
}

func TestGlobs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		glob, name string
		want       bool
	}{
		{"a/**", "a/b/c.py", true}, {"a/**", "ab/c.py", false}, {"**/*.sql", "x/y/z.sql", true}, {"**/*.sql", "z.sql", true},
		{"a", "a/b.py", true}, {"a/", "a/b.py", true}, {"./a", "a", true}, {"*.py", "a/b.py", false}, {"a/*/c", "a/b/c", true},
		{"a/**/d", "a/b/c/d", true}, {"a/**/d", "a/d", true}, {"[", "[", false},
		{strings.Repeat("**/a/", 30) + "b", strings.Repeat("a/", 60) + "c", false},
	} {
		if got := matchGlob(c.glob, c.name); got != c.want {
			t.Errorf("%q on %q is %v, want %v", c.glob, c.name, got, c.want)
		}
	}
}
