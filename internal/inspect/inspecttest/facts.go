// Package inspecttest helps the tests of extractors.
package inspecttest

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// Found is a fact with its lines, as tests compare it.
type Found[T inspect.Fact] struct {
	Line, End int
	Fact      T
}

// FactsOf inspects text and keeps the facts of one kind. Beside them it
// returns the reasons of what did not parse.
func FactsOf[T inspect.Fact](format inspect.Format, text string) (facts []Found[T], failed []string) {
	for _, s := range files.File(format, []byte(text)) {
		switch fact := s.Fact.(type) {
		case T:
			facts = append(facts, Found[T]{s.Line, s.EndLine, fact})
		case inspect.ParseFailed:
			failed = append(failed, fact.Reason)
		}
	}
	return facts, failed
}
