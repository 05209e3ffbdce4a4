package config

import (
	"fmt"
	"regexp"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "config/secret-refs",
	Aspect: "a",
	Type:   audit.Positive,
	Title:  "Descriptors refer to secrets instead of holding them",
	Why: "A deploy that names its secrets gets them from a store of the platform: the repository can be read by anybody, " +
		"and a credential is rotated without a commit.",
	Sources: []string{"12F", "002", "004"},
	Bad: `
-- deploy/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.acme.dev/web:1.4.2
          env:
            - name: DB_PASSWORD
              value: Vq8rT2mLz0xK
`,
	Good: `
-- deploy/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.acme.dev/web:1.4.2
          env:
            - name: DB_PASSWORD
              valueFrom: {secretKeyRef: {name: web, key: db-password}}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		r := references{c: c}
		r.kubernetes()
		r.compose()
		r.platforms()
		r.pipelines()
		if r.strength > 0 {
			report.Pass(r.at, r.strength, r.message)
		}
	},
})

// references keeps the best evidence, the first of equal ones.
type references struct {
	c        *audit.Component
	at       audit.Place
	strength float64
	message  string
}

func (r *references) found(file *audit.File, line int, strength float64, format string, args ...any) {
	if strength > r.strength && file.Role != source.DeployDev && !madeForTrying.MatchString(file.Dir()) {
		r.at, r.strength = audit.Place{Path: file.Path, Line: line, EndLine: line}, strength
		r.message = fmt.Sprintf(format, args...)
	}
}

func (r *references) kubernetes() {
	for w := range audit.Facts[inspect.Workload](r.c) {
		for _, k := range w.Fact.Containers {
			for _, e := range k.Env {
				if e.From == "secret" {
					r.found(w.File, e.Line, 1, "%s comes from a Secret", e.Name)
				}
			}
			for i, from := range k.EnvFrom {
				if from == "secret" && i < len(k.EnvRefs) {
					r.found(w.File, w.Line, 1, "%s gets its variables from the Secret %s", k.Name, k.EnvRefs[i])
				}
			}
		}
	}
	for o := range audit.Facts[inspect.KubeObject](r.c) {
		switch {
		case o.Fact.Type == "ExternalSecret", o.Fact.Type == "SecretProviderClass":
			r.found(o.File, o.Line, 1, "%s %s takes its secrets from a store", o.Fact.Type, o.Fact.Name)
		case o.Fact.Encrypted:
			r.found(o.File, o.Line, 1, "The secrets of %s are committed encrypted", o.Fact.Name)
		}
	}
}

func (r *references) compose() {
	for s := range audit.Facts[inspect.ComposeService](r.c) {
		if r.c.EnvironmentOf(s.File) != audit.Production {
			continue
		}
		if len(s.Fact.Secrets) > 0 {
			r.found(s.File, s.Line, 1, "%s mounts the secret %s", s.Fact.Name, s.Fact.Secrets[0])
		}
		for _, e := range s.Fact.Environment {
			if e.Secret && e.Value.FromEnv() && !e.Value.HasText {
				r.found(s.File, e.Line, 0.5, "%s is left to the environment of the deploy", e.Name)
			}
		}
	}
}

func (r *references) platforms() {
	for s := range audit.Facts[inspect.PlatformService](r.c) {
		for _, e := range s.Fact.Env {
			switch {
			case e.From == "secret", e.From == "generated", e.From == "database" && e.Secret, e.From == "group" && e.Secret:
				r.found(s.File, e.Line, 1, "%s comes from the platform's store of secrets", e.Name)
			case e.Secret && e.Value.Source == inspect.None && e.From == "":
				r.found(s.File, e.Line, 0.5, "%s is declared without a value", e.Name)
			}
		}
	}
}

// pipelines looks at the jobs that deploy or publish: what a job of tests is given
// says nothing of how the program gets its secrets.
func (r *references) pipelines() {
	type job struct{ file, name string }
	delivers := map[job]bool{}
	for _, d := range r.c.Deliveries() {
		if !d.Trial {
			delivers[job{d.File.Path, d.Fact.Job}] = true
		}
	}
	for s := range audit.Facts[inspect.WorkflowStep](r.c) {
		if !delivers[job{s.File.Path, s.Fact.Job}] || reporter.MatchString(s.Fact.Uses) {
			continue
		}
		for _, e := range append(slices.Clone(s.Fact.Env), s.Fact.With...) {
			if e.From == "github-secret" && e.Ref != "GITHUB_TOKEN" && (inspect.IsSecretName(e.Name) || inspect.IsSecretName(e.Ref)) {
				r.found(s.File, e.Line, 0.5, "The job %s gets %s from the secrets of the repository", s.Fact.Job, e.Ref)
			}
		}
	}
}

// reporter are actions that tell others what a job came to.
var reporter = regexp.MustCompile(`(?i)codecov|coverall|codacy|codeclimate|sonar|snyk|fossa|slack|discord|telegram|teams|notif`)
