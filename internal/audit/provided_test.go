package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"twelvefold/internal/inspect"
)

// provides compares "NAME = value at path:line" with what production has; "?"
// stands for a value that can't be told.
func provides(t *testing.T, files string, want ...string) *Component {
	t.Helper()
	repo := inspected(t, txtar.Parse([]byte(files)))
	if len(repo.Components) == 0 {
		t.Fatal("no component")
	}
	c := repo.Components[0]
	for _, w := range want {
		name, _, _ := strings.Cut(w, " ")
		got := name + " ?"
		if p, ok := c.ProvidedIn(Production, name); ok && p.Value.IsLiteral() {
			got = fmt.Sprintf("%s = %s at %s", name, p.Value.Text, p.At())
		}
		if got != w {
			t.Errorf("got %q, want %q", got, w)
		}
	}
	return c
}

const flaskApp = "-- requirements.txt --\nflask==3.0.0\n-- app.py --\nfrom flask import Flask\nFlask(__name__).run()\n"

// TestComposeVariables: the order of Compose's documentation.
func TestComposeVariables(t *testing.T) {
	t.Parallel()
	provides(t, flaskApp+`-- Dockerfile --
FROM python:3.12
ENV LEVEL=image ONLY=image
COPY . .
CMD ["gunicorn", "app:app"]
-- .env --
HOST=db.internal
NAME=shop
URL=redis://${HOST}/1
LEFT=
-- app.env --
MODE=file
LEVEL=file
-- more.env --
MODE=more
DEEP=${NAME}-x
-- docker-compose.yml --
services:
  web:
    build: .
    env_file: [app.env, {path: more.env, required: false}, missing.env]
    environment:
      LEVEL: own
      A: ${HOST:-localhost}
      B: http://${HOST:-localhost}:80/${NAME}
      C: ${HOST:?must be set}
      D: ${OTHER:-${NAME}}
      E: ${LEFT}
      F: http://${OTHER:-localhost}/
      G: ${URL}
      H: ${OTHER}
      I: postgres://u:${PASSWORD:-hunter2hunter2}@${HOST}/x
`,
		"LEVEL = own at docker-compose.yml:6", "ONLY = image at Dockerfile:2", "MODE = more at more.env:1", "DEEP = shop-x at more.env:2",
		"A = db.internal at docker-compose.yml:7", "B = http://db.internal:80/shop at docker-compose.yml:8", "C = db.internal at docker-compose.yml:9",
		"D ?", "E ?", "F ?", "G = redis://db.internal/1 at docker-compose.yml:13", "H ?", "I ?")
}

// TestOverridesOfProduction: files laid over each other and services that differ.
func TestOverridesOfProduction(t *testing.T) {
	t.Parallel()
	c := provides(t, flaskApp+`-- plain.env --
FROM_FILE=plain
-- docker-compose.yml --
services:
  web:
    build: .
    env_file: plain.env
    environment: {MODE: plain, KEPT: plain, FROM_FILE: own}
  worker:
    build: .
    environment: {ROLE: worker}
-- docker-compose.override.yml --
services:
  web:
    environment: {MODE: dev}
-- docker-compose.prod.yml --
services:
  web:
    environment: {MODE: fast, ROLE: web}
`, "MODE = fast at docker-compose.prod.yml:3", "KEPT = plain at docker-compose.yml:5", "FROM_FILE = own at docker-compose.yml:5", "ROLE ?")
	if p, ok := c.ProvidedIn(Development, "MODE"); !ok || p.Value.Text != "dev" {
		t.Errorf("development has %+v", p)
	}
}

// TestBuildArguments: Compose's reach ARG, ENV and FROM of the stage that it builds.
func TestBuildArguments(t *testing.T) {
	t.Parallel()
	dockerfile := `-- Dockerfile --
ARG PY=3.11
FROM python:${PY} AS base
ARG MODE=slow
ARG COMMIT
ENV MODE=${MODE} SHOWN=$MODE/$COMMIT STAGE=base PORT=8000
FROM base AS production
ENV STAGE=production
CMD ["gunicorn", "app:app"]
FROM base AS dev
ENV STAGE=dev
CMD ["flask", "run"]
`
	c := provides(t, flaskApp+dockerfile+`-- .env --
PYTHON=3.13
-- docker-compose.prod.yml --
services:
  web:
    build: {context: ., target: production, args: {MODE: fast, COMMIT: , PY: "${PYTHON}"}}
`, "MODE = fast at Dockerfile:5", "SHOWN ?", "STAGE = production at Dockerfile:7", "PORT = 8000 at Dockerfile:5")
	if c.Image.Base != "python:3.13" || c.Image.Cmd.Commands[0].Argv[0] != "gunicorn" {
		t.Errorf("the image is of %s and starts %v", c.Image.Base, c.Image.Cmd)
	}
	c = provides(t, flaskApp+dockerfile, "MODE = slow at Dockerfile:5", "STAGE = dev at Dockerfile:10")
	if c.Image.Base != "python:3.11" {
		t.Errorf("the image is of %s", c.Image.Base)
	}
	provides(t, flaskApp+dockerfile+"-- fly.toml --\napp = \"x\"\n[build]\nbuild-target = \"production\"\n[build.args]\nMODE = \"fly\"\n", "MODE = fly at Dockerfile:5", "STAGE = production at Dockerfile:7")
	provides(t, flaskApp+dockerfile+`-- .github/workflows/release.yml --
on: {push: {branches: [main]}}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
    - run: docker build --target dev --build-arg MODE=test .
  push:
    runs-on: ubuntu-latest
    steps:
    - uses: docker/build-push-action@v6
      with:
        push: true
        target: production
        build-args: |
          MODE=ci
          COMMIT=${{ github.sha }}
`, "MODE = ci at Dockerfile:5", "SHOWN ?", "STAGE = production at Dockerfile:7")
	provides(t, flaskApp+dockerfile+"-- docker-compose.dev.yml --\nservices:\n  web:\n    build: {context: ., target: dev, args: {MODE: dev}}\n    volumes: [.:/app]\n", "MODE = slow at Dockerfile:5")
}

// TestIncludedFiles: they run where the file runs that includes them.
func TestIncludedFiles(t *testing.T) {
	t.Parallel()
	repo := inspected(t, txtar.Parse([]byte(flaskApp+`-- .env --
PG=16
-- infra/.env --
PG=12
REDIS=7
-- infra/services.yml --
services:
  db: {image: "postgres:${PG}"}
  cache: {image: "redis:${REDIS}"}
-- docker-compose.prod.yml --
include: [infra/services.yml]
services:
  web: {build: ., depends_on: [db]}
`)))
	var got []string
	for _, s := range repo.Components[0].ServiceImages() {
		got = append(got, fmt.Sprintf("%s %s in %s", s.Product, s.Version, s.Environment))
	}
	if want := []string{"postgres 16 in production", "redis 7 in production"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestKustomizationsOfProduction: patches and generators reach the container.
func TestKustomizationsOfProduction(t *testing.T) {
	t.Parallel()
	c := provides(t, flaskApp+`-- k8s/base/deploy.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: web
        envFrom: [{configMapRef: {name: cfg}}]
        env:
        - {name: MODE, value: base}
        - {name: KEPT, value: base}
-- k8s/base/kustomization.yaml --
resources: [deploy.yaml]
configMapGenerator:
- {name: cfg, literals: [FLAG=base]}
-- k8s/overlays/prod/kustomization.yaml --
resources: [../../base]
configMapGenerator:
- {name: cfg, behavior: merge, literals: [FLAG=prod]}
patches:
- path: web.yaml
- target: {kind: Deployment, name: web}
  patch: |-
    - op: replace
      path: /spec/template/spec/containers/0/image
      value: web:1.4
-- k8s/overlays/prod/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: web
        env:
        - {name: MODE, value: prod}
-- k8s/overlays/dev/kustomization.yaml --
resources: [../../base]
patches:
- target: {kind: Deployment, name: web}
  patch: |-
    - op: replace
      path: /spec/replicas
      value: 2
    - op: add
      path: /spec/template/spec/containers/0/env/-
      value: {name: MODE, value: dev}
`, "MODE = prod at k8s/overlays/prod/web.yaml:11", "KEPT = base at k8s/base/deploy.yaml:14", "FLAG = prod at k8s/overlays/prod/kustomization.yaml:3")
	w := slices.Collect(Facts[inspect.Workload](c))[0]
	var got []string
	for _, n := range c.Replicas(w) {
		got = append(got, fmt.Sprintf("%d by %s", n.Count, n.By))
	}
	for _, image := range c.Repo.Images(w.File, w.Fact.Containers[0]) {
		got = append(got, fmt.Sprintf("%s at %s", image.Image, image.At))
	}
	want := []string{"2 by k8s/overlays/dev/kustomization.yaml", "3 by k8s/overlays/prod/kustomization.yaml", "web at k8s/base/deploy.yaml:10", "web:1.4 at k8s/overlays/prod/kustomization.yaml:10"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestBranchesOfATemplate: a variable that stands in two branches is no text where
// nothing tells which is taken.
func TestBranchesOfATemplate(t *testing.T) {
	t.Parallel()
	provides(t, flaskApp+`-- chart/Chart.yaml --
name: web
version: 1.0.0
-- chart/values.yaml --
mode: fast
worker: {mode: slow}
-- chart/templates/deploy.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web
        image: web
        env:
        - name: MODE
          value: {{ .Values.mode | quote }}
        {{- if .Capabilities.APIVersions.Has "acme/v1" }}
        - name: ROLE
          value: {{ .Values.worker.mode }}
        {{- else }}
        - name: ROLE
          value: web
        {{- end }}
`, "MODE = fast at chart/templates/deploy.yaml:11", "ROLE ?")
}

// TestFiltersOfPushes: a filter of tags alone leaves no branch, one of branches some.
func TestFiltersOfPushes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step inspect.WorkflowStep
		want string
	}{
		{inspect.WorkflowStep{TagsIgnore: []string{"v*"}, If: "github.ref == 'refs/heads/main'"}, ""},
		{inspect.WorkflowStep{Tags: []string{"v*"}, If: "github.ref == 'refs/heads/main'"}, ""},
		{inspect.WorkflowStep{TagsIgnore: []string{"v*"}, Branches: []string{"main"}}, "main"},
		{inspect.WorkflowStep{BranchesIgnore: []string{"main"}, If: "github.ref == 'refs/heads/main'"}, ""},
		{inspect.WorkflowStep{BranchesIgnore: []string{"x"}, TagsIgnore: []string{"v*"}, If: "github.ref == 'refs/heads/main'"}, "main"},
		{inspect.WorkflowStep{If: "github.ref_name == 'live'"}, "live"},
	} {
		c.step.Events = []string{"push"}
		if got := strings.Join((&Repository{}).PushedBranches(c.step), " "); got != c.want {
			t.Errorf("%+v: %q, want %q", c.step, got, c.want)
		}
	}
}
