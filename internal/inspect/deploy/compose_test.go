package deploy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/inspecttest"
)

func TestCompose(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.ComposeService](inspect.Compose, inspecttest.WebCompose)
	if failed != nil || len(got) != 3 {
		t.Fatal(failed, got)
	}
	env := func(name, text string, line int, vars ...string) inspect.EnvEntry {
		return inspect.EnvEntry{Name: name, Value: inspect.Value{Source: inspect.Env, Env: vars, Text: text, HasText: text != ""}, Line: line, Secret: inspect.IsSecretName(name)}
	}
	placeholder, token := inspect.NewSecret("changeme"), inspect.NewSecret("a1b2c3d4e5f6")
	database := env("DATABASE_URL", "postgres://app:…@db:5432/app", 3, "DB_PASSWORD")
	database.Written = "…"
	database.Value.Secret = &placeholder
	web := inspect.ComposeService{
		Name: "web", Image: "registry.example.org/app:${TAG:-latest}", ImageDefault: "registry.example.org/app:latest", ImageLine: 7,
		Command: &inspect.Start{Text: "gunicorn app:app --bind 0.0.0.0:${PORT:-8000}", Line: 16, Commands: []inspect.Command{
			{Argv: []string{"gunicorn", "app:app", "--bind", "0.0.0.0:${PORT:-8000}"}, Line: 16, Last: true}}},
		Environment: []inspect.EnvEntry{
			env("SECRET_KEY", "", 11, "SECRET_KEY"), {Name: "REDIS_URL", Value: inspect.Lit("redis://cache:6379/0"), Line: 2},
			database, env("LOG_LEVEL", "", 4, "LOG_LEVEL"),
		},
		EnvFiles: []string{".env", "./prod.env"},
		Ports:    []string{"8000:8000", "127.0.0.1:19090:9090"},
		Volumes: []inspect.Volume{
			{Type: "bind", Source: ".", Target: "/code", Line: 23}, {Type: "volume", Source: "media", Target: "/media", ReadOnly: true, Line: 24},
			{Type: "bind", Source: "./data", Target: "/data", Line: 25}, {Type: "tmpfs", Target: "/tmp", Line: 26}, {Type: "volume", Target: "/var/cache", Line: 28},
		},
		Profiles: []string{"prod"}, DependsOn: []string{"db"}, Replicas: 3, StopSignal: "SIGINT", GracePeriod: "30s", Init: true, Restart: "always",
	}
	worker := web
	worker.Name = "worker"
	worker.Command = &inspect.Start{Text: "celery -A app worker", Line: 43, Commands: []inspect.Command{{Argv: []string{"celery", "-A", "app", "worker"}, Line: 43, Last: true}}}
	worker.Environment = append(append([]inspect.EnvEntry{}, web.Environment[:3]...),
		inspect.EnvEntry{Name: "LOG_LEVEL", Value: inspect.Lit("debug"), Line: 45},
		inspect.EnvEntry{Name: "API_TOKEN", Value: inspect.Value{Source: inspect.Literal, Text: "a1b…", HasText: true, Secret: &token}, Secret: true, Line: 46},
		env("PASSED", "", 47, "PASSED"))
	worker.EnvFiles = []string{".env", "./prod.env", "worker.env"}
	db := inspect.ComposeService{
		Name: "db", Image: "postgres:16", ImageLine: 50, Build: true, Context: "./db", Dockerfile: "Dockerfile.db", Target: "dev", Healthcheck: true,
		Entrypoint: &inspect.Start{Text: `bash -c "./migrate && exec postgres"`, Line: 55, Commands: []inspect.Command{
			{Argv: []string{"bash", "-c", "./migrate && exec postgres"}, Line: 55, Last: true}}},
		Volumes: []inspect.Volume{{Type: "bind", Source: `C:\data`, Target: "/data", Line: 57}},
	}
	want := []inspecttest.Found[inspect.ComposeService]{{Line: 14, End: 40, Fact: web}, {Line: 41, End: 48, Fact: worker}, {Line: 49, End: 59, Fact: db}}
	for i, stated := range []string{"command depends_on deploy env_file environment image init ports profiles restart stop_grace_period stop_signal volumes", "command env_file environment extends", "build command entrypoint healthcheck image volumes"} {
		want[i].Fact.Stated = strings.Fields(stated)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestComposeValue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       inspect.Value
	}{
		{"X", "plain", inspect.Lit("plain")},
		{"X", "pa$$word", inspect.Lit("pa$word")},
		{"X", "${A}", inspect.Value{Source: inspect.Env, Env: []string{"A"}}},
		{"X", "$A", inspect.Value{Source: inspect.Env, Env: []string{"A"}}},
		{"X", "${A:-}", inspect.Value{Source: inspect.Env, Env: []string{"A"}, HasText: true}},
		{"X", "${A-1}", inspect.Value{Source: inspect.Env, Env: []string{"A"}, Text: "1", HasText: true}},
		{"X", "${A:-${B:-2}}", inspect.Value{Source: inspect.Env, Env: []string{"A", "B"}, Text: "2", HasText: true}},
		{"X", "redis://${HOST}:6379", inspect.Value{Source: inspect.Env, Env: []string{"HOST"}, Text: "redis://${HOST}:6379"}},
		{"API_TOKEN", "prefix-${A}", inspect.Value{Source: inspect.Env, Env: []string{"A"}}},
		{"X", "{{ value }}", inspect.Value{Source: inspect.Input}},
		{"X", "costs 5$", inspect.Lit("costs 5$")},
		{"X", "${A", inspect.Lit("${A")},
		{"X", "${!A}", inspect.Lit("${!A}")},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, deploy.ComposeValue(tt.name, tt.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestShortVolume(t *testing.T) {
	t.Parallel()
	tests := map[string]inspect.Volume{
		"data:/data":                 {Type: "volume", Source: "data", Target: "/data"},
		"/data":                      {Type: "volume", Target: "/data"},
		"./src:/app":                 {Type: "bind", Source: "./src", Target: "/app"},
		"~/x:/x:ro":                  {Type: "bind", Source: "~/x", Target: "/x", ReadOnly: true},
		"/var/run/docker.sock:/s:rw": {Type: "bind", Source: "/var/run/docker.sock", Target: "/s"},
		"logs:/var/log:z,ro":         {Type: "volume", Source: "logs", Target: "/var/log", ReadOnly: true},
		"${PWD}:/app":                {Type: "bind", Source: "${PWD}", Target: "/app"},
		"${VOL:-data}:/d":            {Type: "volume", Source: "data", Target: "/d"},
	}
	for short, want := range tests {
		if diff := cmp.Diff(want, deploy.ShortVolume(short, 0)); diff != "" {
			t.Errorf("%s: %s", short, diff)
		}
	}
}

// Several files that are all called compose but hold variants of one service,
// services under other names, or none (rules.md E.10).
func TestComposeTraps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		format inspect.Format
		text   string
		want   []string // name image
		failed int
	}{
		{"image from a variable", inspect.Compose, "services:\n  db:\n    image: ${POSTGRES_IMAGE}\n", []string{"db ${POSTGRES_IMAGE}"}, 0},
		{"cookiecutter", inspect.Compose, "services:\n  app:\n    image: {{cookiecutter.slug}}:1\n{%- if x %}\n  db:\n    image: postgres:15\n{%- endif %}\n", []string{"app {{cookiecutter.slug}}:1", "db postgres:15"}, 0},
		{"Jinja within lines", inspect.Compose, "volumes:\n  {% if x %}a: {}{% endif %}\nservices:\n  app:{% if x %} &app{% endif %}\n    image: {{ slug }}_local\n  db:\n    image: postgres:{% if x %}15{% else %}16{% endif %}\n", []string{"app {{ slug }}_local", "db {% %}postgres:1516"}, 0},
		{"told by content", inspect.YAML, "services:\n  db: {image: 'postgres:15'}\n", []string{"db postgres:15"}, 0},
		{"a CI pipeline's services", inspect.YAML, "pipelines: {}\nservices:\n  db: {image: 'postgres:15'}\n", nil, 0},
		{"any other services", inspect.YAML, "services:\n  - name: image\n", nil, 0},
		{"extends in a circle", inspect.Compose, "services:\n  a: {extends: b, image: x}\n  b: {extends: a, image: y}\n", []string{"a x", "b y"}, 0},
		{"extends another file", inspect.Compose, "services:\n  a:\n    extends: {file: common.yml, service: a}\n    image: x\n", []string{"a x"}, 0},
		{"merge in a circle", inspect.Compose, "services: &s\n  a: {image: x}\n  <<: *s\n", []string{"a x"}, 0},
		{"a key twice", inspect.Compose, "services:\n  a:\n    image: x\n    image: y\n", []string{"a y"}, 0},
		{"CRLF and a byte order mark", inspect.Compose, "\ufeffservices:\r\n  a:\r\n    image: x\r\n", []string{"a x"}, 0},
		{"broken", inspect.Compose, "services:\n  a:\n    image: x\n   b: [\n", nil, 1},
		{"empty", inspect.Compose, "", nil, 0},
		{"a list", inspect.Compose, "- a\n", nil, 0},
		{"null services", inspect.Compose, "services:\n", nil, 0},
		{"a service that is a text", inspect.Compose, "services:\n  a: b\n", nil, 0},
		{"NUL", inspect.Compose, "services:\n  a:\n    image: x\x00\n", []string{"a x"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, failed := inspecttest.FactsOf[inspect.ComposeService](tt.format, tt.text)
			var names []string
			for _, f := range got {
				names = append(names, f.Fact.Name+" "+f.Fact.Image)
			}
			if diff := cmp.Diff(tt.want, names); diff != "" || len(failed) != tt.failed {
				t.Error(diff, failed)
			}
		})
	}
}

func TestComposeCommandLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		line       int
		argv       string
	}{
		{"folded", "command: >\n      gunicorn app\n      --workers 2\n", 4, "gunicorn app --workers 2"},
		{"folded, quoted", "command: >-\n\n      sh -c 'migrate &&\n      gunicorn $$PORT'\n", 5, "sh -c migrate && gunicorn $PORT"},
		{"literal", "command: |\n      gunicorn app\n", 4, "gunicorn app"},
		{"plain over two lines", "command: gunicorn\n      app\n", 3, "gunicorn app"},
		{"quoted", "command: \"gunicorn app\"\n", 3, "gunicorn app"},
		{"on the next line", "command:\n      gunicorn app\n", 4, "gunicorn app"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, failed := inspecttest.FactsOf[inspect.ComposeService](inspect.Compose, "services:\n  a:\n    "+tt.text+"    image: x\n")
			if failed != nil || len(got) != 1 || got[0].Fact.Command == nil {
				t.Fatal(got, failed)
			}
			start := got[0].Fact.Command
			if start.Line != tt.line || len(start.Commands) != 1 || strings.Join(start.Commands[0].Argv, " ") != tt.argv {
				t.Errorf("%+v", start)
			}
		})
	}
}
