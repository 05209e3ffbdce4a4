package files_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// seeds are the files of the tree's fixtures, by format.
func seeds(t testing.TB) map[inspect.Format][]string {
	t.Helper()
	found := map[inspect.Format][]string{}
	for _, glob := range []string{"testdata/signals/*.txtar", "../*/testdata/*.txtar", "../../engine/testdata/*.txtar", "../../audit/testdata/components/*.txtar", "../../rules/*/testdata/*/*.txtar"} {
		names, err := filepath.Glob(glob)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d fixtures, error %v", glob, len(names), err)
		}
		for _, name := range names {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range archive.Files {
				if format := inspect.FormatOf(f.Name); format != "" && len(f.Data) > 0 && !slices.Contains(found[format], string(f.Data)) {
					found[format] = append(found[format], string(f.Data))
				}
			}
		}
	}
	return found
}

// nested is what each bracket of any format's grammar becomes when it nests.
var nested = []string{"[", "{", "(", "<a>", "{\"a\":", "- ", "a: {", "a(", "if (a) {", "if a:\n ", "${", "<%", "{{", "`", "\"", "'", "/*", "#{", "<<A\n", "begin\n", "do\n", "a ? ", "!", "a.", "a + ", "=> ", "resource \"a\" \"b\" {\n", "<!--", "<![CDATA["}

// TestEveryFormatSurvives attacks each registered format: nothing may panic or
// hang, and lines stay within the file.
func TestEveryFormatSurvives(t *testing.T) {
	t.Parallel()
	known := seeds(t)
	texts := map[string]string{
		"NUL": strings.Repeat("\x00", 5000), "NUL amid": "a: b\x00c\nFROM x\x00\n{\"a\x00\": 1}\n", "not UTF-8": strings.Repeat("a\xff: \xfe\xc3\x28\n", 500), "UTF-16": "\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00",
		"one line": strings.Repeat("a b=c:'d',", 2_000), "one word": strings.Repeat("a", 300_000), "many lines": strings.Repeat("a\n", 10_000), "carriage returns": strings.Repeat("a: b\r", 1000), "separators": strings.Repeat("\u2028\u0085\v\f", 5000),
	}
	for _, open := range nested {
		texts["nested "+open] = strings.Repeat(open, 500)
	}
	for _, format := range files.Formats() {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			for _, name := range slices.Sorted(maps.Keys(texts)) {
				withinFile(t, name, format, texts[name])
			}
			if len(known[format]) == 0 {
				t.Errorf("no fixture has a file of this format")
			}
			for i, seed := range known[format][:min(3, len(known[format]))] {
				for part := range 8 {
					withinFile(t, fmt.Sprintf("fixture %d, %d/8", i, part), format, seed[:len(seed)*part/8])
				}
				withinFile(t, "twice", format, seed+seed)
				withinFile(t, "NUL first", format, "\x00"+seed)
				withinFile(t, "bits", format, strings.ToValidUTF8(seed, "")+"\xff\xfe")
				middle := len(seed) / 2
				if i > 0 {
					continue
				}
				for _, open := range nested {
					withinFile(t, "nested amid "+open, format, seed[:middle]+strings.Repeat(open, 60)+seed[middle:])
				}
			}
		})
	}
}

func withinFile(t *testing.T, name string, format inspect.Format, text string) {
	t.Helper()
	lines := strings.Count(text, "\n") + 1
	for _, s := range files.File(format, []byte(text)) {
		if s.Line < 1 || s.EndLine < s.Line || utf8.ValidString(text) && s.Line > lines {
			t.Errorf("%s: %s on lines %d to %d of %d", name, s.Fact.Kind(), s.Line, s.EndLine, lines)
		}
	}
}
