package report

import (
	"strings"
	"testing"
)

func TestHeadsOfOneCommitAreNamed(t *testing.T) {
	t.Parallel()
	list := []Head{{"refs/pull/3", "main", "2 new findings"}, {"refs/pull/12", "a`|b", "Nothing new <@ada>"}}
	if got := list[0].Titled(); got != "#3: 2 new findings" {
		t.Error(got)
	}
	got := Heads(list, 0)
	for _, want := range []string{"the head of 2 pull requests", "what is so of #3.", "| #3 | `main` | 2 new findings |\n", "| #12 | `a'\\|b` | Nothing new &lt;@\u200bada&gt; |\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q:\n%s", want, got)
		}
	}
}
