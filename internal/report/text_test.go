package report

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

func textOf(t *testing.T, a *audit.Audit, list []audit.Rule, o TextOptions) string {
	t.Helper()
	var out bytes.Buffer
	if err := Text(&out, a, list, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// shop is an audit with one factor of each outcome.
func shop() (*audit.Audit, []audit.Rule) {
	low, high := 25.2, 100.0
	card := audit.Scorecard{Path: ".", Name: "shop", Class: audit.WebService, Why: "Procfile:1 starts gunicorn, a web server.",
		Languages: []string{"Python"}, Starts: []string{"web: gunicorn app:app (Procfile:1)"}, Score: &low, Grade: "F", Coverage: 0.62, Explained: audit.Explanation{
			Image: "Dockerfile:1, from python:3.12-slim", Datastore: "app.py:3, a client of postgres, psycopg2.connect",
			Imports: []string{"libs/core", "libs/ui"}, Files: 15, Roles: []string{"12 prod", "3 test"},
			Processes: []audit.ProcessNote{
				{Name: "web", Kind: audit.WebProcess, Start: "gunicorn app:app --bind 0.0.0.0:8000", At: audit.Place{Path: "Procfile", Line: 1}, Also: []audit.Place{{Path: "Dockerfile", Line: 9}}},
				{Name: "worker", Kind: audit.WorkerProcess, Dev: true, Start: "celery -A app worker", At: audit.Place{Path: "compose.yaml", Line: 7}},
			},
		}}
	for _, f := range factor.All() {
		score := audit.FactorScore{Factor: f.Key, Status: audit.Unknown}
		switch f.Key {
		case factor.Config:
			score = audit.FactorScore{Factor: f.Key, Status: audit.Assessed, Score: &low, Coverage: 1, Capped: true, Uncapped: 61, Why: "only no secrets in repo", Aspects: []audit.AspectScore{
				{Aspect: "a", Title: "no secrets in repo", Weight: 45, Ruled: true, Credit: 0.348, Findings: 1, Evidence: 0,
					Penalties: []audit.Penalty{{Rule: "config/leak", Amount: 0.42, Count: 2, Counting: audit.Each, Weights: []audit.WeightCount{{Weight: 0.7, Count: 1}, {Weight: 0, Count: 1}}}}},
				{Aspect: "b", Title: "handles and values from env", Weight: 35},
			}}
		case factor.Logs:
			score = audit.FactorScore{Factor: f.Key, Status: audit.Assessed, Score: &high, Coverage: 1}
		case factor.AdminProcesses:
			score.Status, score.Why = audit.NotApplicable, "it keeps no data in a database"
		}
		card.Factors = append(card.Factors, score)
	}
	rule := audit.Rule{ID: "config/leak", Title: "A leak", Why: "Everyone can read it. And more.", Type: audit.Violation}
	return &audit.Audit{
		Repository: "acme/shop", Commit: strings.Repeat("c0", 20), Ruleset: "0123456789ab",
		Score: &low, Grade: "F", Coverage: 0.62, Worst: ".", Scorecards: []audit.Scorecard{card},
		Findings: []audit.Finding{
			{Rule: "config/leak", Factor: factor.Config, Aspect: "a", Severity: audit.High, Confidence: audit.HighConfidence, Component: ".",
				Place: audit.Place{Path: "app.py", Line: 3, EndLine: 3}, Message: "API_KEY stands in the code", Fix: "Read it from the environment.", Gain: 5.4},
			{Rule: "config/leak", Factor: factor.Config, Aspect: "a", Severity: audit.Low, Confidence: audit.LowConfidence, Component: ".",
				Place: audit.Place{Path: "requirements.txt"}, Message: "something is absent", Fix: "Read it from the environment."},
		},
		Passes:   []audit.Pass{{Rule: "logs/stdout", Factor: factor.Logs, Component: ".", Place: audit.Place{Path: "log.py", Line: 9}, Message: "logs go to stdout"}},
		Unowned:  []string{"LICENSE", "docs/a.md", "docs/b.md"},
		Warnings: []source.Warning{{Path: "x\x1b[2J.py", Message: "could not be read"}},
	}, []audit.Rule{rule}
}

func TestText(t *testing.T) {
	t.Parallel()
	a, list := shop()
	want := `acme/shop @ c0c0c0c0c0c0  ruleset 0123456789ab

shop (the root)  web-service, Python
  Score 25.2, grade F, evidence on 62 %
  I     II    III   IV    V     VI    VII   VIII  IX    X     XI    XII
  ░░░░  ░░░░  ▰▱▱▱  ░░░░  ░░░░  ░░░░  ░░░░  ░░░░  ░░░░  ░░░░  ▰▰▰▰  ····
  ?     ?     25    ?     ?     ?     ?     ?     ?     ?     100   –

III  Config  Store config in the environment.
  config/leak
    high     app.py:3 API_KEY stands in the code +5.4
    low      requirements.txt something is absent (advisory)
      fix    Read it from the environment.
      why    Everyone can read it.

XI  Logs  Treat logs as event streams.
  ✓ log.py:9 logs go to stdout logs/stdout

Warnings
  ! x�[2J.py: could not be read

2 findings (1 high, 1 low), 1 pass.
`
	if got := textOf(t, a, list, TextOptions{}); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestSeveralComponents: the mean says what it is made of and what it leaves out.
func TestSeveralComponents(t *testing.T) {
	t.Parallel()
	a, list := shop()
	add := func(path string, class audit.Class, score float64) {
		card := a.Scorecards[0]
		card.Path, card.Name, card.Class, card.Score, card.Explained = path, path, class, &score, audit.Explanation{}
		a.Scorecards = append(a.Scorecards, card)
	}
	add("jobs", audit.Worker, 50)
	add("page", audit.StaticFrontend, 70.4)
	add("deploy", audit.Infra, 60)
	head := func(o TextOptions) string {
		above, _, _ := strings.Cut(textOf(t, a, list, o), "\n\n")
		return above
	}
	mean := 48.5
	a.Score = &mean
	for _, c := range []struct {
		change func()
		o      TextOptions
		want   string
	}{
		{func() {}, TextOptions{}, "Mean of 3 components; 1 component of class infra left out; worst is the root."},
		{func() { add("libs/core", audit.Library, 80) }, TextOptions{}, "Mean of 3 components; 1 library and 1 component of class infra left out; worst\n  is the root."},
		{func() { add("libs/ui", audit.Library, 80) }, TextOptions{ExplainScore: true}, "Mean of 3 components: 48.5 = (25.2 + 50.0 + 70.4) / 3; 2 libraries and 1 component of class infra\n  left out; worst is the root."},
	} {
		c.change()
		if got := head(c.o); !strings.HasSuffix(got, "\n"+c.want) {
			t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
		}
	}
	got := textOf(t, a, list, TextOptions{ExplainComponents: true})
	for _, want := range []string{
		"  Processes   unknown: no Procfile, image, manifest or other descriptor here says how it is started\n",
		"  Processes   none: its files are handed out\n", "  Processes   none of its own\n", "  Processes   none: others import it\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing %q in:\n%s", want, got)
		}
	}
}

// TestWhatSeveralShareIsOwned: each has its own view of the Compose file.
func TestWhatSeveralShareIsOwned(t *testing.T) {
	t.Parallel()
	const app = "from flask import Flask\nFlask(__name__).run()\n"
	a := auditOf(t, "-- LICENSE --\nfree\n-- compose.yaml --\nservices:\n  one:\n    build: one\n  two:\n    build: two\n"+
		"-- one/Dockerfile --\nFROM python:3.12\nCMD [\"python\", \"app.py\"]\n-- one/app.py --\n"+app+
		"-- two/Dockerfile --\nFROM python:3.12\nCMD [\"python\", \"app.py\"]\n-- two/app.py --\n"+app)
	if len(a.Scorecards) != 2 || slices.Contains(a.Unowned, "compose.yaml") || !slices.Contains(a.Unowned, "LICENSE") {
		t.Errorf("%d components, and of none of them is %v", len(a.Scorecards), a.Unowned)
	}
}

// TestChangesAndFurtherPlacesAreSaid beside the commit and the finding that they belong to.
func TestChangesAndFurtherPlacesAreSaid(t *testing.T) {
	t.Parallel()
	a, list := shop()
	a.Dirty = true
	for _, line := range []int{9, 9, 12, 15, 18} {
		a.Findings[0].Related = append(a.Findings[0].Related, audit.Place{Path: "b.py", Line: line})
	}
	got := textOf(t, a, list, TextOptions{Width: 120})
	for _, want := range []string{
		"acme/shop @ c0c0c0c0c0c0 with changes that are not committed  ruleset",
		"app.py:3 API_KEY stands in the code, also b.py:9, b.py:12, b.py:15 and 1 more +5.4\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing %q in:\n%s", want, got)
		}
	}
}

func TestExplanations(t *testing.T) {
	t.Parallel()
	a, list := shop()
	got := textOf(t, a, list, TextOptions{ExplainComponents: true, ExplainScore: true})
	want := `shop (the root)  web-service, Python
  Why         Procfile:1 starts gunicorn, a web server.
  Image       Dockerfile:1, from python:3.12-slim
  Processes   web     web                  gunicorn app:app --bind 0.0.0.0:8000
                                           Procfile:1, Dockerfile:9
              worker  worker, development  celery -A app worker
                                           compose.yaml:7
  Data        app.py:3, a client of postgres, psycopg2.connect
  Libraries   libs/core, libs/ui
  Files       15: 12 prod, 3 test
  Factors     I II III IV V VI VII VIII IX X XI
              III in part: only no secrets in repo
              XII not: it keeps no data in a database
  Score 25.2, grade F, evidence on 62 %
  I     II    III   IV    V     VI    VII   VIII  IX    X     XI    XII
  ░░░░  ░░░░  ▰▱▱▱  ░░░░  ░░░░  ░░░░  ░░░░  ░░░░  ░░░░  ░░░░  ▰▰▰▰  ····
  ?     ?     25    ?     ?     ?     ?     ?     ?     ?     100   –
  25.2 = (14·25.2 + 10·100.0) / 24: the factors' scores by their weights
  I     Codebase, weighs 4: not scored, no rule looks at it yet
`
	for _, want := range []string{
		want,
		`  III   Config = 25.2, weighs 14, evidence on 100 %, held at 40 by a critical finding (else 61.0),
        times (1 − 0.5·0.420) for its worst aspect
        a no secrets in repo, 45 %: 0.6 · (1 − 0.420 leak ×2) = 0.348
          leak 0.420 = 0.7·0.6
          +5.4   app.py:3 leak, high 0.7
          advice requirements.txt leak, low at low confidence 0
        b handles and values from env, 35 %: no rule looks at it yet, left out
`,
		"  XII not applicable: it keeps no data in a database\n",
		"\nOf no component  3 files\n  docs/  2\n  LICENSE\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing:\n%s\nin:\n%s", want, got)
		}
	}
	for _, line := range strings.Split(got, "\n") {
		if len([]rune(line)) > 100 {
			t.Errorf("longer than 100 columns: %q", line)
		}
	}
}

// TestColourChangesNothingElse: without its escape sequences the coloured text
// is the plain one, and the plain one has none.
func TestColourChangesNothingElse(t *testing.T) {
	t.Parallel()
	a, list := shop()
	plain := textOf(t, a, list, TextOptions{})
	coloured := textOf(t, a, list, TextOptions{Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("plain text has escape sequences")
	}
	if !strings.Contains(coloured, "\x1b[31m") {
		t.Error("coloured text has no red")
	}
	var stripped strings.Builder
	for escape := false; len(coloured) > 0; coloured = coloured[1:] {
		switch {
		case coloured[0] == '\x1b':
			escape = true
		case escape:
			escape = coloured[0] != 'm'
		default:
			stripped.WriteByte(coloured[0])
		}
	}
	if stripped.String() != plain {
		t.Errorf("coloured text says:\n%s\nplain:\n%s", stripped.String(), plain)
	}
}

// TestLinesFitTheTerminal: nothing but a long word is wider than asked.
func TestLinesFitTheTerminal(t *testing.T) {
	t.Parallel()
	for _, a := range examples(t) {
		for _, line := range strings.Split(textOf(t, a, rules.All(), TextOptions{ExplainComponents: true, ExplainScore: true, Width: 80}), "\n") {
			if visible(line) > 80 && strings.Count(strings.TrimSpace(line), " ") > 2 {
				t.Errorf("%d columns: %s", visible(line), line)
			}
		}
	}
}

// TestHostileNamesDoNotReachTheTerminal in any place of the report: every text of
// the audit but those that are the program's own.
func TestHostileNamesDoNotReachTheTerminal(t *testing.T) {
	t.Parallel()
	const evil = "a\x1b]0;title\x07\u202eb\u009bc\r\n"
	a, list := shop()
	place := audit.Place{Path: evil, Line: 1}
	a.Scorecards = append(a.Scorecards, a.Scorecards[0])
	a.Scorecards[1].Starts = []string{evil}
	a.Scorecards[1].Explained = audit.Explanation{Imports: []string{evil}, Processes: []audit.ProcessNote{{Also: []audit.Place{place}}}}
	a.Scorecards[1].Env = []audit.Variable{{Reads: []audit.VariableRead{{At: place, Required: true}}, Given: []audit.VariableGiven{{At: place}}, Documented: []audit.Place{place}}}
	a.Unowned = []string{evil, evil + "/" + evil}
	a.Findings[0].Related = []audit.Place{place}
	a.Findings[0].Waived = &audit.Waiver{}
	a.Findings[0].With = []audit.Same{{Place: place}}
	a.Warnings = []source.Warning{{Path: evil}}
	fill(reflect.ValueOf(a).Elem(), evil)
	got := textOf(t, a, list, TextOptions{ExplainComponents: true, ExplainScore: true, ExplainEnv: true})
	if at := strings.IndexAny(got, "\x1b\x07\r\u202e\u009b"); at >= 0 {
		t.Errorf("a control character passes:\n%q", got[max(0, at-200):at+20])
	}
	if !strings.Contains(got, "waived until") || !strings.Contains(got, "not applicable: ") {
		t.Errorf("the report does not say all:\n%q", got)
	}
}

// fill writes text into every string of a value, at any depth, but those that no
// repository chooses.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), text)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch v.Type().Field(i).Name {
			case "Commit", "Ruleset", "Rule", "Fingerprint", "Aspect", "Title", "Grade":
			default:
				fill(v.Field(i), text)
			}
		}
	case reflect.String:
		if v.CanSet() && v.Type() == reflect.TypeFor[string]() {
			v.SetString(text)
		}
	}
}

func TestRulesText(t *testing.T) {
	t.Parallel()
	var all bytes.Buffer
	if err := RulesText(&all, rules.All(), TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.All() {
		if !strings.Contains(all.String(), r.ID) {
			t.Errorf("the list lacks %s", r.ID)
		}
		var one bytes.Buffer
		if err := RuleText(&one, r, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(one.String(), r.ID) || !strings.Contains(one.String(), "Bad\n") || !strings.Contains(one.String(), "Good\n") {
			t.Errorf("%s is explained as:\n%s", r.ID, one.String())
		}
	}
}
