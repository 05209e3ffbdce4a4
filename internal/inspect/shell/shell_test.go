package shell_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

func TestShellVariables(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.EnvRead](inspect.Shell, inspecttest.Entrypoint)
	want := []inspecttest.Found[inspect.EnvRead]{
		{Line: 3, End: 3, Fact: inspect.EnvRead{Name: "DATABASE_URL", Via: "${:?}", Required: true}},
		{Line: 4, End: 4, Fact: inspect.EnvRead{Name: "PORT", Via: "${:-}", Fallback: inspect.Lit("8000")}},
		{Line: 5, End: 5, Fact: inspect.EnvRead{Name: "SECRET_KEY", Via: "${:-}", Secret: true, Fallback: inspect.Value{Source: inspect.Random}}},
		{Line: 7, End: 7, Fact: inspect.EnvRead{Name: "GREETING", Via: "${}"}},
		{Line: 12, End: 12, Fact: inspect.EnvRead{Name: "LOG_LEVEL", Via: "${:-}", Fallback: inspect.Value{Source: inspect.Env, Env: []string{"LEVEL"}}}},
		{Line: 12, End: 12, Fact: inspect.EnvRead{Name: "LEVEL", Via: "${:-}", Fallback: inspect.Lit("info")}},
		{Line: 12, End: 12, Fact: inspect.EnvRead{Name: "HOME", Via: "${}"}},
		{Line: 14, End: 14, Fact: inspect.EnvRead{Name: "MODE", Via: "${}"}},
		{Line: 16, End: 16, Fact: inspect.EnvRead{Name: "FROM_HEREDOC", Via: "${}"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	credentials, _ := inspecttest.FactsOf[inspect.Credential](inspect.Shell, inspecttest.Entrypoint)
	wantCredentials := []inspecttest.Found[inspect.Credential]{{Line: 13, End: 13, Fact: inspect.Credential{Name: "DB_PASSWORD", Via: "assignment", Secret: inspect.NewSecret("hunter2hunter2")}}}
	if diff := cmp.Diff(wantCredentials, credentials); diff != "" {
		t.Error(diff)
	}
	starts, _ := inspecttest.FactsOf[inspect.EntryPoint](inspect.Shell, inspecttest.Entrypoint)
	if diff := cmp.Diff([]inspecttest.Found[inspect.EntryPoint]{{Line: 1, End: 1, Fact: inspect.EntryPoint{Via: "#!/usr/bin/env bash"}}}, starts); diff != "" {
		t.Error(diff)
	}
}

func TestShellNounset(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"set -euo pipefail\necho $A", "set -o nounset\necho $A", "#!/bin/bash -eu\necho $A"} {
		got, _ := inspecttest.FactsOf[inspect.EnvRead](inspect.Shell, text)
		if len(got) != 1 || !got[0].Fact.Required {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Two entrypoints that look alike: one hands its process over, one does not
// (rules.md E.7); a word that is no command (E.9).
func TestShellTwins(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		last       inspect.Command
	}{
		{"waits for the child", "#!/bin/bash\nmkdir -p /config\n./Kavita\n", inspect.Command{Argv: []string{"./Kavita"}, Line: 3, Last: true}},
		{"hands over", "#!/bin/sh\nexec \"$@\"\n", inspect.Command{Argv: []string{"$@"}, Line: 2, Exec: true, Last: true}},
		{"only waits", "./manage.py wait_for_migrations\n# ./manage.py migrate\n", inspect.Command{Argv: []string{"./manage.py", "wait_for_migrations"}, Line: 1, Last: true}},
		{"a text that says it", "echo 'run ./manage.py migrate'\n", inspect.Command{Argv: []string{"echo", "run ./manage.py migrate"}, Line: 1, Last: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, failed := inspecttest.FactsOf[inspect.Command](inspect.Shell, tt.text)
			if failed != nil || len(got) == 0 {
				t.Fatal(got, failed)
			}
			if diff := cmp.Diff(tt.last, got[len(got)-1].Fact); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestShellOfAnotherLanguage(t *testing.T) {
	t.Parallel()
	got := files.File(inspect.Shell, []byte("#!/usr/bin/env python3\nimport os\nprint(os.environ['A'])\n"))
	if len(got) != 1 || got[0].Fact != (inspect.EntryPoint{Via: "#!/usr/bin/env python3"}) {
		t.Error(got)
	}
	if got := files.File(inspect.Shell, []byte("if then fi (\n")); len(got) == 0 || got[0].Fact.Kind() != "parse-failed" {
		t.Error(got)
	}
}
