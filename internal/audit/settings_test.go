package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/source"
)

// TestHostileSettings holds what people and attackers write into the file.
// Each mistake is one sentence with its line, and all that is sound counts.
func TestHostileSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content string
		want          string // components, roles and globs that count
		warnings      []string
	}{
		{"an alias of a component", "components:\n- &a {path: api, class: worker}\nroles: []\nignore: [&old old/**, *old]\n",
			"api=worker ignore old/** old/**", nil},
		{"an alias of a list", "ignore: &gone [old/**]\nroles:\n- {path: *word, role: &test test}\n- {path: b, role: *test}\n", "",
			[]string{"line 1: is not valid YAML, so nothing of the file counts: unknown anchor 'word' referenced"}},
		{"a merged key", "components:\n- &a {path: api, class: worker}\n- {<<: *a, path: web}\n- {<<: [*a], path: job, class: cli}\n",
			"api=worker web=worker job=cli", nil},
		{"a merge of no mapping", "components:\n- {<<: api, path: api}\n", "api=", []string{`line 2: "<<" takes the keys of a mapping, as in "<<: *name"`}},
		{"a merge into itself", "components:\n- &a {path: api, <<: *a}\n", "api=", []string{`line 2: "<<" takes the keys of a mapping, as in "<<: *name"`}},
		{"two documents", "ignore: [a]\n---\nignore: [b]\n", "ignore a", []string{"line 2: a second YAML document begins here, and only the first counts: put everything into one"}},
		{"two documents, the second broken", "ignore: [a]\n---\nignore: [b\n", "ignore a", []string{"line 2: a second YAML document"}},
		{"markers of one document", "# ours\n---\nignore: [a]\n...\n", "ignore a", nil},
		{"only a marker", "---\n", "", nil},
		{"a key twice", "ignore: [a]\nignore: [b]\n", "ignore a", []string{`line 2: "ignore" stands in line 1 already, which counts: remove one of them`}},
		{"a key of a component twice", "components:\n- path: api\n  class: cli\n  class: worker\n", "api=cli",
			[]string{`line 4: "class" stands in line 3 already, which counts: remove one of them`}},
		{"empty lists", "components:\nroles: ~\nignore: null\n", "", nil},
		{"no values", "components:\n- {path: ~, class: worker}\n- {path: api, class: }\n- ~\nroles:\n- {path: b, role: }\nignore: [~, 5]\n", "api= ignore 5", []string{
			"line 2: a component needs a path inside the repository", `line 3: a class is missing: use web-service,`, "line 4: a component must be keys with values, such as",
			`line 6: "b" is given no role: use prod`, "line 7: an ignored path must be a glob",
		}},
		{"bytes that are no text", "ignore: [a]\n# caf\xe9\n", "", []string{"line 2: is not UTF-8, so nothing of the file counts: save it as UTF-8"}},
		{"sixteen bits", "\xff\xfei\x00g\x00n\x00o\x00r\x00e\x00:\x00 \x00[\x00a\x00]\x00\n\x00", "ignore a", nil},
		{"a mark of byte order", "\xef\xbb\xbfignore: [a]\r\n", "ignore a", nil},
		{"a key that is no text", "? [a, b]\n: 1\n{}: 2\n", "", []string{"line 1: a key must be a text", "line 3: a key must be a text"}},
		{"no list", "components: {path: api}\nignore: a/**\n", "", []string{"line 1: components must be a list: begin each entry with \"- \"", "line 2: ignore must be a list"}},
		{"outside", "components:\n- {path: ../a, class: cli}\n- {path: a/../../b, class: cli}\nroles:\n- {path: ../c/**, role: test}\nignore: [../../x, a/../b]\n", "", []string{
			`line 2: a component needs a path inside the repository, and "../a" leads out of it`, `line 3: a component needs a path inside`,
			`line 5: "../c/**" leads out of the repository: paths start at its root, without ".."`, `line 6: "../../x" leads out`, `line 6: "a/../b" leads out`,
		}},
		{"from the root", "components:\n- {path: /api, class: cli}\nroles:\n- {path: /b/**, role: test}\nignore: [/c, ./d/*, e/, f*/, ., /]\n",
			"api=cli b/**=test ignore c d/* e f*/** ** **", nil},
		{"globs that can't be", "ignore: ['[a', '!b', '" + strings.Repeat("d", 2000) + "']\nroles:\n- {path: '[', role: test}\n", "", []string{
			`line 1: "[a" is not a glob: "[" is never closed; write "\[" for the character itself`, `line 1: "!b": a glob can't be taken back with "!"`,
			"line 1: a glob has at most 1024 bytes", `line 3: "[" is not a glob`,
		}},
		{"a tag", "ignore: [!!binary YXBp, !mine a]\n", "ignore YXBp a", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, warnings := ParseSettings([]byte(c.content))
			if got := shown(s); got != c.want {
				t.Errorf("counts %q, want %q", got, c.want)
			}
			if len(warnings) != len(c.warnings) {
				t.Fatalf("warnings %q, want %q", warnings, c.warnings)
			}
			for i, w := range warnings {
				if w.Path != SettingsFile || !strings.HasPrefix(w.Message, c.warnings[i]) {
					t.Errorf("warning %q, want %q", w.Message, c.warnings[i])
				}
			}
		})
	}
}

// shown is what settings say, in one line.
func shown(s Settings) string {
	var words []string
	for _, c := range s.Components {
		words = append(words, fmt.Sprintf("%s=%s", c.Path, c.Class))
	}
	for _, r := range s.Roles {
		words = append(words, fmt.Sprintf("%s=%s", r.Path, r.Role))
	}
	if len(s.Ignore) > 0 {
		words = append(words, "ignore", strings.Join(s.Ignore, " "))
	}
	return strings.Join(words, " ")
}

// TestSettingsAreBounded: what one file can cost is bounded, and what is left
// out for it is said.
func TestSettingsAreBounded(t *testing.T) {
	t.Parallel()
	many, warnings := ParseSettings([]byte("ignore:\n" + strings.Repeat("- a\n", 3*maxSettings)))
	want := fmt.Sprintf("line %d: ignore has more than %d entries, and the rest is left out: use globs that stand for more", maxSettings+2, maxSettings)
	if len(many.Ignore) != maxSettings || len(warnings) != 1 || warnings[0].Message != want {
		t.Errorf("%d globs, %q", len(many.Ignore), warnings)
	}
	var unknown strings.Builder
	for i := range 3 * maxSettingWarnings {
		fmt.Fprintf(&unknown, "k%d: 1\n", i)
	}
	if _, warnings = ParseSettings([]byte(unknown.String())); len(warnings) != maxSettingWarnings+1 || !strings.Contains(warnings[maxSettingWarnings].Message, "200 more") {
		t.Errorf("%d warnings, the last %q", len(warnings), warnings[len(warnings)-1])
	}
	bomb := "a: &a [x, x]\n"
	for c := 'b'; c < 'z'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c]\n", c, c, c-1, c-1)
	}
	if s, _ := ParseSettings([]byte(bomb + "ignore: *y\ncomponents: *y\n")); len(s.Ignore)+len(s.Components) != 0 {
		t.Errorf("a bomb counts: %v", s)
	}
	merges := "components:\n- &a0 {path: p}\n"
	for i := range 100 {
		merges += fmt.Sprintf("- &a%d {<<: [*a%d, *a%d]}\n", i+1, i, i)
	}
	if s, _ := ParseSettings([]byte(merges)); len(s.Components) != 1 {
		t.Errorf("%d components, want the first", len(s.Components))
	}
}

// TestSettingsThatMissTheirFiles name the next likely form.
func TestSettingsThatMissTheirFiles(t *testing.T) {
	t.Parallel()
	settings, warnings := ParseSettings([]byte(`ignore:
- "api\\app.py"
- "{api,web}/**"
- "app/[id]/page.js"
- "**/old"
- gone
`))
	if len(warnings) != 0 {
		t.Fatal(warnings)
	}
	list := []source.File{{Path: "api/app.py"}, {Path: "app/[id]/page.js"}, {Path: "web/old/a.py"}, {Path: SettingsFile + "/x"}}
	repo := newRepository(Tree{Snapshot: source.New("acme/thing", "", list, nil, nil)}, settings)
	var got []string
	for _, w := range repo.warnings(settings) {
		got = append(got, w.Message)
	}
	want := []string{
		"is a directory: Twelvefold's own configuration is a file of this name",
		`line 2: no file matches "api\app.py", which is to be ignored: write "/" between directories`,
		`line 3: no file matches "{api,web}/**", which is to be ignored: braces are not known, write an entry for each`,
		`line 4: no file matches "app/[id]/page.js", which is to be ignored: "[" begins a choice of characters, write "\[" for the character itself`,
		`line 5: no file matches "**/old", which is to be ignored: write "**/old/**" for what is in that directory`,
		`line 6: no file matches "gone", which is to be ignored`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("warnings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestNothingLeft says that the settings are why an audit is empty.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	snapshot := source.New("acme/thing", "", []source.File{{Path: "app.py", Role: source.Prod}}, nil, nil)
	result, err := Run(context.Background(), Tree{Snapshot: snapshot, Settings: []byte("# all\nignore: [\"**\"]\n")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "line 2: every file is ignored: nothing is left to audit"; len(result.Warnings) != 1 || result.Warnings[0].Message != want {
		t.Errorf("warnings %q, want %q", result.Warnings, want)
	}
}
