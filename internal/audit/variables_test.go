package audit

import "testing"

func TestFill(t *testing.T) {
	t.Parallel()
	values := map[string]string{"A": "1", "EMPTY": ""}
	for text, want := range map[string]string{
		"$A/${A}":                      "1/1",
		"${A:-x}${B:-x}":               "1x",
		"${B:-${C:-${A}}}":             "1",
		"${A:?must be set}":            "1",
		"${B:?must be set}":            "${B:?must be set}",
		"${EMPTY:-x}|${EMPTY-x}":       "x|",
		"${A:+on}|${EMPTY+on}":         "on|on",
		"${EMPTY}|$B|${B}":             "${EMPTY}|$B|${B}",
		"$$A costs $5":                 "$$A costs $5",
		"${A":                          "${A",
		"${A.b} ${}":                   "${A.b} ${}",
		"postgres:${B:-16}-alpine":     "postgres:16-alpine",
		"{{ .Values.x }}${A}{{ end }}": "{{ .Values.x }}1{{ end }}",
	} {
		if got := fill(text, values); got != want {
			t.Errorf("%s becomes %q, want %q", text, got, want)
		}
	}
}
