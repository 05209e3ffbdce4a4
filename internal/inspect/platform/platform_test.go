package platform_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

// services are the PlatformServices of a text without their variables, which
// have tests of their own, and its Attachments.
func services(t *testing.T, format inspect.Format, text string) (list []inspect.PlatformService, attached []string) {
	t.Helper()
	for _, s := range files.File(format, []byte(text)) {
		switch f := s.Fact.(type) {
		case inspect.PlatformService:
			list = append(list, f)
		case inspect.Attachment:
			attached = append(attached, strings.TrimRight(string(f.Service)+" "+f.Name+" "+f.Version, " "))
		case inspect.ParseFailed:
			t.Errorf("%s: %s", format, f.Reason)
		}
	}
	return list, attached
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func line(n int, text string, argv ...string) *inspect.Start {
	return &inspect.Start{Shell: true, Text: text, Line: n, Commands: []inspect.Command{{Argv: argv, Line: n, Last: true}}}
}

var input = inspect.Value{Source: inspect.Input}

func TestAppJSON(t *testing.T) {
	t.Parallel()
	got, attached := services(t, inspect.AppJSON, `{
  "name": "shop",
  "addons": ["heroku-postgresql:essential-0", {"plan": "heroku-redis:mini", "options": {"version": "7"}}, "papertrail"],
  "env": {
    "SECRET_KEY": {"generator": "secret"},
    "API_TOKEN": "a1b2c3d4e5f6",
    "HOST": {"description": "where", "required": true},
    "DEBUG": {"value": "0"}
  },
  "scripts": {"postdeploy": "rails db:migrate"},
  "formation": {"web": {"quantity": 2}, "worker": {"quantity": 1}}
}`)
	secret := inspect.SecretLit("a1b2c3d4e5f6")
	web := inspect.PlatformService{Platform: "heroku", Name: "shop", Type: "web", Instances: 2, Release: line(10, "rails db:migrate", "rails", "db:migrate"), Env: []inspect.EnvEntry{
		{Name: "SECRET_KEY", Value: input, From: "generated", Secret: true, Line: 5}, {Name: "API_TOKEN", Value: secret, Secret: true, Line: 6},
		{Name: "HOST", Value: input, Line: 7}, {Name: "DEBUG", Value: inspect.Lit("0"), Line: 8},
	}}
	worker := web
	worker.Type, worker.Instances = "worker", 1
	same(t, []inspect.PlatformService{web, worker}, got)
	same(t, []string{"postgres heroku-postgresql:essential-0", "redis heroku-redis:mini 7"}, attached)
	for _, other := range []string{`{"expo": {"name": "x"}, "env": {}}`, `{"name": "x", "displayName": "X"}`, `[]`, `{`} {
		if got := files.File(inspect.AppJSON, []byte(other)); len(got) > 0 && got[0].Fact.Kind() != "parse-failed" {
			t.Errorf("%s: %+v", other, got)
		}
	}
}

func TestHerokuYAML(t *testing.T) {
	t.Parallel()
	got, attached := services(t, inspect.HerokuYAML, `setup:
  addons:
    - plan: heroku-postgresql
      as: DATABASE
  config:
    S3_BUCKET: shop
build:
  docker:
    web: Dockerfile
    extra: Dockerfile.extra
release:
  command:
    - ./migrate
run:
  web: bundle exec puma -C config/puma.rb
  worker:
    command: [bundle, exec, sidekiq]
    image: web
`)
	env := []inspect.EnvEntry{{Name: "S3_BUCKET", Value: inspect.Lit("shop"), Line: 6}}
	release := &inspect.Start{Text: "./migrate", Line: 13, Commands: []inspect.Command{{Argv: []string{"./migrate"}, Line: 13, Last: true}}}
	same(t, []inspect.PlatformService{
		{Platform: "heroku", Name: "extra", Type: "extra", Env: env, Release: release, Dockerfile: "Dockerfile.extra"},
		{Platform: "heroku", Name: "web", Type: "web", Env: env, Release: release, Dockerfile: "Dockerfile", Start: line(15, "bundle exec puma -C config/puma.rb", "bundle", "exec", "puma", "-C", "config/puma.rb")},
		{Platform: "heroku", Name: "worker", Type: "worker", Env: env, Release: release, Dockerfile: "Dockerfile", Start: &inspect.Start{Text: "bundle exec sidekiq", Line: 17, Commands: []inspect.Command{{Argv: []string{"bundle", "exec", "sidekiq"}, Line: 17, Last: true}}}},
	}, got)
	same(t, []string{"postgres heroku-postgresql"}, attached)
}

func TestRender(t *testing.T) {
	t.Parallel()
	got, attached := services(t, inspect.Render, `databases:
  - name: db
    postgresMajorVersion: "15"
services:
  - type: web
    name: shop
    runtime: docker
    dockerfilePath: ./docker/Dockerfile
    preDeployCommand: ./migrate
    healthCheckPath: /healthz
    scaling: {minInstances: 1, maxInstances: 3}
    disk: {name: data, mountPath: /data}
    envVars:
      - key: DATABASE_URL
        fromDatabase: {name: db, property: connectionString}
      - {key: SECRET_KEY, generateValue: true}
      - {key: STRIPE_KEY, sync: false}
      - {key: MODE, value: production}
      - fromGroup: shared
  - {type: worker, name: jobs, env: python, buildCommand: pip install -r requirements.txt, startCommand: celery worker, numInstances: 2}
  - {type: cron, name: clean, schedule: "0 * * * *", startCommand: ./clean}
  - {type: web, name: site, runtime: static, buildCommand: npm run build}
  - {type: redis, name: cache}
`)
	same(t, []inspect.PlatformService{
		{Platform: "render", Name: "shop", Type: "web", Runtime: "docker", Dockerfile: "./docker/Dockerfile", Release: line(9, "./migrate", "./migrate"), Health: true, Scales: true,
			Disks: []inspect.Volume{{Type: "volume", Source: "data", Target: "/data", Line: 12}},
			Env: []inspect.EnvEntry{
				{Name: "DATABASE_URL", Value: input, From: "database", Ref: "db/connectionString", Line: 14}, {Name: "SECRET_KEY", Value: input, From: "generated", Secret: true, Line: 16},
				{Name: "STRIPE_KEY", Value: input, From: "secret", Line: 17}, {Name: "MODE", Value: inspect.Lit("production"), Line: 18}, {Value: input, From: "group", Ref: "shared", Line: 19},
			}},
		{Platform: "render", Name: "jobs", Type: "worker", Runtime: "python", Instances: 2, Build: line(20, "pip install -r requirements.txt", "pip", "install", "-r", "requirements.txt"), Start: line(20, "celery worker", "celery", "worker")},
		{Platform: "render", Name: "clean", Type: "cron", Schedule: "0 * * * *", Start: line(21, "./clean", "./clean")},
		{Platform: "render", Name: "site", Type: "static", Runtime: "static", Build: line(22, "npm run build", "npm", "run", "build")},
	}, got)
	same(t, []string{"postgres db 15", "redis cache"}, attached)
}

func TestAppYAML(t *testing.T) {
	t.Parallel()
	got, attached := services(t, inspect.AppEngine, `runtime: python312
service: shop
entrypoint: gunicorn -b :$PORT main:app
env_variables:
  SECRET_KEY: a1b2c3d4e5f6
automatic_scaling:
  min_instances: 1
network:
  session_affinity: true
beta_settings:
  cloud_sql_instances: p:eu:db
readiness_check: {path: /healthz}
`)
	secret := inspect.SecretLit("a1b2c3d4e5f6")
	same(t, []inspect.PlatformService{{Platform: "app-engine", Name: "shop", Type: "web", Runtime: "python312", Start: line(3, "gunicorn -b :$PORT main:app", "gunicorn", "-b", ":$PORT", "main:app"), Instances: 1, Scales: true, Health: true, Env: []inspect.EnvEntry{{Name: "SECRET_KEY", Value: secret, Secret: true, Line: 5}}}}, got)
	same(t, []string{"database p:eu:db"}, attached)
	if got := inspecttest.Told[inspect.Affinity](inspect.AppEngine, "runtime: go\nnetwork:\n  session_affinity: true\n"); got != `3-3 {"via":"session_affinity","of":"default"}` {
		t.Error(got)
	}
	manifest := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: x}]}\n"
	if got, _ := inspecttest.FactsOf[inspect.Workload](inspect.AppEngine, manifest); len(got) != 1 {
		t.Errorf("a manifest: %+v", got)
	}
	for _, other := range []string{"title: x\n", "name: x\nruntime:\n  a: b\n", "services: [a]\n"} {
		if got := files.File(inspect.AppEngine, []byte(other)); len(got) != 0 {
			t.Errorf("%s: %+v", other, got)
		}
	}
}

func TestDigitalOcean(t *testing.T) {
	t.Parallel()
	text := `name: shop
envs:
  - {key: MODE, value: production}
services:
  - name: web
    github: {repo: a/b, branch: main, deploy_on_push: true}
    run_command: ./serve
    http_port: 8080
    instance_count: 2
    envs:
      - {key: DATABASE_URL, value: "${db.DATABASE_URL}"}
      - {key: TOKEN, type: SECRET}
    health_check: {http_path: /healthz}
jobs:
  - {name: migrate, kind: PRE_DEPLOY, run_command: ./migrate, image: {registry: acme, repository: shop, tag: "1"}}
databases:
  - {name: db, engine: PG, version: "15"}
`
	mode := inspect.EnvEntry{Name: "MODE", Value: inspect.Lit("production"), Line: 3}
	want := []inspect.PlatformService{
		{Platform: "digitalocean", Name: "web", Type: "web", Start: line(7, "./serve", "./serve"), Port: 8080, Instances: 2, Branch: "main", Health: true, Env: []inspect.EnvEntry{
			mode, {Name: "DATABASE_URL", Value: input, From: "service", Ref: "db.DATABASE_URL", Line: 11}, {Name: "TOKEN", Value: input, From: "secret", Secret: true, Line: 12}}},
		{Platform: "digitalocean", Name: "migrate", Type: "release", Release: line(15, "./migrate", "./migrate"), Image: "acme/shop:1", Env: []inspect.EnvEntry{mode}},
	}
	for _, format := range []inspect.Format{inspect.DOApp, inspect.AppEngine} {
		got, attached := services(t, format, text)
		same(t, want, got)
		same(t, []string{"postgres db 15"}, attached)
	}
}

func TestSmallPlatforms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []inspect.PlatformService
	}{
		{"railway.json", `{"build": {"builder": "DOCKERFILE", "dockerfilePath": "Dockerfile.prod"}, "deploy": {"startCommand": "./serve", "preDeployCommand": ["./migrate"], "healthcheckPath": "/up", "numReplicas": 2}}`,
			[]inspect.PlatformService{{Platform: "railway", Type: "web", Dockerfile: "Dockerfile.prod", Start: line(1, "./serve", "./serve"), Release: line(1, "./migrate", "./migrate"), Health: true, Instances: 2}}},
		{"railway.toml", "[deploy]\nstartCommand = \"./clean\"\ncronSchedule = \"0 0 * * *\"\n", []inspect.PlatformService{{Platform: "railway", Type: "cron", Schedule: "0 0 * * *", Start: line(2, "./clean", "./clean")}}},
		{"railway.json", `{"name": "x"}`, nil},
		{"vercel.json", `{"env": {"TOKEN": "@token", "API_KEY": "a1b2c3d4e5f6"}, "crons": [{"path": "/api/clean", "schedule": "0 0 * * *"}], "functions": {"api/*.js": {"runtime": "x@1"}}}`, []inspect.PlatformService{
			{Platform: "vercel", Type: "web", Env: []inspect.EnvEntry{{Name: "TOKEN", Value: input, From: "secret", Ref: "token", Secret: true, Line: 1}, {Name: "API_KEY", Value: inspect.SecretLit("a1b2c3d4e5f6"), Secret: true, Line: 1}}},
			{Platform: "vercel", Name: "api/*.js", Type: "function", Handler: "api/*.js", Runtime: "x@1"}, {Platform: "vercel", Type: "cron", Handler: "/api/clean", Schedule: "0 0 * * *"}}},
		{"netlify.toml", "[build]\nbase = \"client\"\ncommand = \"npm run build\"\nfunctions = \"fns\"\n[build.environment]\nNODE_VERSION = \"18\"\n", []inspect.PlatformService{
			{Platform: "netlify", Type: "static", Root: "client", Build: line(3, "npm run build", "npm", "run", "build"), Env: []inspect.EnvEntry{{Name: "NODE_VERSION", Value: inspect.Lit("18"), Line: 6}}},
			{Platform: "netlify", Type: "function", Handler: "fns"}}},
		{"netlify.toml", "[[redirects]]\nfrom = \"/\"\n", nil},
		{"serverless.yml", "service: shop\nprovider:\n  name: aws\n  runtime: nodejs20.x\n  environment:\n    TABLE: ${env:TABLE, 'dev'}\nfunctions:\n  mail:\n    handler: src/mail.send\n    environment: {KEY: '${ssm:/key}'}\n    events: [{schedule: rate(1 hour)}]\n",
			[]inspect.PlatformService{{Platform: "serverless", Name: "mail", Type: "function", Handler: "src/mail.send", Runtime: "nodejs20.x", Schedule: "rate(1 hour)", Env: []inspect.EnvEntry{
				{Name: "TABLE", Value: inspect.Value{Source: inspect.Env, Env: []string{"TABLE"}, Text: "dev", HasText: true}, Line: 6}, {Name: "KEY", Value: input, From: "secret", Ref: "/key", Line: 10}}}}},
		{"template.yaml", "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Runtime: python3.12}}\nResources:\n  Mail:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      CodeUri: src/\n      Environment: {Variables: {TABLE: !Ref Table, MODE: prod}}\n",
			[]inspect.PlatformService{{Platform: "aws-sam", Name: "Mail", Type: "function", Handler: "app.handler", Runtime: "python3.12", Root: "src/", Env: []inspect.EnvEntry{{Name: "TABLE", Value: input, Line: 9}, {Name: "MODE", Value: inspect.Lit("prod"), Line: 9}}}}},
	}
	for _, test := range tests {
		got, _ := services(t, inspect.FormatOf(test.name), test.text)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s\n%s\n%s", test.name, test.text, diff)
		}
	}
}

func TestCloudFormation(t *testing.T) {
	t.Parallel()
	text := `Resources:
  DB:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      EngineVersion: "15.4"
      MasterUserPassword: hunter2hunter2
  Other:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: !Ref Engine, MasterUserPassword: !Ref Password}
  Resolved:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-mysql, MasterUserPassword: "{{resolve:secretsmanager:x}}"}
  Web:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      TargetGroupAttributes: [{Key: stickiness.enabled, Value: "true"}]
`
	_, attached := services(t, inspect.SAMTemplate, text)
	same(t, []string{"postgres DB 15.4", "database Other", "mysql Resolved"}, attached)
	credentials, _ := inspecttest.FactsOf[inspect.Credential](inspect.SAMTemplate, text)
	if len(credentials) != 1 || credentials[0].Line != 7 || credentials[0].Fact.Name != "DB.MasterUserPassword" {
		t.Errorf("%+v", credentials)
	}
	if got := inspecttest.Told[inspect.Affinity](inspect.SAMTemplate, text); got != `17-17 {"via":"stickiness.enabled","of":"Web"}` {
		t.Error(got)
	}
	manifest := "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ x }}}\nspec: {containers: [{image: x}]}\n"
	if got, _ := inspecttest.FactsOf[inspect.Workload](inspect.SAMTemplate, manifest); len(got) != 1 {
		t.Errorf("a manifest: %+v", got)
	}
}

// No platform's file, however it is broken, stops the reader.
func TestHostile(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	names := []string{"app.json", "heroku.yml", "render.yaml", "app.yaml", ".do/app.yaml", "railway.json", "railway.toml", "vercel.json", "netlify.toml", "serverless.yml", "template.yaml"}
	texts := []string{"", "null", "[]", "{}", "\x00", repeat("[", 100_000), repeat("{", 100_000), repeat(`{"env":`, 50_000), repeat("- ", 100_000), "services: &a [*a]\n", "envs: &a [{key: x}]\nservices: [" + repeat("{name: a, envs: *b},", 5_000) + "]\n",
		"env: {A: {B: {}}}\naddons: [[[]]]\n", `{"env": {"A": [1]}, "addons": [1, null, {}], "formation": {"web": 1}, "scripts": []}`, "databases: x\nservices: {a: b}\n", "runtime: x\nnetwork: []\nenv_variables: [a]\n",
		"Resources: {A: {Type: AWS::Lambda::Function, Properties: [1]}}\n", "functions: {a: [b]}\nprovider: {environment: [a]}\n", "services:\n  - envs: [{key: A, value: '${'}]\nname: x\n", "services:\n  - envs: [{key: A, value: '${x'}]\nname: x\n"}
	for _, name := range names {
		for _, text := range texts {
			for _, s := range files.File(inspect.FormatOf(name), []byte(text)) {
				if s.Line < 1 || s.EndLine < s.Line {
					t.Fatalf("%s: lines %d to %d of %.60q", name, s.Line, s.EndLine, text)
				}
			}
		}
	}
}

// TestOnDemand tells the services that a push to their branch deploys from those
// that wait for somebody.
func TestOnDemand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		format     inspect.Format
		want       bool
	}{
		{"render, by default", "services: [{type: web, name: a, runtime: node}]", inspect.Render, false},
		{"render, switched off", "services: [{type: web, name: a, runtime: node, autoDeploy: false}]", inspect.Render, true},
		{"render, trigger off", "services: [{type: web, name: a, runtime: node, autoDeployTrigger: \"off\"}]", inspect.Render, true},
		{"app platform, by default", "name: shop\nservices: [{name: a, github: {repo: a/b, branch: main}}]", inspect.DOApp, true},
		{"app platform, on push", "name: shop\nservices: [{name: a, github: {repo: a/b, branch: main, deploy_on_push: true}}]", inspect.DOApp, false},
		{"vercel, by default", `{"name": "a"}`, inspect.VercelJSON, false},
		{"vercel, switched off", `{"name": "a", "git": {"deploymentEnabled": false}}`, inspect.VercelJSON, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _ := services(t, tt.format, tt.text)
			if len(got) != 1 || got[0].OnDemand != tt.want {
				t.Errorf("got %+v, want OnDemand %v", got, tt.want)
			}
		})
	}
}
