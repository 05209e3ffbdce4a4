package audit

import (
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestWhatOthersKnowOfAVariable: a library's read, a start command, a ConfigMap
// that nothing ties to the program, the image's own build.
func TestWhatOthersKnowOfAVariable(t *testing.T) {
	t.Parallel()
	repo := inspected(t, txtar.Parse([]byte(`-- api/requirements.txt --
flask==3.0.0
gunicorn==23.0.0
-- api/Dockerfile --
FROM python:3.12
ENV SOURCES=/src
COPY . $SOURCES
CMD gunicorn --log-level=$LEVEL app:app
-- api/fly.toml --
app = "api"
[env]
LEVEL = "info"
SHARED = "1"
SEEN = "1"
STALE = "1"
-- api/app.py --
import os
from flask import Flask
app = Flask(__name__)
a = os.environ.get("SEEN")
b = os.environ["ROUTING"]
c = os.environ["NOWHERE"]
d = os.environ["COLLECTOR"]
-- lib/setup.py --
from setuptools import setup
setup(name="lib", version="1")
-- lib/lib/__init__.py --
import os
shared = os.environ.get("SHARED")
-- k8s/config.yaml --
apiVersion: v1
kind: ConfigMap
metadata:
  name: routing
data:
  ROUTING: "7"
-- k8s/tracing/kustomization.yaml --
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: other
    spec:
      template:
        spec:
          containers:
          - name: server
            env:
            - name: COLLECTOR
              value: otel:4317
`)))
	want := map[string]VariableStatus{
		"SOURCES": VariableFine, "LEVEL": VariableFine, "SHARED": VariableFine, "SEEN": VariableFine, "STALE": VariableNeverRead,
		"ROUTING": VariableFine, "COLLECTOR": VariableFine, "NOWHERE": VariableNeverProvided,
	}
	for _, c := range repo.Components {
		if c.Path != "api" {
			continue
		}
		for _, v := range c.Variables() {
			if status, ok := want[v.Name]; ok {
				if v.Status != status {
					t.Errorf("%s is %s, want %s", v.Name, v.Status, status)
				}
				delete(want, v.Name)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("missing %v", want)
	}
}
