package inspect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const entrypoint = `#!/usr/bin/env bash
set -eo pipefail
: "${DATABASE_URL:?is required}"
PORT="${PORT:-8000}"
export SECRET_KEY=${SECRET_KEY:-$(openssl rand -hex 32)}
start() {
  echo "$PORT $GREETING $NAME $1"
}
NAME=x
for i in 1 2; do echo "$i"; done
read -r ANSWER
echo "$PORT $NAME $ANSWER ${LOG_LEVEL:-${LEVEL:-info}} $HOME $# $? ${ARR[0]}"
DB_PASSWORD='hunter2hunter2'
MODE=$MODE run
cat <<EOF
$FROM_HEREDOC
EOF
cat <<'EOF'
$NOT_READ
EOF
exec "$@"
`

func TestShellVariables(t *testing.T) {
	t.Parallel()
	got, failed := factsOf[EnvRead](Shell, entrypoint)
	want := []found[EnvRead]{
		{3, 3, EnvRead{Name: "DATABASE_URL", Via: "${:?}", Required: true}},
		{4, 4, EnvRead{Name: "PORT", Via: "${:-}", Fallback: Lit("8000")}},
		{5, 5, EnvRead{Name: "SECRET_KEY", Via: "${:-}", Secret: true, Fallback: Value{Source: Random}}},
		{7, 7, EnvRead{Name: "GREETING", Via: "${}"}},
		{12, 12, EnvRead{Name: "LOG_LEVEL", Via: "${:-}", Fallback: Value{Source: Env, Env: []string{"LEVEL"}}}},
		{12, 12, EnvRead{Name: "LEVEL", Via: "${:-}", Fallback: Lit("info")}},
		{12, 12, EnvRead{Name: "HOME", Via: "${}"}},
		{14, 14, EnvRead{Name: "MODE", Via: "${}"}},
		{16, 16, EnvRead{Name: "FROM_HEREDOC", Via: "${}"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	credentials, _ := factsOf[Credential](Shell, entrypoint)
	wantCredentials := []found[Credential]{{13, 13, Credential{Name: "DB_PASSWORD", Via: "assignment", Secret: NewSecret("hunter2hunter2")}}}
	if diff := cmp.Diff(wantCredentials, credentials); diff != "" {
		t.Error(diff)
	}
	starts, _ := factsOf[EntryPoint](Shell, entrypoint)
	if diff := cmp.Diff([]found[EntryPoint]{{1, 1, EntryPoint{Via: "#!/usr/bin/env bash"}}}, starts); diff != "" {
		t.Error(diff)
	}
}

func TestShellNounset(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"set -euo pipefail\necho $A", "set -o nounset\necho $A", "#!/bin/bash -eu\necho $A"} {
		got, _ := factsOf[EnvRead](Shell, text)
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
		last       Command
	}{
		{"waits for the child", "#!/bin/bash\nmkdir -p /config\n./Kavita\n", Command{Argv: []string{"./Kavita"}, Line: 3, Last: true}},
		{"hands over", "#!/bin/sh\nexec \"$@\"\n", Command{Argv: []string{"$@"}, Line: 2, Exec: true, Last: true}},
		{"only waits", "./manage.py wait_for_migrations\n# ./manage.py migrate\n", Command{Argv: []string{"./manage.py", "wait_for_migrations"}, Line: 1, Last: true}},
		{"a text that says it", "echo 'run ./manage.py migrate'\n", Command{Argv: []string{"echo", "run ./manage.py migrate"}, Line: 1, Last: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, failed := factsOf[Command](Shell, tt.text)
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
	got := File(Shell, []byte("#!/usr/bin/env python3\nimport os\nprint(os.environ['A'])\n"))
	if len(got) != 1 || got[0].Fact != (EntryPoint{Via: "#!/usr/bin/env python3"}) {
		t.Error(got)
	}
	if got := File(Shell, []byte("if then fi (\n")); len(got) == 0 || got[0].Fact.Kind() != "parse-failed" {
		t.Error(got)
	}
}
