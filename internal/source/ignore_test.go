package source

import (
	"strings"
	"testing"
)

func TestIgnored(t *testing.T) {
	t.Parallel()
	steps := maxIgnoreSteps
	for _, test := range []struct {
		rules   string
		yes, no string // paths; a trailing slash makes a directory
	}{
		{"*.log", "a.log x/b.log .log", "a.logs log"},
		{"/a", "a a/", "x/a"},
		{"a/", "a/ x/a/", "a x/a"},
		{"a/b", "a/b a/b/", "x/a/b a/c"},
		{"**/b", "b a/b x/y/b", "ab"},
		{"a/**", "a/b a/b/c", "a/ x/a/b"},
		{"a/**/z", "a/z a/b/z a/b/c/z", "z a/zz"},
		{"a/*", "a/b", "a/b/c a"},
		{"a*b", "ab axxb", "a/b"},
		{"doc?", "docs docx", "doc docss"},
		{"[a-c]x", "ax bx", "dx x"},
		{"[!a-c]x", "dx", "ax"},
		{"[]]x", "]x", "x"},
		{"[a", "", "a [a"},
		{`\#a`, "#a", "a"},
		{`\!a`, "!a", "a"},
		{`a\*`, "a*", "ab"},
		{"# comment", "", "# comment comment"},
		{"a  ", "a", "b"},
		{"*\n!a", "b x/b", "a x/a"},
		{"!a\na", "a", "b"},
		{"a\r\nb\r\n", "a b", "c"},
		{"\xef\xbb\xbfa", "a", "b"},
		{"/", "", "a"},
		{"*a*a*a*a*b", "xaaaab", strings.Repeat("a", 3000)},
		{"**/**/**/**/**/**/a", "x/y/a", strings.Repeat("b/", 200) + "b"},
	} {
		rules := []ignoreRules{parseIgnore("", []byte(test.rules))}
		check := func(paths string, want bool) {
			for _, path := range strings.Fields(paths) {
				name, isDir := strings.CutSuffix(path, "/")
				if got := ignored(rules, name, isDir, &steps); got != want {
					t.Errorf("%q ignores %q: %v, want %v", test.rules, path, got, want)
				}
			}
		}
		check(test.yes, true)
		if !strings.Contains(test.no, "# comment") {
			check(test.no, false)
		}
	}
}

func FuzzIgnored(f *testing.F) {
	f.Add("a/**\n!b", "a/b")
	f.Add("[!a-]\\", "a")
	f.Fuzz(func(t *testing.T, rules, path string) {
		ignored([]ignoreRules{parseIgnore("", []byte(rules))}, path, false, new(int))
	})
}

func TestIgnoredByFilesOfSeveralDirectories(t *testing.T) {
	t.Parallel()
	patterns := map[string][]string{".": {"*.env", "/out", "keep/"}, "api": {"!.env"}, "web": {"/.env"}}
	for name, want := range map[string]bool{
		".env": true, "x/.env": true, "api/.env": false, "web/.env": true, "web/x/.env": true, "out/a": true, "x/out/a": false, "keep/a/b": true, "a": false,
	} {
		if got := Ignored(patterns, name); got != want {
			t.Errorf("%s is ignored: %t, want %t", name, got, want)
		}
	}
}

// TestIgnoreRulesAreBounded: patterns made to take for ever cost about a
// second, and what that does to the audit is said.
func TestIgnoreRulesAreBounded(t *testing.T) {
	t.Parallel()
	files := map[string]string{".gitignore": strings.Repeat("**/"+strings.Repeat("*a", 300)+"?b*\n", maxIgnoreRules)}
	for i := range 30 {
		files[strings.Repeat("a", 200)+string(rune('A'+i))] = ""
	}
	dir := t.TempDir()
	write(t, dir, files)
	write(t, dir, map[string]string{".tox/x": ""}) // somebody works here
	s := open(t, dir, "", Limits{})
	equal(t, len(s.Files), len(files))
	equal(t, s.Warnings, []Warning{{"", "the patterns of .gitignore files take too long: some files that git ignores may be among those audited; shorten the patterns"}})
}
