package deploy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

func TestSystemd(t *testing.T) {
	t.Parallel()
	text := `[Unit]
Description=Shop
ExecStart=/not/a/service

[Service]
Type=forking
PIDFile=/run/shop.pid
Environment="MODE=production" DB_PASSWORD=hunter2hunter2 NAME='a b'
EnvironmentFile=-/etc/shop.env
ExecStartPre=-/opt/shop/manage.py migrate
# a comment
ExecStart=/opt/shop/bin/gunicorn \
# in between
    --bind 0.0.0.0:8000 \
    shop.wsgi
KillMode=process
StandardOutput=append:/var/log/shop.log

[Install]
WantedBy=multi-user.target
`
	got, failed := inspecttest.FactsOf[inspect.Process](inspect.Systemd, text)
	want := []inspecttest.Found[inspect.Process]{{Line: 12, End: 12, Fact: inspect.Process{Name: "gunicorn", Start: inspect.Start{
		Text: "/opt/shop/bin/gunicorn  --bind 0.0.0.0:8000  shop.wsgi", Line: 12, Commands: []inspect.Command{
			{Argv: []string{"/opt/shop/manage.py", "migrate"}, Line: 10},
			{Argv: []string{"/opt/shop/bin/gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi"}, Line: 12, Last: true},
		}}}}}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	settings := inspecttest.Told[inspect.Setting](inspect.Systemd, text)
	for _, want := range []string{`6-6 {"key":"systemd.Type","value":{"source":"literal","text":"forking","hasText":true}}`, `"systemd.PIDFile"`, `"systemd.EnvironmentFile"`, `16-16 {"key":"systemd.KillMode"`,
		`"text":"append:/var/log/shop.log"`, `8-8 {"key":"systemd.Environment.MODE","value":{"source":"literal","text":"production"`, `"systemd.Environment.NAME","value":{"source":"literal","text":"a b"`} {
		if !strings.Contains(settings, want) {
			t.Errorf("no %s in\n%s", want, settings)
		}
	}
	if strings.Contains(settings, "hunter2hunter2") {
		t.Error("a secret is kept")
	}
}

func TestSystemdTraps(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"[D-BUS Service]\nName=org.x\nExec=/usr/bin/x\n", ""},
		{"[Service]\nExecStart=\n", ""},
		{"[Unit]\nDescription=x\n", ""},
		{"[Service]\nExecStart=/bin/a\nExecStart=\nExecStart=/bin/b -x\n", "/bin/b -x"},
		{"[Service]\nExecStart=@/usr/bin/a a -x\n", "/usr/bin/a -x"},
		{"[Service]\nExecStart=-/bin/sh -c 'a; b'\n", "/bin/sh -c a; b"},
		{"[Service]\nExecStart=/bin/a \\", "/bin/a"},
		{"[Service]\nExecStart=${pkg.dir}/bin/${pkg.name}.jar\n", "${pkg.dir}/bin/${pkg.name}.jar"},
	}
	for _, test := range tests {
		got, _ := inspecttest.FactsOf[inspect.Process](inspect.Systemd, test.text)
		var argv []string
		for _, p := range got {
			argv = append(argv, strings.Join(p.Fact.Start.Commands[0].Argv, " "))
		}
		if said := strings.Join(argv, "\n"); said != test.want {
			t.Errorf("%s\nstates %q, want %q", test.text, said, test.want)
		}
	}
	if got, _ := inspecttest.FactsOf[inspect.Process](inspect.Systemd, "[Service]\nExecStart=/venv/bin/python3 -u /opt/manage.py rqworker\n"); len(got) != 1 || got[0].Fact.Name != "manage.py" {
		t.Errorf("%+v", got)
	}
	got, _ := inspecttest.FactsOf[inspect.PlatformService](inspect.Systemd, "[Service]\nType=oneshot\nExecStart=/bin/backup\n")
	if len(got) != 1 || got[0].Fact.Type != "job" || got[0].Fact.Name != "backup" {
		t.Errorf("%+v", got)
	}
}

func TestNginxSettings(t *testing.T) {
	t.Parallel()
	text := "daemon off;\nerror_log /dev/stderr warn;\nhttp {\n  access_log /var/log/nginx/access.log main;\n  server {\n    listen ${PORT};\n    listen [::]:80 default_server;\n    access_log off;\n  }\n}\n"
	var got []string
	for _, s := range files.File(inspect.Nginx, []byte(text)) {
		if f, ok := s.Fact.(inspect.Setting); ok {
			got = append(got, f.Key+" "+string(f.Value.Source)+" "+f.Value.Text)
		}
	}
	want := []string{"nginx.daemon literal off", "nginx.error_log literal /dev/stderr warn", "nginx.access_log literal /var/log/nginx/access.log main", "nginx.listen input ${PORT}", "nginx.listen literal [::]:80 default_server", "nginx.access_log literal off"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestComposeFiles(t *testing.T) {
	t.Parallel()
	text := `name: shop
include:
  - infra/compose.yaml
  - path: [a.yaml, b.yaml]
services:
  web:
    build:
      context: .
      args: {STAGE: prod, NPM_TOKEN: a1b2c3d4e5f6}
    extends: {file: common.yaml, service: base}
    secrets: [db, {source: token, target: /t}]
    configs: [web]
    deploy: {resources: {limits: {memory: 512M}}}
    develop: {watch: [{path: ./src, action: sync}]}
    ports: !reset []
    env_file: !override [prod.env]
secrets:
  db: {file: ./db.txt}
  token: {environment: TOKEN}
  kept: {external: true}
configs:
  web: {content: "debug: false"}
volumes:
  data:
`
	file := inspecttest.Told[inspect.ComposeFile](inspect.Compose, text)
	if want := `1-24 {"project":"shop","include":["infra/compose.yaml","a.yaml","b.yaml"],"secrets":[{"name":"db","file":"./db.txt","line":18},{"name":"token","env":"TOKEN","line":19},{"name":"kept","external":true,"line":20}],"configs":[{"name":"web","content":{"source":"literal","text":"debug: false","hasText":true},"line":22}],"volumes":["data"]}`; file != want {
		t.Error(cmp.Diff(want, file))
	}
	services := inspecttest.Told[inspect.ComposeService](inspect.Compose, text)
	token := `{"name":"NPM_TOKEN","value":{"source":"literal","text":"a1b…","hasText":true,"secret":{"masked":"a1b…","length":12,"entropy":3.58}},"secret":true,"line":9}`
	if want := `6-16 {"name":"web","build":true,"context":".","envFiles":["prod.env"],"extendsFile":"common.yaml","extendsName":"base","buildArgs":[{"name":"STAGE","value":{"source":"literal","text":"prod","hasText":true},"line":9},` + token + `],"secrets":["db","token"],"configs":["web"],"memory":"512M","watch":true,"stated":["build","configs","deploy","develop","env_file","extends","ports","secrets"],"reset":["ports","env_file"]}`; services != want {
		t.Error(cmp.Diff(want, services))
	}
	if got := inspecttest.Told[inspect.ComposeFile](inspect.Compose, "services: {a: {image: b}}\n"); got != "" {
		t.Error(got)
	}
}

func TestWorkflowScopes(t *testing.T) {
	t.Parallel()
	text := `on:
  push: {branches-ignore: [wip/**], tags-ignore: [x]}
concurrency: {group: deploy}
defaults: {run: {working-directory: web}}
jobs:
  deploy:
    needs: [test]
    container: node:22
    steps:
      - run: ls
        working-directory: api
`
	want := `10-11 {"workflow":"","job":"deploy","run":"ls","commands":[{"argv":["ls"],"line":10,"last":true}],"events":["push"],"image":"node:22","needs":["test"],"dir":"api","concurrency":"deploy","branchesIgnore":["wip/**"],"tagsIgnore":["x"]}`
	if got := inspecttest.Told[inspect.WorkflowStep](inspect.Workflow, text); got != want {
		t.Error(cmp.Diff(want, got))
	}
	action := "name: setup\nruns:\n  using: composite\n  steps:\n    - run: npm ci\n      shell: bash\n    - uses: actions/cache@v4\n    - run: Get-Item\n      shell: pwsh\n"
	want = `5-6 {"workflow":"setup","job":"","run":"npm ci","commands":[{"argv":["npm","ci"],"line":5,"last":true}],"action":true}
7-7 {"workflow":"setup","job":"","uses":"actions/cache@v4","action":true}
8-9 {"workflow":"setup","job":"","run":"Get-Item","action":true}`
	if got := inspecttest.Told[inspect.WorkflowStep](inspect.Action, action); got != want {
		t.Error(cmp.Diff(want, got))
	}
	if got := files.File(inspect.Action, []byte("name: x\nruns: {using: node20, main: dist/index.js}\n")); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
