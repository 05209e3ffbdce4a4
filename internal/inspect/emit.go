package inspect

import (
	"fmt"
	"strings"
)

// Emitter collects a file's signals while an extractor reads it.
type Emitter struct {
	Signals []Signal
	// Whole has every file parsed from its first byte to its last, also one that
	// seems to state nothing: what the prefilter is held to.
	Whole bool
}

func (e *Emitter) Emit(line, end int, fact Fact) {
	if end < line {
		end = line
	}
	e.Signals = append(e.Signals, Signal{Line: max(line, 1), EndLine: max(end, 1), Fact: fact})
}

// ParseError is a reason that a person can act on: "line 3: …".
func ParseError(line int, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", line, fmt.Sprintf(format, args...))
}

// ShortError cuts an error to what fits in a sentence: the parser quotes whole
// instructions, which may hold what must not be kept, and guesses what was meant
// by the order of a map: the same file must state the same each time.
func ShortError(message string) string {
	message, _, _ = strings.Cut(message, "\n")
	message, _, _ = strings.Cut(message, " (did you mean ")
	if runes := []rune(message); len(runes) > 120 {
		message = string(runes[:120]) + "…"
	}
	return MaskText(message)
}

// Extractor reads content as one format and emits what it states. An error
// means that the file does not parse; what was emitted before it is kept.
type Extractor func(e *Emitter, content []byte) error
