package inspect_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

func TestAWordStandsAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"open": true, "re.open(x)": true, "reopen": false, "open_file": false, "opened open": true, "": false, "é open": true, "open2": false,
	} {
		if inspect.ContainsWord(text, "open") != want || inspect.ContainsWord([]byte(text), "open") != want {
			t.Errorf("%q: not %v", text, want)
		}
	}
}

// TestWordAround: the word holds its part, ends where no byte of a word stands,
// and is its own word.
func TestWordAround(t *testing.T) {
	t.Parallel()
	text := []byte("X-Api-Key: my_key=1; é9")
	for from := range text {
		for to := from; to <= len(text); to++ {
			for _, also := range []string{"", "-"} {
				start, end := inspect.WordAround(text, from, to, also)
				in := func(at int) bool {
					return at >= 0 && at < len(text) && (inspect.WordByte(text[at]) || strings.IndexByte(also, text[at]) >= 0)
				}
				again, last := inspect.WordAround(text, start, end, also)
				if start > from || end < to || in(start-1) || in(end) || again != start || last != end {
					t.Errorf("%q at %d-%d with %q is %d-%d", text, from, to, also, start, end)
				}
			}
		}
	}
	if start, end := inspect.WordAround(text, 2, 5, "-"); string(text[start:end]) != "X-Api-Key" {
		t.Errorf("got %q, want X-Api-Key", text[start:end])
	}
}
