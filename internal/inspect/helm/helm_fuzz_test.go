package helm_test

import (
	"strings"
	"testing"
	"time"

	"twelvefold/internal/inspect/helm"
)

// bombs are templates that would make far more than they are.
var bombs = []string{
	`{{ $x := "0123456789abcdef" }}` + strings.Repeat(`{{ $x = printf "%s%s%s%s" $x $x $x $x }}`, 40) + `{{ $x }}`,
	`{{ $x := repeat 1000 "a" }}{{ $y := repeat 1000 $x }}{{ $z := replace "a" $y $y }}{{ $z }}`,
	`{{ range until 1000 }}{{ range until 1000 }}{{ range until 1000 }}x{{ end }}{{ end }}{{ end }}`,
	`{{ printf "%99999999d%99999999d" 1 2 }}`,
	`{{ $x := repeat 1000 "a\n" }}{{ nindent 1000 (nindent 1000 (nindent 1000 $x)) }}`,
	`{{ define "a" }}{{ include "a" . }}{{ include "a" . }}{{ end }}{{ include "a" . }}`,
	`{{ $t := "{{ tpl .Values.x . }}" }}{{ tpl $t . }}`,
	strings.Repeat(`{{ if .Values.x }}`, 20_000) + strings.Repeat(`{{ end }}`, 20_000),
	strings.Repeat(`{{ if .Values.none.such }}a`, 300) + strings.Repeat(`{{ else }}b{{ end }}`, 300),
	`{{ ` + strings.Repeat(`(`, 50_000) + `1` + strings.Repeat(`)`, 50_000) + ` }}`,
	`{{ regexReplaceAll "" (repeat 1000 (repeat 100 "a")) (repeat 1000 "b") }}`,
	`{{ join (repeat 1000 "a") (splitList "" (repeat 1000 "b")) }}`,
}

func fill(template string) int {
	content := map[string]string{
		"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/values.yaml": "x: '{{ tpl .Values.x . }}'\nlist: [1, 2]\n", "c/templates/a.yaml": template,
	}
	charts := helm.Charts([]string{"c/Chart.yaml", "c/templates/a.yaml", "c/values.yaml"}, func(name string) []byte { return []byte(content[name]) })
	made := 0
	for _, ways := range charts.Templates(nil) {
		for _, way := range ways {
			made += len(way.Text)
		}
	}
	return made
}

func TestTemplatesThatExplodeCostLittle(t *testing.T) {
	t.Parallel()
	for i, bomb := range bombs {
		done := make(chan int, 1)
		go func() { done <- fill(bomb) }()
		select {
		case made := <-done:
			if made > 4<<20 {
				t.Errorf("bomb %d makes %d bytes", i, made)
			}
		case <-time.After(time.Minute):
			t.Fatalf("bomb %d does not end", i)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, bomb := range bombs {
		if len(bomb) < 4000 {
			f.Add(bomb)
		}
	}
	f.Add("kind: Deployment\nspec:\n  replicas: {{ .Values.replicas | default 2 }}\n  {{- with .Values.env }}\n  env: {{ toYaml . | nindent 4 }}\n  {{- end }}\n")
	f.Fuzz(func(t *testing.T, template string) { fill(template) })
}
