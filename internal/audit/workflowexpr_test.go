package audit

import (
	"testing"
)

func TestExpressions(t *testing.T) {
	t.Parallel()
	look := func(reference string) exprValue {
		switch reference {
		case "inputs.tag":
			return exprValue{exprText, "v1"}
		case "inputs.none":
			return exprValue{sort: exprText}
		case "inputs.push":
			return boolValue(true)
		case "github.event_name":
			return exprValue{exprText, "push"}
		}
		return exprValue{}
	}
	tests := map[string]string{
		"inputs.tag":                                           "v1",
		"inputs.tag || 'latest'":                               "v1",
		"inputs.none || 'it''s'":                               "it's",
		"github.sha || 'latest'":                               "?",
		"'a' || github.sha":                                    "a",
		"github.event_name == 'push' && 'main' || 'dev'":       "main",
		"github.event_name != 'push' && 'main' || 'dev'":       "dev",
		"github.ref == 'refs/heads/main' && 'prod' || 'stage'": "?",
		"!inputs.push":                                         "false",
		"!(inputs.push && github.sha)":                         "?",
		"always() && false":                                    "falsy",
		"success() || inputs.push":                             "?",
		"inputs.push == 'true'":                                "?", // GitHub compares numbers then
		"format('{0}:{1}', inputs.tag, 7)":                     "v1:7",
		"startsWith(inputs.tag, 'V')":                          "true",
		"contains(fromJSON('[1]'), 1)":                         "?",
		"inputs.tag < 'v2'":                                    "?",
		"secrets.TOKEN":                                        "?",
		"steps.a.outputs['b-c']":                               "?",
		"":                                                     "?",
		"(":                                                    "?",
		"'open":                                                "?",
		"f(":                                                   "?",
		"1.5":                                                  "1.5",
		"null || inputs.none || 0 || 'x'":                      "x",
	}
	for text, want := range tests {
		got := "?"
		switch v := evaluate(text, look); {
		case v.known():
			got = v.text
		case v.falsy():
			got = "falsy"
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func FuzzExpressions(f *testing.F) {
	f.Add("a.b && (c || 'd') == format('{0}', !e)")
	f.Add("((((")
	f.Fuzz(func(t *testing.T, text string) {
		evaluate(text, func(string) exprValue { return exprValue{} })
	})
}
