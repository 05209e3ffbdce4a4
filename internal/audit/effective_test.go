package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"twelvefold/internal/inspect"
)

// haveSettings compares "key = value at path:line" with the settings of a component.
func haveSettings(t *testing.T, c *Component, want ...string) {
	t.Helper()
	var got []string
	for _, s := range c.EffectiveSettings() {
		for _, w := range want {
			if strings.HasPrefix(w, s.Key+" = ") {
				value := s.Value.Text
				if !s.Value.IsLiteral() {
					value = "<" + string(s.Value.Source) + ">" + value
				}
				got = append(got, fmt.Sprintf("%s = %s at %s over %d", s.Key, value, s.At, len(s.Overrides)))
			}
		}
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const djangoProject = `-- requirements.txt --
django==5.0
-- shop/settings/__init__.py --
-- shop/settings/base.py --
import os
INSTALLED_APPS = ["shop"]
SECRET_KEY = "x"
DEBUG = True
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
ALLOWED_HOSTS = ["base"]
ROOT_URLCONF = "shop.urls"
-- shop/settings/prod.py --
from .base import *
DEBUG = False
SECRET_KEY = os.environ["SECRET_KEY"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
-- shop/settings/dev.py --
from .base import *
DEBUG = True
ALLOWED_HOSTS = ["*"]
`

func TestDjangoSettingsAreThoseOfProduction(t *testing.T) {
	t.Parallel()
	production := []string{
		"DEBUG = False at shop/settings/prod.py:2 over 1",
		"DATABASES.default.ENGINE = django.db.backends.postgresql at shop/settings/prod.py:4 over 1",
		"ALLOWED_HOSTS.0 = base at shop/settings/base.py:6 over 0",
	}
	for name, c := range map[string]struct {
		files string
		want  []string
	}{
		"named for production":   {"", production},
		"wsgi.py":                {"-- shop/wsgi.py --\nimport os\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings.prod\")\n", production},
		"wsgi.py names the base": {"-- shop/wsgi.py --\nimport os\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings.base\")\n", production},
		"start command": {"-- Procfile --\nweb: DJANGO_SETTINGS_MODULE=shop.settings.base gunicorn shop.wsgi\n", []string{
			"DEBUG = True at shop/settings/base.py:4 over 0",
			"DATABASES.default.ENGINE = django.db.backends.sqlite3 at shop/settings/base.py:5 over 0",
			"ALLOWED_HOSTS.0 = base at shop/settings/base.py:6 over 0",
		}},
		"image": {"-- Dockerfile --\nFROM python:3.12\nENV DJANGO_SETTINGS_MODULE=shop.settings.prod\nCOPY . .\nCMD [\"gunicorn\", \"shop.wsgi\"]\n", production},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := inspected(t, txtar.Parse([]byte(djangoProject+c.files)))
			haveSettings(t, repo.Components[0], c.want...)
		})
	}
}

// TestProfilesAndVariablesStandAbove: Spring, .NET and Rails.
func TestProfilesAndVariablesStandAbove(t *testing.T) {
	t.Parallel()
	set := func(key, value string, profile ...string) inspect.Setting {
		return inspect.Setting{Key: key, Value: inspect.Lit(value), Profile: strings.Join(profile, "")}
	}
	spring := facts{
		"pom.xml": {inspect.Manifest{Ecosystem: inspect.Maven, Packaging: "executable-jar"}}, "src/main/java/A.java": {inspect.Listen{Via: "server"}},
		"src/main/resources/application.yml": {
			set("server.port", "8080"), set("spring.datasource.url", "jdbc:h2:mem"), set("logging.level", "debug"), set("a.b", "plain"), set("a.b", "documented", "prod & !dev"), set("twice", "1"), set("twice", "2"), set("other", "x", "dev"),
		},
		"src/main/resources/application-prod.yml":        {set("spring.datasource.url", "jdbc:postgresql://db/shop"), set("logging.level", "info")},
		"src/main/resources/application-prod.properties": {set("logging.level", "warn")},
		"src/main/resources/application-dev.yml":         {set("spring.datasource.url", "jdbc:h2:file")},
		"fly.toml":                                       {inspect.FlyApp{Env: []inspect.EnvEntry{{Name: "SERVER_PORT", Value: inspect.Lit("9090"), Line: 4}}}},
	}
	haveSettings(t, newRepository(treeOf(spring), Settings{}).Components[0],
		"server.port = 9090 at fly.toml:4 over 1",
		"spring.datasource.url = jdbc:postgresql://db/shop at src/main/resources/application-prod.yml:1 over 1",
		"logging.level = warn at src/main/resources/application-prod.properties:1 over 2",
		"a.b = documented at src/main/resources/application.yml:5 over 1",
		"twice = 2 at src/main/resources/application.yml:7 over 1",
	)
	dotnet := facts{
		"Api.csproj": {inspect.Manifest{Ecosystem: inspect.NuGet, Packaging: "web"}}, "Program.cs": {inspect.EntryPoint{Via: "main"}},
		"appsettings.json":             {set("ConnectionStrings:Db", "Host=localhost"), set("Logging:Level", "Debug")},
		"appsettings.Production.json":  {set("Logging:Level", "Warning")},
		"appsettings.Development.json": {set("Logging:Level", "Trace")},
		"docker-compose.prod.yml":      {inspect.ComposeService{Name: "api", Build: true, Environment: []inspect.EnvEntry{{Name: "ConnectionStrings__Db", Value: inspect.Value{Source: inspect.Env, Env: []string{"DB"}}, Line: 7}}}},
	}
	haveSettings(t, newRepository(treeOf(dotnet), Settings{}).Components[0],
		"ConnectionStrings:Db = <env> at docker-compose.prod.yml:7 over 1",
		"Logging:Level = Warning at appsettings.Production.json:1 over 1",
	)
	rails := facts{
		"Gemfile": {inspect.Manifest{Ecosystem: inspect.Gem}}, "config.ru": nil,
		"config/application.rb":              {set("config.cache_store", "memory_store"), set("config.time_zone", "UTC")},
		"config/environments/production.rb":  {set("config.cache_store", "redis_cache_store")},
		"config/environments/development.rb": {set("config.cache_store", "null_store")},
		"config/database.yml":                {set("adapter", "sqlite3", "development"), set("adapter", "postgresql", "production")},
	}
	haveSettings(t, newRepository(treeOf(rails), Settings{}).Components[0],
		"config.cache_store = redis_cache_store at config/environments/production.rb:1 over 1",
		"config.time_zone = UTC at config/application.rb:2 over 0",
		"adapter = postgresql at config/database.yml:2 over 0",
	)
}

// TestHelmAndKustomize: images and replicas as the repository deploys them.
func TestHelmAndKustomize(t *testing.T) {
	t.Parallel()
	value := func(key, text string) inspect.HelmValue { return inspect.HelmValue{Key: key, Value: inspect.Lit(text)} }
	one := 1
	repo := newRepository(treeOf(facts{
		"go.mod": {inspect.Manifest{Ecosystem: inspect.GoMod, Name: "acme/thing"}}, "main.go": {inspect.Package{Name: "main"}, inspect.EntryPoint{Via: "func main"}, inspect.Listen{Via: "x"}}, "Dockerfile": image("./thing"),
		"chart/Chart.yaml":               {inspect.HelmChart{Name: "thing", AppVersion: "1.9"}},
		"chart/values.yaml":              {value("image.repository", "acme/thing"), value("image.tag", ""), value("redis.image", "redis:7"), value("replicas", "1"), value("log", "info")},
		"chart/values-production.yaml":   {value("replicas", "3")},
		"chart/templates/deployment.yml": {inspect.Workload{Type: "Deployment", Name: "thing", ReplicasOf: inspect.Value{Source: inspect.Input, Refs: []string{".Values.replicas"}}, Containers: []inspect.Container{{Image: `{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}`, Line: 1, Env: []inspect.EnvEntry{{Name: "LOG", Value: inspect.Value{Source: inspect.Input, Refs: []string{".Values.log"}}, Line: 1}}}}}},
		"chart/templates/redis.yml":      {inspect.Workload{Type: "Deployment", Name: "redis", Containers: []inspect.Container{{Image: `{{ .Values.redis.image | quote }}`, Line: 1}}}},
		"k8s/base/deploy.yml":            {inspect.Workload{Type: "Deployment", Name: "thing", Replicas: &one, Containers: []inspect.Container{{Image: "acme/thing", Line: 1}}}},
		"k8s/other/hpa.yml":              {inspect.KubeObject{Type: "HorizontalPodAutoscaler", Name: "x", Target: "thing", MinReplicas: &one}},
		"k8s/base/kustomization.yaml":    {inspect.Kustomization{Resources: []string{"deploy.yml"}}},
		"k8s/prod/kustomization.yaml":    {inspect.Kustomization{Resources: []string{"../base"}, Images: []inspect.KustomizeImage{{Name: "acme/thing", NewName: "ghcr.io/acme/thing", NewTag: "v2", Line: 5}}, Replicas: []inspect.KustomizeCount{{Name: "thing", Count: 4}}}},
	}), Settings{})
	c := repo.Components[0]
	want := map[string]string{
		"chart/templates/deployment.yml": "acme/thing:1.9 3",
		"chart/templates/redis.yml":      "redis:7",
		"k8s/base/deploy.yml":            "ghcr.io/acme/thing:v2 4",
	}
	for w := range Facts[inspect.Workload](c) {
		got := repo.Images(w.File, w.Fact.Containers[0])[0].Image
		for _, n := range c.Replicas(w) {
			got += fmt.Sprintf(" %d", n.Count)
		}
		if got != want[w.File.Path] {
			t.Errorf("%s: %q, want %q", w.File.Path, got, want[w.File.Path])
		}
	}
	if p, ok := c.ProvidedIn(Production, "LOG"); !ok || p.Value.Text != "info" {
		t.Errorf("LOG is %+v, want info of the chart", p)
	}
	if n := len(c.ServiceImages()); n != 1 {
		t.Errorf("%d backing services, want the chart's redis", n)
	}
}

// TestComposeFilesStandAboveEachOther: override files, env_file, .env and extends.
func TestComposeFilesStandAboveEachOther(t *testing.T) {
	t.Parallel()
	repo := inspected(t, txtar.Parse([]byte(`-- requirements.txt --
flask==3.0.0
-- app.py --
from flask import Flask
Flask(__name__).run()
-- .env --
HOST=db.internal
-- app.env --
MODE=slow
LEVEL=info
-- docker-compose.yml --
services:
  web:
    build: .
    env_file: app.env
    command: gunicorn app:app
    environment:
      URL: redis://${HOST}:6379
      TOKEN: ${TOKEN}
-- docker-compose.override.yml --
services:
  web:
    command: flask run
    environment: {MODE: dev}
-- docker-compose.prod.yml --
services:
  web:
    environment: {MODE: fast}
    deploy: {replicas: 2}
`)))
	c := repo.Components[0]
	find := func(list []Service) string {
		for _, s := range list {
			if s.Name == "web" {
				var env []string
				for _, e := range s.ComposeService.Environment {
					env = append(env, e.Name+"="+e.Value.Text)
				}
				return fmt.Sprintf("%v %s %s %d", s.Build, s.Command.Text, strings.Join(env, " "), s.Replicas)
			}
		}
		return ""
	}
	if got, want := find(c.Services(Development)), "true flask run URL=redis://${HOST}:6379 TOKEN= MODE=dev 0"; got != want {
		t.Errorf("development: %q, want %q", got, want)
	}
	if got, want := find(c.Services(Production)), "true gunicorn app:app URL=redis://${HOST}:6379 TOKEN= MODE=fast 2"; got != want {
		t.Errorf("production: %q, want %q", got, want)
	}
	for _, p := range c.Provided() {
		switch {
		case p.Name == "URL" && p.Value.Text != "redis://db.internal:6379", p.Name == "TOKEN" && p.Value.IsLiteral():
			t.Errorf("%s is %+v", p.Name, p.Value)
		}
	}
}

// TestExtendedServices: what a service takes over from another file.
func TestExtendedServices(t *testing.T) {
	t.Parallel()
	repo := newRepository(treeOf(facts{
		"requirements.txt": {inspect.Dependency{Ecosystem: inspect.PyPI, Name: "flask", Group: inspect.Runtime}}, "app.py": {inspect.Listen{Via: "x"}},
		"deploy/common.yml": {inspect.ComposeService{Name: "base", Build: true, Context: "..", DependsOn: []string{"db"}, ExtendsFile: "more.yml", ExtendsName: "top",
			Environment: []inspect.EnvEntry{{Name: "A", Value: inspect.Lit("1")}, {Name: "B", Value: inspect.Lit("1")}}}},
		"deploy/more.yml":    {inspect.ComposeService{Name: "top", Ports: []string{"80:80"}, Image: "acme/app:1"}, inspect.ComposeService{Name: "circle", ExtendsFile: "more.yml", ExtendsName: "circle"}},
		"docker-compose.yml": {inspect.ComposeService{Name: "web", ExtendsFile: "deploy/common.yml", ExtendsName: "base", Environment: []inspect.EnvEntry{{Name: "B", Value: inspect.Lit("2")}}}},
	}), Settings{})
	s := repo.File("docker-compose.yml").Signals()[0].Fact.(inspect.ComposeService)
	got := fmt.Sprintln(s.Name, s.Build, s.Context, s.Image, s.Ports, len(s.DependsOn), len(s.Environment), s.Environment[1].Value.Text)
	if want := "web true . acme/app:1 [80:80] 0 2 2"; strings.Join(strings.Fields(got), " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDjangoSettingsAreMerged: the order of lines, conditions, whole and partial
// assignments, and what the environment chooses.
func TestDjangoSettingsAreMerged(t *testing.T) {
	t.Parallel()
	start := "-- requirements.txt --\ndjango==5.0\n-- Procfile --\nweb: gunicorn shop.wsgi\n"
	base := "-- shop/settings/base.py --\nINSTALLED_APPS = [\"shop\"]\nROOT_URLCONF = \"shop.urls\"\nDATABASES = {\"default\": {\"ENGINE\": \"sqlite3\", \"NAME\": \"x\", \"OPTIONS\": \"o\"}}\nALLOWED_HOSTS = [\"a\", \"b\"]\nMODE = \"base\"\n"
	for name, c := range map[string]struct {
		files string
		want  []string
	}{
		"replaced as a whole": {"-- shop/settings/prod.py --\nfrom .base import *\nDATABASES = {\"default\": {\"ENGINE\": \"postgresql\"}}\nALLOWED_HOSTS = [\"c\"]\n", []string{
			"ALLOWED_HOSTS.0 = c at shop/settings/prod.py:3 over 1", "DATABASES.default.ENGINE = postgresql at shop/settings/prod.py:2 over 1", "MODE = base at shop/settings/base.py:5 over 0"}},
		"changed in part": {"-- shop/settings/prod.py --\nfrom .base import *\nDATABASES[\"default\"][\"ENGINE\"] = \"postgresql\"\nDEBUG = False\n", []string{
			"DATABASES.default.ENGINE = postgresql at shop/settings/prod.py:2 over 1", "DATABASES.default.NAME = x at shop/settings/base.py:3 over 0"}},
		"an import above and below": {"-- shop/settings/prod.py --\nMODE = \"before\"\nfrom .base import *\nfrom .extra import *\nHERE = \"prod\"\n-- shop/settings/extra.py --\nMODE = \"extra\"\nHERE = \"extra\"\nINSTALLED_APPS = [\"x\"]\nDATABASES = {}\n", []string{
			"HERE = prod at shop/settings/prod.py:4 over 1", "MODE = extra at shop/settings/extra.py:1 over 2"}},
		"under conditions": {"-- shop/settings/prod.py --\nfrom .base import *\nimport os\nif DEBUG:\n    MODE = \"debug\"\n    ONLY = \"debug\"\nif os.environ.get(\"X\"):\n    SOME = \"x\"\nif not DEBUG:\n    SURE = \"1\"\n", []string{
			"MODE = base at shop/settings/base.py:5 over 0", "SOME = <unknown> at shop/settings/prod.py:7 over 0", "SURE = 1 at shop/settings/prod.py:9 over 0"}},
		"chosen by the environment": {"-- shop/settings/__init__.py --\nimport os\nfrom .base import *\nif os.environ.get(\"ENV\") == \"production\":\n    from .prod import *\nelse:\n    from .dev import *\n-- shop/settings/prod.py --\nfrom .base import *\nMODE = \"prod\"\n-- shop/settings/dev.py --\nfrom .base import *\nMODE = \"dev\"\n-- shop/wsgi.py --\nimport os\nos.environ[\"DJANGO_SETTINGS_MODULE\"] = \"shop.settings\"\n", []string{
			"MODE = prod at shop/settings/prod.py:2 over 1"}},
		"split settings": {"-- shop/settings/__init__.py --\nimport os\nfrom split_settings.tools import include, optional\nENV = os.environ.get(\"ENV\", \"development\")\ninclude(\"base.py\", \"parts/*.py\", f\"env/{ENV}.py\", optional(\"local.py\"))\n-- shop/settings/parts/logs.py --\nINSTALLED_APPS = [\"l\"]\nDATABASES = {}\nLOGS = \"on\"\n-- shop/settings/env/production.py --\nfrom ..base import *\nMODE = \"prod\"\n-- shop/settings/env/development.py --\nfrom ..base import *\nMODE = \"dev\"\n-- manage.py --\nimport os\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")\n", []string{
			"LOGS = on at shop/settings/parts/logs.py:3 over 0", "MODE = prod at shop/settings/env/production.py:2 over 1"}},
		"named by uwsgi": {"-- uwsgi.ini --\n[uwsgi]\nenv = DJANGO_SETTINGS_MODULE=shop.settings.hosted\n-- shop/settings/hosted.py --\nfrom .base import *\nMODE = \"hosted\"\n-- shop/settings/prod.py --\nfrom .base import *\nMODE = \"prod\"\n", []string{
			"MODE = hosted at shop/settings/hosted.py:2 over 1"}},
		"one that nothing names, among guarded": {"-- shop/settings/prod.py --\nfrom .base import *\ntry:\n    from .secrets import *\nexcept ImportError:\n    pass\n-- shop/settings/secrets.py --\nfrom .base import *\nMODE = \"secret\"\n", []string{
			"MODE = <unknown> at shop/settings/secrets.py:2 over 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			haveSettings(t, inspected(t, txtar.Parse([]byte(start+base+c.files))).Components[0], c.want...)
		})
	}
}

// TestProfilesOfSpring: named by a start command, else by the files.
func TestProfilesOfSpring(t *testing.T) {
	t.Parallel()
	files := "-- pom.xml --\n<project><groupId>a</groupId><artifactId>shop</artifactId><version>1</version><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies><build><plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>\n" +
		"-- src/main/resources/application-cloud.yml --\nmode: cloud\n"
	for extra, want := range map[string]string{
		"-- src/main/resources/application.yml --\nmode: plain\n-- Procfile --\nweb: java -Dspring.profiles.active=cloud -jar target/shop.jar\n":            "mode = cloud at src/main/resources/application-cloud.yml:1 over 1",
		"-- src/main/resources/application.yml --\nmode: plain\nspring.profiles.active: cloud\n":                                                            "mode = cloud at src/main/resources/application-cloud.yml:1 over 1",
		"-- src/main/resources/application.yml --\nmode: plain\nspring.profiles.active: cloud\n-- src/main/resources/application-prod.yml --\nmode: prod\n": "mode = prod at src/main/resources/application-prod.yml:1 over 1",
		"-- src/main/resources/application.yml --\nmode: plain\n":                                                                                           "mode = plain at src/main/resources/application.yml:1 over 0",
	} {
		haveSettings(t, inspected(t, txtar.Parse([]byte(files+extra))).Components[0], want)
	}
}
