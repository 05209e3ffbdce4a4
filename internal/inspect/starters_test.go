package inspect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func shellStart(line int, text string, argv ...string) Start {
	return Start{Shell: true, Text: text, Line: line, Commands: []Command{{Argv: argv, Line: line, Last: true}}}
}

func TestProcfile(t *testing.T) {
	t.Parallel()
	got, failed := factsOf[Process](Procfile, "web: gunicorn app:app --bind 0.0.0.0:$PORT\r\n\n#release: ./manage.py migrate\nrelease: ./manage.py migrate\nworker:celery -A app worker\n")
	want := []found[Process]{
		{1, 1, Process{Name: "web", Start: shellStart(1, "gunicorn app:app --bind 0.0.0.0:$PORT", "gunicorn", "app:app", "--bind", "0.0.0.0:$PORT")}},
		{4, 4, Process{Name: "release", Release: true, Start: shellStart(4, "./manage.py migrate", "./manage.py", "migrate")}},
		{5, 5, Process{Name: "worker", Start: shellStart(5, "celery -A app worker", "celery", "-A", "app", "worker")}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	if got, failed := factsOf[Process](Procfile, "what is this\nweb: x\n"); len(got) != 1 || len(failed) != 1 {
		t.Error(got, failed)
	}
}

const flyToml = `# app
app = "demo"
kill_signal = "SIGINT"
kill_timeout = "30s"

[build]
  dockerfile = "deploy/Dockerfile"

[deploy]
  release_command = "bin/app migrate"

[env]
  PORT = "8080"
  "SECRET_KEY" = "a1b2c3d4e5f6"
  WORKERS = 4

[processes]
web = "bin/app web"
worker = '''
bin/app worker'''

[http_service]
  internal_port = 8080
  min_machines_running = 1
  [[http_service.checks]]
    path = "/healthz"

[[mounts]]
  source = "data"
  destination = "/data"
[[mounts]]
  source = "more"
  destination = "/more"
`

func TestFly(t *testing.T) {
	t.Parallel()
	got, failed := factsOf[FlyApp](Fly, flyToml)
	secret := NewSecret("a1b2c3d4e5f6")
	want := []found[FlyApp]{{2, 2, FlyApp{
		App: "demo", InternalPort: 8080, KillSignal: "SIGINT", KillTimeout: "30s", Dockerfile: "deploy/Dockerfile", Checks: true, MinMachines: 1,
		Env: []EnvEntry{
			{Name: "PORT", Value: Lit("8080"), Line: 13},
			{Name: "SECRET_KEY", Value: Value{Source: Literal, Text: "a1b…", HasText: true, Secret: &secret}, Secret: true, Line: 14},
			{Name: "WORKERS", Value: Lit("4"), Line: 15},
		},
		Mounts: []Volume{{Type: "volume", Source: "data", Target: "/data", Line: 29}, {Type: "volume", Source: "more", Target: "/more", Line: 32}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	processes, _ := factsOf[Process](Fly, flyToml)
	var lines []string
	for _, p := range processes {
		lines = append(lines, p.Fact.Name+": "+p.Fact.Start.Text)
		if p.Fact.Release != (p.Fact.Name == "release") || p.Fact.Start.Shell {
			t.Error(p)
		}
	}
	if diff := cmp.Diff([]string{"release: bin/app migrate", "web: bin/app web", "worker: bin/app worker"}, lines); diff != "" {
		t.Error(diff)
	}
	if processes[0].Line != 10 || processes[1].Line != 18 || processes[2].Line != 19 {
		t.Error("lines", processes)
	}
}

func TestFlyServices(t *testing.T) {
	t.Parallel()
	got, failed := factsOf[FlyApp](Fly, "app = 'x'\n[[services]]\ninternal_port = 5000\n[[services.tcp_checks]]\ninterval = 10\n[[services]]\ninternal_port = 6000\n")
	if failed != nil || got[0].Fact.InternalPort != 5000 || !got[0].Fact.Checks {
		t.Error(got, failed)
	}
	got, failed = factsOf[FlyApp](Fly, "app = 'x'\n[env]\nA = 'b\n")
	if len(failed) != 1 || len(got) != 1 || got[0].Fact.App != "x" {
		t.Error(got, failed)
	}
}

func TestSupervisor(t *testing.T) {
	t.Parallel()
	text := "[supervisord]\nnodaemon=true\nlogfile=/dev/null ; none\n\n[program:web]\ncommand=gunicorn app\n  --bind 0.0.0.0:8000\nstdout_logfile=/var/log/web.log\n;command=old\n[program:worker]\ncommand = celery worker\n"
	got, _ := factsOf[Process](Supervisor, text)
	web := Start{Text: "gunicorn app --bind 0.0.0.0:8000", Line: 6, Commands: []Command{{Argv: []string{"gunicorn", "app", "--bind", "0.0.0.0:8000"}, Line: 6, Last: true}}}
	worker := Start{Text: "celery worker", Line: 11, Commands: []Command{{Argv: []string{"celery", "worker"}, Line: 11, Last: true}}}
	if diff := cmp.Diff([]found[Process]{{6, 7, Process{Name: "web", Start: web}}, {11, 11, Process{Name: "worker", Start: worker}}}, got); diff != "" {
		t.Error(diff)
	}
	settings, _ := factsOf[Setting](Supervisor, text)
	want := []found[Setting]{
		{3, 3, Setting{Key: "supervisord.logfile", Value: Lit("/dev/null")}},
		{8, 8, Setting{Key: "program:web.stdout_logfile", Value: Lit("/var/log/web.log")}},
	}
	if diff := cmp.Diff(want, settings); diff != "" {
		t.Error(diff)
	}
}

func TestDotEnv(t *testing.T) {
	t.Parallel()
	secret, url := NewSecret("a1b2c3d4e5f6"), NewSecret("hunter2x")
	key := NewSecret("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----")
	stripe := NewSecret("sk_live_abcdefgh12345678")
	got, failed := factsOf[EnvAssignment](DotEnv, "\ufeff# comment\r\nPORT=3000 # the port\nexport NAME = \"a # b\"\nEMPTY=\nSESSION_SECRET='a1b2c3d4e5f6'\n"+
		"DATABASE_URL=postgres://app:hunter2x@db/app\nSSL_PRIVATE_KEY=\"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\"\nnot an assignment\n"+
		"STRIPE=sk_live_abcdefgh12345678\nHOST=${BASE:-localhost}\nRAW='${BASE}'\nODD=pa$word\nQUOTE=it's\nYAML: style\nOPEN=\"never closed\n")
	lit := func(line int, name, text string) found[EnvAssignment] {
		return found[EnvAssignment]{line, line, EnvAssignment{Name: name, Value: Lit(text)}}
	}
	masked := func(line, end int, name, text string, s Secret) found[EnvAssignment] {
		return found[EnvAssignment]{line, end, EnvAssignment{Name: name, Secret: IsSecretName(name), Value: Value{Source: Literal, Text: text, HasText: true, Secret: &s}}}
	}
	want := []found[EnvAssignment]{
		lit(2, "PORT", "3000"), lit(3, "NAME", "a # b"), lit(4, "EMPTY", ""), masked(5, 5, "SESSION_SECRET", "a1b…", secret),
		masked(6, 6, "DATABASE_URL", "postgres://app:…@db/app", url), masked(7, 9, "SSL_PRIVATE_KEY", "----…", key),
		masked(11, 11, "STRIPE", "sk_l…", stripe),
		{12, 12, EnvAssignment{Name: "HOST", Value: Value{Source: Env, Env: []string{"BASE"}, Text: "localhost", HasText: true}}},
		lit(13, "RAW", "${BASE}"), lit(14, "ODD", "pa$word"), lit(15, "QUOTE", "it's"), lit(16, "YAML", "style"), lit(17, "OPEN", `"never closed`),
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

func TestIgnoreFile(t *testing.T) {
	t.Parallel()
	got, _ := factsOf[IgnoreFile](GitIgnore, "# c\n.env  \r\n\n!.env.example\n\\#x\n")
	want := []found[IgnoreFile]{{1, 6, IgnoreFile{Patterns: []string{".env", "!.env.example", "\\#x"}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUWSGI(t *testing.T) {
	t.Parallel()
	text := "[uwsgi]\nmaster\n# http = :1\nhttp-socket = :8000\nenv = SECRET_KEY=8f2c1e7ab94d4e53a0c6\nif-env = SMTP_PORT\nattach-daemon = ./manage.py smtpd --port %(_)\nhttp = $(HOST):$(PORT)\n"
	got, _ := factsOf[Setting](UWSGI, text)
	want := []found[Setting]{
		{4, 4, Setting{Key: "uwsgi.http-socket", Value: Lit(":8000")}},
		{6, 6, Setting{Key: "uwsgi.if-env", Value: Lit("SMTP_PORT")}},
		{7, 7, Setting{Key: "uwsgi.attach-daemon", Value: Value{Source: Env, Text: "./manage.py smtpd --port %(_)"}}},
		{8, 8, Setting{Key: "uwsgi.http", Value: Value{Source: Env, Text: "$(HOST):$(PORT)", Env: []string{"HOST", "PORT"}}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
