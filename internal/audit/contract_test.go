package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"twelvefold/internal/inspect"
)

const contractApp = `-- requirements.txt --
flask==3.0.0
gunicorn==23.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
import os
from flask import Flask
app = Flask(__name__)
database = os.environ["DATABASE_URL"]
key = os.environ["SESSION_SECRET"]
mail = os.environ["MAIL_URL"]
level = os.environ.get("LOG_LEVEL", "info")
again = os.environ.get("SESSION_SECRET", "dev-session-q8Zr2LmX0vTn4wKs")
port = os.environ["PORT"]
-- tests/test_app.py --
import os
os.environ["TEST_ONLY"]
-- .env.example --
DATABASE_URL=
EXAMPLE_ONLY=1
-- .env --
SESSION_SECRET=kq2xL9vL0pZr7Tn4
-- fly.toml --
app = "acme"
[env]
LOG_LEVEL = "warn"
STALE_SWITCH = "1"
DATABASE_URL = "postgres://app:q8Zr2LmX0vTn4wKs@db.acme-hosting.net/app"
GUNICORN_CMD_ARGS = "--workers 2"
-- docker-compose.yml --
services:
  web:
    build: .
    environment:
      DATABASE_URL: postgres://app:app@db/app
      CI: "1"
`

// TestVariables: what is read, with what instead, what is given where, and what
// is wrong with it.
func TestVariables(t *testing.T) {
	t.Parallel()
	c := inspected(t, txtar.Parse([]byte(contractApp))).Components[0]
	var got []string
	for _, v := range c.Variables() {
		words := []string{v.Name, string(v.Status)}
		for name, is := range map[string]bool{"1secret": v.Secret, "2platform": v.Platform, "0required": v.Required} {
			if is {
				words = append(words, name)
			}
		}
		slices.Sort(words[2:])
		for _, r := range v.Reads {
			words = append(words, fmt.Sprintf("read %s %v %q", r.At, r.HasDefault, r.Default))
		}
		for _, g := range v.Given {
			words = append(words, fmt.Sprintf("%s %s %q", g.Environment, g.At, g.Value))
		}
		for _, at := range v.Documented {
			words = append(words, "documented "+at.String())
		}
		got = append(got, strings.Join(words, "; "))
	}
	want := []string{
		`CI; fine; 2platform; development docker-compose.yml:6 "1"`,
		`DATABASE_URL; fine; 0required; 1secret; read app.py:4 false ""; production fly.toml:5 "postgres://app:…@db.acme-hosting.net/app"; development docker-compose.yml:5 "postgres://app:…@db/app"; documented .env.example:1`,
		`GUNICORN_CMD_ARGS; fine; production fly.toml:6 "--workers 2"`,
		`LOG_LEVEL; fine; read app.py:7 true "info"; production fly.toml:3 "warn"`,
		`MAIL_URL; never-provided; 0required; read app.py:6 false ""`,
		`PORT; fine; 0required; 2platform; read app.py:9 false ""`,
		`SESSION_SECRET; fine; 0required; 1secret; read app.py:5 false ""; read app.py:8 true "…"; development .env:1 "…"`,
		`STALE_SWITCH; never-read; production fly.toml:4 "1"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSecretsAreMaskedWhereverTheyStand: a start command's assignment and a
// value filled in from another file as well.
func TestSecretsAreMaskedWhereverTheyStand(t *testing.T) {
	t.Parallel()
	c := inspected(t, txtar.Parse([]byte(`-- requirements.txt --
flask==3.0.0
-- app.py --
import os
from flask import Flask
Flask(__name__).run()
key = os.getenv("API_TOKEN", "q8Zr2LmX0vTn4wKs")
-- Procfile --
web: SESSION_SECRET=q8Zr2LmX0vTn4wKs python app.py
-- .env --
HELD=q8Zr2LmX0vTn4wKs
-- docker-compose.prod.yml --
services:
  web:
    build: .
    environment:
      API_TOKEN: ${HELD}
      DB_PASSWORD: q8Zr2LmX0vTn4wKs
`))).Components[0]
	seen := 0
	for _, v := range c.Variables() {
		for _, text := range append(values(v), defaults(v)...) {
			if text != "" {
				seen++
			}
			if strings.Contains(text, "q8Z") {
				t.Errorf("%s shows %q", v.Name, text)
			}
		}
	}
	if seen < 5 {
		t.Errorf("%d values of secrets were seen, want 5", seen)
	}
}

// TestWhatCannotBeSeenIsNotCalledUnread: where frameworks replace settings by
// variables, and where the reads are hidden.
func TestWhatCannotBeSeenIsNotCalledUnread(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]string{
		"option table": "-- requirements.txt --\nflask==3.0.0\n-- app.py --\nfrom flask import Flask\nfrom options import load\nFlask(__name__).run()\n-- fly.toml --\napp = \"x\"\n[env]\nSWITCH = \"1\"\n",
		"spring": "-- pom.xml --\n<project><artifactId>a</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.3.0</version></dependency></dependencies></project>\n" +
			"-- src/main/java/A.java --\nimport org.springframework.boot.SpringApplication;\npublic class A { String u = System.getenv(\"SEEN\"); public static void main(String[] a) { SpringApplication.run(A.class, a); } }\n" +
			"-- fly.toml --\napp = \"x\"\n[env]\nORDERS_RETRIES = \"1\"\nSEEN = \"1\"\n",
	} {
		for _, v := range inspected(t, txtar.Parse([]byte(files))).Components[0].Variables() {
			if v.Status == VariableNeverRead {
				t.Errorf("%s: %s is called unread", name, v.Name)
			}
		}
	}
}

func values(v Variable) (list []string) {
	for _, g := range v.Given {
		list = append(list, g.Value)
	}
	return list
}

func defaults(v Variable) (list []string) {
	for _, r := range v.Reads {
		list = append(list, r.Default)
	}
	return list
}

// TestContractHidesWhatNoNameTells: what is printed for people can't be taken back.
func TestContractHidesWhatNoNameTells(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"APP_KEY": "base64:9kD2l4Fz8Qm3Xv7Rt1Yb6Nw5Ej0Hc2As8Ug4Io7Pl1M=", "BASIC_AUTH": "admin:hunter23x", "SETTINGS": `{"user": "a", "password": "hunter23x"}`, "PEPPER": "hunter23x",
		"CALLBACK": "https://a.example.net/b?token=hunter23x", "RC": "//registry.npmjs.org/:_authToken=hunter23x", "SLACK": "https://hooks.slack.com/services/T01ABCDEF/B01ABCDEF/x7Kq2Vt9Lm4Wz8Rb3Nc6hunter",
	} {
		v := Variable{Name: name}
		if shown, _ := v.shown(inspect.Lit(text)); strings.Contains(shown, "hunter") || strings.Contains(shown, "9kD2") {
			t.Errorf("%s=%s is shown as %s", name, text, shown)
		}
	}
	for name, text := range map[string]string{"PORT": "8080", "REDIS": "redis:6379", "API": "https://api.example.net/v1/things", "IMAGE": "postgres:16-alpine", "LEVEL": "info", "PATHS": "/usr/share/elasticsearch/plugins"} {
		v := Variable{Name: name}
		if shown, _ := v.shown(inspect.Lit(text)); shown != text {
			t.Errorf("%s=%s is shown as %s", name, text, shown)
		}
	}
}
