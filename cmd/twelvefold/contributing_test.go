package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// exampleBlock is a block that shows a file of the example, whose own tests run
// it: internal/rules/exampletest.
var exampleBlock = regexp.MustCompile("(?s)<!-- example: (\\S+) -->\n```(\\w+)\n(.*?)```\n")

// TestContributingShowsTheExample: what docs/contributing.md shows is what is
// compiled and run. It writes a page that documented commands write, too, and is
// therefore not parallel.
func TestContributingShowsTheExample(t *testing.T) {
	const page = "docs/contributing.md"
	text := read(t, page)
	count := 0
	want := exampleBlock.ReplaceAllStringFunc(text, func(found string) string {
		count++
		parts := exampleBlock.FindStringSubmatch(found)
		content := strings.Replace(read(t, parts[1]), "package exampletest\n", "package dependencies\n", 1)
		return "<!-- example: " + parts[1] + " -->\n```" + parts[2] + "\n" + content + "```\n"
	})
	if count != 3 {
		t.Errorf("%s shows %d files of the example", page, count)
	}
	if *update && want != text {
		if err := os.WriteFile(filepath.Join(top, page), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		text = want
	}
	if text != want {
		t.Errorf("%s does not show the example as it is: run go test ./cmd/twelvefold -run Contributing -update", page)
	}
}
