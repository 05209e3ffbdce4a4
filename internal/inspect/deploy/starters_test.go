package deploy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

func shellStart(line int, text string, argv ...string) inspect.Start {
	return inspect.Start{Shell: true, Text: text, Line: line, Commands: []inspect.Command{{Argv: argv, Line: line, Last: true}}}
}

func TestProcfile(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.Process](inspect.Procfile, "web: gunicorn app:app --bind 0.0.0.0:$PORT\r\n\n#release: ./manage.py migrate\nrelease: ./manage.py migrate\nworker:celery -A app worker\n")
	want := []inspecttest.Found[inspect.Process]{
		{Line: 1, End: 1, Fact: inspect.Process{Name: "web", Start: shellStart(1, "gunicorn app:app --bind 0.0.0.0:$PORT", "gunicorn", "app:app", "--bind", "0.0.0.0:$PORT")}},
		{Line: 4, End: 4, Fact: inspect.Process{Name: "release", Release: true, Start: shellStart(4, "./manage.py migrate", "./manage.py", "migrate")}},
		{Line: 5, End: 5, Fact: inspect.Process{Name: "worker", Start: shellStart(5, "celery -A app worker", "celery", "-A", "app", "worker")}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	if got, failed := inspecttest.FactsOf[inspect.Process](inspect.Procfile, "what is this\nweb: x\n"); len(got) != 1 || len(failed) != 1 {
		t.Error(got, failed)
	}
}

func TestFly(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.FlyApp](inspect.Fly, inspecttest.FlyToml)
	secret := inspect.NewSecret("a1b2c3d4e5f6")
	want := []inspecttest.Found[inspect.FlyApp]{{Line: 2, End: 2, Fact: inspect.FlyApp{
		App: "demo", InternalPort: 8080, KillSignal: "SIGINT", KillTimeout: "30s", Dockerfile: "deploy/Dockerfile", Checks: true, MinMachines: 1,
		Env: []inspect.EnvEntry{
			{Name: "PORT", Value: inspect.Lit("8080"), Line: 13},
			{Name: "SECRET_KEY", Value: inspect.Value{Source: inspect.Literal, Text: "a1b…", HasText: true, Secret: &secret}, Secret: true, Line: 14},
			{Name: "WORKERS", Value: inspect.Lit("4"), Line: 15},
		},
		Mounts: []inspect.Volume{{Type: "volume", Source: "data", Target: "/data", Line: 29}, {Type: "volume", Source: "more", Target: "/more", Line: 32}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	processes, _ := inspecttest.FactsOf[inspect.Process](inspect.Fly, inspecttest.FlyToml)
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
	got, failed := inspecttest.FactsOf[inspect.FlyApp](inspect.Fly, "app = 'x'\n[[services]]\ninternal_port = 5000\n[[services.tcp_checks]]\ninterval = 10\n[[services]]\ninternal_port = 6000\n")
	if failed != nil || got[0].Fact.InternalPort != 5000 || !got[0].Fact.Checks {
		t.Error(got, failed)
	}
	got, failed = inspecttest.FactsOf[inspect.FlyApp](inspect.Fly, "app = 'x'\n[env]\nA = 'b\n")
	if len(failed) != 1 || len(got) != 1 || got[0].Fact.App != "x" {
		t.Error(got, failed)
	}
}

func TestSupervisor(t *testing.T) {
	t.Parallel()
	text := "[supervisord]\nnodaemon=true\nlogfile=/dev/null ; none\n\n[program:web]\ncommand=gunicorn app\n  --bind 0.0.0.0:8000\nstdout_logfile=/var/log/web.log\n;command=old\n[program:worker]\ncommand = celery worker\n"
	got, _ := inspecttest.FactsOf[inspect.Process](inspect.Supervisor, text)
	web := inspect.Start{Text: "gunicorn app --bind 0.0.0.0:8000", Line: 6, Commands: []inspect.Command{{Argv: []string{"gunicorn", "app", "--bind", "0.0.0.0:8000"}, Line: 6, Last: true}}}
	worker := inspect.Start{Text: "celery worker", Line: 11, Commands: []inspect.Command{{Argv: []string{"celery", "worker"}, Line: 11, Last: true}}}
	if diff := cmp.Diff([]inspecttest.Found[inspect.Process]{{Line: 6, End: 7, Fact: inspect.Process{Name: "web", Start: web}}, {Line: 11, End: 11, Fact: inspect.Process{Name: "worker", Start: worker}}}, got); diff != "" {
		t.Error(diff)
	}
	filled, _ := inspecttest.FactsOf[inspect.Process](inspect.Supervisor, "[program:web]\ncommand=gunicorn app --bind 0.0.0.0:%(ENV_PORT)s -n %(program_name)s_%(process_num)02d\n")
	if got := filled[0].Fact.Start.Commands; len(got) != 1 || strings.Join(got[0].Argv, " ") != "gunicorn app --bind 0.0.0.0:${PORT} -n ${program_name}_${process_num}" {
		t.Errorf("a command with variables: %v", got)
	}
	settings, _ := inspecttest.FactsOf[inspect.Setting](inspect.Supervisor, text)
	want := []inspecttest.Found[inspect.Setting]{
		{Line: 3, End: 3, Fact: inspect.Setting{Key: "supervisord.logfile", Value: inspect.Lit("/dev/null")}},
		{Line: 8, End: 8, Fact: inspect.Setting{Key: "program:web.stdout_logfile", Value: inspect.Lit("/var/log/web.log")}},
	}
	if diff := cmp.Diff(want, settings); diff != "" {
		t.Error(diff)
	}
}

func TestDotEnv(t *testing.T) {
	t.Parallel()
	secret, url := inspect.NewSecret("a1b2c3d4e5f6"), inspect.NewSecret("hunter2x")
	key := inspect.NewSecret("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----")
	stripe := inspect.NewSecret("sk_live_abcdefgh12345678")
	got, failed := inspecttest.FactsOf[inspect.EnvAssignment](inspect.DotEnv, "\ufeff# comment\r\nPORT=3000 # the port\nexport NAME = \"a # b\"\nEMPTY=\nSESSION_SECRET='a1b2c3d4e5f6'\n"+
		"DATABASE_URL=postgres://app:hunter2x@db/app\nSSL_PRIVATE_KEY=\"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\"\nnot an assignment\n"+
		"STRIPE=sk_live_abcdefgh12345678\nHOST=${BASE:-localhost}\nRAW='${BASE}'\nODD=pa$word\nQUOTE=it's\nYAML: style\nOPEN=\"never closed\n")
	lit := func(line int, name, text string) inspecttest.Found[inspect.EnvAssignment] {
		return inspecttest.Found[inspect.EnvAssignment]{Line: line, End: line, Fact: inspect.EnvAssignment{Name: name, Value: inspect.Lit(text)}}
	}
	masked := func(line, end int, name, text string, s inspect.Secret) inspecttest.Found[inspect.EnvAssignment] {
		return inspecttest.Found[inspect.EnvAssignment]{Line: line, End: end, Fact: inspect.EnvAssignment{Name: name, Secret: inspect.IsSecretName(name), Value: inspect.Value{Source: inspect.Literal, Text: text, HasText: true, Secret: &s}}}
	}
	want := []inspecttest.Found[inspect.EnvAssignment]{
		lit(2, "PORT", "3000"), lit(3, "NAME", "a # b"), lit(4, "EMPTY", ""), masked(5, 5, "SESSION_SECRET", "a1b…", secret),
		masked(6, 6, "DATABASE_URL", "postgres://app:…@db/app", url), masked(7, 9, "SSL_PRIVATE_KEY", "----…", key),
		masked(11, 11, "STRIPE", "sk_l…", stripe),
		{Line: 12, End: 12, Fact: inspect.EnvAssignment{Name: "HOST", Value: inspect.Value{Source: inspect.Env, Env: []string{"BASE"}, Text: "localhost", HasText: true}}},
		lit(13, "RAW", "${BASE}"), lit(14, "ODD", "pa$word"), lit(15, "QUOTE", "it's"), lit(16, "YAML", "style"), lit(17, "OPEN", `"never closed`),
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

func TestIgnoreFile(t *testing.T) {
	t.Parallel()
	got, _ := inspecttest.FactsOf[inspect.IgnoreFile](inspect.GitIgnore, "# c\n.env  \r\n\n!.env.example\n\\#x\n")
	want := []inspecttest.Found[inspect.IgnoreFile]{{Line: 1, End: 6, Fact: inspect.IgnoreFile{Patterns: []string{".env", "!.env.example", "\\#x"}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUWSGI(t *testing.T) {
	t.Parallel()
	text := "[uwsgi]\nmaster\n# http = :1\nhttp-socket = :8000\nenv = SECRET_KEY=8f2c1e7ab94d4e53a0c6\nif-env = SMTP_PORT\nattach-daemon = ./manage.py smtpd --port %(_)\nhttp = $(HOST):$(PORT)\n"
	got, _ := inspecttest.FactsOf[inspect.Setting](inspect.UWSGI, text)
	want := []inspecttest.Found[inspect.Setting]{
		{Line: 4, End: 4, Fact: inspect.Setting{Key: "uwsgi.http-socket", Value: inspect.Lit(":8000")}},
		{Line: 5, End: 5, Fact: inspect.Setting{Key: "uwsgi.env.SECRET_KEY", Value: inspect.LiteralOf("SECRET_KEY", "8f2c1e7ab94d4e53a0c6")}},
		{Line: 6, End: 6, Fact: inspect.Setting{Key: "uwsgi.if-env", Value: inspect.Lit("SMTP_PORT")}},
		{Line: 7, End: 7, Fact: inspect.Setting{Key: "uwsgi.attach-daemon", Value: inspect.Value{Source: inspect.Env, Text: "./manage.py smtpd --port %(_)"}}},
		{Line: 8, End: 8, Fact: inspect.Setting{Key: "uwsgi.http", Value: inspect.Value{Source: inspect.Env, Text: "$(HOST):$(PORT)", Env: []string{"HOST", "PORT"}}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
