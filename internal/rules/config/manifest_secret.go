package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "config/manifest-secret",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A descriptor holds a secret in plain text",
	Why: "A manifest is code: who can read it has the credential of the deploy that it describes. Base 64 hides nothing, " +
		"and rotating the credential takes a commit.",
	Fixes: []audit.Fix{
		{For: "arguments", Text: "Give ‹name› its password by a variable from a Secret (valueFrom.secretKeyRef) instead of the argument ‹flag›, and rotate it."},
		{For: "Kubernetes", Text: "Refer to ‹variable› with valueFrom.secretKeyRef and let the Secret come from outside of the repository (External Secrets, Sealed Secrets, SOPS, kubectl create secret); rotate the value."},
		{For: "Helm", Text: "Leave ‹variable› empty in the chart's values, take it from an existing Secret (existingSecret), and rotate it."},
		{For: "Nomad", Text: "Take ‹variable› out of env and write a template with env = true that reads it from Vault or a Nomad variable, and rotate the value."},
		{For: "Compose", Text: "Write ${‹variable›:?} and set the variable where the deploy runs, or mount a file with secrets:, and rotate the value."},
		{For: "GitHub Actions", Text: "Store it as a secret of the repository or environment, write ${{ secrets.‹variable› }}, and rotate it."},
		{For: "GitLab CI", Text: "Keep it as a masked CI/CD variable of the project, write $‹variable›, and rotate it."},
		{For: "Terraform", Text: "Declare a variable for ‹variable› with sensitive = true and no default, or read a secret store's data source, and rotate the value: it is also in the state."},
		{For: "fly", Text: "Take it out of [env], run fly secrets set ‹variable›=…, and rotate the value."},
		{For: "Render", Text: "Write sync: false or generateValue: true for ‹variable› instead of the value, and rotate it."},
		{For: "Docker", Text: "Take ‹variable› out of the image, let whoever starts a container give it, and change it where this image runs."},
		{For: "command", Text: "Take ‹variable› from the environment, where the platform's secret store puts it, instead of writing it into the command, and rotate it: the history keeps what was committed."},
		{For: "login", Text: "Take the password of ‹name› from the environment or the platform's secret store where it is set, and change it: the history keeps what was committed."},
		{Text: "Keep ‹variable› in the platform's secret store, refer to it by name from the descriptor, and rotate it: the history keeps what was committed."},
		{Text: "Keep the value in the platform's secret store, refer to it by name from the descriptor, and rotate it: the history keeps what was committed."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"002", "004"},
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
		m := manifests{report: report, c: c, said: map[audit.Place]bool{}}
		m.values = m.valueSecrets()
		judgeManifests(c, m)
		judgeGiven(m)
		judgeDatabases(c, report)
	},
})

// manifests reports on the descriptors of a component.
type manifests struct {
	report *audit.Report
	c      *audit.Component
	values map[secretMark]bool  // of the charts: what their templates are filled with
	said   map[audit.Place]bool // lines of which a secret was reported
}

// secretMark tells whether two places hold the same secret, as well as what is
// kept of secrets can.
type secretMark struct {
	masked  string
	length  int
	entropy float64
}

func markOf(s *inspect.Secret) secretMark { return secretMark{s.Masked, s.Length, s.Entropy} }

// valueSecrets are the secrets that are reported where a chart's values give
// them, and not again where its templates put them.
func (m manifests) valueSecrets() map[secretMark]bool {
	marks := map[secretMark]bool{}
	for v := range audit.Facts[inspect.HelmValue](m.c) {
		if e := valueEntry(v); (plainSecret(e) || m.inUse(v.File, e, "Helm")) && !namesSecret(e.Name) {
			marks[markOf(e.Value.Secret)] = true
		}
	}
	return marks
}

func valueEntry(v audit.Located[inspect.HelmValue]) inspect.EnvEntry {
	return inspect.EnvEntry{Name: lastKey(v.Fact.Key), Value: v.Fact.Value, Secret: v.Fact.Secret, Line: v.Line}
}

func judgeManifests(c *audit.Component, m manifests) {
	for o := range audit.Facts[inspect.KubeObject](c) {
		if m.saidElsewhere(o.At()) {
			continue
		}
		if (o.Fact.Type == "Secret" || o.Fact.Type == "ConfigMap") && !o.Fact.Encrypted {
			m.secrets(o.File, o.Fact.Data, o.Fact.Type+" "+o.Fact.Name, "Kubernetes")
		}
	}
	for k := range audit.Facts[inspect.Kustomization](c) {
		for _, o := range k.Fact.Generators {
			m.secrets(k.File, o.Data, "the generator of "+o.Name, "Kubernetes")
		}
	}
	for w := range audit.Facts[inspect.Workload](c) {
		if m.saidElsewhere(w.At()) {
			continue
		}
		m.arguments(w)
		for _, container := range w.Fact.Containers {
			m.secrets(w.File, container.Env, w.Fact.Type+" "+w.Fact.Name, workload)
		}
	}
	for s := range audit.Facts[inspect.ComposeService](c) {
		if m.saidElsewhere(s.At()) {
			continue
		}
		m.secrets(s.File, append(s.Fact.Environment, s.Fact.BuildArgs...), "the service "+s.Fact.Name, "Compose")
	}
	for v := range audit.Facts[inspect.HelmValue](c) {
		m.secrets(v.File, []inspect.EnvEntry{valueEntry(v)}, "the chart's values", "Helm")
	}
	for f := range audit.Facts[inspect.FlyApp](c) {
		m.secrets(f.File, f.Fact.Env, "[env]", "fly")
	}
	for s := range audit.Facts[inspect.PlatformService](c) {
		m.secrets(s.File, s.Fact.Env, path.Base(s.File.Path), s.Fact.Platform)
	}
	for a := range audit.Facts[inspect.Attachment](c) {
		m.secrets(a.File, a.Fact.Env, "the accessory "+a.Fact.Name, a.Fact.Platform)
	}
	for s := range audit.Facts[inspect.WorkflowStep](c) {
		m.secrets(s.File, append(s.Fact.Env, s.Fact.With...), "the job "+s.Fact.Job, platformOfCI(s.Fact.System))
	}
	for b := range audit.Facts[inspect.InfraBlock](c) {
		if b.Fact.Type != "tfvars" { // config/credential-file
			m.secrets(b.File, m.unsaid(b.File, infraEntries(b.Fact)), strings.Join(append([]string{b.Fact.Type}, b.Fact.Labels...), " "), "Terraform")
		}
	}
}

// unsaid are the entries of a file on whose lines no secret was reported: a block
// of Terraform that starts containers states their variables a second time.
func (m manifests) unsaid(file *audit.File, entries []inspect.EnvEntry) []inspect.EnvEntry {
	return slices.DeleteFunc(slices.Clone(entries), func(e inspect.EnvEntry) bool {
		return m.said[audit.Place{Path: file.Path, Line: e.Line, EndLine: e.Line}]
	})
}

// infraEntries are a block's attributes by their last name; the default of a
// variable has the variable's.
func infraEntries(b inspect.InfraBlock) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	for _, a := range b.Attributes {
		name := a.Name
		if b.Type == "variable" && name == "default" && len(b.Labels) > 0 {
			a.Secret = a.Secret || inspect.IsSecretName(b.Labels[0])
			name = b.Labels[0]
			if a.Secret && a.Value.IsLiteral() && a.Value.Secret == nil {
				a.Value = inspect.SecretLit(a.Value.Text)
			}
		}
		a.Name = lastKey(name)
		list = append(list, a)
	}
	return list
}

// platformOfCI is what a system of CI is called by the fixes, "" where none is its own.
func platformOfCI(system string) string {
	switch system {
	case "":
		return "GitHub Actions"
	case "gitlab":
		return "GitLab CI"
	}
	return ""
}

// workload is the platform of what a cluster runs: what it is given is in force.
const workload = "Kubernetes workload"

// secrets reports the secrets among what a descriptor gives.
func (m manifests) secrets(file *audit.File, entries []inspect.EnvEntry, where, platform string) {
	kubernetes := platform == "Kubernetes" || platform == workload
	for _, e := range entries {
		guessed := !plainSecret(e)
		if guessed && !m.inUse(file, e, platform) || namesSecret(e.Name) || kubernetes && inTemplates(file) && m.values[markOf(e.Value.Secret)] {
			continue
		}
		subject := e.Name
		if anchor, in, ok := anchorOf(file, e); ok {
			m.secrets(file, []inspect.EnvEntry{anchor}, in, platform)
			subject = anchor.Name
		}
		fix := strings.TrimSuffix(platform, " workload")
		if file.Format == inspect.Nomad {
			fix = "Nomad"
		}
		options := []audit.Option{audit.WithFix(fix), audit.Naming("variable", e.Name)}
		if fix == "GitHub Actions" || fix == "GitLab CI" {
			options = []audit.Option{audit.WithFix(fix), audit.Naming("variable", variableInCI(e.Name))}
		}
		message := fmt.Sprintf("%s is written in %s, as %d characters", e.Name, strings.TrimSpace(where), e.Value.Secret.Length)
		away := besideAddress(entries, e)
		remote := away || strings.Contains(e.Value.Text, "://")
		if remote {
			message = fmt.Sprintf("%s carries the password of a remote service, written in %s", e.Name, strings.TrimSpace(where))
		}
		switch bits := float64(e.Value.Secret.Length) * e.Value.Secret.Entropy; {
		case guessed && remote:
			message = fmt.Sprintf("%s carries the password of the service beside it, written in %s", e.Name, strings.TrimSpace(where))
			options = append(options, audit.WithSeverity(audit.Medium))
		case guessed:
			message = fmt.Sprintf("%s is a word that everybody tries, written in %s", e.Name, strings.TrimSpace(where))
			severity := audit.Medium
			if platform == "Compose" {
				severity = weightOf(file, e.Line)
			}
			options = append(options, audit.WithSeverity(severity))
		case e.Value.Secret.Format != "":
		case file.Role == source.CI:
			if throwaway.MatchString(e.Name) || bits < drawnBits || clientSecret.MatchString(e.Name) && m.issuedHere(file, where) {
				continue
			}
			options = append(options, audit.WithSeverity(audit.Medium), audit.WithConfidence(audit.LowConfidence))
		case file.Role == source.DeployDev && throwaway.MatchString(e.Name) && !signs(e.Name) && !remote:
			continue // of a service that the same file starts
		case platform == "Helm" && testValues.MatchString(file.Path), platform == "Compose" && signingKey.MatchString(e.Name) && stackOf(m.c, file) == developers:
			continue
		case platform == "Compose" && !remote && !signs(e.Name) && (bits < drawnBits || throwaway.MatchString(e.Name) && bits < surelyDrawn) && stackOf(m.c, file) == developers:
			continue // the password of a developer's own database
		case platform == "Compose" && bits < drawnBits && !signs(e.Name) && stackOf(m.c, file) == installed:
			options = append(options, audit.WithSeverity(weightOf(file, e.Line)))
		case away:
		case file.Role == source.DeployDev || forTesting(m.c, file), platform == "Compose" && bits < drawnBits && !signs(e.Name):
			message += ", for development"
			options = append(options, audit.WithSeverity(audit.Low))
		case bits < drawnBits && !signs(e.Name) && !remote:
			options = append(options, audit.WithSeverity(audit.Medium))
		}
		at := audit.Place{Path: file.Path, Line: e.Line, EndLine: e.Line}
		m.said[at] = true
		m.report.Violation(at, subject, message, options...)
	}
}

// clientSecret is what a server of sign-in knows a program by.
var clientSecret = regexp.MustCompile(`(?i)client_?secret$`)

// issuedHere reports whether a job names a server on the same machine that people
// sign in with: the job starts it, and its clients are as throwaway as it is.
func (m manifests) issuedHere(file *audit.File, where string) bool {
	for s := range audit.FactsIn[inspect.WorkflowStep]([]*audit.File{file}, file.Role) {
		if "the job "+s.Fact.Job != where {
			continue
		}
		for _, e := range append(slices.Clone(s.Fact.Env), s.Fact.With...) {
			if issuerName.MatchString(e.Name) && network(inspect.HTTPHost(e.Value.Text)) == "loopback" {
				return true
			}
		}
	}
	return false
}

// issuerName is the name of what says where people sign in.
var issuerName = regexp.MustCompile(`(?i)issuer|oidc|oauth|keycloak|auth_?(url|server|host)|discovery|well_?known|realm`)

// anchorOf is the literal that an alias of YAML names: it is the same one, and no
// second.
func anchorOf(file *audit.File, e inspect.EnvEntry) (anchor inspect.EnvEntry, where string, ok bool) {
	if e.Anchor == 0 {
		return e, "", false
	}
	for s := range audit.FactsIn[inspect.ComposeService]([]*audit.File{file}, file.Role) {
		for _, other := range s.Fact.Environment {
			if other.Line == e.Anchor && other.Anchor == 0 {
				return other, "the service " + s.Fact.Name, true
			}
		}
	}
	return e, "", false
}

// inTemplates reports whether a file is a chart's template.
func inTemplates(file *audit.File) bool { return strings.Contains("/"+file.Path, "/templates/") }

// drawnBits tells what was drawn at random from what a person thought of, in
// length times entropy: "accounts-pwd" has 39, ten random characters 33, twelve 43.
const drawnBits = 42

// surelyDrawn is what nobody thinks of: a long random text may be in use
// elsewhere, whatever it stands in. "myAwEsOm3pa55@w0rd" has 63, 32 random
// characters of hexadecimal digits 115.
const surelyDrawn = 105

// testValues are what a chart is tested with.
var testValues = regexp.MustCompile(`(^|/)ci/[^/]+$`)

// forTesting reports whether a descriptor of no role of its own is one that
// developers and tests run.
func forTesting(c *audit.Component, file *audit.File) bool {
	return c.EnvironmentOf(file) != audit.Production || madeForTrying.MatchString(path.Dir(file.Path))
}

// plainSecret reports whether a descriptor gives a value that is worth guessing:
// of a secret's name, or the password of a remote URL.
func plainSecret(e inspect.EnvEntry) bool {
	v := e.Value
	if !v.IsLiteral() || !v.HasText || e.From != "" || !audit.OpensDoor(v.Secret) {
		return false
	}
	if strings.Contains(v.Text, "://") {
		return !localURL.MatchString(v.Text) && !strings.Contains(v.Text, "example")
	}
	return e.Secret || v.Secret.Format != ""
}

// notGiven are names of what names a secret instead of being one.
var notGiven = regexp.MustCompile(`(?i)(secret|key|token|password|credential)s?[_.-]?(name|ref|key|id|path|file|arn|type|store|provider|version|alias|mount)s?$|^(existing|from|image_?pull)_?secrets?|^(kms|ssh_?public|public|partition|sort|hash|range|primary|foreign|cache|restore)_?keys?|(from_?secret|field_?selector|application_credentials)$|^secrets$|(vault|manager)_secrets$|^key$|^restore-keys$`)

// namesSecret reports whether a name is of what names a secret instead of being
// one. A variable called SECRET_KEY is the key that programs sign with; a chart's
// secretKey is what the key is called.
func namesSecret(name string) bool {
	return notGiven.MatchString(name) && !signingKey.MatchString(name)
}

var signingKey = regexp.MustCompile(`^([A-Z0-9]+_)*SECRET_KEY$|^secret_key$`)

// throwaway are credentials of what a CI job or a developer's Compose file
// starts beside the program, and what a program's tests are run with.
var throwaway = regexp.MustCompile(`(?i)(postgres|pg|mysql|mariadb|mssql|sa|db|database|redis|rabbitmq|mongo|minio|elastic|ldap|root|test|ci|dummy|fake|e2e|cypress|django|jwt|session|rails|laravel|app|secret_key|auth_secret|nextauth|encryption)`)

// lastKey is the last name of a dotted key that is none of a list's counts.
func lastKey(key string) string {
	parts := strings.Split(key, ".")
	for i := len(parts) - 1; i > 0; i-- {
		if strings.Trim(parts[i], "0123456789") != "" {
			return parts[i]
		}
	}
	return parts[0]
}
