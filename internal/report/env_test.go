package report

import (
	"strings"
	"testing"

	"twelvefold/internal/audit"
)

// TestExplainEnv prints a contract at 80 columns: places, defaults, what is
// given per environment; the platform's variables apart; no escape sequence.
func TestExplainEnv(t *testing.T) {
	t.Parallel()
	a, list := shop()
	at := func(path string, line int) audit.Place { return audit.Place{Path: path, Line: line, EndLine: line} }
	a.Scorecards[0].Env = []audit.Variable{
		{Name: "CI", Platform: true, Status: audit.VariableFine},
		{Name: "DATABASE_URL", Secret: true, Required: true, Status: audit.VariableFine,
			Reads: []audit.VariableRead{{At: at("app.py", 3)}, {At: at("jobs.py", 9)}, {At: at("env.py", 1), HasDefault: true}},
			Given: []audit.VariableGiven{
				{At: at("k8s/web.yaml", 12), Environment: audit.Production, From: "secret"},
				{At: at("k8s/jobs.yaml", 8), Environment: audit.Production, From: "secret"},
				{At: at("compose.yaml", 7), Environment: audit.Development, Value: "postgres://app:…@db/app", Known: true},
			},
			Documented: []audit.Place{at(".env.example", 2)}},
		{Name: "HOME", Platform: true, Status: audit.VariableFine},
		{Name: "MAIL_URL", Required: true, Status: audit.VariableNeverProvided, Reads: []audit.VariableRead{{At: at("mail.py", 4)}}},
		{Name: "STA\x1b[2JLE", Status: audit.VariableNeverRead, Given: []audit.VariableGiven{
			{At: at("fly.toml", 5), Environment: audit.Production, Value: strings.Repeat("long ", 40), Known: true},
			{At: at("compose.yaml", 8), Environment: audit.Development, Value: "2"}}},
	}
	got := textOf(t, a, list, TextOptions{ExplainEnv: true})
	want := `  Variables   3 variables; 1 required and given nowhere here; 1 given and read
              nowhere here
    DATABASE_URL  required, secret
      read        without a default (app.py:3, jobs.py:9)
      read        with a default (env.py:1)
      production  from a secret (k8s/web.yaml:12, k8s/jobs.yaml:8)
      development postgres://app:…@db/app (compose.yaml:7)
      documented  .env.example:2
    MAIL_URL  required, given nowhere here
      read        without a default (mail.py:4)
    STA` + "\ufffd" + `[2JLE  read nowhere here
      production  long long long long long long long long long lo… (fly.toml:5)
      development by the deploy, else 2 (compose.yaml:8)
    set by the platform: CI, HOME
`
	if !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	for _, line := range strings.Split(got, "\n") {
		if visible(line) > 80 {
			t.Errorf("%d columns: %s", visible(line), line)
		}
	}
	a.Scorecards[0].Env = nil
	if got := textOf(t, a, list, TextOptions{ExplainEnv: true}); !strings.Contains(got, "  Variables   none of its own\n") {
		t.Errorf("no contract is not said:\n%s", got)
	}
}
