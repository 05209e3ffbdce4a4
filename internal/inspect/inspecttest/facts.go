// Package inspecttest helps the tests of extractors.
package inspecttest

import (
	"encoding/json"
	"fmt"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// Found is a fact with its lines, as tests compare it.
type Found[T inspect.Fact] struct {
	Line, End int
	Fact      T
}

// FactsOf inspects text and keeps the facts of one kind. Beside them it
// returns the reasons of what did not parse, and what the prefilter overlooks.
func FactsOf[T inspect.Fact](format inspect.Format, text string) (facts []Found[T], failed []string) {
	for _, s := range files.File(format, []byte(text)) {
		switch fact := s.Fact.(type) {
		case T:
			facts = append(facts, Found[T]{s.Line, s.EndLine, fact})
		case inspect.ParseFailed:
			failed = append(failed, fact.Reason)
		}
	}
	if overlooked := Overlooked(format, text); overlooked != "" {
		failed = append(failed, "the prefilter overlooks "+overlooked)
	}
	return facts, failed
}

// Told is every fact of one kind that a text states, one a line: its first and
// last line, and the fact as JSON. Tests of formats with many fields compare it.
func Told[T inspect.Fact](format inspect.Format, text string) string {
	facts, failed := FactsOf[T](format, text)
	var lines []string
	for _, f := range facts {
		var b strings.Builder
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(f.Fact); err != nil {
			return err.Error()
		}
		lines = append(lines, fmt.Sprintf("%d-%d %s", f.Line, f.End, strings.TrimSpace(b.String())))
	}
	for _, reason := range failed {
		lines = append(lines, "failed: "+reason)
	}
	return strings.Join(lines, "\n")
}
