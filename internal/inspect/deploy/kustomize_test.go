package deploy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

const overlay = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: prod
namePrefix: eu-
resources:
  - ../base
  - ingress.yaml
components: [../logging]
images:
  - name: shop
    newName: registry/shop
    newTag: 1.4.2
  - name: proxy
    digest: sha256:abc
replicas:
  - name: web
    count: 3
configMapGenerator:
  - name: web-config
    literals:
      - MODE=production
      - DATABASE_URL=postgres://app:hunter2x@db/app
    envs: [prod.env]
secretGenerator:
  - name: web-secret
    literals: [token=a1b2c3d4e5f6]
    env: secret.env
patches:
  - path: patch-web.yaml
  - target: {kind: Deployment, name: worker}
    patch: |-
      - op: replace
        path: /spec/replicas
        value: 2
      - op: replace
        path: /spec/template/spec/containers/0/image
        value: shop:9
      - op: add
        path: /spec/template/spec/containers/0/env/-
        value: {name: QUEUE, value: mail}
      - op: remove
        path: /spec/paused
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        template:
          spec:
            containers:
              - name: web
                env:
                  - name: LOG_LEVEL
                    value: debug
patchesStrategicMerge:
  - old.yaml
`

func TestKustomization(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.Kustomization](inspect.Kustomize, overlay)
	two := 2
	secret := inspect.SecretLit("a1b2c3d4e5f6")
	want := []inspecttest.Found[inspect.Kustomization]{{Line: 1, End: 54, Fact: inspect.Kustomization{
		Namespace: "prod", NamePrefix: "eu-", Resources: []string{"../base", "ingress.yaml", "../logging"}, Components: []string{"../logging"},
		Images:   []inspect.KustomizeImage{{Name: "shop", NewName: "registry/shop", NewTag: "1.4.2", Line: 10}, {Name: "proxy", Digest: "sha256:abc", Line: 13}},
		Replicas: []inspect.KustomizeCount{{Name: "web", Count: 3}},
		Generators: []inspect.KubeObject{
			{Type: "ConfigMap", Name: "web-config", Data: []inspect.EnvEntry{{Name: "MODE", Value: inspect.Lit("production"), Line: 21}, {Name: "DATABASE_URL", Value: inspect.LitOf("postgres://app:hunter2x@db/app"), Line: 22}}, EnvFiles: []string{"prod.env"}},
			{Type: "Secret", Name: "web-secret", Data: []inspect.EnvEntry{{Name: "token", Value: secret, Secret: true, Line: 26}}, EnvFiles: []string{"secret.env"}},
		},
		EnvFiles: []string{"prod.env", "secret.env"},
		Patches: []inspect.KustomizePatch{
			{Path: "patch-web.yaml", Line: 29},
			{Type: "Deployment", Name: "worker", Line: 30, Workload: &inspect.Workload{Type: "Deployment", Name: "worker", Replicas: &two, Containers: []inspect.Container{
				{Name: "0", Image: "shop:9", Line: 37, Env: []inspect.EnvEntry{{Name: "QUEUE", Value: inspect.Lit("mail"), Line: 40}}},
			}}, Operations: []inspect.PatchOperation{{Op: "add", Path: "/spec/template/spec/containers/0/env/-", Entries: []inspect.EnvEntry{{Name: "QUEUE", Value: inspect.Lit("mail"), Line: 40}}, Line: 38}}},
			{Type: "Deployment", Name: "web", Line: 43, Workload: &inspect.Workload{Type: "Deployment", Name: "web", Containers: []inspect.Container{
				{Name: "web", Line: 51, Command: []string{}, Args: []string{}, Env: []inspect.EnvEntry{{Name: "LOG_LEVEL", Value: inspect.Lit("debug"), Line: 53}}},
			}}},
			{Path: "old.yaml", Line: 56},
		},
	}}}
	want[0].End = 56
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

func TestKustomizationTraps(t *testing.T) {
	t.Parallel()
	flux := "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {path: ./apps}\n"
	if got, _ := inspecttest.FactsOf[inspect.Kustomization](inspect.Kustomize, flux); len(got) != 0 {
		t.Errorf("Flux: %+v", got)
	}
	if got, _ := inspecttest.FactsOf[inspect.KubeObject](inspect.Kustomize, flux); len(got) != 1 || got[0].Fact.Type != "Kustomization" {
		t.Errorf("Flux: %+v", got)
	}
	if got, _ := inspecttest.FactsOf[inspect.Kustomization](inspect.Kustomize, "resources: [a.yaml]\n"); len(got) != 1 {
		t.Errorf("without kind: %+v", got)
	}
	broken := "patches:\n  - patch: |-\n      - op: [\n"
	if got, _ := inspecttest.FactsOf[inspect.Kustomization](inspect.Kustomize, broken); len(got) != 1 || got[0].Fact.Patches[0].Workload != nil {
		t.Errorf("broken patch: %+v", got)
	}
}

func TestChart(t *testing.T) {
	t.Parallel()
	text := `apiVersion: v2
name: shop
version: 1.2.3
appVersion: "4.5"
dependencies:
  - name: postgresql
    version: 12.1.9
    repository: https://charts.bitnami.com/bitnami
    condition: postgresql.enabled
  - name: common
    version: 2.x.x
    repository: file://../common
`
	want := `2-12 {"name":"shop","version":"1.2.3","appVersion":"4.5","dependencies":[{"ecosystem":"helm","name":"postgresql","constraint":"12.1.9","group":"optional","exact":true,"marker":"postgresql.enabled","location":"https://charts.bitnami.com/bitnami"},{"ecosystem":"helm","name":"common","constraint":"2.x.x","group":"runtime","origin":"path","location":"file://../common"}]}`
	if got := inspecttest.Told[inspect.HelmChart](inspect.ChartYAML, text); got != want {
		t.Error(cmp.Diff(want, got))
	}
	if got := inspecttest.Told[inspect.Attachment](inspect.ChartYAML, text); got != `6-9 {"platform":"helm","service":"postgres","name":"postgresql"}` {
		t.Error(got)
	}
	if got := inspecttest.Told[inspect.HelmChart](inspect.ChartYAML, "title: a chart of bars\nname: x\n"); got != "" {
		t.Error(got)
	}
}

func TestHelmValues(t *testing.T) {
	t.Parallel()
	text := `image:
  repository: registry/shop
  tag: ""
replicas: 2
env:
  - name: DB_PASSWORD
    value: hunter2hunter2
  - name: MODE
    value: production
auth:
  existingSecret: shop-auth
  password: s3cr3ts3cr3t
  passwordFile: /run/x
url: postgres://app:hunter2x@db/app
tls: &tls
  enabled: true
copy: *tls
nothing:
`
	got, failed := inspecttest.FactsOf[inspect.HelmValue](inspect.HelmValues, text)
	want := []inspecttest.Found[inspect.HelmValue]{
		{Line: 2, End: 2, Fact: inspect.HelmValue{Key: "image.repository", Value: inspect.Lit("registry/shop")}},
		{Line: 3, End: 3, Fact: inspect.HelmValue{Key: "image.tag", Value: inspect.Lit("")}},
		{Line: 4, End: 4, Fact: inspect.HelmValue{Key: "replicas", Value: inspect.Lit("2")}},
		{Line: 6, End: 6, Fact: inspect.HelmValue{Key: "env.0.name", Value: inspect.Lit("DB_PASSWORD")}},
		{Line: 7, End: 7, Fact: inspect.HelmValue{Key: "env.0.value", Value: inspect.SecretLit("hunter2hunter2"), Secret: true}},
		{Line: 8, End: 8, Fact: inspect.HelmValue{Key: "env.1.name", Value: inspect.Lit("MODE")}},
		{Line: 9, End: 9, Fact: inspect.HelmValue{Key: "env.1.value", Value: inspect.Lit("production")}},
		{Line: 11, End: 11, Fact: inspect.HelmValue{Key: "auth.existingSecret", Value: inspect.Lit("shop-auth")}},
		{Line: 12, End: 12, Fact: inspect.HelmValue{Key: "auth.password", Value: inspect.SecretLit("s3cr3ts3cr3t"), Secret: true}},
		{Line: 13, End: 13, Fact: inspect.HelmValue{Key: "auth.passwordFile", Value: inspect.Lit("/run/x")}},
		{Line: 14, End: 14, Fact: inspect.HelmValue{Key: "url", Value: inspect.LitOf("postgres://app:hunter2x@db/app")}},
		{Line: 16, End: 16, Fact: inspect.HelmValue{Key: "tls.enabled", Value: inspect.Lit("true")}},
		{Line: 16, End: 16, Fact: inspect.HelmValue{Key: "copy.enabled", Value: inspect.Lit("true")}},
		{Line: 18, End: 18, Fact: inspect.HelmValue{Key: "nothing"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	manifest := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	if got, _ := inspecttest.FactsOf[inspect.HelmValue](inspect.HelmValues, manifest); len(got) != 0 {
		t.Errorf("a manifest: %+v", got)
	}
	if got, _ := inspecttest.FactsOf[inspect.HelmValue](inspect.HelmValues, "a: ["+strings.Repeat("1,", 20_000)+"]\n"); len(got) != 4000 {
		t.Errorf("%d values", len(got))
	}
	for name, want := range map[string]inspect.Format{"chart/values.yaml": inspect.HelmValues, "values-prod.yml": inspect.HelmValues, "deploy/prod.values.yaml": inspect.HelmValues, "redis-values.yaml": inspect.HelmValues, "evaluate.yaml": inspect.YAML} {
		if got := inspect.FormatOf(name); got != want {
			t.Errorf("FormatOf(%q) is %q, want %q", name, got, want)
		}
	}
}

// What a template decides keeps the values that decide it.
func TestHelmReferences(t *testing.T) {
	t.Parallel()
	text := `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          image: {{ $.Values.image }}
          env:
            {{- with .Values.common }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
            {{- toYaml .Values.extra | nindent 12 }}
            - name: URL
              value: "http://{{ .Values.host }}:{{ .Values.port }}"
          ports:
            - containerPort: {{ .Values.service.port }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}
          securityContext: {readOnlyRootFilesystem: true}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  minReplicas: {{ .Values.min }}
  maxReplicas: 9
`
	got, failed := inspecttest.FactsOf[inspect.Workload](inspect.YAML, text)
	if len(got) != 1 || failed != nil {
		t.Fatal(got, failed)
	}
	c := got[0].Fact.Containers[0]
	port := inspect.Value{Source: inspect.Input, Text: "{{ .Values.service.port }}", Refs: []string{".Values.service.port"}}
	want := inspect.Container{
		Name: "web", Image: "{{ $.Values.image }}", Line: 10, Command: []string{}, Args: []string{}, ImageRefs: []string{".Values.image"}, EnvValues: []string{".Values.extra"},
		Env:     []inspect.EnvEntry{{Name: "URL", Line: 16, Value: inspect.Value{Source: inspect.Input, Text: "http://{{ .Values.host }}:{{ .Values.port }}", Refs: []string{".Values.host", ".Values.port"}}}},
		PortsOf: []inspect.Value{port}, PreStop: []string{"sleep", "5"}, ReadOnlyRoot: true,
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	scalers, _ := inspecttest.FactsOf[inspect.KubeObject](inspect.YAML, text)
	if len(scalers) != 1 || scalers[0].Fact.MinReplicasOf.Refs[0] != ".Values.min" || *scalers[0].Fact.MaxReplicas != 9 {
		t.Errorf("%+v", scalers)
	}
}

func TestEncryptedSecrets(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: 'ENC[AES256_GCM,data:p673w==,type:str]'}\nsops: {version: 3.8.1}\n",
		"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\nspec: {encryptedData: {password: AgBy3i4OJSWK}}\n",
	} {
		got, _ := inspecttest.FactsOf[inspect.KubeObject](inspect.YAML, text)
		if len(got) != 1 || !got[0].Fact.Encrypted || len(got[0].Fact.Data) > 0 && got[0].Fact.Data[0].Value.Secret != nil {
			t.Errorf("%+v", got)
		}
	}
}

func TestServicePorts(t *testing.T) {
	t.Parallel()
	got := inspecttest.Told[inspect.KubeObject](inspect.YAML, "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports:\n    - port: 80\n      targetPort: http\n    - {name: m, port: 90}\n")
	if want := `1-9 {"type":"Service","name":"web","ports":[{"port":80,"target":"http","line":7},{"name":"m","port":90,"line":9}],"selector":{"app":"web"}}`; got != want {
		t.Error(got)
	}
}
