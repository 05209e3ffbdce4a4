package shell

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
)

func TestParseCommands(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []inspect.Command
	}{
		{"one", "node server.js", []inspect.Command{{Argv: []string{"node", "server.js"}, Line: 10, Last: true}}},
		{"empty", "", nil},
		{"comment only", "# npm run migrate", nil},
		{"chain", "npm run build && node dist/main.js", []inspect.Command{
			{Argv: []string{"npm", "run", "build"}, Line: 10},
			{Argv: []string{"node", "dist/main.js"}, Line: 10, Conditional: true, Then: true, Last: true},
		}},
		{"guard", `[ "$MIGRATE" = 1 ] && ./migrate`, []inspect.Command{
			{Argv: []string{"[", "$MIGRATE", "=", "1", "]"}, Line: 10},
			{Argv: []string{"./migrate"}, Line: 10, Conditional: true, Last: true, Guard: `[ "$MIGRATE" = 1 ]`},
		}},
		{"fallback", "wait-for-it db:5432 || exit 1", []inspect.Command{
			{Argv: []string{"wait-for-it", "db:5432"}, Line: 10},
			{Argv: []string{"exit", "1"}, Line: 10, Conditional: true, Last: true, Guard: "! wait-for-it db:5432"},
		}},
		{"exec arguments", "set -e\nexec \"$@\"", []inspect.Command{
			{Argv: []string{"set", "-e"}, Line: 10},
			{Argv: []string{"$@"}, Line: 11, Exec: true, Last: true},
		}},
		{"exec with a name", "exec -a web gunicorn app", []inspect.Command{
			{Argv: []string{"gunicorn", "app"}, Line: 10, Exec: true, Last: true},
		}},
		{"exec that only redirects", "exec >>/var/log/app.log 2>&1\n./app", []inspect.Command{
			{Argv: []string{"exec"}, Line: 10, Redirects: []inspect.Redirect{{Op: ">>", Target: "/var/log/app.log"}, {Op: "2>&", Target: "1"}}},
			{Argv: []string{"./app"}, Line: 11, Last: true},
		}},
		{"background", "worker &\nweb", []inspect.Command{
			{Argv: []string{"worker"}, Line: 10, Background: true},
			{Argv: []string{"web"}, Line: 11, Last: true},
		}},
		{"nohup", "nohup ./app > app.log 2>&1 &", []inspect.Command{
			{Argv: []string{"nohup", "./app"}, Line: 10, Background: true, Redirects: []inspect.Redirect{{Op: ">", Target: "app.log"}, {Op: "2>&", Target: "1"}}},
		}},
		{"pipe", "./app | tee out.log", []inspect.Command{
			{Argv: []string{"./app"}, Line: 10, Piped: true},
			{Argv: []string{"tee", "out.log"}, Line: 10, Piped: true},
		}},
		{"prefix", "NODE_ENV=production PORT=${PORT:-3000} node .", []inspect.Command{
			{Argv: []string{"node", "."}, Line: 10, Assigns: []string{"NODE_ENV=production", "PORT=${PORT:-3000}"}, Last: true},
		}},
		{"captured", "VERSION=$(git describe)\nexport TAG=\"v$VERSION\"", []inspect.Command{
			{Argv: []string{"git", "describe"}, Line: 10, Captured: true},
			{Argv: []string{"export", "TAG=v$VERSION"}, Line: 11, Last: true},
		}},
		{"every branch of the last compound is last", "if a; then\n  b\n  c\nelse\n  d\nfi", []inspect.Command{
			{Argv: []string{"a"}, Line: 10},
			{Argv: []string{"b"}, Line: 11, Conditional: true, Guard: "a"},
			{Argv: []string{"c"}, Line: 12, Conditional: true, Last: true, Guard: "a"},
			{Argv: []string{"d"}, Line: 14, Conditional: true, Last: true, Guard: "a; else"},
		}},
		{"a loop's body is not", "while true; do\n  ./work\ndone", []inspect.Command{
			{Argv: []string{"true"}, Line: 10, Loop: "while true", Lasting: true},
			{Argv: []string{"./work"}, Line: 11, Conditional: true, Loop: "while true", Lasting: true},
		}},
		{"a loop that ends", "until nc -z db 5432; do\n  for i in 1 2; do sleep $i; done\ndone\n./app", []inspect.Command{
			{Argv: []string{"nc", "-z", "db", "5432"}, Line: 10, Loop: "until nc -z db 5432"},
			{Argv: []string{"sleep", "$i"}, Line: 11, Conditional: true, Loop: "until nc -z db 5432; for"},
			{Argv: []string{"./app"}, Line: 13, Last: true},
		}},
		{"a command line for eval", "cmd=\"exec gunicorn app:app \\\n  -b 0.0.0.0:$PORT\"\nif [ -n \"$U\" ]; then\n  cmd=\"su - $U -c '$cmd'\"\nfi\neval \"$cmd\"", []inspect.Command{
			{Argv: []string{"[", "-n", "$U", "]"}, Line: 12},
			{Argv: []string{"gunicorn", "app:app", "-b", "0.0.0.0:$PORT"}, Line: 15, Exec: true, Last: true},
		}},
		{"a variable that holds the program", "ARTISAN=\"php ${ROOT}/artisan\"\n${ARTISAN} migrate --force\nexec $ARTISAN serve\n\"$ARTISAN\" x", []inspect.Command{
			{Argv: []string{"php", "${ROOT}/artisan", "migrate", "--force"}, Line: 11},
			{Argv: []string{"php", "${ROOT}/artisan", "serve"}, Line: 12, Exec: true},
			{Argv: []string{"$ARTISAN", "x"}, Line: 13, Last: true},
		}},
		{"variables that may hold something else", "A=web\nif x; then A=worker; fi\nB=${1:-web}\nC=$(which node)\n$A\n$B\n$C", []inspect.Command{
			{Argv: []string{"x"}, Line: 11},
			{Argv: []string{"which", "node"}, Line: 13, Captured: true},
			{Argv: []string{"$A"}, Line: 14},
			{Argv: []string{"$B"}, Line: 15},
			{Argv: []string{"$C"}, Line: 16, Last: true},
		}},
		{"the script's own main", "main() {\n  setup\n  exec ./app\n}\nmain \"$@\"", []inspect.Command{
			{Argv: []string{"setup"}, Line: 11, Conditional: true, Guard: "()"},
			{Argv: []string{"./app"}, Line: 12, Conditional: true, Exec: true, Last: true, Guard: "()"},
			{Argv: []string{"main", "$@"}, Line: 14},
		}},
		{"case", "case \"$1\" in\nweb) exec gunicorn app ;;\nworker)\n  celery worker\n  ;;\nesac", []inspect.Command{
			{Argv: []string{"gunicorn", "app"}, Line: 11, Conditional: true, Exec: true, Last: true, Guard: `case "$1" in web`},
			{Argv: []string{"celery", "worker"}, Line: 13, Conditional: true, Last: true, Guard: `case "$1" in worker`},
		}},
		{"nested shell stays one command", `bash -c "python manage.py migrate && gunicorn app"`, []inspect.Command{
			{Argv: []string{"bash", "-c", "python manage.py migrate && gunicorn app"}, Line: 10, Last: true},
		}},
		{"GitHub expressions", "docker push app:${{ github.sha }}\necho ${{ secrets.A || 'b)' }} \"${{\n x }}\"\nls", []inspect.Command{
			{Argv: []string{"docker", "push", "app:${{ github.sha }}"}, Line: 10},
			{Argv: []string{"echo", "${{ secrets.A || 'b)' }}", "${{\n x }}"}, Line: 11},
			{Argv: []string{"ls"}, Line: 13, Last: true},
		}},
		{"heredoc", "psql <<SQL\ndrop table a;\nSQL\necho done", []inspect.Command{
			{Argv: []string{"psql"}, Line: 10, Redirects: []inspect.Redirect{{Op: "<<", Target: "SQL"}}},
			{Argv: []string{"echo", "done"}, Line: 13, Last: true},
		}},
		{"secrets are masked", `curl -H x https://bot:hunter2hunter2@git.example.org --token=abcdef123456 --password s3cr3tvalue && DB_PASSWORD=verysecret1 ./app`, []inspect.Command{
			{Argv: []string{"curl", "-H", "x", "https://bot:…@git.example.org", "--token=abc…", "--password", "s3…"}, Line: 10},
			{Argv: []string{"./app"}, Line: 10, Conditional: true, Then: true, Last: true, Assigns: []string{"DB_PASSWORD=ve…"}},
		}},
		{"what only stands for a secret is not", `login --password "$PASS" --password-stdin registry && docker build --secret id=npm,src=.npmrc .`, []inspect.Command{
			{Argv: []string{"login", "--password", "$PASS", "--password-stdin", "registry"}, Line: 10},
			{Argv: []string{"docker", "build", "--secret", "id=npm,src=.npmrc", "."}, Line: 10, Conditional: true, Then: true, Last: true},
		}},
		{"continued lines and CRLF", "pip install \\\r\n  flask\r\nflask run\r\n", []inspect.Command{
			{Argv: []string{"pip", "install", "flask"}, Line: 10},
			{Argv: []string{"flask", "run"}, Line: 12, Last: true},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Commands(tt.text, 10)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseCommandsKeepsWhatStandsBeforeAnError(t *testing.T) {
	t.Parallel()
	got, err := Commands("echo a\necho b\nif then fi )(\n", 5)
	if err == nil || !strings.HasPrefix(err.Error(), "line 7: ") {
		t.Errorf("error %v, want one of line 7", err)
	}
	if len(got) < 2 || got[1].Line != 6 {
		t.Errorf("got %v, want the two commands before the error", got)
	}
}

func TestParseCommandsSurvivesDepth(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"(", "{ ", "if ", "$(", "a[", "${a:-", "$((", "\x00", "`", "f()", "a?", "{{", "if (", "\"$(", "<<E\n"} {
		for _, prefix := range []string{"", "((", "[["} {
			text := prefix + strings.Repeat(unit, 100_000/len(unit))
			_, _ = Commands(text, 1) // must return
		}
	}
	if _, err := Commands(strings.Repeat("a ", maxShellText), 1); err == nil {
		t.Error("a text over the limit was parsed")
	}
}

func TestNested(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`sh -c "./migrate && exec gunicorn app"`:  "gunicorn",
		`/bin/bash -o pipefail -euc 'exec ./app'`: "./app",
		`bash -l -c ./app`:                        "./app",
		`bash script.sh -c x`:                     "",
		`bash`:                                    "",
		`sh -c`:                                   "",
		`node -c x`:                               "",
	}
	for line, want := range tests {
		commands, err := Commands(line, 7)
		if err != nil || len(commands) != 1 {
			t.Fatal(line, commands, err)
		}
		got := ""
		if nested := NestedCommands(commands[0]); len(nested) > 0 {
			got = nested[len(nested)-1].Argv[0]
			if nested[0].Line != 7 {
				t.Errorf("%s: line %d", line, nested[0].Line)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
