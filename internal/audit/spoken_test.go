package audit

import (
	"slices"
	"testing"
)

func TestAFixSpeaksTheLanguageOfItsPlace(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		languages  []string
		frameworks []string
		place      string
		want       []string
	}{
		{[]string{"Ruby", "JavaScript"}, nil, "config/puma.rb", []string{"Ruby"}},
		{[]string{"Ruby", "JavaScript"}, nil, "start.sh", []string{"Ruby"}},
		{[]string{"PHP", "Vue"}, nil, "resources/app.js", []string{"JavaScript", "TypeScript"}},
		{[]string{"TypeScript", "PHP"}, nil, "docker-compose.yml", nil},
		{[]string{"TypeScript", "Vue"}, nil, "docker-compose.yml", []string{"TypeScript", "JavaScript"}},
		{[]string{"TypeScript", "PHP"}, []string{"Laravel"}, "docker-compose.yml", []string{"Laravel", "PHP"}},
		{[]string{"TypeScript", "PHP"}, []string{"Laravel", "NestJS"}, "docker-compose.yml", nil},
		{[]string{"Python"}, []string{"Django"}, "shop/views.py", []string{"Django", "Python"}},
		{[]string{"Python"}, []string{"Django"}, "web/app.js", []string{"JavaScript", "TypeScript"}},
		{[]string{"Python"}, []string{"Django", "FastAPI"}, "shop/views.py", []string{"Python"}},
		{[]string{"Kotlin"}, []string{"Spring Boot"}, "src/App.kt", []string{"Spring Boot", "Kotlin", "Java"}},
		{[]string{"Kotlin"}, nil, "src/App.kt", []string{"Kotlin", "Java"}},
	} {
		c := &Component{Languages: tc.languages, Frameworks: tc.frameworks, Repo: &Repository{}}
		if got := c.spokenAt(Place{Path: tc.place}); !slices.Equal(got, tc.want) {
			t.Errorf("%v at %s: %v, not %v", tc.languages, tc.place, got, tc.want)
		}
	}
}
