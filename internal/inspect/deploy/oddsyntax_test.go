package deploy_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

// have compares what a text states with lines of "first-last what".
func have[T inspect.Fact](t *testing.T, format inspect.Format, text string, say func(T) string, want ...string) {
	t.Helper()
	facts, failed := inspecttest.FactsOf[T](format, text)
	got := failed
	for _, f := range facts {
		got = append(got, fmt.Sprintf("%d-%d %s", f.Line, f.End, say(f.Fact)))
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

// TestComposeVersionOne: services stand at the top, and links start services.
func TestComposeVersionOne(t *testing.T) {
	t.Parallel()
	say := func(s inspect.ComposeService) string {
		return fmt.Sprint(s.Name, " ", s.Image, s.Context, " ", s.DependsOn, " ", s.Restart)
	}
	have(t, inspect.Compose, `web:
  build: .
  links:
    - redis
    - db:database
redis:
  image: redis:7
  restart: "no"
db:
  image: postgres:16
`, say, "1-5 web . [redis db] ", "6-8 redis redis:7 [] no", "9-10 db postgres:16 [] ")
	have(t, inspect.Compose, "version: '3'\nweb: {image: x}\n", say)
	have(t, inspect.Compose, "x-web: {labels: {a: b}}\n", say)
	have(t, inspect.Compose, "services:\n  job:\n    image: x\n    depends_on: {db: {condition: service_healthy}}\n    links: [db, 'cache:c']\n    deploy: {restart_policy: {condition: none}}\n",
		say, "2-6 job x [db cache] none")
}

// TestHeredocsOfRUN: only a shell's are scripts.
func TestHeredocsOfRUN(t *testing.T) {
	t.Parallel()
	have(t, inspect.Dockerfile, `FROM x
RUN <<EOT bash
pip install a
EOT
RUN <<'ONE' cat > /etc/motd
npm install
ONE
RUN python3 <<PY
print("npm install")
PY
RUN <<EOF
npm ci
EOF
RUN <<EOT /bin/bash -eux -o pipefail
pip install b
EOT
RUN <<EOT bash -c "cat"
pip install c
EOT
`, func(i inspect.Instruction) string {
		var all []string
		for _, c := range i.Start.Commands {
			all = append(all, fmt.Sprintf("%d:%s", c.Line, strings.Join(c.Argv, " ")))
		}
		return strings.Join(all, "; ")
	}, "2-4 3:pip install a", "5-7 5:cat", "8-10 8:python3", "11-13 12:npm ci", "14-16 15:pip install b", "17-19 17:bash -c cat")
}

// TestBuildArgumentsStayWritten: what a build argument decides can be filled in later.
func TestBuildArgumentsStayWritten(t *testing.T) {
	t.Parallel()
	have(t, inspect.Dockerfile, "FROM x\nARG P=80\nARG TOKEN\nENV PORT=${P} A=b\nENV URL=http://h:$P/x API_TOKEN=$TOKEN\n", func(i inspect.Instruction) string {
		var all []string
		for _, p := range i.Pairs {
			all = append(all, fmt.Sprintf("%s=%s(%s %q)", p.Name, p.Value.Text, p.Value.Source, p.Written))
		}
		return i.Name + " " + strings.Join(all, " ")
	}, `2-2 ARG P=80(literal "")`, `3-3 ARG TOKEN=(input "")`, `4-4 ENV PORT=80(input "${P}") A=b(literal "")`,
		`5-5 ENV URL=http://h:80/x(input "http://h:$P/x") API_TOKEN=(input "$TOKEN")`)
}

// TestDependentVariables: Kubernetes fills $(NAME) in from the variables before.
func TestDependentVariables(t *testing.T) {
	t.Parallel()
	have(t, inspect.YAML, `apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  containers:
  - name: x
    image: x
    env:
    - {name: HOST, value: db}
    - {name: PW, valueFrom: {secretKeyRef: {name: s, key: p}}}
    - {name: URL, value: "redis://$(HOST):6379"}
    - {name: DSN, value: "postgres://u:$(PW)@$(HOST)/x"}
    - {name: LATER, value: "$(NEXT)"}
    - {name: ESCAPED, value: "$$(HOST)"}
    - {name: NEXT, value: a}
`, func(w inspect.Workload) string {
		var all []string
		for _, e := range w.Containers[0].Env {
			all = append(all, fmt.Sprintf("%s=%s:%s", e.Name, e.Value.Source, e.Value.Text))
		}
		return strings.Join(all, " ")
	}, "1-15 HOST=literal:db PW=input: URL=literal:redis://db:6379 DSN=input:postgres://u:$(PW)@$(HOST)/x LATER=input:$(NEXT) ESCAPED=literal:$(HOST) NEXT=literal:a")
}

// TestVariablesOfProcessManagers: what supervisor, uwsgi and drop-ins of units set.
func TestVariablesOfProcessManagers(t *testing.T) {
	t.Parallel()
	say := func(s inspect.Setting) string {
		return fmt.Sprint(s.Key, " ", s.Value.Source, " ", s.Value.Text, s.Value.Env)
	}
	have(t, inspect.Supervisor, "[program:web]\ncommand=x\nenvironment=A=\"1,2\",B=two,\n  PATH=\"%(ENV_PATH)s\"\n[group:g]\nprograms=web\n", say,
		"3-4 program:web.environment.A literal 1,2[]", "3-4 program:web.environment.B literal two[]", "3-4 program:web.environment.PATH env [PATH]")
	have(t, inspect.Supervisor, "[program:web]\nStopSignal=KILL\nstopwaitsecs = 60\nnumprocs=%(ENV_WORKERS)s\nautorestart=unexpected\nuser=app\n[fcgi-program:php]\ncommand=php-fpm\nstderr_logfile=/var/log/php.log\n[group:all]\nautostart=true\n", say,
		"2-2 program:web.stopsignal literal KILL[]", "3-3 program:web.stopwaitsecs literal 60[]", "4-4 program:web.numprocs env [WORKERS]", "5-5 program:web.autorestart literal unexpected[]", "9-9 program:php.stderr_logfile literal /var/log/php.log[]")
	have(t, inspect.Supervisor, "[fcgi-program:php]\ncommand=php-fpm -F\n", func(p inspect.Process) string { return p.Name + ": " + p.Start.Text }, "2-2 php: php-fpm -F")
	have(t, inspect.UWSGI, "[uwsgi]\nenv = DJANGO_SETTINGS_MODULE=shop.prod\nenv=SECRET_KEY=abcdef0123456789\n[other]\nhttp = :9\n", say,
		"2-2 uwsgi.env.DJANGO_SETTINGS_MODULE literal shop.prod[]", "3-3 uwsgi.env.SECRET_KEY literal abcd…[]")
	if f := inspect.FormatOf("deploy/app.service.d/override.conf"); f != inspect.Systemd {
		t.Errorf("a drop-in is %q", f)
	}
	have(t, inspect.Systemd, "[Service]\nEnvironment=LEVEL=debug\n", say, "2-2 systemd.Environment.LEVEL literal debug[]")
	have(t, inspect.Systemd, "[Service]\nRestart=always\nTimeoutSec=5\nKillSignal=SIGINT\nEnvironmentFile=-/etc/app.env\nExecStartPre=/bin/true\n", say,
		"2-2 systemd.Restart literal always[]", "3-3 systemd.TimeoutSec literal 5[]", "4-4 systemd.KillSignal literal SIGINT[]", "5-5 systemd.EnvironmentFile literal -/etc/app.env[]")
	have(t, inspect.Systemd, "[D-BUS Service]\nName=x\nExec=/bin/x\nEnvironment=A=b\n", say)
	have(t, inspect.Systemd, "[Service]\nExecStart=@/usr/bin/gunicorn shop --bind :80 app\n", func(p inspect.Process) string {
		return p.Name + ": " + strings.Join(p.Start.Commands[0].Argv, " ")
	}, "2-2 gunicorn: /usr/bin/gunicorn --bind :80 app")
}

// TestFlyBuilds: the stage and the arguments of the image.
func TestFlyBuilds(t *testing.T) {
	t.Parallel()
	have(t, inspect.Fly, "app = 'x'\n[build]\nbuild-target = 'web'\n[build.args]\nMODE = 'fast'\n", func(a inspect.FlyApp) string {
		return fmt.Sprint(a.Target, " ", a.BuildArgs[0].Name, "=", a.BuildArgs[0].Value.Text, " ", a.BuildArgs[0].Line)
	}, "1-1 web MODE=fast 5")
}

// TestVariablesStayWritten: of a value that is more than one variable, all but secrets.
func TestVariablesStayWritten(t *testing.T) {
	t.Parallel()
	have(t, inspect.Compose, "services:\n  a:\n    image: x\n    environment:\n      A: ${A:-x}\n      B: http://${A}\n      C: http://u:${A:-hunter2hunter2}@h\n      D: ''\n      E: e\n      F_TOKEN: a-${A:-hunter2hunter2}\n", func(s inspect.ComposeService) string {
		var all []string
		for _, e := range s.Environment {
			all = append(all, e.Name+"="+e.Written)
		}
		return strings.Join(all, " ")
	}, "2-10 A= B=http://${A} C=… D= E= F_TOKEN=…")
}
