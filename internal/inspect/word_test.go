package inspect_test

import (
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
