package files_test

import (
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// TestFewFacts: rules compare facts with each other, so a file may state only so many.
func TestFewFacts(t *testing.T) {
	t.Parallel()
	for format, line := range map[inspect.Format]string{
		inspect.Ruby: "redis = Redis.new(url: \"redis://a\")\n", inspect.Shell: "ssh a b\n", inspect.JavaScript: "mongoose.connect(\"mongodb://a.example.net/b\");\n",
	} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			head := map[inspect.Format]string{inspect.JavaScript: "const mongoose = require(\"mongoose\");\n", inspect.Ruby: "require \"redis\"\n"}[format]
			signals := files.File(format, []byte(head+strings.Repeat(line, 12_000)))
			stated := map[inspect.Kind]int{}
			for _, s := range signals {
				stated[s.Fact.Kind()]++
			}
			for kind, n := range stated {
				if n > 4000 {
					t.Errorf("%d facts of kind %s", n, kind)
				}
			}
			if !slices.ContainsFunc(signals, func(s inspect.Signal) bool {
				failed, ok := s.Fact.(inspect.ParseFailed)
				return ok && strings.Contains(failed.Reason, "more than 4000")
			}) {
				t.Error("nothing says that facts are left out")
			}
		})
	}
}
