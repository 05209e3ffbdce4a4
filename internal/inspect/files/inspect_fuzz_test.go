package files_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// FuzzFile holds every extractor to what the pool and the cache need: no
// panic, lines within the file, and signals that survive JSON unchanged.
func FuzzFile(f *testing.F) {
	formats := files.Formats()
	known := seeds(f)
	for i, format := range formats {
		for _, seed := range known[format][:min(4, len(known[format]))] {
			f.Add(i, []byte(seed))
		}
		for _, seed := range []string{"", "\x00", "a: [b, {c: d}]\n", `{"a": {"b": [1, null]}}`, "import os\nx = os.getenv('A', 'b')\n",
			"package main\nimport \"os\"\nfunc main() { x := os.Getenv(\"A\"); if x == \"\" { x = \"b\" } }\n", "FROM a AS b\nRUN x && y\n", "web: run\n", "A=b\n"} {
			f.Add(i, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, which int, content []byte) {
		if which < 0 || which >= len(formats) {
			return
		}
		signals := files.File(formats[which], content)
		last := bytes.Count(content, []byte{'\n'}) + 1
		for _, s := range signals {
			if s.Line < 1 || s.EndLine < s.Line || s.Line > last {
				t.Errorf("%s: lines %d to %d of %d", s.Fact.Kind(), s.Line, s.EndLine, last)
			}
		}
		encoded, err := json.Marshal(signals)
		if err != nil {
			t.Fatal(err)
		}
		var decoded []inspect.Signal
		if err := json.Unmarshal(encoded, &decoded); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(decoded)
		if err != nil {
			t.Fatal(err)
		}
		if utf8.Valid(content) && !bytes.Equal(encoded, again) {
			t.Errorf("signals change on the way:\n%s\n%s", encoded, again)
		}
		if twice, err := json.Marshal(files.File(formats[which], content)); err != nil || !bytes.Equal(encoded, twice) {
			t.Errorf("the same file states two things:\n%s\n%s", encoded, twice)
		}
	})
}
