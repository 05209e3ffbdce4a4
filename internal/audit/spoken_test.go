package audit

import (
	"slices"
	"testing"
)

func TestAFixSpeaksTheLanguageOfItsPlace(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		languages []string
		place     string
		want      []string
	}{
		{[]string{"Ruby", "JavaScript"}, "config/puma.rb", []string{"Ruby"}},
		{[]string{"Ruby", "JavaScript"}, "start.sh", []string{"Ruby"}},
		{[]string{"PHP", "Vue"}, "resources/app.js", []string{"JavaScript", "TypeScript"}},
		{[]string{"TypeScript", "PHP"}, "docker-compose.yml", nil},
		{[]string{"TypeScript", "Vue"}, "docker-compose.yml", []string{"TypeScript", "JavaScript"}},
		{[]string{"Kotlin"}, "src/App.kt", []string{"Kotlin", "Java"}},
	} {
		c := &Component{Languages: tc.languages}
		if got := c.spokenAt(Place{Path: tc.place}); !slices.Equal(got, tc.want) {
			t.Errorf("%v at %s: %v, not %v", tc.languages, tc.place, got, tc.want)
		}
	}
}
